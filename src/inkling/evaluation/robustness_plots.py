"""The plot of robustness: accuracy by step of each perturbation, and by kind of corruption."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from .accuracy import wilson

__all__ = ["plain", "robustness_plot", "titled"]

_INK, _GREY, _RULE, _ACCENT = "#1d2433", "#6b7280", "#c9ced8", "#c2410c"
_COLOURS = {"digits": "#1d2433", "lowercase": "#c2410c", "uppercase": "#0f766e"}
_AIM = 96.0

Correct = NDArray[np.bool_]


def robustness_plot(
    drawn: Mapping[str, Mapping[tuple[str, str], Correct]],
    corrupted: Mapping[str, Correct],
    version: str,
    path: Path,
) -> None:
    """Draw the change of accuracy by step for drawn characters, and accuracy by corruption, with 95 % intervals.

    Args:
        drawn: for each alphabet, which samples were read right, by perturbation and step; may be empty.
        corrupted: which pictures were read right, by kind of corruption; may be empty.
        version: the bundle's.
        path: the file to write.
    """
    figure = Figure(figsize=(11.2, 8.2), dpi=110, facecolor="white")
    FigureCanvasAgg(figure)
    grid = figure.add_gridspec(2, 4, left=0.06, right=0.985, bottom=0.07, top=0.86, hspace=0.5, wspace=0.22)
    if drawn:
        names = [name for name in dict.fromkeys(name for name, _ in next(iter(drawn.values()))) if name != "untouched"]
        first: Axes | None = None
        for place, name in enumerate(names[:4]):
            axes = figure.add_subplot(grid[0, place], sharey=first)
            first = first or axes
            _steps(axes, drawn, name)
        if first is not None:
            first.set_ylabel("points against untouched", color=_GREY, fontsize=8.5)
            for place, (kind, colour) in enumerate(_COLOURS.items()):
                figure.text(0.06 + 0.09 * place, 0.9, f"● {kind}", color=colour, fontsize=8.5)
    if corrupted:
        _kinds(figure.add_subplot(grid[1, :]), corrupted)
    told = "Top: characters drawn on a canvas, the same in each step. Bottom: MNIST's pictures spoilt; bars: 95 %."
    titled(figure, "What does reading lose?", f"{told}   bundle {version}")
    figure.savefig(path)


def titled(figure: Figure, title: str, told: str) -> None:
    """Write a figure's title and what it shows."""
    width, height = figure.get_size_inches()
    figure.text(0.3 / width, 1 - 0.2 / height, title, fontsize=13, fontweight="bold", color=_INK, va="top")
    figure.text(0.3 / width, 1 - 0.5 / height, told, fontsize=8.5, color=_GREY, va="top")


def plain(axes: Axes) -> None:
    """Leave of a panel's frame what helps to read it."""
    axes.tick_params(length=0, labelsize=8, labelcolor=_GREY)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(_RULE)


def _steps(axes: Axes, drawn: Mapping[str, Mapping[tuple[str, str], Correct]], name: str) -> None:
    steps = [step for perturbation, step in next(iter(drawn.values())) if perturbation == name]
    axes.axhspan(-0.5, 0.5, color="#eef0f4", zorder=0, linewidth=0)
    for kind, found in drawn.items():
        before = found[("pen", "1×") if name == "pen" else ("untouched", "")].mean()
        points = [100 * (found[(name, step)].mean() - before) for step in steps]
        axes.plot(range(len(steps)), points, color=_COLOURS.get(kind, _GREY), marker="o", markersize=4, linewidth=1.4)
    axes.set_xticks(range(len(steps)), [step.replace(" ", "\n", 1) for step in steps])
    axes.set_title(name, fontsize=9.5, color=_INK, loc="left")
    plain(axes)


def _kinds(axes: Axes, corrupted: Mapping[str, Correct]) -> None:
    for place, correct in enumerate(corrupted.values()):
        share = wilson(int(correct.sum()), len(correct))
        low = 100 * share.value < _AIM
        axes.plot([place] * 2, [100 * share.low, 100 * share.high], color=_GREY, linewidth=1.2, zorder=2)
        axes.scatter(place, 100 * share.value, s=42, color=_ACCENT if low else _INK, edgecolor="white", zorder=3)
        text, under = f"{100 * share.value:.1f}", (0, -9)
        axes.annotate(
            text, (place, 100 * share.low), under, textcoords="offset points",
            ha="center", va="top", fontsize=8, color=_GREY,
        )  # fmt: skip
    axes.axhline(_AIM, color=_RULE, linewidth=1, zorder=1)
    axes.text(len(corrupted) + 0.3, _AIM - 1, "aim for\nthe mean", fontsize=8, color=_GREY, ha="right", va="top")
    axes.set_xticks(range(len(corrupted)), [kind.replace(" ", "\n") for kind in corrupted])
    bottom = min((100 * float(correct.mean()) for correct in corrupted.values()), default=0)
    axes.set(xlim=(-0.6, len(corrupted) + 0.35), ylim=(max(0, bottom - 12), 101.5))
    axes.set_title("corruptions of 28 × 28 px, read right, %", fontsize=9.5, color=_INK, loc="left")
    plain(axes)
