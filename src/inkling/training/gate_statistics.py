"""How the gate compares: two networks on the same samples, counted pair by pair."""

import math
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["Comparison", "binomial_tail", "compare", "significance_of"]

Verdict = Literal["better", "same", "worse"]


@dataclass(frozen=True)
class Comparison:
    """Two networks on the same samples, read in the same alphabet.

    Args:
        name: what the samples are: a pack, ``probes``, ``corrections``, ``all sets``, or a symbol.
        alphabet: what the readings could choose from.
        samples: how many.
        before: the share that the current network reads right, in [0, 1].
        after: the share that the candidate reads right.
        fixed: samples that turned right.
        broken: samples that turned wrong.
        p_worse: how likely so many of those that changed turned wrong, were both networks as good (McNemar's exact
            test, one-sided).
        verdict: what is made of it.
    """

    name: str
    alphabet: str
    samples: int
    before: float
    after: float
    fixed: int
    broken: int
    p_worse: float
    verdict: Verdict = "same"

    @property
    def lost_points(self) -> float:
        """What the candidate lost, in points of a hundred; below 0 where it gained."""
        return 100 * (self.broken - self.fixed) / max(self.samples, 1)

    @property
    def p_better(self) -> float:
        """How likely so many of those that changed turned right, were both networks as good."""
        return binomial_tail(self.fixed, self.fixed + self.broken, 0.5)

    def judged(self, significance: float, most_lost_points: float, rare: float = 0.01) -> "Comparison":
        """Give it with its verdict.

        Worse is what chance does not explain once all comparisons are allowed for (``significance``), and what lost
        more than ``most_lost_points`` where that alone is by chance as ``rare`` as this. Better is the same the other
        way round; all else is the same as before, as far as these samples tell.
        """
        if self.p_worse < significance or (self.lost_points > most_lost_points and self.p_worse < rare):
            return replace(self, verdict="worse")
        if self.p_better < significance or (-self.lost_points > most_lost_points and self.p_better < rare):
            return replace(self, verdict="better")
        return replace(self, verdict="same")

    def to_json(self) -> dict[str, Any]:
        """Give its figures."""
        return {
            "name": self.name,
            "alphabet": self.alphabet,
            "samples": self.samples,
            "before": round(self.before, 6),
            "after": round(self.after, 6),
            "fixed": self.fixed,
            "broken": self.broken,
            "p_worse": float(f"{self.p_worse:.4g}"),
            "verdict": self.verdict,
        }


def compare(name: str, alphabet: str, before: NDArray[np.bool_], after: NDArray[np.bool_]) -> Comparison:
    """Compare two networks on the same samples.

    Args:
        name, alphabet: as in :class:`Comparison`.
        before: bool (N,), which samples the current network reads right.
        after: bool (N,), which the candidate reads right.

    Source: Q. McNemar, "Note on the sampling error of the difference between correlated proportions or percentages",
    Psychometrika 12 (1947); the exact form, since few samples change.
    """
    fixed, broken = int((after & ~before).sum()), int((before & ~after).sum())
    right_before, right_after = (float(right.mean()) if len(right) else 0.0 for right in (before, after))
    p_worse = binomial_tail(broken, fixed + broken, 0.5)
    return Comparison(name, alphabet, len(before), right_before, right_after, fixed, broken, p_worse)


def significance_of(family: float, tests: int) -> float:
    """Give the level of each of many tests, so that all together err by chance as rarely as ``family`` says.

    Bonferroni's, which needs no tests to be independent; here they share samples.
    """
    return family / max(tests, 1)


def binomial_tail(count: int, of: int, share: float) -> float:
    """Give how likely at least ``count`` of ``of`` are, where each happens with the probability ``share`` in (0, 1).

    Example:
        >>> round(binomial_tail(5, 5, 0.5), 5)
        0.03125
    """
    if count <= 0:
        return 1.0
    counts = range(count, of + 1)
    ways = (math.lgamma(of + 1) - math.lgamma(k + 1) - math.lgamma(of - k + 1) for k in counts)
    logs = (way + k * math.log(share) + (of - k) * math.log1p(-share) for way, k in zip(ways, counts, strict=True))
    return min(1.0, math.fsum(math.exp(log) for log in logs))
