"""Broken lines are reported, and damaged or hostile files are refused by name."""

import csv
import io
import json
import os
import tracemalloc
import zipfile
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkling.errors import DataError, DataMissing
from inkling.exchange import archives, arrays, export_corrections, npz, read_exchange, rows
from inkling.exchange.archives import CSV

from ..drawings import encoded, picture
from .samples import FORMS, correction, scanned, several, written_in_folder


def edited(folder, **changes):
    """Write an export of three with one field of the second changed."""
    export_corrections([scanned(1), scanned(2), correction(3)], folder)
    with (folder / CSV).open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    lines[1].update(changes)
    with (folder / CSV).open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, lines[0])
        out.writeheader()
        out.writerows(lines)
    return folder


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *[("symbol", value) for value in ("", "two words", "x" * 300, "\x07")],
        *[
            ("file", value)
            for value in ("", "7/nowhere.png", "7", "../secret.png", "/etc/passwd", "7\\..\\..\\x", "\0")
        ],
        *[("picture", value) for value in ("../secret.png", CSV, "7/../../secret.png", "7/ink/none.png")],
        *[("strokes", value) for value in ("../secret.png", CSV, "7/000001.png")],
        *[("probability", value) for value in ("2", "-1", "nan", "many")],
        *[("pen_width", value) for value in ("0", "inf", "wide", "1e7")],
        *[("size_px", value) for value in ("-1", "nan", "1e300")],
        *[("created_at", value) for value in ("yesterday", "0001-01-01T00:00:00+14:00", "9" * 400)],
        *[("profile", value) for value in ("x" * 65, "\x1b[2J")],
        *[("reason", "because"), ("read", "x" * 1000), ("model", "x" * 1000), ("model", "\0")],
    ],
)
def test_a_broken_line_is_reported_and_the_others_come_in(tmp_path, field, value):
    (tmp_path / "secret.png").write_bytes(encoded(picture("7")))
    folder = edited(tmp_path / "out", **{field: value})
    read, problems = read_exchange(folder)
    assert [one.created_at for one in read] == [scanned(1).created_at, correction(3).created_at]
    assert problems[1:] == (["7/000002.png: It is not in corrections.csv."] if field == "file" else [])
    assert "Traceback" not in problems[0]
    assert problems[0].endswith(".")
    assert len(problems[0]) < 300


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_table_may_be_set_apart_as_spreadsheets_do_it(tmp_path, delimiter, encoding):
    export_corrections(several(), tmp_path / "out")
    path = tmp_path / "out" / CSV
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    if delimiter == ";":
        column = lines[0].index("probability")
        lines = [[cell.replace(".", ",") if i == column else cell for i, cell in enumerate(line)] for line in lines]
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(lines)
    read, problems = read_exchange(tmp_path / "out")
    assert problems == []
    for one, kept in zip(read, several(), strict=True):
        assert (one.symbol, one.profile, one.probability) == (kept.symbol, kept.profile, kept.probability)


def test_a_table_says_what_sets_it_apart_and_may_hold_commas(tmp_path):
    export_corrections([correction(1)], tmp_path / "out")
    (name,) = (str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").glob("*/000001.png"))
    for text in (f"sep=;\r\nfile;symbol\r\n{name};1\r\n", f"file;symbol;comment, if any, here\n{name};1;x\n"):
        (tmp_path / "out" / CSV).write_text(text, "utf-8")
        read, problems = read_exchange(tmp_path / "out")
        assert ([one.symbol for one in read], problems) == (["1"], [])


def test_where_commas_set_columns_apart_none_is_for_decimals(tmp_path):
    export_corrections([correction(1)], tmp_path / "out")
    path = tmp_path / "out" / CSV
    with path.open(encoding="utf-8-sig", newline="") as file:
        (line,) = csv.DictReader(file)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, line)
        out.writeheader()
        out.writerow(line | {"size_px": "1,234"})
    read, problems = read_exchange(tmp_path / "out")
    assert (read, len(problems)) == ([], 1)


