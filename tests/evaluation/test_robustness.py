"""Measuring robustness: the same samples in every step, paired differences, and a report of it."""

import json

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from inkling.cli import main
from inkling.data.packs import save_pack
from inkling.errors import DataError, DataMissing
from inkling.evaluation.corruptions import CORRUPTIONS
from inkling.evaluation.distortions import PERTURBATIONS
from inkling.evaluation.pictures import infer_pictures, right
from inkling.evaluation.robustness import RobustnessEffort, evaluate_robustness
from inkling.evaluation.robustness_tables import change

from ..drawings import picture
from .made_up import pictures, strokes_pack, writers_of


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "data"
    writers = writers_of("test", 2) * 2
    save_pack(strokes_pack("unipen-strokes", ["7", "g", "K", "7"], [0, 1, 2, 3], writers), made / "unipen-strokes.npz")
    save_pack(pictures("mnist-test", "0123"), made / "mnist-test.npz")
    return made


def test_a_paired_difference_counts_what_was_lost_and_won():
    before = np.array([True] * 90 + [False] * 10)
    after = before.copy()
    after[:4], after[-1] = False, True
    found = change(before, after)
    assert (found.points, found.lost, found.won) == (pytest.approx(-3), 4, 1)
    assert found.low < -3 < found.high < 2
    assert change(before, before).cell() == "+0.00 (-1.92 to +1.92)"  # of a hundred that did not turn


def test_what_holds_no_ink_is_not_right(recognizer):
    labels = np.array(["4", "4", "4"])
    sources = [picture("4"), np.full((40, 40), 255, np.uint8), picture("7")]
    found = infer_pictures(recognizer, sources)
    assert found.read.tolist() == [True, False, True]
    assert right(recognizer, found, recognizer.alphabet("digits"), labels).tolist() == [True, False, False]
    assert len(infer_pictures(recognizer, [])) == 0


def test_the_command_measures_the_whole(folder, tmp_path):
    out = tmp_path / "report"
    options = ["--robustness", "--samples", "1", "--data", str(folder), "--out", str(out)]
    result = CliRunner().invoke(main, ["evaluate", *options])
    assert result.exit_code == 0, result.output
    assert "mean of 15 kinds" in result.stdout
    written = json.loads((out / "robustness.json").read_text("utf-8"))
    drawn, placed, spoilt = written["sections"].values()
    steps = 1 + sum(len(steps) for steps in PERTURBATIONS.values())
    assert len(drawn["steps"]) == len(placed["steps"]) == steps
    assert set(spoilt) == {"untouched", *CORRUPTIONS, "mean"}
    assert {row["all"]["samples"] for row in drawn["steps"]} == {3}
    assert len(written["goals"]) == 2 * len(PERTURBATIONS) + 1
    page = (out / "robustness.md").read_text("utf-8")
    assert "inkling evaluate --robustness --split test" in page
    assert "| canny edges |" in page
    with Image.open(out / "robustness.png") as plot:
        assert min(plot.size) > 300


def test_what_is_missing_is_left_out_with_a_warning(recognizer, folder, tmp_path, caplog):
    (folder / "unipen-strokes.npz").unlink()
    report = evaluate_robustness(recognizer, folder, effort=RobustnessEffort(1, 1))
    assert len(report.sections) == 2
    assert "unipen-strokes" in caplog.text
    with pytest.raises(DataMissing, match="inkling data fetch"):
        evaluate_robustness(recognizer, tmp_path)
    with pytest.raises(DataError, match="no split 'train'"):
        evaluate_robustness(recognizer, folder, side="train")


@pytest.mark.parametrize(
    "options",
    [["--robustness", "--refusal"], ["--speed", "--refusal"], ["--samples", "3"], ["--samples", "3", "--learning"]],
)
def test_options_that_do_nothing_together_are_refused(options):
    assert CliRunner().invoke(main, ["evaluate", *options]).exit_code == 2
