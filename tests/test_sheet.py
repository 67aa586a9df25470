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
