"""Blemishes that are neither ink nor paper are taken off; clean pictures stay bit for bit as they were."""

import cv2
import numpy as np
import pytest

from inkling import Ink
from inkling.cleaning import cleaned, without_dust
from inkling.paper import find_ink

from .drawings import STROKES, picture


def small(symbol, side=28, **changes):
    """A character as a data set has it: light on dark, a few px."""
    large = 255 - picture(symbol, size=(140, 140), scale=0.9, at=(35, 22), pen=14, **changes)
    return cv2.resize(large, (side, side), interpolation=cv2.INTER_AREA)


def alike(grey, clean):
    """How alike the ink of two pictures is, laid where it was found: correlation in [-1, 1]."""
    sheets = []
    for one in (grey, clean):
        pixels, (x, y), _ = find_ink(one)
        x, y = round(x), round(y)
        sheet = np.zeros([2 * side for side in clean.shape], np.float32)
        sheet[y : y + pixels.shape[0], x : x + pixels.shape[1]] = pixels
        sheets.append(sheet.ravel())
    return float(np.corrcoef(sheets)[0, 1])


def striped(clean):
    spoilt, quarter = clean.copy(), clean.shape[1] // 4
    spoilt[:, :quarter] = 255 - clean[:, :quarter]
    spoilt[:, -quarter:] = 255 - clean[:, -quarter:]
    return spoilt


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
        tight = np.ascontiguousarray(clean[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1])
        assert np.array_equal(cleaned(tight), tight)


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
    pixels, (x, _), _ = find_ink(scan)
    there, (there_x, _), _ = find_ink(clean)
    assert pixels.shape == there.shape
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
