"""Paired differences, families of tests, the chance of being best."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.errors import InputError
from cxsim.stats.paired import (
    bonferroni_level,
    holm,
    paired_difference,
    probability_best,
    simultaneous_intervals,
    t_test,
    variance_reduction,
)

COVERAGE_SEED = 4_1979  # published; chosen before the first run
SLEEP_1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SLEEP_2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]


def test_students_sleep_data():
    # Student (1908): mean difference 1.58, t = 4.0621 with 9 degrees of freedom, p = .002833
    result = paired_difference(SLEEP_2, SLEEP_1)
    assert result.difference.mean == pytest.approx(1.58, abs=1e-12)
    assert result.t == pytest.approx(4.0621, abs=5e-5)
    assert result.p == pytest.approx(0.002833, abs=5e-7)
    assert result.difference.low == pytest.approx(0.7001142, abs=5e-8)
    assert result.difference.high == pytest.approx(2.4598858, abs=5e-8)


def test_the_sign_is_treated_minus_baseline():
    assert paired_difference([3, 4], [1, 1]).difference.mean == 2.5


def test_p_value_and_interval_agree():
    difference = np.array(SLEEP_2) - np.array(SLEEP_1)
    _, p = t_test(difference)
    edge = paired_difference(SLEEP_2, SLEEP_1, level=1 - p).difference
    assert edge.low == pytest.approx(0, abs=1e-9)


def test_a_null_policy_changes_nothing():
    result = paired_difference([1.1, 2.2, 3.3], [1.1, 2.2, 3.3])
    assert result.difference == (0.0, 0.0, 0.0, 0.0, 3)
    assert (result.t, result.p) == (0.0, 1.0)
    assert result.variance_reduction == math.inf


def test_the_same_gain_everywhere_is_certain():
    result = paired_difference([2, 3, 4], [1, 2, 3])
    assert (result.t, result.p, result.difference.half_width) == (math.inf, 0.0, 0.0)
    assert paired_difference([1, 2], [2, 3]).t == -math.inf


def test_one_replication_gives_no_test():
    result = paired_difference([2.0], [1.5])
    assert result.difference.mean == 0.5
    assert all(math.isnan(v) for v in (result.t, result.p, result.variance_reduction, result.difference.low))


def test_variance_reduction_by_hand():
    # var A = 4/3, var B = 1, differences (1, 0, 1) with variance 1/3
    assert variance_reduction([2, 2, 4], [1, 2, 3]) == pytest.approx(7, rel=1e-12)
    assert variance_reduction([2, 3, 1], [1, 2, 0]) == math.inf
    assert math.isnan(variance_reduction([1, 1], [2, 2]))


def test_variance_reduction_against_its_theory():
    # correlation rho of equal variances: 2 s² / (2 s² (1 - rho)) = 1 / (1 - rho) = 5
    generator = np.random.default_rng(COVERAGE_SEED)
    shared, own = generator.normal(size=100_000), generator.normal(size=(2, 100_000))
    a, b = (math.sqrt(0.8) * shared + math.sqrt(0.2) * noise for noise in own)
    assert variance_reduction(a, b) == pytest.approx(5, rel=0.03)
    assert variance_reduction(own[0], own[1]) == pytest.approx(1, rel=0.03)


def test_unequal_lengths_are_refused():
    with pytest.raises(InputError, match="lengths"):
        paired_difference([1, 2], [1, 2, 3])


def test_paired_interval_coverage_and_false_findings():
    repetitions, n, level = 2000, 10, 0.95
    generator = np.random.default_rng(COVERAGE_SEED)
    base = generator.normal(0, 5, (repetitions, n))
    treated = base + generator.normal(0.7, 1, (repetitions, n))
    results = [paired_difference(t, b, level) for t, b in zip(treated, base, strict=True)]
    covered = np.mean([r.difference.low <= 0.7 <= r.difference.high for r in results])
    assert covered == pytest.approx(level, abs=3 * math.sqrt(level * (1 - level) / repetitions))
    false = np.mean([paired_difference(t - 0.7, b).p < 0.05 for t, b in zip(treated, base, strict=True)])
    assert false == pytest.approx(0.05, abs=3 * math.sqrt(0.0475 / repetitions))


def test_holm_textbook_example():
    # sorted .005 .01 .03 .04 x 4 3 2 1 = .02 .03 .06 .04, running maximum .02 .03 .06 .06
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02], abs=1e-15)


def test_holm_ties_one_and_nan():
    assert holm([0.04]) == pytest.approx([0.04])
    assert holm([0.3, 0.3, 0.9]) == pytest.approx([0.9, 0.9, 0.9])
    assert holm([]).size == 0
    adjusted = holm([0.01, math.nan, 0.02])
    assert adjusted[[0, 2]] == pytest.approx([0.02, 0.02])
    assert math.isnan(adjusted[1])


def test_holm_refuses_what_is_no_p_value():
    with pytest.raises(InputError, match="outside 0 to 1"):
        holm([0.2, 1.2])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_never_lowers_and_keeps_the_order(p_values):
    raw, adjusted = np.array(p_values), holm(p_values)
    assert (adjusted >= raw).all()
    assert (adjusted <= 1).all()
    assert (np.diff(adjusted[np.argsort(raw, kind="stable")]) >= 0).all()
    assert (adjusted <= np.minimum(raw * raw.size, 1) + 1e-15).all()


@given(st.lists(st.floats(0, 1), min_size=2, max_size=8), st.randoms(use_true_random=False))
def test_holm_does_not_depend_on_the_order_given(p_values, shuffler):
    order = list(range(len(p_values)))
    shuffler.shuffle(order)
    assert holm(np.array(p_values)[order]) == pytest.approx(holm(p_values)[order], abs=0)


def test_bonferroni_level_and_intervals():
    assert bonferroni_level(0.95, 1) == pytest.approx(0.95, abs=1e-15)
    assert bonferroni_level(0.95, 5) == pytest.approx(0.99, abs=1e-15)
    # t(4) at .975 two-sided (m = 2 at .95): 3.495406
    wide, _ = simultaneous_intervals([[1, 2, 3, 4, 5], [0, 0, 1, 1, 3]])
    assert wide.half_width == pytest.approx(3.495405933 * math.sqrt(0.5), rel=1e-8)


def test_simultaneous_intervals_cover_together():
    repetitions, m, n = 1000, 4, 10
    noise = np.random.default_rng(COVERAGE_SEED).normal(size=(repetitions, m, n))
    together = np.mean([all(i.low <= 0 <= i.high for i in simultaneous_intervals(block)) for block in noise])
    exact = bonferroni_level(0.95, m) ** m  # independent rows
    assert together == pytest.approx(exact, abs=3 * math.sqrt(exact * (1 - exact) / repetitions))


def test_probability_best_of_a_clear_winner():
    values = np.array([[1.0, 1.1, 0.9], [5.0, 5.1, 4.9], [2.0, 2.1, 1.9]])
    assert probability_best(values, seed=1).tolist() == [0.0, 1.0, 0.0]
    assert probability_best(values, "lower", seed=1).tolist() == [1.0, 0.0, 0.0]


def test_an_exact_tie_is_shared_exactly():
    row = np.array([0.1, 0.7, 1 / 3, 0.2, 1e-3])
    assert probability_best([row, row], seed=3).tolist() == [0.5, 0.5]
    assert probability_best([row, row, row - 1], seed=3).tolist() == [0.5, 0.5, 0.0]


def test_probability_best_by_enumeration():
    # Differences of two paired policies (+1, -2): of the 4 resamples of size 2 the sums are 2, -1, -1, -4.
    share = probability_best([[1.0, 0.0], [0.0, 2.0]], resamples=40_000, seed=7)
    assert share[0] == pytest.approx(0.25, abs=4 * math.sqrt(0.1875 / 40_000))
    assert share.sum() == pytest.approx(1, abs=1e-12)


def test_pairing_is_kept():
    # A gain of .1 in every replication is certain, however much the replications vary.
    base = np.random.default_rng(COVERAGE_SEED).normal(0, 100, 30)
    assert probability_best([base, base + 0.1], seed=5).tolist() == [0.0, 1.0]


def test_probability_best_is_repeatable_and_memory_bound(monkeypatch):
    values = np.random.default_rng(COVERAGE_SEED).normal(size=(3, 12))
    first = probability_best(values, seed=11)
    assert first.tolist() == probability_best(values, seed=11).tolist()
    assert first.tolist() != probability_best(values, seed=12).tolist()
    monkeypatch.setattr("cxsim.stats.paired.RESAMPLED_VALUES_AT_ONCE", 100)
    assert probability_best(values, seed=11).tolist() == first.tolist()


def test_probability_best_refuses_and_propagates():
    with pytest.raises(InputError, match="'higher' or 'lower'"):
        probability_best([[1.0]], "most", seed=1)
    with pytest.raises(InputError, match="seed"):
        probability_best([[1.0]], seed=-1)
    assert np.isnan(probability_best([[1.0, math.nan], [1.0, 2.0]], seed=1)).all()
