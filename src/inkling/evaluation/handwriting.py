"""Handwriting that was taken through the model once, to be read and taught as often as a measurement needs."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from ..alphabet import Alphabet
from ..data.packs import Pack
from ..errors import InkError
from ..inference import Inference, quantized
from ..ink import Ink
from ..memory import Memory

if TYPE_CHECKING:
    from ..recognizer import Recognizer

__all__ = ["Handwriting", "answers", "answers_in", "ink_of", "prepare", "teach"]

Indices = NDArray[np.intp]
_BATCH = 256
_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Handwriting:
    """Samples as memory meets them.

    Args:
        name: the pack they are from.
        labels: str (N,), the true symbols.
        writers: int32 (N,), who wrote them.
        glyphs: uint8 (N, 28, 28), 255 = ink.
        logits: float32 (N, S), calibrated.
        features: float32 (N, D).
        sizes: float32 (N,), the longer side of each one's ink in px of the input.
        traces: float32 (N, S + D), what is kept of a glyph that is taught; no rows where none shall be.
        places: int (N,), where in the pack they stand.
    """

    name: str
    labels: NDArray[np.str_]
    writers: NDArray[np.int32]
    glyphs: NDArray[np.uint8]
    logits: NDArray[np.float32]
    features: NDArray[np.float32]
    sizes: NDArray[np.float32]
    traces: NDArray[np.float32]
    places: Indices

    def __len__(self) -> int:
        """Give the number of samples."""
        return len(self.labels)

    def select(self, index: NDArray[np.intp] | NDArray[np.bool_]) -> "Handwriting":
        """Give some of the samples, in the order of ``index``."""
        return Handwriting(
            self.name,
            self.labels[index],
            self.writers[index],
            self.glyphs[index],
            self.logits[index],
            self.features[index],
            self.sizes[index],
            self.traces[index] if len(self.traces) else self.traces,
            self.places[index],
        )


def prepare(
    recognizer: "Recognizer", pack: Pack, keep: NDArray[np.bool_], *, taught: bool = False, progress: bool = False
) -> Handwriting:
    """Take samples of a pack through the model, by the way that a user's ink goes; what is no ink is left out.

    Args:
        recognizer: reads with the bundle that is measured.
        pack: the data set.
        keep: bool (N,), which of its samples.
        taught: whether they will be taught too.
        progress: whether to draw a progress bar.
    """
    chosen = np.flatnonzero(keep)
    parts: list[tuple[list[int], Inference]] = []
    with tqdm(total=len(chosen), desc=pack.name, unit="sample", disable=not progress, leave=False) as bar:
        for start in range(0, len(chosen), _BATCH):
            batch = chosen[start : start + _BATCH].tolist()
            parts += _inferred(recognizer, pack, batch)
            bar.update(len(batch))
    places = np.array([i for part, _ in parts for i in part], np.intp)
    empty = recognizer.infer([])
    found = [empty, *(inference for _, inference in parts)]
    glyphs = quantized(np.concatenate([f.glyphs for f in found]))
    return Handwriting(
        pack.name,
        pack.labels[places],
        pack.writers[places],
        glyphs,
        np.concatenate([f.logits for f in found]),
        np.concatenate([f.features for f in found]),
        np.concatenate([f.sizes for f in found]),
        recognizer.traces(glyphs if taught else glyphs[:0]),
        places,
    )


def ink_of(pack: Pack, index: int) -> Ink:
    """Give one sample of a pack as ink."""
    return Ink.from_image(pack.images[index]) if pack.images is not None else Ink.from_strokes(pack.strokes(index))


def answers(recognizer: "Recognizer", memory: Memory | None, samples: Handwriting, alphabet: Alphabet) -> Indices:
    """Read samples in an alphabet, with a memory's vote as a reading has it: int (N,) into ``alphabet.symbols``."""
    return answers_in(recognizer, memory, samples, [alphabet])[0]


def answers_in(
    recognizer: "Recognizer", memory: Memory | None, samples: Handwriting, alphabets: Sequence[Alphabet]
) -> list[Indices]:
    """Read samples in several alphabets; memory votes once for those that are made of the same symbols."""
    if memory is None or not len(memory):
        return [np.asarray(recognizer.probabilities(samples.logits, a).argmax(1)) for a in alphabets]
    votes: dict[frozenset[str], NDArray[np.float32]] = {}
    found = []
    for alphabet in alphabets:
        among = frozenset(member for members in alphabet.members for member in members)
        if among not in votes:
            votes[among] = memory.vote(samples.logits, samples.features, samples.glyphs, among, samples.sizes)
        symbols = (*recognizer.symbols, *memory.taught)
        found.append(np.asarray(recognizer.probabilities(votes[among], alphabet, symbols).argmax(1)))
    return found


def teach(
    memory: Memory,
    samples: Handwriting,
    index: NDArray[np.intp],
    first_id: int,
    symbols: Sequence[str] | None = None,
    read: Sequence[str | None] | None = None,
) -> Memory:
    """Teach samples, numbered from ``first_id``, as their true symbols or as ``symbols``."""
    ids = range(first_id, first_id + len(index))
    labels = samples.labels[index].tolist() if symbols is None else symbols
    said = read or [None] * len(index)
    return memory.teach(ids, labels, samples.glyphs[index], samples.traces[index], said, samples.sizes[index])


def _inferred(recognizer: "Recognizer", pack: Pack, batch: list[int]) -> Iterator[tuple[list[int], Inference]]:
    """Infer a batch at once; if one of it cannot be read, one by one, so that only that one is left out."""
    try:
        yield batch, recognizer.infer([ink_of(pack, i) for i in batch])
    except InkError:
        for i in batch:
            try:
                yield [i], recognizer.infer([ink_of(pack, i)])
            except InkError as error:
                _log.warning("%s, sample %d (%s): %s", pack.name, i, pack.labels[i], error)
