"""Skill by training, causes removed by fixing (B-50, B-52)."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.behaviour import failure as f
from cxsim.behaviour import organisation as o
from cxsim.behaviour.registry import REGISTRY
from cxsim.model.events import N_MODES

SHARE = st.floats(0.0, 1.0)
YEARS = st.floats(0.0, 10.0)


def default(name):
    return REGISTRY[name].default


def test_knowledge_worked_by_hand():
    # 20 hours a year, .05 each, one lost a year: toward 1 with time constant a year.
    assert o.knowledge(0.0, 20.0, 1.0, 0.05, 1.0) == pytest.approx(1 - math.exp(-1))
    assert o.knowledge(2.0, 0.0, 0.5, 0.05, 1.0) == pytest.approx(2 * math.exp(-0.5))
    assert o.knowledge(1.0, 20.0, 7.0, 0.05, 1.0) == pytest.approx(1.0)
    assert o.knowledge(0.5, 20.0, 2.0, 0.05, 0.0) == pytest.approx(2.5)
    assert o.knowledge(0.7, 20.0, 0.0, 0.05, 1.0) == pytest.approx(0.7)


@given(st.floats(0, 5), st.floats(0, 200), YEARS, YEARS)
def test_two_spans_are_one_after_the_other(stock, hours, a, b):
    between = o.knowledge(stock, hours, a, 0.05, 1.04)
    assert o.knowledge(between, hours, b, 0.05, 1.04) == pytest.approx(
        o.knowledge(stock, hours, a + b, 0.05, 1.04), abs=1e-9
    )


def test_skill_saturates():
    assert o.skill(0.0) == 0.0
    assert o.skill(1.0) == pytest.approx(1 - math.exp(-1))
    assert o.skill(-1.0) == 0.0
    assert o.skill(30.0) < 1.0


def test_what_skill_does_worked_by_hand():
    assert o.errors_left(0.5, 0.8) == pytest.approx(0.6)
    assert o.solving_with_skill(0.6, 0.5, 0.25) == pytest.approx(0.65)
    assert o.solving_with_skill(1.0, 0.5, 0.25) == 1.0
    assert o.care_with_skill(0.1, 0.5, 0.4) == pytest.approx(0.3)
    assert (o.errors_left(0.0, 0.8), o.solving_with_skill(0.6, 0.0, 0.25), o.care_with_skill(0.1, 0.0, 0.4)) == (
        1,
        0.6,
        0.1,
    )


@given(SHARE, SHARE, SHARE)
def test_skill_never_does_harm(solves, a, b):
    low, high = sorted([a, b])
    assert 0.0 <= o.errors_left(high, 0.8) <= o.errors_left(low, 0.8) <= 1.0
    assert solves <= o.solving_with_skill(solves, low, 0.25) <= o.solving_with_skill(solves, high, 0.25) + 1e-15
    assert o.solving_with_skill(solves, high, 0.25) <= 1.0 + 1e-15


def test_training_alone_removes_at_most_a_fifth_of_the_failures():
    # C9: four days a year for ten years against the default origins.
    skilled = o.skill(o.knowledge(0.0, 32.0, 10.0, default("learning_per_hour"), default("forgetting")))
    left = 0.2 * o.errors_left(skilled, default("skill_on_errors")) + 0.22 + 0.58
    assert 0.05 <= 1.0 - left <= 0.2


def test_only_what_comes_from_outside_cannot_be_fixed():
    assert [mode for mode in range(N_MODES) if not o.can_be_fixed(mode)] == [f.FROM_OUTSIDE]


def test_a_cause_under_attention_halves_toward_its_floor():
    # 60 hours a month run at pace 1: .1 + .9 / 2 after nine months; 20 hours at half the pace.
    assert o.remaining_share(1.0, 60.0, 9.0, 9.0, 0.1) == pytest.approx(0.55)
    assert o.remaining_share(1.0, 20.0, 18.0, 9.0, 0.1) == pytest.approx(0.55)
    assert o.remaining_share(1.0, 60.0, 9.0, 9.0, 0.0) == pytest.approx(0.5)
    assert o.remaining_share(1.0, 1e12, 9.0, 9.0, 0.0) == pytest.approx(0.25)  # money cannot more than double it
    assert o.remaining_share(0.7, 0.0, 9.0, 9.0, 0.1) == 0.7
    assert o.remaining_share(0.05, 60.0, 9.0, 9.0, 0.1) == 0.05


@given(SHARE, st.floats(0, 500), st.floats(0, 60), st.floats(0, 60), SHARE)
def test_months_of_fixing_add_up(share, hours, a, b, floor):
    between = o.remaining_share(share, hours, a, 9.0, floor)
    assert o.remaining_share(between, hours, b, 9.0, floor) == pytest.approx(
        o.remaining_share(share, hours, a + b, 9.0, floor), abs=1e-12
    )
    assert min(share, floor) - 1e-12 <= between <= share + 1e-12


@given(SHARE, st.floats(0, 500), st.floats(0, 500))
def test_more_hours_never_leave_more(share, a, b):
    low, high = sorted([a, b])
    assert o.remaining_share(share, high, 3.0, 9.0, 0.1) <= o.remaining_share(share, low, 3.0, 9.0, 0.1)
