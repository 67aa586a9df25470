"""Measuring refusal: strangers are made the same way again, and are told from digits by their scores."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from inkling import Recognizer
from inkling.errors import DataError, DataMissing
from inkling.evaluation.pictures import ink_or_none
from inkling.evaluation.refusal import STRANGERS, RefusalEffort, evaluate_refusal
from inkling.evaluation.refusal_tables import (
    Acceptance,
    Stranger,
    acceptance_section,
    auroc,
    auroc_interval,
    strangers_section,
)
from inkling.evaluation.symbols import evaluate_few_shot

WAYS = [(kind, way) for kind, ways in STRANGERS.items() for way in ways]


def stranger(kind, membership):
    scores = np.array(membership, np.float32)
    return Stranger(kind, "somehow", scores, scores, np.zeros((0, 28, 28), np.float32))


def pixels(source):
    return source if isinstance(source, np.ndarray) else source.pixels


@pytest.fixture(scope="module")
def choosy(recognizer):
    """The bundle that ships, whose card sets an acceptance and says that it never saw the runes."""
    card = {**recognizer.card, "training": {**recognizer.card["training"], "left_out": ["Rune"]}}
    return Recognizer(replace(recognizer.bundle, card={**card, "acceptance": {"digits": 0.5, "letters": 0.25}}))


@pytest.mark.parametrize(("kind", "way"), WAYS)
def test_strangers_are_pictures_or_ink_and_the_same_again(kind, way):
    make = STRANGERS[kind][way]
    for seed in range(2):
        first, again = (pixels(make(np.random.default_rng(seed))) for _ in range(2))
        assert np.array_equal(first, again)
        assert first.dtype in (np.uint8, np.float32)
        assert first.ndim == 2


@pytest.mark.parametrize("kind", ["scribbles", "photo-like pictures"])
def test_most_strangers_are_ink(kind):
    rng = np.random.default_rng(0)
    made = [ink_or_none(make(rng)) for make in STRANGERS[kind].values() for _ in range(3)]
    assert sum(ink is not None for ink in made) > 0.8 * len(made)


def test_auroc_is_how_often_a_real_one_scores_higher():
    rng = np.random.default_rng(0)
    real, strange = rng.integers(0, 9, 40).astype(np.float32), rng.integers(-2, 7, 30).astype(np.float32)
    pairs = (real[:, None] > strange).mean() + (real[:, None] == strange).mean() / 2
    assert auroc(real, strange) == pytest.approx(pairs)
    assert np.isnan(auroc(real, strange[:0]))


def test_the_interval_of_an_auroc_is_where_it_falls_when_drawn_again():
    rng = np.random.default_rng(0)
    drawn = [(rng.normal(1.5, 1, 200).astype(np.float32), rng.normal(0, 1, 150).astype(np.float32)) for _ in range(300)]
    true = 0.8556  # the normal distribution's at 1.5 / √2
    held = np.mean([low <= true <= high for low, high in (auroc_interval(*pair) for pair in drawn)])
    assert held == pytest.approx(0.95, abs=0.03)
    assert auroc_interval(drawn[0][0][:1], drawn[0][1]) == (0.0, 1.0)


def test_strangers_below_the_threshold_and_blanks_are_refused():
    section = strangers_section(stranger("digits", [0.9, 0.8]), [stranger("scribbles", [0.1, 0.85, -1, 0.7])], 0.75)
    figures = section.figures["strangers"]["scribbles"]["all"]
    assert (figures["refused"], figures["blank"], figures["auroc"]) == (0.75, 0.25, 0.875)
    assert section.goals[0].aim == 99
    unset = strangers_section(stranger("digits", [0.9]), [stranger("other scripts' symbols", [0.1])], None)
    assert unset.rows[0][-2] == "–"
    assert unset.goals[0].aim == 95


def test_accepted_are_those_that_reach_the_threshold():
    rows = [Acceptance("digits", "mine", np.array([0.2, 0.5, 0.9, -1], np.float32), 0.5)]
    section = acceptance_section(rows)
    assert section.rows[0][:5] == ("digits", "mine", "4", "0.5000", "50.00 %")
    assert section.figures["alphabets"][0]["accepted"] == 2


def test_where_fewer_are_accepted_than_asked_the_report_says_so():
    most = Acceptance("digits", "mine", np.array([0.9] * 99 + [0.1], np.float32), 0.5)
    few = Acceptance("letters", "mine", np.array([0.9] * 98 + [0.1] * 2, np.float32), 0.5)
    section = acceptance_section([most, few])
    assert section.method.endswith("asked: letters of mine (98.00 %).")
    (goal,) = section.goals
    assert (goal.measure, goal.reached) == ("real characters accepted, the worst row (letters of mine)", False)
    assert "Fewer" not in acceptance_section([most]).method
    unset = acceptance_section([Acceptance("digits", "mine", np.array([0.9], np.float32), None)])
    assert unset.goals == ()


def test_the_whole_is_measured_and_written(choosy, folder, tmp_path):
    out = tmp_path / "report"
    report = evaluate_refusal(choosy, folder, out, effort=RefusalEffort(2))
    written = json.loads((out / "refusal.json").read_text("utf-8"))
    assert written == json.loads(json.dumps(report.to_json()))
    found = written["sections"]["Strangers against digits"]
    assert found["threshold"] == 0.5
    assert set(found["strangers"]) == {*STRANGERS, "letters unlike any digit", "other scripts' symbols"}
    assert len(found["strangers"]["scribbles"]) == 1 + len(STRANGERS["scribbles"])
    assert written["sections"]["Scripts"]["Rune"]["trained_on"] == "no"
    accepted = {
        row["alphabet"]: row["threshold"] for row in written["sections"]["Real characters accepted"]["alphabets"]
    }
    assert accepted["digits"] == 0.5
    assert accepted["lowercase"] == 0.25  # none of its own: the lowest
    assert any("never shown as none" in goal["measure"] for goal in written["goals"])
    with Image.open(out / "refusal.png") as plot:
        assert min(plot.size) > 300
    assert "`inkling evaluate --refusal --split test`" in (out / "refusal.md").read_text("utf-8")


def test_without_digits_or_of_another_split_it_says_so(recognizer, tmp_path):
    with pytest.raises(DataMissing, match="inkling data fetch"):
        evaluate_refusal(recognizer, tmp_path, effort=RefusalEffort(1))
    with pytest.raises(DataError, match="no split 'train'"):
        evaluate_refusal(recognizer, tmp_path, side="train")


def test_new_symbols_are_measured_by_themselves(choosy, recognizer, folder, tmp_path):
    report = evaluate_few_shot(choosy, folder, tmp_path / "few", episodes=2, known=10)
    assert len(report.sections[0].goals) == 2
    assert (tmp_path / "few" / "few-shot.md").is_file()
    assert (tmp_path / "few" / "few-shot.png").is_file()
    with pytest.raises(DataError, match="--leave-out"):
        evaluate_few_shot(recognizer, folder)
    (folder / "omniglot-background.npz").unlink()
    with pytest.raises(DataMissing, match="omniglot-background"):
        evaluate_few_shot(choosy, folder)
