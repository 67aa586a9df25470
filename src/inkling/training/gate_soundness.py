"""Whether a candidate is a model at all: same symbols, same normaliser, numbers that are numbers."""

import time
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..bundle import NORMALIZER, Bundle
from ..recognizer import Recognizer
from .probes import normalized

__all__ = ["slower", "unsound"]

#: Logits this many times as large as the current network's are no longer those of a trained network.
_WILD = 5.0
#: Grey levels of 255 that two normalisers may differ by, through rounding.
_SAME_GLYPH = 2
#: How far from 1 a feature vector's length may be, through rounding.
_SAME_LENGTH = 1e-2
_SLOWER = 1.5
_GLYPHS = 128


def unsound(current: Recognizer, candidate: Recognizer, glyphs: NDArray[np.uint8]) -> Iterator[str]:
    """Say what makes a candidate unfit to be compared at all.

    Args:
        current: the one that reads.
        candidate: the one that may replace it.
        glyphs: uint8 (N, 28, 28), to try it on.
    """
    if candidate.symbols != current.symbols:
        yield f"It knows other symbols than the current model: {_difference(current.symbols, candidate.symbols)}."
        return
    if not _same_normalizer(current.bundle, candidate.bundle):
        yield "Its normaliser makes other glyphs of the same ink than the current model's."
    count = len(current.symbols)
    ours = current.traces(glyphs)
    with np.errstate(invalid="ignore", over="ignore"):
        theirs = candidate.traces(glyphs)
    if not np.isfinite(theirs).all():
        yield f"Its answers are no numbers for {int((~np.isfinite(theirs)).any(1).sum())} of {len(glyphs)} glyphs."
        return
    largest, usual = (float(np.abs(traces[:, :count]).max(initial=0)) for traces in (theirs, ours))
    if largest > _WILD * usual:
        yield f"Its logits are wild: up to {largest:,.0f}, where the current model's go up to {usual:,.0f}."
    lengths = np.linalg.norm(theirs[:, count:], axis=1)
    if len(lengths) and np.abs(lengths - 1).max() > _SAME_LENGTH:
        furthest = float(lengths[np.abs(lengths - 1).argmax()])
        yield f"Its features are not of length 1, as memory needs them: one is of length {furthest:.3g}."


def slower(current: Recognizer, candidate: Recognizer, glyphs: NDArray[np.uint8]) -> str:
    """Say by how much a candidate is slower, where it is by half or more; empty where it is not."""
    seconds: dict[Recognizer, float] = {}
    for recognizer in (current, candidate) * 3:
        started = time.perf_counter()
        recognizer.traces(glyphs[:_GLYPHS])
        taken = time.perf_counter() - started
        seconds[recognizer] = min(taken, seconds.get(recognizer, taken))
    times = seconds[candidate] / max(seconds[current], 1e-9)
    return f"It takes {times:.1f} times as long for a reading as the current model." if times > _SLOWER else ""


def _same_normalizer(one: Bundle, other: Bundle) -> bool:
    if one.files[NORMALIZER] == other.files[NORMALIZER]:
        return True
    rng = np.random.default_rng(0)
    # blots of many sizes and places, some faint, and one that fills the frame
    frames = np.zeros((12, 60, 50), np.uint8)
    for i, frame in enumerate(frames):
        top, left = rng.integers(0, 25, 2)
        height, width = rng.integers(3, 25, 2)
        frame[top : top + height, left : left + width] = rng.integers(40, 256, (height, width)) if i else 255
        frame[top : top + height : 7, :] = 60 + 15 * i
    first, second = (normalized(frames, bundle).astype(np.int16) for bundle in (one, other))
    return first.shape == second.shape and int(np.abs(first - second).max()) <= _SAME_GLYPH


def _difference(current: tuple[str, ...], candidate: tuple[str, ...]) -> str:
    missing, more = sorted(set(current) - set(candidate)), sorted(set(candidate) - set(current))
    parts = [f"{what} {', '.join(some[:12])}" for what, some in (("without", missing), ("with", more)) if some]
    return " and ".join(parts) or "the same ones in another order"
