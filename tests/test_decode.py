"""Every way that a picture file can say the same thing, and every way that it can be broken."""

import contextlib
import io
import struct
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from inkling.decode import decode_bytes, grey_of_array, grey_of_image
from inkling.errors import ImageTooLarge, InvalidInk, NotAnImage

from .drawings import encoded, picture

BYTES, PIXELS = 2**25, 64_000_000
SEVEN = picture("7")
TWO_LEVELS = np.where(SEVEN < 128, 0, 255).astype(np.uint8)


def decoded(data):
    return decode_bytes(data, BYTES, PIXELS)[0]


def apart(first, second):
    return int(np.abs(first.astype(int) - second).max())


@pytest.mark.parametrize(
    ("kind", "options", "tolerance"),
    [
        ("PNG", {}, 0),
        ("BMP", {}, 0),
        ("TIFF", {}, 0),
        ("TIFF", {"compression": "tiff_lzw"}, 0),
        ("TIFF", {"compression": "tiff_adobe_deflate"}, 0),
        ("GIF", {}, 0),
        ("WEBP", {"lossless": True}, 0),
        ("WEBP", {"quality": 90}, 40),
        ("JPEG", {"quality": 90}, 40),
    ],
)
def test_every_format_gives_the_same_grey_levels(kind, options, tolerance):
    assert apart(decoded(encoded(SEVEN, kind, **options)), SEVEN) <= tolerance


def test_an_animation_is_read_by_its_first_frame():
    others = [Image.fromarray(np.full_like(SEVEN, level)) for level in (0, 128)]
    for kind in ("GIF", "WEBP", "PNG"):
        options = {"lossless": True} if kind == "WEBP" else {}
        data = encoded(SEVEN, kind, save_all=True, append_images=others, **options)
        assert apart(decoded(data), SEVEN) == 0


def with_alpha(colour):
    """The seven as transparency: all of one colour, seen where the ink is."""
    return np.dstack((*(np.full_like(SEVEN, c) for c in colour), 255 - SEVEN))


