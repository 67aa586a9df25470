"""A quick look at the accuracy of the bundle that ships; `inkling evaluate` takes the whole measure."""

import os
from pathlib import Path

import numpy as np
import pytest

from inkling import Ink
from inkling.data.packs import load_pack, split

DATA = Path(os.environ.get("INKLING_DATA") or "/nowhere")
SAMPLES = 1000


def pack(name):
    path = DATA / f"{name}.npz"
    if not path.is_file():
        pytest.skip(f"there is no {name}.npz in INKLING_DATA ({DATA})")
    return load_pack(path)


def accuracy(recognizer, inks, labels):
    answers = [reading.text for reading in recognizer.read_many(inks, "digits")]
    return np.mean(np.array(answers) == labels)


def test_mnists_first_test_digits_are_read(recognizer):
    digits = pack("mnist-test").select(np.arange(SAMPLES))
    assert accuracy(recognizer, list(digits.images), digits.labels) >= 0.99


def test_digits_of_writers_it_has_not_seen_are_read(recognizer):
    strokes = pack("unipen-strokes")
    held_out = np.flatnonzero((split(strokes) == "test") & np.char.isdigit(strokes.labels))
    digits = strokes.select(np.random.default_rng(0).permutation(held_out)[:SAMPLES])
    inks = [Ink.from_strokes(digits.strokes(i)) for i in range(len(digits))]
    assert accuracy(recognizer, inks, digits.labels) >= 0.97
