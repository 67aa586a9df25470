"""Telling ink from paper: clean pictures exactly, photographs nearly."""

import cv2
import numpy as np
import pytest

from inkling.paper import find_ink

from .drawings import STROKES, ink_box, photograph, picture

CLEAN = {"size": (480, 560), "scale": 3.2, "at": (110, 100), "pen": 36}


def on_sheet(found, shape):
    """Ink put back where it was found: float32 of the (scaled) sheet's shape."""
    pixels, (x, y), scale = found
    sheet = np.zeros([round(side * scale) for side in shape], np.float32)
    sheet[y : y + pixels.shape[0], x : x + pixels.shape[1]] = pixels
    return sheet


def box_of(found):
    """Where ink was found on the sheet: x, y, width, height in px."""
    pixels, corner, scale = found
    return np.array([*corner, pixels.shape[1], pixels.shape[0]]) / scale


def truth(clean):
    """How much ink each px of a clean picture holds, in [0, 1]."""
    return (255 - clean.astype(np.float32)) / 255


@pytest.mark.parametrize("symbol", STROKES)
def test_on_a_clean_picture_ink_is_exactly_what_was_drawn(symbol):
    clean = picture(symbol)
    assert np.allclose(on_sheet(find_ink(clean), clean.shape), truth(clean), atol=1 / 255)


@pytest.mark.parametrize("symbol", STROKES)
@pytest.mark.parametrize(("paper", "ink"), [(0, 255), (200, 60), (90, 160), (255, 200), (236, 216)])
def test_light_on_dark_and_little_contrast_are_the_same_ink(symbol, paper, ink):
    clean = picture(symbol)
    found = find_ink(picture(symbol, paper=paper, ink=ink))
    # where paper's own level runs into the pen's edge, a tenth of full ink is given up to what JPEG leaves there
    assert np.abs(on_sheet(found, clean.shape) - truth(clean)).max() < 0.12


@pytest.mark.parametrize("dark_ground", [False, True])
@pytest.mark.parametrize("symbol", STROKES)
def test_polarity_is_found_where_ink_fills_most_of_a_tight_crop_too(symbol, dark_ground):
    clean = picture(symbol, size=(92, 140), scale=1.0, at=(14, 18), pen=26)
    grey = 255 - clean if dark_ground else clean
    assert np.allclose(on_sheet(find_ink(grey), clean.shape), truth(clean), atol=1 / 255)


