"""Retraining: from corrections to a candidate, whatever happens on the way."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from inkling import Bundle, Ink, Recognizer, Settings
from inkling.bundle import NETWORK, NORMALIZER
from inkling.data.packs import Pack, save_pack
from inkling.errors import CheckpointError, NothingToLearn
from inkling.inference import quantized
from inkling.training.lessons import Lessons
from inkling.training.replay import Replay, replay_of
from inkling.training.restore import network_of
from inkling.training.retrain import Retraining, Stopped, retrain

from ..drawings import STROKES, picture
from .conftest import pictures

QUICK = Retraining().quick()


def lessons(labels="7711", drawn=True, first=5):
    """Corrections of drawings: all of a 7, said to be ``labels``, a little different each."""
    count = len(labels)
    inks = [Ink.from_image(picture("7", scale=0.6 + 0.01 * (i % 5), pen=8 + i % 4)) for i in range(count)]
    glyphs = quantized(Recognizer(settings=Settings.load({})).infer(inks).glyphs)
    strokes = tuple(np.array(s, np.float32) for s in STROKES["7"])
    return Lessons(
        np.arange(first, first + count),
        np.array(list(labels)),
        glyphs,
        tuple(strokes if drawn and i % 2 else None for i in range(count)),
        np.ones(count, np.float32),
        np.arange(count) % 3 > 0,
    )


@pytest.fixture
def parent(exported):
    """A small network that tells 1, 7 and α apart."""
    return exported


def test_a_candidate_reads_and_says_how_it_came_to_be(parent):
    seen = []
    some = lessons("7" * 20 + "θθ")
    candidate = retrain(parent, some, None, QUICK, report=lambda step: seen.append(step) or True)
    assert Recognizer(candidate, Settings.load({})).read(picture("7")).text in parent.symbols
    assert candidate.version != parent.version
    told = candidate.card["training"]
    assert told["parent"] == parent.version
    assert torch.equal(network_of(candidate).layout, network_of(parent).layout)
    known = some.held_out()[:20]
    assert told["corrections"]["trained_on"] == (~known).sum()
    assert told["corrections"]["held_out"] == known.sum()
    assert told["corrections"]["unknown_symbols"] == 2
    assert [step.phase for step in seen][:1] + [step.phase for step in seen][-1:] == ["preparing", "exporting"]
    assert seen[-1].step == QUICK.steps
    assert told["history"][-1]["step"] == QUICK.steps


def test_without_base_data_it_says_so_and_is_as_sure_as_before(parent):
    candidate = retrain(parent, lessons(), None, QUICK)
    assert candidate.card["training"]["base_data"] == []
    assert "typefaces" in candidate.card["training"]["note"]
    assert candidate.card["temperature"] == parent.card["temperature"]


def test_what_is_no_character_stays_none_where_too_little_tells_it(parent, tmp_path):
    knowing = Bundle.make(
        parent.files[NORMALIZER], parent.files[NETWORK], {**parent.card, "acceptance": {"17α": 0.4, "digits": 0.3}}
    )
    save_pack(pictures(name="mnist-train"), tmp_path / "mnist-train.npz")
    candidate = retrain(knowing, lessons("7" * 20), tmp_path, QUICK)
    assert candidate.card["acceptance"] == {"17α": 0.4, "digits": 0.3}


def test_with_base_data_it_names_them(parent, tmp_path):
    from inkling.data.packs import save_pack

    save_pack(pictures(count=80), tmp_path / "mine.npz")
    candidate = retrain(parent, lessons(), tmp_path, QUICK)
    assert candidate.card["training"]["base_data"] == ["mine"]
    assert candidate.card["training"]["note"] == ""


def test_corrections_that_are_judged_by_are_not_replayed_out_of_a_pack_that_holds_them_too(tmp_path):
    some = lessons("7" * 40, drawn=False)
    some = replace(some, glyphs=some.glyphs ^ np.arange(40, dtype=np.uint8)[:, None, None])  # no two alike
    save_pack(Pack("anna", some.labels, np.full(40, -1, np.int32), some.glyphs), tmp_path / "anna.npz")
    taught, judged = some.select(~some.held_out()), some.select(some.held_out())
    replay = replay_of(taught, ("1", "7"), tmp_path, judged=judged)
    replayed = {picture.tobytes() for pack in (*replay.base, *replay.validation) for picture in pack.images}
    assert len(replayed) > 20
    assert not replayed & {glyph.tobytes() for glyph in judged.glyphs}


def test_stopped_and_resumed_it_ends_as_if_it_had_never_been_stopped(parent):
    some, saved = lessons("7" * 12, drawn=False), []
    with pytest.raises(Stopped):
        retrain(parent, some, None, QUICK, save=saved.append, report=lambda step: step.step < 3)
    resumed = retrain(parent, some, None, QUICK, saved=saved[-1])
    whole = retrain(parent, some, None, QUICK)
    assert resumed.files == whole.files
    assert resumed.card["training"] == whole.card["training"]


def test_what_it_is_not_of_is_no_checkpoint(parent):
    saved = []
    with pytest.raises(Stopped):
        retrain(parent, lessons(), None, QUICK, save=saved.append, report=lambda step: step.step < 1)
    with pytest.raises(CheckpointError, match="another retraining"):
        retrain(parent, lessons("7771"), None, QUICK, saved=saved[-1])
    with pytest.raises(CheckpointError, match="damaged"):
        retrain(parent, lessons(), None, QUICK, saved=saved[-1][:1000])


def test_with_nothing_to_learn_it_says_why(parent):
    with pytest.raises(NothingToLearn, match="2 are of symbols that the network does not know"):
        retrain(parent, lessons("θθ"), None, QUICK)


def test_with_nothing_to_judge_by_it_says_so_before_it_trains(parent):
    some = lessons("7" * 12)
    with pytest.raises(NothingToLearn, match="of these none is kept"):
        retrain(parent, some.select(~some.held_out()), None, QUICK)


def test_it_learns_what_was_taught_and_keeps_what_it_knew():
    parent = Bundle.load()
    # 7s that somebody says are Q: absurd, and so surely learned from these alone
    some = lessons("Q" * 24)
    recipe = replace(Retraining(), steps=16, batch_size=32, learning_rate=5e-4)
    candidate = Recognizer(retrain(parent, some, None, recipe), Settings.load({}))
    before = Recognizer(parent, Settings.load({}))
    q, glyphs = parent.symbols.index("Q"), some.glyphs.astype(np.float32) / 255
    gained = candidate.probabilities(candidate.logits(glyphs), candidate.alphabet())[:, q]
    assert gained.mean() > 10 * before.probabilities(before.logits(glyphs), before.alphabet())[:, q].mean()
    others = [Ink.from_image(picture(symbol)) for symbol in STROKES if symbol not in "7Q"]
    same = candidate.infer(others).logits.argmax(1) == before.infer(others).logits.argmax(1)
    assert same.mean() >= 0.8


def test_a_fifth_is_held_out_whatever_stands_beside_it():
    many = lessons("7" * 500, drawn=False)
    held = many.held_out()
    assert 0.15 < held.mean() < 0.25
    part = np.arange(500) % 7 == 0
    assert many.select(part).held_out().tolist() == held[part].tolist()


def test_batches_mix_new_and_earlier_corrections_with_base_data():
    some = lessons("7" * 6 + "3" * 6)
    replay = Replay(some, ("1", "3", "7"), [pictures()], seed=5)
    batch = replay.batch(3, 60, 0.5, 0.6)
    assert batch.lessons.sum() == 30
    assert set(batch.targets[batch.lessons].tolist()) <= {1, 2}
    assert set(batch.targets[~batch.lessons].tolist()) == {0, 2}  # the base's 1 and 7
    again = replay.batch(3, 60, 0.5, 0.6)
    assert torch.equal(batch.glyphs, again.glyphs)
    assert not torch.equal(batch.glyphs, replay.batch(4, 60, 0.5, 0.6).glyphs)


def test_a_doubtful_correction_weighs_less():
    some = lessons("7" * 4, drawn=False)
    some = replace(some, weights=np.array([1, 0.25, 1, 1], np.float32))
    batch = Replay(some, ("1", "7"), [pictures()], seed=1).batch(0, 40, 0.5, 1.0)
    assert set(batch.weights[batch.lessons].tolist()) == {1.0, 0.25}
    assert set(batch.weights[~batch.lessons].tolist()) == {1.0}
