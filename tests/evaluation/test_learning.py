"""Measuring how corrections are learned: made-up writers with shapes of their own, read by the bundle that ships."""

import json
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from inkling import Ink, Recognizer
from inkling.alphabet import Alphabet
from inkling.cli import main
from inkling.data.packs import load_pack, save_pack
from inkling.errors import DataError, DataMissing, FolderNotWritable
from inkling.evaluation.fewshot import learn_scripts
from inkling.evaluation.findings import Goal
from inkling.evaluation.forgetting import measure_forgetting
from inkling.evaluation.handwriting import Handwriting, answers, prepare, teach
from inkling.evaluation.learning import Effort, evaluate_learning
from inkling.evaluation.streams import Stream, Streams, run_streams
from inkling.evaluation.upkeep import filled_memory, time_section, undo_section
from inkling.evaluation.variation import drawn_again, variation_section

from .made_up import odd_hands, pictures, runes

LITTLE = Effort(
    seeds=(0, 1), least=10, drawings=4, episodes=2, known=20, corrections=12, sizes=(50, 10_000), readings=3
)  # fmt: skip


@pytest.fixture(scope="module")
def hands(recognizer):
    pack = odd_hands()
    return pack, prepare(recognizer, pack, np.ones(len(pack), bool), taught=True)


@pytest.fixture(scope="module")
def ignorant(recognizer):
    """The same network, whose card says that it never saw the runes."""
    card = {**recognizer.card, "training": {**recognizer.card["training"], "left_out": ["Rune", "Unknown"]}}
    return Recognizer(replace(recognizer.bundle, card=card))


def test_samples_are_read_and_taught_as_a_persons_ink_is(recognizer, hands):
    pack, samples = hands
    ink = Ink.from_strokes(pack.strokes(3))
    alphabet = Alphabet.all_of(recognizer.symbols)
    memory = teach(recognizer.memory(), samples, np.array([3]), 1, ["K"])
    for value in (None, memory):
        reading = recognizer.read(ink, memory=value)
        found = answers(recognizer, value, samples.select(np.array([3])), alphabet)
        assert alphabet.symbols[int(found[0])] == reading.text
    assert recognizer.read(ink, memory=memory).text == "K"


def test_what_is_no_ink_is_left_out_and_named(recognizer, caplog):
    pack = pictures("mine", "012")
    pack.images[1] = 0
    samples = prepare(recognizer, pack, np.ones(3, bool))
    assert samples.labels.tolist() == ["0", "2"]
    assert samples.places.tolist() == [0, 2]
    assert len(samples.traces) == 0
    assert "mine, sample 1 (1)" in caplog.text


def test_a_writer_with_shapes_of_their_own_is_soon_read(recognizer, hands):
    *_, largest = run_streams(recognizer, hands[1], (0, 1), least=10)
    assert largest.alphabet == "alphanumeric"
    without, learned = largest.errors()
    assert without > 20
    assert learned < without / 2
    assert largest.fewer().mean == pytest.approx(1 - learned / without, abs=0.1)
    for stream in largest.all:
        assert stream.again == stream.learned.sum() > 0
        assert len(stream.plain) == len(stream.learned) == 18


def test_writers_with_few_samples_are_passed_over(recognizer, hands):
    assert [s.alphabet for s in run_streams(recognizer, hands[1], (0,), least=18)] == ["alphanumeric"]
    assert run_streams(recognizer, hands[1], (0,), least=19) == []


def test_errors_are_counted_in_second_halves():
    def stream(writer, seed, plain, learned):
        return Stream(writer, seed, np.array(plain, bool), np.array(learned, bool), 0)

    streams = Streams(
        "digits",
        (
            stream(1, 0, [1, 1, 1, 1], [1, 1, 0, 1]),
            stream(2, 0, [1, 1, 0, 1], [0, 0, 0, 0]),
            stream(1, 1, [0, 0, 1, 1], [0, 0, 1, 1]),
        ),
    )
    assert streams.errors() == (5, 3)
    assert streams.errors(seed=0) == (3, 1)
    assert streams.errors(whole=True) == (9, 5)
    assert streams.of_writers() == {1: (4, 3), 2: (1, 0)}
    fewer = streams.fewer()
    assert (fewer.low, fewer.high, fewer.runs) == (0, pytest.approx(2 / 3), 2)


