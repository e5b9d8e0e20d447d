"""What the answer to a complaint is worth: justice, steps, delay, paradox (B-27 to B-30, B-33)."""

from __future__ import annotations

import math

from cxsim.behaviour.parameter import Parameter, switch
from cxsim.model.jit import rule

APOLOGIZE = 1
ACCEPT = 2
EXPLAIN = 4
FIX = 8
CREDIT = 16
ASK = 32
FOLLOW_UP = 64
STEP_NAMES = ("apologize", "accept", "explain", "fix", "credit", "ask", "follow-up")

PARADOX_RECOVERY = 0.8  # an excellent recovery
PARADOX_WEIGHT = 1.0  # of a mild failure
PARADOX_STABILITY = 0.3  # that nobody expects to happen again

PARAMETERS = (
    switch("recovering", "The answer to a complaint changes what the complainer feels and does."),
    switch("delighting", "After a mild first failure an excellent recovery can please more than no failure."),
    Parameter(
        "justice_base", 0.05, "recovery", 0.0, 0.5,
        "assumption: being answered at all", "assumption",
        "What an answer is worth that does nothing.",
    ),
    Parameter(
        "justice_outcome", 0.45, "recovery", 0.0, 1.0,
        "Tax, Brown and Chandrashekaran (1998) and a meta-analysis of 60 studies for the order; size assumed",
        "assumption",
        "What a just outcome is worth, of a full recovery.",
    ),
    Parameter(
        "justice_treatment", 0.35, "recovery", 0.0, 1.0,
        "Tax, Brown and Chandrashekaran (1998) and a meta-analysis of 60 studies for the order; size assumed",
        "assumption",
        "What just treatment is worth: apology, explanation, being asked.",
    ),
    Parameter(
        "justice_procedure", 0.15, "recovery", 0.0, 1.0,
        "Tax, Brown and Chandrashekaran (1998) and a meta-analysis of 60 studies for the order; size assumed",
        "assumption",
        "What a just procedure is worth: that it is fixed and followed through.",
    ),
    Parameter(
        "compensation_scale", 0.5, "share of the loss", 0.05, 5.0,
        "form and peak from a study of over-compensation; size assumed", "assumption",
        "Compensation at which 63 % of a just outcome is reached.",
    ),
    Parameter(
        "compensation_peak", 1.5, "share of the loss", 1.0, 3.0,
        "experiments on over-compensation: loyalty rises up to about 150 % of the price", "published",
        "Compensation beyond which more does harm.",
    ),
    Parameter(
        "compensation_fall", 0.3, "per share of the loss", 0.0, 2.0,
        "experiments on over-compensation for the direction; size assumed", "assumption",
        "How fast the outcome gets less just beyond the peak.",
    ),
    Parameter(
        "loss_value", 0.5, "payments per unit of weight", 0.01, 20.0,
        "assumption", "assumption",
        "What a failure of weight 1 is felt to cost, in months of what one pays or in purchases.",
    ),
    Parameter(
        "step_skipped", 0.7, "ratio", 0.0, 1.0,
        "practitioners' seven-step protocol for the order; size assumed", "assumption",
        "Worth of a recovery step whose predecessor was left out.",
    ),
    Parameter(
        "recovery_grace", 1.0, "days", 0.0, 30.0,
        "study of a zone of tolerance for recovery time; size assumed", "assumption",
        "How long an answer may take before it is worth less.",
    ),
    Parameter(
        "recovery_decay", 0.05, "per day", 0.0, 1.0,
        "TARP stay table: a slow answer keeps about six tenths of the good of a quick one; slow assumed to be 14 days",
        "assumption",
        "How fast an answer loses its worth.",
    ),
    Parameter(
        "recovery_to_staying", 2.3, "logit per recovery", 0.0, 10.0,
        "TARP stay table: 46, 70, 95 % stay after a minor problem by its answer; weight assumed", "assumption",
        "How strongly a full recovery lowers the log odds of leaving after a complaint.",
    ),
    Parameter(
        "recovery_to_staying_by_loss", 0.5, "logit per recovery and weight", 0.0, 5.0,
        "TARP stay table: 19, 54, 82 % stay after a severe problem by its answer; weight assumed", "assumption",
        "How much more a recovery holds where more was at stake.",
    ),
    Parameter(
        "voiced", 0.3, "logit", -2.0, 2.0,
        "TARP stay table: who spoke stays more often even unsatisfied; later rage surveys find the reverse", "survey",
        "How strongly having spoken lowers the log odds of leaving.",
    ),
    Parameter(
        "recovery_to_satisfaction", 0.8, "share per recovery", 0.0, 1.0,
        "direction from Smith, Bolton and Wagner (1999); size assumed", "assumption",
        "Share of the dissatisfaction with a failed episode that a full recovery takes away.",
    ),
    Parameter(
        "paradox", 0.3, "latent SD", 0.0, 2.0,
        "de Matos, Henrique and Rossi (2007): in satisfaction only; size assumed", "assumption",
        "What an excellent recovery of a mild first failure adds to the satisfaction with the episode.",
    ),
    Parameter(
        "made_good_from", 0.5, "recovery", 0.0, 1.0,
        "assumption", "assumption",
        "Recovery from which a complaint counts as made good.",
    ),
)  # fmt: skip


