"""What likenesses to new symbols count for, on plain vectors."""

import numpy as np
import pytest

from inkling.prototypes import Prototype, Prototypes

KNOWN = 62


def unit(degrees):
    turn = np.deg2rad(np.atleast_1d(degrees))
    return np.stack((np.cos(turn), np.sin(turn)), 1).astype(np.float32)


def of(*examples):
    """Lay symbols side by side, each by its examples (K, 2)."""
    first = np.cumsum([1, *map(len, examples)])
    rows = {KNOWN + i: Prototype(np.arange(first[i], first[i + 1]), traits) for i, traits in enumerate(examples)}
    return Prototypes(rows, 2)


def test_a_new_symbol_gains_by_its_nearest_example_what_its_mean_lacks():
    ways = unit([-40, 40])  # one symbol, written in two ways: its mean is at 0
    logits = [of(examples).logits(unit([40]), KNOWN) for examples in (ways, unit(0))]
    lack = 1 - np.cos(np.deg2rad(40))
    assert float(logits[0][0, 0] - logits[1][0, 0]) == pytest.approx(30 * 0.35 / 1.35 * lack, rel=1e-4)


def test_each_new_symbol_is_compared_with_its_own_examples():
    small, large = unit([0, 10]), unit([90, 95, 100])
    logits = of(small, large).logits(unit([10, 92]), KNOWN)
    assert logits.shape == (2, 2)
    assert logits.argmax(1).tolist() == [0, 1]
    alone = of(large).logits(unit([10, 92]), KNOWN)
    assert logits[:, 1] == pytest.approx(alone[:, 0])


def test_with_one_example_mean_and_nearest_are_the_same():
    logits = of(unit([30])).logits(unit([30, 50]), KNOWN)
    assert float(logits[0, 0] - logits[1, 0]) == pytest.approx(30 * (1 - np.cos(np.deg2rad(20))), rel=1e-4)


def test_of_many_symbols_only_those_that_are_touched_are_made_again():
    before = of(unit([0, 10]), unit([90]))
    after = before.changed({KNOWN + 1: before.by_label[KNOWN + 1].with_rows(np.array([9]), unit([100]))})
    assert after.by_label[KNOWN] is before.by_label[KNOWN]
    assert after.labels == (KNOWN, KNOWN + 1)
    assert after.newest == pytest.approx(unit([0, 10, 90, 100]))
    assert before.newest == pytest.approx(unit([0, 10, 90]))
    gone = after.changed({KNOWN: after.by_label[KNOWN].without([1, 2])})
    assert gone.labels == (KNOWN + 1,)
    assert gone.means == pytest.approx(unit([95]))
