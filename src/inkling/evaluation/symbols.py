"""New symbols by themselves: those of scripts that training left out, learned from one drawing and from five."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ..data.packs import MISSING_DATA_HINT
from ..errors import DataError, DataMissing
from ..folders import writable_folder
from .fewshot import Script, few_shot_section, learn_scripts, left_out
from .findings_report import FindingsReport
from .machine import describe_machine
from .pictures import held_out
from .robustness_plots import plain, titled

if TYPE_CHECKING:
    from ..recognizer import Recognizer

__all__ = ["evaluate_few_shot"]

_SCRIPTS, _KNOWN = "omniglot-background", "unipen-strokes"
_GREY, _ACCENT, _INK = "#6b7280", "#c2410c", "#1d2433"


def evaluate_few_shot(
    recognizer: "Recognizer",
    data_folder: Path,
    out: Path | None = None,
    *,
    side: str = "test",
    others: Sequence["Recognizer"] = (),
    episodes: int = 40,
    known: int = 1500,
    progress: bool = False,
) -> FindingsReport:
    """Measure how new symbols are learned from one drawing and from five.

    Args:
        recognizer: reads with the bundle to measure.
        data_folder: holds ``omniglot-background``, and ``unipen-strokes`` for the known symbols beside the new ones.
        out: where to write ``few-shot.json``, ``few-shot.md`` and ``few-shot.png``; nothing is written if None.
        side: ``test`` or ``validation``, the writers of the known symbols.
        others: bundles that left scripts out of training; ``recognizer`` is one of them if its card names any.
        episodes: how often, each with other symbols and drawers.
        known: how many known samples to draw from.
        progress: whether to draw progress bars on standard error.

    Raises:
        DataMissing: the scripts are not there.
        DataError: no bundle left a script out, so that no symbol is new to any.
        FolderNotWritable: nothing can be written to ``out``; found out before the work.
    """
    if out is not None:
        out = writable_folder(out)
    bundles = [bundle for bundle in (recognizer, *others) if left_out(bundle)]
    if not bundles:
        raise DataError(
            "The bundle was trained on every script, so that no symbol is new to it.",
            "Train some with --leave-out, and name each with --few-shot-bundle.",
        )
    scripts, pack = held_out(data_folder, _SCRIPTS, "train"), held_out(data_folder, _KNOWN, side)
    if scripts is None:
        raise DataMissing(f"New symbols are learned of {_SCRIPTS}, which is not in {data_folder}.", MISSING_DATA_HINT)
    beside = None
    if pack is not None:
        chosen = np.zeros(len(pack), np.bool_)
        chosen[np.random.default_rng(0).permutation(len(pack))[:known]] = True
        beside = pack, chosen & np.isin(pack.labels, recognizer.symbols)
    found = [row for bundle in bundles for row in learn_scripts(bundle, scripts, beside, episodes, progress)]
    if not found:
        raise DataMissing(f"{_SCRIPTS} has none of the scripts that were left out.", MISSING_DATA_HINT)
    report = FindingsReport(
        "few-shot",
        "How new symbols are learned from few drawings",
        f"inkling evaluate --few-shot --split {side}",
        f"Episodes are drawn with seeds 0 to {episodes - 1}.",
        recognizer.version,
        describe_machine(),
        (few_shot_section(found),),
        partial(_plot, found, recognizer.version),
        "Share of new symbols read right after one drawing each, and after five",
    )
    if out is not None:
        report.write(out)
    return report


def _plot(found: Sequence[Script], version: str, path: Path) -> None:
    """Draw a row a script: mean and span over the episodes, after one drawing a symbol and after five."""
    names = list(dict.fromkeys(row.script for row in found))
    height = 0.5 * len(names) + 1.7
    figure = Figure(figsize=(8.4, height), dpi=110, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.22, 0.55 / height, 0.72, 0.5 * len(names) / height))
    for row in found:
        place = names.index(row.script) + (0.14 if row.shots == 1 else -0.14)
        colour, shares = _GREY if row.shots == 1 else _ACCENT, 100 * np.array(row.among_taught)
        axes.plot([shares.min(), shares.max()], [place] * 2, color=colour, linewidth=1.2, alpha=0.6)
        axes.scatter(shares.mean(), place, s=40, color=colour, edgecolor="white", zorder=3)
    axes.set_yticks(range(len(names)), names, color=_INK)
    axes.set(ylim=(-0.6, len(names) - 0.4), xlim=(None, 101))
    axes.set_title(
        "read right among the taught, %: grey one drawing each, red five", fontsize=9, color=_INK, loc="left"
    )
    plain(axes)
    titled(
        figure, "How soon is a new symbol known?", f"Dots: mean of the episodes; lines: their span.   bundle {version}"
    )
    figure.savefig(path)
