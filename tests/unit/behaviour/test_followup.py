"""Follow-up: holds the content, drives the others, and fades (B-34)."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.behaviour.followup import ENDED_BADLY, ENDED_WELL, MADE_GOOD, care_shift, effect_of_follow_up
from cxsim.behaviour.leaving import hazard_of_notice, probability_within
from cxsim.behaviour.registry import REGISTRY

DAYS = st.floats(0.0, 3650.0)


def test_the_shift_worked_by_hand():
    assert care_shift(True, 0.0, 0.6, 1.25, 365.0) == pytest.approx(math.log(0.6))
    assert care_shift(False, 0.0, 0.6, 1.25, 365.0) == pytest.approx(math.log(1.25))
    assert care_shift(True, 365.0, 0.6, 1.25, 365.0) == pytest.approx(math.log(0.6) / math.e)
    assert care_shift(True, -1.0, 0.6, 1.25, 365.0) == 0.0  # not followed up yet
    assert care_shift(True, 1e9, 0.6, 1.25, 365.0) == 0.0


def test_a_hazard_right_after_a_follow_up():
    shift = care_shift(True, 0.0, 0.6, 1.25, 365.0)
    assert hazard_of_notice(0.1, 0.0, 0.0, shift, 0.6, 0.5) == pytest.approx(0.06)


@pytest.mark.parametrize(
    ("ended", "satisfied", "dissatisfied"),
    [(ENDED_BADLY, -1, -1), (ENDED_WELL, 1, -1), (MADE_GOOD, 1, 0)],
)
def test_a_follow_up_has_the_sign_of_satisfaction_and_of_how_the_matter_ended(ended, satisfied, dissatisfied):
    assert effect_of_follow_up(ended, 0.1) == satisfied
    assert effect_of_follow_up(ended, 0.0) == dissatisfied
    assert effect_of_follow_up(ended, -2.0) == dissatisfied


@given(DAYS, DAYS)
def test_it_fades(a, b):
    low, high = sorted([a, b])
    assert care_shift(True, low, 0.6, 1.25, 365.0) <= care_shift(True, high, 0.6, 1.25, 365.0) <= 0.0
    assert care_shift(False, low, 0.6, 1.25, 365.0) >= care_shift(False, high, 0.6, 1.25, 365.0) >= 0.0


def test_defections_within_the_first_year():
    # C20: a ratio between .35 and .75 for the satisfied, at least 1 for the dissatisfied, monthly as the hazard runs.
    names = ("follow_up_hazard", "follow_up_backfire", "follow_up_memory")
    shape = [REGISTRY[name].default for name in names]

    def lost(content, followed):
        kept = 1.0
        for month in range(12):
            shift = care_shift(content, (month + 0.5) * 365 / 12, *shape) if followed else 0.0
            kept *= 1.0 - probability_within(hazard_of_notice(0.1, 0.0, 0.0, shift, 0.6, 0.5), 1 / 12)
        return 1.0 - kept

    assert 0.35 <= lost(True, True) / lost(True, False) <= 0.75
    assert lost(False, True) / lost(False, False) >= 1.0
