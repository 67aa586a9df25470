"""The report's plots: confusion matrices and reliability diagrams. Drawn without a display and without global state."""

from collections.abc import Sequence
from math import ceil, sqrt
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap, PowerNorm
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from ..calibration import equal_width_bins
from .accuracy import top_confusions, wilson
from .score import Score
from .speed import Timings

__all__ = ["confusion", "reliability", "speed"]

_INK, _GREY, _PALE, _ACCENT = "#1d2433", "#6b7280", "#eef0f4", "#c2410c"
_ERRORS = LinearSegmentedColormap.from_list("errors", ["#ffffff", "#fde3cf", "#f59e5b", "#c2410c", "#611a05"])
_CELL_IN = {10: 0.52, 26: 0.36, 62: 0.205}  # inches a cell, by the number of classes


def confusion(row: Score, path: Path, version: str) -> None:
    """Draw what is taken for what: rows are the truth, columns the answers, colour the share of the truth.

    Right answers lie on the grey diagonal and are left out of the colours, so that errors show at any accuracy. The
    most frequent errors stand beside the matrix in words.
    """
    classes = len(row.symbols)
    cell = next(size for most, size in {**_CELL_IN, 10**9: 0.205}.items() if classes <= most)
    side, words = max(4.2, cell * classes), 2.3
    figure = Figure(figsize=(side + words + 1.1, side + 1.5), dpi=110, facecolor="white")
    FigureCanvasAgg(figure)
    width, height = figure.get_size_inches()
    axes = figure.add_axes((0.65 / width, 0.35 / height, side / width, side / height))
    truths = row.matrix.sum(axis=1)
    shares = row.matrix / np.maximum(truths, 1)[:, None]
    errors = shares.copy()
    np.fill_diagonal(errors, 0)
    axes.imshow(errors, cmap=_ERRORS, norm=PowerNorm(0.5, 0, max(0.02, errors.max())), interpolation="nearest")
    _diagonal(axes, row, shares, truths)
    if classes <= 26:
        _counts(axes, row, errors)
    _symbols(axes, row.symbols)
    _title(figure, f"{row.pack} · {row.split} · {row.alphabet}", _summary(row), version)
    _worst(figure, row, left=(0.65 + side + 0.3) / width, top=(0.35 + side) / height)
    figure.savefig(path)


def reliability(rows: Sequence[Score], path: Path, version: str) -> None:
    """Draw, for each row, how often readings were right against the probability they were given.

    Dots are bins of equal width, as large as the share of readings in them; bars are 95 % Wilson intervals. Dots under
    the diagonal are readings that were too sure.
    """
    columns = min(4, max(1, ceil(sqrt(len(rows)))))
    lines = ceil(len(rows) / columns)
    figure = Figure(figsize=(3.1 * columns + 0.4, 3.3 * lines + 1.15), dpi=110, facecolor="white")
    FigureCanvasAgg(figure)
    height = figure.get_size_inches()[1]
    grid = figure.subplots(lines, columns, squeeze=False)
    figure.subplots_adjust(
        left=0.55 / (3.1 * columns + 0.4),
        right=0.985,
        bottom=0.5 / height,
        top=1 - 1.25 / height,
        wspace=0.22,
        hspace=0.42,
    )
    for place, axes in enumerate(grid.flat):
        if place >= len(rows):
            axes.set_axis_off()
            continue
        _reliability_panel(axes, rows[place])
        if place % columns == 0:
            axes.set_ylabel("share that was right", color=_GREY, fontsize=8)
        if place + columns >= len(rows):
            axes.set_xlabel("probability given", color=_GREY, fontsize=8)
    note = (
        "Dots: readings of like probability, larger for more of them; bars: 95 % intervals. Under the line: too sure."
    )
    _title(figure, "Can the probabilities be believed?", note, version)
    figure.savefig(path)


def speed(timings: Timings, path: Path, version: str) -> None:
    """Draw how long each thing took: the share of calls that were done within a time, one line each."""
    figure = Figure(figsize=(8.2, 4.4), dpi=110, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.09, 0.13, 0.88, 0.68))
    for row, colour in zip(timings.rows, (_ACCENT, "#1d4ed8", "#047857", _GREY), strict=False):
        shares = np.arange(1, len(row.spans_ms) + 1) / len(row.spans_ms)
        label = f"{row.what}: median {row.median_ms:.2f} ms, p99 {row.p99_ms:.2f} ms"
        axes.step(row.spans_ms, shares, where="post", color=colour, linewidth=1.6, label=label)
        if row.aim_ms is not None:
            axes.plot(row.aim_ms, 0.5, marker="<", markersize=8, color=colour)
    axes.set_xscale("log")
    axes.set_ylim(0, 1.02)
    axes.grid(True, which="both", color=_PALE)
    axes.set_axisbelow(True)
    axes.set_xlabel("ms", color=_GREY, fontsize=8)
    axes.set_ylabel("share of calls that were done", color=_GREY, fontsize=8)
    axes.tick_params(labelsize=8, colors=_GREY)
    axes.legend(fontsize=8, loc="center", frameon=False)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    _title(
        figure,
        "How long does a reading take?",
        "Single readings on one thread, read_many on all cores. Triangles: what the median shall be at most.",
        version,
    )
    figure.savefig(path)


