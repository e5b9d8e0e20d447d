"""Waiting in line: what an announcement does to patience, and what is announced (B-16)."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate

from cxsim.behaviour.patience import announced_patience, announced_wait

MINUTE = 60e6
PATIENCE = st.floats(1.0, 1e4 * MINUTE)
ANNOUNCED = st.floats(0.0, 120 * MINUTE)
CALM = st.floats(0.0, 1.0)
# Below a thousandth a minute the growth of the hazard is lost in rounding; 0 switches it off.
OVERDUE = st.one_of(st.just(0.0), st.floats(1e-3, 2.0))


def test_until_the_announced_moment_patience_lasts_longer():
    # ln 2 of calm halves the hazard: three minutes of patience last six, if ten were announced.
    assert announced_patience(3 * MINUTE, 10 * MINUTE, math.log(2), 0.52) == pytest.approx(6 * MINUTE)


def test_beyond_it_patience_is_used_up_faster():
    # Announced 2 min, no calm; 4 min of patience leave 2, and t + t^2 / 2 = 2 (overdue 1 a minute): t = sqrt(5) - 1.
    got = announced_patience(4 * MINUTE, 2 * MINUTE, 0.0, 1.0)
    assert got == pytest.approx((2 + math.sqrt(5) - 1) * MINUTE)


def test_both_together_worked_by_hand():
    # 10 min announced at half the hazard use up 5 of 9; the other 4 at 1 + .5 t: t + .25 t^2 = 4, t = 2 sqrt(5) - 2.
    got = announced_patience(9 * MINUTE, 10 * MINUTE, math.log(2), 0.5)
    assert got == pytest.approx((10 + 2 * math.sqrt(5) - 2) * MINUTE)


@pytest.mark.parametrize("announced", [0.0, 3 * MINUTE])
def test_an_announcement_without_effect_changes_nothing(announced):
    for patience in (1.0, 2 * MINUTE, 3 * MINUTE, 50 * MINUTE):
        assert announced_patience(patience, announced, 0.0, 0.0) == pytest.approx(patience, rel=1e-12)


def test_a_tiny_growth_is_no_growth():
    exact = announced_patience(5 * MINUTE, 2 * MINUTE, 0.2, 0.0)
    assert announced_patience(5 * MINUTE, 2 * MINUTE, 0.2, 1e-14) == pytest.approx(exact, rel=1e-9)
    assert announced_patience(5 * MINUTE, 2 * MINUTE, 0.2, 1e-9) == pytest.approx(exact, rel=1e-7)


@given(PATIENCE, ANNOUNCED, CALM, OVERDUE)
def test_the_clock_of_patience_runs_as_the_hazard_does(patience, announced, calm, overdue):
    # The drawn patience is the integral of the multiplier up to the new one.
    end = announced_patience(patience, announced, calm, overdue)
    late = max(end - announced, 0.0)
    used = math.exp(-calm) * min(end, announced) + late + overdue / MINUTE * late * late / 2
    assert used == pytest.approx(patience, rel=1e-6, abs=1e-3)  # durations are whole microseconds


@given(PATIENCE, PATIENCE, ANNOUNCED, CALM, OVERDUE)
def test_the_more_patient_stay_the_more_patient(a, b, announced, calm, overdue):
    low, high = sorted([a, b])
    short, long_ = (announced_patience(t, announced, calm, overdue) for t in (low, high))
    assert short <= long_ * (1 + 1e-12)


@given(PATIENCE, ANNOUNCED, st.tuples(CALM, CALM), st.tuples(OVERDUE, OVERDUE))
def test_calm_lengthens_and_delay_shortens(patience, announced, calms, overdues):
    def lasts(calm, overdue):
        return announced_patience(patience, announced, calm, overdue)

    slack = 1 + 1e-9, 1e-3  # a thousandth of a microsecond: durations are whole ones
    assert lasts(min(calms), overdues[0]) <= lasts(max(calms), overdues[0]) * slack[0] + slack[1]
    assert lasts(calms[0], max(overdues)) <= lasts(calms[0], min(overdues)) * slack[0] + slack[1]


def test_for_a_constant_hazard_it_is_the_hazard_that_was_published():
    # Exponential patience of rate h under h e^-calm before A and h (1 + c (t - A)) after it: survival at t is
    # exp(-integrated hazard); compared through the quantiles of the drawn patience.
    h, calm, overdue, announced = 0.3, 0.2, 0.52, 4.0

    def hazard(t):
        return h * (math.exp(-calm) if t < announced else 1 + overdue * (t - announced))

    for p in (0.1, 0.5, 0.6, 0.9, 0.99):
        drawn = -math.log(1 - p) / h
        t = announced_patience(drawn * MINUTE, announced * MINUTE, calm, overdue) / MINUTE
        spent = integrate.quad(hazard, 0, t, points=[announced] if t > announced else None)[0]
        assert 1 - math.exp(-spent) == pytest.approx(p, rel=1e-9)


def test_the_announced_wait_worked_by_hand():
    # Five ahead, and oneself; three minutes each; two agents.
    assert announced_wait(5.0, 2.0, 3 * MINUTE) == 9 * MINUTE
    assert announced_wait(0.0, 3.0, 3 * MINUTE) == 1 * MINUTE
    assert announced_wait(1.0, 0.0, 3 * MINUTE) == 6 * MINUTE  # nobody on duty yet: as if one came


@given(st.integers(0, 1_000), st.integers(0, 100), st.floats(1.0, 1e10))
def test_more_people_ahead_or_fewer_agents_never_shorten_the_announcement(ahead, agents, mean):
    now = announced_wait(float(ahead), float(agents), mean)
    assert now > 0.0
    assert announced_wait(ahead + 1.0, float(agents), mean) >= now
    assert announced_wait(float(ahead), agents + 1.0, mean) <= now


def test_random_patience_is_never_negative():
    rng = np.random.default_rng(20260152)
    for u, announced in zip(rng.exponential(3 * MINUTE, 1_000), rng.exponential(5 * MINUTE, 1_000), strict=True):
        assert announced_patience(float(u), float(announced), 0.2, 0.52) > 0.0
