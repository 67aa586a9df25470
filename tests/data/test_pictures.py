import re

import numpy as np
import pytest
from PIL import Image

from inkling.data.pictures import FRAME_PX, frame, read_folder, symbol_of
from inkling.errors import DataError, DataMissing, NotAnImage

from .conftest import an_l


def dark_is_ink(path):
    try:
        return 1 - np.asarray(Image.open(path).convert("L"), np.float32) / 255
    except OSError as error:
        raise NotAnImage(f"{path.name} is no picture.") from error


def save(path, picture):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(255 - picture).save(path)


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("7", "7"),
        ("a", "a"),
        ("A", "A"),
        ("upper_A", "A"),
        ("upper_a", "A"),
        ("lower_A", "a"),
        ("U+0041", "A"),
        ("u+00e9", "é"),
        ("U+0065 U+0301", "e\u0301"),
        ("alpha", "alpha"),
        ("upper_", "upper_"),
    ],
)
def test_a_sub_folders_name_says_its_symbol(name, symbol):
    assert symbol_of(name) == symbol


@pytest.mark.parametrize("number", ["U+FFFFFF", "U+0000", "U+D800", "u+dfff"])
def test_a_number_that_is_no_characters_is_an_error(number):
    with pytest.raises(DataError, match=f"(?i){re.escape(number)} names no character"):
        symbol_of(number)


def test_a_folder_reads_any_size_and_format_into_one_size(tmp_path):
    save(tmp_path / "upper_L" / "small.png", an_l())
    save(tmp_path / "upper_L" / "large.bmp", np.kron(an_l(), np.ones((12, 12), np.uint8)))
    save(tmp_path / "7" / "photo.JPG", an_l())
    (tmp_path / "7" / ".DS_Store").write_bytes(b"junk")
    (tmp_path / "README.md").write_text("mine")
    pack = read_folder(tmp_path, dark_is_ink)
    assert pack.labels.tolist() == ["7", "L", "L"]
    assert pack.images.shape == (3, FRAME_PX, FRAME_PX)
    assert pack.images.dtype == np.uint8
    assert pack.writers.tolist() == [-1, -1, -1]


def test_a_name_in_two_parts_is_the_symbol_of_one(tmp_path):
    save(tmp_path / "e\u0301" / "mac.png", an_l())
    save(tmp_path / "U+00E9" / "other.png", an_l())
    assert read_folder(tmp_path, dark_is_ink).labels.tolist() == ["é", "é"]


def test_ink_stands_in_the_middle_whole_and_in_proportion():
    ink = np.zeros((700, 300), np.float32)
    ink[100:500, 50:250] = 1  # 400 tall, 200 wide
    rows, columns = (np.flatnonzero((frame(ink) > 127).any(axis)) for axis in (1, 0))
    assert (rows[0], rows[-1]) == (8, 87)  # 80 px in the middle of 96
    assert (columns[0], columns[-1]) == (28, 67)  # 40 px


def test_small_ink_keeps_its_pixels():
    framed = frame(an_l().astype(np.float32) / 255)
    assert np.array_equal(framed[framed.any(1)][:, framed.any(0)], an_l()[4:24, 6:20])


def test_pictures_that_cannot_be_used_are_all_named(tmp_path):
    save(tmp_path / "1" / "good.png", an_l())
    save(tmp_path / "1" / "blank.png", np.zeros((5, 5), np.uint8))
    (tmp_path / "1" / "text.png").write_text("I am no picture")
    with pytest.raises(DataError, match="2 cannot be used") as caught:
        read_folder(tmp_path, dark_is_ink)
    assert "blank.png" in str(caught.value)
    assert "text.png" in str(caught.value)


def test_pictures_that_are_passed_over_are_told_of(tmp_path, caplog):
    for name in ("7/good.png", "loose.png", "7/2024/deep.png", ".hidden/7/x.png"):
        save(tmp_path / name, an_l())
    (tmp_path / "7" / "gone.png").symlink_to(tmp_path / "nowhere.png")
    assert read_folder(tmp_path, dark_is_ink).labels.tolist() == ["7"]
    assert "2 pictures are left out" in caplog.text
    assert all(name in caplog.text for name in ("loose.png", "deep.png", "gone.png"))
    assert ".hidden" not in caplog.text


def test_an_empty_or_missing_folder_says_what_is_expected(tmp_path):
    with pytest.raises(DataError, match="one sub-folder a symbol"):
        read_folder(tmp_path, dark_is_ink)
    with pytest.raises(DataMissing, match="There is no folder"):
        read_folder(tmp_path / "nowhere", dark_is_ink)


def test_light_on_dark_pictures_become_ink_all_the_same(tmp_path):
    save(tmp_path / "upper_L" / "dark on light.png", an_l())
    save(tmp_path / "upper_L" / "light on dark.png", 255 - an_l())
    dark, light = read_folder(tmp_path).images
    assert np.abs(dark.astype(int) - light).max() < 40
    assert (dark[:, :48] > 127).sum() > (dark[:, 48:] > 127).sum()  # the stem is on the left
