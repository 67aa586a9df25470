"""A wider network begins by computing what the narrower one computes."""

from dataclasses import replace

import pytest
import torch

import inkling.training.grow as grow
from inkling.training.network import Network, NetworkShape

NARROW = NetworkShape(symbols=5, stem=4, widths=(6, 8, 8), blocks=(2, 1, 1), features=8, extra_symbols=4, strange=2)


@pytest.fixture
def taught() -> Network:
    torch.manual_seed(1)
    network = Network(NARROW)
    for _ in range(5):  # so that the norms have seen something
        network(torch.rand(16, 28, 28))
    for block in (m for m in network.modules() if isinstance(m, torch.nn.BatchNorm2d)):
        torch.nn.init.uniform_(block.weight, 0.5, 1.5)
    return network.eval()


@pytest.mark.parametrize(
    "channels",
    [{"stem": 9}, {"widths": (10, 8, 8)}, {"widths": (6, 8, 20)}, {"stem": 8, "widths": (7, 9, 11)}, {}],
)
def test_that_it_computes_the_same_but_for_the_noise(taught, monkeypatch, channels):
    monkeypatch.setattr(grow, "_NOISE", 0.0)
    wide = Network(replace(NARROW, **channels))
    state = grow.grown(taught.state_dict(), NARROW, wide.shape, torch.Generator().manual_seed(1))
    wide.load_state_dict(state)
    wide.eval()
    glyphs = torch.rand(8, 28, 28)
    with torch.no_grad():
        logits, features = taught(glyphs)
        torch.testing.assert_close(wide(glyphs), (logits, features), rtol=1e-4, atol=1e-4)
        torch.testing.assert_close(wide.extra_logits(features), taught.extra_logits(features))


def test_that_a_copied_channel_is_not_its_twin(taught):
    wide = replace(NARROW, stem=8)
    first = grow.grown(taught.state_dict(), NARROW, wide, torch.Generator().manual_seed(1))["body.0.0.weight"]
    distances = torch.cdist(first.flatten(1), first.flatten(1)) + torch.eye(8)
    assert distances.min() > 0


@pytest.mark.parametrize(
    ("wide", "can"),
    [
        ({}, True),
        ({"stem": 5}, True),
        ({"stem": 3}, False),
        ({"widths": (6, 8, 9)}, True),
        ({"widths": (6, 8)}, False),
        ({"blocks": (1, 1, 1)}, False),
        ({"features": 9}, False),
        ({"symbols": 6}, False),
        ({"extra_symbols": 8}, True),
    ],
)
def test_what_can_grow_into_what(wide, can):
    assert grow.can_grow(NARROW, replace(NARROW, **wide)) is can