def test_a_drawing_made_differently_keeps_within_its_bounds():
    square = [np.array([[0, 0], [100, 0], [100, 100], [0, 100]], np.float32)]
    for seed in range(20):
        rng = np.random.default_rng(seed)
        moved = drawn_again(square, frozenset({"moved"}), rng).strokes[0]
        assert np.ptp(moved, axis=0) == pytest.approx([100, 100], abs=1e-3)
        assert np.abs(moved - square[0]).max() <= 100
        scaled = drawn_again(square, frozenset({"scaled"}), rng).strokes[0]
        assert 85 <= np.ptp(scaled, axis=0).max() <= 115
        edge = np.diff(drawn_again(square, frozenset({"turned"}), rng).strokes[0][:2], axis=0)[0]
        assert abs(np.degrees(np.arctan2(edge[1], edge[0]))) <= 8
    pens = [drawn_again(square, frozenset({"pen"}), np.random.default_rng(seed)) for seed in range(20)]
    assert len({round(float(ink.pixels.mean()), 3) for ink in pens}) > 5


def test_one_correction_is_enough_for_a_drawing_made_differently(recognizer, hands):
    pack, samples = hands
    section = variation_section(recognizer, pack, samples, (0, 1), drawings=5, variants=2)
    assert [row[:2] for row in section.rows] == [
        ("moved", "10"), ("scaled", "10"), ("turned", "10"), ("other pen", "10"), ("all of it", "20"),
    ]  # fmt: skip
    assert section.figures["moved"]["right"]["mean"] == 1
    assert section.figures["without_correction"]["mean"] == 0
    assert 0 < section.goals[0].value <= 100


def test_new_symbols_are_learned_from_few_drawings_and_read_from_other_drawers(ignorant, hands):
    one, five = learn_scripts(ignorant, runes(), (hands[0], np.ones(len(hands[0]), bool)), episodes=4)
    assert (one.script, one.shots, one.symbols, one.readings) == ("Rune", 1, 4, 4 * 4 * 7)
    assert (five.shots, five.readings) == (5, 4 * 4 * 3)
    assert np.mean(one.among_taught) > 0.9
    assert np.mean(five.among_taught) >= np.mean(five.among_all) > 0.5
    assert len(one.known_before) == 1  # every fourth episode
    assert next(learn_scripts(ignorant, runes(), None, episodes=1)).known_after == ()


def test_a_network_that_saw_every_script_has_no_new_symbols(recognizer):
    assert list(learn_scripts(recognizer, runes(), None)) == []


def test_what_others_write_costs_what_it_costs(recognizer, hands):
    """Teaching that crossed squares are 7s spoils the same squares where they were read as something else."""
    alphabet = Alphabet.all_of(recognizer.symbols)
    samples = hands[1]
    plain = np.array(alphabet.symbols)[answers(recognizer, None, samples, alphabet)]
    as_read = Handwriting(**{**samples.__dict__, "name": "as read", "labels": plain})
    costs = measure_forgetting(recognizer, samples, [as_read], (0,), corrections=36)
    assert {cost.course for cost in costs} > {"errors, in random order", "any samples, in random order"}
    whole = next(c for c in costs if c.alphabet == alphabet.name and c.course == "errors, in random order")
    assert whole.before == 1
    assert whole.spoilt[0] > 0
    assert whole.changes[0] == pytest.approx(-whole.spoilt[0] / len(samples))
    far = prepare(recognizer, pictures("mnist-test", "0123"), np.ones(4, bool))
    assert all(cost.samples == 4 for cost in measure_forgetting(recognizer, samples, [far], (0,), corrections=3))


