"""Many read at once, as each alone; and what cannot be read."""

import functools
from concurrent.futures import ThreadPoolExecutor

import jsonschema
import numpy as np
import pytest

from inkling import BlankInk, Ink, InvalidInk, NotAnImage, Recognizer, Settings, UnknownAlphabet
from inkling.alphabet import NAMED
from inkling.bundle import SHIPPED
from inkling.errors import BundleMissing, InkError

from .drawings import STROKES, encoded, photograph, picture, placed
from .readings import READING, probabilities

# Many at once.


@functools.cache
def sources():
    """Pictures, photographs and strokes of many sizes, and more than go through the network together."""
    made = []
    for i in range(100):
        symbol = sorted(STROKES)[i % len(STROKES)]
        scale = 0.6 + (i % 17) / 5
        size = (round(140 * scale), round(170 * scale))
        clean = picture(symbol, size, scale, (35 * scale, 32 * scale), 10 * scale)
        made.append((clean, photograph(clean, i), Ink.from_strokes(placed(symbol, scale)))[i % 3])
    return made


def test_reading_many_says_the_same_as_reading_each(recognizer):
    everything = sources()
    together = recognizer.read_many(everything, "alphanumeric", "all")
    for source, reading in zip(everything, together, strict=True):
        alone = recognizer.read(source, "alphanumeric", "all")
        assert probabilities(reading) == pytest.approx(probabilities(alone), abs=1e-3)
        assert reading.characters[0].box == pytest.approx(alone.characters[0].box, abs=0.02)
        assert reading.elapsed_ms > 0
        jsonschema.validate(reading.to_json(), READING)


def test_reading_none_gives_none(recognizer):
    assert recognizer.read_many([]) == []
    assert recognizer.infer([]).logits.shape == (0, 62)


def test_reading_many_takes_any_iterable(recognizer):
    readings = recognizer.read_many((picture(s) for s in "47"), alphabet="digits", alternatives=2)
    assert [r.text for r in readings] == ["4", "7"]
    assert all(len(r.characters[0].alternatives) == 2 for r in readings)


@pytest.mark.parametrize(
    ("bad", "error"), [(np.zeros((50, 50), np.uint8), BlankInk), (b"text", NotAnImage), ([1], InvalidInk)]
)
def test_a_bad_one_among_many_is_named_by_its_number(recognizer, bad, error):
    everything = [picture("7")] * 70
    everything[66] = bad
    with pytest.raises(error, match="66 of 70"):
        recognizer.read_many(everything)


def test_eight_threads_get_the_answers_that_one_gets(recognizer):
    everything = [encoded(s) if isinstance(s, np.ndarray) else s for s in sources()[:64]]
    names = [sorted(NAMED)[i % len(NAMED)] for i in range(64)]

    def read(i):
        reading = recognizer.read(everything[i], names[i], "all")
        return reading.text, reading.status, reading.characters

    alone = [read(i) for i in range(64)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(read, [*range(64)] * 4)) == alone * 4


def test_features_have_length_one(recognizer):
    found = recognizer.infer([Ink.from_strokes(placed(s)) for s in STROKES])
    assert found.features.shape == (len(STROKES), recognizer.card["features"])
    assert np.allclose(np.linalg.norm(found.features, axis=1), 1, atol=1e-4)


# What cannot be read.


def test_blank_ink_has_an_error_of_its_name(recognizer):
    for blank in (np.full((100, 100), 255, np.uint8), Ink(np.zeros((30, 30), np.float32))):
        with pytest.raises(BlankInk):
            recognizer.read(blank)


@pytest.mark.parametrize("bad", [b"", b"text", np.full((30, 30), np.nan), np.zeros((1, 1), np.uint8), "/no/such", 5])
def test_bad_ink_is_an_error_of_our_tree(recognizer, bad):
    with pytest.raises(InkError) as caught:
        recognizer.read(bad)
    assert caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("alphabet", ["greek", "0€", [], 5])
def test_an_unknown_alphabet_lists_the_known_ones(recognizer, alphabet):
    for read in (lambda: recognizer.read(picture("7"), alphabet), lambda: recognizer.read_many([], alphabet)):
        with pytest.raises(UnknownAlphabet, match="letters-caseless"):
            read()


def test_the_settings_limits_hold_for_the_recognizer():
    reader = Recognizer(settings=Settings.load({}, max_image_pixels=1000))
    with pytest.raises(InkError, match="max_image_pixels"):
        reader.read(picture("7"))


def test_the_bundle_is_the_one_that_is_named(tmp_path):
    assert (
        Recognizer(str(SHIPPED)).version == Recognizer(settings=Settings.load({"INKLING_BUNDLE": str(SHIPPED)})).version
    )
    with pytest.raises(BundleMissing, match="nothing-here"):
        Recognizer(settings=Settings.load({}, bundle=str(tmp_path / "nothing-here")))
