"""Blemishes that are neither ink nor paper are taken off; clean pictures stay bit for bit as they were."""

import cv2
import numpy as np
import pytest

from inkling import Ink
from inkling.cleaning import cleaned, without_dust
from inkling.paper import find_ink

from .drawings import STROKES, picture, placed


def small(symbol, side=28, **changes):
    """A character as a data set has it: light on dark, a few px."""
    large = 255 - picture(symbol, size=(140, 140), scale=0.9, at=(35, 22), pen=14, **changes)
    return cv2.resize(large, (side, side), interpolation=cv2.INTER_AREA)


def alike(grey, clean):
    """How alike the ink of two pictures is, laid where it was found: correlation in [-1, 1]."""
    sheets = []
    for one in (grey, clean):
        found, (x, y), _ = find_ink(one)
        x, y = round(x), round(y)
        sheet = np.zeros([2 * side for side in clean.shape], np.float32)
        sheet[y : y + found.shape[0], x : x + found.shape[1]] = found
        sheets.append(sheet.ravel())
    return float(np.corrcoef(sheets)[0, 1])


def striped(clean):
    spoilt, quarter = clean.copy(), clean.shape[1] // 4
    spoilt[:, :quarter] = 255 - clean[:, :quarter]
    spoilt[:, -quarter:] = 255 - clean[:, -quarter:]
    return spoilt


