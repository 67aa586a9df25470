"""Replay: batches that mix new corrections, earlier ones, and what the network learned from before."""

import hashlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..data.packs import Pack, find_packs, load_pack, may_be_measured
from ..data.sides import sides_of
from ..errors import DataError
from .datasets import Mixture
from .lessons import Lessons

__all__ = ["Replay", "ReplayBatch", "replay_of"]

_log = logging.getLogger(__name__)

#: Said on the card of a network that was retrained without base data.
WITHOUT_BASE_DATA = (
    "No base data were on the machine: corrections and characters of typefaces were replayed, and the network before "
    "stood as teacher."
)

#: Typefaces stand in for base data under this name.
_TYPEFACES = "typefaces"


@dataclass(frozen=True)
class ReplayBatch:
    """One batch.

    Args:
        glyphs: float32 (N, 28, 28).
        targets: int64 (N,), index of the symbol; -1 where only the teacher says what it is.
        weights: float32 (N,), how much each one's symbol counts.
        lessons: bool (N,), which are corrections.
    """

    glyphs: Tensor
    targets: Tensor
    weights: Tensor
    lessons: Tensor


class Replay:
    """Gives batches by number: the same number gives the same batch.

    Args:
        lessons: corrections of known symbols, to be trained on.
        symbols: the network's symbols.
        base: packs to replay.
        validation: packs that none was trained on.
        seed: of order and variation.
        labelled: whether the base's labels count; the teacher's answers always do.
    """

    def __init__(
        self,
        lessons: Lessons,
        symbols: Sequence[str],
        base: Sequence[Pack],
        validation: Sequence[Pack] = (),
        seed: int = 1,
        labelled: bool = True,
    ) -> None:
        self.seed = seed
        self.base_names = tuple(pack.name for pack in base) if labelled else ()
        self.note = "" if labelled else WITHOUT_BASE_DATA
        self.base, self.validation = tuple(base), tuple(validation)
        self._labelled = labelled
        self._lessons = Mixture(_packs_of(lessons), symbols, seed)
        self._weights, self._new = _in_order_of_packs(lessons)
        self._base = Mixture(base, symbols, seed + 1)
        self._keys = self._base.epoch_keys(np.random.default_rng((seed, 0)))
        known = (lessons.ids, self._weights, self._new)  # doubts may be others by the time that it is gone on with
        named = ("\n".join(lessons.labels.tolist()), str(len(self._keys)))
        parts = (*(array.tobytes() for array in known), *(name.encode() for name in named))
        self.fingerprint = hashlib.sha256(b"\0".join(parts)).hexdigest()

    def batch(self, number: int, size: int, lessons_share: float, new_share: float) -> ReplayBatch:
        """Give a batch of ``size`` samples, so much of it corrections, so much of these new."""
        rng = np.random.default_rng((self.seed, number))
        count = max(1, round(size * lessons_share))
        chosen = self._chosen(count, new_share, rng)
        taught = self._lessons.__getitems__([(2 * number, *key) for key in self._lesson_keys()[chosen].tolist()])
        places = rng.integers(0, len(self._keys), max(1, size - count))
        base = self._base.__getitems__([(2 * number + 1, *key) for key in self._keys[places].tolist()])
        targets = base.targets if self._labelled else torch.full_like(base.targets, -1)
        return ReplayBatch(
            torch.cat((taught.glyphs, base.glyphs)),
            torch.cat((taught.targets, targets)),
            torch.cat((torch.from_numpy(self._weights[chosen]), torch.ones(len(targets)))),
            torch.arange(count + len(targets)) < count,
        )

    def _chosen(self, count: int, new_share: float, rng: np.random.Generator) -> NDArray[np.intp]:
        new, earlier = np.flatnonzero(self._new), np.flatnonzero(~self._new)
        if not len(new) or not len(earlier):
            return np.asarray(rng.integers(0, len(self._new), count))
        # earlier ones that are few are not repeated more often than new ones
        share = max(new_share, len(new) / len(self._new))
        of_new = round(count * share)
        return np.concatenate((rng.choice(new, of_new), rng.choice(earlier, count - of_new)))

    def _lesson_keys(self) -> NDArray[np.int64]:
        sizes = [len(pack) for pack in self._lessons.packs]
        return np.concatenate([np.stack((np.full(n, i), np.arange(n)), 1) for i, n in enumerate(sizes)])


def replay_of(
    lessons: Lessons, symbols: Sequence[str], data_folder: Path | None, seed: int = 1, judged: Lessons | None = None
) -> Replay:
    """Make a replay of corrections and of the training side of all packs of a folder; of typefaces if it has none.

    Args:
        lessons: corrections of known symbols, to be trained on.
        symbols: the network's symbols.
        data_folder: holds the packs.
        seed: of order and variation.
        judged: corrections that are held out, in whatever pack they lie too.
    """
    train: list[Pack] = []
    validation: list[Pack] = []
    packs = list(_packs_in(data_folder))
    for sides in sides_of(packs, None if judged is None else judged.glyphs):
        pack = packs.pop(0)  # what is laid out is not kept twice
        sides[~may_be_measured(pack) & (sides != "train")] = ""
        for side, parts in (("train", train), ("validation", validation)):
            if (sides == side).any():
                parts.append(pack.select(sides == side))
    if train:
        return Replay(lessons, symbols, train, validation, seed)
    from .probes import probes

    labels, glyphs = probes(symbols, seed + 1000)
    faces = Pack(_TYPEFACES, labels, np.full(len(labels), -1, np.int32), glyphs)
    return Replay(lessons, symbols, [faces], (), seed, labelled=False)


def _packs_in(folder: Path | None) -> Iterator[Pack]:
    for path in find_packs(folder).values() if folder else ():
        try:
            yield load_pack(path)
        except DataError as error:
            _log.warning("%s", error)


def _packs_of(lessons: Lessons) -> list[Pack]:
    """Lay corrections out as packs: those with strokes as strokes, the others as pictures."""
    drawn = np.array([strokes is not None for strokes in lessons.strokes])
    packs = []
    if drawn.any():
        some = lessons.select(drawn)
        strokes = [[np.asarray(s[:, :2], np.float32) for s in one] for one in some.strokes if one is not None]
        packs.append(
            Pack(
                "corrections, drawn",
                some.labels,
                np.full(len(some), -1, np.int32),
                points=np.concatenate([s for one in strokes for s in one]),
                stroke_start=np.cumsum([0, *(len(s) for one in strokes for s in one)], dtype=np.int64),
                sample_start=np.cumsum([0, *map(len, strokes)], dtype=np.int64),
            )
        )
    if not drawn.all():
        some = lessons.select(~drawn)
        packs.append(Pack("corrections, pictures", some.labels, np.full(len(some), -1, np.int32), some.glyphs))
    return packs


def _in_order_of_packs(lessons: Lessons) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    drawn = np.array([strokes is not None for strokes in lessons.strokes])
    order = np.concatenate((np.flatnonzero(drawn), np.flatnonzero(~drawn)))
    return lessons.weights[order], lessons.new[order]
