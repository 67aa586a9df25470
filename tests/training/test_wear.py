"""Wear leaves a character what it is, as a rule, and never breaks the one that wears it."""

import numpy as np
import pytest

from inkling import Ink
from inkling.training.wear import KINDS, worn

from ..drawings import STROKES, picture


def drawn(symbol, size=(140, 120)):
    return 255 - picture(symbol, size, 1.0, (20, 15), 8)


@pytest.mark.parametrize("kind", dict.fromkeys(KINDS), ids=lambda kind: kind.__name__.strip("_"))
def test_every_kind_changes_the_picture_and_keeps_it_one(kind):
    rng = np.random.default_rng(1)
    ink = drawn("4").astype(np.float32) / 255
    found = [np.asarray(kind(ink.copy(), rng)) for _ in range(8)]
    assert all(np.isfinite(one).all() and one.ndim == 2 and min(one.shape) > 3 for one in found)
    assert any(one.shape != ink.shape or np.abs(one - ink).max() > 0.05 for one in found)


def test_a_seed_decides_the_wear():
    first, again, other = (worn(drawn("4"), np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert first.shape != other.shape or not np.array_equal(first, other)


@pytest.mark.parametrize("symbol", ["3", "4", "7", "0"])
def test_most_worn_characters_are_still_read(recognizer, symbol):
    rng = np.random.default_rng(3)
    inks = [Ink(found) for _ in range(60) if (found := worn(drawn(symbol), rng)) is not None]
    assert len(inks) >= 50
    answers = [reading.text for reading in recognizer.read_many(inks, "digits")]
    assert answers.count(symbol) >= 0.8 * len(inks)


@pytest.mark.parametrize("side", [1, 2, 5, 28])
def test_ink_of_any_size_can_be_worn(side):
    rng = np.random.default_rng(0)
    for _ in range(60):
        found = worn(np.full((side, 1 + side // 2), 255, np.uint8), rng)
        assert found is None or (found.dtype == np.float32 and 0 <= found.min() <= found.max() <= 1)


def test_every_symbol_of_the_tests_can_be_worn():
    rng = np.random.default_rng(5)
    assert sum(worn(drawn(symbol), rng) is not None for symbol in STROKES) >= len(STROKES) - 2
