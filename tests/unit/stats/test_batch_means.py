"""Batch means by hand, on rows that are independent, dependent and far too short."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.errors import InputError
from cxsim.stats.batch_means import BATCHES, batch_means, von_neumann
from cxsim.stats.intervals import mean_interval

SEED = 20260102


def moving(n, weight, seed=SEED):
    """A stationary autoregressive row with mean 5."""
    noise = np.random.default_rng(seed).standard_normal(n)
    noise[0] /= math.sqrt(1 - weight**2)
    row = np.empty(n)
    row[0] = noise[0]
    for t in range(1, n):
        row[t] = weight * row[t - 1] + noise[t]
    return 5 + row


def test_von_neumann_by_hand():
    # 1, 2, 3, 4: squares 5, squared steps 3, C = 1 - 3/10 = .7, sd = sqrt(2/15), z = 1.917; lag 1 = 1.25 / 5.
    found = von_neumann([1.0, 2.0, 3.0, 4.0])
    assert found.correlation == pytest.approx(0.25)
    assert found.p == pytest.approx(0.5 * math.erfc(0.7 / math.sqrt(2 / 15) / math.sqrt(2)))
    assert von_neumann([1.0, -1.0] * 10).p > 0.999  # one side only: turning back and forth does no harm
    assert von_neumann([2.0] * 10) == (0.0, 1.0)


def test_the_level_of_the_test_is_its_own():
    rows = np.random.default_rng(SEED).standard_normal((2000, 100))
    rejected = np.mean([von_neumann(row).p < 0.05 for row in rows])
    assert rejected == pytest.approx(0.05, abs=4 * math.sqrt(0.0475 / 2000))


def test_an_independent_row_has_the_interval_of_its_batches():
    row = np.random.default_rng(SEED).normal(5, 2, 3007)
    found = batch_means(row)
    assert (found.batches, found.size, found.left_out, found.independent_from) == (20, 150, 7, 1)
    assert found.interval == mean_interval(row[7:].reshape(20, 150).mean(axis=1))
    assert found.said == "20 batches of 150 observations; neighbours look independent from 1 on (von Neumann's ratio)."


def test_dependence_makes_batches_long_and_the_interval_wide():
    row = moving(20000, 0.9)
    found = batch_means(row)
    assert found.trusted
    assert 32 <= found.independent_from <= 128
    assert found.interval.low < 5 < found.interval.high
    # Ignoring it would promise an interval (1 + .9) / (1 - .9) = 19 times too small in variance.
    assert found.interval.half_width > 3 * mean_interval(row).half_width


def test_a_short_run_gets_no_interval():
    found = batch_means(moving(600, 0.95))
    assert not found.trusted
    assert math.isnan(found.interval.low)
    assert math.isnan(found.interval.half_width)
    assert "too short" in found.said


@given(st.integers(100, 400), st.sampled_from([-2.0, 0.5]), st.integers(0, 50))
def test_units_scale_the_interval(n, scale, seed):
    row = np.random.default_rng(seed).standard_normal(n)
    found, scaled = batch_means(row), batch_means(scale * row)
    assert scaled.interval.mean == pytest.approx(scale * found.interval.mean)
    assert scaled.interval.half_width == pytest.approx(abs(scale) * found.interval.half_width, nan_ok=True)
    assert scaled.independent_from == found.independent_from
    assert found.batches * found.size + found.left_out == n
    assert found.left_out < BATCHES


def test_what_cannot_be_judged_is_refused():
    with pytest.raises(InputError, match="99 observations; 100 or more"):
        batch_means(np.zeros(99))
    with pytest.raises(InputError, match="NaN"):
        batch_means([math.nan] * 200)
