"""A sheet that lies on a darker table: its edge is no ink, and what only looks like a table stays."""

import cv2
import numpy as np
import pytest

from inkling.paper import find_ink
from inkling.sheet import without_table

from .drawings import STROKES, ink_box, photograph, picture

PAGE = {"size": (480, 560), "scale": 2.2, "at": (170, 150), "pen": 26}


def on_table(grey, sides, turn=0.0, level=70, wide=45):
    """A picture of a sheet whose edges stand in the picture on some sides: left, top, right, bottom."""
    height, width = grey.shape
    left, top, right, bottom = (wide * (side in sides) for side in "ltrb")
    sheet = np.zeros(grey.shape, np.float32)
    sheet[top : height - bottom, left : width - right] = 1
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), turn, 1)
    sheet = cv2.GaussianBlur(cv2.warpAffine(sheet, matrix, (width, height)), (0, 0), 1)
    grain = np.random.default_rng(0).normal(0, 8, grey.shape)
    return np.clip(grey * sheet + (level + grain) * (1 - sheet), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("symbol", STROKES)
@pytest.mark.parametrize(("sides", "turn", "level"), [("l", 0, 70), ("tr", 0, 30), ("ltrb", 0, 120), ("ltrb", 7, 60)])
def test_of_a_sheet_on_a_table_only_the_writing_is_ink(symbol, sides, turn, level):
    photo = on_table(photograph(picture(symbol, **PAGE), darkest=0.9), sides, turn, level)
    pixels, (x, y), scale = find_ink(photo)
    box = np.array([x, y, pixels.shape[1], pixels.shape[0]]) / scale
    assert np.allclose(box, ink_box(symbol, PAGE["scale"], PAGE["at"], PAGE["pen"]), atol=14)


@pytest.mark.parametrize("symbol", STROKES)
def test_what_is_no_table_stays_as_it_is(symbol):
    page = picture(symbol, **PAGE)
    tight = picture(symbol, size=(92, 140), scale=1.0, at=(14, 18), pen=26)
    x, y, width, height = (round(side) for side in ink_box(symbol, 1.0, (14, 18), 26))
    tight = tight[max(0, y) : y + height, max(0, x) : x + width]
    for grey in (page, 255 - page, photograph(page), photograph(255 - page), tight, 255 - tight):
        assert without_table(grey) is grey


@pytest.mark.parametrize("symbol", ["0", "4"])
@pytest.mark.parametrize("pen", [20, 30, 40])
@pytest.mark.parametrize("margin", [30, 60])
def test_a_bold_light_character_with_a_bowl_is_no_sheet(symbol, pen, margin):
    bold = 255 - picture(symbol, size=(240, 350), scale=2.4, at=(50, 60), pen=pen)
    bold = photograph(bold)[60 - margin : 290 + margin, 50 - margin : 194 + margin]
    assert (without_table(bold) == bold).all()


@pytest.mark.parametrize("noise", [3, 10])
@pytest.mark.parametrize("darkest", [0.5, 0.7])
@pytest.mark.parametrize("written", [False, True])
def test_light_that_falls_off_has_no_edge(noise, darkest, written):
    light = np.linspace(1, darkest, 480) ** 2
    page = picture("7", **PAGE) if written else np.full((560, 480), 255, np.uint8)
    grain = np.random.default_rng(2).normal(0, noise, page.shape)
    grey = np.clip((40 + page * 0.75) * light + grain, 0, 255).astype(np.uint8)
    assert without_table(grey) is grey
    assert (find_ink(grey) is not None) == written


@pytest.mark.parametrize("symbol", ["0", "7", "T", "i"])
@pytest.mark.parametrize("level", [0, 40])
@pytest.mark.parametrize("seed", range(4))
def test_a_sheet_seen_from_the_side_has_four_sides(symbol, level, seed):
    rng = np.random.default_rng(seed)
    page = photograph(picture(symbol, **PAGE), darkest=0.9).astype(np.float32)
    height, width = page.shape
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    seen = flat * 0.75 + np.float32([width / 8, height / 8]) + rng.uniform(-25, 25, (4, 2)).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(flat, seen)
    sheet = cv2.GaussianBlur(cv2.warpPerspective(np.ones_like(page), matrix, (width, height)), (0, 0), 1)
    grain = rng.normal(0, 4, page.shape)
    photo = cv2.warpPerspective(page, matrix, (width, height)) * sheet + (level + grain) * (1 - sheet)
    found = find_ink(np.clip(photo, 0, 255).astype(np.uint8))
    assert found is not None
    pixels, (x, y), scale = found
    box = np.array([x, y, x + pixels.shape[1], y + pixels.shape[0]]) / scale
    left, top, wide, high = ink_box(symbol, PAGE["scale"], PAGE["at"], PAGE["pen"])
    corners = np.float32([[[left, top], [left + wide, top], [left, top + high], [left + wide, top + high]]])
    where = cv2.perspectiveTransform(corners, matrix)[0]
    assert np.allclose(box, [*where.min(0), *where.max(0)], atol=22)
