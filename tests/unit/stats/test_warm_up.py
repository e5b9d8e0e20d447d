"""MSER-5 and Welch, by hand, under shifts and scales, and on a queue that starts empty."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.errors import InputError
from cxsim.stats.warm_up import FEWEST, mser5, welch

SEED = 20260101


def test_mser_by_hand():
    # Batch means 9, 1, 3, 1. Nothing left out: squares 43 / 4² = 2.6875; one: (8/3) / 3² = .2963; two: 2 / 2² = .5.
    found = mser5(np.repeat([9.0, 1.0, 3.0, 1.0], 5))
    assert found.statistic == pytest.approx([43 / 16, 8 / 27, 0.5])
    assert (found.observations, found.of, found.trusted) == (5, 20, True)
    assert found.said == "The first 5 of 20 observations are left out as warm-up (MSER-5)."


def test_what_fills_no_batch_is_not_looked_at():
    series = np.repeat([9.0, 1.0, 3.0, 1.0], 5)
    assert np.array_equal(mser5([*series, 1e6]).statistic, mser5(series).statistic)


def test_a_drift_is_not_called_a_warm_up():
    found = mser5(np.arange(200.0))
    assert not found.trusted
    assert found.observations == 100
    assert "No warm-up can be trusted" in found.said


def test_a_constant_series_needs_no_warm_up():
    found = mser5(np.full(100, 3.7))
    assert found[:3] == (0, 100, True)
    assert found.said == "None is needed: all 100 observations are kept (MSER-5)."


@given(st.lists(st.floats(-50, 50), min_size=20, max_size=80), st.sampled_from([-2.0, 0.5, 4.0]), st.integers(-64, 64))
def test_unit_and_origin_do_not_matter(values, scale, shift):
    series = np.round(np.array(values) * 16) / 16  # exact under the scales and shifts above
    found, moved = mser5(series), mser5(scale * series + shift)
    assert moved.statistic == pytest.approx(scale**2 * found.statistic, abs=1e-8)
    best = found.statistic[found.observations // 5]
    assert found.statistic.min() >= best - 1e-8


def test_a_start_from_empty_is_found():
    # A bias that is halved every 69 observations, in five replications of a correlated series.
    noise = np.random.default_rng(SEED).standard_normal((5, 2000))
    series = noise.copy()
    for t in range(1, 2000):
        series[:, t] += 0.8 * series[:, t - 1]
    found = mser5(series + 10 * 0.99 ** np.arange(2000))
    assert found.trusted
    assert 150 <= found.observations <= 600  # the bias is 2.2 at 150, .02 at 600; the noise of a mean is .75
    assert mser5(series).observations <= 150


def test_welch_by_hand():
    found = welch([[0.0, 4.0, 3.0, 6.0], [2.0, 6.0, 3.0, 8.0]], 1)
    assert found.averaged.tolist() == [1.0, 5.0, 3.0, 7.0]
    assert found.smoothed == pytest.approx([1.0, 3.0, 5.0])
    wide = welch(np.arange(20.0), 3)
    assert wide.smoothed == pytest.approx(np.arange(17.0))  # a straight line stays as it is
    assert wide.smoothed.size == 17


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (lambda: mser5(np.zeros(FEWEST - 1)), "19 observations; 20 or more"),
        (lambda: mser5([np.nan] * 30), "NaN"),
        (lambda: mser5(np.zeros((2, 2, 2))), "dimensions"),
        (lambda: welch(np.zeros(20), 6), "at most a quarter"),
        (lambda: welch(np.zeros(20), 0), "at least 1"),
    ],
)
def test_what_cannot_be_judged_is_refused(call, why):
    with pytest.raises(InputError, match=why):
        call()


def test_a_quiet_end_of_a_long_run_is_not_taken_for_its_steady_state():
    # Thirty times nothing at the end: their statistic is 0, the smallest of all.
    series = np.concatenate([np.random.default_rng(SEED).exponential(1.0, 1000), np.zeros(30)])
    found = mser5(series)
    assert found.trusted
    assert found.observations < 450