def palette(*colours):
    image = Image.fromarray((TWO_LEVELS // 255).astype(np.uint8))
    image = image.convert("P")
    image.putpalette([value for colour in colours for value in colour])
    return image


SAME = {
    "1 bit": (encoded(Image.fromarray(TWO_LEVELS).convert("1")), TWO_LEVELS),
    "16 bit PNG": (encoded(SEVEN.astype(np.uint16) * 257), SEVEN),
    "16 bit TIFF": (encoded(SEVEN.astype(np.uint16) * 257, "TIFF"), SEVEN),
    "32 bit TIFF": (encoded(SEVEN.astype(np.int32), "TIFF"), SEVEN),
    "float TIFF, 0 to 1": (encoded(SEVEN.astype(np.float32) / 255, "TIFF"), SEVEN),
    "float TIFF, 0 to 255": (encoded(SEVEN.astype(np.float32), "TIFF"), SEVEN),
    "RGB": (encoded(np.dstack([SEVEN] * 3)), SEVEN),
    "palette": (encoded(palette((0, 0, 0), (255, 255, 255))), TWO_LEVELS),
    "palette with a transparent colour": (encoded(palette((0, 0, 0), (255, 0, 0)), transparency=1), TWO_LEVELS),
    "GIF with a transparent colour": (encoded(palette((0, 0, 0), (9, 9, 9)), "GIF", transparency=1), TWO_LEVELS),
    "palette with an alpha a colour": (encoded(palette((0, 0, 0), (0, 0, 0)), transparency=b"\xff\0"), TWO_LEVELS),
    "LA": (encoded(np.dstack((np.zeros_like(SEVEN), 255 - SEVEN))), SEVEN),
    "RGBA": (encoded(with_alpha((0, 0, 0))), SEVEN),
    "RGBA WebP": (encoded(with_alpha((0, 0, 0)), "WEBP", lossless=True), SEVEN),
    "CMYK TIFF": (encoded(Image.fromarray(SEVEN).convert("CMYK"), "TIFF"), SEVEN),
}


@pytest.mark.parametrize("name", SAME)
def test_any_depth_palette_and_transparency_give_the_same_grey_levels(name):
    data, expected = SAME[name]
    assert apart(decoded(data), expected) <= 1


def test_a_cmyk_jpeg_is_not_read_inside_out():
    data = encoded(Image.fromarray(SEVEN).convert("CMYK"), "JPEG", quality=95)
    assert apart(decoded(data), SEVEN) <= 40


def test_half_transparent_ink_is_half_as_dark_over_white():
    level = np.zeros((20, 20, 4), np.uint8)
    level[5:15, 5:15, 3] = 128
    grey = grey_of_array(level)
    assert grey[10, 10] == pytest.approx(127, abs=1)
    assert grey[0, 0] == 255


def test_white_ink_on_nothing_is_seen_all_the_same():
    grey = grey_of_array(with_alpha((255, 255, 255)))
    assert apart(grey, 255 - SEVEN) <= 1  # light on dark


def test_ink_of_a_pale_colour_is_seen_in_the_channel_that_shows_it():
    yellow = np.dstack((np.full_like(SEVEN, 255), np.full_like(SEVEN, 255), SEVEN))
    assert np.ptp(grey_of_array(yellow)) == np.ptp(SEVEN)


def on_colour(paper, ink, squares=None):
    """The seven in coloured ink on coloured paper, with coloured squares printed on it."""
    sheet = np.empty((*SEVEN.shape, 3), np.float64)
    sheet[:] = paper
    if squares:
        for first in (10, 11):
            sheet[first::25] = squares
            sheet[:, first::25] = squares
    share = (255 - SEVEN[..., None]) / 255
    return np.rint(sheet * (1 - share) + np.array(ink) * share).astype(np.uint8)


@pytest.mark.parametrize(
    ("squares", "channel"), [((110, 190, 255), 2), ((255, 170, 60), 0), ((0, 190, 240), 2), ((240, 80, 80), 0)]
)
def test_coloured_squares_are_left_to_the_channel_in_which_they_are_palest(squares, channel):
    grey = grey_of_array(on_colour((255, 255, 255), (90, 90, 90), squares))
    assert (grey == on_colour((255, 255, 255), (90, 90, 90), squares)[..., channel]).all()


@pytest.mark.parametrize(("paper", "ink"), [((70, 110, 200), (220, 60, 50)), ((200, 50, 60), (60, 130, 50))])
def test_colours_of_one_brightness_are_told_apart(paper, ink):
    assert np.ptp(grey_of_array(on_colour(paper, ink))) >= 80


def test_a_speck_beside_white_ink_on_nothing_hides_it_not():
    picture = with_alpha((255, 255, 255))
    picture[4:8, 4:8] = (0, 0, 0, 255)
    assert apart(grey_of_array(picture), 255 - SEVEN) <= 1


@pytest.mark.parametrize("turned", [0, 3])
def test_a_sheet_with_transparent_corners_is_white(turned):
    sheet = Image.fromarray(SEVEN).convert("RGBA")
    corners = Image.new("L", sheet.size, 0)
    ImageDraw.Draw(corners).rounded_rectangle((0, 0, *sheet.size), 30, fill=255)
    sheet.putalpha(corners)
    grey, _ = grey_of_image(sheet.rotate(turned, expand=True), PIXELS)
    assert grey[0, 0] == grey[-1, -1] == 255


@pytest.mark.parametrize("ink", [(255, 0, 0), (30, 30, 220)])
def test_a_small_coloured_character_on_tinted_paper_is_seen(ink):
    sheet = np.full((1600, 1600, 3), (255, 245, 220), np.uint8)
    share = (255 - picture("7", size=(60, 120), scale=0.9, at=(2, 4), pen=5)[..., None]) / 255
    sheet[700:820, 700:760] = np.rint(sheet[700:820, 700:760] * (1 - share) + np.array(ink) * share)
    grey = grey_of_array(sheet)
    assert np.ptp(grey) > 80


def test_floats_that_go_a_little_beyond_white_are_what_they_would_be_without():
    image = Image.fromarray(SEVEN.astype(np.float32) / 255 * 1.02)
    assert apart(grey_of_image(image, PIXELS)[0], SEVEN) <= 6


def test_a_pillow_image_is_the_same_after_it_was_read():
    image = Image.open(io.BytesIO(encoded(np.full((4200, 4400), 255, np.uint8), "JPEG")))
    _, scale = grey_of_image(image, PIXELS)
    assert image.size == (4400, 4200)
    assert scale == 0.5


def stored(orientation):
    """The seven as a camera stores it that was held so: undoing the EXIF orientation gives it back."""
    turn = Image.Transpose
    how = {
        2: turn.FLIP_LEFT_RIGHT,
        3: turn.ROTATE_180,
        4: turn.FLIP_TOP_BOTTOM,
        5: turn.TRANSPOSE,
        6: turn.ROTATE_90,
        7: turn.TRANSVERSE,
        8: turn.ROTATE_270,
    }
    image = Image.fromarray(SEVEN)
    return image.transpose(how[orientation]) if orientation in how else image


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_picture_stands_upright_whatever_its_exif_orientation(orientation, kind):
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"JPEG": {"quality": 95}, "PNG": {}, "WEBP": {"lossless": True}, "TIFF": {}}[kind]
    if kind == "TIFF":
        options["tiffinfo"] = {0x0112: orientation}
    else:
        options["exif"] = exif
    assert apart(decoded(encoded(stored(orientation), kind, **options)), SEVEN) <= (40 if kind == "JPEG" else 0)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "RGBX", "RGBa", "La", "PA", "CMYK", "YCbCr", "HSV",
                                  "LAB", "I", "F", "I;16"])  # fmt: skip