def test_strokes_that_are_none_are_reported(tmp_path):
    export_corrections([correction(1), correction(2)], tmp_path / "out")
    (drawn,) = (tmp_path / "out").glob("*/ink/000002.json")
    many = json.dumps([[[0, 0]]] * 2000).encode()
    wrong = (b"", b"{}", b"7", b"[[1, 2]]", b'[["x"]]', b"[[[1, 2, 3, 4]]]", b"[[[NaN, 1]]]", b"[[[1e999, 1]]]", b"[]",
             b"[[[1, 2, NaN]]]", b"[[[1, 2, 3], [4, 5, 1e999]]]")  # fmt: skip
    for content in (*wrong, b"[1, 2]", b"[[]]", b"[" * 100_000, many):
        drawn.write_bytes(content)
        read, problems = read_exchange(tmp_path / "out")
        assert (len(read), len(problems)) == (1, 1), content[:40]


def test_a_link_that_leads_outside_is_not_followed(tmp_path):
    (tmp_path / "secret.png").write_bytes(encoded(picture("7")))
    folder = edited(tmp_path / "out", file="7/link.png")
    (folder / "7" / "link.png").symlink_to(tmp_path / "secret.png")
    read, problems = read_exchange(folder)
    assert "outside" in problems[0]
    assert all(one.picture != (tmp_path / "secret.png").read_bytes() for one in read)


def test_pickles_are_never_read(tmp_path):
    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "sprung"),)

    np.savez(tmp_path / "trap.npz", labels=np.array([Trap()], object), images=np.ones((1, 28, 28), np.uint8))
    with pytest.raises(DataError, match="pickled"):
        read_exchange(tmp_path / "trap.npz")
    assert not (tmp_path / "sprung").exists()


def test_what_a_csv_does_not_list_is_named_and_not_taught_by_its_folder(tmp_path):
    scans = {f"scans__{name}.png": encoded(picture(name)) for name in "741"}
    more = {"scans__4.json": b"[[[1, 2], [3, 40]]]", "beside.png": scans["scans__1.png"], "scans__notes.txt": b"mine"}
    folder = written_in_folder(tmp_path / "mine", **scans, **more)
    (folder / CSV).write_text("file,symbol,strokes,picture\nscans\\7.png,θ,,\n./scans/4.png,4,scans/4.json,\n", "utf-8")
    read, problems = read_exchange(folder)
    assert [one.symbol for one in read] == ["θ", "4"]
    assert read[1].strokes is not None
    (folder / "scans" / "2024" / "may").mkdir(parents=True)
    (folder / "scans" / "ink").mkdir()
    more = ("scans/2024/may/9.png", "scans/ink/9.png")
    for name in more:
        (folder / name).write_bytes(scans["scans__1.png"])
    deep = read_exchange(folder)[1]
    named = [f"{name}: It is not in corrections.csv." for name in ("beside.png", "scans/1.png", *more)]
    assert (problems, deep) == (named[:2], named)


def test_what_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    export_corrections(several(), tmp_path / "a.npz")
    export_corrections(several(), tmp_path / "a.zip")
    monkeypatch.setattr(arrays, "_MOST_BYTES", 1000)
    monkeypatch.setattr(archives, "_MOST_BYTES", 1000)
    for name in ("a.npz", "a.zip"):
        with pytest.raises(DataError, match="unpacks to"):
            read_exchange(tmp_path / name)