def tight(grey, margin=0):
    """Cut out what is darker than white, with a margin."""
    rows, columns = np.nonzero(grey < 250)
    cut = grey[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    return np.pad(cut, margin, constant_values=255)


def pixels(rows, times=1):
    """A character of a pixel font, black on white: '#' is ink, and rows are parted by blanks."""
    drawn = np.array([[0 if px == "#" else 255 for px in row] for row in rows.split()], np.uint8)
    return np.kron(drawn, np.ones((times, times), np.uint8))


def dotted(symbol, side, every, draw):
    """A character of separate dots, black on white: one each so many px along its strokes, by ``draw(sheet, x, y)``."""
    sheet = np.full((side, side), 255, np.uint8)
    for stroke in placed(symbol, (side - 10) / 104, (side / 4, 5)):
        points = np.array(stroke)
        along = np.r_[0, np.hypot(*np.diff(points, axis=0).T).cumsum()]
        for step in np.arange(0, along[-1] + 0.1, every):
            draw(sheet, *(round(float(np.interp(step, along, axis))) for axis in points.T))
    return sheet


def one_px(sheet, x, y):
    sheet[y, x] = 0


def disc(sheet, x, y):
    cv2.circle(sheet, (x, y), 1, 0, -1, cv2.LINE_AA)


#: Letters whose stems or bars run along the whole of a tight cut.
STEMMED = {
    "H": "#...# #...# #...# ##### #...# #...# #...#",
    "I": "### .#. .#. .#. .#. .#. ###",
    "M": "#...# ##.## #.#.# #.#.# #...# #...# #...#",
    "N": "#...# #...# ##..# #.#.# #..## #...# #...#",
    "W": "#...# #...# #...# #.#.# #.#.# ##.## #...#",
    "Z": "##### ....# ...#. ..#.. .#... #.... #####",
    "z": "##### ##.## ..##. .##.. ##.## #####",
    "Ξ": "##### ..... ..... .###. ..... ..... #####",
}
#: Letters of 12 px with strokes of one px.
SMALL = {
    "L": " ".join(["#......"] * 11 + ["#######"]),
    "i": " ".join(["#", ".", "."] + ["#"] * 9),
    "x": "#.......# .#.....#. ..#...#.. ...#.#... ....#.... ...#.#... ..#...#.. .#.....#. #.......#",
}


def peppered(clean, share, seed=0):
    dice = np.random.default_rng(seed).random(clean.shape)
    return np.where(dice < share / 2, 0, np.where(dice < share, 255, clean)).astype(np.uint8)


@pytest.mark.parametrize("symbol", STROKES)
def test_clean_pictures_stay_as_they_are(symbol):
    for clean in (
        small(symbol),
        picture(symbol),
        255 - picture(symbol),
        picture(symbol, pen=3),
        picture(symbol, pen=40),
    ):
        assert cleaned(clean) is clean
    ink = find_ink(small(symbol))[0]
    assert without_dust(ink) is ink


@pytest.mark.parametrize("symbol", STROKES)
def test_characters_cut_out_tightly_are_no_bands(symbol):
    for pen in (8, 20, 34):
        clean = picture(symbol, scale=1.4, at=(50, 45), pen=pen)
        rows, columns = np.nonzero(clean < 128)
        cut = np.ascontiguousarray(clean[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1])
        assert np.array_equal(cleaned(cut), cut)


@pytest.mark.parametrize("symbol", STROKES)
@pytest.mark.parametrize("side", [12, 16, 20, 28, 48])
def test_the_soft_edges_of_small_characters_cut_out_tightly_are_no_veil(symbol, side):
    for share, margin in ((0.02, 0), (0.05, 0), (0.1, 0), (0.1, 1), (0.1, 3)):
        large = tight(picture(symbol, size=(560, 560), scale=4, at=(60, 60), pen=round(share * 480)))
        scale = side / max(large.shape)
        size = [max(2, round(length * scale)) for length in large.shape[::-1]]
        clean = np.pad(cv2.resize(large, size, interpolation=cv2.INTER_AREA), margin, constant_values=255)
        for grey in (clean, 255 - clean):
            assert cleaned(grey) is grey


@pytest.mark.parametrize("letter", SMALL)
@pytest.mark.parametrize("margin", [0, 2])
@pytest.mark.parametrize("dark_ground", [False, True])
def test_a_lone_px_of_a_small_letter_is_no_noise(letter, margin, dark_ground):
    clean = np.pad(pixels(SMALL[letter]), margin, constant_values=255)
    grey = 255 - clean if dark_ground else clean
    assert cleaned(grey) is grey
    if margin:
        assert Ink.from_image(grey).pixels.sum() == (clean == 0).sum()


@pytest.mark.parametrize("symbol", STROKES)
@pytest.mark.parametrize(("side", "every", "draw"), [(28, 2.5, one_px), (28, 4, one_px), (48, 5, disc), (64, 6, disc)])
def test_a_character_of_separate_dots_keeps_every_one_of_them(symbol, side, every, draw):
    clean = dotted(symbol, side, every, draw)
    assert cleaned(clean) is clean
    for grey in (clean, 255 - clean):
        assert np.array_equal(Ink.from_image(grey).pixels > 0.5, tight(clean, 1) < 128)


def test_a_character_of_dots_keeps_them_beside_pieces_of_its_line_too():
    ink = np.zeros((48, 48), np.float32)
    ink[4:24, 10:13] = ink[4:7, 13:30] = ink[40:44, 10:20] = ink[20:26, 28:31] = 1
    ink[28:36:2, 30] = ink[44, 22:40:4] = 1
    assert without_dust(ink) is ink


@pytest.mark.parametrize("letter", STEMMED)
@pytest.mark.parametrize("times", [1, 2, 3, 4, 8, 20])
def test_the_stems_of_a_pixel_font_are_no_bands(letter, times):
    clean = pixels(STEMMED[letter], times)
    for grey in (clean, 255 - clean, np.ascontiguousarray(clean.T)):
        assert cleaned(grey) is grey


@pytest.mark.parametrize("letter", ["H", "I", "M", "N", "W", "Z", "Ξ"])
@pytest.mark.parametrize("times", [4, 5.3, 8])
def test_nor_are_they_where_the_font_was_enlarged_smoothly(letter, times):
    for how in (cv2.INTER_LINEAR, cv2.INTER_NEAREST):
        grey = cv2.resize(pixels(STEMMED[letter]), None, fx=times, fy=times, interpolation=how)
        assert cleaned(grey) is grey


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (2, 40), (40, 2), (7, 64), (1, 900), (900, 1)])
def test_nothing_is_certain_on_a_picture_of_a_few_px(shape):
    grey = np.full(shape, 255, np.uint8)
    grey[: -(-shape[0] // 3), : -(-shape[1] // 3)] = 0
    assert cleaned(grey) is grey
    ink = (255 - grey).astype(np.float32) / 255
    assert without_dust(ink) is ink


def test_bars_are_writing_and_no_bands():
    letter = np.full((40, 40), 255, np.uint8)
    letter[:, :10] = letter[:, -10:] = 0
    assert cleaned(letter) is letter  # two bars, or an H's
    letter[16:24] = 0
    assert cleaned(letter) is letter
    assert cleaned(np.ascontiguousarray(letter.T)).tolist() == letter.T.tolist()


@pytest.mark.parametrize("symbol", STROKES)
def test_bands_in_negative_are_paper(symbol):
    clean = small(symbol)
    assert alike(striped(clean), clean) > 0.98
    across = np.ascontiguousarray(striped(np.ascontiguousarray(clean.T)).T)
    assert alike(across, clean) > 0.98


def test_a_dark_margin_beside_the_sheet_is_no_ink():
    clean = picture("3")
    scan = np.concatenate((np.zeros((clean.shape[0], 30), np.uint8), clean), axis=1)
    found, (x, _), _ = find_ink(scan)
    there, (there_x, _), _ = find_ink(clean)
    assert found.shape == there.shape
    assert x == there_x + 30


def test_light_that_falls_off_is_no_band():
    clean = picture("3", size=(300, 300), scale=2, at=(90, 50))
    falling = np.rint(clean * np.linspace(1, 0.3, 300)).astype(np.uint8)
    assert cleaned(falling) is falling


@pytest.mark.parametrize("symbol", STROKES)
@pytest.mark.parametrize("share", [0.05, 0.17])
def test_salt_and_pepper_are_taken_off(symbol, share):
    clean = small(symbol)
    for seed in range(3):
        assert alike(peppered(clean, share, seed), clean) > 0.8


def test_noise_on_a_large_picture_is_taken_off_too():
    clean = picture("7", size=(900, 700), scale=5, at=(250, 100), pen=50)
    found, there = (find_ink(grey)[0].shape for grey in (peppered(clean, 0.1), clean))
    assert np.allclose(found, there, atol=3)


def test_noise_on_a_bare_sheet_is_no_writing():
    for shape in ((120, 100), (900, 700)):
        assert find_ink(peppered(np.full(shape, 255, np.uint8), 0.1)) is None


@pytest.mark.parametrize("symbol", STROKES)
def test_a_veil_that_grows_across_a_small_picture_is_taken_off(symbol):
    clean = small(symbol)
    x, y = np.meshgrid(np.linspace(0, 1, 28), np.linspace(0, 1, 28))
    veiled = np.rint((clean / 255 + 0.7 * x + 0.4 * x * y) * 120).astype(np.uint8)
    assert alike(veiled, clean) > 0.95


@pytest.mark.parametrize("symbol", ["0", "4", "i"])
def test_many_specks_beside_a_character_are_dust(symbol):
    clean = small(symbol)
    dusty = clean.copy()
    dusty[1, 1:27:4] = 255
    found = Ink.from_image(dusty).pixels
    assert abs(found.sum() - Ink.from_image(clean).pixels.sum()) < 2
    few = clean.copy()
    few[1, 1:9:4] = 255
    assert Ink.from_image(few).pixels.sum() > found.sum() + 1  # two may be a part of the character: ï
