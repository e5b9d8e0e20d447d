"""What an episode feels like: perceived waits, the loss by waiting, delivered quality (B-8, B-13)."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.behaviour.experience import perceived_wait, performance, wait_loss
from cxsim.behaviour.registry import REGISTRY

MINUTES = st.floats(0.0, 600.0)


def test_idle_waits_feel_longer():
    assert perceived_wait(10.0, 1.36) == pytest.approx(13.6)
    assert perceived_wait(10.0, 0.2) == pytest.approx(2.0)
    assert perceived_wait(0.0, 1.36) == 0.0


def test_the_loss_by_waiting_worked_by_hand():
    # 0.05 (10 - 1)^1.5 = 0.05 x 27.
    assert wait_loss(10.0, 1.0, 0.05) == pytest.approx(1.35)
    assert wait_loss(5.0, 1.0, 0.05) == pytest.approx(0.4)
    assert wait_loss(11.0, 1.0, 0.05) == pytest.approx(0.05 * 10**1.5)


@pytest.mark.parametrize("felt", [0.0, 0.5, 1.0])
def test_an_acceptable_wait_costs_nothing(felt):
    assert wait_loss(felt, 1.0, 0.05) == 0.0


def test_ten_minutes_too_long_cost_what_the_ledger_says():
    size, acceptable = REGISTRY["wait_loss"].default, REGISTRY["acceptable_wait"].default
    assert wait_loss(acceptable + 10.0, acceptable, size) == pytest.approx(1.58, abs=0.005)
    assert "1.6 SD" in REGISTRY["wait_loss"].source


def test_an_experience_is_quality_and_luck_less_what_was_lost():
    assert performance(0.3, 1.0, -0.5, 1.35) == pytest.approx(-1.55)
    assert performance(0.3, 0.0, 9.0, 0.0) == 0.3  # a firm without spread always delivers its quality


@given(MINUTES, MINUTES, st.floats(0.0, 60.0), st.floats(0.0, 1.0))
def test_waiting_longer_never_costs_less(a, b, acceptable, size):
    low, high = sorted([a, b])
    assert 0.0 <= wait_loss(low, acceptable, size) <= wait_loss(high, acceptable, size)


@given(st.floats(0.1, 300.0), st.floats(0.1, 300.0))
def test_the_loss_grows_faster_than_the_wait(excess, more):
    # A power above one: twice the excess costs 2^1.5 times as much, and halves of a wait cost less than the whole.
    assert wait_loss(2 * excess, 0.0, 0.05) == pytest.approx(2**1.5 * wait_loss(excess, 0.0, 0.05), rel=1e-9)
    together = wait_loss(excess + more, 0.0, 0.05)
    assert together >= wait_loss(excess, 0.0, 0.05) + wait_loss(more, 0.0, 0.05) - 1e-12


@given(MINUTES, st.floats(1.0, 2.0))
def test_no_wait_feels_shorter_than_it_is_with_nothing_to_do(minutes, inflation):
    assert perceived_wait(minutes, inflation) >= minutes


@given(st.floats(-3, 3), st.floats(0, 3), st.floats(-4, 4), st.floats(0, 5), st.floats(0, 5))
def test_what_is_lost_is_lost_in_full(quality, spread, luck, a, b):
    difference = performance(quality, spread, luck, a) - performance(quality, spread, luck, b)
    assert math.isclose(difference, b - a, abs_tol=1e-9)


def test_announced_and_off_line_waits_feel_shorter_than_silent_ones():
    silent, announced = REGISTRY["wait_inflation"].default, REGISTRY["announced_wait_inflation"].default
    off_line = REGISTRY["call_back_wait_weight"].default
    assert off_line < 1.0 < announced < silent
    assert announced == pytest.approx(1.36 / 1.2, abs=0.005)
