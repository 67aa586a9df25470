"""The plot of refusal: examples of each kind of stranger as the network sees them, and how well they are told."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from .refusal_tables import Stranger, auroc, together
from .robustness_plots import plain, titled

__all__ = ["refusal_plot"]

_INK, _GREY, _PALE, _ACCENT = "#1d2433", "#6b7280", "#eef0f4", "#c2410c"
_SHOWN = 10


def refusal_plot(digits: Stranger, found: Sequence[Stranger], version: str, path: Path) -> None:
    """Draw a row a kind of stranger: some glyphs, and AUROC by membership and by plain softmax.

    Args:
        digits: the real ones.
        found: the strangers.
        version: the bundle's.
        path: the file to write.
    """
    kinds = list(dict.fromkeys(part.kind for part in found))
    height = 0.62 * (len(kinds) + 1) + 1.5
    figure = Figure(figsize=(11.2, height), dpi=110, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.6, 0.6 / height, 0.36, 0.62 * (len(kinds) + 1) / height))
    lowest = 97.0
    for row, kind in enumerate(kinds):
        parts = [part for part in found if part.kind == kind]
        whole = together(kind, "all", parts)
        level = len(kinds) - row
        _examples(figure, parts, kind, level, height)
        scores = (auroc(digits.sure, whole.sure), auroc(digits.membership, whole.membership))
        axes.plot([100 * score for score in scores], [level] * 2, color=_PALE, linewidth=5, zorder=1)
        for score, colour in zip(scores, (_GREY, _ACCENT), strict=True):
            axes.scatter(100 * score, level, s=46, color=colour, edgecolor="white", zorder=3)
        axes.annotate(
            f"{100 * scores[1]:.2f}", (100 * scores[1], level), (0, 8), textcoords="offset points",
            ha="center", fontsize=8, color=_ACCENT,
        )  # fmt: skip
        lowest = min(lowest, *(100 * score - 3 for score in scores))
    _examples(figure, [digits], "real digits", 0, height)
    axes.axvline(99, color="#c9ced8", linewidth=1, zorder=0)
    axes.set(ylim=(-0.5, len(kinds) + 0.5), xlim=(lowest, 101.5))
    axes.set_yticks([])
    axes.set_title("AUROC against digits, %: grey by softmax, red by membership", fontsize=9, color=_INK, loc="left")
    plain(axes)
    axes.spines["left"].set_visible(False)
    told = f"Left: as the network sees them. Line: the aim where there is no symbol at all, 99 %.   bundle {version}"
    titled(figure, "Does it know what is no digit?", told)
    figure.savefig(path)


def _examples(figure: Figure, parts: Sequence[Stranger], kind: str, level: int, height: float) -> None:
    """Show a kind's name and some of its glyphs, the ways in turn."""
    bottom = (0.6 + 0.62 * level) / height
    figure.text(0.03, bottom + 0.31 / height, kind, fontsize=9, color=_INK, va="center")
    most = max((len(part.glyphs) for part in parts), default=0)
    glyphs = [part.glyphs[i] for i in range(most) for part in parts if i < len(part.glyphs)][:_SHOWN]
    for place, glyph in enumerate(glyphs):
        axes = figure.add_axes((0.19 + 0.04 * place, bottom + 0.05 / height, 0.037, 0.52 / height))
        axes.imshow(1 - np.asarray(glyph), cmap="gray", vmin=0, vmax=1)
        axes.set_axis_off()
