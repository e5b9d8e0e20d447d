"""Leaving: after a failure, by hazard, and the reason that weighed most (B-24, B-37, B-38)."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.behaviour.leaving import (
    hazard_of_notice,
    probability_of_exit,
    probability_within,
    reason_of_leaving,
    spread_cost,
)
from cxsim.behaviour.registry import REGISTRY
from cxsim.model import events as ev

LEVEL = st.floats(-5.0, 5.0)
WEIGHT = st.floats(0.0, 3.0)


def default(name):
    return REGISTRY[name].default


def exits(loss, cumulative, advantage):
    return probability_of_exit(
        loss, cumulative, advantage, default("exit_base"), default("exit_by_loss"), default("exit_by_bond"),
        default("exit_by_alternative"),
    )  # fmt: skip


def test_exit_after_a_failure_worked_by_hand():
    # -3 + .8 x 3 - .8 x .5 + .3 x 1 = -.7: 1 / (1 + e^.7).
    assert exits(3.0, 0.5, 1.0) == pytest.approx(1 / (1 + math.exp(0.7)))
    assert probability_of_exit(0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0) == 0.5


def test_a_harmless_failure_loses_few_and_a_severe_one_most():
    assert exits(0.0, 0.0, 0.0) == pytest.approx(0.0474, abs=5e-5)
    assert exits(6.0, 0.0, 0.0) > 0.8


def test_extreme_odds_do_not_overflow():
    assert probability_of_exit(1e6, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0) == 1.0
    assert 0.0 <= probability_of_exit(-1e6, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0) < 1e-300


@given(st.tuples(st.floats(0, 10), LEVEL, LEVEL), st.integers(0, 2), st.floats(0, 5), st.tuples(WEIGHT, WEIGHT, WEIGHT))
def test_loss_and_rivals_drive_away_and_the_bond_holds(situation, which, more, weights):
    chance = probability_of_exit(*situation, -3.0, *weights)
    changed = list(situation)
    changed[which] += more
    then = probability_of_exit(*changed, -3.0, *weights)
    assert then <= chance if which == 1 else then >= chance
    assert 0.0 <= chance <= 1.0


def test_the_hazard_of_notice_worked_by_hand():
    # .1386 exp(-.6 x 1 + .5 x .4): satisfied by one SD, a rival .4 utils better.
    assert hazard_of_notice(0.1386, 1.0, 0.4, 0.6, 0.5) == pytest.approx(0.1386 * math.exp(-0.4))
    assert hazard_of_notice(0.1386, 0.0, 0.0, 0.6, 0.5) == 0.1386
    assert hazard_of_notice(0.0, -5.0, 5.0, 0.6, 0.5) == 0.0
    assert hazard_of_notice(1.0, -1e9, 0.0, 1.0, 1.0) == pytest.approx(math.exp(50.0))


def test_half_of_the_customers_are_lost_in_five_years():
    both = default("base_hazard") + default("involuntary_hazard")
    assert probability_within(both, 5.0) == pytest.approx(0.5, abs=5e-4)
    assert 1 - probability_within(both, 1.0) == pytest.approx(0.87055, abs=5e-5)


@given(st.floats(0.01, 2.0), LEVEL, LEVEL, LEVEL, WEIGHT, WEIGHT)
def test_satisfaction_lowers_the_hazard_and_a_rival_raises_it(base, a, b, advantage, by_s, by_a):
    low, high = sorted([a, b])
    assert hazard_of_notice(base, low, advantage, by_s, by_a) >= hazard_of_notice(base, high, advantage, by_s, by_a)
    assert hazard_of_notice(base, advantage, low, by_s, by_a) <= hazard_of_notice(base, advantage, high, by_s, by_a)


def test_the_chance_within_a_time():
    assert probability_within(math.log(2), 1.0) == pytest.approx(0.5)
    assert probability_within(0.0, 100.0) == 0.0
    assert probability_within(1e-18, 1.0) == pytest.approx(1e-18)  # not rounded away
    assert probability_within(1e9, 1.0) == 1.0


@given(st.floats(0, 5), st.floats(0, 10), st.floats(0, 10))
def test_surviving_two_spans_is_surviving_one_after_the_other(hazard, a, b):
    both = 1 - (1 - probability_within(hazard, a)) * (1 - probability_within(hazard, b))
    assert probability_within(hazard, a + b) == pytest.approx(both, abs=1e-12)


def test_the_cost_of_switching_is_a_share_of_a_years_payments():
    assert spread_cost(66.0, 55.0, 12.0) == pytest.approx(0.1)
    assert spread_cost(0.0, 55.0, 12.0) == 0.0
    assert spread_cost(20.0, 0.0, 12.0) == 0.0  # nothing has a price
    assert spread_cost(20.0, 55.0, 0.0) == 0.0


@pytest.mark.parametrize(
    ("trouble", "by_price", "by_expectation", "heard", "reason"),
    [
        (ev.REASON_WAIT, 5.0, 0.0, 3.0, ev.REASON_WAIT),  # a trouble weighs before all else
        (ev.REASON_FAILURE, 0.0, 5.0, 0.0, ev.REASON_FAILURE),
        (-1, 0.5, 0.4, 3.0, ev.REASON_PRICE),
        (-1, 0.4, 0.5, 3.0, ev.REASON_TALK),
        (-1, 0.4, 0.5, 0.0, ev.REASON_BETTER_OFFER),
        (-1, 0.4, 0.5, -2.0, ev.REASON_BETTER_OFFER),
        (-1, -0.2, -0.5, 0.0, ev.REASON_BETTER_OFFER),  # a dearer firm is not chosen for its price
        (-1, -0.2, -0.5, 1.0, ev.REASON_TALK),
    ],
)
def test_every_exit_has_one_reason(trouble, by_price, by_expectation, heard, reason):
    assert reason_of_leaving(trouble, by_price, by_expectation, heard) == reason
