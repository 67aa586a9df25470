import cv2
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from inkling.training.normalizer import FITTED_PX, GLYPH_PX, Normalizer

from ..drawings import STROKES, ink_box, picture


def ink_of(symbol, **drawing):
    return torch.from_numpy(255 - picture(symbol, **drawing)).float()[None] / 255


def normalize(ink):
    glyphs, boxes = Normalizer()(ink)[:2]
    return glyphs.numpy(), boxes.numpy()


def rectangle(height, width, top, left, size=(80, 90)):
    ink = torch.zeros(1, *size)
    ink[0, top : top + height, left : left + width] = 1
    return ink


@pytest.mark.parametrize(("height", "width"), [(40, 40), (40, 10), (6, 50), (20, 20), (4, 3)])
def test_the_longer_side_becomes_20_px_in_proportion_and_the_mass_is_in_the_middle(height, width):
    glyphs, _ = normalize(rectangle(height, width, 11, 17))
    (glyph,) = glyphs
    assert glyph.shape == (GLYPH_PX, GLYPH_PX)
    # a soft edge keeps its sum: so the extent is the sum of a row over its full level
    scale = FITTED_PX / max(height, width)
    assert glyph.sum(1).max() / glyph.max() == pytest.approx(width * scale, abs=0.6)
    assert glyph.sum(0).max() / glyph.max() == pytest.approx(height * scale, abs=0.6)
    middle = (glyph * (np.arange(GLYPH_PX) + 0.5)).sum() / glyph.sum()
    assert middle == pytest.approx(GLYPH_PX / 2, abs=0.05)


@pytest.mark.parametrize("symbol", STROKES)
def test_it_agrees_with_mnists_way_done_step_by_step(symbol):
    """Cut out, scale to 20 px by area, put the centre of mass at 14, 14: LeCun et al. 1998, section III-A."""
    ink = ink_of(symbol, pen=20)
    image = ink[0].numpy()
    rows, columns = (np.flatnonzero((image > 0.5).any(axis)) for axis in (1, 0))
    cut = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = FITTED_PX / max(cut.shape)
    small = cv2.resize(cut, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    ys, xs = np.mgrid[: small.shape[0], : small.shape[1]] + 0.5
    shift = np.clip([14 - (xs * small).sum() / small.sum(), 14 - (ys * small).sum() / small.sum()], 0, None)
    matrix = np.float32([[1, 0, min(shift[0], 28 - small.shape[1])], [0, 1, min(shift[1], 28 - small.shape[0])]])
    expected = cv2.warpAffine(small, matrix, (28, 28))
    assert np.abs(normalize(ink)[0][0] - expected).mean() < 0.03


@pytest.mark.parametrize("symbol", STROKES)
def test_the_box_stands_around_the_ink_to_a_fraction_of_a_px(symbol):
    assert normalize(ink_of(symbol))[1][0] == pytest.approx(ink_box(symbol), abs=0.5)


@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 40), st.integers(0, 40))
def test_nothing_is_pushed_out_of_the_frame(height, width, top, left):
    # all of the mass but a hair lies at one end, where centring by mass alone would lose the other
    ink = rectangle(height, width, top, left)
    ink[0, top : top + 30, left] = 1
    (glyph,) = normalize(ink)[0]
    rows = np.flatnonzero(glyph.max(1) > 0.1)
    assert len(rows) >= FITTED_PX - 1


def test_faint_ink_is_brought_back_to_contrast():
    hair = torch.zeros(1, 400, 400)
    hair[0, 20:380, 200] = 1
    (glyph,) = normalize(hair)[0]
    assert glyph.max() > 0.7


def test_light_ink_gives_the_same_glyph_shape_as_dark():
    dark = ink_of("7")
    glyphs = [normalize(dark * level)[0].ravel() for level in (1, 0.5)]
    assert np.corrcoef(*glyphs)[0, 1] > 0.999
    assert glyphs[1].max() > 0.7
    assert normalize(dark * 0.5)[1] == pytest.approx(normalize(dark)[1], abs=0.1)


def test_each_picture_of_a_batch_is_normalised_for_itself_and_an_empty_frame_around_it_is_nothing():
    inks = [ink_of(s)[0] for s in "47i"]
    wide = torch.zeros(3, 300, 320)
    for frame, ink in zip(wide, inks, strict=True):
        frame[: ink.shape[0], : ink.shape[1]] = ink
    together, boxes = normalize(wide)
    for i, ink in enumerate(inks):
        alone, box = normalize(ink[None])
        assert np.abs(together[i] - alone[0]).max() < 1e-5
        assert boxes[i] == pytest.approx(box[0], abs=1e-3)


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (28, 28), (3, 200)])
def test_any_size_gives_finite_glyphs_in_range_blank_ones_too(shape):
    for level in (0.0, 1.0):
        glyphs, _ = normalize(torch.full((2, *shape), level))
        assert glyphs.shape == (2, GLYPH_PX, GLYPH_PX)
        assert np.isfinite(glyphs).all()
        assert glyphs.min() >= 0
        assert glyphs.max() <= 1


def test_other_sides_can_be_asked_for():
    glyphs = Normalizer(56, 40)(ink_of("7"))[0][0].numpy()
    assert glyphs.shape == (56, 56)
    assert np.ptp(np.flatnonzero((glyphs > 0.5).any(1))) + 1 == pytest.approx(40, abs=1)
