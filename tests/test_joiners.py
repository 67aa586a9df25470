"""Names as people write them: joiners and wide spaces are taken, what cannot be seen is not."""

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkling.alphabet import Alphabet, parse_symbol
from inkling.errors import BadSymbol, InvalidProfile
from inkling.joiners import composed
from inkling.profiles import parse_profile

PERSIAN, HINDI, BENGALI, MALAYALAM = "نيم\u200cروز", "क्\u200dष", "র\u200d্য", "ജോണ്\u200d"

SCOTLAND = "🏴" + "".join(chr(0xE0000 + ord(c)) for c in "gbsct") + "\U000e007f"

#: What is joined, what joins, and what is written with it.
PIECES = "\u200c\u200dنیمه\u064b\u0654aeé\u0301\u0323ന\u0d4dक\u094d\u093c\u093f👩🎨\ufe0f🏽 \u3000\u2000"


@pytest.mark.parametrize(
    "name",
    [
        PERSIAN,
        HINDI,
        BENGALI,
        "👩🏽\u200d🎨",
        "🏳️\u200d🌈",
        "ه\u200d",
        "葛\U000e0100",
        "ജോണ്\u200d",
        SCOTLAND,
        "7\ufe0f\u20e3",
        "\u1820\u180b",
        "≨\ufe00",
    ],
)
def test_joiners_that_are_seen_stay(name):
    assert parse_symbol(name) == name
    assert parse_profile(f"Zoë {name}") == f"Zoë {name}"


@pytest.mark.parametrize(
    ("written", "name"),
    [
        *(("山田\u3000花子", "山田 花子"), ("A\u2003 \u00a0B  C\u3000", "A B C"), ("a \u200d b", "a b")),
        *(("a\u200db", "ab"), ("\u200cAda\u200d", "Ada"), ("کار\u200cخانه", "کارخانه")),
        *(("می\u200c\u200cروم", "می\u200cروم"), ("e\u200d\u0301", "é"), ("every\u200dbody", "everybody")),
        *(("❤\ufe0f", "❤"), ("☺\ufe0e", "☺"), ("A\ufe0f", "A"), ("A\U000e0041", "A"), ("7\ufe0e", "7")),
        *(("θ\u180b", "θ"), ("A\U000e0100", "A"), ("👁\ufe0f\u200d🗨\ufe0f", "👁\ufe0f\u200d🗨")),
        *(("❤\u200d🔥", "❤\ufe0f\u200d🔥"), ("7\u20e3", "7\ufe0f\u20e3")),
        *(("🏴\U000e0041", "🏴"), ("🏳\u200d🌈", "🏳\ufe0f\u200d🌈")),
    ],
)
def test_names_that_look_the_same_are_the_same(written, name):
    assert parse_profile(written) == parse_profile(name) == name
    if " " not in name:
        assert parse_symbol(written) == name


@pytest.mark.parametrize(
    "name",
    [
        *("\u200d", "\u200c \u200d", "\u3164", "\u2800", "\ufe0f", "\u3000"),
        *("a\u202eb", "a\u2066b", "a\u200bb", "a\u00adb", "a\u3164b", "a\u034fb", "a\tb", "a\u2028b", "a\ufeffb"),
    ],
)
def test_what_cannot_be_seen_is_refused(name):
    with pytest.raises(InvalidProfile):
        parse_profile(name)
    with pytest.raises(BadSymbol):
        parse_symbol(name)


@given(st.text(PIECES + "葛7🏴\u20e3\ufe00\ufe0e\u180b\U000e0067\U000e007f\U000e0100", min_size=1))
def test_a_name_that_was_taken_is_taken_as_it_is(written):
    for parse in (parse_profile, parse_symbol):
        with suppress(InvalidProfile, BadSymbol):
            name = parse(written)
            assert parse(name) == name


def test_a_taught_name_with_a_joiner_is_found_in_a_list():
    for spec in ([PERSIAN, "1"], f"{PERSIAN},1", f"1+digits+{PERSIAN}"):
        assert PERSIAN in Alphabet.parse(spec, taught=[PERSIAN]).symbols


@pytest.mark.parametrize("piece", ["\U000e0041", "🏴\U000e0041", "\ufe0f\u200d", "❤\u200d", "ه\u200d\u064b"])
def test_long_names_of_signs_take_no_longer_than_their_length(piece):
    short, long = (min(timed(composed, "A" + piece * count) for _ in range(3)) for count in (1_000, 16_000))
    assert long < 64 * short  # sixteen times; were it quadratic, 256 times


def timed(do, text):
    started = time.process_time()
    do(text)
    return time.process_time() - started
