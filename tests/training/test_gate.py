"""The gate: what is better passes, what is worse anywhere does not, and it says why in sentences."""

import json
from dataclasses import replace

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from inkling import Recognizer
from inkling.bundle import NETWORK, NORMALIZER, Bundle
from inkling.data.packs import Pack, save_pack, split
from inkling.training import gate, gate_sets
from inkling.training.gate import _about_corrections, judge
from inkling.training.gate_comparisons import together
from inkling.training.gate_sets import Judged, Readings
from inkling.training.gate_statistics import Comparison
from inkling.training.lessons import Lessons
from inkling.training.probes import probes

SYMBOLS = "123456789ABDEGHRabdeghnrt"


def network_with(bundle, change):
    """The bundle with other directions (D, S), or other anything."""
    model = onnx.load_from_string(bundle.files[NETWORK])
    (tensor,) = (t for t in model.graph.initializer if list(t.dims) == [128, 62])
    changed = change(numpy_helper.to_array(tensor).copy()).astype(np.float32)
    tensor.CopyFrom(numpy_helper.from_array(changed, tensor.name))
    return Bundle.make(bundle.files[NORMALIZER], model.SerializeToString(), bundle.card)


def lessons_of(labels, glyphs):
    count = len(labels)
    return Lessons(
        np.arange(1, count + 1),
        labels,
        glyphs,
        (None,) * count,
        np.ones(count, np.float32),
        np.ones(count, bool),
    )


@pytest.fixture(autouse=True)
def few_probes(monkeypatch):
    monkeypatch.setattr(gate_sets, "probes", lambda symbols, seed: probes(symbols, seed, per_symbol=6))


@pytest.fixture(scope="module")
def shipped():
    return Recognizer(Bundle.load())


@pytest.fixture(scope="module")
def lessons():
    return lessons_of(*probes(SYMBOLS, seed=5, per_symbol=10))


@pytest.fixture(scope="module")
def blurred(shipped):
    """The shipped network with less exact directions: it reads some characters wrong."""

    def blur(directions):
        noise = np.random.default_rng(0).normal(0, 0.9, directions.shape)
        return directions + noise * np.linalg.norm(directions, axis=0) / 128**0.5

    return Recognizer(network_with(shipped.bundle, blur))


def test_a_better_one_passes_and_shows_what_changed(blurred, shipped, lessons):
    shares = []
    decision = judge(blurred, shipped, lessons, None, shares.append)
    assert decision.passed, decision.reasons
    assert "better" in decision.reasons[0]
    assert shares[0] == 0
    assert shares[-1] == 1
    assert shares == sorted(shares)
    told = json.loads(json.dumps(decision.to_json(), allow_nan=False))
    corrections = next(one for one in told["comparisons"] if one["name"] == "corrections")
    assert corrections["alphabet"] == "alphanumeric"
    assert corrections["fixed"] > corrections["broken"]
    assert {one["name"] for one in told["comparisons"]} == {"corrections", "probes", "all sets", "features"}
    assert {one["symbol"] for one in told["symbols"]} >= set(SYMBOLS)
    assert np.array(told["confusion"]["after"]["counts"]).shape == (62, 62)
    assert sum(b["samples"] for b in told["reliability"]["after"]) == 62 * 6
    first = told["changed"][0]
    assert first["turned"] == "right"
    assert first["after"] == first["truth"] != first["before"]
    assert first["glyph"].startswith("data:image/png;base64,")
    assert len(told["changed"]) <= 60


def test_what_other_people_taught_is_judged_as_well(blurred, shipped, lessons):
    others = lessons_of(*probes(SYMBOLS, seed=7, per_symbol=60))
    worse = Recognizer(network_with(shipped.bundle, lambda directions: np.roll(directions, 1, axis=1)))
    decision = judge(shipped, worse, lessons, None, others=others)
    assert any("held-out corrections of other people" in reason for reason in decision.reasons)
    assert "corrections of others" in {one.name for one in decision.comparisons}
    for few in (others.select(~others.held_out()), replace(lessons, ids=lessons.ids)):  # none, and the very same ink
        fewer = judge(blurred, shipped, lessons, None, others=few)
        assert fewer.passed
        symbols = fewer.to_json()["symbols_of_all"]
        assert {one["symbol"] for one in symbols} == set(shipped.symbols)  # typefaces stay where no packs are


def test_the_same_one_does_not_pass_since_nothing_is_gained(shipped, lessons):
    decision = judge(shipped, shipped, lessons, None)
    assert not decision.passed
    assert len(decision.reasons) == 1
    assert "no better" in decision.reasons[0]


def test_what_is_gained_among_one_kind_does_not_make_up_for_what_is_lost_among_all():
    made = [
        Comparison("corrections", "alphanumeric", 100, 0.5, 0.46, 2, 6, 0.14),
        Comparison("corrections", "uppercase", 50, 0.5, 0.58, 4, 0, 1.0),
        Comparison("corrections", "lowercase", 50, 0.5, 0.52, 3, 2, 0.8),
    ]
    assert "no better" in next(_about_corrections(100, made))
    even = [replace(made[0], fixed=6), *made[1:]]
    assert not list(_about_corrections(100, even))