def test_an_undo_is_found_to_be_exact(recognizer, hands):
    section = undo_section(recognizer, hands[1], (0, 1), corrections=10, read=8)
    assert section.goals[0].reached
    for figures in section.figures["undo"]:
        assert figures["same"] == figures["readings"] > 0
        assert figures["changed_in_between"] > 0


def test_time_is_measured_with_memories_of_the_sizes_asked_for(recognizer, hands):
    pack, samples = hands
    assert len(filled_memory(recognizer, samples, 2050)) == 2050
    inks = [Ink.from_strokes(pack.strokes(i)) for i in range(3)]
    section = time_section(recognizer, inks, samples, sizes=(50,), readings=2)
    assert [row["corrections"] for row in section.figures["memories"]] == [0, 50]
    assert all(row[name] > 0 for row in section.figures["memories"] for name in ("read_ms", "teach_ms", "undo_ms"))
    assert section.goals == ()  # no aim for so few


def test_the_unrounded_figure_is_held_against_the_aim():
    assert not Goal("same", 99.999, "%", 100, True, "").reached
    assert Goal("same", 100.0, "%", 100, True, "").reached
    late = Goal("time", 3.0001, "ms", 3, False, "300 readings")
    assert not late.reached
    assert late.cells() == ("time", "3.000 ms", "at most 3 ms", "no", "300 readings")


def test_the_whole_is_written_and_says_what_is_not_there(recognizer, ignorant, folder, tmp_path):
    out = tmp_path / "report"
    report = evaluate_learning(recognizer, folder, out, few_shot=[ignorant], effort=LITTLE)
    written = json.loads((out / "learning.json").read_text("utf-8"))
    assert written == json.loads(json.dumps(report.to_json()))
    assert written["split"] == "test"
    assert set(written["sections"]) == {
        "The same drawing, straight after its correction",
        "The same drawing, made differently, after one correction",
        "A stream a writer",
        "New symbols",
        "Forgetting",
        "Undo",
        "Time",
    }
    assert {goal["reached"] for goal in written["goals"]} <= {True, False}
    page = (out / "learning.md").read_text("utf-8")
    assert "--learning --split test" in page
    assert "| alphanumeric | 2 | 36 |" in page
    with Image.open(out / "learning.png") as picture:
        assert min(picture.size) > 300
    assert "A stream a writer" in report.to_text()


def test_what_needs_other_packs_is_left_out_with_a_warning(recognizer, tmp_path, caplog):
    save_pack(odd_hands("validation"), tmp_path / "unipen-strokes.npz")
    report = evaluate_learning(recognizer, tmp_path, side="validation", effort=LITTLE)
    titles = {section.title for section in report.sections}
    assert not {"New symbols", "Forgetting"} & titles
    assert "New symbols were not measured" in caplog.text
    assert "Forgetting was not measured: it takes mnist-train or emnist-letters" in caplog.text
    with pytest.raises(DataMissing, match="no writer of test"):
        evaluate_learning(recognizer, tmp_path, effort=LITTLE)


def test_without_writers_to_learn_from_it_says_so(recognizer, tmp_path):
    with pytest.raises(DataMissing, match="inkling data fetch"):
        evaluate_learning(recognizer, tmp_path)
    with pytest.raises(DataError, match="no split 'train'"):
        evaluate_learning(recognizer, tmp_path, side="train")
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderNotWritable):
        evaluate_learning(recognizer, tmp_path, tmp_path / "file" / "report")


def test_options_that_do_nothing_together_are_refused(tmp_path):
    for options in (["--learning", "--speed"], ["--few-shot-bundle", str(tmp_path)]):
        result = CliRunner().invoke(main, ["evaluate", *options])
        assert result.exit_code == 2
        assert "--learning" in result.stderr


def test_the_command_without_data_says_how_to_get_it(tmp_path):
    result = CliRunner().invoke(
        main, ["evaluate", "--learning", "--data", str(tmp_path), "--out", str(tmp_path / "out")]
    )
    assert result.exit_code == 1
    assert "unipen-strokes" in result.stderr


def test_made_up_packs_are_packs(folder):
    assert len(load_pack(folder / "unipen-strokes.npz")) == 36
