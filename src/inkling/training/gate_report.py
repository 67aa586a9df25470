"""What the gate shows beside its decision: what is taken for what, how sure against how right, what changed."""

import base64
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..calibration import equal_width_bins, expected_calibration_error
from .gate_sets import CORRECTIONS, Readings

__all__ = ["changed", "confusion", "reliability"]

_BINS = 10
_MOST_CHANGED = 60

Floats = NDArray[np.float32]


def confusion(readings: Sequence[Readings], symbols: Sequence[str]) -> dict[str, Any]:
    """Count what each symbol was read as, among those of its kind, before and after.

    Returns:
        ``before`` and ``after``, each with ``symbols`` (S,) and ``counts`` (S, S): rows are the truth.
    """
    count = len(symbols)
    matrices: dict[str, Any] = {}
    for side in ("before", "after"):
        matrix = np.zeros(count * count, np.int64)
        for one in readings:
            answers = one.within_kind(getattr(one, side)).argmax(1)
            matrix += np.bincount(one.truth * count + answers, minlength=count * count)
        matrices[side] = {"symbols": list(symbols), "counts": matrix.reshape(count, count).tolist()}
    return matrices


def reliability(readings: Sequence[Readings]) -> dict[str, Any]:
    """Compare how sure the answers are, among symbols of one kind, with how often they are right.

    Returns:
        ``before`` and ``after``, ten bins of like width each, empty ones left out; ``ece_before`` and ``ece_after``,
        the mean distance of the two over the samples, in [0, 1].
    """
    result: dict[str, Any] = {}
    for side in ("before", "after"):
        sure, right = _confidence(readings, side)
        result[side] = [
            {
                "low": one.low,
                "high": one.high,
                "samples": one.samples,
                "confidence": round(one.confidence, 6),
                "accuracy": round(one.accuracy, 6),
            }
            for one in equal_width_bins(sure, right, _BINS)
        ]
        result[f"ece_{side}"] = round(expected_calibration_error(sure, right), 6)
    return result


def changed(readings: Sequence[Readings]) -> list[dict[str, Any]]:
    """Show up to 60 samples that turned right or wrong, those of corrections first, as many of each as there are.

    Returns:
        ``set``, ``truth``, ``before``, ``after``, ``turned`` (``right`` or ``wrong``) and ``glyph``, a PNG as data
        URL, dark on white.
    """
    found: dict[str, list[dict[str, Any]]] = {"right": [], "wrong": []}
    for one in sorted(readings, key=lambda one: one.name != CORRECTIONS):
        within_kind = one.name != CORRECTIONS
        answers = [one.within_kind(logits) if within_kind else logits for logits in (one.before, one.after)]
        before, after = (logits.argmax(1) for logits in answers)
        for turned, which in (("right", after), ("wrong", before)):
            there = np.flatnonzero((before != after) & (which == one.truth))
            room = _MOST_CHANGED - len(found[turned])
            # those of one pack are of many symbols: taken evenly
            for i in there[:: max(1, len(there) // max(room, 1))][:room]:
                found[turned].append(
                    {
                        "set": one.name,
                        "truth": one.symbols[one.truth[i]],
                        "before": one.symbols[before[i]],
                        "after": one.symbols[after[i]],
                        "turned": turned,
                        "glyph": _data_url(one.judged.glyphs[i]),
                    }
                )
    few = min(_MOST_CHANGED // 2, len(found["wrong"]))
    right = found["right"][: _MOST_CHANGED - few]
    return right + found["wrong"][: _MOST_CHANGED - len(right)]


def _confidence(readings: Sequence[Readings], side: str) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Give the probability of each answer among symbols of its kind, and whether it is right."""
    sure, right = [np.zeros(0)], [np.zeros(0, np.bool_)]
    for one in readings:
        logits = one.within_kind(getattr(one, side)).astype(np.float64)
        top = logits.max(1)
        sure.append(1 / np.exp(logits - top[:, None]).sum(1))
        right.append(logits.argmax(1) == one.truth)
    return np.concatenate(sure), np.concatenate(right)


def _data_url(glyph: NDArray[np.uint8]) -> str:
    file = BytesIO()
    Image.fromarray(255 - glyph).save(file, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
