"""Experience against expectation: tolerance, asymmetric value, satisfaction and its memory (B-1 to B-3, B-7)."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.behaviour.registry import REGISTRY
from cxsim.behaviour.satisfaction import (
    BAD,
    EXCELLENT,
    GOOD,
    NEUTRAL,
    beyond_tolerance,
    cumulative,
    grade,
    satisfaction,
    spent,
    staked,
    value,
    zone_width,
)

LEVEL = st.floats(-5.0, 5.0)
WIDTH = st.floats(0.0, 3.0)
AVERSION = st.floats(1.0, 6.0)
EXPONENT = st.floats(0.3, 1.0)


@pytest.mark.parametrize(
    ("deviation", "beyond"),
    [(0.0, 0.0), (0.5, 0.0), (-0.5, 0.0), (0.75, 0.25), (-0.75, -0.25), (2.0, 1.5), (-2.0, -1.5)],
)
def test_inside_the_zone_nothing_is_noticed(deviation, beyond):
    assert beyond_tolerance(deviation, 1.0) == pytest.approx(beyond)


def test_without_a_zone_everything_counts():
    assert [beyond_tolerance(d, 0.0) for d in (-0.3, 0.0, 0.3)] == [-0.3, 0.0, 0.3]


def test_the_value_of_gains_and_losses_as_published():
    # Tversky and Kahneman (1992): 1 gained is worth 1, 1 lost hurts 2.25 times; 2^.88 = 1.8404.
    assert value(1.0, 2.25, 0.88) == pytest.approx(1.0)
    assert value(-1.0, 2.25, 0.88) == pytest.approx(-2.25)
    assert value(2.0, 2.25, 0.88) == pytest.approx(1.8404, abs=5e-5)
    assert value(-2.0, 2.25, 0.88) == pytest.approx(-4.1408, abs=5e-5)
    assert value(0.0, 2.25, 0.88) == 0.0


def test_linear_and_symmetric_value_is_the_deviation_itself():
    assert [value(d, 1.0, 1.0) for d in (-1.7, 0.0, 0.4)] == [-1.7, 0.0, 0.4]
    assert value(-1.7, 2.0, 1.0) == -3.4


def test_transaction_satisfaction_worked_by_hand():
    # Expected 0.5, delivered -1.5: two SD below, 1.5 beyond the zone of width 1; 2.25 x 1.5^.88 = 3.2147.
    gain = value(beyond_tolerance(-2.0, 1.0), 2.25, 0.88)
    assert gain == pytest.approx(-3.2147, abs=5e-5)
    assert satisfaction(0.5, -1.5, gain, 0.1, 0.3) == pytest.approx(0.05 - 0.45 - 3.2147, abs=5e-5)


def test_cumulative_satisfaction_keeps_its_share():
    assert cumulative(1.0, -2.0, 0.7) == pytest.approx(0.1)
    assert cumulative(1.0, -2.0, 0.0) == -2.0
    # A constant S is approached by powers: S + (C - S) w^n.
    c = 1.0
    for _ in range(12):
        c = cumulative(c, -2.0, 0.7)
    assert c == pytest.approx(-2.0 + 3.0 * 0.7**12, rel=1e-12)


@pytest.mark.parametrize(
    ("beyond", "expected"), [(-1e-9, BAD), (0.0, NEUTRAL), (1e-9, GOOD), (1.0, GOOD), (1.0 + 1e-9, EXCELLENT)]
)
def test_grades(beyond, expected):
    assert grade(beyond, 1.0) == expected


@given(LEVEL, LEVEL, WIDTH)
def test_tolerance_keeps_the_order_and_the_sign(a, b, width):
    low, high = sorted([a, b])
    assert beyond_tolerance(low, width) <= beyond_tolerance(high, width)
    assert abs(beyond_tolerance(a, width)) <= abs(a)
    assert beyond_tolerance(-a, width) == -beyond_tolerance(a, width)


@given(LEVEL, LEVEL, AVERSION, EXPONENT)
def test_value_rises_with_the_deviation(a, b, aversion, exponent):
    low, high = sorted([a, b])
    assert value(low, aversion, exponent) <= value(high, aversion, exponent)


@given(st.floats(1e-6, 5.0), AVERSION, EXPONENT)
def test_losses_weigh_more_than_equal_gains_by_the_aversion(size, aversion, exponent):
    assert -value(-size, aversion, exponent) == pytest.approx(aversion * value(size, aversion, exponent), rel=1e-12)


@given(st.floats(0.01, 5.0), st.floats(0.01, 5.0), AVERSION, st.floats(0.3, 0.99))
def test_each_further_step_counts_less(a, b, aversion, exponent):
    assert value(a + b, aversion, exponent) <= value(a, aversion, exponent) + value(b, aversion, exponent) + 1e-12
    assert value(-a - b, aversion, exponent) >= value(-a, aversion, exponent) + value(-b, aversion, exponent) - 1e-12


@given(LEVEL, LEVEL, st.floats(0.0, 0.99))
def test_memory_stays_between_before_and_now(before, now, memory):
    after = cumulative(before, now, memory)
    assert min(before, now) - 1e-12 <= after <= max(before, now) + 1e-12


@given(LEVEL, LEVEL, LEVEL, st.floats(0, 0.5), st.floats(0, 1))
def test_better_delivery_never_lowers_satisfaction(expectation, x, y, by_e, by_x):
    low, high = sorted([x, y])

    def judged(performance):
        gain = value(beyond_tolerance(performance - expectation, 1.0), 2.25, 0.88)
        return satisfaction(expectation, performance, gain, by_e, by_x)

    assert judged(low) <= judged(high) + 1e-12


def test_a_met_promise_is_worth_about_as_much_as_a_beaten_one():
    # Inside the zone and half an SD above it differ less than half an SD below it costs.
    kept, beaten, broken = (value(beyond_tolerance(d, 1.0), 2.25, 0.88) for d in (0.0, 1.0, -1.0))
    assert beaten - kept < kept - broken


def test_defaults_are_those_of_the_sources():
    expected = {"tolerance_width": 1.0, "loss_aversion": 2.25, "sensitivity": 0.88, "satisfaction_memory": 0.7}
    assert {name: REGISTRY[name].default for name in expected} == expected


def test_the_width_of_the_zone_worked_by_hand():
    # exp(-.1 x 3 - .2 x 1 + .1 x 2) = e^-.3.
    assert zone_width(1.0, 3.0, 1.0, 2.0, 0.1, 0.2, 0.1) == pytest.approx(math.exp(-0.3))
    assert zone_width(0.8, 0.0, 0.0, 0.0, 0.1, 0.2, 0.1) == 0.8
    assert zone_width(0.8, 5.0, 5.0, 3.0, 0.0, 0.0, 0.0) == 0.8
    assert zone_width(0.0, 0.0, 0.0, 3.0, 0.1, 0.2, 0.1) == 0.0


def test_the_zone_stays_between_nothing_and_three_times_the_usual():
    assert zone_width(1.0, 0.0, 0.0, 3.0, 0.1, 0.2, 9.0) == 3.0
    assert zone_width(0.5, 0.0, 0.0, 1e6, 0.1, 0.2, 1.0) == 1.5
    assert zone_width(1.0, 1e6, 0.0, 0.0, 0.1, 0.2, 0.1) == 0.0


@given(st.floats(0, 9), st.floats(0, 9), st.floats(0, 3), st.floats(0, 3))
def test_rivals_and_failures_narrow_the_zone_and_the_bond_widens_it(rivals, scars, bond, more):
    by = (0.1, 0.2, 0.1)
    plain = zone_width(1.0, rivals, scars, bond, *by)
    assert zone_width(1.0, rivals + more, scars, bond, *by) <= plain
    assert zone_width(1.0, rivals, scars + more, bond, *by) <= plain
    assert zone_width(1.0, rivals, scars, bond + more, *by) >= plain


def test_an_occasion_that_matters_doubles_losses_and_lifts_gains_by_the_root():
    assert staked(-0.6, 2.0) == pytest.approx(-1.2)
    assert staked(0.6, 4.0) == pytest.approx(1.2)
    assert [staked(g, 1.0) for g in (-0.6, 0.0, 0.6)] == [-0.6, 0.0, 0.6]
    assert staked(0.0, 2.0) == 0.0


def test_what_is_spent_follows_satisfaction_within_bounds():
    assert spent(1.0, 0.15) == pytest.approx(1.15)
    assert spent(-2.0, 0.15) == pytest.approx(0.7)
    assert spent(-2.0, 0.0) == 1.0
    assert spent(9.0, 0.15) == 1.5
    assert spent(-9.0, 0.15) == 0.0
