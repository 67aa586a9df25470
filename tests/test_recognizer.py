"""From any source to a reading, and what a reading promises."""

import json

import jsonschema
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from PIL import Image

from inkling import Alphabet, Ink, Recognizer, Settings
from inkling.alphabet import NAMED, SYMBOLS

from .drawings import STROKES, encoded, ink_box, photograph, picture, placed
from .readings import READING, drawings, kind, probabilities

# What it reads.


@pytest.mark.parametrize("symbol", STROKES)
def test_plain_characters_are_read_however_they_come(recognizer, symbol):
    clean = picture(symbol)
    large = picture(symbol, (480, 560), 3.2, (110, 100), 36)
    sources = {
        "strokes": Ink.from_strokes(placed(symbol, 3, (70, 40)), pen_width=24),
        "no pen": Ink.from_strokes(STROKES[symbol]),
        "picture": clean,
        "light on dark": 255 - clean,
        "PNG": encoded(clean),
        "JPEG": encoded(clean, "JPEG", quality=60),
        "photograph": photograph(large),
        "photograph of a blackboard": photograph(255 - large),
        "as small as MNIST": np.asarray(Image.fromarray(clean).resize((28, 34), Image.Resampling.BOX)),
    }
    readings = {how: recognizer.read(source, kind(symbol)) for how, source in sources.items()}
    assert {how: reading.text for how, reading in readings.items()} == dict.fromkeys(sources, symbol)


@pytest.mark.parametrize("scale", [1e-40, 1e-9, 30.0])
def test_a_drawing_may_be_of_any_size(recognizer, scale):
    assert recognizer.read(Ink.from_strokes(placed("7", scale)), "digits").text == "7"


def test_an_alphabet_restricts_what_is_read(recognizer):
    ring = Ink.from_strokes(STROKES["0"])
    assert recognizer.read(ring, "digits").text == "0"
    assert recognizer.read(ring, "uppercase").text in "OQD"
    assert recognizer.read(ring, "lowercase").text == "o"
    assert recognizer.read(ring, "17").text in "17"


def test_all_that_the_model_knows_is_the_default(recognizer):
    reading = recognizer.read(picture("4"))
    assert reading.text == "4"
    assert reading.alphabet == "alphanumeric"


alphabets = st.sampled_from(sorted(NAMED)) | st.lists(st.sampled_from(SYMBOLS), min_size=1, unique=True)


@given(drawings, alphabets)
def test_probabilities_sum_to_one_and_are_sorted_over_symbols_of_the_alphabet(recognizer, strokes, alphabet):
    reading = recognizer.read(Ink.from_strokes(strokes), alphabet, alternatives="all")
    (character,) = reading.characters
    symbols = Alphabet.parse(alphabet).symbols
    found = probabilities(reading)
    assert sorted(found) == sorted(symbols)  # each once
    assert sum(found.values()) == pytest.approx(1, abs=1e-5)
    assert all(0 <= p <= 1 for p in found.values())
    row = [character.probability, *(a.probability for a in character.alternatives)]
    assert row == sorted(row, reverse=True)
    assert reading.text == character.symbol


@given(drawings, alphabets)
def test_the_json_form_keeps_the_contract(recognizer, strokes, alphabet):
    reading = recognizer.read(Ink.from_strokes(strokes), alphabet)
    written = json.loads(json.dumps(reading.to_json()))
    jsonschema.validate(written, READING)
    assert len(written["characters"][0]["alternatives"]) == min(5, len(Alphabet.parse(alphabet)) - 1)


@given(drawings)
def test_caseless_letters_have_the_sum_of_both_cases(recognizer, strokes):
    ink = Ink.from_strokes(strokes)
    cased = probabilities(recognizer.read(ink, "letters", "all"))
    caseless = probabilities(recognizer.read(ink, "letters-caseless", "all"))
    assert caseless == pytest.approx({s: cased[s] + cased[s.upper()] for s in caseless}, abs=1e-5)


