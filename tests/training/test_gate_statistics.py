"""The gate's statistics, against figures worked out by hand."""

import numpy as np
import pytest

from inkling.training.gate_statistics import binomial_tail, compare, significance_of


def sides(fixed, broken, both, neither):
    before = np.array([0] * fixed + [1] * broken + [1] * both + [0] * neither, bool)
    after = np.array([1] * fixed + [0] * broken + [1] * both + [0] * neither, bool)
    return before, after


def test_the_binomial_tail_is_exact():
    assert binomial_tail(5, 5, 0.5) == pytest.approx(1 / 32)
    assert binomial_tail(1, 3, 0.2) == pytest.approx(1 - 0.8**3)
    assert binomial_tail(0, 10, 0.5) == 1
    assert binomial_tail(60, 100, 0.5) == pytest.approx(0.0284440, abs=1e-6)
    assert 0 < binomial_tail(900, 1000, 0.2) < 1e-300 or binomial_tail(900, 1000, 0.2) == 0


def test_a_comparison_counts_what_changed():
    one = compare("set", "digits", *sides(fixed=2, broken=6, both=90, neither=2))
    assert (one.samples, one.fixed, one.broken) == (100, 2, 6)
    assert (one.before, one.after) == (0.96, 0.92)
    assert one.lost_points == pytest.approx(4)
    assert one.p_worse == pytest.approx((28 + 8 + 1) / 256)


def test_chance_is_no_verdict_and_more_than_chance_is():
    chance = compare("set", "digits", *sides(fixed=3, broken=6, both=90, neither=1))
    assert chance.judged(significance_of(0.01, 10), 0.3).verdict == "same"
    worse = compare("set", "digits", *sides(fixed=0, broken=20, both=5000, neither=1))
    assert worse.judged(significance_of(0.01, 10), 0.5).verdict == "worse"
    luck = compare("set", "digits", *sides(fixed=6, broken=3, both=90, neither=1))
    assert luck.judged(significance_of(0.01, 10), 0.3).verdict == "same"
    better = compare("set", "digits", *sides(fixed=20, broken=0, both=5000, neither=1))
    assert better.judged(significance_of(0.01, 10), 0.5).verdict == "better"


def test_a_great_loss_needs_less_certainty():
    lost = compare("set", "digits", *sides(fixed=1, broken=10, both=189, neither=0))
    assert 0.001 < lost.p_worse < 0.01
    assert lost.judged(0.001, most_lost_points=0.3).verdict == "worse"
    assert lost.judged(0.001, most_lost_points=10).verdict == "same"
    gained = compare("set", "digits", *sides(fixed=10, broken=1, both=189, neither=0))
    assert gained.p_better == lost.p_worse
    assert gained.judged(0.001, most_lost_points=0.3).verdict == "better"
    assert gained.judged(0.001, most_lost_points=10).verdict == "same"
