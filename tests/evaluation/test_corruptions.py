"""Spoiling pictures: each kind does what its name says, the same way every time, to pictures one by one."""

import cv2
import numpy as np
import pytest

from inkling.evaluation.corruptions import CORRUPTIONS, corrupt

from ..drawings import STROKES, picture

DIGITS = np.stack(
    [
        cv2.resize(255 - picture(s, (140, 140), 0.9, (35, 22), 12), (28, 28), interpolation=cv2.INTER_AREA)
        for s in STROKES
    ]
)


def spoilt(kind, seed=0):
    return corrupt(kind, DIGITS, np.random.default_rng(seed)).astype(int)


@pytest.mark.parametrize("kind", CORRUPTIONS)
def test_every_kind_changes_pictures_and_is_the_same_again(kind):
    found = corrupt(kind, DIGITS, np.random.default_rng(1))
    assert found.dtype == np.uint8
    assert found.shape == DIGITS.shape
    assert (found != DIGITS).any((1, 2)).all()
    assert np.array_equal(found, corrupt(kind, DIGITS, np.random.default_rng(1)))
    assert corrupt(kind, DIGITS[:0], np.random.default_rng(1)).shape == (0, 28, 28)


def test_fifteen_kinds_as_in_mnist_c():
    assert len(CORRUPTIONS) == 15


def test_noise_and_light_are_as_strong_as_documented():
    noisy = spoilt("impulse noise")
    assert np.mean(noisy[DIGITS == 0] == 255) == pytest.approx(0.085, abs=0.02)
    assert np.mean(noisy[DIGITS == 255] == 0) == pytest.approx(0.085, abs=0.04)
    assert set(np.unique(spoilt("shot noise"))) <= {0, 85, 170, 255}
    assert spoilt("brightness").min() == 128
    assert (spoilt("stripe")[:, :, 7:21] == DIGITS[:, :, 7:21]).all()
    assert (spoilt("stripe")[:, :, :7] == 255 - DIGITS[:, :, :7].astype(int)).all()


def test_warps_keep_or_shrink_the_ink():
    ink = DIGITS.sum((1, 2))
    assert spoilt("scale").sum((1, 2)) == pytest.approx(0.49 * ink, rel=0.1)
    for kind in ("rotate", "shear"):
        assert spoilt(kind).sum((1, 2)) == pytest.approx(ink, rel=0.1)
    moved = spoilt("translate")
    assert all(any(np.array_equal(m, np.roll(d, (y, x), (0, 1))) for y in (-3, 3) for x in (-3, 3))
               for m, d in zip(moved, DIGITS, strict=True))  # fmt: skip


def test_lines_run_across_and_leave_the_character_alone():
    for kind in ("dotted line", "zigzag"):
        found = spoilt(kind)
        assert (found >= DIGITS).all()
        touched = (found > DIGITS).any(1)  # (N, W)
        assert touched[:, 4:24].sum(1).min() >= 6
