"""Votes: what corrections count for ink that is more or less like theirs.

How they count was chosen by measurement; docs/decisions/0005-memory.md has the figures and the losers.
"""

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from .outline import OUTLINE
from .shelves import Shelf

__all__ = ["by_chance", "near", "vote_on"]

Floats = NDArray[np.float32]

#: How fast a vote fades as ink grows unlike what was corrected: exp(-_FADING * (1 - likeness)).
_FADING = 16.0
#: Ink of another size counts as less alike, but never by much, since people also write larger and smaller. A unit is
#: the natural logarithm of the ratio.
_SIZE_UNLIKENESS, _SIZE_MOST = 0.1, 0.6
#: Symbols of one shape, such as C and c, differ in size alone: where one was read and another was right, much more
#: depends on it, but little on small differences. A unit is the square of that logarithm.
_LOOK_ALIKE_UNLIKENESS = 1.0
#: What a vote can move a logit by, and how many corrections it takes to reach half of that.
_STRENGTH, _HALF = 5.0, 0.6
#: Of many corrections some lie near by chance; so many more in the neighbourhood are needed before they count.
_CHANCE, _MANY = 0.1, 600
#: Ink all but equal to what was corrected is read as it was corrected, by this margin.
_SAME_FADING, _SAME_MARGIN = 500.0, 4.0
#: What a glyph's rounding changes in a likeness at most; 0.007 was met on a grey character of EMNIST.
_ROUNDING = 0.02
#: That it is one of the symbols at all is then as good as certain; in log odds.
_SAME_WORD = 40.0


def by_chance(held: float) -> float:
    """Give how many of so many corrections lie near by chance."""
    return _CHANCE * held * held / (held + _MANY)


def vote_on(
    voted: NDArray[np.float64],
    trait: Floats,
    size: np.float32,
    shelves: Sequence[Shelf],
    asked: NDArray[np.bool_],
    chance: float,
    same_shape: NDArray[np.bool_],
) -> float:
    """Add the votes of some shelves on one piece of ink to its logits.

    Corrections to new symbols, whose logits are likenesses already, speak only against what was read in their place.

    Args:
        voted: float64 (names,), the logits; they are changed.
        trait: float32 (D + 64,), the ink's.
        size: logarithm of the ink's size, NaN where it is not known.
        shelves: whose corrections are asked.
        asked: bool (names,), which symbols may be answered.
        chance: how many corrections lie near by chance, by :func:`by_chance`.
        same_shape: bool (known + 1, known + 1), which of the symbols that the network tells apart, which come first,
            share one shape; a row and a column of False stand for all others.

    Returns:
        What the corrections' word counts, in log odds from 0.
    """
    known = len(same_shape) - 1
    columns = [shelf.columns for shelf in shelves]
    ids, labels, reads, sizes = (np.concatenate([column[i] for column in columns]) for i in range(4))  # (K,)
    rows = asked[labels]
    if not rows.any():
        return 0.0
    likeness = np.concatenate([column[4] @ trait for column in columns])  # (K,)
    apart = np.abs(sizes - size)  # NaN where a size is not known
    apart = np.minimum(np.where(apart >= 0, apart, 0), _SIZE_MOST)
    of_one_shape = same_shape[np.minimum(labels, known), np.minimum(reads, known)]  # -1 is the last
    unlike = np.where(of_one_shape, _LOOK_ALIKE_UNLIKENESS * apart * apart, _SIZE_UNLIKENESS * apart)
    weights = np.where(rows, np.exp(_FADING * (likeness - 1 - unlike)), 0)
    against = reads >= 0
    votes = np.bincount(labels, np.where(labels < known, weights, 0), len(voted))
    votes -= np.bincount(reads[against], weights[against], len(voted))
    total = float(weights.sum())
    voted += _STRENGTH * (1 + _HALF) * votes / (_HALF + total + chance)
    # the same drawing again; the newest word on it counts
    likeness = np.where(rows, likeness, -1)
    nearest, same = _same_drawing([column[4] for column in columns], trait, likeness)
    label = labels[nearest[ids[nearest].argmax()]]
    lack = voted[asked].max() - voted[label]
    voted[label] += (lack + _SAME_MARGIN) * same
    return _STRENGTH * (1 + _HALF) * total / (_HALF + total + chance) + _SAME_WORD * same


def _same_drawing(
    traits: Sequence[Floats], trait: Floats, likeness: NDArray[np.float64]
) -> tuple[NDArray[np.intp], float]:
    """Find the corrections whose drawing some ink is, if it is one of them.

    Its glyph is then theirs, and so is its outline, bit for bit but for how sums are rounded. Its features are not: the
    network saw the ink itself before its glyph was rounded to what corrections keep.

    Args:
        traits: each shelf's, (K', D + 64); K of them in all.
        trait: (D + 64,), the ink's.
        likeness: (K,), of all of them; -1 where one is not asked.

    Returns:
        intp, where the likeliest stand among the K; and how far it is the same drawing, from 0 to 1.
    """
    most = float(likeness.max())
    if most >= 1 - 2 * _ROUNDING:  # less alike is no drawing to itself
        about = np.flatnonzero(likeness >= most - _ROUNDING)  # few
        outline, starts = trait[-OUTLINE:], np.cumsum([0, *(len(some) for some in traits[:-1])])
        of = (
            np.searchsorted(starts, about, "right") - 1
        )  # the last that begins there or before; empty ones begin earlier
        rows = [traits[s][row, -OUTLINE:] for s, row in zip(of.tolist(), (about - starts[of]).tolist(), strict=True)]
        same = about[np.array(rows) @ outline >= outline @ outline - 1e-6]
        if len(same):
            return same, 1.0
    return np.flatnonzero(likeness >= most - 1e-6), math.exp(_SAME_FADING * (min(most, 1.0) - 1))


def near(traits: Floats) -> Iterator[tuple[int, Floats]]:
    """Give each row's weights to all rows, some rows at a time."""
    for start in range(0, len(traits), 256):
        weights = np.exp(np.float32(_FADING) * (traits[start : start + 256] @ traits.T - 1))
        yield from enumerate(weights, start)
