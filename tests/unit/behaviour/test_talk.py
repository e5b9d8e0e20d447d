"""Word of mouth: who talks, to how many, and how far it moves a listener (B-39, B-40)."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.behaviour.registry import REGISTRY
from cxsim.behaviour.satisfaction import beyond_tolerance, satisfaction, value
from cxsim.behaviour.talk import number_told, probability_of_talk, told_expectation
from cxsim.model.events import MAX_TOLD

LEVEL = st.floats(-5.0, 5.0)


def default(name):
    return REGISTRY[name].default


def talks(satisfaction):
    return probability_of_talk(satisfaction, default("talk_base"), default("talk_by_gain"), default("talk_by_loss"))


def test_the_asymmetric_u_worked_by_hand():
    assert probability_of_talk(0.0, 0.02, 0.04, 0.06) == 0.02
    assert probability_of_talk(2.0, 0.02, 0.04, 0.06) == pytest.approx(0.02 + 0.04 * 4)
    assert probability_of_talk(-2.0, 0.02, 0.04, 0.06) == pytest.approx(0.02 + 0.06 * 4)
    assert probability_of_talk(-9.0, 0.02, 0.04, 0.06) == 1.0


@given(st.floats(0, 5), st.floats(0, 5))
def test_the_further_from_indifferent_the_more_is_said(a, b):
    low, high = sorted([a, b])
    assert talks(low) <= talks(high)
    assert talks(-low) <= talks(-high)
    assert talks(high) <= talks(-high)  # bad stories are told more readily
    assert 0.0 <= talks(-high) <= 1.0


def poisson(mean, k):
    return math.exp(-mean) * mean**k / math.factorial(k)


@pytest.mark.parametrize("mean", [0.5, 4.5, 9.5])
def test_the_number_of_listeners_is_the_inverse_of_the_poisson_law(mean):
    below = 0.0
    for k in range(30):
        above = below + poisson(mean, k)
        if above - below < 1e-9:
            break
        # Just inside the slice of k at both ends.
        assert number_told(below + 1e-10, mean, 99) == k
        assert number_told(above - 1e-10, mean, 99) == k
        below = above


@pytest.mark.parametrize(("mean", "case"), [(4.5, 0), (9.5, 1)])
def test_the_number_of_listeners_has_the_mean_of_the_surveys(mean, case):
    n = 40_000
    u = np.random.default_rng(20260161 + case).random(n)
    told = np.array([number_told(x, mean, MAX_TOLD) for x in u])
    # Cutting at 24 takes less than a thousandth of a listener away.
    assert abs(told.mean() - mean) < 4 * math.sqrt(mean / n) + 1e-3
    assert told.var() == pytest.approx(mean, rel=4 * math.sqrt((1 / mean + 2) / n) + 1e-3)


def test_nobody_tells_more_than_the_most():
    assert number_told(1 - 1e-16, 9.5, 24) == 24
    assert number_told(0.5, 1e3, 24) == 24  # e^-1000 underflows nothing
    assert number_told(0.5, 0.0, 24) == 0
    assert number_told(0.999999, 0.0, 24) == 0


@given(st.floats(1e-9, 1 - 1e-9), st.floats(1e-9, 1 - 1e-9), st.floats(0, 20), st.floats(0, 20))
def test_more_luck_or_a_higher_mean_never_means_fewer_listeners(u, v, mean, higher):
    low, high = sorted([u, v])
    assert number_told(low, mean, MAX_TOLD) <= number_told(high, mean, MAX_TOLD)
    few, many = sorted([mean, higher])
    assert number_told(u, few, MAX_TOLD) <= number_told(u, many, MAX_TOLD)


def test_a_story_moves_the_listener_by_a_share_of_the_gap():
    assert told_expectation(0.5, -1.5, 0.15) == pytest.approx(0.2)
    assert told_expectation(0.5, -1.5, 0.0) == 0.5
    assert told_expectation(0.5, -1.5, 1.0) == -1.5


@given(LEVEL, LEVEL, st.floats(0, 1))
def test_a_listener_stays_between_his_own_belief_and_the_story(belief, story, effect):
    after = told_expectation(belief, story, effect)
    assert min(belief, story) - 1e-12 <= after <= max(belief, story) + 1e-12


def test_defaults_are_those_of_the_sources():
    assert default("told_if_satisfied") == 4.5
    assert default("told_if_dissatisfied") == 9.5
    assert default("talk_by_loss") / default("talk_by_gain") == pytest.approx(1.5)


def told_of(spread, base, by_gain, by_loss):
    """Chances of a good, of a bad story and of one with a satisfaction below 0, where deliveries are as expected.

    Expected 0, delivered normal with this spread, nothing fails; as `satisfaction` with the default zone and values.
    The default sizes of talk were set by this arithmetic: the tests hold them to it, they are no evidence for it.
    """
    sizes = [default(name) for name in ("tolerance_width", "loss_aversion", "sensitivity")]
    by_x = default("satisfaction_from_performance")
    good = bad = displeased = 0.0
    for z in np.linspace(-5.0, 5.0, 2001):
        beyond = beyond_tolerance(spread * z, sizes[0])
        felt = satisfaction(0.0, spread * z, value(beyond, sizes[1], sizes[2]), 0.0, by_x)
        told = math.exp(-0.5 * z * z) * probability_of_talk(felt, base, by_gain, by_loss)
        good += told if beyond >= 0.0 else 0.0
        bad += told if beyond < 0.0 else 0.0
        displeased += told if felt < 0.0 else 0.0
    return good, bad, displeased / (good + bad)


@pytest.mark.parametrize("spread", [0.55, 0.6, 0.7])
def test_about_three_good_stories_are_told_in_private_for_a_bad_one(spread):
    good, bad, _ = told_of(spread, *(default(f"talk_{name}") for name in ("base", "by_gain", "by_loss")))
    assert 2.0 <= good / bad <= 4.5


@pytest.mark.parametrize("spread", [0.55, 0.7, 1.0])
def test_in_public_the_displeased_prevail(spread):
    assert 0.5 <= told_of(spread, *(default(f"public_{name}") for name in ("base", "by_gain", "by_loss")))[2] <= 0.75
