import io
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from inkling import BlankInk, ImageTooLarge, Ink, InvalidInk, NotAnImage, Settings

from .drawings import STROKES, encoded, photograph, picture, placed

SEVEN = picture("7")


def test_a_path_bytes_a_pillow_image_and_arrays_are_the_same_ink(tmp_path):
    path = tmp_path / "seven.png"
    path.write_bytes(encoded(SEVEN))
    colour = np.dstack([SEVEN] * 3)
    sources = [
        path,
        str(path),
        path.read_bytes(),
        bytearray(path.read_bytes()),
        memoryview(path.read_bytes()),
        Image.open(io.BytesIO(path.read_bytes())),
        Image.fromarray(SEVEN),
        SEVEN,
        colour,
        np.dstack((colour, np.full_like(SEVEN, 255))),
        np.dstack((np.zeros_like(colour), 255 - SEVEN)),
    ]
    first, *others = (Ink.from_image(source) for source in sources)
    assert first.pixels.dtype == np.float32
    assert (first.pixels.min(), first.pixels.max()) == (0, 1)
    for other in others:
        assert np.allclose(other.pixels, first.pixels, atol=1 / 255)
        assert (other.origin, other.scale) == (first.origin, first.scale)


def test_ink_is_ink_already():
    ink = Ink.from_strokes(STROKES["7"])
    assert Ink.of(ink) is ink


def test_a_picture_is_not_changed_by_reading_it():
    before = SEVEN.copy()
    Ink.from_image(SEVEN)
    assert np.array_equal(SEVEN, before)


def test_strokes_may_be_any_sequences_with_or_without_time():
    plain = Ink.from_strokes(STROKES["4"])
    timed = [[(x, y, 16.0 * i) for i, (x, y) in enumerate(stroke)] for stroke in STROKES["4"]]
    for strokes in (timed, [np.array(s) for s in timed], (tuple(s) for s in STROKES["4"])):
        ink = Ink.from_strokes(strokes)
        assert np.array_equal(ink.pixels, plain.pixels)
        assert all(s.dtype == np.float32 for s in ink.strokes)
    assert [s.shape[1] for s in Ink.from_strokes(timed).strokes] == [3] * len(timed)


def test_ink_keeps_the_strokes_it_came_from():
    ink = Ink.from_strokes(STROKES["4"])
    assert [s.tolist() for s in ink.strokes] == [[list(p) for p in s] for s in STROKES["4"]]
    assert Ink.from_image(SEVEN).strokes is None


def test_empty_strokes_are_passed_over():
    assert len(Ink.from_strokes([[], STROKES["7"][0], []]).strokes) == 1


def test_a_tap_is_a_dot():
    ink = Ink.from_strokes([[(50, 60)]], pen_width=8)
    assert ink.to_input((0, 0, *ink.pixels.shape[::-1]))[:2] == pytest.approx((46, 56), abs=3)
    assert ink.pixels.max() == 1


@pytest.mark.parametrize("strokes", [[], [[]], [[], []], ()])
def test_no_point_at_all_is_blank(strokes):
    with pytest.raises(BlankInk, match="nothing written"):
        Ink.from_strokes(strokes)


@pytest.mark.parametrize(
    "blank",
    [
        np.full((28, 28), 255, np.uint8),
        np.zeros((400, 400), np.uint8),
        np.zeros((60, 60, 4), np.uint8),
        photograph(np.full((400, 300), 255, np.uint8)),
    ],
    ids=["white", "black", "transparent", "bare paper"],
)
def test_a_picture_with_nothing_on_it_is_blank_and_says_what_to_do(blank):
    for source in (blank, encoded(blank)):
        with pytest.raises(BlankInk) as caught:
            Ink.from_image(source)
        assert "draw something" in caught.value.hint


