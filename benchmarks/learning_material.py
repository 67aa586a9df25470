"""The handwriting that bench_learning.py learns from and is measured on, normalised once by the product's own path."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inkling import Ink, Recognizer
from inkling.alphabet import Alphabet
from inkling.data.packs import Pack, load_pack, split
from inkling.evaluation.score import truth_in
from learners import Samples

#: What is learned from, what shall not be forgotten, and what base samples are drawn from.
STREAMS, DIGITS, LETTERS = "unipen-strokes", "mnist-test", "emnist-letters"
BASES = (STREAMS, "mnist-train", LETTERS)
NEEDED = tuple(sorted({STREAMS, DIGITS, LETTERS, *BASES}))


@dataclass(frozen=True)
class Sizes:
    """How much of everything is taken.

    Args:
        writers: how many writers, of those with samples enough.
        stream: at most so many samples a writer; writers with fewer than ``least`` are passed over.
        base: samples of the training split for the baselines to rehearse, shared alike among :data:`BASES`.
        held: samples of each set that shows forgetting.
        every: the two epochs are gone through after so many corrections.
    """

    writers: int = 10
    stream: int = 500
    least: int = 400
    base: int = 3000
    held: int = 2000
    every: int = 25


#: For a look whether all of it works, and for the choice of learning rates.
QUICK = Sizes(writers=2, stream=80, least=80, base=96, held=100, every=5)
CHOICE = Sizes(writers=5, stream=400, least=280, held=1)


@dataclass(frozen=True)
class Material:
    """Everything that is needed.

    Args:
        streams: one writer's samples in random order each, none of whom was trained on.
        base: of the training split.
        digits, letters: of the test split.
    """

    streams: tuple[Samples, ...]
    base: Samples
    digits: Samples
    letters: Samples


def gather(folder: Path, recognizer: Recognizer, sizes: Sizes, side: str, seed: int) -> Material:
    """Read the packs and take from them by a seed.

    Args:
        folder: where the packs lie.
        recognizer: whose normaliser makes the glyphs, and whose symbols are counted.
        sizes: how much to take.
        side: the split whose writers are learned from: ``test``, or ``validation`` to choose a learning rate.
        seed: of writers, order and samples.
    """
    packs = {name: load_pack(folder / f"{name}.npz") for name in NEEDED}
    sides = {name: split(pack) for name, pack in packs.items()}
    rng = np.random.default_rng(seed)
    unipen = packs[STREAMS]
    writers, counts = np.unique(unipen.writers[sides[STREAMS] == side], return_counts=True)
    chosen = rng.permutation(writers[counts >= sizes.least])[: sizes.writers]
    own = (np.flatnonzero((unipen.writers == writer) & (sides[STREAMS] == side)) for writer in chosen)
    streams = [_samples(unipen, rng.permutation(index)[: sizes.stream], recognizer) for index in own]
    share = sizes.base // len(BASES)
    bases = [_some(packs[name], sides[name] == "train", share, recognizer, rng) for name in BASES]
    return Material(
        tuple(streams),
        Samples(np.concatenate([b.glyphs for b in bases]), np.concatenate([b.truth for b in bases])),
        _some(packs[DIGITS], sides[DIGITS] == "test", sizes.held, recognizer, rng),
        _some(packs[LETTERS], sides[LETTERS] == "test", sizes.held, recognizer, rng),
    )


def _some(pack: Pack, there: np.ndarray, count: int, recognizer: Recognizer, rng: np.random.Generator) -> Samples:
    return _samples(pack, rng.permutation(np.flatnonzero(there))[:count], recognizer)


def _samples(pack: Pack, index: np.ndarray, recognizer: Recognizer) -> Samples:
    if pack.images is not None:
        inks = [Ink.of(image) for image in pack.images[index]]
    else:
        inks = [Ink.from_strokes(pack.strokes(int(i))) for i in index]
    truth = truth_in(pack.labels[index], Alphabet.all_of(recognizer.symbols))
    return Samples(recognizer.infer(inks).glyphs, truth.astype(np.int64))
