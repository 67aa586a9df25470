"""The plot of bench_learning.py: errors along the stream, what was forgotten, and how long a correction takes."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from bench_learning import Outcome

Outcomes = Mapping[str, Sequence["Outcome"]]

_INK, _GREY, _PALE = "#1d2433", "#6b7280", "#eef0f4"
_COLOURS = ("#6b7280", "#2563eb", "#7c3aed", "#c2410c")  # in the order of the learners
_TENTHS = 10


def digits(ms: float) -> int:
    """Say how many decimals a time in ms is told with."""
    return 2 if ms < 10 else 0


def draw(outcomes: Outcomes, nothing: str, version: str, path: Path) -> None:
    """Draw the outcomes, one a writer for each learner, to a PNG file."""
    figure = Figure(figsize=(13, 4.9), dpi=110, facecolor="white")
    FigureCanvasAgg(figure)
    errors, forgetting, spans = figure.subplots(1, 3, width_ratios=(1.25, 1.15, 1))
    figure.subplots_adjust(left=0.05, right=0.985, bottom=0.13, top=0.77, wspace=0.2)
    for colour, (learner, streams) in zip(_COLOURS, outcomes.items(), strict=True):
        _errors(errors, streams, learner, colour)
    errors.set(xlim=(0, 1), ylim=(0, None))
    _forgetting(forgetting, outcomes, nothing)
    _spans(spans, outcomes, nothing)
    _style(errors, "Errors along a writer's stream, %", "share of the stream that has gone by")
    _style(forgetting, "Forgetting: change in accuracy, points", "bar: mean over writers; dot: one writer")
    _style(spans, "From a correction to the next reading, ms", "dot: median; band: 5 % to 95 %")
    figure.text(0.02, 0.965, "Learning from corrections", fontsize=14, fontweight="bold", color=_INK, va="top")
    told = f"{len(outcomes[nothing])} writers kept out of training, 62 symbols, corrected where read wrong"
    figure.text(0.02, 0.905, f"{told}   bundle {version}", fontsize=9, color=_GREY, va="top")
    handles, labels = errors.get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="upper right", ncols=len(labels), frameon=False, fontsize=9.5, bbox_to_anchor=(0.99, 0.985)
    )
    figure.savefig(path)


def _errors(axes: Axes, streams: Sequence["Outcome"], learner: str, colour: str) -> None:
    """A mean over each fifth of the stream, moved on by tenths, over all writers."""
    edges = np.linspace(0, 1, _TENTHS + 1)
    windows = list(zip(edges[:-2], edges[2:], strict=True))
    parts = [
        np.concatenate([o.wrong[round(a * len(o.wrong)) : round(b * len(o.wrong))] for o in streams])
        for a, b in windows
    ]
    middles = [(a + b) / 2 for a, b in windows]
    axes.plot(
        middles, [part.mean() * 100 for part in parts], color=colour, linewidth=2.2, marker="o", ms=4, label=learner
    )
    axes.axvline(0.5, color=_PALE, linewidth=1.2, zorder=0)


def _forgetting(axes: Axes, outcomes: Outcomes, nothing: str) -> None:
    names = list(outcomes[nothing][0].held)
    learners = [name for name in outcomes if name != nothing]
    colours = dict(zip(outcomes, _COLOURS, strict=True))
    for i, name in enumerate(names):
        for j, learner in enumerate(learners):
            place = i + (j - (len(learners) - 1) / 2) * 0.24
            pairs = zip(outcomes[learner], outcomes[nothing], strict=True)
            change = np.array([(mine.held[name] - before.held[name]) * 100 for mine, before in pairs])
            axes.scatter(np.full(len(change), place), change, s=14, color=colours[learner], alpha=0.35, linewidth=0)
            axes.plot([place - 0.09, place + 0.09], [change.mean()] * 2, color=colours[learner], linewidth=3)
    axes.axhline(0, color=_GREY, linewidth=1, zorder=0)
    axes.set_xticks(range(len(names)), [name.replace(", ", ",\n") for name in names])
    axes.set_xlim(-0.5, len(names) - 0.5)


def _spans(axes: Axes, outcomes: Outcomes, nothing: str) -> None:
    learners = [name for name in outcomes if name != nothing]
    colours = dict(zip(outcomes, _COLOURS, strict=True))
    for row, learner in enumerate(reversed(learners)):
        spans = np.concatenate([o.spans_ms for o in outcomes[learner]])
        if not len(spans):
            continue
        low, middle, high = np.percentile(spans, (5, 50, 95))
        axes.plot([low, high], [row, row], color=colours[learner], linewidth=7, alpha=0.3, solid_capstyle="round")
        axes.plot(middle, row, "o", color=colours[learner], ms=9)
        axes.annotate(
            f"{learner}: {middle:,.{digits(middle)}f}",
            (middle, row),
            (0, 12),
            textcoords="offset points",
            ha="center",
            fontsize=9.5,
            color=_INK,
        )
    axes.set_xscale("log")
    decades = 10.0 ** np.arange(-2, 6)
    axes.set_xlim(decades[0], decades[-1])
    axes.set_xticks(decades[1:-1], [f"{ms:,g}" for ms in decades[1:-1]])
    axes.minorticks_off()
    axes.set_ylim(-0.5, len(learners) - 0.4)
    axes.set_yticks([])


def _style(axes: Axes, title: str, below: str) -> None:
    axes.set_title(title, fontsize=10.5, color=_INK, loc="left")
    axes.set_xlabel(below, fontsize=9, color=_GREY)
    axes.tick_params(length=0, labelsize=9, labelcolor=_GREY)
    axes.grid(axis="y" if axes.get_yticks().size else "x", color=_PALE)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color("#c9ced8")
