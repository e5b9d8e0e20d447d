"""Exit, voice or silence after a failure (B-24)."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.behaviour.complaint import (
    EXIT,
    SILENCE,
    VOICE,
    exit_and_voice,
    hope_after,
    response,
    utility_of_voice,
)

UTIL = st.floats(-20.0, 20.0)
NEVER = -1e9


def test_the_utility_of_voice_worked_by_hand():
    # -3 (1 - .5 x .4) + 6 x .3 x 2 + .2 x 1.5 = -2.4 + 3.6 + .3.
    assert utility_of_voice(0.4, 0.3, 2.0, 1.5, 3.0, 0.5, 6.0, 0.2) == pytest.approx(1.5)
    assert utility_of_voice(0.0, 0.0, 2.0, 0.0, 3.0, 0.5, 6.0, 0.2) == -3.0  # who has no hope sees only the cost
    assert utility_of_voice(1.0, 0.0, 2.0, 0.0, 3.0, 0.5, 6.0, 0.2) == -1.5


@given(
    st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 5), st.floats(0, 3)), st.integers(0, 3), st.floats(0, 1)
)
def test_ease_hope_stakes_and_bond_raise_voice(situation, which, more):
    changed = list(situation)
    changed[which] += more
    weights = (3.33, 0.5, 5.7, 0.2)
    assert utility_of_voice(*changed, *weights) >= utility_of_voice(*situation, *weights)


def test_chances_of_a_logit_with_three_answers():
    # e^ln2 : e^ln3 : 1 = 2 : 3 : 1.
    assert exit_and_voice(math.log(2), math.log(3)) == pytest.approx((1 / 3, 1 / 2))
    assert exit_and_voice(0.0, 0.0) == pytest.approx((1 / 3, 1 / 3))


def test_an_answer_can_be_taken_out():
    assert exit_and_voice(0.0, NEVER) == (0.5, 0.0)
    assert exit_and_voice(NEVER, 0.0) == (0.0, 0.5)
    assert exit_and_voice(NEVER, NEVER) == (0.0, 0.0)


def test_extreme_utilities_do_not_overflow():
    assert exit_and_voice(1e6, 0.0) == (1.0, pytest.approx(0.0, abs=1e-300))
    assert exit_and_voice(1e6, 1e6) == pytest.approx((0.5, 0.5))
    assert exit_and_voice(-1e6, -1e6) == pytest.approx((0.0, 0.0), abs=1e-300)


@given(UTIL, UTIL)
def test_silence_keeps_the_rest(u_exit, u_voice):
    leaves, speaks = exit_and_voice(u_exit, u_voice)
    silent = 1.0 - leaves - speaks
    assert leaves >= 0.0
    assert speaks >= 0.0
    assert silent >= -1e-12
    # Among those who do not speak, leaving follows a logit of its own: voice only takes its share.
    if leaves + silent > 1e-6:
        assert leaves / (leaves + silent) == pytest.approx(1 / (1 + math.exp(-u_exit)), abs=1e-6)


@given(UTIL, UTIL, st.floats(0, 5))
def test_exit_and_voice_are_substitutes(u_exit, u_voice, more):
    leaves, speaks = exit_and_voice(u_exit, u_voice)
    left, spoke = exit_and_voice(u_exit + more, u_voice)
    assert left >= leaves - 1e-15
    assert spoke <= speaks + 1e-15


@pytest.mark.parametrize(
    ("u", "answer"),
    [(0.0, EXIT), (0.1999, EXIT), (0.2, VOICE), (0.4999, VOICE), (0.5001, SILENCE), (0.9999, SILENCE)],
)
def test_one_draw_decides_exit_first_then_voice(u, answer):
    assert response(u, 0.2, 0.3) == answer


def test_nobody_answers_in_a_way_that_has_no_chance():
    assert response(0.0, 0.0, 0.0) == SILENCE
    assert response(0.0, 0.0, 0.1) == VOICE
    assert response(1.0 - 2**-53, 1.0, 0.0) == EXIT


def test_hope_learns_from_complaints():
    assert hope_after(0.3, True, 0.3) == pytest.approx(0.51)
    assert hope_after(0.3, False, 0.3) == pytest.approx(0.21)
    assert hope_after(0.3, True, 0.0) == 0.3
    assert hope_after(0.3, False, 1.0) == 0.0


@given(st.floats(0, 1), st.booleans(), st.floats(0, 1))
def test_hope_stays_a_probability(hope, made_good, rate):
    after = hope_after(hope, made_good, rate)
    assert -1e-15 <= after <= 1.0 + 1e-15
    assert (after >= hope - 1e-15) == made_good or after == pytest.approx(hope)
