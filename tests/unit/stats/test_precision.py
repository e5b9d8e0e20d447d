"""Sequential stopping: the arithmetic, the cap, and the coverage it really has."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.errors import InputError
from cxsim.stats.intervals import mean_interval, student_quantile
from cxsim.stats.precision import next_batch, reached, replications_needed, stopping_status

SEED = 1965  # published; chosen before the first run


def test_replications_needed_by_hand():
    # s = sqrt(2.5) = 1.5811; t(n-1) s / sqrt(n) <= 1: n = 12 gives 2.20099 x .45644 = 1.0046, n = 13 gives .9555
    assert replications_needed([1, 2, 3, 4, 5], 1.0) == 13
    assert replications_needed([1, 2, 3, 4, 5], 10.0) == 5
    assert replications_needed([2, 2, 2], 1e-9) == 3


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=12), st.floats(0.1, 50))
def test_replications_needed_is_the_smallest(values, wish):
    spread = np.std(values, ddof=1)
    n = replications_needed(values, wish)
    assert student_quantile(0.95, n - 1) * spread / math.sqrt(n) <= wish * (1 + 1e-9)
    if n > len(values):
        assert student_quantile(0.95, n - 2) * spread / math.sqrt(n - 1) > wish * (1 - 1e-9)


def test_reached_asks_for_a_first_batch():
    assert not reached([1.0] * 9, 0.1)
    assert reached([1.0] * 10, 0.1)
    assert not reached([0.0, 1.0] * 10, 0.1)
    assert reached([0.0, 1.0] * 10, 0.25)


def test_batches_end_at_the_width_or_at_the_cap():
    assert next_batch([], 0.1, cap=100) == 10
    assert next_batch([], 0.1, cap=4) == 4
    assert next_batch([1.0, 2.0, 3.0], 0.1, cap=100) == 7
    assert next_batch([1.0] * 10, 0.1, cap=100) == 0
    assert next_batch([0.0, 1.0] * 5, 0.01, cap=100) == 10  # never more than doubles
    assert next_batch([0.0, 1.0] * 5, 0.01, cap=12) == 2
    assert next_batch([0.0, 1.0] * 50, 0.01, cap=100) == 0
    assert next_batch([0.0, math.nan] * 10, 0.01, cap=100) == 20


def test_the_end_is_named():
    assert stopping_status([1.0] * 10, 0.1, cap=20) == "reached"
    assert stopping_status([0.0, 1.0] * 10, 0.01, cap=20) == "capped"
    assert stopping_status([0.0, 1.0] * 5, 0.01, cap=20) == "open"


@pytest.mark.parametrize("wish", [0, -1, math.nan, math.inf])
def test_a_width_that_is_no_width_is_refused(wish):
    with pytest.raises(InputError):
        reached([1.0] * 10, wish)
    with pytest.raises(InputError):
        replications_needed([1.0, 2.0], wish)


def test_a_hopeless_width_is_named():
    with pytest.raises(InputError, match="replications"):
        replications_needed([0, 1e6], 1e-6)


def test_sequential_coverage_is_a_little_below_its_level():
    repetitions, wish, cap = 1000, 0.35, 400
    stream = np.random.default_rng(SEED).normal(0, 1, (repetitions, cap))
    covered, sizes = 0, []
    for row in stream:
        n = 0
        while more := next_batch(row[:n], wish, cap):
            n += more
        interval = mean_interval(row[:n])
        assert interval.half_width <= wish
        covered += interval.low <= 0 <= interval.high
        sizes.append(n)
    # (1.96 / .35)² = 31.4 replications would do with a known spread; stopping early costs at most a few points
    assert 25 < np.mean(sizes) < 45
    assert 0.90 < covered / repetitions < 0.95 + 3 * math.sqrt(0.0475 / repetitions)
