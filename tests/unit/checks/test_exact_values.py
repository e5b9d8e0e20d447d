"""The formulas that only oracles use, against hand-worked numbers, other formulas and brute force."""

import math

import numpy as np
import pytest
from scipy import integrate

from cxsim.behaviour.leaving import probability_of_exit
from cxsim.behaviour.satisfaction import beyond_tolerance, satisfaction, value
from cxsim.behaviour.talk import number_told
from cxsim.checks.markets import choice_chain, contract_chain, exit_chance, within_a_month
from cxsim.checks.minds import MOST_TOLD, chances_to_hear, felt, moved_by_talk, normal_mean
from cxsim.checks.visitors import rush_hour_means
from cxsim.model.events import MAX_TOLD
from cxsim.stats.customers import logit_inertia_transition


def test_rush_hours_follow_their_differential_equation():
    rates, piece, stay = (6.0, 60.0, 120.0, 30.0), 6.0, 2.0
    level = 0.0
    for _ in range(3):  # three days reach the periodic state to 1e-15
        levels = []
        for rate in rates:
            found = integrate.solve_ivp(
                lambda _, y, r=rate: [r - y[0] / stay, y[0]], (0.0, piece), [level, 0.0], rtol=1e-11, atol=1e-11
            )
            level = float(found.y[0, -1])
            levels.append(float(found.y[1, -1]) / piece)
    assert rush_hour_means(rates, piece, stay) == pytest.approx(levels, rel=1e-8)


def test_equal_rates_give_rate_times_stay():
    assert rush_hour_means([5.0, 5.0], 3.0, 2.0) == pytest.approx([10.0, 10.0])


def test_choice_with_everybody_considered_is_the_logit_chain():
    chain = choice_chain((0.5, 0.0, -0.5), 1.0, 1.0)
    assert chain == pytest.approx(logit_inertia_transition((0.5, 0.0, -0.5), 1.0))


def test_choice_with_two_firms_by_hand():
    # The rival is seen half of the time and then taken with chance 1 / (1 + e).
    away = 0.5 / (1 + math.e)
    assert choice_chain((0.0, 0.0), 1.0, 0.5) == pytest.approx(np.array([[1 - away, away], [away, 1 - away]]))


def test_choice_without_awareness_never_moves():
    assert choice_chain((0.5, 0.0, -0.5), 1.0, 0.0) == pytest.approx(np.eye(3))


def test_contracts_move_by_price():
    chain = contract_chain(0.6, 0.5, (-0.5, 0.5))
    assert chain[0, 1] == pytest.approx(1 - math.exp(-0.6 * math.exp(0.5) / 12))
    assert chain[1, 0] == pytest.approx(1 - math.exp(-0.6 * math.exp(-0.5) / 12))
    assert chain.sum(axis=1) == pytest.approx([1.0, 1.0])
    assert (1 - within_a_month(0.25)) ** 12 == pytest.approx(math.exp(-0.25))


def test_felt_satisfaction_is_the_rule_of_the_model():
    for x in (-2.0, -0.6, -0.2, 0.0, 0.4, 0.9, 2.5):
        gain = value(beyond_tolerance(x, 1.0), 2.25, 0.88)
        assert felt(x) == pytest.approx(satisfaction(0.0, x, gain, 0.1, 0.3), abs=1e-12)


def test_exit_chance_is_the_rule_of_the_model():
    gain = value(beyond_tolerance(-1.5, 1.0), 2.25, 0.88)
    loss = -satisfaction(0.0, -1.5, gain, 0.1, 0.3)
    assert exit_chance() == pytest.approx(probability_of_exit(loss, 0.0, 0.0, -3.0, 0.8, 0.0, 0.0))


def test_normal_mean_knows_moments_and_jumps():
    assert normal_mean(lambda x: x * x, 0.3, 2.0) == pytest.approx(0.09 + 4.0)
    assert normal_mean(lambda x: 1.0 if x >= 0.5 else 0.0, 0.5, 1.0, (0.5,)) == pytest.approx(0.5)


@pytest.mark.parametrize("mean", [4.5, 9.5, 20.0])
def test_a_friend_among_four_hears_with_the_chance_that_is_assumed(mean):
    assert MOST_TOLD == MAX_TOLD
    first, other = np.array([0, 4, 5, 6, 7, 8]), np.array([1, 2, 3, 4, 0, 0, 0, 0], np.int32)
    u = (np.arange(200_000) + 0.5) / 200_000
    missed = np.mean([0.75 ** number_told(x, mean, MAX_TOLD) for x in u])
    pairs, chance = chances_to_hear(first, other, mean)
    assert chance[pairs[1] == 0] == pytest.approx([1 - missed] * 4, rel=1e-4)


def test_talk_between_two_people_by_hand():
    first, other = np.array([0, 1, 2]), np.array([1, 0], np.int32)
    # Each talk reaches the only friend once, unless nobody is told, which has the chance e^-2.
    kept = math.exp(-0.5 * 0.1 * (1 - math.exp(-2.0)))
    assert moved_by_talk(first, other, 0.5, 0.1, 2.0) == pytest.approx([1 - kept, 1 - kept], rel=1e-9)


def test_talk_on_a_star_with_a_double_tie_against_simulation():
    # Person 0 has two ties to 1 and one to 2.
    first, other = np.array([0, 3, 5, 6]), np.array([1, 1, 2, 0, 0, 0], np.int32)
    rng = np.random.default_rng(20260101)
    runs, moved = 40_000, np.zeros(3)
    for _ in range(runs):
        gap = np.ones(3)
        for teller in range(3):
            for _ in range(rng.poisson(0.8)):
                ties = other[first[teller] : first[teller + 1]]
                for listener in np.unique(rng.choice(ties, min(rng.poisson(2.0), MOST_TOLD))):
                    gap[listener] *= 0.7
        moved += 1 - gap
    # One standard error of the mean is below .0018.
    assert moved_by_talk(first, other, 0.8, 0.3, 2.0) == pytest.approx(moved / runs, abs=0.007)
