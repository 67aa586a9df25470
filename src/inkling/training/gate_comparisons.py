"""What the gate compares: every set in every alphabet, all sets together, every symbol, and the features alone."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ..alphabet import SYMBOLS, kind_of
from .gate_sets import CORRECTIONS, OTHERS, PROBES, Forgiven, Readings
from .gate_statistics import Comparison, compare

__all__ = [
    "ALL",
    "FEATURES",
    "TOGETHER",
    "WHOLE",
    "among_all_symbols",
    "by_alphabet",
    "by_symbol",
    "of_features",
    "together",
]

#: What the alphabet of all symbols is called, and what comparisons of features are called.
ALL, WHOLE, FEATURES = "alphanumeric", "whole", "features"
#: What the comparison over all sets is called, and what each of its readings could choose from.
TOGETHER, OWN_KIND = "all sets", "own kind"

#: A kind of symbol with fewer samples in a set is not judged alone.
_LEAST_SAMPLES = 10


def among_all_symbols(one: Comparison) -> bool:
    """Say whether a comparison let readings choose from all symbols."""
    return one.alphabet in (ALL, WHOLE)


def by_alphabet(readings: Readings) -> Iterator[Comparison]:
    """Compare on one set: among all symbols, and each kind among its own.

    Among all, what no reader can tell apart passes (l for 1, c for C), except on the corrections of those it learned
    from: whoever taught one meant it. Typefaces are not read among all symbols, since there many more look the same.
    """
    corrected = readings.name == CORRECTIONS
    if readings.name != PROBES and len(readings.truth):
        forgiven: Forgiven = "nothing" if corrected else "shape"
        yield compare(readings.name, _name_of(readings.symbols), *readings.right(False, forgiven))
    before, after = readings.right(within_kind=True)
    for kind in dict.fromkeys(readings.symbol_kinds.tolist()):
        there = readings.kinds == kind
        if there.sum() >= (1 if corrected else _LEAST_SAMPLES):
            yield compare(readings.name, kind, before[there], after[there])


def together(frozen: Sequence[Readings]) -> Comparison:
    """Compare over all sets at once: every sample once, also where two sets hold it, among symbols of its kind."""
    seen: set[tuple[str, bytes]] = set()
    sides: tuple[list[NDArray[np.bool_]], list[NDArray[np.bool_]]] = ([], [])
    for one in frozen:
        keep = np.zeros(len(one.truth), np.bool_)
        for i, (label, glyph) in enumerate(zip(one.judged.labels.tolist(), one.judged.glyphs, strict=True)):
            sample = (label, glyph.tobytes())
            keep[i] = sample not in seen
            seen.add(sample)
        for side, right in zip(sides, one.right(within_kind=True), strict=True):
            side.append(right[keep])
    before, after = (np.concatenate(side) for side in sides)
    return compare(TOGETHER, OWN_KIND, before, after)


def by_symbol(frozen: Sequence[Readings], within_kind: bool) -> Iterator[Comparison]:
    """Compare on each symbol over sets together: among those of its kind, or among all.

    Among all, typefaces are left out where there is any handwriting, and a capital passes for its small letter where
    both have one shape. A digit does not pass for a letter: were every l read as 1, it would show here.
    """
    if not within_kind:
        handwriting = [one for one in frozen if one.name not in (PROBES, OTHERS)]
        frozen = [one for one in frozen if one.name != PROBES] if handwriting else frozen
    truth = np.concatenate([one.truth for one in frozen])
    sides = zip(*(one.right(within_kind, "nothing" if within_kind else "case") for one in frozen), strict=True)
    before, after = (np.concatenate(side) for side in sides)
    symbols = frozen[0].symbols
    for i, symbol in enumerate(symbols):
        there = truth == i
        if there.any():
            alphabet = kind_of(symbol) if within_kind else _name_of(symbols)
            yield compare(symbol, alphabet, before[there], after[there])


def of_features(frozen: Sequence[Readings]) -> Comparison:
    """Compare what memory could tell by the features alone: each sample by the nearest mean of the other half."""
    truth = np.concatenate([one.truth for one in frozen])
    kinds = np.concatenate([one.kinds for one in frozen])
    same = frozen[0].symbol_kinds[None, :] == kinds[:, None]  # (N, S)
    right = []
    for side in ("features_before", "features_after"):
        features = np.concatenate([getattr(one, side) for one in frozen])  # (N, D)
        right.append(_nearest(features, truth, same))
    return compare(FEATURES, _name_of(frozen[0].symbols), *right)


def _nearest(features: NDArray[np.float32], truth: NDArray[np.intp], same: NDArray[np.bool_]) -> NDArray[np.bool_]:
    half = np.arange(len(truth)) % 2 == 0
    means = np.zeros((same.shape[1], features.shape[1]), np.float32)
    np.add.at(means, truth[half], features[half])
    means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)  # (S, D)
    near = np.where(same[~half], features[~half] @ means.T, -np.inf)  # (N, D) x (D, S)
    return np.asarray(near.argmax(1) == truth[~half])


def _name_of(symbols: Sequence[str]) -> str:
    return ALL if tuple(symbols) == SYMBOLS else WHOLE
