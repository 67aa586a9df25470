"""Corrections out and in again, and handwriting of others."""

import csv
import io
import json
import os
import zipfile
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkling.alphabet import parse_symbol
from inkling.data.packs import Pack, load_pack, save_pack
from inkling.data.pictures import symbol_of
from inkling.errors import BadSymbol, DataError, DataMissing, FolderNotWritable, InklingError
from inkling.exchange import already_there, export_corrections, files, npz, read_exchange, rows
from inkling.exchange.files import CSV, folder_of
from inkling.service import Service
from inkling.settings import Settings
from inkling.store import Correction, NewCorrection

from .drawings import STROKES, encoded, picture
from .store.samples import plain, sample

FORMS = ("pack.npz", "pictures.zip", "pictures")
ODD = (
    *("/", ".", "con", "COM1", "✓", "a", "A", "é", "tick", "Tick", "lower_a", "你", "\\", ":", "𒀀" * 32),
    "👩\u200d👩\u200d👧",
)
NOT_CARRIED = {"id", "revision", "deleted_at", "features", "features_model"}


def correction(number=1, **given):
    """A correction of the store; what it was made of depends on its number."""
    # sizes and times that no short decimal number holds
    features = np.array([0.1, 33.3 + number / 7], np.float32)
    made = datetime(2026, 1, 31, 23, 59, 59, 123456, UTC) + timedelta(seconds=number)
    new = sample(number, **{"features": features, "created_at": made} | given)
    return Correction(**{f.name: getattr(new, f.name) for f in fields(NewCorrection)}, id=number, revision=number)


def scanned(number=1, **given):
    """A correction whose ink was a picture."""
    kept = encoded(picture("7", size=(40 + number, 60)))
    return correction(number, **{"strokes": None, "pen_width": None, "picture": kept} | given)


def several():
    """One of every kind."""
    kinds = [
        scanned(1),
        correction(2, symbol="θ", profile="Ünal, =1+1"),
        correction(3, strokes=None, pen_width=None, read=None, probability=None, alphabet="", model=""),
        scanned(4, symbol=",", read='"', alphabet='",\n', probability=1 / 3),
        correction(5, strokes=(np.array([[1e-7, -0.1], [1e5, 2 / 3]]),), pen_width=0.1),
        correction(6, created_at=datetime(1999, 12, 31, tzinfo=timezone(timedelta(hours=-11)))),
    ]
    return kinds + [correction(10 + i, symbol=symbol) for i, symbol in enumerate(ODD)]


def carried(one):
    """What a round trip must bring back."""
    record = {
        name: value for name, value in plain(one).items() if name not in {"id", "revision", "deleted_at"} | NOT_CARRIED
    }
    record["strokes"] = one.strokes and [np.asarray(stroke, np.float64).tolist() for stroke in one.strokes]
    return record | {"size_px": one.features[-1].item()}


def written_in_folder(folder, **contents):
    for name, content in contents.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


@pytest.mark.parametrize("form", FORMS)
def test_a_round_trip_loses_nothing(tmp_path, form):
    out = several()
    assert export_corrections(reversed(out), tmp_path / form) == len(out)
    back, problems = read_exchange(tmp_path / form)
    assert problems == []
    assert [carried(one) for one in back] == [carried(one) for one in out]  # in the order of their ids
    assert {file.name for file in tmp_path.iterdir()} == {form}


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
            read=data.draw(st.none() | symbols()),
            probability=data.draw(optional),
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


def test_a_plain_pack_of_pictures_is_read_by_the_normaliser(tmp_path, recognizer):
    inks = np.stack([255 - picture(symbol) for symbol in "4707"])
    inks[2] = 0
    save_pack(
        Pack("plain", np.array(["4", "7", "0", "two words"]), np.arange(4, dtype=np.int32), inks), tmp_path / "p.npz"
    )
    read, problems = read_exchange(tmp_path / "p.npz", recognizer)
    assert [one.symbol for one in read] == ["4", "7"]
    assert [problem.split(":")[0] for problem in problems] == ["row 3", "row 4"]
    answers = [recognizer.read(one.picture, "digits").text for one in read]
    assert answers == ["4", "7"]
    assert all(one.glyph.shape == (28, 28) and one.profile == "everybody" for one in read)
    assert read[0].features.tolist() == [pytest.approx(152, abs=3)]  # the height of the 4 and its pen


