"""Pictures kept out of training, taken through the model by the product's own path: uint8 → Ink → glyph → logits."""

import itertools
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from ..alphabet import Alphabet, kind_of
from ..data.packs import Pack, find_packs, load_pack, may_be_measured, split
from ..errors import DataError, InkError
from ..ink import Ink

if TYPE_CHECKING:
    from ..recognizer import Recognizer

__all__ = ["Inferred", "held_out", "infer_pictures", "ink_or_none", "right", "some"]

Grey = NDArray[np.uint8]
_BATCH = 128
_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Inferred:
    """What the model makes of pictures.

    Args:
        logits: float32 (N, symbols), NaN where there was no ink to read.
        unknown: float32 (N,), the logit of none of its symbols; -inf where the bundle has none, NaN as above.
    """

    logits: NDArray[np.float32]
    unknown: NDArray[np.float32]

    @property
    def read(self) -> NDArray[np.bool_]:
        """Which of the pictures held ink: bool (N,)."""
        return np.asarray(~np.isnan(self.logits).any(1))

    def __len__(self) -> int:
        """Give the number of pictures."""
        return len(self.logits)


def infer_pictures(
    recognizer: "Recognizer", sources: Iterable[Grey | Ink], what: str = "pictures", progress: bool = False
) -> Inferred:
    """Infer pictures, or ink, batch by batch; where one cannot be read as ink, its row is NaN.

    Args:
        recognizer: reads with the bundle that is measured.
        sources: each uint8 (H, W), or ink.
        what: they are, for the progress bar.
        progress: whether to draw it.
    """
    parts = [np.zeros((0, len(recognizer.symbols) + 1), np.float32)]
    stream = iter(sources)
    with tqdm(desc=what, unit="picture", disable=not progress, leave=False) as bar:
        while batch := list(itertools.islice(stream, _BATCH)):
            inks = [ink_or_none(source) for source in batch]
            found = np.full((len(batch), len(recognizer.symbols) + 1), np.nan, np.float32)
            there = [i for i, ink in enumerate(inks) if ink is not None]
            inferred = recognizer.infer([ink for ink in inks if ink is not None])
            found[there, :-1] = inferred.logits
            found[there, -1] = inferred.unknown
            parts.append(found)
            bar.update(len(batch))
    rows = np.concatenate(parts)
    return Inferred(rows[:, :-1], rows[:, -1])


def right(recognizer: "Recognizer", found: Inferred, alphabet: Alphabet, labels: NDArray[np.str_]) -> NDArray[np.bool_]:
    """Say which pictures were read right in an alphabet: bool (N,); what held no ink was not."""
    correct = np.zeros(len(found), np.bool_)
    read = found.read
    answer = recognizer.probabilities(found.logits[read], alphabet).argmax(1) if read.any() else np.zeros(0, int)
    correct[read] = np.array(alphabet.symbols)[answer] == labels[read]
    return correct


def held_out(folder: Path, name: str, side: str) -> Pack | None:
    """Give the samples of a pack that are on one side of the split; None, with a warning, where it cannot be read."""
    path = find_packs(folder).get(name)
    if path is None:
        _log.warning("%s is not in %s: what takes it was not measured.", name, folder)
        return None
    try:
        pack = load_pack(path)
    except DataError as error:
        _log.warning("%s", error)
        return None
    chosen = pack.select((split(pack) == side) & may_be_measured(pack))
    return chosen if len(chosen) else None


def some(pack: Pack, kind: str, most: int, seed: int) -> Pack:
    """Draw samples of one kind of symbol."""
    where = np.flatnonzero([kind_of(label) == kind for label in pack.labels.tolist()])
    return pack.select(np.random.default_rng(seed).permutation(where)[:most])


def ink_or_none(source: Grey | Ink) -> Ink | None:
    """Make ink of a picture; None where there is none on it."""
    try:
        return Ink.of(source)
    except InkError:
        return None
