"""Word of mouth: who talks, to how many, and how far it moves a listener (B-39, B-40)."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.behaviour.registry import REGISTRY
from cxsim.behaviour.talk import number_told, probability_of_talk, told_expectation
from cxsim.model.events import MAX_TOLD

LEVEL = st.floats(-5.0, 5.0)


def default(name):
    return REGISTRY[name].default


def talks(satisfaction):
    return probability_of_talk(satisfaction, default("talk_base"), default("talk_by_gain"), default("talk_by_loss"))


def test_the_asymmetric_u_worked_by_hand():
    assert talks(0.0) == 0.02
    assert talks(2.0) == pytest.approx(0.02 + 0.04 * 4)
    assert talks(-2.0) == pytest.approx(0.02 + 0.06 * 4)
    assert talks(-9.0) == 1.0


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
