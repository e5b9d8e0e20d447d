"""The published tables that exit, voice and recovery were set by: who stays, and who speaks (C3, C4, C5).

The tables are outputs: no rule reads them. A minor failure has severity .4, a severe one 2, both by design.
"""

import itertools

import pytest

from cxsim.behaviour import complaint as c
from cxsim.behaviour import failure as f
from cxsim.behaviour import recovery as r
from cxsim.behaviour.leaving import utility_of_exit
from cxsim.behaviour.registry import REGISTRY

MINOR, SEVERE = 0.4, 2.0
STAY = {
    MINOR: {"silent": 0.37, "unsatisfied": 0.46, "slow": 0.70, "at once": 0.95},
    SEVERE: {"silent": 0.09, "unsatisfied": 0.19, "slow": 0.54, "at once": 0.82},
}
TOLERANCE = 0.10
OUTCOMES = ("silent", "unsatisfied", "slow", "at once")
EXIT = ("exit_base", "exit_by_loss", "exit_by_satisfaction", "exit_by_bond", "exit_by_alternative")
VOICE = ("voice_cost", "voice_by_ease", "voice_value", "voice_by_bond")
HOLD = ("voiced", "recovery_to_staying", "recovery_to_staying_by_loss")
JUSTICE = ("justice_base", "justice_outcome", "justice_treatment", "justice_procedure")


def defaults(names):
    return [REGISTRY[name].default for name in names]


def weight(severity, origin=f.DESIGN, explanation=0.0):
    where = f.ORIGIN_NAMES[origin]
    locus, control, stability = defaults(f"{what}_{where}" for what in ("locus", "control", "stability"))
    blamed = f.blame(locus, f.explained(control, explanation))
    by_blame, by_stability = defaults(("blame_weight", "stability_weight"))
    return f.weight_of_failure(severity, blamed, f.explained(stability, explanation), by_blame, by_stability)


def answer(steps, share, days):
    """Worth of an answer with these steps, which gives this share of the loss back after so many days."""
    skipped = REGISTRY["step_skipped"].default
    outcome = r.compensation(share, *defaults(("compensation_scale", "compensation_peak", "compensation_fall")))
    worth = r.justice(outcome, r.treatment(steps, skipped), r.procedure(steps, skipped), *defaults(JUSTICE))
    return worth * r.delayed(days, *defaults(("recovery_grace", "recovery_decay")))


def stays(severity, outcome, origin=f.DESIGN, bond=0.0, satisfaction=0.0, alternative=0.0):
    """Share that stays; a full answer also explains, so that less of the failure is laid at the firm's door."""
    weighs = weight(severity, origin)
    explains = outcome in {"slow", "at once"}
    felt = weight(severity, origin, REGISTRY["explanation"].default) if explains else weighs
    u_exit = utility_of_exit(felt, satisfaction, bond, alternative, 0.0, 0.0, *defaults(EXIT))
    if outcome == "silent":
        leaves, speaks = c.exit_and_voice(u_exit, -1.0)
        return 1.0 - leaves / (1.0 - speaks)
    worth = {"unsatisfied": answer(0, 0.0, 0.5), "slow": answer(127, 1.0, 14.0), "at once": answer(127, 1.0, 0.0)}
    return 1.0 - r.exit_after_answer(u_exit, worth[outcome], weighs, *defaults(HOLD))


def speaks(weighs, ease, hope=None):
    u_exit = utility_of_exit(weighs, 0.0, 0.0, 0.0, 0.0, 0.0, *defaults(EXIT))
    believed = REGISTRY["hope"].default if hope is None else hope
    return c.exit_and_voice(u_exit, c.utility_of_voice(ease, believed, weighs, 0.0, *defaults(VOICE)))[1]


@pytest.mark.parametrize("origin", [f.DESIGN, f.EMPLOYEE])
@pytest.mark.parametrize("severity", [MINOR, SEVERE])
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_who_stays_by_what_became_of_the_complaint(severity, outcome, origin):
    assert stays(severity, outcome, origin) == pytest.approx(STAY[severity][outcome], abs=TOLERANCE)


@pytest.mark.parametrize("severity", [MINOR, SEVERE])
def test_the_better_the_answer_the_more_stay(severity):
    chances = [stays(severity, outcome) for outcome in OUTCOMES]
    assert all(a < b - 0.05 for a, b in itertools.pairwise(chances))


@pytest.mark.parametrize("severity", [MINOR, SEVERE])
def test_a_slow_answer_keeps_about_six_tenths_of_the_good_of_a_quick_one(severity):
    silent, slow, quick = (stays(severity, outcome) for outcome in ("silent", "slow", "at once"))
    assert 0.45 <= (slow - silent) / (quick - silent) <= 0.75


def test_most_leave_in_silence_after_a_severe_failure_but_not_after_a_minor_one():
    assert 0.85 <= 1.0 - stays(SEVERE, "silent") <= 0.96
    assert 0.55 <= 1.0 - stays(MINOR, "silent") <= 0.70


@pytest.mark.parametrize("origin", [f.DESIGN, f.EMPLOYEE])
def test_few_speak_of_minor_failures_and_about_half_of_severe_ones(origin):
    assert 0.02 <= speaks(weight(MINOR, origin), 0.0) <= 0.08
    assert 0.30 <= speaks(weight(SEVERE, origin), 0.0) <= 0.75


def test_making_it_easy_at_least_doubles_the_voice_of_minor_failures():
    assert speaks(weight(MINOR), 1.0) >= 2.0 * speaks(weight(MINOR), 0.0)


def test_who_was_let_down_speaks_less_the_next_time():
    hope = REGISTRY["hope"].default
    rate = REGISTRY["hope_learning"].default
    after = [speaks(weight(SEVERE), 0.0, c.hope_after(hope, good, rate)) for good in (False, True)]
    assert after[0] < speaks(weight(SEVERE), 0.0) < after[1]


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_bond_and_satisfaction_hold_and_rivals_pull(outcome):
    plain = stays(0.8, outcome)
    assert stays(0.8, outcome, bond=1.0) > plain
    assert stays(0.8, outcome, satisfaction=1.0) > plain
    assert stays(0.8, outcome, alternative=1.0) < plain


def test_an_answer_that_falls_short_of_good_intentions():
    # Apologize, fix, credit of a quarter of the loss, two weeks: not made good; all steps at once and most of it: is.
    short = answer(r.APOLOGIZE | r.FIX | r.CREDIT, 0.25, 14.0)
    full = answer(127 - r.ACCEPT, 0.75, 0.0)
    assert short < REGISTRY["made_good_from"].default < full
