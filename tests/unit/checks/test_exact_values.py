"""The formulas that only oracles use, against hand-worked numbers, other formulas and brute force."""

import math

import numpy as np
import pytest
from scipy import integrate

from cxsim.behaviour.complaint import exit_and_voice, utility_of_voice
from cxsim.behaviour.expectation import deserved, learned
from cxsim.behaviour.failure import blame, weight_of_failure
from cxsim.behaviour.leaving import utility_of_exit
from cxsim.behaviour.organisation import knowledge, remaining_share, skill
from cxsim.behaviour.recovery import APOLOGIZE, CREDIT, FIX, compensation, exit_after_answer, justice, procedure
from cxsim.behaviour.satisfaction import beyond_tolerance, satisfaction, value
from cxsim.behaviour.talk import number_told, public_rating
from cxsim.checks.answers import answer_at_once, contacts_per_matter, followed_month, worth_kept
from cxsim.checks.markets import choice_chain, contract_chain, within_a_month
from cxsim.checks.minds import deserved_after, felt, in_a_quarter, normal_mean, poisson
from cxsim.checks.organisations import FIVE_STARS, ONE_STAR, months_that_count, skills
from cxsim.checks.stories import MOST_TOLD, chances_to_hear, moved_by_talk
from cxsim.checks.troubles import answers_to_failure, bonds_after, exit_chance, kinds_of_failure, mean_over_failures
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


def test_weights_of_failures_by_hand():
    rows = kinds_of_failure()
    assert sum(chance for chance, _ in rows) == pytest.approx(1.0)
    # An employee's discourtesy: .2 of the trouble, .55 of that; 80 % as severe; blame .9, stability .3.
    assert rows[0] == pytest.approx((0.11, 0.8 * (1 + 0.5 * 0.9 + 0.5 * 0.3)))
    # What is late by design: .58 of the trouble, .35 of that; blame .95, stability .8.
    assert rows[4] == pytest.approx((0.203, 0.9 * (1 + 0.5 * 0.95 + 0.5 * 0.8)))
    assert rows[4][1] == pytest.approx(0.9 * weight_of_failure(1.0, blame(1.0, 0.9), 0.8, 0.5, 0.5))


def test_the_mean_over_failures_knows_the_mean_weight():
    # Lognormal severities have the usual severity, .5, as their mean.
    assert mean_over_failures(lambda weight: weight) == pytest.approx(0.5 * sum(c * w for c, w in kinds_of_failure()))
    assert mean_over_failures(lambda weight: 1.0) == pytest.approx(1.0)
    assert exit_chance() == pytest.approx(mean_over_failures(lambda w: answers_to_failure(w, speaks=False)[0]))


@pytest.mark.parametrize("weight", [0.1, 0.8, 3.0, 400.0])
def test_answers_to_failure_are_the_rules_of_the_model(weight):
    leaving = utility_of_exit(weight, 0.0, 0.0, 0.0, 0.0, 0.0, -1.5, 0.58, 0.4, 0.5, 1.0)
    voice = utility_of_voice(0.0, 0.3, weight, 0.0, 3.33, 0.5, 5.7, 0.2)
    exits, speaks, after = answers_to_failure(weight, speaks=True)
    assert (exits, speaks) == pytest.approx(exit_and_voice(leaving, voice))
    assert after == pytest.approx(exit_after_answer(leaving, 0.0, weight, 0.3, 2.3, 0.43))
    assert answers_to_failure(weight, speaks=False)[0] == pytest.approx(exit_and_voice(leaving, -1e9)[0])


def test_bonds_by_hand_and_against_simulation():
    # After one episode: .1 or still none; a failure cannot take what is not there.
    few = bonds_after(1e-6)
    assert few[1] == pytest.approx(0.75e-6, rel=1e-4)
    rng = np.random.default_rng(20260102)
    bond = np.zeros(100_000)
    count = rng.poisson(20.0, bond.size)
    for k in range(count.max()):
        step = np.where(rng.random(bond.size) < 0.25, -3.0, 1.0)
        bond = np.where(k < count, np.clip(bond + step, 0, 30), bond)
    # Two standard errors of the mean are about .03.
    assert bonds_after(20.0) @ np.arange(31) == pytest.approx(bond.mean(), abs=0.06)


def test_what_a_queue_leaves_of_an_answer():
    assert worth_kept(1.5, 2.0, 0.4) == pytest.approx(0.555555555556)
    assert worth_kept(0.3, 0.5, 0.4) == pytest.approx(0.333333333333)
    sojourn = integrate.quad(lambda t: 0.5 * math.exp(-0.5 * t - 0.4 * t), 0, math.inf)[0]
    assert worth_kept(1.5, 2.0, 0.4) == pytest.approx(sojourn)


def test_the_answer_at_once_is_the_rule_of_the_model():
    steps = APOLOGIZE | FIX | CREDIT
    outcome = compensation(10 / 15, 0.5, 1.5, 0.3)
    assert answer_at_once() == pytest.approx(justice(outcome, 0.4, procedure(steps, 0.7), 0.05, 0.45, 0.35, 0.15))


def test_contacts_per_matter_are_one_over_first_contact_resolution():
    assert contacts_per_matter(0.67, 1.0, 40) == pytest.approx(1.49253731343)
    assert contacts_per_matter(0.8, 1.0, 40) == pytest.approx(1.25)
    assert contacts_per_matter(0.5, 0.8, 3) == pytest.approx(1 + 0.4 + 0.16)


def test_a_followed_month_without_an_effect_is_a_month():
    assert followed_month(0.5, 50.0, 0.0, 1.0) == pytest.approx(math.exp(-0.5 / 12), rel=1e-9)
    # Without fading the ratio holds all the time; with it, it lies between.
    lasting = followed_month(0.5, 50.0, math.log(0.6), 1e9)
    assert lasting == pytest.approx(math.exp(-0.3 / 12), rel=1e-9)
    assert math.exp(-0.5 / 12) < followed_month(0.5, 50.0, math.log(0.6), 0.02) < lasting


def test_skills_follow_the_rule_of_the_model():
    stock, found = 0.0, []
    for _ in range(5):
        found.append(skill(stock))
        stock = knowledge(stock, 32.0, 1 / 12, 0.05, 1.04)
    assert skills(5, 32.0) == pytest.approx(found)
    assert skills(200, 32.0)[-1] == pytest.approx(1 - math.exp(-32 * 0.05 / 1.04), rel=1e-4)


def test_a_cause_halves_in_its_half_life():
    left = 1.0
    for _ in range(36):
        left = remaining_share(left, 60.0, 1.0, 36.0, 0.0)
    assert left == pytest.approx(0.5)


def test_the_deserved_standard_is_the_rule_of_the_model():
    expected = standard = 0.0
    for n in range(1, 8):
        expected = learned(expected, 1.0, 0.3)
        standard = deserved(standard, expected, 0.1)
        assert deserved_after(np.array([n]))[0] == pytest.approx(standard)


def test_sums_over_a_quarter():
    assert poisson(6.0).sum() == pytest.approx(1.0)
    assert in_a_quarter(np.ones(200)) == pytest.approx(6.0)
    first = np.zeros(200)
    first[0] = 1.0
    assert in_a_quarter(first) == pytest.approx(1 - math.exp(-6.0))


def test_ratings_that_count():
    assert months_that_count(0, 0.5) == 0.5
    assert months_that_count(1, 1.5) == pytest.approx(0.5 + math.exp(-0.4 / 12) + math.exp(-0.8 / 12))
    assert (public_rating(-9.0), public_rating(9.0)) == pytest.approx((ONE_STAR, FIVE_STARS))


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
