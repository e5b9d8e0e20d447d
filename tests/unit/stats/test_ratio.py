"""Ratios of means: Fieller's interval by its definition, its limits, and how often it covers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cxsim.errors import InputError
from cxsim.stats.intervals import mean_interval, student_quantile
from cxsim.stats.ratio import fieller, linearised

SEED = 20260102


def test_ends_are_where_the_difference_becomes_significant():
    # Fieller's definition: r is in the interval where mean(a - r b) is within t standard errors of 0.
    a, b = [2.0, 3.0, 5.0, 6.0], [1.0, 2.0, 2.0, 3.0]
    found = fieller(a, b).interval
    assert found.mean == 2.0
    for end in (found.low, found.high):
        beside = np.array(a) - end * np.array(b)
        reach = student_quantile(0.95, 3) * beside.std(ddof=1) / 2.0
        assert abs(beside.mean()) == pytest.approx(reach, rel=1e-12)
    assert found.low < found.mean < found.high


def test_a_constant_denominator_only_scales():
    a = [1.0, 2.0, 4.0, 9.0]
    found, plain = fieller(a, [-2.0] * 4).interval, mean_interval(a)
    assert (found.low, found.high) == pytest.approx((plain.high / -2.0, plain.low / -2.0), rel=1e-12)


def test_a_denominator_that_may_be_0_divides_nothing():
    found = fieller([1.0, 2.0, 3.0], [-1.0, 1.0, 2.0])
    assert found.g >= 1.0
    assert math.isnan(found.interval.mean)
    assert math.isnan(fieller([1.0, 2.0], [0.0, 0.0]).interval.mean)


def test_one_replication_has_a_ratio_and_no_interval():
    found = fieller([3.0], [2.0]).interval
    assert found.mean == 1.5
    assert math.isnan(found.low)


def test_a_sample_proportional_to_the_other_has_no_width():
    found = fieller([2.0, 4.0, 6.0, 9.0], [1.0, 2.0, 3.0, 4.5]).interval
    assert (found.low, found.high) == pytest.approx((2.0, 2.0), abs=1e-7)


def test_linearised_values_have_the_ratio_as_their_mean():
    a, b = [2.0, 3.0, 5.0, 6.0], [1.0, 2.0, 2.0, 3.0]
    # (a - 2 b) / 2 = 0, -0.5, 0.5, 0: around the ratio 2
    assert linearised(a, b).tolist() == [2.0, 1.5, 2.5, 2.0]


def test_intervals_cover_as_often_as_they_say():
    rng, runs, truth = np.random.default_rng(SEED), 1000, 3.0
    shared = rng.normal(size=(runs, 10))
    cost = 5.0 + shared + 0.5 * rng.normal(size=(runs, 10))
    gain = truth * 5.0 + 2.0 * shared + rng.normal(size=(runs, 10))
    covered = 0
    for a, b in zip(gain, cost, strict=True):
        found = fieller(a, b).interval
        covered += found.low <= truth <= found.high
    assert abs(covered / runs - 0.95) < 4 * math.sqrt(0.95 * 0.05 / runs)


def test_lengths_must_agree():
    with pytest.raises(InputError, match="ratio"):
        fieller([1.0, 2.0], [1.0])
