import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkling.raster import DEFAULT_PEN_SHARE, MARGIN_PX, SIZE_PX, rasterize, suitable_pen_width

from .drawings import STROKES, placed


def arrays(strokes):
    return [np.array(stroke, np.float32) for stroke in strokes]


def test_edges_are_anti_aliased():
    canvas, _, _ = rasterize(arrays(STROKES["7"]))
    assert ((canvas > 20) & (canvas < 235)).sum() > 100
    assert canvas.max() == 255


@pytest.mark.parametrize("symbol", STROKES)
def test_the_canvas_just_holds_the_drawing(symbol):
    canvas, _, _ = rasterize(arrays(STROKES[symbol]))
    inked = canvas > 127
    for side in (inked.any(0), inked.any(1)):
        empty = np.flatnonzero(side)
        assert 1 <= empty[0] <= MARGIN_PX + 1
        assert 1 <= len(side) - 1 - empty[-1] <= MARGIN_PX + 2


coordinates = st.floats(-1e6, 1e6, width=32)
strokes = st.lists(st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=12), min_size=1, max_size=6)


@given(strokes, st.none() | st.floats(1e-3, 1e6))
def test_any_drawing_gives_a_small_canvas_with_ink_on_it(drawn, pen_width):
    canvas, scale, origin = rasterize(arrays(drawn), pen_width)
    assert canvas.max() > 127
    assert max(canvas.shape) <= 2 * (SIZE_PX + MARGIN_PX) + 1  # a dot's pen is as large as the dot at most
    assert 0 < scale < np.inf
    assert np.isfinite(origin).all()
    edge = np.concatenate((canvas[0], canvas[-1], canvas[:, 0], canvas[:, -1]))
    assert edge.max() == 0  # nothing is cut, not the grey end of an edge that many strokes share


@given(st.sampled_from(sorted(STROKES)), st.floats(0.01, 100), st.tuples(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4)))
def test_a_points_place_is_found_again_by_scale_and_origin(symbol, scale, at):
    drawn = arrays(placed(symbol, scale, at))
    canvas, px, (x, y) = rasterize(drawn)
    for point in np.concatenate(drawn):
        column, row = (point - (x, y)) * px
        assert canvas[int(row), int(column)] > 127


def test_without_a_pen_its_width_is_a_share_of_the_drawing():
    assert suitable_pen_width(200, None) == pytest.approx(DEFAULT_PEN_SHARE * 200)


def test_a_sensible_pen_is_kept():
    assert suitable_pen_width(200, 12) == pytest.approx(12)


def test_a_pen_too_wide_or_too_fine_for_the_drawing_is_brought_to_measure():
    assert suitable_pen_width(100, 40) == pytest.approx(18)
    assert suitable_pen_width(100, 40, 0.1) == pytest.approx(10)
    assert suitable_pen_width(1000, 1) == pytest.approx(20)


def test_a_dot_keeps_its_pen():
    assert suitable_pen_width(0, 12) == 12
    assert suitable_pen_width(5, 12) == 12
    assert suitable_pen_width(0, None) > 0


@pytest.mark.parametrize("symbol", ["i", "j"])
def test_a_dot_that_was_only_tapped_is_drawn(symbol):
    stem, dot = arrays(STROKES[symbol])
    canvas, scale, _ = rasterize([stem, dot[:1]])
    whole, _, _ = rasterize([stem, dot])
    top = slice(0, round(20 * scale))
    assert (canvas[top] > 127).sum() > 0.7 * (whole[top] > 127).sum()


@given(st.floats(1e-3, 1e5), st.floats(1e-2, 1e5))
def test_a_larger_drawing_never_gets_a_much_finer_pen_of_the_same_kind(extent, pen):
    assert 0 < suitable_pen_width(extent, pen) <= max(pen, 0.02 * extent) * 1.0001