@pytest.mark.parametrize("how", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("name", ["7/large.png", "labels.npy"])
def test_what_says_of_itself_that_it_is_short_does_not_fill_the_memory(tmp_path, name, how):
    path, length = tmp_path / "bomb.zip", 2**26 + 1
    with zipfile.ZipFile(path, "w", how) as archive:
        archive.writestr(name, bytes(length))
    content = path.read_bytes()
    assert content.count(length.to_bytes(4, "little")) == 2
    path.write_bytes(content.replace(length.to_bytes(4, "little"), (100).to_bytes(4, "little")))
    tracemalloc.start()
    try:
        read, problems = read_exchange(path)
    except DataError:
        read, problems = [], ["refused"]
    assert tracemalloc.get_traced_memory()[1] < length // 4
    tracemalloc.stop()
    assert (read, len(problems)) == ([], 1)


def test_an_array_that_claims_a_terabyte_is_refused(tmp_path):
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": (2**20, 1000, 1000)})
    np.savez(tmp_path / "big.npz", labels=np.array(["7"]))
    with zipfile.ZipFile(tmp_path / "big.npz", "a") as archive:
        archive.writestr("images.npy", header.getvalue() + bytes(100))
    with pytest.raises(DataError, match="cut off"):
        read_exchange(tmp_path / "big.npz")


def test_a_picture_that_claims_too_many_pixels_is_refused(tmp_path):
    head = bytearray(encoded(picture("7")))
    head[16:24] = (60_000).to_bytes(4, "big") * 2
    export_corrections([scanned(1), scanned(2, picture=bytes(head))], tmp_path / "a.npz")
    read, problems = read_exchange(tmp_path / "a.npz")
    assert (len(read), len(problems)) == (1, 1)
    assert "60,000×60,000" in problems[0]


def test_a_picture_whose_pixels_are_damaged_is_refused_though_its_checksums_are_right(tmp_path):
    whole = encoded(picture("7"))
    start = whole.index(b"IDAT")
    size = int.from_bytes(whole[start - 4 : start], "big")
    body = b"IDAT" + bytes(255 - byte for byte in whole[start + 4 : start + 4 + size])
    broken = whole[:start] + body + zlib.crc32(body).to_bytes(4, "big") + whole[start + 8 + size :]
    export_corrections([scanned(1), scanned(2, picture=broken)], tmp_path / "a.npz")
    read, problems = read_exchange(tmp_path / "a.npz")
    assert (len(read), len(problems)) == (1, 1)
    assert "damaged" in problems[0]


@pytest.mark.parametrize("field", ["read", "alphabets", "models"])
@pytest.mark.parametrize("text", ["\ud800", "a\0b"])
def test_what_no_database_keeps_as_text_is_reported_and_the_others_come_in(tmp_path, field, text):
    export_corrections([scanned(1, model="a", alphabet="x"), scanned(2, model="b", alphabet="y")], tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz") as file:
        arrays = dict(file)
    arrays[field] = np.array([text, *arrays[field][1:]])
    np.savez(tmp_path / "a.npz", **arrays)
    read, problems = read_exchange(tmp_path / "a.npz")
    assert (len(read), len(problems)) == (1, 1)
    assert problems[0].isprintable()


def test_more_samples_than_are_taken_at_once_are_refused(tmp_path, monkeypatch):
    for form in FORMS:
        export_corrections(several(), tmp_path / form)
    monkeypatch.setattr(rows, "MOST_ROWS", 5)
    monkeypatch.setattr(npz, "MOST_ROWS", 5)
    for form in FORMS:
        with pytest.raises(DataError, match="more than 5 samples"):
            read_exchange(tmp_path / form)


def test_a_report_sends_nothing_to_the_terminal_that_it_obeys(tmp_path):
    folder = edited(tmp_path / "out", file="\x1b[2J\n" + "x" * 500)
    problem, _ = read_exchange(folder)[1]
    assert problem.isprintable()
    assert len(problem) < 400


@pytest.mark.parametrize("time", [np.nan, np.inf, -np.inf])
def test_a_drawing_whose_times_are_no_numbers_is_reported_and_the_others_come_in(tmp_path, time):
    export_corrections([correction(1), correction(2)], tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz") as file:
        arrays = dict(file)
    arrays["times"][0] = time
    np.savez(tmp_path / "a.npz", **arrays)
    read, problems = read_exchange(tmp_path / "a.npz")
    assert [one.created_at for one in read] == [correction(2).created_at]
    assert problems == ["row 1: A stroke has a time that is not finite."]


def test_arrays_that_are_missing_are_named(tmp_path):
    pack = {"labels": np.array(["7"]), "images": np.ones((1, 28, 28), np.uint8)}
    for given_arrays, word in (
        ({"x": np.arange(3)}, "no labels"),
        ({"images": pack["images"]}, "no labels"),
        ({"labels": pack["labels"]}, "no points"),
        ({"corrections": np.int32(1)}, "no labels"),
    ):
        np.savez(tmp_path / "a.npz", **given_arrays)
        with pytest.raises(DataError, match=f"is not a data pack: .*{word}") as caught:
            read_exchange(tmp_path / "a.npz")
        assert len(caught.value.message) < 300


def test_a_newer_form_is_refused(tmp_path):
    export_corrections([correction()], tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz") as file:
        arrays = {**file, "corrections": np.int32(2)}
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(DataError, match="form 2"):
        read_exchange(tmp_path / "a.npz")
    np.savez(tmp_path / "a.npz", **{**arrays, "corrections": np.zeros((100, 100), np.int32)})
    with pytest.raises(DataError, match=r"one whole number, got int32 \(100, 100\)"):
        read_exchange(tmp_path / "a.npz")


def test_arrays_that_do_not_fit_together_are_refused(tmp_path):
    export_corrections(several(), tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz") as file:
        arrays = dict(file)
    for name, array in arrays.items():
        if name in ("corrections", "profiles", "alphabets", "models"):
            continue
        for broken in (array[:-1], np.zeros(array.shape, "S1"), array[None]):
            np.savez(tmp_path / "b.npz", **{**arrays, name: broken})
            with pytest.raises(DataError, match="is not a data pack"):
                read_exchange(tmp_path / "b.npz")
    for name in ("writers", "alphabet", "model"):
        np.savez(tmp_path / "b.npz", **{**arrays, name: arrays[name] + 1000})
        assert len(read_exchange(tmp_path / "b.npz")[1]) == len(several())
    np.savez(tmp_path / "b.npz", **{**arrays, "created_at": arrays["created_at"] + np.timedelta64(10**17, "us") * 4})
    assert len(read_exchange(tmp_path / "b.npz")[1]) == len(several())


def test_what_is_no_such_file_says_so(tmp_path):
    with pytest.raises(DataMissing):
        read_exchange(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    written_in_folder(
        tmp_path, **{"text.npz": b"Dear diary", "empty.zip": b"", "bad__x.txt": b"", f"csv__{CSV}": b"a,b\n1,2\n"}
    )
    (tmp_path / "latin").mkdir()
    (tmp_path / "latin" / CSV).write_bytes(b"file,symbol\n7/1.png,\xe9\n")
    for name in ("empty", "text.npz", "empty.zip", "csv", "latin"):
        with pytest.raises(DataError) as caught:
            read_exchange(tmp_path / name)
        assert name in str(caught.value) or CSV in str(caught.value)
        assert caught.value.hint


@settings(max_examples=150)
@given(
    st.sampled_from(FORMS[:2]), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=4), st.floats(0.5, 1)
)
def test_damaged_files_are_refused_by_name(tmp_path_factory, form, flips, share):
    path = tmp_path_factory.mktemp("damage") / form
    export_corrections([scanned(1), correction(2)], path)
    content = bytearray(path.read_bytes())
    for place, value in flips:
        content[min(int(place * len(content)), len(content) - 1)] = value
    path.write_bytes(content[: int(share * len(content))] if share < 0.9 else content)
    try:
        read, problems = read_exchange(path)
    except DataError as error:
        said = str(error)
    else:
        said = f"{path}"
        assert len(read) + len(problems) <= 6
    assert str(path) in said or CSV in said
