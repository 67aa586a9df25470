"""Prototypes: symbols that only corrections know, each by the examples it was taught with and their mean.

Nearest class means (Mensink et al. 2013; prototypes, Snell et al. 2017), and the nearest of the examples themselves.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

__all__ = ["Prototype", "Prototypes"]

Floats = NDArray[np.float32]

#: A new symbol's logit: that of clear ink where its likeness to the symbol is _LIKE, this much more a unit.
_SLOPE, _LIKE = 30.0, 0.88
#: What likeness to the nearest example counts for, where likeness to the mean of all counts for 1: people have more
#: than one way to write a symbol.
_NEAREST = 0.35
#: How many times likelier than all others together a clear character is to the network.
_CLEAR_ODDS = 66.0
#: So many examples, the newest, are compared with ink one by one; all of them make the mean.
_NEWEST = 16


@dataclass(frozen=True, eq=False)
class Prototype:
    """One new symbol.

    Args:
        ids: int64 (K,), its corrections, rising.
        traits: float32 (K, T), as :func:`inkling.shelves.traits_of` gives them.
    """

    ids: NDArray[np.int64]
    traits: Floats

    @cached_property
    def mean(self) -> Floats:
        """The mean of its examples, of length 1: float32 (T,)."""
        mean = self.traits.mean(0)
        return np.asarray(mean / np.linalg.norm(mean), np.float32)

    @property
    def newest(self) -> Floats:
        """Its newest examples: float32 (at most 16, T)."""
        return self.traits[-_NEWEST:]

    def with_rows(self, ids: NDArray[np.int64], traits: Floats) -> "Prototype":
        """Add examples that it does not hold."""
        ids, traits = np.concatenate((self.ids, ids)), np.concatenate((self.traits, traits))
        rising = np.argsort(ids)
        return Prototype(ids[rising], traits[rising])

    def without(self, gone: Collection[int]) -> "Prototype | None":
        """Take examples away; None where none is left."""
        keep = ~np.isin(self.ids, list(gone))
        return Prototype(self.ids[keep], self.traits[keep]) if keep.any() else None


class Prototypes:
    """All new symbols, laid side by side so that ink is compared with them at once.

    Args:
        by_label: each symbol's prototype, by its number.
        length: T, of traits.
    """

    def __init__(self, by_label: dict[int, Prototype], length: int) -> None:
        self.by_label = by_label
        #: The symbols' numbers, in the order of each one's first correction.
        self.labels: Sequence[int] = tuple(sorted(by_label, key=lambda label: int(by_label[label].ids[0])))
        rows = [by_label[label] for label in self.labels]
        #: The symbols' means, float32 (M, T).
        self.means = np.array([row.mean for row in rows], np.float32).reshape(len(rows), length)
        #: float32 (E, T), symbol by symbol, and where each one's begin, intp (M,).
        self.newest = np.concatenate([np.zeros((0, length), np.float32), *(row.newest for row in rows)])
        self.starts = np.cumsum([0, *(len(row.newest) for row in rows[:-1])], dtype=np.intp)[: len(rows)]

    def changed(self, by_label: dict[int, Prototype | None]) -> "Prototypes":
        """Give them with some symbols as they are now; None for one that is none any more."""
        both = {label: row for label, row in {**self.by_label, **by_label}.items() if row is not None}
        return Prototypes(both, self.newest.shape[1])

    def logits(self, traits: Floats, known: int) -> NDArray[np.float64]:
        """Give the symbols' logits by the likeness of ink to their means and to their nearest examples.

        Args:
            traits: float32 (N, T), of the ink.
            known: how many symbols the network tells apart.

        Returns:
            float64 (N, M), in the order of :attr:`labels`, of which there is one at least.
        """
        clear = np.log(_CLEAR_ODDS * max(known - 1, 1))
        nearest = np.maximum.reduceat(traits @ self.newest.T, self.starts, axis=1)  # (N, E) -> (N, M)
        likeness = (traits @ self.means.T + np.float32(_NEAREST) * nearest) / np.float32(1 + _NEAREST)
        return np.asarray(clear + _SLOPE * (likeness.astype(np.float64) - _LIKE))
