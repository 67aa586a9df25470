import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkling.evaluation.accuracy import confusion_matrix, top_confusions, wilson


def test_the_interval_is_the_published_one():
    # R. G. Newcombe, Statistics in Medicine 17 (1998), table I: 81 of 263, score method: 0.2553 to 0.3662
    share = wilson(81, 263)
    assert share.low == pytest.approx(0.2553, abs=5e-5)
    assert share.high == pytest.approx(0.3662, abs=5e-5)


@given(st.integers(1, 10**6).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_the_interval_holds_the_share_and_stays_within_0_and_1(counted):
    share = wilson(*counted)
    assert 0 <= share.low <= share.value + 1e-12
    assert share.value - 1e-12 <= share.high <= 1
    assert share.low < share.high


def test_nothing_counted_is_nothing_known():
    assert (wilson(0, 0).low, wilson(0, 0).high) == (0, 1)


def test_confusions_are_counted_by_truth_and_no_answer_is_no_confusion():
    matrix = confusion_matrix(np.array([0, 0, 1, 2, 2]), np.array([0, 1, 1, -1, 0]), 3)
    assert matrix.tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 0]]


def test_the_most_frequent_errors_come_first_and_right_answers_never():
    matrix = np.array([[90, 9, 1], [0, 50, 0], [3, 0, 7]])
    assert top_confusions(matrix, ("a", "b", "c")) == [("a", "b", 9, 0.09), ("c", "a", 3, 0.3), ("a", "c", 1, 0.01)]
    assert top_confusions(matrix, ("a", "b", "c"), most=1) == [("a", "b", 9, 0.09)]
