"""How often the answer is right, with how sure one may be of that figure, and what is taken for what."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

__all__ = ["Share", "confusion_matrix", "top_confusions", "wilson"]

_Z_95 = 1.959963984540054


@dataclass(frozen=True)
class Share:
    """A share that was counted: ``count`` of ``total``, with its 95 % Wilson interval, all in [0, 1]."""

    count: int
    total: int
    value: float
    low: float
    high: float


def wilson(count: int, total: int) -> Share:
    """Give a share with its 95 % score interval, which stays within [0, 1] and holds near 0 and 1 too.

    Args:
        count: how often it happened.
        total: how often it could have; may be 0, then nothing is known and the interval is [0, 1].

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).

    Example:
        >>> share = wilson(9960, 10000)
        >>> f"{share.value:.2%} ({share.low:.2%} to {share.high:.2%})"
        '99.60% (99.46% to 99.71%)'
    """
    if total == 0:
        return Share(0, 0, 0.0, 0.0, 1.0)
    value, weight = count / total, _Z_95**2 / total
    centre = (value + weight / 2) / (1 + weight)
    half = _Z_95 * sqrt(value * (1 - value) / total + weight / (4 * total)) / (1 + weight)
    return Share(count, total, value, max(0.0, centre - half), min(1.0, centre + half))


def confusion_matrix(truth: NDArray[np.intp], answer: NDArray[np.intp], classes: int) -> NDArray[np.int64]:
    """Count answers by truth.

    Args:
        truth: int (N,), index of the true class.
        answer: int (N,), index of the answered class; -1 where there was no answer, which is not counted.
        classes: how many classes there are.

    Returns:
        int64 (classes, classes): rows are the truth, columns the answers.
    """
    answered = answer >= 0
    flat = truth[answered] * classes + answer[answered]
    return np.bincount(flat, minlength=classes * classes).reshape(classes, classes)


def top_confusions(
    matrix: NDArray[np.int64], symbols: tuple[str, ...], most: int = 10
) -> list[tuple[str, str, int, float]]:
    """List the most frequent errors.

    Args:
        matrix: int64 (K, K), rows are the truth.
        symbols: the K classes.
        most: how many to list.

    Returns:
        truth, answer, how often, and the share of that truth in [0, 1]; the most frequent first.
    """
    errors = matrix.copy()
    np.fill_diagonal(errors, 0)
    order = np.argsort(-errors, axis=None, kind="stable")[:most]
    pairs = [divmod(int(place), len(symbols)) for place in order]
    return [
        (symbols[t], symbols[a], int(errors[t, a]), errors[t, a] / matrix[t].sum()) for t, a in pairs if errors[t, a]
    ]
