"""What the gate judges on: samples that no network learns from, and what two networks make of them."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..alphabet import kind_of, look_alikes
from ..bundle import Bundle
from ..data.packs import Pack, find_packs, load_pack, may_be_measured, split
from ..errors import DataError
from ..raster import rasterize
from ..recognizer import Recognizer
from .lessons import Lessons
from .probes import JUDGED_SEED, normalized, probes

__all__ = [
    "CORRECTIONS",
    "OTHERS",
    "PROBES",
    "Judged",
    "Readings",
    "frozen_sets",
    "held_out_corrections",
    "read_by_both",
]

#: What the comparisons call the held-out corrections, and the characters of typefaces.
CORRECTIONS, PROBES = "corrections", "probes"
#: What it calls held-out corrections of people whose hands it did not learn from.
OTHERS = "corrections of others"

#: More samples of one pack tell little more, and cost time.
_MOST_SAMPLES = 5000
_BATCH = 128

#: Which symbols of the same shape pass for one another.
Forgiven = Literal["nothing", "case", "shape"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Judged:
    """Samples to judge by: labels str (N,), glyphs uint8 (N, 28, 28), under one name."""

    name: str
    labels: NDArray[np.str_]
    glyphs: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Readings:
    """What two networks made of the same samples.

    Args:
        judged: the samples.
        symbols: what the logits stand for.
        truth: int (N,), index of each sample's symbol.
        before, after: float32 (N, S), the logits of the current network and of the candidate.
        features_before, features_after: float32 (N, D).
    """

    judged: Judged
    symbols: tuple[str, ...]
    truth: NDArray[np.intp]
    before: NDArray[np.float32]
    after: NDArray[np.float32]
    features_before: NDArray[np.float32]
    features_after: NDArray[np.float32]

    @property
    def name(self) -> str:
        """The name of the samples."""
        return self.judged.name

    @property
    def kinds(self) -> NDArray[np.str_]:
        """The kind of each sample's symbol: str (N,)."""
        return self.symbol_kinds[self.truth]

    @property
    def symbol_kinds(self) -> NDArray[np.str_]:
        """The kind of each symbol: str (S,)."""
        return np.array([kind_of(symbol) for symbol in self.symbols])

    def within_kind(self, logits: NDArray[np.float32]) -> NDArray[np.float32]:
        """Leave only the symbols of each sample's own kind to choose from: float32 (N, S), -inf for the others."""
        same = self.symbol_kinds[None, :] == self.kinds[:, None]  # (N, S)
        return np.where(same, logits, np.float32(-np.inf))

    def right(self, within_kind: bool, forgiven: Forgiven = "nothing") -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Say which samples each network reads right: bool (N,) before, bool (N,) after.

        Args:
            within_kind: choose among symbols of the sample's own kind, or among all.
            forgiven: which other symbols of the same shape pass as well: none, the same letter in the other case, or
                all that no reader can tell apart.
        """
        both = (self.before, self.after)
        answers = [(self.within_kind(logits) if within_kind else logits).argmax(1) for logits in both]
        passes = _passes(self.symbols, forgiven)
        before, after = (passes[self.truth, answer] for answer in answers)
        return before, after


def frozen_sets(data_folder: Path | None, bundle: Bundle) -> Iterator[Judged]:
    """Give the validation samples of every pack, never the test ones, then characters of typefaces.

    Args:
        data_folder: holds the packs; None, or an empty one, leaves the typefaces.
        bundle: whose normaliser makes the glyphs, and whose symbols are known.
    """
    for name, path in find_packs(data_folder).items() if data_folder else ():
        try:
            pack = load_pack(path)
        except DataError as error:
            _log.warning("The gate leaves the pack %s out: %s", name, error)
            continue
        there = (split(pack) == "validation") & np.isin(pack.labels, bundle.symbols) & may_be_measured(pack)
        index = np.flatnonzero(there)
        if len(index) > _MOST_SAMPLES:
            index = np.sort(np.random.default_rng(0).choice(index, _MOST_SAMPLES, replace=False))
        if len(index):
            yield Judged(pack.name, pack.labels[index], _glyphs_of(pack, index, bundle))
    yield Judged(PROBES, *probes(bundle.symbols, JUDGED_SEED))


def held_out_corrections(
    lessons: Lessons, symbols: Sequence[str], name: str = CORRECTIONS, trained: Lessons | None = None
) -> Judged:
    """Give the corrections that are kept to judge by, each ink once, and none whose very ink was trained on too.

    Args:
        lessons: the corrections.
        symbols: those that the networks know.
        name: what the comparisons shall call them.
        trained: what was trained on, where that is not these lessons.
    """
    held_out, known = lessons.held_out(), np.isin(lessons.labels, symbols)
    learned = lessons.glyphs[~held_out] if trained is None else trained.glyphs[~trained.held_out()]
    seen = {glyph.tobytes() for glyph in learned}
    index = []
    for i in np.flatnonzero(held_out & known):
        ink = lessons.glyphs[i].tobytes()
        if ink not in seen:
            seen.add(ink)
            index.append(int(i))
    return Judged(name, lessons.labels[index], lessons.glyphs[index])


def read_by_both(
    judged: Judged, current: Recognizer, candidate: Recognizer, report: Callable[[int], None] = lambda samples: None
) -> Readings:
    """Let two networks of the same symbols read the same samples; ``report`` is told how many are done."""
    place = {symbol: i for i, symbol in enumerate(current.symbols)}
    truth = np.array([place[label] for label in judged.labels.tolist()], np.intp)
    parts: list[tuple[NDArray[np.float32], NDArray[np.float32]]] = []
    for start in range(0, len(truth), _BATCH):
        glyphs = judged.glyphs[start : start + _BATCH]
        parts.append((current.traces(glyphs), candidate.traces(glyphs)))
        report(len(glyphs))
    if not parts:
        parts = [(current.traces(judged.glyphs), candidate.traces(judged.glyphs))]
    before, after = (np.concatenate(column) for column in zip(*parts, strict=True))  # (N, S + D) each
    count = len(current.symbols)
    return Readings(
        judged, current.symbols, truth, before[:, :count], after[:, :count], before[:, count:], after[:, count:]
    )


def _glyphs_of(pack: Pack, index: NDArray[np.intp], bundle: Bundle) -> NDArray[np.uint8]:
    """Normalise samples of a pack as they are: uint8 (N, 28, 28)."""
    starts = range(0, len(index), _BATCH)
    return np.concatenate([normalized(_frames(pack, index[i : i + _BATCH]), bundle) for i in starts])


def _frames(pack: Pack, index: NDArray[np.intp]) -> NDArray[np.uint8]:
    """Lay samples on frames of one size: uint8 (N, H, W)."""
    if pack.images is not None:
        return pack.images[index]
    drawn = [rasterize(pack.strokes(int(i)))[0] for i in index]
    height, width = (max(one.shape[axis] for one in drawn) for axis in (0, 1))
    frames = np.zeros((len(drawn), height, width), np.uint8)
    for frame, one in zip(frames, drawn, strict=True):
        frame[: one.shape[0], : one.shape[1]] = one
    return frames


def _passes(symbols: Sequence[str], forgiven: Forgiven) -> NDArray[np.bool_]:
    """Say which answer passes for which truth: bool (S, S), rows are the truth."""
    passes = np.eye(len(symbols), dtype=np.bool_)
    if forgiven != "nothing":
        for i, truth in enumerate(symbols):
            alike = look_alikes(truth)
            for j, answer in enumerate(symbols):
                if answer in alike and (forgiven == "shape" or answer == truth.swapcase()):
                    passes[i, j] = True
    return passes