def test_every_mode_of_a_pillow_image_is_read(mode):
    image = Image.fromarray(TWO_LEVELS)
    if mode == "I;16":
        image = Image.fromarray(TWO_LEVELS.astype(np.uint16) * 257)
    elif mode in ("La", "RGBa"):
        image = image.convert("LA" if mode == "La" else "RGBA").convert(mode)
    else:
        image = (image if mode in ("1", "L", "LAB") else image.convert("RGB")).convert(mode)
    assert image.mode == mode
    assert apart(grey_of_image(image, PIXELS)[0], TWO_LEVELS) <= 8


def test_a_large_jpeg_is_decoded_smaller_and_says_how_much():
    large = np.full((4200, 4400), 255, np.uint8)
    large[1000:3000, 2000:2400] = 0
    grey, scale = decode_bytes(encoded(large, "JPEG"), BYTES, PIXELS)
    assert scale == 0.5
    assert grey.shape == (2100, 2200)


# What is broken.


def png_header(width, height):
    """A PNG of some 70 bytes that claims to be of this size."""

    def chunk(name, content):
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 64)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("width", "height"), [(30_000, 30_000), (9_000, 9_000), (2**31 - 1, 2)])
def test_a_picture_over_the_limit_is_refused_before_it_is_decoded(width, height):
    # were it decoded, it would be damaged: there are far too few pixels in it
    with pytest.raises(ImageTooLarge, match="at most 64,000,000 px") as caught:
        decoded(png_header(width, height))
    assert "max_image_pixels" in caught.value.hint


def test_within_the_limit_the_same_file_is_damaged():
    with pytest.raises(NotAnImage, match="damaged"):
        decoded(png_header(500, 500))


def test_a_pillow_image_over_the_limit_is_refused_too():
    with pytest.raises(ImageTooLarge):
        grey_of_image(Image.fromarray(SEVEN), SEVEN.size - 1)
    assert grey_of_image(Image.fromarray(SEVEN), SEVEN.size)[0].shape == SEVEN.shape


def test_a_file_of_too_many_bytes_is_refused():
    data = encoded(SEVEN)
    with pytest.raises(ImageTooLarge, match=f"{len(data):,} bytes"):
        decode_bytes(data, len(data) - 1, PIXELS)


def test_an_empty_file_is_called_empty():
    with pytest.raises(NotAnImage, match="empty"):
        decoded(b"")


@pytest.mark.parametrize(
    ("data", "beginning"),
    [
        (b"I am a text, whatever my name.\n", "“I am a t”"),
        (b"hello\nthere", "“hello th”"),
        (b"<svg xmlns='...'/>", "“<svg xml”"),
        (b"%PDF-1.7", "“%PDF-1.7”"),
        ("привет, мир".encode(), "“привет,”"),
        (b"\0" * 99, "the bytes 00 00 00 00 00 00 00 00"),
        (b"caf\xe9", "the bytes 63 61 66 e9"),
        (b"  \n", "the bytes 20 20 0a"),
    ],
)
def test_what_is_no_picture_is_called_so_with_its_beginning_and_what_would_work(data, beginning):
    with pytest.raises(NotAnImage) as caught:
        decoded(data)
    assert caught.value.message == f"The file is not a picture: it begins with {beginning}."
    assert "PNG, JPEG, WebP, BMP, TIFF or GIF" in caught.value.hint


