"""A character on a canvas: where it stands, how large and turned it is, and how wide its pen."""

import numpy as np
import pytest

from inkling.evaluation.distortions import (
    PERTURBATIONS,
    UNTOUCHED,
    Placing,
    middle_line,
    placed_picture,
    placed_strokes,
)

from ..drawings import STROKES, picture

SEVEN = [np.array(stroke, np.float32) for stroke in STROKES["7"]]
IMAGE = np.ascontiguousarray((255 - picture("7", (120, 120), 0.9, (30, 15), 10))[::4, ::4])


def box(grey):
    """Middle and size of dark ink: x, y, width, height."""
    y, x = np.nonzero(grey < 128)
    return np.array([(x.min() + x.max()) / 2, (y.min() + y.max()) / 2, np.ptp(x) + 1, np.ptp(y) + 1])


@pytest.mark.parametrize("draw", [lambda how: placed_strokes(SEVEN, how), lambda how: placed_picture(IMAGE, how)])
def test_characters_are_moved_and_made_smaller_as_said(draw):
    x, y, width, height = box(draw(UNTOUCHED))
    assert (x, y) == pytest.approx((199.5, 199.5), abs=3)
    assert max(width, height) == pytest.approx(186, abs=10)
    moved = box(draw(Placing(shift=(0.25, -0.25))))
    assert moved == pytest.approx([x + 100, y - 100, width, height], abs=1.5)
    assert box(draw(Placing(scale=0.3)))[2:] == pytest.approx([0.3 * width, 0.3 * height], abs=3)
    turned = box(draw(Placing(turn_deg=90)))
    assert turned[2:] == pytest.approx([height, width], abs=4)


def test_clockwise_is_clockwise():
    bar = [np.array([[0, 0], [0, 100]], np.float32)]
    y, x = np.nonzero(placed_strokes(bar, Placing(turn_deg=15)) < 128)
    assert x[y == y.min()].mean() > x[y == y.max()].mean()


def test_pens_are_as_wide_as_said():
    bar = [np.array([[0, 0], [0, 100]], np.float32)]
    for pen in (1 / 3, 1.0, 3.0):
        assert box(placed_strokes(bar, Placing(pen=pen)))[2] == pytest.approx(0.07 * 180 * pen, abs=1.6)
    areas = [np.mean(255 - placed_picture(IMAGE, Placing(pen=pen))) for pen in (1 / 3, 1.0, 3.0)]
    assert areas[1] == pytest.approx(3 * areas[0], rel=0.35)
    assert areas[2] == pytest.approx(3 * areas[1], rel=0.35)


def test_nothing_leaves_the_canvas():
    for steps in PERTURBATIONS.values():
        for how in steps.values():
            grey = placed_strokes(SEVEN, how)
            assert grey.shape == (400, 400)
            assert min(grey[0].min(), grey[-1].min(), grey[:, 0].min(), grey[:, -1].min()) == 255


def test_the_middle_line_is_one_px_wide_and_all_of_a_piece():
    ink = np.zeros((40, 40), np.uint8)
    ink[5:35, 16:23] = 1
    line = middle_line(ink)
    assert set(line.sum(1).tolist()) <= {0, 1}
    assert line.sum() >= 22


def test_a_dot_is_drawn():
    assert box(placed_strokes([np.array([[3, 3]], np.float32)], UNTOUCHED))[2] == pytest.approx(12.6, abs=2)
