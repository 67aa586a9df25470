"""Two temperatures: how sure of a shape, and how sure of who is meant by it."""

import numpy as np
import pytest

from inkling.alphabet import SYMBOLS
from inkling.temperature import Temperatures, shared_shapes


@pytest.fixture
def logits():
    return np.random.default_rng(0).normal(0, 6, (50, len(SYMBOLS))).astype(np.float32)


def beliefs(logits):
    weights = np.exp(logits.astype(np.float64) - logits.max(1, keepdims=True))
    return weights / weights.sum(1, keepdims=True)


def test_which_symbols_share_a_shape():
    same = shared_shapes(SYMBOLS)
    assert (same == same.T).all()
    assert same.diagonal().all()
    of = {s: "".join(np.array(SYMBOLS)[row]) for s, row in zip(SYMBOLS, same, strict=True)}
    assert (of["0"], of["q"], of["a"], of["x"]) == ("0Oo", "9gq", "a", "Xx")
    assert shared_shapes(()).shape == (0, 0)


def test_equal_temperatures_are_one(logits):
    np.testing.assert_allclose(Temperatures(SYMBOLS, 0.8, 0.8).calibrated(logits), logits / 0.8, rtol=1e-6)
    nearly = Temperatures(SYMBOLS, 0.8, 0.8 + 1e-9).calibrated(logits)
    np.testing.assert_allclose(nearly, logits / 0.8, rtol=1e-4, atol=1e-4)


def test_the_belief_in_a_shape_does_not_change_with_how_it_is_shared_out(logits):
    same = shared_shapes(SYMBOLS).astype(float)
    one, two = (beliefs(Temperatures(SYMBOLS, 0.8, t).calibrated(logits)) for t in (0.8, 1.7))
    np.testing.assert_allclose(one @ same, two @ same, rtol=1e-4)
    shares = two / (two @ same), beliefs(logits / 1.7) / (beliefs(logits / 1.7) @ same)
    np.testing.assert_allclose(*shares, rtol=1e-4)


def test_what_is_far_below_the_rest_stays_a_number():
    far = np.full((2, len(SYMBOLS)), -1e4, np.float32)
    far[:, 7] = 1e4
    for temperatures in (Temperatures(SYMBOLS, 0.5, 1.5), Temperatures(SYMBOLS, 1.5, 0.5)):
        found = temperatures.calibrated(far)
        assert np.isfinite(found).all()
        assert (found.argmax(1) == 7).all()


def test_that_a_card_says_them_and_older_ones_say_one():
    both = Temperatures.of({"symbols": ["0", "O"], "temperature": 0.7, "look_alike_temperature": 1.1})
    assert both.to_json() == {"temperature": 0.7, "look_alike_temperature": 1.1}
    older = Temperatures.of({"symbols": ["0", "O"], "temperature": 0.7})
    assert older.look_alike == older.shape == 0.7
    assert older.calibrated_unknown(np.array([1.4], np.float32)) == pytest.approx(2.0)
