"""The glyph: the same, wherever, however large and with whichever pen it is drawn."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from inkling import Ink

from .drawings import STROKES, picture, placed
from .readings import drawings, kind

# Tolerances are of glyph px in [0, 1] and were measured on 400 UNIPEN characters. A glyph is 28×28 and a stroke in it
# about 2 px wide: a mean difference of 0.01 over 784 px is a stroke's edge that moved by about a fifth of a px.

MOVED = 0.02  # the worst px; measured 0.009: rounding to 1/32 px of a canvas five times as fine as a glyph
SCALED_STROKES = 0.02  # the worst px; measured 0.000
OTHER_CANVAS = 0.06  # the worst px, moved by a fraction of a px; measured 0.041
SCALED_PICTURES = 0.02  # the mean px, from 100 to 800 px; measured 0.011
OTHER_PEN = 0.08  # the mean px, pens of 5 % to 16 % of the drawing: strokes do get wider; measured 0.079, median 0.03

symbols = st.sampled_from(sorted(STROKES))
offsets = st.tuples(st.floats(-5000, 5000), st.floats(-5000, 5000))


def glyph(recognizer, ink):
    return recognizer.infer([ink]).glyphs[0]


@given(symbols, offsets)
def test_the_glyph_of_strokes_does_not_change_when_they_are_moved(recognizer, symbol, at):
    here, there = (glyph(recognizer, Ink.from_strokes(placed(symbol, 3, place))) for place in ((0, 0), at))
    assert np.abs(here - there).max() < MOVED


@given(drawings, offsets)
def test_nor_does_any_scribbles(recognizer, strokes, at):
    moved = [[(x + at[0], y + at[1]) for x, y in stroke] for stroke in strokes]
    extent = np.ptp(np.array([p for s in strokes for p in s]), axis=0).max()
    assume(extent == 0 or extent > 5)  # float32 knows a point at 5,000 px to 0.0005 px only
    here, there = (glyph(recognizer, Ink.from_strokes(s)) for s in (strokes, moved))
    assert np.abs(here - there).mean() < MOVED


@given(symbols, st.integers(-35, 40), st.integers(-30, 40))
def test_the_glyph_of_a_picture_does_not_change_when_the_ink_is_moved(recognizer, symbol, x, y):
    clean = picture(symbol)
    here, there = (glyph(recognizer, Ink.from_image(p)) for p in (clean, np.roll(clean, (y, x), (0, 1))))
    assert np.abs(here - there).max() < 1e-4


@given(symbols, st.floats(-10, 10), st.floats(-10, 10), st.integers(0, 300), st.integers(0, 300))
def test_nor_by_a_fraction_of_a_px_on_a_larger_canvas(recognizer, symbol, x, y, wider, higher):
    here = glyph(recognizer, Ink.from_image(picture(symbol)))
    there = picture(symbol, (200 + wider, 240 + higher), at=(50 + x, 45 + y))
    assert np.abs(here - glyph(recognizer, Ink.from_image(there))).max() < OTHER_CANVAS


@given(symbols, st.floats(0.05, 50))
def test_the_glyph_of_strokes_does_not_hang_on_their_size(recognizer, symbol, scale):
    here, there = (glyph(recognizer, Ink.from_strokes(placed(symbol, s))) for s in (1, scale))
    assert np.abs(here - there).max() < SCALED_STROKES


@given(symbols, st.floats(1, 8))
def test_the_glyph_of_a_picture_hardly_hangs_on_its_size(recognizer, symbol, scale):
    here = glyph(recognizer, Ink.from_image(picture(symbol)))
    size = (round(120 * scale), round(150 * scale))
    larger = picture(symbol, size, scale, (25 * scale, 20 * scale), 10 * scale)
    assert np.abs(here - glyph(recognizer, Ink.from_image(larger))).mean() < SCALED_PICTURES


@given(symbols, st.floats(5, 16))
def test_the_glyph_hardly_hangs_on_the_pen_and_the_reading_not_at_all(recognizer, symbol, pen):
    here, there = (Ink.from_strokes(placed(symbol), pen_width=width) for width in (10, pen))
    assert np.abs(glyph(recognizer, here) - glyph(recognizer, there)).mean() < OTHER_PEN
    assert recognizer.read(there, kind(symbol)).text == symbol


@given(symbols)
def test_light_on_dark_gives_the_very_same_glyph(recognizer, symbol):
    here, there = (glyph(recognizer, Ink.from_image(p)) for p in (picture(symbol), 255 - picture(symbol)))
    assert np.abs(here - there).max() < 1e-4


@pytest.mark.parametrize("symbol", ["i", "j"])
def test_the_glyph_holds_the_dot(recognizer, symbol):
    stem, dot = STROKES[symbol]
    for ink in (Ink.from_strokes([stem, dot]), Ink.from_strokes([stem, dot[:1]]), Ink.from_image(picture(symbol))):
        rows = glyph(recognizer, ink).max(1) > 0.3
        starts = np.flatnonzero(np.diff(rows.astype(int)) == 1)
        assert len(starts) == 2  # a dot, a gap, a stem


@pytest.mark.parametrize("symbol", STROKES)
def test_a_glyph_is_in_mnists_form(recognizer, symbol):
    glyph = recognizer.read(picture(symbol)).characters[0].glyph
    assert (glyph.shape, glyph.dtype) == ((28, 28), np.float32)
    assert glyph.min() >= 0
    assert 0.75 < glyph.max() <= 1
    rows, columns = (np.flatnonzero((glyph > 0.3).any(axis)) for axis in (1, 0))
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == pytest.approx(20, abs=1)
