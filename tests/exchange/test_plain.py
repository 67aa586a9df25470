"""Handwriting of others, in packs, folders and lists that no export wrote."""

import zipfile

import numpy as np
import pytest

from inkling.data.packs import Pack, save_pack
from inkling.errors import DataError
from inkling.exchange import read_exchange
from inkling.exchange.archives import CSV

from ..drawings import STROKES, encoded, picture
from .samples import written_in_folder


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
    for name, images in (("large", large), ("small", small)):
        save_pack(Pack(name, np.array(["4"]), np.zeros(1, np.int32), images), tmp_path / f"{name}.npz")
    (read,), _ = read_exchange(tmp_path / "large.npz", recognizer)
    (expected,), _ = read_exchange(tmp_path / "small.npz", recognizer)
    assert np.abs(read.glyph.astype(int) - expected.glyph).max() < 60
    assert read.features[0] == pytest.approx(8 * expected.features[0], rel=0.02)
    np.savez(tmp_path / "none.npz", labels=np.array(["4"]), images=large[:, :0])
    with pytest.raises(DataError, match="images must be"):
        read_exchange(tmp_path / "none.npz", recognizer)


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
