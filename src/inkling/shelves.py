"""Shelves: the corrections that memory holds, as rows of numbers, by the symbol that the network takes them for."""

import threading
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .outline import outlines

__all__ = ["Shelf", "logs_of", "traits_of"]

Floats = NDArray[np.float32]

#: Share of the outline in the likeness of two pieces of ink; the rest is the network's features.
_OUTLINE_SHARE = 0.7

#: Held by who looks for spare room and fills it: values of several threads may share some.
_ROOM = threading.Lock()


@dataclass(frozen=True)
class Shelf:
    """Corrections that the network takes for one symbol. Rows rise by id; only the first ``count`` count.

    Args:
        count: K, how many corrections it holds; there may be more rows, spare ones.
        ids: int64 (K,).
        labels: intp (K,), the right symbol's number.
        reads: intp (K,), the number of what was read in its place; -1 where nothing is to be spoken against.
        sizes: float32 (K,), as :func:`logs_of` gives them.
        traits: float32 (K, D + 64), as :func:`traits_of` gives them.
    """

    count: int
    ids: NDArray[np.int64]
    labels: NDArray[np.intp]
    reads: NDArray[np.intp]
    sizes: Floats
    traits: Floats

    @classmethod
    def empty(cls, size: int) -> "Shelf":
        """Give a shelf without corrections, for traits of this length."""
        numbers = np.zeros(0, np.intp)
        return cls(0, np.zeros(0, np.int64), numbers, numbers, np.zeros(0, np.float32), np.zeros((0, size), np.float32))

    @property
    def columns(self) -> tuple[Any, ...]:
        """Its ids, labels, reads, sizes and traits."""
        return self._columns(self.count)

    def _columns(self, n: int) -> tuple[Any, ...]:
        return self.ids[:n], self.labels[:n], self.reads[:n], self.sizes[:n], self.traits[:n]

    def with_rows(self, new: "Shelf") -> "Shelf":
        """Add rows. Those that come last use spare room, which values that are older never look at."""
        total = self.count + new.count
        at_the_end = not self.count or new.ids[0] > self.ids[self.count - 1]
        if at_the_end and total <= len(self.ids):
            with _ROOM:
                spare = not self.ids[self.count : total].any()  # what another value has used is none
                for column, rows in zip(self._columns(total), new.columns, strict=True) if spare else ():
                    column[self.count :] = rows
            if spare:
                return replace(self, count=total)
        order = np.argsort(np.concatenate((self.columns[0], new.ids)), kind="stable")
        room = max(8, total // 4)
        joined = [
            np.concatenate((np.concatenate((old, rows))[order], np.zeros((room, *old.shape[1:]), old.dtype)))
            for old, rows in zip(self.columns, new.columns, strict=True)
        ]
        return Shelf(total, *joined)

    def without(self, gone: Collection[int]) -> "Shelf":
        """Take rows away, by their ids."""
        keep = ~np.isin(self.columns[0], list(gone))
        return Shelf(int(keep.sum()), *(column[keep] for column in self.columns))


def traits_of(features: Floats, glyphs: NDArray[np.uint8]) -> Floats:
    """Join features and outlines so that a product of two is their likeness: (N, D + 64), each of length 1."""
    share = np.float32(_OUTLINE_SHARE)
    return np.concatenate((np.sqrt(1 - share) * features, np.sqrt(share) * outlines(glyphs)), 1).astype(np.float32)


def logs_of(sizes: Floats | None, count: int) -> Floats:
    """Take logarithms of sizes (N,), NaN where one is not known."""
    known = np.zeros(count, np.float32) if sizes is None else np.asarray(sizes, np.float32)
    return np.log(np.where(known > 0, known, np.nan)).astype(np.float32)
