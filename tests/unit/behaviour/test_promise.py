"""A dated promise: early earns little, late costs much (B-3)."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.behaviour.promise import kept_promise
from cxsim.behaviour.registry import REGISTRY

DAYS = st.floats(0.0, 60.0)
NAMES = ("promise_gain", "promise_loss", "promise_tau_gain", "promise_tau_loss", "promise_steepness", "stars_per_sd")


def judged(late_days):
    return kept_promise(late_days, *(REGISTRY[name].default for name in NAMES))


def stars(late_days):
    return 4.094 + REGISTRY["stars_per_sd"].default * judged(late_days)


def test_the_curve_worked_by_hand():
    # Gain 2, loss 3 stars, 1 star an SD: two time constants early, one late with shape 2 at half of it.
    assert kept_promise(-8.0, 2.0, 3.0, 4.0, 5.0, 2.0, 1.0) == pytest.approx(2 * (1 - math.exp(-2)))
    assert kept_promise(2.5, 2.0, 3.0, 4.0, 5.0, 2.0, 1.0) == pytest.approx(-3 * (1 - math.exp(-0.25)))
    assert kept_promise(2.5, 2.0, 3.0, 4.0, 5.0, 2.0, 1.5) == pytest.approx(-2 * (1 - math.exp(-0.25)))


def test_on_time_is_worth_nothing_either_way():
    assert judged(0.0) == 0.0
    assert judged(1e-9) == pytest.approx(0.0, abs=1e-9)


def test_the_stars_of_delivered_orders_by_days_late():
    # Means of 95,830 orders in eight bins (C21); the pattern asks for an error of at most .15 star.
    seen = {-16.9: 4.32, -7.4: 4.28, -3.4: 4.16, -0.8: 4.14, 1.1: 3.92, 3.6: 2.81, 7.4: 1.89, 22.8: 1.70}
    errors = [stars(days) - mean for days, mean in seen.items()]
    assert math.sqrt(sum(e * e for e in errors) / len(errors)) <= 0.15


def test_the_most_that_can_be_lost_is_ten_times_the_most_that_can_be_gained():
    assert judged(1e4) / judged(-1e4) == pytest.approx(-2.384 / 0.244)


def test_the_first_day_late_is_nearly_forgiven():
    assert judged(1.0) > -0.15
    assert judged(3.6) < 5 * judged(1.0)


@given(DAYS, DAYS)
def test_later_never_pleases_more(a, b):
    low, high = sorted([a, b])
    assert judged(high) <= judged(low) <= 0.0
    assert 0.0 <= judged(-low) <= judged(-high)
