"""What is exported computes what was trained, for ink of any size and for any number at once."""

import json
from dataclasses import replace

import numpy as np
import onnxruntime
import pytest
import torch

from inkling import Bundle, Ink, Recognizer, Settings
from inkling.bundle import CARD, NETWORK, NORMALIZER, SHIPPED
from inkling.temperature import Temperatures
from inkling.training.export import fit_acceptance, fit_temperatures
from inkling.training.normalizer import Normalizer
from inkling.training.validation import Held

from ..drawings import STROKES, picture

ONE = Temperatures(("1", "7"), 1.0, 1.0)
SIZES = [(1, 1), (2, 3), (8, 8), (9, 40), (28, 28), (40, 30), (31, 127), (200, 17), (400, 400), (333, 640), (1, 300)]


def run(model, **inputs):
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    return session.run(None, inputs)


def some_ink(count, height, width):
    """Smooth random ink, of which each picture has its own."""
    ink = torch.from_numpy(np.random.default_rng(height * width).random((count, 1, height, width), np.float32))
    smooth = torch.nn.functional.avg_pool2d(ink, 3, 1, 1)[:, 0]
    return ((smooth - 0.5) * 4).clamp(0, 1)


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_exported_normaliser_agrees_with_torch(exported, size, count):
    ink = some_ink(count, *size)
    expected = Normalizer()(ink)
    found = run(exported.files[NORMALIZER], ink=ink.numpy())
    assert found[0].shape == (count, 28, 28)
    assert np.abs(found[0] - expected[0].numpy()).max() <= 1e-5
    for ours, theirs in zip(found[1:], expected[1:], strict=True):
        assert np.allclose(ours, theirs.numpy(), atol=1e-3)  # px


@pytest.mark.parametrize("symbol", STROKES)
def test_the_normaliser_that_ships_is_the_one_that_training_runs(symbol):
    """Where this fails, the bundle must be exported again: what is read is not what was trained on."""
    for drawing in ({}, {"size": (480, 560), "scale": 3.2, "at": (110, 100), "pen": 36}):
        pixels = Ink.from_image(picture(symbol, **drawing)).pixels[None]
        found = run((SHIPPED / NORMALIZER).read_bytes(), ink=pixels)[0]
        assert np.abs(found - Normalizer()(torch.from_numpy(pixels))[0].numpy()).max() <= 1e-5


@pytest.mark.parametrize("count", [1, 2, 64, 65])
def test_the_exported_network_agrees_with_torch(exported, untrained, count):
    glyphs = torch.from_numpy(np.random.default_rng(count).random((count, 28, 28), np.float32))
    with torch.inference_mode():
        expected = untrained.answers(glyphs)
    for ours, theirs in zip(run(exported.files[NETWORK], glyphs=glyphs.numpy()), expected, strict=True):
        assert ours.shape == theirs.shape
        assert np.abs(ours - theirs.numpy()).max() <= 1e-5 * max(1.0, float(theirs.abs().max()))


def test_a_bundle_reads_what_its_network_was_made_for(exported, tmp_path):
    exported.save(tmp_path)
    reader = Recognizer(tmp_path, Settings.load({}))
    reading = reader.read(picture("7"), alternatives="all")
    assert reader.symbols == ("1", "7", "α")
    assert reading.alphabet == "17α"
    assert {reading.text, *(a.symbol for a in reading.characters[0].alternatives)} == {"1", "7", "α"}
    assert reader.read(picture("7"), "17").text in "17"


def test_the_card_says_what_it_is(exported, untrained, held):
    card = exported.card
    assert card["training"] == {"note": "untrained"}
    assert card["figures"] == {"accuracy": 0.3}
    assert card["features"] == 8 + 2 * 4 * 4
    assert card["parameters"] == sum(p.numel() for p in untrained.parameters()) - 4 * 8 + 2 * 8
    temperatures = fit_temperatures(untrained, [held], card["symbols"])
    assert {name: card[name] for name in temperatures.to_json()} == temperatures.to_json()
    assert temperatures.shape != 1.0
    assert {"torch", "onnx", "python"} <= set(card["made_with"])
    assert exported.version.startswith(card["created"][:10])
    assert Bundle.from_files({**exported.files, CARD: json.dumps(dict(card)).encode()}) == exported


def held_with(confidence, wrong_share, count=400):
    """Validation data whose glyphs say which symbol they are to :class:`Saying`, some of them falsely."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, count)
    said = np.where(rng.random(count) < wrong_share, 1 - truth, truth)
    glyphs = torch.zeros(count, 28, 28)
    glyphs[torch.arange(count), 0, torch.from_numpy(said)] = confidence
    return Held("made-up", glyphs, np.array(["1", "7"])[truth])


class Saying(torch.nn.Module):
    """A network that gives as logits what stands in a glyph's corner."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(()))

    def forward(self, glyphs):
        return glyphs[:, 0, :2] * self.weight, glyphs[:, 0]


