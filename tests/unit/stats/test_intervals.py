"""Intervals: hand-worked numbers, published quantiles, known coverage."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from cxsim.errors import InputError
from cxsim.stats.intervals import (
    half_width,
    mean_interval,
    normal_quantile,
    nps_standard_error,
    proportion_interval,
    ratio_interval,
    standard_error,
    student_quantile,
)

COVERAGE_SEED = 20261122  # published; chosen before the first run


def test_student_quantiles_are_those_of_the_printed_table():
    assert student_quantile(0.95, 4) == pytest.approx(2.776445, abs=5e-7)
    assert student_quantile(0.90, 9) == pytest.approx(1.833113, abs=5e-7)
    assert student_quantile(0.95, 1) == pytest.approx(math.tan(0.475 * math.pi), rel=1e-9)
    assert normal_quantile(0.95) == pytest.approx(1.959964, abs=5e-7)


def test_mean_interval_by_hand():
    # mean 3, s² = (4 + 1 + 0 + 1 + 4) / 4 = 2.5, standard error sqrt(.5), t(4) = 2.776445
    interval = mean_interval([1, 2, 3, 4, 5])
    assert interval.mean == 3
    assert standard_error([1, 2, 3, 4, 5]) == pytest.approx(math.sqrt(0.5), rel=1e-12)
    assert interval.half_width == pytest.approx(2.776445105 * math.sqrt(0.5), rel=1e-9)
    assert interval.low == pytest.approx(3 - 1.963243161, abs=1e-8)
    assert interval.high == pytest.approx(3 + 1.963243161, abs=1e-8)
    assert interval.n == 5


def test_one_value_has_a_mean_and_no_interval():
    interval = mean_interval([7.0])
    assert interval.mean == 7
    assert interval.n == 1
    assert all(math.isnan(v) for v in (interval.low, interval.high, interval.half_width))


@pytest.mark.parametrize("value", [0.0, 0.1, 1 / 3, -1e9])
def test_a_constant_sample_has_an_interval_of_length_exactly_zero(value):
    interval = mean_interval([value] * 7)
    assert interval == (value, value, value, 0.0, 7)


def test_nan_is_not_dropped_silently():
    interval = mean_interval([1.0, math.nan, 3.0])
    assert math.isnan(interval.mean)
    assert math.isnan(interval.low)
    assert math.isnan(half_width([1.0, math.nan]))


@pytest.mark.parametrize(
    ("values", "level", "message"),
    [
        ([], 0.95, "at least 1 needed"),
        ([1, math.inf], 0.95, "infinite"),
        ([[1, 2]], 0.95, "dimensions"),
        (["a"], 0.95, "not numbers"),
        ([1, 2], 95, "write 0.95 for 95 %"),
        ([1, 2], 1.0, "strictly between"),
    ],
)
def test_bad_input_is_named(values, level, message):
    with pytest.raises(InputError, match=message):
        mean_interval(values, level)


def test_t_interval_covers_as_often_as_it_says():
    repetitions, n, level = 2000, 8, 0.9
    samples = np.random.default_rng(COVERAGE_SEED).normal(5, 2, (repetitions, n))
    covered = sum(interval.low <= 5 <= interval.high for interval in (mean_interval(row, level) for row in samples))
    tolerance = 3 * math.sqrt(level * (1 - level) / repetitions)
    assert covered / repetitions == pytest.approx(level, abs=tolerance)


def test_wilson_by_hand():
    # 8 of 10, z² = 3.841459: centre (.8 + .19207295) / 1.3841459, half 1.959964 sqrt(.016 + .0096036) / 1.3841459
    interval = proportion_interval(8, 10)
    assert interval.mean == 0.8
    assert interval.low == pytest.approx(0.490162, abs=5e-7)
    assert interval.high == pytest.approx(0.943318, abs=5e-7)


def test_wilson_bounds_solve_the_score_equation():
    # Wilson's limits are the shares p at which |hits/n - p| = z sqrt(p (1 - p) / n).
    for hits in (1, 30, 59):
        interval = proportion_interval(hits, 60, 0.9)
        for p in (interval.low, interval.high):
            assert abs(hits / 60 - p) == pytest.approx(normal_quantile(0.9) * math.sqrt(p * (1 - p) / 60), rel=1e-9)


def test_wilson_at_the_ends_and_without_trials():
    nobody, everybody = proportion_interval(0, 20), proportion_interval(20, 20)
    assert nobody.low == 0.0
    assert everybody.high == 1.0
    assert nobody.high == pytest.approx(1 - everybody.low, rel=1e-12)
    assert math.isnan(proportion_interval(0, 0).mean)


@pytest.mark.parametrize(("hits", "n"), [(3, 2), (-1, 2), (0.5, 2), (1, math.nan)])
def test_impossible_counts_are_refused(hits, n):
    with pytest.raises(InputError):
        proportion_interval(hits, n)


def test_wilson_coverage_is_exact_to_the_binomial():
    # Known answer without drawing anything: coverage is a binomial sum; Wilson's stays near its level.
    n, p = 40, 0.1
    hits = np.arange(n + 1)
    chances = (
        np.exp(special.gammaln(n + 1) - special.gammaln(hits + 1) - special.gammaln(n - hits + 1))
        * p**hits
        * (1 - p) ** (n - hits)
    )
    intervals = [proportion_interval(int(h), n) for h in hits]
    covered = sum(c for c, i in zip(chances, intervals, strict=True) if i.low <= p <= i.high)
    assert 0.93 < covered < 0.97


def test_ratio_by_hand():
    # r = 12/6 = 2; residuals y - 2x = (-1, 0, 1); s = 1; half-width t(2) / (sqrt(3) x 2)
    interval = ratio_interval([1, 4, 7], [1, 2, 3])
    assert interval.mean == 2
    assert interval.half_width == pytest.approx(4.302652730 / (math.sqrt(3) * 2), rel=1e-9)


def test_ratio_of_proportional_totals_is_exact():
    interval = ratio_interval([2, 4, 6], [1, 2, 3])
    assert (interval.mean, interval.half_width) == (2, 0)


def test_ratio_without_any_denominator_is_nan():
    assert math.isnan(ratio_interval([0, 0], [0, 0]).mean)


def test_ratio_coverage():
    repetitions, n, level = 2000, 20, 0.95
    generator = np.random.default_rng(COVERAGE_SEED)
    x = generator.gamma(20, 5, (repetitions, n))
    y = 3 * x + generator.normal(0, 10, (repetitions, n))
    intervals = [ratio_interval(a, b, level) for a, b in zip(y, x, strict=True)]
    covered = np.mean([i.low <= 3 <= i.high for i in intervals])
    # the delta method is asymptotic: allow two points below on top of the binomial error
    assert (
        level - 0.02 - 3 * math.sqrt(level * 0.05 / repetitions) < covered < level + 3 * math.sqrt(0.0475 / repetitions)
    )


def test_nps_standard_error_by_hand():
    # .5 + .2 - .3² = .61; sqrt(.61 / 100)
    assert nps_standard_error(0.5, 0.2, 100) == pytest.approx(0.0781024968, abs=1e-10)
    answers = np.repeat([1.0, 0.0, -1.0], [50, 30, 20])
    assert nps_standard_error(0.5, 0.2, 100) == pytest.approx(answers.std() / 10, rel=1e-12)
    assert nps_standard_error(1, 0, 5) == 0


@pytest.mark.parametrize("arguments", [(0.7, 0.5, 10), (0.5, 0.2, 0), (-0.1, 0.2, 10), (50, 20, 100)])
def test_impossible_nps_is_refused(arguments):
    with pytest.raises(InputError):
        nps_standard_error(*arguments)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=20), st.floats(-1e6, 1e6))
def test_interval_moves_with_the_values(values, shift):
    here, there = mean_interval(values), mean_interval(np.array(values) + shift)
    assert there.mean == pytest.approx(here.mean + shift, abs=1e-6)
    assert there.half_width == pytest.approx(here.half_width, rel=1e-6, abs=1e-6)


@given(st.integers(1, 500), st.data(), st.floats(0.5, 0.999))
def test_wilson_contains_the_share_and_stays_a_share(n, data, level):
    interval = proportion_interval(data.draw(st.integers(0, n)), n, level)
    assert 0 <= interval.low <= interval.mean <= interval.high <= 1
