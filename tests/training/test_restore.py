"""A bundle's network, taken back into torch, computes what the bundle does."""

import numpy as np
import onnx
import pytest
import torch

from inkling import Bundle, Ink, Recognizer, Settings
from inkling.bundle import NETWORK, NORMALIZER
from inkling.errors import BundleError
from inkling.training.export import export_bundle
from inkling.training.network import Network
from inkling.training.restore import network_of

from ..drawings import STROKES, picture
from .conftest import SMALL


def drawn_glyphs(reader):
    """Glyphs of every drawing there is, with thin and with broad pens: float32 (N, 28, 28)."""
    inks = [Ink.from_image(picture(symbol, pen=pen)) for symbol in STROKES for pen in (6, 14, 30)]
    return reader.infer(inks).glyphs


def outputs(reader, network, glyphs):
    theirs = reader._graphs.network.run(None, {"glyphs": glyphs})
    with torch.inference_mode():
        ours = network.answers(torch.from_numpy(glyphs))
    return theirs, [t.numpy() for t in ours[: len(theirs)]]


@pytest.mark.parametrize("which", ["shipped", "untrained"])
def test_logits_and_features_are_those_of_the_bundle(which, exported):
    bundle = Bundle.load() if which == "shipped" else exported
    reader = Recognizer(bundle, Settings.load({}))
    theirs, ours = outputs(reader, network_of(bundle), drawn_glyphs(reader))
    for name, expected, found in zip(("logits", "features", "unknown")[: len(theirs)], theirs, ours, strict=True):
        assert expected.shape == found.shape
        assert np.abs(expected - found).max() <= 1e-5 * max(1.0, np.abs(expected).max()), name


def test_a_step_on_it_changes_its_answers_and_it_can_be_exported_again():
    bundle = Bundle.load()
    reader = Recognizer(bundle, Settings.load({}))
    network, glyphs = network_of(bundle), drawn_glyphs(reader)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.05)
    wanted = torch.full((len(glyphs),), bundle.symbols.index("Q"))
    loss = torch.nn.functional.cross_entropy(network(torch.from_numpy(glyphs))[0], wanted)
    loss.backward()
    optimizer.step()
    again = export_bundle(network, bundle.symbols, {"note": "a step"})
    assert again.card["shape"]["extra_symbols"] == 0
    with torch.inference_mode():
        assert torch.nn.functional.cross_entropy(network(torch.from_numpy(glyphs))[0], wanted) < loss
    theirs, ours = outputs(Recognizer(again, Settings.load({})), network, glyphs)
    assert np.abs(theirs[0] - ours[0]).max() <= 1e-4


def changed(bundle, change=lambda model: None, **card):
    model = onnx.load_from_string(bundle.files[NETWORK])
    change(model)
    return Bundle.make(bundle.files[NORMALIZER], model.SerializeToString(), {**bundle.card, **card})


def without_the_first_relu(model):
    next(node for node in model.graph.node if node.op_type == "Relu").op_type = "Identity"


def with_other_names(model):
    for node in model.graph.node:
        node.output[:] = ["reading" if name == "logits" else name for name in node.output]
    model.graph.output[0].name = "reading"


@pytest.mark.parametrize("change", [without_the_first_relu, with_other_names])
def test_a_graph_of_another_structure_is_refused(exported, change):
    with pytest.raises(BundleError, match="cannot be trained further"):
        network_of(changed(exported, change))


@pytest.mark.parametrize(
    ("shape", "told"),
    [
        (None, "does not say its shape"),
        ({"stem": 4, "heads": 2}, "gives the shape"),
        ({"stem": 4, "widths": [4, 8, 8], "blocks": [1, 2, 1], "features": 8}, "layers of weights"),
        ({"stem": 4, "widths": [4, 8, 8], "features": 16, "layout": 2}, "expected"),
        ({"stem": 4, "widths": [4, 8, 8], "features": 8, "layout": 3}, "could be its layout"),
    ],
)
def test_a_card_of_another_network_is_refused(exported, shape, told):
    with pytest.raises(BundleError, match=told):
        network_of(changed(exported, shape=shape))


def test_a_graph_without_the_layout_that_its_card_tells_of_is_refused():
    without = export_bundle(Network(SMALL).eval(), "ab", {})
    told = {**without.card["shape"], "layout": 2}
    with pytest.raises(BundleError, match="0 layers that could be its layout"):
        network_of(changed(without, shape=told))


def test_a_file_that_is_no_graph_is_refused(exported):
    with pytest.raises(BundleError, match="no ONNX file"):
        network_of(Bundle.make(exported.files[NORMALIZER], b"\xff" * 64, exported.card))
