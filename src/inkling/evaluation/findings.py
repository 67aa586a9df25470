"""What was found: sections with their tables, figures over several runs, and the aims that they are held against."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Goal", "Section", "Spread"]


@dataclass(frozen=True)
class Spread:
    """A figure that was found several times: mean, least, most, standard deviation, number of runs.

    Example:
        >>> Spread.of([0.25, 0.5]).percent(1)
        '37.5 % (25.0 to 50.0)'
    """

    mean: float
    low: float
    high: float
    deviation: float
    runs: int

    @classmethod
    def of(cls, values: Iterable[float]) -> "Spread":
        """Sum up the figures of one run and more."""
        found = np.array(list(values), np.float64)
        return cls(float(found.mean()), float(found.min()), float(found.max()), float(found.std()), len(found))

    def percent(self, digits: int = 2) -> str:
        """Write shares in [0, 1] as percentages."""
        mean, low, high = (f"{value * 100:.{digits}f}" for value in (self.mean, self.low, self.high))
        return f"{mean} % ({low} to {high})"

    def points(self) -> str:
        """Write differences of shares as percentage points, with their sign."""
        mean, low, high = (f"{value * 100:+.3f}" for value in (self.mean, self.low, self.high))
        return f"{mean} ({low} to {high})"

    def to_json(self) -> dict[str, float]:
        """Give the figures."""
        figures = {"mean": self.mean, "low": self.low, "high": self.high, "deviation": self.deviation}
        return {**{name: round(value, 6) for name, value in figures.items()}, "runs": self.runs}


@dataclass(frozen=True)
class Goal:
    """A figure with an aim.

    Args:
        measure: what was measured.
        value: what was found, in ``unit``.
        unit: ``%``, ``points`` or ``ms``.
        aim: what it should be.
        at_least: whether more is better; otherwise it may be at most ``aim``.
        samples: what it was counted on.
    """

    measure: str
    value: float
    unit: str
    aim: float
    at_least: bool
    samples: str

    @property
    def reached(self) -> bool:
        """Whether the figure is as good as its aim; the unrounded one counts."""
        return self.value >= self.aim if self.at_least else self.value <= self.aim

    def cells(self) -> tuple[str, ...]:
        """Give its row of a table."""
        digits = 2 if self.unit == "%" else 3
        side = "at least" if self.at_least else "at most"
        found = f"{self.value:.{digits}f} {self.unit}"
        return self.measure, found, f"{side} {self.aim:g} {self.unit}", "yes" if self.reached else "no", self.samples

    def to_json(self) -> dict[str, Any]:
        """Give its figures."""
        return {
            "measure": self.measure,
            "value": round(self.value, 6),
            "unit": self.unit,
            "aim": self.aim,
            "at_least": self.at_least,
            "reached": self.reached,
            "samples": self.samples,
        }


@dataclass(frozen=True)
class Section:
    """One part of the report.

    Args:
        title: its heading.
        method: how it was measured, in sentences.
        headers: of its table.
        rows: of its table.
        goals: the figures that have an aim.
        figures: everything, for the JSON form.
    """

    title: str
    method: str
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    goals: tuple[Goal, ...]
    figures: dict[str, Any]
