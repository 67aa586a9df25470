"""The plot of learning: errors over the stream, and each writer's, with learning and without."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from .streams import Streams

__all__ = ["learning_curves"]

_INK, _GREY, _RULE, _ACCENT = "#1d2433", "#6b7280", "#c9ced8", "#c2410c"
_PARTS = 10


def learning_curves(streams: Streams, path: Path, version: str) -> None:
    """Draw the share of errors in each tenth of the streams, and each writer's errors in the second half.

    Lines are the mean over the orders, bands the least and the most. A dot below the diagonal is a writer who is read
    better with learning.
    """
    figure = Figure(figsize=(10.4, 4.9), dpi=110, facecolor="white")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2, width_ratios=(1.35, 1))
    figure.subplots_adjust(left=0.07, right=0.98, bottom=0.12, top=0.78, wspace=0.2)
    for learned, colour, name in ((False, _GREY, "without learning"), (True, _ACCENT, "with learning")):
        shares = _shares(streams, learned) * 100  # (seeds, parts)
        middle = (np.arange(_PARTS) + 0.5) * 100 / _PARTS
        left.fill_between(middle, shares.min(0), shares.max(0), color=colour, alpha=0.15, linewidth=0)
        left.plot(middle, shares.mean(0), color=colour, linewidth=2, marker="o", markersize=4)
        left.text(middle[-1] + 1.5, shares.mean(0)[-1], name, color=colour, fontsize=9, va="center")
    left.set(xlim=(0, 122), ylim=(0, None))
    left.set_xticks([0, 25, 50, 75, 100])
    left.set_xlabel("how far into a writer's stream, %", color=_GREY, fontsize=9)
    left.set_title("read wrong, %", fontsize=9.5, color=_INK, loc="left")
    _writers(right, streams)
    for axes in (left, right):
        _plain(axes)
    width, height = figure.get_size_inches()
    told = (
        f"{len(streams.writers)} writers kept out of training, {len(streams.seeds)} orders each, {streams.alphabet}; "
        f"corrected where read wrong.   bundle {version}"
    )
    title = "Does a correction help with the next character?"
    figure.text(0.3 / width, 1 - 0.2 / height, title, fontsize=13, fontweight="bold", color=_INK, va="top")
    figure.text(0.3 / width, 1 - 0.5 / height, told, fontsize=8.5, color=_GREY, va="top")
    figure.savefig(path)


def _shares(streams: Streams, learned: bool) -> NDArray[np.float64]:
    """Give the share of errors by order and tenth of the stream, all samples alike: (seeds, parts)."""
    rows = []
    for seed in streams.seeds:
        parts = [
            np.array_split(stream.learned if learned else stream.plain, _PARTS)
            for stream in streams.all
            if stream.seed == seed
        ]
        rows.append([np.concatenate([part[i] for part in parts]).mean() for i in range(_PARTS)])
    return np.array(rows)


def _writers(axes: Axes, streams: Streams) -> None:
    orders = len(streams.seeds)
    counts = np.array(list(streams.of_writers().values())) / orders  # (writers, 2)
    most = max(float(counts.max()) * 1.08, 1.0)
    axes.plot([0, most], [0, most], color=_RULE, linewidth=1, zorder=1)
    axes.scatter(
        counts[:, 0], counts[:, 1], s=26, color=_ACCENT, alpha=0.75, edgecolor="white", linewidth=0.6, zorder=2
    )
    axes.set(xlim=(0, most), ylim=(0, most), aspect="equal")
    axes.set_xlabel("errors without learning", color=_GREY, fontsize=9)
    axes.set_title("errors with learning, second half, a dot a writer", fontsize=9.5, color=_INK, loc="left")


def _plain(axes: Axes) -> None:
    axes.tick_params(length=0, labelsize=8, labelcolor=_GREY)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(_RULE)
