"""What votes and likenesses count for, on plain vectors."""

import numpy as np
import pytest

from inkling.votes import logits_by_likeness

KNOWN = 62


def unit(degrees):
    turn = np.deg2rad(np.atleast_1d(degrees))
    return np.stack((np.cos(turn), np.sin(turn)), 1).astype(np.float32)


def test_a_new_symbol_gains_by_its_nearest_example_what_its_mean_lacks():
    ways = unit([-40, 40])  # one symbol, written in two ways: its mean is at 0
    logits = [logits_by_likeness(unit([40]), unit([0]), examples, np.array([0]), KNOWN) for examples in (ways, unit(0))]
    lack = 1 - np.cos(np.deg2rad(40))
    assert float(logits[0][0, 0] - logits[1][0, 0]) == pytest.approx(30 * 0.35 / 1.35 * lack, rel=1e-4)


def test_each_new_symbol_is_compared_with_its_own_examples():
    examples, starts = unit([0, 10, 90, 95, 100]), np.array([0, 2])
    logits = logits_by_likeness(unit([10, 92]), unit([5, 95]), examples, starts, KNOWN)
    assert logits.shape == (2, 2)
    assert logits.argmax(1).tolist() == [0, 1]
    alone = logits_by_likeness(unit([10, 92]), unit([95]), examples[2:], np.array([0]), KNOWN)
    assert logits[:, 1] == pytest.approx(alone[:, 0])


def test_with_one_example_mean_and_nearest_are_the_same():
    one = unit([30])
    logits = logits_by_likeness(unit([30, 50]), one, one, np.array([0]), KNOWN)
    assert float(logits[0, 0] - logits[1, 0]) == pytest.approx(30 * (1 - np.cos(np.deg2rad(20))), rel=1e-4)
