import numpy as np
import pytest

from inkling.alphabet import SYMBOLS, Alphabet
from inkling.evaluation.score import WHOLE, alphabets_for, score, truth_in
from inkling.evaluation.tables import markdown_table, text_table


@pytest.mark.parametrize(
    ("labels", "alphabets"),
    [
        ("0123", ["digits", "alphanumeric"]),
        ("abc", ["lowercase"]),
        ("ABC", ["uppercase"]),
        ("abAB", ["letters-caseless", "letters"]),
        ("01abAB", ["digits", "lowercase", "uppercase", "alphanumeric"]),
        ("", []),
        ("é", []),
    ],
)
def test_a_split_is_read_in_the_alphabets_that_suit_it(labels, alphabets):
    assert [alphabet.name for alphabet in alphabets_for(np.array(list(labels), np.str_), SYMBOLS)] == alphabets


@pytest.mark.parametrize(
    ("symbols", "labels", "alphabets"),
    [
        ("αβ", "αβ", [WHOLE]),
        ("0123456789+", "07+", ["digits", WHOLE]),
        ("0123456789", "07", ["digits"]),
        ("ACE", "AE", [WHOLE]),
        ("αβ", "", []),
    ],
)
def test_a_model_of_own_symbols_is_read_in_all_of_them(symbols, labels, alphabets):
    given = list(alphabets_for(np.array(list(labels), np.str_), tuple(symbols)))
    assert [alphabet.name for alphabet in given] == alphabets
    assert all(alphabet.symbols == tuple(symbols) for alphabet in given if alphabet.name == WHOLE)


def test_a_caseless_alphabet_ignores_the_truths_case():
    assert truth_in(np.array(["a", "A", "z", "3"]), Alphabet.parse("letters-caseless")).tolist() == [0, 0, 25, -1]
    assert truth_in(np.array(["a", "A"]), Alphabet.parse("letters")).tolist() == [26, 0]


def test_a_score_counts_right_near_and_unread():
    alphabet = Alphabet.parse("digits")
    probabilities = np.full((4, 10), 0.01, np.float32)
    probabilities[0, 7] = 0.91  # right
    probabilities[1, [1, 2, 7]] = 0.5, 0.3, 0.12  # the third guess
    probabilities[2, [1, 2, 3, 7]] = 0.4, 0.3, 0.2, 0.04  # the fourth
    probabilities[3] = np.nan  # no readable ink
    row = score("p", "test", alphabet, np.full(4, 7), probabilities, np.array([5, 5, 6, -1], np.int32))
    assert (row.accuracy.count, row.accuracy.total, row.in_three.count, row.unread, row.writers) == (1, 4, 2, 1, 2)
    assert row.matrix[7, 1] == 2
    assert row.to_json()["confusions"][0] == {"truth": "7", "answer": "1", "count": 2, "share_of_truth": 0.666667}


def test_tables_put_figures_to_the_right():
    assert text_table(["a", "count"], [["x", "1"], ["long", "22"]]).splitlines()[2:] == ["x         1", "long     22"]
    assert markdown_table(["a|b", "n"], [["x|y", "1"]]).splitlines()[1:] == ["| --- | ---: |", "| x\\|y | 1 |"]
