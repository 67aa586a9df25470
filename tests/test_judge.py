"""Whether ink belongs to an alphabet, and why a reading is unsure."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkling import Alphabet, Ink, Recognizer, Settings
from inkling.alphabet import NAMED, SYMBOLS, look_alikes
from inkling.errors import BundleDamaged
from inkling.judge import Judge, vouched_for
from inkling.recall import tried
from inkling.service import Service

from .bundles import ACCEPTANCE, trusting, wary
from .drawings import STROKES, picture, placed

#: Ink that the bundle :func:`wary` takes for no symbol.
BLOT = [[(x, y) for y in range(0, 60, 8) for x in ((0, 55) if y % 16 else (55, 0))]]


def blot(scale=1.0):
    return Ink.from_strokes([[(x * scale, y * scale) for x, y in stroke] for stroke in BLOT], pen_width=9 * scale)


@pytest.fixture(scope="module")
def reader():
    return Recognizer(wary(), Settings.load({}))


def first(reading):
    (character,) = reading.characters
    return character


def logits_of(**likely):
    """Logits in which these symbols have these probabilities, and others none to speak of."""
    row = np.full((1, len(SYMBOLS)), -30, np.float32)
    for symbol, probability in likely.items():
        row[0, SYMBOLS.index(symbol.removeprefix("_"))] = np.log(probability)
    return row


def judge(acceptance=None, sure=0.6):
    return Judge(SYMBOLS, {"acceptance": acceptance} if acceptance is not None else {}, sure)


def said(name="alphanumeric", membership=1.0, acceptance=None, **likely):
    """Why a reading with these probabilities is unsure."""
    alphabet = Alphabet.parse(name)
    judged = judge(acceptance)
    row = judged.probabilities(logits_of(**likely), alphabet)[0]
    return judged.why_unsure(row, np.argsort(-row, kind="stable"), membership, alphabet)


# Membership.


def test_membership_is_the_share_of_belief_in_the_alphabet_and_its_look_alikes():
    row, nothing = logits_of(_3=0.5, O=0.2, A=0.2, q=0.1), np.array([-np.inf], np.float32)
    digits, letters = Alphabet.parse("digits"), Alphabet.parse("letters")
    # O is 0's shape and q is 9's; A is no digit's
    assert judge().membership(row, nothing, digits) == pytest.approx(0.8)
    assert judge().membership(row, nothing, letters) == pytest.approx(0.5)
    unknown = np.array([np.log(1.0)], np.float32)  # as likely as all symbols together
    assert judge().membership(row, unknown, digits) == pytest.approx(0.4)
    assert judge().membership(row, unknown, Alphabet.all_of(SYMBOLS)) == pytest.approx(0.5)


@given(
    st.lists(st.floats(-80, 80, width=32), min_size=62, max_size=62),
    st.floats(-200, 200, width=32) | st.just(-np.inf),
    st.sampled_from(sorted(NAMED)),
    st.floats(-1e4, 1e4, width=32),
)
def test_membership_is_a_share_whatever_the_logits_are(row, unknown, name, shift):
    logits, strange = np.array([row], np.float32), np.array([unknown], np.float32)
    alphabet = Alphabet.parse(name)
    share = judge().membership(logits, strange, alphabet)
    assert share.dtype == np.float32
    assert 0 <= share[0] <= 1
    everything = judge().membership(logits, strange, Alphabet.all_of(SYMBOLS))
    assert share <= everything + 1e-6
    moved = judge().membership(logits + np.float32(shift), strange + np.float32(shift), alphabet)
    assert moved == pytest.approx(share, abs=0.01)  # float32 knows 10,000 to 0.001


@given(st.floats(0, 1, width=32), st.floats(0, 30, width=32))
def test_what_memory_vouches_for_belongs_more(share, word):
    shares = np.array([share], np.float32)
    assert vouched_for(shares, np.zeros(1, np.float32)) == pytest.approx(share)
    more = vouched_for(shares, np.array([word], np.float32))
    assert share - 1e-6 <= more[0] <= 1


# Why it is unsure.


def test_a_likely_symbol_is_sure():
    assert said(_3=0.9, _8=0.1) == (None, ())


def test_symbols_of_one_shape_are_named_as_such():
    assert said(O=0.4, o=0.3, _0=0.25, Q=0.05) == ("look-alike", ("o", "0"))
    assert said(O=0.55, o=0.44, _0=0.01) == ("look-alike", ("o",))  # a 0 is not likely
    assert said("digits+lowercase", _0=0.5, o=0.5) == ("look-alike", ("o",))
    assert said("uppercase", O=0.55, Q=0.45) == ("doubtful", ())


def test_a_look_alike_that_is_likely_enough_keeps_a_reading_from_being_sure():
    assert said(O=0.7, o=0.25, Q=0.05) == ("look-alike", ("o",))
    assert said(O=0.79, o=0.19, Q=0.02) == (None, ())
    assert said("uppercase", O=0.7, Q=0.3) == (None, ())  # another shape


def test_a_letter_without_case_looks_like_what_its_capital_looks_like():
    assert said("letters-caseless", i=0.3, I=0.3, l=0.35) == ("look-alike", ("l",))
    assert said("letters-caseless", l=0.7, I=0.25) == ("look-alike", ("i",))
    assert said("lowercase", i=0.55, l=0.45) == ("doubtful", ())
    assert said("letters-caseless", c=0.3, C=0.6, e=0.1) == (None, ())


def test_look_alikes_that_do_not_make_it_sure_together_are_doubtful():
    assert said(O=0.3, Q=0.29, o=0.21, D=0.2) == ("doubtful", ())
    assert said(O=0.59, Q=0.395, o=0.0149, _0=0.0001) == ("doubtful", ())  # with them it is sure, but none is likely


def test_below_the_alphabets_acceptance_it_is_unknown_however_likely_the_symbol_is():
    table = {"digits": 0.5, "letters": 0.2}
    assert said("digits", 0.49, table, _3=1.0) == ("unknown", ())
    assert said("digits", 0.51, table, _3=1.0) == (None, ())
    assert said("letters", 0.3, table, A=1.0) == (None, ())
    # what the table does not know has its lowest
    assert said("3A", 0.21, table, _3=1.0) == (None, ())
    assert said("3A", 0.19, table, _3=1.0) == ("unknown", ())


def test_an_own_list_asks_what_the_smallest_alphabet_does_that_holds_it():
    table = {"digits": 0.5, "lowercase": 0.1, "letters-caseless": 0.8, "letters": 0.3, "alphanumeric": 0.4}
    for spec, asked in (("0123456789", 0.5), ("10", 0.5), ("abc", 0.1), ("aB", 0.3), ("0123456789ABCDEF", 0.4)):
        symbol = {"_" * spec[0].isdigit() + spec[0]: 1.0}
        assert said(spec, asked + 0.01, table, **symbol) == (None, ()), spec
        assert said(spec, asked - 0.01, table, **symbol) == ("unknown", ()), spec


def test_what_was_taught_is_taken_by_the_lowest_and_the_others_as_before():
    table = {"digits": 0.5, "letters": 0.2}
    alphabet = Alphabet.parse("digits+taught", SYMBOLS, ("θ",))
    for symbol, membership, reason in (
        ("3", 0.49, "unknown"),
        ("3", 0.51, None),
        ("θ", 0.21, None),
        ("θ", 0.1, "unknown"),
    ):
        chances = np.array([float(one == symbol) for one in alphabet.symbols], np.float32)
        order = np.argsort(-chances, kind="stable")
        assert judge(table).why_unsure(chances, order, membership, alphabet) == (reason, ())


@pytest.mark.parametrize("table", [None, {}])
def test_without_a_table_nothing_is_refused(table):
    assert said("digits", 0.0, table, _3=1.0) == (None, ())


@given(st.lists(st.floats(-20, 20, width=32), min_size=62, max_size=62), st.sampled_from(sorted(NAMED)))
def test_reasons_keep_their_promises(row, name):
    alphabet, judged = Alphabet.parse(name), judge()
    chances = judged.probabilities(np.array([row], np.float32), alphabet)[0]
    order = np.argsort(-chances, kind="stable")
    reason, others = judged.why_unsure(chances, order, 1.0, alphabet)
    of = dict(zip(alphabet.symbols, chances.tolist(), strict=True))
    best = alphabet.symbols[order[0]]
    stands_for = dict(zip(alphabet.symbols, alphabet.members, strict=True))
    same = {one for one in of if one != best and any(look_alikes(m) & {*stands_for[one]} for m in stands_for[best])}
    assert (reason is None) == (of[best] >= np.float32(0.6) and max(map(of.get, same), default=0) < np.float32(0.2))
    assert bool(others) == (reason == "look-alike")
    assert set(others) <= same
    assert [of[one] for one in others] == sorted((of[one] for one in others), reverse=True)
    assert all(of[one] >= 0.02 for one in others)


@pytest.mark.parametrize("table", [[0.5], {"digits": "0.5"}, {"digits": float("nan")}, {"digits": 1.2}, 5])
def test_a_table_that_is_none_is_a_damaged_bundle(table):
    with pytest.raises(BundleDamaged, match="acceptance"):
        Recognizer(wary(acceptance=table), Settings.load({}))


# With a bundle that tells what is no symbol, and with one that does not.


def test_a_blot_is_no_digit_and_says_so(reader):
    reading = reader.read(blot(), "digits", "all")
    character = first(reading)
    assert (reading.status, character.reason) == ("unsure", "unknown")
    assert character.membership < 0.01
    # the closest, and all others, are still to be had
    assert reading.text == character.symbol
    assert character.probability + sum(a.probability for a in character.alternatives) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("symbol", STROKES)
def test_characters_belong_to_their_alphabet(reader, symbol):
    name = "digits" if symbol.isdigit() else "uppercase" if symbol.isupper() else "lowercase"
    character = first(reader.read(picture(symbol), name))
    assert character.symbol == symbol
    assert character.reason is None
    assert character.membership > ACCEPTANCE[name]


def test_a_letter_is_no_digit_unless_it_has_ones_shape(reader):
    assert first(reader.read(picture("T"), "digits")).reason == "unknown"
    assert first(reader.read(picture("T"))).reason is None
    assert first(reader.read(picture("0"), "lowercase")).reason is None  # it is an o as well


def test_reading_many_says_the_same(reader):
    sources = [picture("7"), blot(), picture("T"), Ink.from_strokes(placed("4"))]
    for many, source in zip(reader.read_many(sources, "digits"), sources, strict=True):
        alone = reader.read(source, "digits")
        assert (many.status, first(many).reason) == (alone.status, first(alone).reason)
        assert first(many).membership == pytest.approx(first(alone).membership, abs=1e-4)


def test_unknown_is_calibrated_as_the_logits_are():
    inks = [Ink.from_strokes(placed("4")), blot()]
    one, two = (
        Recognizer(wary(temperature=t, look_alike_temperature=t), Settings.load({})).infer(inks) for t in (1.0, 2.0)
    )
    assert one.unknown.shape == (2,)
    assert one.unknown.dtype == np.float32
    assert two.unknown == pytest.approx(one.unknown / 2)
    assert two.logits == pytest.approx(one.logits / 2)


def test_a_bundle_that_does_not_tell_refuses_nothing():
    old = Recognizer(trusting(), Settings.load({}))
    found = old.infer([blot(), Ink.from_strokes(placed("4"))])
    assert found.unknown.tolist() == [-np.inf, -np.inf]
    for source in (blot(), picture("T")):
        character = first(old.read(source, "digits"))
        assert character.reason in (None, "doubtful", "look-alike")
        assert character.membership == 1
    with_table = Recognizer(trusting(acceptance={"digits": 1.0}), Settings.load({}))
    assert first(with_table.read(picture("T"), "digits")).reason != "unknown"


def test_the_same_ink_is_read_the_same_by_both(reader):
    old = Recognizer(trusting(), Settings.load({}))
    for source in (picture("7"), blot()):
        one, two = (first(r.read(source, alternatives="all")) for r in (reader, old))
        assert (one.symbol, one.probability, one.alternatives) == (two.symbol, two.probability, two.alternatives)


def test_both_can_go_live():
    for bundle in (wary(), trusting()):
        assert tried(bundle, Settings.load({})).version == bundle.version


def test_one_whose_unknown_is_no_number_cannot():
    with pytest.raises(BundleDamaged, match="no numbers"):
        tried(wary(steep=float("nan")), Settings.load({}))


# What was taught belongs.


@pytest.fixture
def service(reader, tmp_path):
    made = Service(Settings.load({}, database_url=f"sqlite:///{tmp_path / 'inkling.db'}"), reader)
    yield made
    made.close()


def test_a_symbol_that_was_taught_is_known_from_the_next_stroke_on(service):
    assert first(service.read(blot(), "digits")).reason == "unknown"
    taught = service.correct(blot(), "blot", "digits")
    assert taught.before.characters[0].reason == "unknown"
    for reading in (taught.reading, service.read(blot(1.3), "digits+taught")):
        assert (reading.text, reading.status, first(reading).reason) == ("blot", "sure", None)
        assert first(reading).membership > 0.9
    # it is no digit for all that
    assert first(service.read(blot(), "digits")).reason == "unknown"


def test_strange_ink_that_is_said_to_be_a_digit_is_one_until_that_is_undone(service):
    taught = service.correct(blot(), "4", "digits")
    assert (taught.reading.text, first(taught.reading).reason) == ("4", None)
    letter = service.correct(picture("T"), "7", "digits")
    assert (letter.reading.text, first(letter.reading).reason) == ("7", None)
    service.delete([taught.correction.id, letter.correction.id])
    assert first(service.read(blot(), "digits")).reason == "unknown"


def test_the_json_form_says_why(reader):
    written = json.loads(json.dumps(reader.read(blot(), "digits").to_json()))
    assert written["status"] == "unsure"
    assert written["characters"][0]["reason"] == "unknown"
    assert written["characters"][0]["look_alikes"] == []
    assert 0 <= written["characters"][0]["membership"] < 0.01


def test_a_taught_symbol_takes_no_ink_from_a_known_one_whose_look_alikes_are_left_out():
    judge = Judge(SYMBOLS, {}, 0.5)
    symbols = (*SYMBOLS, "θ")
    logits = np.full((1, len(symbols)), -30, np.float32)
    for symbol, belief in {"0": 0.2, "O": 0.5, "o": 0.3, "θ": 0.6}.items():
        logits[0, symbols.index(symbol)] = np.log(belief)
    digits = Alphabet.parse([*"0123456789", "θ"], SYMBOLS, ("θ",))
    among = dict(zip(digits.symbols, judge.probabilities(logits, digits, symbols)[0], strict=True))
    assert among["0"] == pytest.approx(1 / 1.6, abs=1e-5)
    assert among["θ"] == pytest.approx(0.6 / 1.6, abs=1e-5)
    everything = Alphabet.all_of(SYMBOLS, ("θ",))
    among = dict(zip(everything.symbols, judge.probabilities(logits, everything, symbols)[0], strict=True))
    assert among["θ"] == pytest.approx(0.6 / 1.6, abs=1e-5)
    assert among["0"] == pytest.approx(0.2 / 1.6, abs=1e-5)
    unknown = np.log(np.array([0.6], np.float32))
    assert judge.membership(logits, unknown, digits, symbols) == pytest.approx(1.6 / 2.2, abs=1e-5)
