"""Exit, voice or silence after a failure (B-24; Hirschman 1970)."""

from __future__ import annotations

import math

from cxsim.behaviour.parameter import Parameter, switch
from cxsim.model.jit import rule

SILENCE = 0
VOICE = 1
EXIT = 2

PARAMETERS = (
    switch("complaining", "After a failure people may speak instead of leaving or staying silent."),
    Parameter(
        "voice_cost", 3.33, "utils", 0.0, 10.0,
        "TARP and consumer-affairs surveys: one in 26 speaks of an everyday problem; weight assumed",
        "assumption",
        "What complaining costs where nothing makes it easy.",
    ),
    Parameter(
        "voice_by_ease", 0.5, "share", 0.0, 1.0,
        "direction from surveys on complaint channels; size assumed", "assumption",
        "Share of the cost of complaining that the easiest way to complain removes.",
    ),
    Parameter(
        "voice_value", 5.7, "utils per unit of weight", 0.0, 30.0,
        "TARP and customer-rage surveys: of severe problems 50 to 75 % are voiced; weight assumed",
        "assumption",
        "What being made good is worth per unit of the weight of the failure, were it certain.",
    ),
    Parameter(
        "voice_by_bond", 0.2, "utils per SD", 0.0, 2.0,
        "Hirschman (1970): loyalty raises voice; size assumed", "assumption",
        "How strongly the bond makes people speak.",
    ),
    Parameter(
        "hope", 0.3, "probability", 0.0, 1.0,
        "consumer-affairs surveys: most do not complain because nothing would come of it; size assumed", "assumption",
        "Belief, before any complaint of one's own, that complaining helps.",
    ),
    Parameter(
        "complaint_patience", 30.0, "days", 0.0, 365.0,
        "assumption: a month, the usual term that consumer agencies set firms", "assumption",
        "How long one waits for the answer to a complaint before taking it for unanswered.",
    ),
    Parameter(
        "hope_learning", 0.3, "per complaint", 0.0, 1.0,
        "assumption", "assumption",
        "How far one's own complaint moves the belief that complaining helps.",
    ),
)  # fmt: skip


@rule
def utility_of_voice(
    ease: float, hope: float, weight: float, bond: float, cost: float, by_ease: float, value: float, by_bond: float
) -> float:
    """Return the utility of complaining over silence: ``-cost (1 - by_ease ease) + value hope W + by_bond bond``.

    Parameters
    ----------
    ease : float
        Ease of complaining, in [0, 1].
    hope : float
        Belief that it helps, in [0, 1].
    weight : float
        Weight of the failure.
    bond : float
        Bond with the firm, in [0, 3].
    cost, by_ease, value, by_bond : float
        Coefficients, utils.
    """
    return -cost * (1.0 - by_ease * ease) + value * hope * weight + by_bond * bond


@rule
def exit_and_voice(u_exit: float, u_voice: float) -> tuple[float, float]:
    """Chances of leaving and of complaining: a logit over exit, voice and silence, whose utility is 0.

    Returns
    -------
    tuple of float
        (exit, voice); the rest is silence. A utility of -1e9 takes an answer out.
    """
    top = max(u_exit, u_voice, 0.0)
    by_exit = math.exp(max(u_exit - top, -700.0)) if u_exit > -1e8 else 0.0
    by_voice = math.exp(max(u_voice - top, -700.0)) if u_voice > -1e8 else 0.0
    total = by_exit + by_voice + math.exp(max(-top, -700.0))
    return by_exit / total, by_voice / total


@rule
def response(u: float, p_exit: float, p_voice: float) -> int:
    """Answer to a failure from one uniform draw: exit first, then voice, then silence."""
    if u < p_exit:
        return EXIT
    return VOICE if u < p_exit + p_voice else SILENCE


@rule
def hope_after(hope: float, made_good: bool, rate: float) -> float:
    """Belief that complaining helps after one's own complaint: moves toward 1 if made good, else toward 0."""
    return hope + rate * ((1.0 if made_good else 0.0) - hope)
