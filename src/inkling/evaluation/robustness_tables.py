"""The tables of robustness: changes on the same samples, with their intervals, held against the aims."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .accuracy import Share, wilson
from .best_known import ROBUSTNESS_ELSEWHERE
from .corruptions import CORRUPTIONS
from .distortions import PERTURBATIONS
from .findings import Goal, Section

__all__ = ["DRAWN", "PLACED", "Change", "Correct", "Steps", "change", "corrupted_section", "perturbed_section"]

#: Which of some samples were read right: bool (N,).
Correct = NDArray[np.bool_]
#: The same for each perturbation and step.
Steps = Mapping[tuple[str, str], Correct]

_MOST_LOST_POINTS, _CORRUPTED_AIM = -0.5, 96.0


@dataclass(frozen=True)
class Change:
    """The change of accuracy on the same samples, in points, with its 95 % interval, and what it is made of."""

    points: float
    low: float
    high: float
    lost: int
    won: int

    def cell(self) -> str:
        """Write it with its interval."""
        return f"{self.points:+.2f} ({self.low:+.2f} to {self.high:+.2f})"


def change(before: Correct, after: Correct) -> Change:
    """Compare which of the same samples were read right: the 95 % interval of a paired difference of shares.

    Half a sample is added to each of the four counts, so that where nothing turned, it is not taken for certain that
    nothing can.

    Source: A. Agresti, Y. Min, "Simple improved confidence intervals for comparing matched proportions", Statistics in
    Medicine 24 (2005).

    Example:
        >>> change(np.array([True] * 10), np.array([True] * 9 + [False])).points
        -10.0
    """
    lost, won = int((before & ~after).sum()), int((after & ~before).sum())
    mean, total = (won - lost) / max(len(before), 1), len(before) + 2
    centre = (won - lost) / total
    half = 1.96 * (lost + won + 1 - (won - lost) ** 2 / total) ** 0.5 / total
    return Change(100 * mean, 100 * (centre - half), 100 * (centre + half), lost, won)


DRAWN = (
    "UNIPEN characters of writers kept out of training, drawn from their strokes on a white canvas of 400 × 400 px by "
    "a round dark pen with soft edges, as a picture: no strokes are read. Untouched, the longer side is 180 px and the "
    "pen 7 % of it, which is the page's pen on a drawing of two thirds of its canvas. Shift: of the canvas. Scale: of "
    "drawing and pen. Pen: times that width, from 2 to 21 % of the drawing. "
)
PLACED = (
    "The data set's pictures, enlarged on the same canvas, dark on white. Pen: the middle line of the picture's ink, "
    "drawn again by the same pens as above, and compared with that by the page's (1×), since thinning itself costs "
    "what the rows 1× and untouched differ by. "
)
_TABLE = (
    "Each cell: the share read right, and the change in points against untouched, for pens against the page's. Last "
    "column: all together, with the 95 % interval of the paired difference; the aim is held against the worst step. "
    + ROBUSTNESS_ELSEWHERE
)


def perturbed_section(title: str, method: str, found: Mapping[str, Steps]) -> Section:
    """Give the table of perturbations, and the worst step of each against its aim.

    Args:
        title: the section's.
        method: how characters came on the canvas.
        found: for each alphabet, what was read right.
    """
    together = {key: np.concatenate([steps[key] for steps in found.values()]) for key in next(iter(found.values()))}
    rows, figures, goals = [], [], []
    for (name, step), correct in together.items():
        untouched, key = _untouched(name), (name, step)
        whole = change(together[untouched], correct)
        cells = [_share_cell(steps[untouched], steps[key]) for steps in found.values()]
        share = f"{correct.mean() * 100:.2f} %"
        rows.append((name, step or "–", *cells, f"{share}, {whole.cell()}" if step else share))
        kinds = {kind: _figures(steps[untouched], steps[key]) for kind, steps in found.items()}
        figures.append({"perturbation": name, "step": step, **kinds, "all": _figures(together[untouched], correct)})
    number = f"{len(next(iter(together.values()))):,} characters, the same in each step"
    for name, steps in PERTURBATIONS.items():
        worst = min(steps, key=lambda step: float(together[(name, step)].mean()))
        lost = change(together[_untouched(name)], together[(name, worst)]).points
        against = "the page's pen" if name == "pen" else "untouched"
        what = f"{title.lower()}: {name}, worst step ({worst}), against {against}"
        goals.append(Goal(what, lost, "points", _MOST_LOST_POINTS, True, number))
    headers = ("perturbation", "step", *found, "all together")
    return Section(title, method + _TABLE, headers, rows, tuple(goals), {"steps": figures})


def _untouched(name: str) -> tuple[str, str]:
    """Say what a perturbation's steps are compared with: other pens with the page's, which drew the same line."""
    return ("pen", "1×") if name == "pen" else ("untouched", "")


def corrupted_section(name: str, found: Mapping[str, tuple[Correct, int]]) -> Section:
    """Give the table of corruptions, and their mean against its aim.

    Args:
        name: of the pack.
        found: for each kind, what was read right, and how many pictures held no ink.
    """
    before, _ = found["untouched"]
    rows, figures = [], {}
    for kind, (correct, blank) in found.items():
        share, told = wilson(int(correct.sum()), len(correct)), change(before, correct)
        points = told.cell() if kind != "untouched" else "–"
        rows.append((kind, f"{share.value * 100:.2f} %", _interval(share), points, f"{blank}"))
        figures[kind] = {**_figures(before, correct), "blank": blank}
    mean = 100 * float(np.mean([correct.mean() for kind, (correct, _) in found.items() if kind != "untouched"]))
    rows.append(("mean of the kinds", f"{mean:.2f} %", "", "", ""))
    number = f"{len(CORRUPTIONS)} kinds, {len(before):,} pictures each"
    return Section(
        "Corruptions",
        f"Pictures of {name}, 28 × 28, spoilt in the fifteen ways of MNIST-C (Mu and Gilmer 2019), about as severely, "
        "by code of our own: so these figures are like MNIST-C's but not MNIST-C's. Training wears samples too, "
        "as many as the card's recipes say, by code that this shares nothing with, in most of these families. Read in "
        "digits. Blank: pictures on which no ink was found, counted as wrong.",
        ("kind", "right", "95 % interval", "against untouched, points", "blank"),
        rows,
        (Goal("corruptions like MNIST-C's, mean of 15 kinds", mean, "%", _CORRUPTED_AIM, True, number),),
        {**figures, "mean": round(mean / 100, 6)},
    )


def _share_cell(before: Correct, after: Correct) -> str:
    return f"{after.mean() * 100:.2f} % ({change(before, after).points:+.2f})"


def _interval(share: Share) -> str:
    return f"{share.low * 100:.2f} to {share.high * 100:.2f}"


def _figures(before: Correct, after: Correct) -> dict[str, Any]:
    told = change(before, after)
    return {
        "right": int(after.sum()),
        "samples": len(after),
        "points": round(told.points, 4),
        "low_95": round(told.low, 4),
        "high_95": round(told.high, 4),
        "lost": told.lost,
        "won": told.won,
    }
