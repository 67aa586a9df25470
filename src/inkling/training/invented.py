"""Invented symbols: two or three characters joined into one shape, so that features learn to tell shapes at all apart.

Eight scripts are few to learn from what a new symbol may look like. Parts that real people wrote, turned, mirrored and
put beside, above or across each other, are as many symbols as one likes, each in as many hands as its parts have.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..data.packs import Pack

__all__ = ["Invented"]

_TRIPLE_SHARE, _MIRRORED_SHARE = 0.25, 0.3
#: Sizes of parts, in shares of a character's longer side; the spread of their aspects, as a logarithm.
_SIZES, _LOG_ASPECT = (0.6, 1.2), 0.2
#: How far parts stand from one another: beside or above, beside and overlapping, and the spread of what is across.
_APART, _OVERLAPPING, _ACROSS, _ASIDE = 0.9, 0.55, 0.3, 0.1
#: How much every writing of a symbol puts its parts elsewhere, and makes them larger or smaller.
_LOOSE, _LOG_LOOSE_SIZE = 0.04, 0.05


@dataclass(frozen=True)
class _Part:
    """A place in a symbol: ``linear`` (2, 2) on a character whose longer side is 1, then ``at`` (2,)."""

    character: str
    linear: NDArray[np.float64]
    at: NDArray[np.float64]


class Invented:
    """Symbols made of the characters of a stroke pack. The same seed makes the same symbols.

    Args:
        pack: strokes that parts are taken from.
        count: how many symbols.
        seed: which.
    """

    def __init__(self, pack: Pack, count: int, seed: int) -> None:
        self._pack = pack
        self._samples = {str(label): np.flatnonzero(pack.labels == label) for label in np.unique(pack.labels)}
        rng = np.random.default_rng((seed, count))
        self._symbols = [self._symbol(rng) for _ in range(count)]

    def __len__(self) -> int:
        """Give the number of symbols."""
        return len(self._symbols)

    def strokes(self, symbol: int, rng: np.random.Generator) -> list[NDArray[np.float32]]:
        """Write a symbol, its parts each by somebody; strokes (P, 2), about 1 to 3 long."""
        written = []
        for part in self._symbols[symbol]:
            strokes = self._pack.strokes(int(rng.choice(self._samples[part.character])))
            points = np.concatenate(strokes)
            least, most = points.min(0), points.max(0)
            extent = max(float((most - least).max()), 1e-6)
            linear = part.linear * np.exp(rng.normal(0, _LOG_LOOSE_SIZE)) / extent
            at = part.at + rng.normal(0, _LOOSE, 2)
            written += [((stroke - (least + most) / 2) @ linear.T + at).astype(np.float32) for stroke in strokes]
        return written

    def _symbol(self, rng: np.random.Generator) -> list[_Part]:
        layout = rng.integers(0, 4)
        characters = rng.choice(list(self._samples), 3 if rng.random() < _TRIPLE_SHARE else 2)
        return [_Part(str(one), _linear(rng), _place(int(layout), i, rng)) for i, one in enumerate(characters)]


def _linear(rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw a part's size, aspect, mirroring and quarter turns: (2, 2)."""
    size, stretch = np.exp(rng.uniform(*np.log(_SIZES))), np.exp(rng.normal(0, _LOG_ASPECT))
    mirrored = -1 if rng.random() < _MIRRORED_SHARE else 1
    turn = np.linalg.matrix_power(np.array(((0, -1), (1, 0))), int(rng.integers(0, 4)))
    return turn @ np.diag((mirrored * stretch * size, size / stretch))


def _place(layout: int, index: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Give the place of a symbol's part: beside, above, across, or beside and overlapping."""
    if layout == 0:
        return np.array((_APART * index, rng.normal(0, _ASIDE)))
    if layout == 1:
        return np.array((rng.normal(0, _ASIDE), _APART * index))
    if layout == 2:
        return rng.normal(0, _ACROSS, 2)
    return np.array((_OVERLAPPING * index, rng.normal(0, _ACROSS)))
