"""Lessons: the corrections that a retraining learns from."""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Lessons"]

#: The share of corrections that no network is ever trained on.
_HELD_OUT = 0.2


@dataclass(frozen=True, eq=False)
class Lessons:
    """Corrections, as training takes them.

    Args:
        ids: int64 (N,), their numbers in the store.
        labels: str (N,), the symbols that were taught.
        glyphs: uint8 (N, 28, 28), 255 = ink.
        strokes: N times the strokes, each float32 (P, 2) in px, y down; None where no strokes are known.
        weights: float32 (N,) in (0, 1], less where a correction disagrees with those like it.
        new: bool (N,), whether it came since the last retraining.
    """

    ids: NDArray[np.int64]
    labels: NDArray[np.str_]
    glyphs: NDArray[np.uint8]
    strokes: tuple[tuple[NDArray[np.float32], ...] | None, ...]
    weights: NDArray[np.float32]
    new: NDArray[np.bool_]

    def __len__(self) -> int:
        """Give the number of corrections."""
        return len(self.ids)

    def held_out(self) -> NDArray[np.bool_]:
        """Say which are kept to judge by, and never trained on: bool (N,), a fifth of them.

        The choice hangs on the number alone, so it is the same in every retraining.
        """
        return np.array([_share(number) < _HELD_OUT for number in self.ids.tolist()], np.bool_)

    def select(self, keep: NDArray[np.bool_]) -> "Lessons":
        """Give those that a mask (N,) picks."""
        index = np.flatnonzero(keep)
        return Lessons(
            self.ids[index],
            self.labels[index],
            self.glyphs[index],
            tuple(self.strokes[i] for i in index),
            self.weights[index],
            self.new[index],
        )


def _share(number: int) -> float:
    return int.from_bytes(hashlib.sha256(f"correction {number}".encode()).digest()[:6], "big") / 2**48