NOISY = np.clip(SEVEN.astype(int) + np.random.default_rng(0).integers(-20, 20, SEVEN.shape), 0, 255).astype(np.uint8)
BROKEN = {
    "PNG": encoded(NOISY),
    "JPEG": encoded(NOISY, "JPEG"),
    "GIF": encoded(NOISY, "GIF"),
    "TIFF": encoded(NOISY, "TIFF"),
    "WebP": encoded(NOISY, "WEBP"),
    "lossless WebP": encoded(NOISY, "WEBP", lossless=True),
    "BMP": encoded(NOISY, "BMP"),
}


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.95])
def test_a_picture_that_is_cut_off_is_called_so_and_not_read_by_halves(kind, share):
    data = BROKEN[kind]
    with pytest.raises(NotAnImage, match=r"cut off|damaged|not a picture"):
        decoded(data[: int(len(data) * share)])


@given(
    st.sampled_from([kind for kind in BROKEN if kind != "TIFF"]),  # libtiff prints what it finds
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=20),
)
def test_damaged_bytes_are_read_or_refused_but_never_anything_else(kind, changes):
    data = bytearray(BROKEN[kind])
    for place, value in changes:
        data[int(place * len(data))] = value
    with contextlib.suppress(NotAnImage, ImageTooLarge, InvalidInk):
        assert decoded(bytes(data)).dtype == np.uint8


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.zeros((1, 1), np.uint8), "1×1 px"),
        (np.zeros((1, 100), np.uint8), "100×1 px"),
        (np.zeros((7, 7), np.uint8), "7×7 px"),
        (np.zeros((0, 40), np.uint8), "40×0 px"),
        (np.zeros(784, np.uint8), "(784,)"),
        (np.zeros((28, 28, 2), np.uint8), "(28, 28, 2)"),
        (np.zeros((3, 28, 28), np.uint8), "(3, 28, 28)"),
        (np.zeros((2, 28, 28, 3), np.uint8), "(2, 28, 28, 3)"),
        (np.zeros((28, 28)), "float64"),
        (np.full((28, 28), np.nan), "not finite"),
        (np.full((28, 28), np.inf, np.float32), "not finite"),
        (np.zeros((28, 28), np.int64), "int64"),
        (np.zeros((28, 28), bool), "bool"),
        (np.full((28, 28), "x"), "<U1"),
        ([[0, 255]], "list"),
        (None, "NoneType"),
        (7, "int"),
    ],
)
def test_an_array_of_the_wrong_type_or_shape_says_what_it_is_and_what_is_expected(array, said):
    with pytest.raises(InvalidInk) as caught:
        grey_of_array(array)
    assert said in caught.value.message
    assert caught.value.hint


def test_a_trailing_axis_of_one_is_no_obstacle():
    assert np.array_equal(grey_of_array(SEVEN[:, :, None]), SEVEN)


def test_decoding_in_many_threads_leaves_the_programs_warnings_as_they_were():
    before, data = list(warnings.filters), encoded(SEVEN)
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: decoded(data), range(200)))
    assert all(np.array_equal(grey, SEVEN) for grey in results)
    assert list(warnings.filters) == before


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "LA", "RGBA", "CMYK", "I;16", "I", "F"])
def test_a_picture_of_more_px_than_reading_needs_is_made_smaller_first(mode, monkeypatch):
    whole = np.asarray(Image.fromarray(SEVEN).resize((900, 700), Image.Resampling.BICUBIC))
    image = Image.fromarray(whole)
    match mode:
        case "LA" | "RGBA":  # black ink on nothing, whose colour is black as well
            image = Image.merge(mode, [Image.new("L", image.size)] * (len(mode) - 1) + [Image.fromarray(255 - whole)])
        case "I;16":
            image = Image.fromarray(whole.astype(np.uint16) * 257)
        case _:
            image = image.convert(mode)
    before = grey_of_image(image.copy(), PIXELS)
    monkeypatch.setattr("inkling.decode._FINE_PX", 400)
    grey, scale = grey_of_image(image, PIXELS)
    assert grey.shape == (175, 225)
    assert scale == 0.25
    assert before[1] == 1
    assert apart(grey, np.asarray(Image.fromarray(before[0]).reduce(4))) <= 3


def test_a_phones_picture_is_called_by_its_kind():
    with pytest.raises(NotAnImage, match="kind HEIC") as caught:
        decoded(b"\0\0\0\x18ftypheic" + bytes(40))
    assert "JPEG" in caught.value.hint
