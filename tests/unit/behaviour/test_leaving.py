"""Leaving: after a failure, by hazard, and the reason that weighed most (B-24, B-37, B-38)."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.behaviour.leaving import (
    hazard_of_notice,
    probability_within,
    reason_of_leaving,
    spread_cost,
    utility_of_exit,
)
from cxsim.behaviour.registry import REGISTRY
from cxsim.model import events as ev

LEVEL = st.floats(-5.0, 5.0)
WEIGHT = st.floats(0.0, 3.0)


def default(name):
    return REGISTRY[name].default


def test_the_utility_of_leaving_worked_by_hand():
    # .1 + .6 x 2 - .4 x .5 - .5 x 1 + 1 x .3 - .2 - 2.5.
    assert utility_of_exit(2.0, 0.5, 1.0, 0.3, -0.2, 2.5, 0.1, 0.6, 0.4, 0.5, 1.0) == pytest.approx(-1.8)
    assert utility_of_exit(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.1, 0.6, 0.4, 0.5, 1.0) == 0.1


@given(st.tuples(st.floats(0, 5), LEVEL, st.floats(0, 3), LEVEL, LEVEL, WEIGHT), st.integers(0, 5), st.floats(0, 3))
def test_what_drives_and_what_holds_after_a_failure(situation, which, more):
    weights = (0.086, 0.58, 0.4, 0.5, 1.0)
    changed = list(situation)
    changed[which] += more
    grown = utility_of_exit(*changed, *weights) - utility_of_exit(*situation, *weights)
    holds = which in {1, 2, 5}  # satisfaction, bond, contract
    assert grown <= 1e-12 if holds else grown >= -1e-12


def test_a_contract_holds_most_of_those_who_would_go():
    weights = [default(f"exit_{name}") for name in ("base", "by_loss", "by_satisfaction", "by_bond", "by_alternative")]
    free, bound = (
        1 / (1 + math.exp(-utility_of_exit(1.5, 0.0, 0.0, 0.0, 0.0, hold, *weights)))
        for hold in (0.0, default("contract_hold"))
    )
    assert 0.65 <= free <= 0.80
    assert 0.15 <= bound <= 0.35


def test_the_hazard_of_notice_worked_by_hand():
    # .1386 exp(-.6 x 1 + .5 x .4): satisfied by one SD, a rival .4 utils better.
    assert hazard_of_notice(0.1386, 1.0, 0.4, 0.0, 0.6, 0.5) == pytest.approx(0.1386 * math.exp(-0.4))
    assert hazard_of_notice(0.1386, 1.0, 0.4, -0.5, 0.6, 0.5) == pytest.approx(0.1386 * math.exp(-0.9))
    assert hazard_of_notice(0.1386, 0.0, 0.0, 0.0, 0.6, 0.5) == 0.1386
    assert hazard_of_notice(0.0, -5.0, 5.0, 0.0, 0.6, 0.5) == 0.0
    assert hazard_of_notice(1.0, -1e9, 0.0, 0.0, 1.0, 1.0) == pytest.approx(math.exp(50.0))


def test_half_of_the_customers_are_lost_in_five_years():
    both = default("base_hazard") + default("involuntary_hazard")
    assert probability_within(both, 5.0) == pytest.approx(0.5, abs=5e-4)
    assert 1 - probability_within(both, 1.0) == pytest.approx(0.87055, abs=5e-5)


@given(st.floats(0.01, 2.0), LEVEL, LEVEL, LEVEL, WEIGHT, WEIGHT)
def test_satisfaction_lowers_the_hazard_and_a_rival_raises_it(base, a, b, advantage, by_s, by_a):
    low, high = sorted([a, b])
    other = advantage

    def hazard(cumulative, advantage, care):
        return hazard_of_notice(base, cumulative, advantage, care, by_s, by_a)

    assert hazard(low, other, 0.0) >= hazard(high, other, 0.0)
    assert hazard(other, low, 0.0) <= hazard(other, high, 0.0)
    assert hazard(other, other, low) <= hazard(other, other, high)


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
    ("trouble", "by_price", "by_expectation", "heard", "care", "reason"),
    [
        (ev.REASON_WAIT, 5.0, 0.0, 3.0, 0.0, ev.REASON_WAIT),  # a trouble weighs before all else
        (ev.REASON_FAILURE, 0.0, 5.0, 0.0, 0.0, ev.REASON_FAILURE),
        (-1, 0.5, 0.4, 3.0, 0.0, ev.REASON_PRICE),
        (-1, 0.4, 0.5, 3.0, 0.0, ev.REASON_TALK),
        (-1, 0.4, 0.5, 0.0, 0.0, ev.REASON_BETTER_OFFER),
        (-1, 0.4, 0.5, -2.0, 0.0, ev.REASON_BETTER_OFFER),
        (-1, -0.2, -0.5, 0.0, 0.0, ev.REASON_BETTER_OFFER),  # a dearer firm is not chosen for its price
        (-1, -0.2, -0.5, 1.0, 0.0, ev.REASON_TALK),
        (-1, 0.1, 0.0, 0.0, 0.2, ev.REASON_FAILURE),  # being asked recalled what had gone wrong
        (-1, 0.3, 0.0, 0.0, 0.2, ev.REASON_PRICE),
        (-1, 0.0, 0.3, 0.0, 0.2, ev.REASON_BETTER_OFFER),
        (-1, 0.0, 0.3, 0.0, -0.5, ev.REASON_BETTER_OFFER),  # what holds is no reason to go
        (ev.REASON_WAIT, 0.0, 0.0, 0.0, 0.2, ev.REASON_WAIT),
    ],
)
def test_every_exit_has_one_reason(trouble, by_price, by_expectation, heard, care, reason):
    assert reason_of_leaving(trouble, by_price, by_expectation, heard, care) == reason
