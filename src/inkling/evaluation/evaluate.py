"""Reads every test and validation split that is there, by the product's own path, and says how well."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from ..data.catalogue import CATALOGUE
from ..data.packs import MISSING_DATA_HINT, Pack, find_packs, load_pack, may_be_measured, split
from ..errors import DataError, DataMissing, InkError
from ..folders import writable_folder
from ..ink import Ink
from .machine import describe_machine
from .report import Report
from .score import Score, alphabets_for, score, truth_in

if TYPE_CHECKING:
    from ..recognizer import Recognizer

__all__ = ["EVALUATED", "evaluate", "logits_of"]

#: The splits that are evaluated unless others are asked for, in the order of the report.
EVALUATED = ("test", "validation")

_log = logging.getLogger(__name__)
_BATCH = 256


def evaluate(
    recognizer: "Recognizer",
    data_folder: Path,
    out: Path | None = None,
    *,
    splits: Sequence[str] = EVALUATED,
    speed: bool = False,
    progress: bool = False,
) -> Report:
    """Evaluate a bundle on every split that can be found.

    A file that cannot be read is named in a warning and left out.

    Each sample goes the way that a user's would: array or strokes → Ink → normaliser → network. Its logits are computed
    once and read in every alphabet that suits it.

    Args:
        recognizer: reads with the bundle to evaluate.
        data_folder: holds the data packs.
        out: where to write ``report.json``, ``report.md`` and plots; nothing is written if None.
        splits: which of ``test`` and ``validation``.
        speed: whether to time readings as well.
        progress: whether to draw a progress bar on standard error.

    Raises:
        DataMissing: there is no readable pack with such a split.
        DataError: ``splits`` names another one.
        FolderNotWritable: nothing can be written to ``out``; found out before the work.
    """
    strange = set(splits) - set(EVALUATED)
    if strange:
        raise DataError(f"There is no split {sorted(strange)} to evaluate.", f"Known: {', '.join(EVALUATED)}.")
    if out is not None:
        out = writable_folder(out)
    scores = [row for pack in _packs(data_folder) for row in _scores(recognizer, pack, splits, progress)]
    if not scores:
        raise DataMissing(
            f"There is nothing to evaluate in {data_folder}: no readable pack has a split {' or '.join(splits)}.",
            MISSING_DATA_HINT,
        )
    scores.sort(key=lambda row: splits.index(row.split))  # stable: packs keep their order
    timings = None
    if speed:
        from .speed import time_readings

        timings = time_readings(recognizer)
    report = Report(recognizer.version, describe_machine(), tuple(scores), timings)
    if out is not None:
        report.write(out)
    return report


def logits_of(recognizer: "Recognizer", pack: Pack, progress: bool = False) -> NDArray[np.float32]:
    """Compute the logits of every sample of a pack: float32 (N, symbols), NaN where a sample is no readable ink."""
    logits = np.full((len(pack), len(recognizer.symbols)), np.nan, np.float32)
    with tqdm(total=len(pack), desc=pack.name, unit="sample", disable=not progress, leave=False) as bar:
        for start in range(0, len(pack), _BATCH):
            batch = range(start, min(start + _BATCH, len(pack)))
            for part in _readable(recognizer, pack, batch):
                where, values = part
                logits[where] = values
            bar.update(len(batch))
    return logits


def _readable(
    recognizer: "Recognizer", pack: Pack, batch: Iterable[int]
) -> Iterator[tuple[list[int], NDArray[np.float32]]]:
    """Infer a batch at once; if one of it cannot be read, infer one by one, so that only that one is left out."""
    try:
        yield list(batch), recognizer.infer([_ink(pack, i) for i in batch]).logits
    except InkError:
        for i in batch:
            try:
                yield [i], recognizer.infer([_ink(pack, i)]).logits
            except InkError as error:
                _log.warning("%s, sample %d (%s): %s", pack.name, i, pack.labels[i], error)


def _ink(pack: Pack, index: int) -> Ink:
    if pack.images is not None:
        return Ink.from_image(pack.images[index])
    return Ink.from_strokes(pack.strokes(index))


def _scores(recognizer: "Recognizer", pack: Pack, splits: Sequence[str], progress: bool) -> Iterator[Score]:
    sides = split(pack)
    wanted = np.isin(sides, splits) & np.isin(pack.labels, recognizer.symbols) & may_be_measured(pack)
    if not wanted.any():
        return
    pack, sides = pack.select(wanted), sides[wanted]
    logits = logits_of(recognizer, pack, progress)
    for side in splits:
        here = sides == side
        for alphabet in alphabets_for(pack.labels[here], recognizer.symbols):
            truth = truth_in(pack.labels, alphabet)
            chosen = here & (truth >= 0)
            probabilities = np.full((chosen.sum(), len(alphabet)), np.nan, np.float32)
            read = ~np.isnan(logits[chosen]).any(axis=1)
            if read.any():
                probabilities[read] = recognizer.probabilities(logits[chosen][read], alphabet)
            yield score(pack.name, side, alphabet, truth[chosen], probabilities, pack.writers[chosen])


def _packs(folder: Path) -> Iterator[Pack]:
    """Known packs in the catalogue's order, then a person's own by name."""
    place = {name: i for i, name in enumerate(CATALOGUE)}
    found = find_packs(folder)
    for name in sorted(found, key=lambda name: (place.get(name, len(place)), name)):
        try:
            yield load_pack(found[name])
        except DataError as error:
            _log.warning("%s", error)