def test_a_pack_of_large_pictures_is_read_and_one_of_none_is_not(tmp_path, recognizer):
    large = 255 - picture("4", (1600, 1920), 11.2, (400, 360), 112)[None]
    small = 255 - picture("4")[None]
    for name, images in (("large", large), ("small", small), ("none", large[:, :0])):
        save_pack(Pack(name, np.array(["4"]), np.zeros(1, np.int32), images), tmp_path / f"{name}.npz")
    (read,), _ = read_exchange(tmp_path / "large.npz", recognizer)
    (expected,), _ = read_exchange(tmp_path / "small.npz", recognizer)
    assert np.abs(read.glyph.astype(int) - expected.glyph).max() < 60
    assert read.features[0] == pytest.approx(8 * expected.features[0], rel=0.02)
    assert read_exchange(tmp_path / "none.npz", recognizer) == ([], ["row 1: The picture has no pixels."])


def test_a_plain_pack_of_strokes_is_read(tmp_path, recognizer):
    drawn = [np.array(stroke, np.float32) for stroke in STROKES["4"] + STROKES["7"]]
    points, starts = np.concatenate(drawn), np.cumsum([0, *map(len, drawn)])
    pack = Pack("pen", np.array(["4", "7"]), np.full(2, -1, np.int32), None, points, starts, np.array([0, 2, 3]))
    save_pack(pack, tmp_path / "pen.npz")
    read, problems = read_exchange(tmp_path / "pen.npz", recognizer)
    assert problems == []
    assert [len(one.strokes) for one in read] == [2, 1]
    np.testing.assert_array_equal(read[1].strokes[0], drawn[2])


def test_a_plain_folder_and_a_zip_of_it_are_read(tmp_path, recognizer):
    folder = written_in_folder(
        tmp_path / "mine",
        **{"7__a.png": encoded(picture("7")), "upper_T__b.jpg": encoded(picture("T"), "JPEG"),
           "U+03B8__c.png": encoded(picture("0")), "7__.hidden": b"", "7__Thumbs.db": b"",
           "7__notes.txt": b"?", "7__blank.png": encoded(np.full((40, 40), 255, np.uint8)),
           "no symbol__d.png": encoded(picture("1")), "7__cut.png": encoded(picture("7"))[:200]},
    )  # fmt: skip
    with zipfile.ZipFile(tmp_path / "mine.zip", "w") as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(tmp_path))  # within the folder mine/
        archive.writestr("__MACOSX/mine/7/._a.png", b"?")
    for source in (folder, tmp_path / "mine.zip"):
        read, problems = read_exchange(source, recognizer)
        assert sorted(one.symbol for one in read) == ["7", "T", "θ"]
        assert sorted(problem.split(":")[0] for problem in problems) == [
            "7/blank.png", "7/cut.png", "7/notes.txt", "no symbol/d.png",
        ]  # fmt: skip
        assert all(recognizer.read(one.picture, "T7").text == one.symbol for one in read if one.symbol in "T7")


def test_a_csv_of_two_columns_is_enough(tmp_path, recognizer):
    written_in_folder(tmp_path, **{"scans__1.png": encoded(picture("4")), "scans__2.png": encoded(picture("7"))})
    (tmp_path / CSV).write_text("file,symbol\nscans/1.png,✓\n./scans/2.png,7\n", "utf-8")
    read, problems = read_exchange(tmp_path, recognizer)
    assert [one.symbol for one in read] == ["✓", "7"]
    assert problems == []


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
        *[("pen_width", value) for value in ("0", "inf", "wide")],
        *[("size_px", value) for value in ("-1", "nan", "1e300")],
        *[("created_at", value) for value in ("yesterday", "0001-01-01T00:00:00+14:00", "9" * 400)],
        *[("profile", value) for value in ("x" * 65, "\x1b[2J")],
        *[("read", "x" * 1000), ("model", "x" * 1000)],
    ],
)
def test_a_broken_line_is_reported_and_the_others_come_in(tmp_path, field, value):
    (tmp_path / "secret.png").write_bytes(encoded(picture("7")))
    folder = edited(tmp_path / "out", **{field: value})
    read, problems = read_exchange(folder)
    whole = [one for one in read if one.created_at]
    assert [one.created_at for one in whole] == [scanned(1).created_at, correction(3).created_at]
    assert len(problems) == 1
    assert "Traceback" not in problems[0]
    assert problems[0].endswith(".")
    assert len(problems[0]) < 300


