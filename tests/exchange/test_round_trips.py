"""Corrections out and in again, as they were."""

import csv
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkling.alphabet import parse_symbol
from inkling.data.packs import load_pack
from inkling.data.pictures import symbol_of
from inkling.errors import BadSymbol, DataError, FolderNotWritable, InklingError
from inkling.exchange import export_corrections, files, read_exchange
from inkling.exchange.archives import CSV
from inkling.exchange.files import folder_of

from ..store.samples import plain
from .samples import FORMS, ODD, correction, several

NOT_CARRIED = {"id", "revision", "deleted_at", "features", "features_model"}


def carried(one):
    """What a round trip must bring back."""
    record = {
        name: value for name, value in plain(one).items() if name not in {"id", "revision", "deleted_at"} | NOT_CARRIED
    }
    record["strokes"] = one.strokes and [np.asarray(stroke, np.float64).tolist() for stroke in one.strokes]
    return record | {"size_px": one.features[-1].item()}


@pytest.mark.parametrize("form", FORMS)
def test_a_round_trip_loses_nothing(tmp_path, form):
    out = several()
    assert export_corrections(reversed(out), tmp_path / form) == len(out)
    back, problems = read_exchange(tmp_path / form)
    assert problems == []
    assert [carried(one) for one in back] == [carried(one) for one in out]  # in the order of their ids
    assert {file.name for file in tmp_path.iterdir()} == {form}


def test_what_an_earlier_version_wrote_comes_in(tmp_path):
    """It wrote no reason."""
    export_corrections([correction(1)], tmp_path / "new.npz")
    with np.load(tmp_path / "new.npz", allow_pickle=False) as arrays:
        np.savez(tmp_path / "old.npz", **{name: arrays[name] for name in arrays if name != "reason"})
    read, problems = read_exchange(tmp_path / "old.npz")
    assert ([one.reason for one in read], problems) == ([None], [])


@pytest.mark.parametrize("form", FORMS)
def test_no_corrections_make_an_empty_file(tmp_path, form):
    assert export_corrections([], tmp_path / form) == 0
    assert read_exchange(tmp_path / form) == ([], [])


numbers = st.floats(-1e6, 1e6, width=32)
strokes = st.lists(
    st.lists(st.tuples(numbers, numbers), min_size=1, max_size=4)
    | st.lists(st.tuples(numbers, numbers, st.floats(0, 1e13)), min_size=1, max_size=4),
    min_size=1,
    max_size=3,
).map(lambda drawn: tuple(np.array(stroke, np.float64) for stroke in drawn))


@st.composite
def symbols(draw):
    text = draw(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=5) | st.from_regex(r"\w{2,9}"))
    try:
        return parse_symbol(text)
    except BadSymbol:
        return draw(st.sampled_from(ODD))


@settings(max_examples=40)
@given(st.data())
def test_whatever_was_taught_comes_back(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("exchange")
    texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=9)
    optional = st.none() | st.floats(0, 1)
    out = [
        correction(
            n + 1,
            symbol=data.draw(symbols()),
            strokes=data.draw(strokes),
            pen_width=data.draw(st.none() | st.floats(1e-3, 1e3)),
            read=(read := data.draw(st.none() | symbols())),
            probability=data.draw(optional),
            reason=read and data.draw(st.sampled_from([None, "unknown", "look-alike", "doubtful"])),
            alphabet=data.draw(texts),
            model=data.draw(texts),
        )
        for n in range(data.draw(st.integers(1, 3)))
    ]
    for form in FORMS:
        export_corrections(out, folder / form)
        back, problems = read_exchange(folder / form)
        assert problems == []
        assert [carried(one) for one in back] == [carried(one) for one in out]


@given(symbols())
def test_the_folder_of_a_symbol_is_safe_on_every_file_system(symbol):
    name = folder_of(symbol)
    assert name.isascii()
    assert len(name) <= 200
    assert not set(name) & set('<>:"/\\|?* ')
    assert not name.endswith((".", " "))
    assert name.split(".")[0].lower() not in {"con", "prn", "aux", "nul", "com1", "lpt9"}
    assert symbol_of(name) == symbol or name.startswith("long-")


@given(symbols(), symbols())
def test_no_two_symbols_share_a_folder_whatever_the_case(one, other):
    assert one == other or folder_of(one).lower() != folder_of(other).lower()


def test_twins_by_case_do_not_share_a_folder():
    names = [folder_of(symbol) for symbol in ("a", "A", "tick", "Tick", "TICK", "lower_a", "é", "É", "ß", "ẞ")]
    assert len({name.lower() for name in names}) == len(names)


def test_training_reads_an_export_as_any_other_pack(tmp_path):
    out = several()
    export_corrections(out, tmp_path / "mine.npz")
    pack = load_pack(tmp_path / "mine.npz")
    assert pack.labels.tolist() == [one.symbol for one in out]
    assert pack.images is not None
    np.testing.assert_array_equal(pack.images, [one.glyph for one in out])
    ways = {one.profile: writer for one, writer in zip(out, pack.writers.tolist(), strict=True)}
    assert sorted(ways.values()) == [0, 1]
    with np.load(tmp_path / "mine.npz", allow_pickle=False) as file:
        assert all(file[name].dtype.kind != "O" for name in file.files)


def test_the_csv_opens_in_a_spreadsheet_and_says_the_true_symbol(tmp_path):
    export_corrections(several(), tmp_path / "out")
    content = (tmp_path / "out" / CSV).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")  # by which a spreadsheet knows UTF-8
    lines = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert [line["symbol"] for line in lines] == [one.symbol for one in several()]
    assert all((tmp_path / "out" / line["file"]).is_file() for line in lines)
    assert (tmp_path / "out" / lines[0]["picture"]).read_bytes() == several()[0].picture


def test_exporting_replaces_a_file_and_leaves_a_full_folder_alone(tmp_path):
    (tmp_path / "pack.npz").write_bytes(b"old")
    export_corrections([correction()], tmp_path / "pack.npz")
    assert len(read_exchange(tmp_path / "pack.npz")[0]) == 1
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").touch()
    (tmp_path / "empty").mkdir()
    export_corrections([correction()], tmp_path / "empty")
    assert (tmp_path / "empty" / CSV).is_file()
    for taken in ("full", "pack.npz/below"):
        with pytest.raises(InklingError):
            export_corrections([correction()], tmp_path / taken)
    (tmp_path / "folder.npz").mkdir()
    with pytest.raises(DataError, match="is a folder"):
        export_corrections([correction()], tmp_path / "folder.npz")
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("form", FORMS)
def test_a_full_disk_leaves_what_was_there_and_no_rest(tmp_path, form, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    if form != "pictures":
        (tmp_path / form).write_bytes(b"old")
    monkeypatch.setattr(np, "savez_compressed", full)
    monkeypatch.setattr(files, "_png", full)
    with pytest.raises(FolderNotWritable, match="No space left"):
        export_corrections([correction()], tmp_path / form)
    assert [path.name for path in tmp_path.iterdir()] == ([] if form == "pictures" else [form])