@pytest.mark.parametrize("shape", [(8, 8), (28, 28), (300, 400), (2000, 1500)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_sheet_of_one_level_is_blank(shape, level):
    assert find_ink(np.full(shape, level, np.uint8)) is None


@pytest.mark.parametrize("shape", [(200, 150), (560, 480), (1200, 900)])
@pytest.mark.parametrize("noise", [0.5, 2, 6])
@pytest.mark.parametrize("darkest", [1.0, 0.8, 0.4])
@pytest.mark.parametrize("level", [0, 255])
def test_a_photograph_of_a_bare_sheet_is_blank_whatever_light_falls_on_it(shape, noise, darkest, level):
    assert find_ink(photograph(np.full(shape, level, np.uint8), 0, noise, darkest)) is None


@pytest.mark.parametrize("symbol", STROKES)
def test_a_small_character_on_a_large_sheet_is_all_that_is_found(symbol):
    at = (500, 600)
    clean = picture(symbol, size=(1200, 1440), scale=2, at=at, pen=20)
    pixels, (x, y), scale = find_ink(photograph(clean, noise=3, darkest=0.5))
    box = np.array([x, y, pixels.shape[1], pixels.shape[0]]) / scale
    assert np.allclose(box, ink_box(symbol, 2, at, 20), atol=20)


@pytest.mark.parametrize("side", [400, 1000, 3000])
def test_a_character_of_25_px_is_found_on_a_clean_page_of_any_size(side):
    page = np.full((side, side), 240, np.uint8)
    page[300:326, 200:220] = np.minimum(picture("7", size=(20, 26), scale=0.22, at=(3, 2), pen=3), 240)
    _, (x, y), scale = find_ink(page)
    assert np.allclose(np.array([x, y]) / scale, (203, 302), atol=6)


@pytest.mark.parametrize(("side", "specks"), [(1000, 150), (3000, 40), (3000, 1000)])
def test_specks_alone_are_blank(side, specks):
    page = np.full((side, side), 240, np.uint8)
    places = np.random.default_rng(1).integers(0, side, (2, specks))
    page[places[0], places[1]] = 10
    assert find_ink(page) is None


@pytest.mark.parametrize("symbol", STROKES)
@pytest.mark.parametrize("noise", [30, 45])
def test_noise_hides_no_writing_that_a_person_can_read(symbol, noise):
    clean = picture(symbol, **CLEAN)
    grain = np.random.default_rng(0).normal(0, noise, clean.shape)
    found = find_ink(np.clip(60 + clean * 0.63 + grain, 0, 255).astype(np.uint8))
    pixels, (x, y), scale = found
    box = np.array([x, y, pixels.shape[1], pixels.shape[0]]) / scale
    assert np.allclose(box, ink_box(symbol, CLEAN["scale"], CLEAN["at"], CLEAN["pen"]), atol=20)


@pytest.mark.parametrize("noise", [10, 20, 30, 45])
def test_noise_alone_is_blank(noise):
    grain = np.random.default_rng(1).normal(0, noise, (400, 500))
    assert find_ink(np.clip(190 + grain, 0, 255).astype(np.uint8)) is None


def test_a_difference_that_nobody_sees_is_no_ink():
    assert find_ink(picture("7", paper=255, ink=240)) is None


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("symbol", STROKES)
def test_uneven_light_and_grain_are_removed_from_a_photograph(symbol, seed):
    clean = picture(symbol, **CLEAN)
    found = on_sheet(find_ink(photograph(clean, seed, darkest=0.4)), clean.shape)
    expected = truth(clean)
    # what is farther from the pen than its blurred edge is bare paper, whatever light falls on it
    around = cv2.dilate(expected, np.ones((17, 17), np.uint8)) == 0
    assert found[around].max() == 0
    # and the middle of the strokes is full ink, in the light as in the shade
    middle = cv2.erode(expected, np.ones((9, 9), np.uint8)) == 1
    assert np.quantile(found[middle], 0.05) > 0.85


@pytest.mark.parametrize("symbol", ["0", "7", "T"])
def test_the_pens_edge_stays_as_grey_as_it_was(symbol):
    clean = picture(symbol, **CLEAN)
    found = on_sheet(find_ink(photograph(clean, blur=2.0)), clean.shape)
    soft = cv2.GaussianBlur(truth(clean), (0, 0), 2.0)
    edge = (soft > 0.25) & (soft < 0.75)
    assert 0.25 < found[edge].mean() < 0.75
    assert np.corrcoef(found[edge], soft[edge])[0, 1] > 0.9  # not black and white
    assert ((found > 0.1) & (found < 0.9)).sum() > 0.5 * ((soft > 0.1) & (soft < 0.9)).sum()


@pytest.mark.parametrize("symbol", ["i", "j"])
@pytest.mark.parametrize("kind", ["clean", "photograph", "light on dark photograph"])
def test_the_dot_is_ink_too(symbol, kind):
    clean = picture(symbol, **CLEAN)
    grey = {"clean": clean, "photograph": photograph(clean)}.get(kind)
    found = find_ink(photograph(255 - clean) if grey is None else grey)
    sheet = on_sheet(found, clean.shape)
    top = round(ink_box(symbol, CLEAN["scale"], CLEAN["at"], CLEAN["pen"])[1])
    dot = sheet[top : top + 36]
    assert dot.sum() == pytest.approx(truth(clean)[top : top + 36].sum(), rel=0.15)


def test_a_speck_of_dirt_is_no_dot():
    clean = picture("7", **CLEAN)
    photo = photograph(clean)
    photo[520:523, 400:403] = 60
    assert on_sheet(find_ink(photo), clean.shape)[510:].max() == 0


def test_the_shadow_of_a_hand_is_no_ink():
    clean = picture("7", **CLEAN)
    photo = photograph(clean).astype(np.float32)
    shadow = np.linspace(1, 0, 480)[None] + np.linspace(0, 1, 560)[:, None] > 1.35  # a corner, with a hard edge
    photo[shadow] *= 0.6
    found = on_sheet(find_ink(photo.astype(np.uint8)), clean.shape)
    assert np.abs(found - truth(clean)).mean() < 0.02


def test_a_photograph_is_worked_on_smaller_and_says_how_much():
    clean = picture("7", size=(1200, 1600), scale=8, at=(300, 350), pen=90)
    pixels, (x, y), scale = find_ink(photograph(clean, blur=3))
    assert scale == pytest.approx(640 / 1600)
    box = np.array([x, y, pixels.shape[1], pixels.shape[0]]) / scale
    assert np.allclose(box, ink_box("7", 8, (300, 350), 90), atol=25)  # a margin of some px of the smaller picture


@pytest.mark.parametrize("symbol", ["0", "7", "T", "i"])
@pytest.mark.parametrize("soft", [1, 15, 60])
@pytest.mark.parametrize("lit", [0.15, 0.45, 0.6])
def test_a_shadow_on_a_flat_picture_is_no_ink(symbol, soft, lit):
    clean = picture(symbol, **CLEAN)
    across = np.arange(clean.shape[1]) - lit * clean.shape[1]
    light = 0.6 + 0.4 * np.clip(0.5 + across / (2 * soft), 0, 1)
    found = on_sheet(find_ink((clean * light).astype(np.uint8)), clean.shape)
    assert np.abs(found - truth(clean)).mean() < 0.02


@pytest.mark.parametrize("shape", [(8, 1024), (30, 5000), (5000, 30), (1200, 9)])
def test_a_narrow_strip_is_looked_at_as_any_picture(shape):
    strip = np.full(shape, 255, np.uint8)
    bar = tuple(slice(side // 4, side // 4 + max(3, side // 50)) for side in shape)
    strip[bar] = 0
    found = on_sheet(find_ink(strip), shape)
    assert found[bar].mean() > 0.5
    assert found.sum() < 2 * strip[bar].size


@pytest.mark.parametrize("symbol", sorted(STROKES.keys() - {"1"}))  # a bar with no margin is ink or paper
@pytest.mark.parametrize("quality", [95, 60])
def test_a_character_cut_out_with_no_margin_is_found_as_jpeg_too(symbol, quality):
    page = picture(symbol, **CLEAN)
    x, y, width, height = cv2.boundingRect((page < 200).astype(np.uint8))
    cut = np.ascontiguousarray(page[y : y + height, x : x + width])
    coded = cv2.imdecode(cv2.imencode(".jpg", cut, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_GRAYSCALE)
    assert np.abs(on_sheet(find_ink(coded), coded.shape) - truth(cut)).mean() < 0.04


@pytest.mark.parametrize("end", [(5500, 2600), (5400, 2800), (4300, 2900), (5900, 1200)])
def test_ink_of_a_large_scan_stays_between_paper_and_ink(end):
    sheet = np.full((3000, 6000), 255, np.uint8)
    cv2.polylines(sheet, [np.array([(400, 400), end, (300, 2500)])], False, 0, 60, cv2.LINE_AA)
    pixels, _, scale = find_ink(sheet)
    assert scale < 1
    assert 0 <= pixels.min() < 0.01 < 0.99 < pixels.max() <= 1


def cut_out(symbol, blur, margin=0, pen=18):
    """A character as a program cuts it out of a scan: enlarged, with soft edges, hardly any paper around it."""
    clean = picture(symbol, size=(360, 400), scale=2.4, at=(90, 70), pen=pen * 2.4)
    soft = cv2.GaussianBlur(clean, (0, 0), blur)
    x, y, width, height = cv2.boundingRect((soft < 200).astype(np.uint8))
    return soft[y - margin : y + height + margin, x - margin : x + width + margin]


@pytest.mark.parametrize("symbol", ["0", "3", "4", "7", "T"])
@pytest.mark.parametrize("light_on_dark", [False, True])
@pytest.mark.parametrize(("blur", "margin"), [(3, 0), (7, 0), (7, 12)])
def test_soft_edges_of_a_tight_crop_are_no_shadow(symbol, light_on_dark, blur, margin):
    grey = cut_out(symbol, blur, margin)
    found = on_sheet(find_ink(255 - grey if light_on_dark else grey), grey.shape)
    assert np.abs(found - truth(grey)).max() < 0.25


@pytest.mark.parametrize("symbol", ["0", "4"])
def test_light_that_falls_off_on_a_tight_crop_is_no_ink(symbol):
    grey = cut_out(symbol, 3, 6)
    found = on_sheet(find_ink(photograph(grey, noise=1, darkest=0.6)), grey.shape)
    bare = cv2.dilate(truth(grey), np.ones((9, 9), np.uint8)) < 0.02
    assert found[bare].mean() < 0.03


@pytest.mark.parametrize("oblique", [False, True])
@pytest.mark.parametrize("symbol", ["3", "7"])
def test_a_broad_shadow_on_a_photograph_is_no_character(symbol, oblique):
    clean = picture(symbol, size=(600, 450), scale=2, at=(240, 120), pen=16)
    y, x = np.mgrid[:450, :600]
    shade = np.where((x + y < 380) if oblique else (x < 190), 0.5, 1.0)
    rng = np.random.default_rng(3)
    photo = np.clip((40 + clean * 0.75) * shade + rng.normal(0, 2, clean.shape), 0, 255).astype(np.uint8)
    assert np.allclose(box_of(find_ink(photo)), ink_box(symbol, 2, (240, 120), 16), atol=20)


@pytest.mark.parametrize(("along", "below"), [((1, 1), 380), ((1, 1), 300), ((0.6, 1), 330), ((-1, -1), -800)])
def test_a_corner_that_a_shadow_cuts_off_is_nothing_beside_a_small_character(along, below):
    clean = picture("7", size=(600, 450), scale=0.45, at=(360, 240), pen=5)
    y, x = np.mgrid[:450, :600]
    shade = cv2.GaussianBlur(np.where(along[0] * x + along[1] * y < below, 0.55, 1.0), (0, 0), 2)
    rng = np.random.default_rng(3)
    photo = np.clip((40 + clean * 0.75) * shade + rng.normal(0, 3, clean.shape), 0, 255).astype(np.uint8)
    assert np.allclose(box_of(find_ink(photo)), ink_box("7", 0.45, (360, 240), 5), atol=10)


def shaded(clean, inside, left=0.55, soft=2.0):
    """A photograph of a drawing part of which lies in the shade, which leaves so much light."""
    shade = cv2.GaussianBlur(np.where(inside, left, 1.0), (0, 0), soft)
    grain = np.random.default_rng(3).normal(0, 2, clean.shape)
    return np.clip((60 + clean * 0.65) * shade + grain, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("soft", [1, 4])
@pytest.mark.parametrize(
    ("middle", "across"), [((120, 560), (160, 200)), ((380, 620), (200, 240)), ((40, 300), (110, 150))]
)
@pytest.mark.parametrize(
    ("symbol", "scale", "at"), [("3", 0.5, (360, 60)), ("7", 0.5, (430, 180)), ("4", 1.2, (300, 40))]
)
def test_the_rounded_edge_of_a_shadow_is_no_ink(symbol, scale, at, middle, across, soft):
    clean = picture(symbol, size=(600, 600), scale=scale, at=at, pen=7)
    y, x = np.mgrid[:600, :600]
    inside = ((x - middle[0]) / across[0]) ** 2 + ((y - middle[1]) / across[1]) ** 2 < 1
    found = box_of(find_ink(shaded(clean, inside, soft=soft)))
    assert np.allclose(found, ink_box(symbol, scale, at, 7), atol=10)


@pytest.mark.parametrize("left", [0.35, 0.55])
@pytest.mark.parametrize(("along", "beyond"), [((1, -0.6), 290), ((-1, -0.7), -250), ((0.5, 1), 640), ((-0.8, 1), 330)])
def test_a_corner_that_is_left_in_the_light_is_no_light_ink(along, beyond, left):
    clean = picture("7", size=(600, 600), scale=0.6, at=(250, 250), pen=7)
    y, x = np.mgrid[:600, :600]
    photo = shaded(clean, along[0] * x + along[1] * y < beyond, left)
    assert np.allclose(box_of(find_ink(photo)), ink_box("7", 0.6, (250, 250), 7), atol=10)


@pytest.mark.parametrize("symbol", ["0", "4", "7"])
@pytest.mark.parametrize("along", [(1, 0.3), (1, -0.3), (0.3, 1), (-1, 0.6)])
def test_a_character_across_the_edge_of_a_deep_shadow_is_read_whole(symbol, along):
    clean = picture(symbol, size=(600, 450), scale=2, at=(200, 120), pen=12)
    box = ink_box(symbol, 2, (200, 120), 12)
    y, x = np.mgrid[:450, :600]
    photo = shaded(clean, along[0] * (x - box[0] - box[2] / 2) + along[1] * (y - box[1] - box[3] / 2) < 0, 0.35)
    assert np.allclose(box_of(find_ink(photo)), box, atol=10)


@pytest.mark.parametrize("at", [(330, 300), (420, 60)])
@pytest.mark.parametrize("along", [(1, -0.6), (1, 0.4)])
def test_a_small_character_beside_a_deep_shadow_is_not_lost_in_its_grain(at, along):
    clean = picture("4", size=(600, 450), scale=0.5, at=at, pen=4)
    y, x = np.mgrid[:450, :600]
    photo = shaded(clean, along[0] * x + along[1] * y < 200, 0.3)
    assert np.allclose(box_of(find_ink(photo)), ink_box("4", 0.5, at, 4), atol=10)


def ruled(clean, level, squares, every=50):
    """A sheet with lines or squares printed on it, under what is written."""
    sheet = np.full_like(clean, 255)
    sheet[20::every] = sheet[21::every] = level
    if squares:
        sheet[:, 30::every] = sheet[:, 31::every] = level
    return np.minimum(sheet, clean)


@pytest.mark.parametrize("symbol", ["0", "4", "7"])
@pytest.mark.parametrize("squares", [False, True])
@pytest.mark.parametrize("level", [200, 150, 110])
def test_lines_that_are_paler_than_the_ink_are_taken_off(symbol, squares, level):
    clean = picture(symbol, **CLEAN)
    sheet = ruled(clean, level, squares)
    for grey in (sheet, photograph(sheet)):
        found = on_sheet(find_ink(grey), clean.shape)
        away = cv2.dilate(truth(clean), np.ones((25, 25), np.uint8)) == 0
        assert found[away].mean() < 0.004
        middle = cv2.erode(truth(clean), np.ones((9, 9), np.uint8)) == 1
        assert np.quantile(found[middle], 0.1) > 0.8


def test_ink_on_lines_of_any_level_is_no_more_than_full():
    clean = picture("7", size=(200, 200))
    for level in range(60, 250):
        sheet = ruled(clean, level, squares=False, every=30)
        assert find_ink(sheet)[0].max() <= 1


def test_strokes_that_reach_from_border_to_border_are_no_lines():
    clean = picture("4", size=(90, 140), scale=1.4, at=(0, 2), pen=9)
    pale = (255 - (255 - clean) * 0.5).astype(np.uint8)
    dot = pale.copy()
    dot[4:10, 4:10] = 0
    found = find_ink(dot)[0]
    assert (found > 0.4).sum() > 0.8 * (truth(clean) > 0.5).sum()


@pytest.mark.parametrize("symbol", ["0", "1", "4", "i"])
@pytest.mark.parametrize("level", [0, 140])
def test_a_box_to_write_in_is_no_ink(symbol, level):
    clean = picture(symbol)
    boxed = cv2.rectangle(clean.copy(), (15, 12), (184, 227), level, 4)
    for grey in (boxed, photograph(boxed)):
        pixels, (x, y), scale = find_ink(grey)
        box = np.array([x, y, pixels.shape[1], pixels.shape[0]]) / scale
        assert np.allclose(box, ink_box(symbol), atol=6)


@pytest.mark.parametrize(("times", "blur"), [(6, 4), (12, 8)])
def test_a_box_on_a_large_soft_scan_is_taken_off_with_its_edges(times, blur):
    boxed = cv2.rectangle(picture("4").copy(), (15, 12), (184, 227), 0, 4)
    large = cv2.GaussianBlur(cv2.resize(boxed, None, fx=times, fy=times), (0, 0), blur)
    pixels, (x, y), scale = find_ink(large)
    box = np.array([x, y, pixels.shape[1], pixels.shape[0]]) / scale / times
    assert np.allclose(box, ink_box("4"), atol=6)


def test_an_8_of_seven_segments_is_no_box():
    clean = np.full((240, 160), 255, np.uint8)
    for x0, y0, x1, y1 in [(30, 18, 130, 28), (30, 114, 130, 124), (30, 210, 130, 220)]:
        clean[y0:y1, x0:x1] = 0
    for x0 in (18, 132):
        clean[32:110, x0 : x0 + 10] = clean[128:206, x0 : x0 + 10] = 0
    assert np.allclose(on_sheet(find_ink(clean), clean.shape), truth(clean), atol=1 / 255)


def test_an_o_around_a_dot_is_no_box():
    clean = picture("0", pen=10)
    dotted = cv2.circle(clean.copy(), (93, 115), 12, 0, -1)
    assert np.allclose(on_sheet(find_ink(dotted), clean.shape), truth(dotted), atol=1 / 255)
