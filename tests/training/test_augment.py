import numpy as np
import pytest
import torch

from inkling import Ink
from inkling.training.augment import UNTOUCHED_SHARE, vary_images, vary_strokes
from inkling.training.normalizer import Normalizer

from ..drawings import STROKES
from .conftest import pictures


def drawings(symbol="4", count=200):
    return [[np.array(s, np.float32) for s in STROKES[symbol]]] * count


def images(count=200):
    return torch.from_numpy(pictures("4", count).images[:1].repeat(count, 0)).float() / 255


def rng(seed=0):
    return np.random.default_rng(seed)


def glyphs_of(rasters):
    return torch.cat([Normalizer()(torch.from_numpy(r).float()[None] / 255)[0] for r in rasters])


@pytest.mark.parametrize("vary", [lambda r: vary_strokes(drawings(), r), lambda r: vary_images(images(), r).numpy()])
def test_a_seed_decides_every_variation(vary):
    first, again, other = vary(rng(1)), vary(rng(1)), vary(rng(2))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))


def test_no_two_drawings_are_the_same():
    glyphs = glyphs_of(vary_strokes(drawings(count=20), rng()))
    assert min(np.abs(a - b).mean() for i, a in enumerate(glyphs.numpy()) for b in glyphs.numpy()[:i]) > 1e-4


def test_strokes_are_drawn_with_fine_and_with_wide_pens():
    plain = [[np.array([[0, 0], [0, 100]], np.float32)]] * 200
    widths = np.array([(r > 127).any(0).sum() / (r > 127).any(1).sum() for r in vary_strokes(plain, rng())])
    assert np.quantile(widths, 0.05) < 0.07
    assert np.quantile(widths, 0.95) > 0.14


def test_varied_drawings_are_still_whole_and_uncut():
    for raster in vary_strokes(drawings(), rng()):
        assert raster.max() == 255
        assert max(raster[0].max(), raster[-1].max(), raster[:, 0].max(), raster[:, -1].max()) < 128


def test_varied_pictures_are_still_whole_and_uncut():
    varied = vary_images(images(), rng())
    assert varied.shape == (200, 40, 40)
    assert 0 <= varied.min() < varied.max() <= 1
    assert torch.stack((varied[:, 0], varied[:, -1], varied[:, :, 0], varied[:, :, -1])).max() < 0.5
    assert (varied.amax((1, 2)) > 0.5).all()


def test_variation_changes_the_glyph():
    plain = glyphs_of(vary_strokes(drawings(count=1), rng(4)))[0]
    apart = (glyphs_of(vary_strokes(drawings(), rng())) - plain).abs().mean((1, 2))
    assert 0.01 < apart.median() < 0.15


@pytest.mark.parametrize("symbol", ["3", "4", "7", "0"])
def test_variation_leaves_a_character_what_it_is(recognizer, symbol):
    inks = [Ink(raster.astype(np.float32) / 255) for raster in vary_strokes(drawings(symbol, 100), rng())]
    answers = [reading.text for reading in recognizer.read_many(inks, "digits")]
    assert answers.count(symbol) >= 97


def test_a_share_of_pictures_is_left_as_it_was():
    original = Normalizer()(images())[0]
    same = (Normalizer()(vary_images(images(), rng()))[0] - original).abs().mean((1, 2)) < 0.02
    assert UNTOUCHED_SHARE / 2 < same.float().mean() < 3 * UNTOUCHED_SHARE


def test_a_dot_and_a_single_point_can_be_varied():
    dot = [np.array([[5, 5]], np.float32)]
    for raster in vary_strokes([dot] * 20, rng()):
        assert raster.max() == 255
