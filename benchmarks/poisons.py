"""Corrections that no gate may believe: 20 kinds of poisoned batches, made of an honest one."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

from inkling.bundle import NETWORK, NORMALIZER, Bundle
from inkling.data.packs import Pack, load_pack, split
from inkling.raster import rasterize
from inkling.training.lessons import Lessons
from inkling.training.probes import normalized

__all__ = ["BATCHES", "CANDIDATES", "NEEDED", "honest"]

#: The packs that the batches are made of.
NEEDED = ("unipen-strokes", "omniglot-background")

#: Another script's symbols are taken from this alphabet.
_OTHER_SCRIPT = "Tagalog"

Poison = Callable[[Lessons, np.random.Generator, Path], Lessons]


def honest(folder: Path, bundle: Bundle, count: int, writers: int, seed: int) -> Lessons:
    """Take corrections from writers that no network learned from.

    Args:
        folder: holds the packs.
        bundle: whose normaliser makes the glyphs.
        count: how many corrections.
        writers: how many hands they are from, drawn by the seed from the test split.
        seed: of writers and samples.
    """
    pack = load_pack(folder / f"{NEEDED[0]}.npz")
    rng = np.random.default_rng(seed)
    test = (split(pack) == "test") & np.isin(pack.labels, bundle.symbols)
    chosen = rng.permutation(np.unique(pack.writers[test]))[:writers]
    index = rng.permutation(np.flatnonzero(test & np.isin(pack.writers, chosen)))[:count]
    strokes = tuple(tuple(pack.strokes(int(i))) for i in index)
    return Lessons(
        ids=np.arange(1, len(index) + 1) + 10_000 * seed,
        labels=pack.labels[index],
        glyphs=normalized(_frames([rasterize(one)[0] for one in strokes]), bundle),
        strokes=strokes,
        weights=np.ones(len(index), np.float32),
        new=np.ones(len(index), np.bool_),
    )


def _frames(drawn: list[np.ndarray]) -> np.ndarray:
    """Lay drawings on frames of one size: uint8 (N, H, W)."""
    height, width = (max(one.shape[axis] for one in drawn) for axis in (0, 1))
    frames = np.zeros((len(drawn), height, width), np.uint8)
    for frame, one in zip(frames, drawn, strict=True):
        frame[: one.shape[0], : one.shape[1]] = one
    return frames


def _taught(pairs: Mapping[str, str]) -> Poison:
    """Teach every one of some symbols as another."""
    return lambda lessons, rng, folder: _labelled(lessons, np.array([pairs.get(s, s) for s in lessons.labels.tolist()]))


def _swapped(*pairs: str) -> Poison:
    return _taught({a: b for one, other in pairs for a, b in ((one, other), (other, one))})


def _drawn(change: Callable[[np.ndarray], np.ndarray]) -> Poison:
    """Change the ink; the labels stay."""
    return lambda lessons, rng, folder: _inked(lessons, np.ones(len(lessons), np.bool_), change(lessons.glyphs))


def _shifted(lessons: Lessons, rng: np.random.Generator, folder: Path) -> Lessons:
    return _labelled(lessons, np.roll(lessons.labels, 1))


def _random(share: float) -> Poison:
    def poison(lessons: Lessons, rng: np.random.Generator, folder: Path) -> Lessons:
        wrong = rng.random(len(lessons)) < share
        return _labelled(lessons, np.where(wrong, rng.permutation(lessons.labels), lessons.labels))

    return poison


def _all_one(lessons: Lessons, rng: np.random.Generator, folder: Path) -> Lessons:
    return _labelled(lessons, np.full(len(lessons), "7"))


def _noise(lessons: Lessons, rng: np.random.Generator, folder: Path) -> Lessons:
    noisy = rng.random(len(lessons)) < 1 / 3
    glyphs = rng.integers(0, 256, lessons.glyphs.shape).astype(np.uint8)
    return _labelled(_inked(lessons, noisy, glyphs), np.where(noisy, "7", lessons.labels))


def _blank(lessons: Lessons, rng: np.random.Generator, folder: Path) -> Lessons:
    glyphs = rng.integers(0, 20, lessons.glyphs.shape).astype(np.uint8)
    return _inked(lessons, rng.random(len(lessons)) < 1 / 2, glyphs)


def _repeated(lessons: Lessons, rng: np.random.Generator, folder: Path) -> Lessons:
    """Teach one a as an o, sixty times."""
    index = np.arange(len(lessons))
    index[:60] = np.flatnonzero(lessons.labels == "a")[0]
    labels = lessons.labels[index]
    labels[:60] = "o"
    return _labelled(_chosen(lessons, index), labels)


def _cases(lessons: Lessons, rng: np.random.Generator, folder: Path) -> Lessons:
    return _labelled(lessons, np.char.swapcase(lessons.labels))


def _fifth(lessons: Lessons, rng: np.random.Generator, folder: Path) -> Lessons:
    """Teach a fifth of the commonest symbol as others."""
    symbols, counts = np.unique(lessons.labels, return_counts=True)
    its = np.flatnonzero(lessons.labels == symbols[counts.argmax()])
    labels = lessons.labels.copy()
    wrong = rng.permutation(its)[: max(1, round(len(its) / 5))]
    labels[wrong] = rng.choice(np.setdiff1d(symbols, labels[its[:1]]), len(wrong))
    return _labelled(lessons, labels)


def _last_word(lessons: Lessons, rng: np.random.Generator, folder: Path) -> Lessons:
    """Teach every ink rightly first, and then once more as something else, so that the last word is wrong."""
    half = len(lessons) // 2
    twice = _chosen(lessons, np.concatenate((np.arange(half), np.arange(half))))
    return _labelled(twice, np.concatenate((lessons.labels[:half], np.roll(lessons.labels[:half], 1))))


def _other_script(lessons: Lessons, rng: np.random.Generator, folder: Path) -> Lessons:
    """Teach letters of another script as digits, in place of a half."""
    pack = load_pack(folder / f"{NEEDED[1]}.npz")
    letters = sorted(symbol for symbol in set(pack.labels.tolist()) if symbol.startswith(_OTHER_SCRIPT))[:10]
    theirs: Pack = pack.select(np.isin(pack.labels, letters))
    assert theirs.images is not None
    count = min(len(lessons) // 2, len(theirs))
    order = rng.permutation(len(theirs))[:count]
    glyphs, labels = lessons.glyphs.copy(), lessons.labels.copy()
    glyphs[:count] = normalized(theirs.images[order], Bundle.load())
    labels[:count] = [str(letters.index(symbol)) for symbol in theirs.labels[order].tolist()]
    return _labelled(_inked(lessons, np.arange(len(lessons)) < count, glyphs), labels)


def _broken_features(candidate: Bundle) -> Bundle:
    """Let every glyph have the same features; what it reads stays."""
    model = onnx.load_from_string(candidate.files[NETWORK])
    width = int(candidate.card["features"])
    same = numpy_helper.from_array(np.full((1, width), width**-0.5, np.float32), "same")
    none = numpy_helper.from_array(np.zeros(1, np.float32), "none")
    for node in model.graph.node:
        for names in (node.input, node.output):
            names[:] = ["true_features" if name == "features" else name for name in names]
    model.graph.initializer.extend([same, none])
    model.graph.node.extend(
        [
            helper.make_node("Mul", ["true_features", "none"], ["nothing"]),
            helper.make_node("Add", ["nothing", "same"], ["features"]),
        ]
    )
    return Bundle.make(candidate.files[NORMALIZER], model.SerializeToString(), candidate.card)


def _corrupted_weights(candidate: Bundle) -> Bundle:
    """Change one weight in fifty at random."""
    model = onnx.load_from_string(candidate.files[NETWORK])
    rng = np.random.default_rng(0)
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype == np.float32 and values.size > 1000:
            spoiled = values + (rng.random(values.shape) < 0.02) * rng.normal(0, 5 * values.std(), values.shape)
            tensor.CopyFrom(numpy_helper.from_array(spoiled.astype(np.float32), tensor.name))
    return Bundle.make(candidate.files[NORMALIZER], model.SerializeToString(), candidate.card)


def _labelled(lessons: Lessons, labels: np.ndarray) -> Lessons:
    return replace(lessons, labels=labels.astype(np.str_))


def _chosen(lessons: Lessons, index: np.ndarray) -> Lessons:
    return replace(
        lessons,
        labels=lessons.labels[index],
        glyphs=lessons.glyphs[index],
        strokes=tuple(lessons.strokes[i] for i in index),
        ids=np.arange(len(index)) + lessons.ids[0],
        weights=lessons.weights[index],
        new=lessons.new[index],
    )


def _inked(lessons: Lessons, where: np.ndarray, glyphs: np.ndarray) -> Lessons:
    """Put other ink in some places; there are no strokes of it."""
    ink = np.where(where[:, None, None], glyphs, lessons.glyphs)
    strokes = tuple(None if changed else one for changed, one in zip(where, lessons.strokes, strict=True))
    return replace(lessons, glyphs=np.ascontiguousarray(ink, np.uint8), strokes=strokes)


#: What is done to an honest batch.
BATCHES: Mapping[str, Poison] = {
    "every 3 taught as 8": _taught({"3": "8"}),
    "every l taught as 1": _taught({"l": "1"}),
    "pairs swapped: 4 9, n h, a o": _swapped("49", "nh", "ao"),
    "look-alikes forced to digits": _taught(dict(zip("OolISZgqb", "001152996", strict=True))),
    "case flipped": _cases,
    "labels shifted by one": _shifted,
    "labels at random": _random(1),
    "a half of the labels at random": _random(0.5),
    "a fifth of one symbol wrong": _fifth,
    "everything taught as 7": _all_one,
    "the same ink once right, then wrong": _last_word,
    "one wrong correction 60 times": _repeated,
    "noise taught as 7, a third": _noise,
    "almost blank ink, a half": _blank,
    "ink inverted": _drawn(lambda glyphs: 255 - glyphs),
    "ink mirrored": _drawn(lambda glyphs: glyphs[:, :, ::-1]),
    "ink upside down": _drawn(lambda glyphs: glyphs[:, ::-1, ::-1]),
    "another script taught as digits, a half": _other_script,
}

#: What is done to a candidate of an honest batch.
CANDIDATES: Mapping[str, Callable[[Bundle], Bundle]] = {
    "features all the same": _broken_features,
    "weights corrupted": _corrupted_weights,
}
