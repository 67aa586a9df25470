"""Measures what learning from corrections is worth and what it costs, on handwriting kept out of training."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..data.packs import MISSING_DATA_HINT, Pack, find_packs, load_pack, split
from ..errors import DataError, DataMissing
from ..folders import writable_folder
from .fewshot import few_shot_section, learn_scripts, left_out
from .findings import Section
from .findings_report import FindingsReport
from .forgetting import forgetting_section, measure_forgetting
from .handwriting import Handwriting, ink_of, prepare
from .machine import describe_machine
from .streams import Streams, at_once_section, run_streams, streams_section
from .upkeep import time_section, undo_section
from .variation import variation_section

if TYPE_CHECKING:
    from ..recognizer import Recognizer

__all__ = ["Effort", "evaluate_learning"]

#: What is learned from, by writer; new symbols; and what shall not be forgotten, by the split that is measured.
STREAMS, SCRIPTS = "unipen-strokes", "omniglot-background"
_HELD = {"test": ("mnist-test", "emnist-letters"), "validation": ("mnist-train", "emnist-letters")}

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Effort:
    """How much is measured.

    Args:
        seeds: of orders, samples and changes.
        least: samples of a writer whose stream counts.
        drawings: how many are made differently, a seed.
        episodes: of new symbols, a script.
        known: how many known samples to draw from where new symbols are learned beside them.
        corrections: how many are taught where forgetting is measured.
        sizes: corrections in memory where readings are timed.
        readings: how many are timed.
    """

    seeds: tuple[int, ...] = (0, 1, 2)
    least: int = 40
    drawings: int = 300
    episodes: int = 40
    known: int = 1500
    corrections: int = 1000
    sizes: tuple[int, ...] = (10_000, 100_000)
    readings: int = 300


def evaluate_learning(
    recognizer: "Recognizer",
    data_folder: Path,
    out: Path | None = None,
    *,
    side: str = "test",
    few_shot: Sequence["Recognizer"] = (),
    effort: Effort | None = None,
    progress: bool = False,
) -> FindingsReport:
    """Measure how a bundle learns from corrections.

    Args:
        recognizer: reads with the bundle to measure.
        data_folder: holds the data packs; ``unipen-strokes`` is needed, what else is missing is left out.
        out: where to write ``learning.json``, ``learning.md`` and ``learning.png``; nothing is written if None.
        side: ``test`` or ``validation``, the writers that are measured.
        few_shot: bundles that left scripts out of training, to learn those scripts' symbols; ``recognizer`` is one of
            them if its card names any.
        effort: how much is measured.
        progress: whether to draw progress bars on standard error.

    Raises:
        DataMissing: there is no readable pack of writers' strokes with such a split.
        DataError: there is no such split.
        FolderNotWritable: nothing can be written to ``out``; found out before the work.
    """
    if side not in _HELD:
        raise DataError(f"There is no split {side!r} to measure learning on.", f"Known: {', '.join(_HELD)}.")
    if out is not None:
        out = writable_folder(out)
    effort = effort or Effort()
    pack = _pack(data_folder, STREAMS)
    if pack is None:
        raise DataMissing(f"Learning is measured on {STREAMS}, which is not in {data_folder}.", MISSING_DATA_HINT)
    sides, known = split(pack), np.isin(pack.labels, recognizer.symbols)
    samples = prepare(recognizer, pack, known & (sides == side), taught=True, progress=progress)
    every = run_streams(recognizer, samples, effort.seeds, effort.least, progress) if len(samples) else []
    if not every:
        raise DataMissing(
            f"{STREAMS} has no writer of {side} with {effort.least} samples that the bundle can answer.",
            MISSING_DATA_HINT,
        )
    sections = [
        at_once_section(every),
        variation_section(recognizer, pack, samples, effort.seeds, effort.drawings, progress=progress),
        streams_section(every),
        *_few_shot(recognizer, data_folder, few_shot, (pack, known & (sides == side)), effort, progress),
        *_forgetting(recognizer, data_folder, pack, samples, side, effort, progress),
        undo_section(recognizer, samples, effort.seeds, effort.corrections),
        _time(recognizer, pack, samples, effort, progress),
    ]
    report = FindingsReport(
        "learning",
        f"How the bundle {recognizer.version} learns from corrections",
        f"inkling evaluate --learning --split {side}",
        f"Writers are those of {side}, kept out of training; {len(effort.seeds)} seeds; spans go from the least run to "
        "the most. Symbols are told apart with their case: `o`, `O` and `0` are three.",
        recognizer.version,
        describe_machine(),
        tuple(sections),
        partial(_plot, every[-1], recognizer.version),
        "Errors over the stream",
        {"split": side, "seeds": list(effort.seeds)},
    )
    if out is not None:
        report.write(out)
    return report


def _few_shot(
    recognizer: "Recognizer",
    folder: Path,
    others: Sequence["Recognizer"],
    known: tuple[Pack, "np.ndarray[tuple[int], np.dtype[np.bool_]]"],
    effort: Effort,
    progress: bool,
) -> Iterator[Section]:
    bundles = [bundle for bundle in (recognizer, *others) if left_out(bundle)]
    scripts = _pack(folder, SCRIPTS) if bundles else None
    if scripts is None:
        _log.warning("New symbols were not measured: it takes %s, and a bundle that left scripts out.", SCRIPTS)
        return
    pack, keep = known
    some = np.zeros(len(pack), bool)
    some[np.random.default_rng(0).permutation(np.flatnonzero(keep))[: effort.known]] = True
    found = [
        row for bundle in bundles for row in learn_scripts(bundle, scripts, (pack, some), effort.episodes, progress)
    ]
    if found:
        yield few_shot_section(found)


def _forgetting(
    recognizer: "Recognizer",
    folder: Path,
    pack: Pack,
    samples: Handwriting,
    side: str,
    effort: Effort,
    progress: bool,
) -> Iterator[Section]:
    held = []
    for name in _HELD[side]:
        if (other := _pack(folder, name)) is not None:
            keep = (split(other) == side) & np.isin(other.labels, recognizer.symbols)
            held.append(prepare(recognizer, other, keep, progress=progress))
    held = [rows for rows in held if len(rows)]
    if not held:
        _log.warning("Forgetting was not measured: it takes %s.", " or ".join(_HELD[side]))
        return
    pool = samples
    if side == "test":  # validation writers were not trained on either, and a thousand errors take many writers
        keep = np.isin(split(pack), ("test", "validation")) & np.isin(pack.labels, recognizer.symbols)
        pool = prepare(recognizer, pack, keep, taught=True, progress=progress)
    yield forgetting_section(
        measure_forgetting(recognizer, pool, held, effort.seeds, effort.corrections, progress=progress)
    )


def _time(recognizer: "Recognizer", pack: Pack, samples: Handwriting, effort: Effort, progress: bool) -> Section:
    chosen = np.random.default_rng(0).permutation(len(samples))[: effort.readings]
    inks = [ink_of(pack, int(samples.places[i])) for i in chosen]
    return time_section(recognizer, inks, samples, effort.sizes, effort.readings, progress)


def _pack(folder: Path, name: str) -> Pack | None:
    """Read a pack; None, with a warning, where it cannot be read."""
    path = find_packs(folder).get(name)
    if path is None:
        return None
    try:
        return load_pack(path)
    except DataError as error:
        _log.warning("%s", error)
        return None


def _plot(streams: Streams, version: str, path: Path) -> None:
    from .learning_plots import learning_curves  # matplotlib: only where something is drawn

    learning_curves(streams, path, version)
