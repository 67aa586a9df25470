import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from inkling import Alphabet, UnknownAlphabet
from inkling.alphabet import NAMED, SYMBOLS, kind_of, look_alikes

SIZES = {
    "digits": 10,
    "lowercase": 26,
    "uppercase": 26,
    "letters": 52,
    "letters-caseless": 26,
    "digits+lowercase": 36,
    "alphanumeric": 62,
}


@pytest.mark.parametrize(("name", "size"), SIZES.items())
def test_every_named_alphabet_has_the_symbols_it_is_named_for(name, size):
    alphabet = Alphabet.parse(name)
    assert alphabet.name == name
    assert len(alphabet) == len(set(alphabet.symbols)) == size
    assert f"({size})" in NAMED[name]


def test_the_help_lists_every_name_there_is():
    assert set(NAMED) == set(SIZES)


def test_names_can_be_joined_and_shared_symbols_count_once():
    assert set(Alphabet.parse("uppercase+digits").symbols) == set(string.ascii_uppercase + string.digits)
    assert len(Alphabet.parse("letters+lowercase")) == 52


def test_caseless_letters_sum_both_cases():
    alphabet = Alphabet.parse("letters-caseless")
    assert alphabet.symbols == tuple(string.ascii_lowercase)
    assert dict(zip(alphabet.symbols, alphabet.members, strict=True))["q"] == ("q", "Q")


@given(st.lists(st.sampled_from(SYMBOLS), min_size=1, unique=True))
def test_any_list_of_known_symbols_is_an_alphabet_in_that_order(symbols):
    alphabet = Alphabet.parse(symbols)
    assert alphabet.symbols == tuple(symbols)
    assert Alphabet.parse(",".join([*symbols, ""])).symbols == alphabet.symbols


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("0123456789ABCDEF", "0123456789ABCDEF"),
        ("Y,N", "YN"),
        (" x , y ", "xy"),
        ("7", "7"),
        ("YN", "YN"),
        ("abc", "abc"),
        ("ACGT", "ACGT"),
    ],
)
def test_a_string_that_is_no_name_is_a_list_of_symbols(text, symbols):
    assert Alphabet.parse(text).symbols == tuple(symbols)


@pytest.mark.parametrize("text", ["digit", "Digits", "lower-case", "alphanumerics", "greek", "", "  ", "emoji"])
def test_a_misspelt_name_is_refused_and_the_known_ones_are_listed(text):
    with pytest.raises(UnknownAlphabet) as caught:
        Alphabet.parse(text)
    assert all(name in str(caught.value) for name in NAMED)


@pytest.mark.parametrize(
    ("spec", "named"),
    [("01€", "€"), ("0123456789-", "-"), ("11", "'1'"), ([], "[]"), (["a", 3], "3"), (5, "int"), (["ab"], "'ab'")],
)
def test_what_is_wrong_with_a_list_is_named(spec, named):
    with pytest.raises(UnknownAlphabet) as caught:
        Alphabet.parse(spec)
    assert named in caught.value.message


def test_a_model_with_other_symbols_takes_and_refuses_accordingly():
    known = ("α", "β", "1")
    assert Alphabet.parse("αβ", known).symbols == ("α", "β")
    assert Alphabet.all_of(known).symbols == known
    with pytest.raises(UnknownAlphabet, match="'0'"):
        Alphabet.parse("digits", known)


def test_what_a_model_knows_is_called_by_its_name_where_it_has_one():
    assert Alphabet.all_of(SYMBOLS).name == "alphanumeric"
    assert Alphabet.all_of(tuple("0123456789")).name == "digits"


def test_an_alphabet_stays_as_it_is():
    alphabet = Alphabet.parse("digits")
    assert Alphabet.parse(alphabet) is alphabet


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_look_alikes_go_both_ways_and_leave_out_the_symbol(symbol):
    assert symbol not in look_alikes(symbol)
    assert all(symbol in look_alikes(other) for other in look_alikes(symbol))


def test_the_famous_look_alikes_are_known():
    assert look_alikes("0") == {"O", "o"}
    assert {"1", "I"} <= look_alikes("l")
    assert look_alikes("4") == frozenset()


def test_the_kind_of_a_symbol():
    assert [kind_of(s) for s in ("7", "Q", "q", "α")] == ["digits", "uppercase", "lowercase", "other"]


def test_taught_symbols_stand_beside_names_and_however_they_are_composed():
    taught = ("tick", "é")
    assert Alphabet.parse("digits+tick", SYMBOLS, taught).symbols == (*"0123456789", "tick")
    assert Alphabet.parse(["e\u0301", "7"], SYMBOLS, taught).symbols == ("é", "7")
    assert Alphabet.parse(" digits + tick", SYMBOLS, taught).name == "digits+tick"
    caseless = Alphabet.parse("letters-caseless+7+tick", SYMBOLS, taught)
    assert (caseless.symbols[-2:], caseless.members[0], len(caseless)) == (("7", "tick"), ("a", "A"), 28)
    both = Alphabet.parse("letters-caseless+letters+digits", SYMBOLS, taught)  # an A is an a already
    assert (len(both), both.members[0]) == (36, ("a", "A"))
    for empty in ("digits+", "+digits", "digits++taught"):
        with pytest.raises(UnknownAlphabet, match="stands nothing"):
            Alphabet.parse(empty, SYMBOLS, taught)
    with pytest.raises(UnknownAlphabet, match="does not know 'cross'") as caught:
        Alphabet.parse("digits+cross", SYMBOLS, taught)
    assert "name that profile" in caught.value.hint


def test_what_was_a_row_of_symbols_stays_one_whatever_name_is_taught():
    taught = ("01", "ab", "TICK", "tick", "heart", "11", "at")
    for row in ("01", "ab", "TICK", "at"):
        assert Alphabet.parse(row, SYMBOLS, taught) == Alphabet.parse(row)
        for spec in ([row], f"{row},"):
            alone = Alphabet.parse(spec, SYMBOLS, taught)
            assert alone.symbols == (row,)
            assert Alphabet.parse(alone.name, SYMBOLS, taught) == alone
    for name in ("tick", "heart", "11"):  # no rows: two are words, and one has a symbol twice
        assert Alphabet.parse(name, SYMBOLS, taught).symbols == (name,)
    assert Alphabet.parse("digits+01", SYMBOLS, taught).symbols == (*"0123456789", "01")


@given(
    st.lists(st.sampled_from([*"0123wasdigtck", ",", "+", "[", "]", '"', "\\", "'", "tick", "01", "é", "👩\u200d🎨"]),
             min_size=1, unique=True)
)  # fmt: skip
@example(["w", "a", "s", "d"])
@example(["c", "b", "a"])
@example(["t", "i", "c", "k"])
@example(["0", ",", "1"])
@example(["0", "1", ","])
@example(["tick", ","])
@example([","])
def test_the_name_of_an_own_list_gives_the_same_list(symbols):
    taught = (",", "+", "[", "]", '"', "\\", "'", "tick", "01", "é", "👩\u200d🎨")
    alphabet = Alphabet.parse(symbols, SYMBOLS, taught)
    assert alphabet.symbols == tuple(symbols)
    assert Alphabet.parse(alphabet.name, SYMBOLS, taught) == alphabet


@pytest.mark.parametrize("text", ["[" * 100_000, "[1, 2]", "{}", '[["a"]]', "[]", '["a", "a"]'])
def test_what_is_json_but_no_list_of_symbols_is_refused(text):
    with pytest.raises(UnknownAlphabet):
        Alphabet.parse(text)
