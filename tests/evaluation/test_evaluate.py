"""The whole evaluation, with a recognizer that knows the answers of made-up packs."""

import json
import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from inkling.alphabet import SYMBOLS
from inkling.cli import main
from inkling.data import packs
from inkling.data.packs import Pack, save_pack
from inkling.errors import BlankInk, DataError, DataMissing, FolderNotWritable
from inkling.evaluation.evaluate import evaluate

DATA = Path(os.environ.get("INKLING_DATA", "/nowhere"))


def glyph(symbol):
    """A picture that says which symbol it is: two bars, as long as the symbol's place in base 8 plus 2."""
    place = SYMBOLS.index(symbol)
    picture = np.zeros((28, 28), np.uint8)
    picture[4:8, 2 : 2 + 2 * (place // 8 + 2)] = 255
    picture[20:24, 2 : 2 + 2 * (place % 8 + 2)] = 255
    return picture


def spell(ink):
    """Read such a picture back off the ink's pixels, wherever it was cropped to."""
    lengths = [round((row > 0.5).sum() / 2) - 2 for row in (ink.pixels[upper(ink)], ink.pixels[lower(ink)])]
    return lengths[0] * 8 + lengths[1]


def upper(ink):
    return int(np.flatnonzero((ink.pixels > 0.5).any(axis=1))[0]) + 1


def lower(ink):
    return int(np.flatnonzero((ink.pixels > 0.5).any(axis=1))[-1]) - 1


class Knowing:
    """Reads :func:`glyph` without fail; takes every 1 for a 7; knows no blank ink."""

    version = "made-up"

    def __init__(self, symbols=SYMBOLS):
        self.symbols = tuple(symbols)
        self.inferred = 0

    def infer(self, inks):
        logits = np.zeros((len(inks), len(self.symbols)), np.float32)
        for i, ink in enumerate(inks):
            if not (ink.pixels > 0.5).any():
                raise BlankInk("There is nothing written.")
            place = spell(ink)
            logits[i, 7 if place == 1 else place] = 12
        self.inferred += len(inks)
        return SimpleNamespace(logits=logits)

    def probabilities(self, logits, alphabet):
        p = np.exp(logits)
        summed = [p[:, [self.symbols.index(m) for m in members]].sum(axis=1) for members in alphabet.members]
        summed = np.stack(summed, axis=1)
        return summed / summed.sum(axis=1, keepdims=True)


def write_pack(folder, name, symbols, blank=0):
    images = np.stack([glyph(s) for s in symbols])
    images[:blank] = 0
    writers = np.arange(len(symbols), dtype=np.int32)
    save_pack(Pack(name, np.array(list(symbols)), writers, images=images), folder / f"{name}.npz")


def rows_of(report):
    return {(s.pack, s.split, s.alphabet): s for s in report.scores}


def test_logits_are_computed_once_and_read_in_every_alphabet(tmp_path):
    write_pack(tmp_path, "mnist-test", "0123456789")
    recognizer = Knowing()
    rows = rows_of(evaluate(recognizer, tmp_path))
    assert list(rows) == [("mnist-test", "test", "digits"), ("mnist-test", "test", "alphanumeric")]
    assert recognizer.inferred == 10
    row = rows["mnist-test", "test", "digits"]
    assert (row.accuracy.count, row.accuracy.total, row.matrix[1, 7]) == (9, 10, 1)


def test_kinds_are_read_apart_and_case_is_ignored_where_it_must_be(tmp_path):
    write_pack(tmp_path, "omniglot-latin", "aabbcc")
    write_pack(tmp_path, "drawn", "aAbB" * 100)
    rows = rows_of(evaluate(Knowing(), tmp_path, splits=("test",)))
    assert list(rows) == [
        ("omniglot-latin", "test", "lowercase"),
        ("drawn", "test", "letters-caseless"),
        ("drawn", "test", "letters"),
    ]
    assert all(row.accuracy.value == 1 for row in rows.values())


def test_strokes_go_the_way_of_drawings(tmp_path):
    line = np.array([[0, 0], [50, 80]], np.float32)
    pack = Pack(
        "omniglot-latin",
        np.array(["a"]),
        np.array([1], np.int32),
        points=line,
        stroke_start=np.array([0, 2]),
        sample_start=np.array([0, 1]),
    )
    save_pack(pack, tmp_path / "omniglot-latin.npz")
    recognizer = Knowing()
    recognizer.infer = lambda inks: SimpleNamespace(logits=np.eye(62, dtype=np.float32)[[36]] * len(inks[0].strokes))
    (row,) = evaluate(recognizer, tmp_path).scores
    assert row.accuracy.value == 1


def test_samples_without_readable_ink_count_as_wrong_and_spoil_no_others(tmp_path):
    write_pack(tmp_path, "mnist-test", "0234567890", blank=2)
    report = evaluate(Knowing(), tmp_path)
    row = report.scores[0]
    assert (row.unread, row.accuracy.count, row.accuracy.total) == (2, 8, 10)
    assert "counted as wrong: 2 of mnist-test test in digits" in report.to_text()


def test_labels_that_the_network_cannot_answer_are_left_out(tmp_path):
    write_pack(tmp_path, "mnist-test", "012")
    images = np.stack([glyph("a")])
    odd = Pack("odd", np.array(["Greek/01"]), np.array([0], np.int32), images=images)
    save_pack(odd, tmp_path / "odd.npz")
    assert {row.pack for row in evaluate(Knowing(), tmp_path).scores} == {"mnist-test"}


def test_a_bundle_of_own_symbols_is_read_in_all_of_them(tmp_path):
    images = np.stack([glyph(SYMBOLS[place]) for place in (0, 2, 3)] * 30)
    save_pack(Pack("greek", np.array(list("α/β") * 30), np.arange(90, dtype=np.int32), images), tmp_path / "greek.npz")
    (row,) = evaluate(Knowing("αγ/β"), tmp_path, tmp_path / "report", splits=("test",)).scores
    assert (row.alphabet, row.symbols, row.accuracy.value) == ("whole", ("α", "γ", "/", "β"), 1)
    assert "confusion-greek-test-whole.png" in {path.name for path in (tmp_path / "report").iterdir()}


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_evaluated(tmp_path, caplog):
    write_pack(tmp_path, "mnist-test", "0234")
    whole = (tmp_path / "mnist-test.npz").read_bytes()
    (tmp_path / "cut.npz").write_bytes(whole[: len(whole) // 2])
    np.save(tmp_path / "array", np.zeros(3))
    (tmp_path / "array.npy").rename(tmp_path / "array.npz")
    np.savez(tmp_path / "foreign.npz", numbers=np.arange(3))
    assert {row.pack for row in evaluate(Knowing(), tmp_path).scores} == {"mnist-test"}
    for name in ("cut.npz", "array.npz", "foreign.npz"):
        assert name in caplog.text
    (tmp_path / "mnist-test.npz").unlink()
    with pytest.raises(DataMissing, match="no readable pack"):
        evaluate(Knowing(), tmp_path)


def test_mnist_without_writers_is_not_measured_on_what_other_bundles_may_have_learnt_from(tmp_path):
    digits = "0234567890" * 40
    write_pack(tmp_path, "mnist-train", digits)
    assert {row.split for row in evaluate(Knowing(), tmp_path).scores} == {"validation"}
    images = np.stack([glyph(symbol) for symbol in digits])
    images[:, 0, :20] = np.random.default_rng(0).integers(0, 3, (len(digits), 20))  # no two alike
    bare = Pack("mnist-train", np.array(list(digits)), np.full(len(digits), -1, np.int32), images=images)
    save_pack(bare, tmp_path / "mnist-train.npz")
    assert {"train", "validation"} == set(packs.split(bare))  # training still holds some out
    with pytest.raises(DataMissing):
        evaluate(Knowing(), tmp_path)


def test_a_tilde_is_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    write_pack(tmp_path, "mnist-test", "0123456789")
    evaluate(Knowing(), tmp_path, Path("~/reports"))
    save_pack(packs.load_pack(tmp_path / "mnist-test.npz"), Path("~/copy.npz"))
    assert (tmp_path / "reports" / "report.md").exists()
    assert (tmp_path / "copy.npz").exists()
    assert not (tmp_path / "~").exists()


def test_the_report_is_written_with_its_plots(tmp_path):
    write_pack(tmp_path, "mnist-test", "0123456789")
    out = tmp_path / "deep" / "reports"
    report = evaluate(Knowing(), tmp_path, out)
    written = json.loads((out / "report.json").read_text("utf-8"))
    assert written["model"] == "made-up"
    assert written["scores"][0]["accuracy"] == 0.9
    assert written["scores"][0]["samples"] == 10
    assert written["machine"]["cores"] >= 1
    assert written == json.loads(json.dumps(report.to_json()))
    page = (out / "report.md").read_text("utf-8")
    assert "90.00 %" in page
    assert "`1` as `7` 1 times" in page
    assert "| mnist-test | digits | 90.00 % | 99.83 % one network of 1.5 M (Byerly 2020)" in page
    for name in ("reliability.png", "confusion-mnist-test-test-digits.png"):
        assert name in page
        with Image.open(out / name) as picture:
            assert min(picture.size) > 300


def test_nothing_to_evaluate_says_how_to_get_data(tmp_path):
    with pytest.raises(DataMissing, match="inkling data fetch mnist emnist"):
        evaluate(Knowing(), tmp_path)
    write_pack(tmp_path, "mnist-test", "01")
    with pytest.raises(DataMissing, match="no readable pack has a split validation"):
        evaluate(Knowing(), tmp_path, splits=("validation",))
    with pytest.raises(DataError, match=r"no split .'train'"):
        evaluate(Knowing(), tmp_path, splits=("train",))


def test_an_unwritable_folder_is_found_out_before_the_work(tmp_path):
    write_pack(tmp_path, "mnist-test", "01")
    (tmp_path / "file").write_text("")
    recognizer = Knowing()
    with pytest.raises(FolderNotWritable):
        evaluate(recognizer, tmp_path, tmp_path / "file" / "reports")
    assert recognizer.inferred == 0


def test_data_lists_what_is_here_and_what_can_be_fetched(tmp_path):
    write_pack(tmp_path, "mnist-test", "0123")
    (tmp_path / "broken.npz").write_bytes(b"")
    result = CliRunner().invoke(main, ["data"], env={"INKLING_DATA": str(tmp_path)})
    assert result.exit_code == 0
    assert "mnist-test        4" in result.stdout
    assert "inkling data fetch mnist emnist" in result.stdout
    assert "broken.npz cannot be read" in result.stderr


def test_data_of_an_empty_folder_says_how_to_get_some(tmp_path):
    result = CliRunner().invoke(main, ["data"], env={"INKLING_DATA": str(tmp_path / "nowhere")})
    assert result.exit_code == 0
    assert "No data sets in" in result.stdout
    assert "inkling data fetch mnist emnist" in result.stdout


def test_fetching_an_unknown_set_is_one_line_and_exit_code_1(tmp_path):
    result = CliRunner().invoke(main, ["data", "fetch", "imagenet", "--to", str(tmp_path)])
    assert result.exit_code == 1
    assert result.stderr == "inkling: There is no data set 'imagenet' to fetch. Known: mnist, emnist.\n"


@pytest.mark.skipif(not DATA.is_dir(), reason="the data packs are not here: set INKLING_DATA")
def test_a_real_pack_is_read_by_the_bundle_that_ships(tmp_path):
    from inkling import Recognizer
    from inkling.data.packs import load_pack

    few = load_pack(DATA / "mnist-test.npz").select(np.arange(200))
    save_pack(few, tmp_path / "mnist-test.npz")
    row = evaluate(Recognizer(), tmp_path).scores[0]
    assert row.accuracy.value > 0.95
