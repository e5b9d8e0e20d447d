"""What the answer to a complaint is worth, and what it does (B-27 to B-30, B-33)."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.behaviour import recovery as r
from cxsim.behaviour.registry import REGISTRY

STEPS = st.integers(0, 127)
SHARE = st.floats(0.0, 1.0)
ALL = 127


def default(name):
    return REGISTRY[name].default


def worth(steps, outcome):
    """Worth of an answer at once by the default weights."""
    skipped = default("step_skipped")
    weights = [default(f"justice_{part}") for part in ("base", "outcome", "treatment", "procedure")]
    return r.justice(outcome, r.treatment(steps, skipped), r.procedure(steps, skipped), *weights)


def test_the_bits_are_seven_different_ones_in_the_order_of_their_names():
    bits = (r.APOLOGIZE, r.ACCEPT, r.EXPLAIN, r.FIX, r.CREDIT, r.ASK, r.FOLLOW_UP)
    assert bits == tuple(1 << k for k in range(7))
    assert len(r.STEP_NAMES) == 7


def test_compensation_worked_by_hand():
    assert r.compensation(0.0, 0.5, 1.5, 0.3) == 0.0
    assert r.compensation(0.5, 0.5, 1.5, 0.3) == pytest.approx(1 - math.exp(-1))
    assert r.compensation(1.5, 0.5, 1.5, 0.3) == pytest.approx(1 - math.exp(-3))
    assert r.compensation(2.5, 0.5, 1.5, 0.3) == pytest.approx(1 - math.exp(-3) - 0.3)
    assert r.compensation(99.0, 0.5, 1.5, 0.3) == 0.0


@given(st.floats(0, 6), st.floats(0, 6))
def test_compensation_rises_to_its_peak_and_falls_beyond(a, b):
    low, high = sorted([a, b])
    at = [r.compensation(m, 0.5, 1.5, 0.3) for m in (low, high)]
    assert at[0] <= at[1] if high <= 1.5 else True
    assert at[0] >= at[1] if low >= 1.5 else True
    assert all(0.0 <= x <= r.compensation(1.5, 0.5, 1.5, 0.3) for x in at)


def test_the_loss_in_money_and_the_share_that_a_credit_covers():
    # A failure of weight 1.5, 55 a month, half a payment per unit: 41.25.
    assert r.value_of_loss(1.5, 55.0, 0.5) == pytest.approx(41.25)
    assert r.compensated_share(10.0, 41.25) == pytest.approx(0.2424, abs=5e-5)
    assert r.compensated_share(0.0, 41.25) == 0.0
    assert r.compensated_share(0.0, 0.0) == 0.0
    assert r.compensated_share(5.0, 0.0) == 1.0


def test_a_step_counts_less_where_its_predecessor_was_left_out():
    assert r.step_worth(r.APOLOGIZE, r.APOLOGIZE, 0.7) == 1.0
    assert r.step_worth(r.FIX, r.APOLOGIZE, 0.7) == 0.0
    for before, step in itertools.pairwise((r.APOLOGIZE, r.EXPLAIN, r.FIX, r.CREDIT, r.ASK, r.FOLLOW_UP)):
        assert r.step_worth(before | step, step, 0.7) == 1.0
        assert r.step_worth(ALL - before, step, 0.7) == 0.7
        assert r.step_worth(ALL - step, step, 0.7) == 0.0


def test_accepting_has_no_place_in_the_order():
    assert r.step_worth(r.ACCEPT, r.ACCEPT, 0.7) == 1.0
    assert r.step_worth(ALL - r.ACCEPT, r.EXPLAIN, 0.7) == 1.0


def test_treatment_and_procedure_worked_by_hand():
    assert r.treatment(ALL, 0.7) == pytest.approx(1.0)
    assert r.procedure(ALL, 0.7) == pytest.approx(1.0)
    assert r.treatment(0, 0.7) == r.procedure(0, 0.7) == 0.0
    # Apologize, fix and credit: the fix comes without an explanation.
    steps = r.APOLOGIZE | r.FIX | r.CREDIT
    assert r.treatment(steps, 0.7) == pytest.approx(0.4)
    assert r.procedure(steps, 0.7) == pytest.approx(0.5 * 0.7)
    # Explain and ask, nothing before them: .7 (.3 + .15) and .7 x .3.
    steps = r.EXPLAIN | r.ASK
    assert r.treatment(steps, 0.7) == pytest.approx(0.315)
    assert r.procedure(steps, 0.7) == pytest.approx(0.21)
    assert r.treatment(r.ACCEPT, 0.7) == 0.15
    assert r.procedure(r.FOLLOW_UP, 0.7) == pytest.approx(0.14)


def test_justice_worked_by_hand():
    assert r.justice(0.5, 0.4, 0.2, 0.05, 0.45, 0.35, 0.15) == pytest.approx(0.05 + 0.225 + 0.14 + 0.03)
    assert worth(ALL, 1.0) == pytest.approx(1.0)
    assert worth(0, 0.0) == pytest.approx(0.05)
    assert r.justice(9.0, 9.0, 9.0, 0.05, 0.45, 0.35, 0.15) == 1.0
    assert r.justice(-9.0, 0.0, 0.0, 0.05, 0.45, 0.35, 0.15) == 0.0


def test_the_outcome_weighs_more_than_treatment_and_treatment_more_than_procedure():
    weights = [default(f"justice_{part}") for part in ("base", "outcome", "treatment", "procedure")]
    alone = [r.justice(*(1.0 if k == i else 0.0 for k in range(3)), *weights) for i in range(3)]
    assert alone[0] > alone[1] > alone[2] > weights[0]


@given(STEPS, st.sampled_from([1 << k for k in range(7)]), SHARE)
def test_a_further_step_never_lowers_the_worth(steps, step, outcome):
    assert worth(steps | step, outcome) >= worth(steps, outcome) - 1e-12


def test_delay_worked_by_hand():
    assert r.delayed(0.0, 1.0, 0.05) == r.delayed(1.0, 1.0, 0.05) == 1.0
    assert r.delayed(14.0, 1.0, 0.05) == pytest.approx(math.exp(-0.65))
    assert r.delayed(14.0, 1.0, 0.0) == 1.0


@given(st.floats(0, 400), st.floats(0, 400))
def test_a_later_answer_is_never_worth_more(a, b):
    low, high = sorted([a, b])
    assert 0.0 <= r.delayed(high, 1.0, 0.05) <= r.delayed(low, 1.0, 0.05) <= 1.0


def test_leaving_after_an_answer_worked_by_hand():
    # 1 - .3 - (2 + .5 x 2) x .4 = -.5.
    assert r.exit_after_answer(1.0, 0.4, 2.0, 0.3, 2.0, 0.5) == pytest.approx(1 / (1 + math.exp(0.5)))
    assert r.exit_after_answer(0.0, 0.0, 2.0, 0.0, 2.0, 0.5) == 0.5  # unanswered, speaking holds nobody
    assert r.exit_after_answer(1e6, 0.0, 0.0, 0.0, 0.0, 0.0) == 1.0
    assert r.exit_after_answer(-1e6, 1.0, 0.0, 0.0, 0.0, 0.0) == pytest.approx(0.0, abs=1e-300)


@given(st.floats(-5, 5), SHARE, SHARE, st.floats(0, 5))
def test_a_better_answer_never_loses_more(log_odds, a, b, weight):
    low, high = sorted([a, b])
    assert r.exit_after_answer(log_odds, high, weight, 0.3, 2.3, 0.43) <= r.exit_after_answer(
        log_odds, low, weight, 0.3, 2.3, 0.43
    )


def test_made_good_from_a_worth_on():
    assert not r.is_made_good(0.4999, 0.5)
    assert r.is_made_good(0.5, 0.5)


@pytest.mark.parametrize(
    ("recovery", "weight", "earlier", "stability", "gain"),
    [
        (0.8, 1.0, 0.0, 0.3, 0.25),
        (0.7999, 1.0, 0.0, 0.3, 0.0),  # not excellent
        (0.9, 1.0001, 0.0, 0.3, 0.0),  # not mild
        (0.9, 0.5, 1.0, 0.3, 0.0),  # not the first
        (0.9, 0.5, 0.0, 0.3001, 0.0),  # it will happen again
    ],
)
def test_the_paradox_needs_all_of_its_conditions(recovery, weight, earlier, stability, gain):
    assert r.paradox_gain(recovery, weight, earlier, stability, 0.25) == gain


def test_an_answer_lifts_satisfaction_to_neutral_and_the_paradox_beyond():
    assert r.satisfaction_after_answer(-2.0, 0.5, 0.8, 0.0) == pytest.approx(-1.2)
    assert r.satisfaction_after_answer(-0.5, 1.0, 1.2, 0.0) == 0.0
    assert r.satisfaction_after_answer(-0.5, 1.0, 1.2, 0.3) == pytest.approx(0.3)
    assert r.satisfaction_after_answer(0.4, 1.0, 1.2, 0.0) == 0.4  # pleased in spite of it: nothing to heal
    assert r.satisfaction_after_answer(-2.0, 0.0, 1.2, 0.0) == -2.0


@given(st.floats(-5, 5), SHARE, SHARE)
def test_a_better_answer_never_displeases(satisfaction, a, b):
    low, high = sorted([a, b])
    after = [r.satisfaction_after_answer(satisfaction, x, 1.2, 0.0) for x in (low, high)]
    assert satisfaction <= after[0] <= after[1] <= max(satisfaction, 0.0)


def test_a_failed_recovery_is_a_second_failure():
    assert r.loss_of_failed_recovery(2.0, False, 1.7) == pytest.approx(1.4)
    assert r.loss_of_failed_recovery(2.0, True, 1.7) == 0.0
    assert r.loss_of_failed_recovery(2.0, False, 1.0) == 0.0
