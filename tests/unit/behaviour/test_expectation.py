"""Learning what to expect: smoothing, Bayesian weights, growing certainty (B-4)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.behaviour.expectation import (
    deserved,
    learned,
    learned_variance,
    learning_rate,
    perceived,
    will_expectation,
)
from cxsim.behaviour.registry import REGISTRY

LEVEL = st.floats(-5.0, 5.0)
SHARE = st.floats(0.0, 1.0)


def test_the_first_encounters_weigh_as_a_bayesian_says():
    # Three encounters' worth of prior belief: the first one weighs a quarter, the second a fifth, the third a sixth.
    assert [learning_rate(0.0, 3.0, n) for n in (1.0, 2.0, 3.0)] == [1 / 4, 1 / 5, 1 / 6]
    assert learning_rate(0.0, 0.0, 1.0) == 1.0  # without a prior the first encounter is everything


def test_experience_never_weighs_less_than_the_floor():
    assert learning_rate(0.3, 3.0, 1.0) == 0.3
    assert learning_rate(0.1, 3.0, 6.0) == pytest.approx(1 / 9)
    assert learning_rate(0.1, 3.0, 8.0) == 0.1
    assert learning_rate(1.0, 3.0, 1.0) == 1.0


def test_an_expectation_moves_by_a_share_of_the_surprise():
    assert learned(0.5, -1.5, 0.3) == pytest.approx(-0.1)
    assert learned(0.5, -1.5, 0.0) == 0.5
    assert learned(0.5, -1.5, 1.0) == -1.5


def test_a_bayesian_expects_the_mean_of_the_prior_and_of_what_happened():
    # Prior 0.4 worth 3 encounters, then 1, 2 and -0.6: (3 x 0.4 + 1 + 2 - 0.6) / 6 = 0.6.
    expectation = 0.4
    for n, x in enumerate([1.0, 2.0, -0.6], start=1):
        expectation = learned(expectation, x, learning_rate(0.0, 3.0, float(n)))
    assert expectation == pytest.approx(0.6, rel=1e-12)


def test_smoothing_forgets_by_powers():
    # E_n = q + (E_0 - q)(1 - w)^n for a constant experience q.
    expectation = -1.0
    for _ in range(10):
        expectation = learned(expectation, 2.0, 0.3)
    assert expectation == pytest.approx(2.0 - 3.0 * 0.7**10, rel=1e-12)


def test_uncertainty_worked_by_hand():
    # (1 - .3) (.5 + .3 x 2^2) = .7 x 1.7.
    assert learned_variance(0.5, 2.0, 0.3) == pytest.approx(1.19)
    assert learned_variance(0.5, -2.0, 0.3) == pytest.approx(1.19)
    assert learned_variance(0.5, 2.0, 0.0) == 0.5
    assert learned_variance(0.5, 2.0, 1.0) == 0.0


def test_a_consistent_firm_becomes_a_certain_one_and_a_noisy_one_does_not():
    rng = np.random.default_rng(20260151)
    mean = variance = 0.0
    seen = []
    for x in rng.normal(size=20_000):
        variance = learned_variance(variance, x - mean, 0.1)
        mean = learned(mean, x, 0.1)
        seen.append(variance)
    # The weighted variance of independent encounters of variance 1 has mean 2 (1 - w) / (2 - w), w = .1: surprises
    # have variance 1 + w / (2 - w), and v = (1 - w) surprise^2 at rest.
    w = 0.1
    expected = (1 - w) * (1 + w / (2 - w))
    assert np.mean(seen[200:]) == pytest.approx(expected, rel=0.05)
    for _ in range(400):
        variance = learned_variance(variance, 0.0, 0.1)
    assert variance < 1e-12


@given(LEVEL, LEVEL, SHARE)
def test_an_expectation_stays_between_what_it_was_and_what_happened(before, x, weight):
    after = learned(before, x, weight)
    assert min(before, x) - 1e-12 <= after <= max(before, x) + 1e-12


@given(LEVEL, LEVEL, LEVEL, SHARE)
def test_better_experience_never_lowers_an_expectation(before, x, y, weight):
    low, high = sorted([x, y])
    assert learned(before, low, weight) <= learned(before, high, weight)


@given(st.floats(0.0, 1.0), st.floats(0.1, 20.0), st.integers(1, 1_000))
def test_weights_are_shares_and_never_grow_with_experience(floor, prior, n):
    now, later = learning_rate(floor, prior, float(n)), learning_rate(floor, prior, float(n + 1))
    assert floor <= later <= now <= 1.0


@given(st.floats(0.0, 10.0), LEVEL, SHARE)
def test_uncertainty_is_never_negative(variance, surprise, weight):
    assert learned_variance(variance, surprise, weight) >= 0.0


def test_defaults_are_those_of_the_sources():
    assert REGISTRY["expectation_learning"].default == 0.3
    assert REGISTRY["prior_encounters"].default == 3.0


def test_a_promise_weighs_half_for_a_newcomer_and_less_with_experience():
    # Own 0, promised 1, prior of 3 encounters: .5; after three .25; after nine .125.
    assert [will_expectation(0.0, 1.0, 0.5, 3.0, n) for n in (0.0, 3.0, 9.0)] == [0.5, 0.25, 0.125]
    assert will_expectation(0.4, -0.6, 0.5, 3.0, 0.0) == pytest.approx(-0.1)
    assert will_expectation(0.4, 9.0, 0.0, 3.0, 0.0) == 0.4
    assert will_expectation(0.4, 0.4, 0.5, 3.0, 1.0) == 0.4


def test_without_a_prior_experience_is_everything():
    assert will_expectation(0.0, 1.0, 0.5, 0.0, 1.0) == 0.0
    assert will_expectation(0.0, 1.0, 0.5, 0.0, 0.0) == 0.5  # nothing known at all


@given(LEVEL, LEVEL, SHARE, st.floats(0, 20), st.floats(0, 100), st.floats(0, 100))
def test_the_mix_lies_between_own_belief_and_promise_and_nears_the_own(own, promise, weight, prior, n, more):
    mixed = will_expectation(own, promise, weight, prior, n)
    assert min(own, promise) - 1e-12 <= mixed <= max(own, promise) + 1e-12
    assert abs(will_expectation(own, promise, weight, prior, n + more) - own) <= abs(mixed - own) + 1e-12


def test_what_is_thought_deserved_rises_only():
    assert deserved(0.5, 1.5, 0.1) == pytest.approx(0.6)
    assert deserved(0.5, -3.0, 0.1) == 0.5
    assert deserved(0.5, 1.5, 0.0) == 0.5
    should = 0.0
    for best in (1.0, 0.0, -2.0, 1.0):
        should = deserved(should, best, 0.5)
    assert should == pytest.approx(0.75)  # yesterday's luxury is today's minimum


def test_perceived_quality_worked_by_hand():
    # 1 + .2 x .5 - .3 x 2.
    assert perceived(1.0, 0.5, 2.0, 0.2, 0.3) == pytest.approx(0.5)
    assert perceived(1.0, 0.5, 2.0, 0.0, 0.0) == 1.0


@given(LEVEL, LEVEL, LEVEL, st.floats(0, 3))
def test_will_raises_and_should_lowers_what_is_perceived(x, will, should, more):
    plain = perceived(x, will, should, 0.2, 0.3)
    assert perceived(x, will + more, should, 0.2, 0.3) >= plain
    assert perceived(x, will, should + more, 0.2, 0.3) <= plain