def test_strokes_that_are_none_are_reported(tmp_path):
    export_corrections([correction(1), correction(2)], tmp_path / "out")
    (drawn,) = (tmp_path / "out").glob("*/ink/000002.json")
    many = json.dumps([[[0, 0]]] * 2000).encode()
    wrong = (b"", b"{}", b"7", b"[[1, 2]]", b'[["x"]]', b"[[[1, 2, 3, 4]]]", b"[[[NaN, 1]]]", b"[[[1e999, 1]]]", b"[]")
    for content in (*wrong, b"[[]]", b"[" * 100_000, many):
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


def test_what_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    export_corrections(several(), tmp_path / "a.npz")
    export_corrections(several(), tmp_path / "a.zip")
    monkeypatch.setattr(npz, "_MOST_BYTES", 1000)
    monkeypatch.setattr(files, "_MOST_BYTES", 1000)
    for name in ("a.npz", "a.zip"):
        with pytest.raises(DataError, match="unpacks to"):
            read_exchange(tmp_path / name)


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
    (problem,) = read_exchange(folder)[1]
    assert problem.isprintable()
    assert len(problem) < 400


def test_a_newer_form_is_refused(tmp_path):
    export_corrections([correction()], tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz") as file:
        arrays = {**file, "corrections": np.int32(2)}
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(DataError, match="form 2"):
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


def test_what_is_there_as_often_is_left_out():
    one, other = correction(1), correction(2)
    twins = [one, one, other, replace(one, symbol="9"), replace(one, profile="Eve")]
    present = [(one.glyph.copy(), one.symbol, one.profile)]
    fresh, skipped = already_there(twins, present)
    assert (fresh, skipped) == (twins[1:], 1)
    assert already_there(twins, [(t.glyph, t.symbol, t.profile) for t in twins]) == ([], 5)


@pytest.fixture
def service(tmp_path, recognizer):
    made = Service(Settings.load({}, database_url=f"sqlite:///{tmp_path / 'one.db'}"), recognizer)
    yield made
    made.close()


@pytest.mark.parametrize("form", FORMS)
def test_another_machine_reads_as_this_one_does(tmp_path, service, recognizer, form):
    ink = picture("7", scale=1.2)
    service.correct(ink, "θ")
    service.correct(picture("4"), "tick", profile="Eve")
    service.correct(ink, "θ")  # said twice counts twice
    assert service.export(tmp_path / form) == 3
    other = Service(Settings.load({}, database_url=f"sqlite:///{tmp_path / 'other.db'}"), recognizer)
    for added, skipped in ((3, 0), (0, 3)):
        done = other.import_(tmp_path / form)
        assert (done.added, done.skipped, done.problems) == (added, skipped, ())
    for profile in ("everybody", "Eve"):
        for seen in (ink, picture("4"), picture("1")):
            here, there = (s.read(seen, alternatives="all", profile=profile) for s in (service, other))
            assert here.characters == there.characters
    other.close()


def test_an_import_can_be_given_to_a_profile(tmp_path, service):
    service.correct(picture("7"), "θ", profile="Eve")
    service.export(tmp_path / "eve.npz")
    assert service.import_(tmp_path / "eve.npz", "Bob").added == 1
    assert dict(service.profiles()) == {"everybody": 0, "Bob": 1, "Eve": 1}
    assert service.import_(tmp_path / "eve.npz", "Bob").skipped == 1
