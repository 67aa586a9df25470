"""Strangers are ink, of many kinds, and none of them is a character."""

import numpy as np
import pytest

from inkling.training.strangers import KINDS, strangers


def test_as_many_as_are_asked_for_and_all_with_ink():
    made = strangers(200, np.random.default_rng(0))
    assert len(made) == 200
    for ink in made:
        assert ink.dtype == np.float32
        assert ink.ndim == 2
        assert 0 <= ink.min() < ink.max() <= 1


def test_a_seed_decides_them():
    first, again, other = (strangers(10, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not all(a.shape == b.shape and np.array_equal(a, b) for a, b in zip(first, other, strict=True))


@pytest.mark.parametrize("kind", dict.fromkeys(KINDS), ids=lambda kind: kind.__name__.strip("_"))
def test_no_two_of_a_kind_are_the_same(kind):
    rng = np.random.default_rng(2)
    made = [ink for _ in range(12) if (ink := kind(rng)) is not None]
    assert len(made) >= 6
    assert len({ink.tobytes() for ink in made}) == len(made)
