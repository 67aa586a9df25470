"""Symbols invented of characters: the same for a seed, in many hands, and never taken for a character or for none."""

import numpy as np
import pytest
import torch

from inkling.errors import InvalidSetting
from inkling.raster import rasterize
from inkling.training.datasets import Mixture
from inkling.training.invented import Invented
from inkling.training.normalizer import Normalizer

from .conftest import pictures, strokes

COUNT = 40


def written(invented, symbol, seed=0):
    return invented.strokes(symbol, np.random.default_rng(seed))


def glyph(drawing):
    raster = rasterize(drawing, 0.15)[0]
    return Normalizer()(torch.from_numpy(raster)[None].float() / 255)[0][0]


@pytest.fixture(scope="module")
def invented():
    return Invented(strokes(), COUNT, seed=3)


def test_a_seed_always_invents_the_same(invented):
    again, other = Invented(strokes(), COUNT, seed=3), Invented(strokes(), COUNT, seed=4)
    same = [np.array_equal(np.concatenate(written(invented, i)), np.concatenate(written(again, i))) for i in range(9)]
    assert all(same)
    unlike = [written(invented, i)[0].shape != written(other, i)[0].shape for i in range(COUNT)]
    apart = [not unlike[i] and np.abs(written(invented, i)[0] - written(other, i)[0]).max() > 0.1 for i in range(COUNT)]
    assert sum(unlike) + sum(apart) > COUNT / 2


def test_each_is_of_two_or_three_characters_in_a_frame_of_usual_size(invented):
    parts = set()
    for symbol in range(COUNT):
        drawing = written(invented, symbol)
        points = np.concatenate(drawing)
        assert points.dtype == np.float32
        assert np.isfinite(points).all()
        assert 0.5 < np.ptp(points, axis=0).max() < 5
        parts.add(len(drawing))
    assert {2, 3} <= parts  # these characters are of one stroke or two


def test_two_writings_of_one_are_more_alike_than_two_symbols(invented):
    glyphs = torch.stack([torch.stack([glyph(written(invented, i, seed)) for seed in (1, 2)]) for i in range(COUNT)])
    apart = (glyphs[:, None, 0] - glyphs[None, :, 1]).abs().mean((2, 3))  # (COUNT, COUNT)
    assert (apart.argmin(1) == torch.arange(COUNT)).float().mean() > 0.8
    assert apart.diag().min() > 0  # but never the same


def test_a_mixture_shows_them_as_often_as_was_asked():
    mixture = Mixture([pictures(), strokes()], ("1", "7"), invented=COUNT, invented_share=0.25)
    keys = mixture.epoch_keys(np.random.default_rng(0))
    assert (keys[:, 0] == 2).mean() == pytest.approx(0.25, abs=0.01)
    assert keys[keys[:, 0] == 2, 1].max() < COUNT


def test_what_they_are_is_asked_among_other_scripts_only():
    mixture = Mixture([pictures(), strokes()], ("1", "7"), strange_share=0.0, invented=COUNT, invented_share=0.25)
    assert mixture.extra_symbols == COUNT
    batch = mixture.__getitems__([(0, 0, 0), (0, 2, 0), (0, 2, COUNT - 1)])
    assert batch.targets.tolist() == [0, -2, -2]
    assert batch.extras.tolist() == [-1, 0, COUNT - 1]
    assert (batch.glyphs.amax((1, 2)) > 0.5).all()


def test_a_share_that_leaves_nothing_else_is_refused():
    with pytest.raises(InvalidSetting, match="invented_share"):
        Mixture([strokes()], ("1", "7"), invented=COUNT, invented_share=1.0)


def test_without_strokes_none_are_invented():
    mixture = Mixture([pictures()], ("1", "7"), invented=COUNT, invented_share=0.25)
    assert mixture.extra_symbols == 0
    assert set(mixture.epoch_keys(np.random.default_rng(0))[:, 0].tolist()) == {0}
