import numpy as np
import pytest

from inkling.calibration import equal_mass_bins, equal_width_bins, expected_calibration_error


def believable(count, rng):
    confidence = rng.uniform(0.3, 1, count)
    return confidence, rng.random(count) < confidence


def test_probabilities_that_come_true_have_hardly_any_error():
    assert expected_calibration_error(*believable(100_000, np.random.default_rng(0))) < 0.006


def test_too_sure_by_a_tenth_is_an_error_of_a_tenth():
    rng = np.random.default_rng(1)
    confidence, correct = believable(100_000, rng)
    assert expected_calibration_error(np.minimum(confidence + 0.1, 1.1), correct) == pytest.approx(0.1, abs=0.006)


def test_a_known_case_by_hand():
    # two bins of two: (0.5 and 0.7; one right) and (0.9 and 1.0; both right): (|0.6 - 0.5| + |0.95 - 1|) / 2
    error = expected_calibration_error(np.array([1.0, 0.5, 0.9, 0.7]), np.array([True, True, True, False]), bins=2)
    assert error == pytest.approx(0.075)


def test_equal_mass_bins_share_samples_evenly_and_lose_none():
    confidence, correct = believable(1000, np.random.default_rng(2))
    bins = equal_mass_bins(confidence, correct)
    assert len(bins) == 15
    assert {b.samples for b in bins} == {66, 67}
    assert sum(b.samples for b in bins) == 1000


def test_equal_width_bins_leave_empty_ones_out_and_keep_certainty_in():
    bins = equal_width_bins(np.array([0.05, 1.0, 0.95]), np.array([False, True, True]))
    assert [(b.samples, b.accuracy) for b in bins] == [(1, 0.0), (2, 1.0)]


def test_no_readings_have_no_error():
    assert expected_calibration_error(np.empty(0), np.empty(0, bool)) == 0
