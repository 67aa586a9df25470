"""Whether probabilities can be believed: of the readings given 90 %, nine in ten should be right."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Bin", "equal_mass_bins", "equal_width_bins", "expected_calibration_error"]


@dataclass(frozen=True)
class Bin:
    """Readings of like probability: how many, the mean probability given, and the share that was right.

    Of a bin of a width, ``low`` and ``high`` are its edges.
    """

    samples: int
    confidence: float
    accuracy: float
    low: float = 0.0
    high: float = 1.0


def equal_mass_bins(confidence: NDArray[np.floating], correct: NDArray[np.bool_], bins: int = 15) -> list[Bin]:
    """Part readings, sorted by probability, into bins of like size; empty bins are left out.

    Args:
        confidence: float (N,) in [0, 1], the probability of the answer.
        correct: bool (N,), whether the answer is right.
        bins: how many.
    """
    order = np.argsort(confidence, kind="stable")
    return [_bin(confidence, correct, part) for part in np.array_split(order, bins) if len(part)]


def equal_width_bins(confidence: NDArray[np.floating], correct: NDArray[np.bool_], bins: int = 10) -> list[Bin]:
    """Part readings into bins of like width, for looking at; empty bins are left out. Arguments as above."""
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    parts = [(b, np.flatnonzero(place == b)) for b in range(bins)]
    return [_bin(confidence, correct, part, b / bins, (b + 1) / bins) for b, part in parts if len(part)]


def expected_calibration_error(confidence: NDArray[np.floating], correct: NDArray[np.bool_], bins: int = 15) -> float:
    """Give the expected calibration error (ECE): the mean distance of confidence and accuracy over equal-mass bins.

    Equal mass rather than equal width: nearly all readings are sure, and bins of equal width would leave most of them
    in one bin and the error to a few samples.

    Args:
        confidence: float (N,) in [0, 1].
        correct: bool (N,).
        bins: how many.

    Returns:
        The error in [0, 1]; 0 is perfect. 0 for no readings.

    Source: K. Nguyen, B. O'Connor, "Posterior calibration and exploratory analysis for NLP models" (2015), section 3.
    """
    total = len(confidence)
    return sum(b.samples / total * abs(b.confidence - b.accuracy) for b in equal_mass_bins(confidence, correct, bins))


def _bin(
    confidence: NDArray[np.floating],
    correct: NDArray[np.bool_],
    part: NDArray[np.intp],
    low: float = 0.0,
    high: float = 1.0,
) -> Bin:
    return Bin(len(part), float(confidence[part].mean()), float(correct[part].mean()), low, high)