@pytest.mark.parametrize("confidence", [0.5, 2.0, 12.0])
@pytest.mark.parametrize("wrong_share", [0.05, 0.25])
def test_the_temperature_makes_probabilities_honest(confidence, wrong_share):
    held = held_with(confidence, wrong_share)
    temperatures = fit_temperatures(Saying(), [held], ("1", "7"))
    assert temperatures.shape == temperatures.look_alike
    probability = 1 / (1 + np.exp(-confidence / temperatures.shape))
    said = held.glyphs[:, 0, :2].argmax(1).numpy()
    right = (np.array(["1", "7"])[said] == held.labels).mean()
    assert probability == pytest.approx(right, abs=0.01)


def test_the_temperature_is_fitted_where_some_symbols_are_not_of_the_same_kind():
    glyphs = torch.rand(100, 28, 28, generator=torch.Generator().manual_seed(0))
    held = Held("made-up", glyphs, np.array(["1", "a"] * 50))
    assert 0 < fit_temperatures(Saying(), [held], ("1", "a")).shape < np.inf


def test_too_few_samples_leave_the_temperatures_as_they_were(caplog):
    held = held_with(2.0, 0.25, 99)
    assert fit_temperatures(Saying(), [held], ("1", "7")).to_json() == ONE.to_json()
    assert "99" in caplog.text
    before = Temperatures(("1", "7"), 0.8, 1.2)
    assert fit_temperatures(Saying(), [held], ("1", "7"), before) is before
    assert fit_temperatures(Saying(), [held_with(2.0, 0.25, 100)], ("1", "7")).shape != 1.0


@pytest.mark.parametrize(("confidence", "wrong_share", "bound"), [(0.5, 0.0, 0.1), (9.0, 1.0, 50.0)])
def test_no_network_becomes_certain_or_knows_nothing_by_chance(confidence, wrong_share, bound):
    assert fit_temperatures(Saying(), [held_with(confidence, wrong_share)], ("1", "7")).shape == bound


@pytest.mark.parametrize("wrong_share", [0.05, 0.25, 0.45])
def test_that_look_alikes_are_told_apart_as_surely_as_they_can_be_and_no_more(wrong_share):
    held = held_with(6.0, wrong_share)
    held = replace(held, labels=np.where(held.labels == "1", "0", "O"))
    temperatures = fit_temperatures(Saying(), [held], ("0", "O"))
    given = np.array([[6.0, 0.0], [0.0, 6.0]], np.float32)
    most = np.exp(temperatures.calibrated(given)).max(1) / np.exp(temperatures.calibrated(given)).sum(1)
    said = held.glyphs[:, 0, :2].argmax(1).numpy()
    right = (np.array(["0", "O"])[said] == held.labels).mean()
    assert most == pytest.approx(right, abs=0.01)


class Telling(Saying):
    """One that also tells, by a glyph's corner, how little of a character it is."""

    def unknown(self, features):
        return features[:, 2]


def test_all_but_a_hundredth_of_real_characters_are_accepted():
    glyphs = torch.zeros(1000, 28, 28)
    glyphs[:, 0, 0] = 2.0
    glyphs[:, 0, 2] = torch.linspace(-2, 4, 1000)  # ever less of a character
    found = fit_acceptance(Telling(), [Held("made-up", glyphs, np.full(1000, "1"))], ("1", "7"), ONE)
    beliefs = torch.exp(glyphs[:, 0, :3]).numpy()
    belonging = beliefs[:, 0] + beliefs[:, 1]
    refused = belonging / (belonging + beliefs[:, 2]) < found["17"]
    assert 0.005 <= refused.mean() <= 0.011


def test_what_more_likely_is_a_character_than_none_is_accepted():
    glyphs = torch.zeros(1000, 28, 28)
    glyphs[:, 0, 0] = 9.0
    glyphs[:, 0, 2] = torch.linspace(-6, 6, 1000)
    held = Held("made-up", glyphs, np.full(1000, "1"))
    assert fit_acceptance(Telling(), [held], ("1", "7"), ONE)["17"] == 0.5


def test_too_few_characters_give_no_acceptance():
    glyphs = torch.zeros(20, 28, 28)
    assert fit_acceptance(Telling(), [Held("made-up", glyphs, np.full(20, "1"))], ("1", "7"), ONE) == {}