def test_a_picture_of_levels_too_low_to_see_says_so():
    with pytest.raises(BlankInk, match=r"its levels go up to 12 of 255\. Stretch"):
        Ink.from_image((255 - SEVEN) // 20)


@pytest.mark.parametrize(
    "faulty", [{"scale": 0.0}, {"scale": float("nan")}, {"origin": (0.0, float("inf"))}, {"scale": "1"}]
)
def test_ink_of_no_place_or_scale_is_refused(faulty):
    with pytest.raises(InvalidInk, match="scale is no number above 0"):
        Ink.of(Ink(Ink.from_image(SEVEN).pixels, **faulty))


def test_a_name_that_a_terminal_would_obey_is_escaped():
    with pytest.raises(NotAnImage) as caught:
        Ink.from_image("no\n\x1b[31mfile")
    assert "\n" not in str(caught.value)
    assert "\x1b" not in str(caught.value)


def test_ink_that_is_all_paper_is_blank():
    with pytest.raises(BlankInk):
        Ink.of(Ink(np.zeros((40, 40), np.float32)))


@pytest.mark.parametrize(
    ("strokes", "said"),
    [
        ("7", "str"),
        (b"7", "bytes"),
        (7, "int"),
        (None, "NoneType"),
        ([7], "()"),
        ([[1, 2]], "(2,)"),
        ([[[1]]], "(1, 1)"),
        ([[[1, 2, 3, 4]]], "(1, 4)"),
        ([[[1, 2], [3]]], "pairs of numbers"),
        ([[["x", "y"]]], "pairs of numbers"),
        ([{"x": 1, "y": 2}], "pairs of numbers"),
        ([[[1j, 2]]], "pairs of numbers"),
        ([[[10**400, 0]]], "pairs of numbers"),
        ([[[np.nan, 0]]], "not finite"),
        ([[[0, -np.inf]]], "not finite"),
        ([[[None, 0]]], "not finite"),
        ([[[1e7, 0]]], "beyond a million px"),
    ],
)
def test_strokes_of_the_wrong_type_or_shape_say_what_is_expected(strokes, said):
    with pytest.raises(InvalidInk, match=re.escape(said)) as caught:
        Ink.from_strokes(strokes)
    assert "[[[x, y], [x, y], ...], ...]" in caught.value.hint


def test_a_time_that_does_not_fit_is_refused():
    with pytest.raises(InvalidInk, match="beyond 1e15 ms"):
        Ink.from_strokes([[[0, 0, 0], [9, 9, 1e300]]])


@pytest.mark.parametrize("pen_width", [0, -3, np.nan, np.inf, 1e9, 10**400, "wide", True, [3]])
def test_a_pens_width_that_is_no_width_is_refused(pen_width):
    with pytest.raises(InvalidInk, match="pen's width"):
        Ink.from_strokes(STROKES["7"], pen_width=pen_width)


def test_more_strokes_or_points_than_the_limits_are_refused():
    settings = Settings.load({}, max_strokes=2, max_points=10)
    Ink.from_strokes([[(0, 0), (9, 9)]] * 2, settings=settings)
    with pytest.raises(ImageTooLarge, match="3 strokes"):
        Ink.from_strokes([[(0, 0), (9, 9)]] * 3, settings=settings)
    with pytest.raises(ImageTooLarge, match="11 points"):
        Ink.from_strokes([[(i, i) for i in range(11)]], settings=settings)


def test_a_file_or_array_over_the_limits_is_refused(tmp_path):
    path = tmp_path / "seven.png"
    path.write_bytes(encoded(SEVEN))
    with pytest.raises(ImageTooLarge, match="max_image_bytes"):
        Ink.from_image(path, Settings.load({}, max_image_bytes=100))
    for source in (path, SEVEN.repeat(4, 0)):
        with pytest.raises(ImageTooLarge, match="max_image_pixels"):
            Ink.from_image(source, Settings.load({}, max_image_pixels=SEVEN.size - 1))


def test_a_file_that_is_not_there_a_folder_and_an_empty_one_are_named(tmp_path):
    empty = tmp_path / "empty.png"
    empty.touch()
    for path, said in ((tmp_path / "none.png", "none.png"), (tmp_path, tmp_path.name), (empty, "empty")):
        with pytest.raises(NotAnImage, match=said):
            Ink.from_image(path)


def test_a_text_named_png_is_no_picture(tmp_path):
    path = tmp_path / "note.png"
    path.write_text("Dear diary")
    with pytest.raises(NotAnImage, match="Dear dia"):
        Ink.from_image(path)


@pytest.mark.parametrize("source", [None, 7, [1, 2], {"x": 1}, object()])
def test_what_is_no_ink_at_all_is_refused(source):
    with pytest.raises(InvalidInk, match=type(source).__name__):
        Ink.from_image(source)


points = st.tuples(st.floats(-1000, 1000), st.floats(-1000, 1000))


@given(st.lists(st.lists(points, min_size=1, max_size=8), min_size=1, max_size=5), st.none() | st.floats(0.1, 200))
def test_any_drawing_lies_within_its_ink(strokes, pen_width):
    ink = Ink.from_strokes(strokes, pen_width)
    height, width = ink.pixels.shape
    x, y, width, height = ink.to_input((0, 0, width, height))
    drawn = np.array([p for s in strokes for p in s])
    slack = 0.02  # boxes are given to 0.01 px
    assert (drawn >= np.array([x, y]) - slack).all()
    assert (drawn <= np.array([x + width, y + height]) + slack).all()


def test_boxes_are_given_back_in_px_of_the_input():
    ink = Ink(np.ones((10, 20), np.float32), origin=(100.0, 50.0), scale=0.25)
    assert ink.to_input((0, 0, 20, 10)) == (100, 50, 80, 40)
    assert ink.to_input((4, 2, 8, 1)) == (116, 58, 32, 4)


@pytest.mark.parametrize("scale", [0.3, 1.0, 7.0])
def test_a_drawings_pixels_do_not_hang_on_its_unit(scale):
    first = Ink.from_strokes(placed("4"))
    other = Ink.from_strokes(placed("4", scale))
    assert np.abs(first.pixels - other.pixels).max() <= 0.02
    assert other.scale == pytest.approx(first.scale / scale)