def _diagonal(axes: Axes, row: Score, shares: NDArray[np.float64], truths: NDArray[np.int64]) -> None:
    small = len(row.symbols) > 10
    for i in range(len(row.symbols)):
        colour = "#dfe3ea" if truths[i] else "#f6f7f9"
        axes.add_patch(Rectangle((i - 0.5, i - 0.5), 1, 1, facecolor=colour, edgecolor="none"))
        if truths[i] and len(row.symbols) <= 26:
            text = f"{shares[i, i] * 100:.0f}" if small else f"{shares[i, i] * 100:.1f}"
            axes.text(i, i, text, ha="center", va="center", fontsize=6.5 if small else 8.5, color=_INK)


def _counts(axes: Axes, row: Score, errors: NDArray[np.float64]) -> None:
    size = 6 if len(row.symbols) > 10 else 8.5
    dark = PowerNorm(0.5, 0, max(0.02, errors.max()))
    for truth, answer in zip(*np.nonzero(errors), strict=True):
        colour = "white" if dark(errors[truth, answer]) > 0.6 else _INK
        count = row.matrix[truth, answer]
        axes.text(answer, truth, f"{count}", ha="center", va="center", fontsize=size, color=colour)


def _symbols(axes: Axes, symbols: tuple[str, ...]) -> None:
    size = 10 if len(symbols) <= 26 else 8
    places = np.arange(len(symbols))
    axes.set_xticks(places, symbols, fontsize=size, color=_INK)
    axes.set_yticks(places, symbols, fontsize=size, color=_INK)
    axes.xaxis.tick_top()
    axes.tick_params(length=0, pad=3)
    axes.set_xticks(places[:-1] + 0.5, minor=True)
    axes.set_yticks(places[:-1] + 0.5, minor=True)
    axes.grid(which="minor", color=_PALE, linewidth=0.6)
    axes.tick_params(which="minor", length=0)
    axes.set_xlabel("answer", color=_GREY, fontsize=8, labelpad=4)
    axes.xaxis.set_label_position("top")
    axes.set_ylabel("truth", color=_GREY, fontsize=8, labelpad=4)
    for spine in axes.spines.values():
        spine.set_color("#c9ced8")


def _worst(figure: Figure, row: Score, left: float, top: float) -> None:
    height = figure.get_size_inches()[1]
    figure.text(left, top, "Most frequent errors", fontsize=9.5, fontweight="bold", color=_INK, va="top")
    worst = top_confusions(row.matrix, row.symbols, 12)
    for line, (truth, answer, count, share) in enumerate(worst, start=1):
        y = top - (0.1 + 0.27 * line) / height
        figure.text(left, y, f"{truth} → {answer}", fontsize=10, color=_ACCENT, va="top", family="monospace")
        told = f"{count:,} times, {share * 100:.1f} % of {truth}"
        figure.text(left + 0.62 / figure.get_size_inches()[0], y, told, fontsize=8.5, color=_GREY, va="top")
    if not worst:
        figure.text(left, top - 0.37 / height, "none", fontsize=9, color=_GREY, va="top")


def _reliability_panel(axes: Axes, row: Score) -> None:
    axes.plot([0, 1], [0, 1], color="#c9ced8", linewidth=1, zorder=1)
    for b in equal_width_bins(row.confidence, row.correct):
        share = wilson(round(b.accuracy * b.samples), b.samples)
        axes.plot([b.confidence] * 2, [share.low, share.high], color=_ACCENT, linewidth=1.1, alpha=0.55, zorder=2)
        area = 14 + 260 * b.samples / max(1, len(row.confidence))
        axes.scatter(b.confidence, b.accuracy, s=area, color=_ACCENT, edgecolor="white", linewidth=0.8, zorder=3)
    axes.set(xlim=(-0.03, 1.06), ylim=(-0.03, 1.06), aspect="equal")
    axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"], fontsize=8, color=_GREY)
    axes.set_yticks([0, 0.5, 1], ["0", "0.5", "1"], fontsize=8, color=_GREY)
    axes.tick_params(length=0)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color("#c9ced8")
    axes.set_title(f"{row.pack} · {row.split}\n{row.alphabet}", fontsize=8.5, color=_INK, loc="left")
    told = f"ECE {row.ece:.4f}\n{row.accuracy.total:,} samples"
    paper = {"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 1}
    axes.text(1.02, 0.0, told, fontsize=8, color=_GREY, ha="right", va="bottom", bbox=paper, zorder=4)


def _title(figure: Figure, title: str, summary: str, version: str) -> None:
    width, height = figure.get_size_inches()
    figure.text(0.3 / width, 1 - 0.2 / height, title, fontsize=13, fontweight="bold", color=_INK, va="top")
    figure.text(0.3 / width, 1 - 0.5 / height, f"{summary}   bundle {version}", fontsize=8.5, color=_GREY, va="top")


def _summary(row: Score) -> str:
    share = row.accuracy
    return (
        f"{share.value * 100:.2f} % of {share.total:,} right (95 %: {share.low * 100:.2f} to {share.high * 100:.2f}), "
        f"ECE {row.ece:.4f}."
    )