@rule
def compensation(share: float, scale: float, peak: float, fall: float) -> float:
    """Justice of the outcome: ``1 - e^(-m / m1)`` up to the peak, then falling in a line, never below 0.

    Parameters
    ----------
    share : float
        What is given over the value of the loss, >= 0.
    scale, peak : float
        Shares of the loss.
    fall : float
        Per share of the loss beyond the peak.
    """
    reached = -math.expm1(-min(share, peak) / scale)
    return max(reached - fall * max(share - peak, 0.0), 0.0)


@rule
def value_of_loss(weight: float, pays: float, loss_value: float) -> float:
    """Money that a failure is felt to have cost: its weight times what one pays (a month, or the purchase)."""
    return weight * pays * loss_value


@rule
def compensated_share(credit: float, loss: float) -> float:
    """Credit over the value of the loss; where nothing was lost, any credit covers it."""
    if credit <= 0.0:
        return 0.0
    return credit / loss if loss > 0.0 else 1.0


@rule
def step_worth(steps: int, step: int, skipped: float) -> float:
    """Worth of one recovery step: 0 if left out, 1 in order, less where its predecessor was left out.

    The order is apologize, explain, fix, credit, ask, follow-up. Accepting has no place in it.

    Parameters
    ----------
    steps : int
        Bits of the steps that are taken.
    step : int
        One bit.
    skipped : float
        Worth of a step whose predecessor was left out.
    """
    if not steps & step:
        return 0.0
    if step in (APOLOGIZE, ACCEPT):
        return 1.0
    before = APOLOGIZE if step == EXPLAIN else step >> 1
    return 1.0 if steps & before else skipped


@rule
def treatment(steps: int, skipped: float) -> float:
    """Justice of the treatment: ``.4 apologize + .15 accept + .3 explain + .15 ask``."""
    return (
        0.4 * step_worth(steps, APOLOGIZE, skipped)
        + 0.15 * step_worth(steps, ACCEPT, skipped)
        + 0.3 * step_worth(steps, EXPLAIN, skipped)
        + 0.15 * step_worth(steps, ASK, skipped)
    )


@rule
def procedure(steps: int, skipped: float) -> float:
    """Justice of the procedure: ``.5 fix + .3 ask + .2 follow-up``."""
    return (
        0.5 * step_worth(steps, FIX, skipped)
        + 0.3 * step_worth(steps, ASK, skipped)
        + 0.2 * step_worth(steps, FOLLOW_UP, skipped)
    )


@rule
def justice(
    outcome: float,
    treatment_: float,
    procedure_: float,
    base: float,
    by_outcome: float,
    by_treatment: float,
    by_procedure: float,
) -> float:
    """Worth of an answer given at once, ``r0 + rD DJ + rI IJ + rP PJ`` in [0, 1] (Tax et al. 1998)."""
    worth = base + by_outcome * outcome + by_treatment * treatment_ + by_procedure * procedure_
    return min(max(worth, 0.0), 1.0)


@rule
def delayed(days: float, grace: float, decay: float) -> float:
    """Factor by which an answer loses its worth: 1 within the grace, then ``e^(-kappa (t - t0))``."""
    return math.exp(-decay * (days - grace)) if days > grace else 1.0


@rule
def exit_after_answer(
    log_odds: float, recovery: float, weight: float, voiced: float, to_staying: float, by_loss: float
) -> float:
    """Chance of leaving after a complaint: the log odds of leaving less what speaking and the recovery hold.

    Parameters
    ----------
    log_odds : float
        Log odds of leaving without a word.
    recovery : float
        Worth of the answer in [0, 1]; 0 if none came.
    weight : float
        Weight of the failure.
    voiced, to_staying, by_loss : float
        Logit coefficients.
    """
    after = log_odds - voiced - (to_staying + by_loss * weight) * recovery
    return 1.0 / (1.0 + math.exp(-min(max(after, -700.0), 700.0)))


@rule
def is_made_good(recovery: float, made_good_from: float) -> bool:
    """Whether a complaint counts as made good."""
    return recovery >= made_good_from


@rule
def paradox_gain(recovery: float, weight: float, earlier: float, stability: float, size: float) -> float:
    """Satisfaction that an excellent recovery adds to the episode, only after a mild, first, unstable failure.

    de Matos, Henrique and Rossi (2007) find it for satisfaction, not for staying.

    Parameters
    ----------
    recovery : float
        Worth of the answer.
    weight : float
        Weight of the failure.
    earlier : float
        Earlier failures that are remembered.
    stability : float
        How far it is expected to happen again.
    size : float
        Latent SD.
    """
    mild = weight <= PARADOX_WEIGHT and stability <= PARADOX_STABILITY and earlier <= 0.0
    return size if mild and recovery >= PARADOX_RECOVERY else 0.0


@rule
def satisfaction_after_answer(satisfaction: float, recovery: float, to_satisfaction: float, paradox: float) -> float:
    """Satisfaction with the episode after the answer, ``S (1 - b R)`` where it was below neutral, plus the paradox.

    In proportion to what was lost, so that a bad answer before a good one is worth more than a good one before a bad.
    """
    lifted = satisfaction
    if satisfaction < 0.0:
        lifted = satisfaction * (1.0 - min(to_satisfaction * recovery, 1.0))
    return lifted + paradox


@rule
def loss_of_failed_recovery(loss: float, made_good: bool, double_deviation: float) -> float:
    """Satisfaction that a complaint costs which was not made good, ``(dd - 1) loss``; 0 if it was."""
    return 0.0 if made_good else (double_deviation - 1.0) * loss
