"""Tempering: as much of a retraining is taken as does others no harm."""

from copy import deepcopy

import numpy as np
import pytest
import torch

from inkling.training.temper import UNWATCHED, temper
from inkling.training.validation import Held, logits_of

SYMBOLS = ("1", "7", "α")


@pytest.fixture
def watched(untrained):
    """Samples that the network before reads right, all of them."""
    glyphs = torch.rand(1200, 28, 28, generator=torch.Generator().manual_seed(1))
    return Held("others", glyphs, _read(untrained, glyphs))


def _read(network, glyphs):
    return np.array(SYMBOLS)[logits_of(network, glyphs).argmax(1).numpy()]


def _moved(network, by):
    moved = deepcopy(network)
    generator = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for parameter in moved.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=generator) * by)
    return moved


def test_what_harms_nobody_is_taken_whole(untrained, watched):
    after = deepcopy(untrained)
    with torch.no_grad():
        after.extra_directions.add_(1.0)  # which no reading uses
    network, share = temper(untrained, after, [watched], SYMBOLS)
    assert share == 1.0
    assert torch.equal(network.extra_directions, after.extra_directions)


def test_what_harms_others_is_taken_by_half(untrained, watched):
    after = _moved(untrained, 0.5)
    assert (_read(after, watched.glyphs) != watched.labels).mean() > 0.1
    network, share = temper(untrained, after, [watched], SYMBOLS)
    assert share == 0.5
    middle = torch.lerp(untrained.directions, after.directions, 0.5)
    assert torch.allclose(network.directions, middle)


def test_with_nothing_to_watch_by_a_fixed_share_is_taken(untrained, watched):
    few = Held("few", watched.glyphs[:100], watched.labels[:100])
    assert temper(untrained, _moved(untrained, 0.5), [few], SYMBOLS)[1] == UNWATCHED
    assert temper(untrained, _moved(untrained, 0.5), [], SYMBOLS)[1] == UNWATCHED