def test_one_that_reads_every_3_as_8_does_not_pass(shipped, lessons, tmp_path):
    labels, glyphs = probes("38", seed=9, per_symbol=150)
    pack = Pack("own", labels, np.arange(300, dtype=np.int32), glyphs)
    save_pack(pack, tmp_path / "own.npz")
    (tmp_path / "damaged.npz").write_bytes(b"no pack")
    three, eight = (shipped.symbols.index(s) for s in "38")

    def swap(directions):
        directions[:, [three, eight]] = directions[:, [eight, three]]
        return directions

    taught = replace(lessons, labels=np.where(lessons.labels == "3", "8", lessons.labels))
    decision = judge(shipped, Recognizer(network_with(shipped.bundle, swap)), taught, tmp_path)
    assert not decision.passed
    said = " ".join(decision.reasons)
    assert "read as 3 and taught as 8" in said
    assert "It reads the symbol 3 worse among digits" in said
    own = next(one for one in decision.comparisons if one.name == "own")
    assert own.samples == (split(pack) == "validation").sum() > 0, "test samples are for reports only"


def readings(judged, symbols, fixed=0, broken=0):
    """What two networks made of samples, all right but for the first ones: so many turned right, so many wrong."""
    truth = np.array([symbols.index(label) for label in judged.labels.tolist()], np.intp)
    before, after = (10 * np.eye(len(symbols), dtype=np.float32)[truth] for _ in range(2))
    before[:fixed] = np.roll(before[:fixed], 1, axis=1)
    after[fixed : fixed + broken] = np.roll(after[fixed : fixed + broken], 1, axis=1)
    features = np.eye(len(symbols), dtype=np.float32)[truth]
    return Readings(judged, tuple(symbols), truth, before, after, features, features)


def digits(name, count, seed):
    chance = np.random.default_rng(seed)
    glyphs = chance.integers(0, 256, (count, 28, 28), dtype=np.uint8)
    return Judged(name, np.array(list("2345678"))[chance.integers(0, 7, count)], glyphs)


def test_what_is_lost_a_little_everywhere_is_a_loss(shipped, lessons, monkeypatch):
    turned = {"corrections": (9, 0), "one": (6, 13), "other": (6, 13), "third": (6, 12)}
    sets = [digits(name, 2000, seed) for seed, name in enumerate(("one", "other", "third"))]
    monkeypatch.setattr(gate, "frozen_sets", lambda *_: iter(sets))
    monkeypatch.setattr(gate, "read_by_both", lambda one, *_: readings(one, shipped.symbols, *turned[one.name]))
    decision = judge(shipped, shipped, lessons, None)
    assert [one.name for one in decision.comparisons if one.verdict == "worse"] == ["all sets"]
    overall = next(one for one in decision.comparisons if one.name == "all sets")
    assert (overall.samples, overall.fixed, overall.broken) == (6000, 18, 38)
    assert 0.004 < overall.p_worse < 0.006
    assert not decision.passed
    (reason,) = decision.reasons
    assert "all held-out samples together" in reason
    assert "18 turned right and 38 wrong" in reason
    turned |= {"one": (6, 9), "other": (6, 9), "third": (6, 9)}
    assert judge(shipped, shipped, lessons, None).passed


def test_a_sample_that_two_sets_hold_counts_once_among_all_sets(shipped):
    one = digits("one", 50, 0)
    twice = [readings(one, shipped.symbols, 0, 5), readings(replace(one, name="copy"), shipped.symbols, 0, 5)]
    found = together([*twice, readings(digits("other", 30, 1), shipped.symbols, 2, 0)])
    assert (found.samples, found.fixed, found.broken) == (80, 2, 5)


def test_no_numbers_other_symbols_and_other_features_are_refused(shipped, lessons):
    nothing = Recognizer(network_with(shipped.bundle, lambda directions: directions * np.nan))
    assert "no numbers" in judge(shipped, nothing, lessons, None).reasons[0]
    wild = Recognizer(network_with(shipped.bundle, lambda directions: directions * 50))
    assert "wild" in judge(shipped, wild, lessons, None).reasons[0]
    card = {**shipped.card, "symbols": [*shipped.symbols[:-1], "ß"]}
    other = Recognizer(Bundle.make(shipped.bundle.files[NORMALIZER], shipped.bundle.files[NETWORK], card))
    assert "without z and with ß" in judge(shipped, other, lessons, None).reasons[0]


def test_another_normaliser_is_refused(shipped, lessons):
    model = onnx.load_from_string(shipped.bundle.files[NORMALIZER])
    for node in model.graph.node:  # glyphs come out lighter
        node.output[:] = ["plain" if name == "glyphs" else name for name in node.output]
    model.graph.initializer.append(numpy_helper.from_array(np.array([0.8], np.float32), "lighter"))
    model.graph.node.append(onnx.helper.make_node("Mul", ["plain", "lighter"], ["glyphs"]))
    bundle = Bundle.make(model.SerializeToString(), shipped.bundle.files[NETWORK], shipped.card)
    assert "normaliser" in judge(shipped, Recognizer(bundle), lessons, None).reasons[0]


def test_one_that_is_far_too_sure_is_refused_and_so_is_one_that_nothing_is_held_out_for(blurred, shipped, lessons):
    card = {**blurred.card, "temperature": blurred.card["temperature"] / 4}
    sure = Recognizer(Bundle.make(blurred.bundle.files[NORMALIZER], blurred.bundle.files[NETWORK], card))
    decision = judge(blurred, sure, lessons.select(~lessons.held_out()), None)
    assert not decision.passed
    said = " ".join(decision.reasons)
    assert "probabilities can be believed less" in said
    assert "No correction is held out" in said