@given(drawings, st.sampled_from([name for name in NAMED if name != "letters-caseless"]))
def test_leaving_symbols_out_does_not_change_the_odds_of_the_others(recognizer, strokes, alphabet):
    ink = Ink.from_strokes(strokes)
    every = probabilities(recognizer.read(ink, alternatives="all"))
    some = probabilities(recognizer.read(ink, alphabet, "all"))
    share = sum(every[s] for s in some)
    assume(share > 1e-3)  # below that, float32 leaves too few digits to compare
    assert some == pytest.approx({s: every[s] / share for s in some}, abs=1e-4)


@pytest.mark.parametrize(("asked", "given"), [(0, 0), (3, 3), (9, 9), (50, 9), ("all", 9)])
def test_as_many_alternatives_as_asked_for_and_there_are(recognizer, asked, given):
    assert len(recognizer.read(picture("7"), "digits", asked).characters[0].alternatives) == given


def test_an_alphabet_of_one_symbol_is_certain(recognizer):
    reading = recognizer.read(picture("7"), "Q")
    assert (reading.text, reading.characters[0].probability, reading.characters[0].alternatives) == ("Q", 1, ())


def test_sure_and_unsure_are_told_apart_by_the_setting():
    ink = Ink.from_strokes(STROKES["7"])
    for least, status in ((0.0, "sure"), (1.0, "unsure")):
        reader = Recognizer(settings=Settings.load({}, sure_probability=least))
        assert reader.read(ink, "digits").status == status


# Boxes.


@pytest.mark.parametrize("symbol", STROKES)
def test_a_box_stands_around_the_ink_in_px_of_the_picture(recognizer, symbol):
    assert recognizer.read(picture(symbol)).characters[0].box == pytest.approx(ink_box(symbol), abs=0.5)


@pytest.mark.parametrize("symbol", STROKES)
def test_a_box_stands_around_the_strokes_and_half_the_pen(recognizer, symbol):
    ink = Ink.from_strokes(placed(symbol, 1.4, (50, 45)), pen_width=14)
    # pens are drawn with whole widths, and a soft edge of one px of a canvas of about 100
    assert recognizer.read(ink).characters[0].box == pytest.approx(ink_box(symbol), abs=0.02 * 157)


@pytest.mark.parametrize("symbol", ["4", "7", "i"])
@pytest.mark.parametrize("size", [(1200, 1600), (2400, 1800)])
def test_a_box_is_in_px_of_the_photograph_though_it_is_worked_on_smaller(recognizer, symbol, size):
    drawing = {"scale": 8, "at": (400, 400), "pen": 90}
    photo = photograph(picture(symbol, size, **drawing), blur=3)
    for source in (photo, encoded(photo, "JPEG", quality=85)):
        assert recognizer.read(source).characters[0].box == pytest.approx(ink_box(symbol, **drawing), abs=8)


@pytest.mark.parametrize("turned", [False, True])
def test_a_box_is_in_px_of_a_large_jpeg_though_it_is_decoded_smaller(recognizer, turned):
    large = np.full((4200, 4400), 255, np.uint8)
    large[1000:3000, 2400:2700] = 0
    exif = Image.Exif()
    exif[0x0112] = 6 if turned else 1  # turned by 90° clockwise
    box = recognizer.read(encoded(large, "JPEG", exif=exif), "1").characters[0].box
    assert box == pytest.approx((1200, 2400, 2000, 300) if turned else (2400, 1000, 300, 2000), abs=4)


@given(st.sampled_from(sorted(STROKES)), st.integers(-40, 40), st.integers(-35, 40))
def test_a_box_moves_with_the_drawing(recognizer, symbol, x, y):
    here = recognizer.read(picture(symbol)).characters[0].box
    there = recognizer.read(picture(symbol, at=(50 + x, 45 + y))).characters[0].box
    assert there == pytest.approx((here[0] + x, here[1] + y, here[2], here[3]), abs=0.02)
