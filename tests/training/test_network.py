import json
from dataclasses import replace

import pytest
import torch

from inkling.alphabet import SYMBOLS
from inkling.training.network import Network, NetworkShape

from .conftest import SMALL


def test_the_default_network_tells_62_symbols_apart_with_half_a_million_weights_at_most():
    network = Network(NetworkShape())
    assert network.shape.symbols == len(SYMBOLS)
    weights = sum(p.numel() for name, p in network.named_parameters() if name != "extra_directions")
    assert weights <= 500_000


@pytest.mark.parametrize("count", [1, 3])
def test_glyphs_become_logits_and_features_of_length_one(count):
    network = Network(NetworkShape(symbols=5, extra_symbols=8)).eval()
    logits, features = network(torch.rand(count, 28, 28))
    assert logits.shape == (count, 5)
    assert features.shape == (count, 128)
    assert torch.allclose(features.norm(dim=1), torch.ones(count), atol=1e-5)
    assert network.extra_logits(features).shape == (count, 8)


def test_logits_are_scaled_cosines_so_no_symbol_can_shout():
    network = Network(SMALL).eval()
    logits, _ = network(torch.rand(4, 28, 28))
    assert logits.abs().max() <= network.scale.item() + 1e-4


def test_where_ink_stands_matters():
    network = Network(SMALL).eval()
    glyph = torch.zeros(1, 28, 28)
    glyph[0, 4:24, 4:8] = 1
    assert not torch.allclose(network(glyph)[1], network(glyph.flip(2))[1], atol=1e-3)


@pytest.mark.parametrize("layout", [0, 3])
def test_memory_compares_ink_by_features_and_layout_of_length_one(layout):
    network = Network(replace(SMALL, layout=layout)).eval()
    network.layout.copy_(torch.randn(network.layout.shape))
    glyphs = torch.rand(4, 28, 28)
    (logits, features), (also, compared, unknown) = network(glyphs), network.answers(glyphs)
    assert torch.equal(logits, also)
    assert torch.equal(unknown, network.unknown(features))
    assert compared.shape == (4, SMALL.features + layout * 16)
    assert torch.allclose(compared.norm(dim=1), torch.ones(4), atol=1e-5)
    mine = torch.nn.functional.normalize(compared[:, : SMALL.features], dim=1)
    assert torch.allclose(mine, features, atol=1e-5)
    assert len(Network(replace(SMALL, strange=0)).eval().answers(glyphs)) == 2


def test_a_shape_survives_json():
    shape = NetworkShape(symbols=7, widths=(8, 16), blocks=(2, 1), extra_symbols=4)
    assert NetworkShape.from_json(json.loads(json.dumps(shape.to_json()))) == shape
    assert Network(shape).eval()(torch.rand(2, 28, 28))[0].shape == (2, 7)


def test_every_weight_learns():
    network = Network(NetworkShape(symbols=3, extra_symbols=4, strange=2))
    logits, features = network(torch.rand(6, 28, 28))
    answers = (logits, network.extra_logits(features), network.unknown(features))
    sum(answer.square().sum() for answer in answers).backward()
    # the second norm of a block starts at zero, so what lies before it learns from the second step on
    still = {name for name, p in network.named_parameters() if p.grad is None}
    assert not still
