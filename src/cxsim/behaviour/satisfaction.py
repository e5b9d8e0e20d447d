"""Experience against expectation: zone of tolerance, loss aversion, satisfaction (B-1, B-2, B-3, B-7)."""

from __future__ import annotations

import math

from cxsim.behaviour.parameter import Parameter, switch
from cxsim.model.jit import rule

PARAMETERS = (
    switch("tolerance", "Between adequate and desired, a deviation does not count (zone of tolerance)."),
    switch("loss_averse", "Falling short weighs more than exceeding."),
    Parameter(
        "tolerance_width", 1.0, "latent SD", 0.0, 3.0,
        "Zeithaml, Berry and Parasuraman (1993); size from a range of .3 to 2", "assumption",
        "Distance between the adequate and the desired level; the expectation lies in the middle.",
    ),
    Parameter(
        "loss_aversion", 2.25, "ratio", 1.0, 6.0,
        "Tversky and Kahneman (1992), for attributes without an explicit promise", "published",
        "How much more a loss weighs than an equal gain.",
    ),
    Parameter(
        "sensitivity", 0.88, "exponent", 0.3, 1.0,
        "Tversky and Kahneman (1992)", "published",
        "Diminishing sensitivity of gains and losses; 1 is linear.",
    ),
    Parameter(
        "satisfaction_from_expectation", 0.1, "per latent SD", 0.0, 0.5,
        "Oliver (1980); Szymanski and Henard (2001); size from a range of 0 to .3", "published",
        "Direct pull of the expectation on satisfaction.",
    ),
    Parameter(
        "satisfaction_from_performance", 0.3, "per latent SD", 0.0, 1.0,
        "Anderson and Sullivan (1993); size from a range of 0 to .6", "published",
        "Direct effect of perceived performance on satisfaction.",
    ),
    Parameter(
        "excellent_above", 1.0, "latent SD", 0.0, 5.0,
        "assumption", "assumption",
        "How far above the desired level an episode has to be to be graded excellent.",
    ),
    Parameter(
        "spend_by_satisfaction", 0.0, "share per latent SD", 0.0, 0.5,
        "assumption; where people decide what to pay (tips, a further course) .15 is plausible", "assumption",
        "How satisfaction with an episode changes what is spent in it, at most by half.",
    ),
    Parameter(
        "satisfaction_memory", 0.7, "share kept", 0.0, 0.99,
        "Bolton (1998), anchoring and adjustment; size from a range of .5 to .9", "assumption",
        "Share of the cumulative satisfaction that one episode leaves standing.",
    ),
    switch("narrowing", "The zone of tolerance narrows with rivals and failures and widens with the bond."),
    Parameter(
        "tolerance_narrowing_by_rivals", 0.1, "log width per rival", 0.0, 2.0,
        "Zeithaml, Berry and Parasuraman (1993) for the direction; size assumed", "assumption",
        "How much each rival that one knows narrows the zone of tolerance.",
    ),
    Parameter(
        "tolerance_narrowing_by_failures", 0.2, "log width per failure", 0.0, 2.0,
        "Zeithaml, Berry and Parasuraman (1993) for the direction; size assumed", "assumption",
        "How much each recent failure that was not made good narrows the zone of tolerance.",
    ),
    Parameter(
        "tolerance_widening_by_bond", 0.1, "log width per SD", 0.0, 2.0,
        "Hess, Ganesan and Klein (2003) for the direction; size assumed", "assumption",
        "How much the bond widens the zone of tolerance.",
    ),
)  # fmt: skip

BAD = 0
NEUTRAL = 1
GOOD = 2
EXCELLENT = 3


@rule
def beyond_tolerance(disconfirmation: float, width: float) -> float:
    """Part of ``x - E`` that lies outside the zone of tolerance, 0 inside.

    Zeithaml, Berry and Parasuraman (1993): nothing is noticed between the adequate level ``E - width/2`` and the
    desired level ``E + width/2``.
    """
    half = 0.5 * width
    if disconfirmation > half:
        return disconfirmation - half
    if disconfirmation < -half:
        return disconfirmation + half
    return 0.0


@rule
def value(deviation: float, aversion: float, exponent: float) -> float:
    """Prospect value of a deviation: ``d^a`` for gains, ``-L (-d)^a`` for losses (Tversky and Kahneman 1992)."""
    if deviation >= 0.0:
        return deviation if exponent == 1.0 else math.pow(deviation, exponent)
    loss = -deviation if exponent == 1.0 else math.pow(-deviation, exponent)
    return -aversion * loss


@rule
def satisfaction(
    expectation: float, performance: float, gain: float, from_expectation: float, from_performance: float
) -> float:
    """Transaction satisfaction ``bE E + bP x + g(d)`` on the latent scale (Oliver 1980)."""
    return from_expectation * expectation + from_performance * performance + gain


@rule
def grade(beyond: float, desired: float) -> int:
    """Grade of an episode: bad below adequate, neutral inside the zone, good above, excellent one SD above.

    Parameters
    ----------
    beyond : float
        From `beyond_tolerance`.
    desired : float
        How far above the desired level excellence begins, in latent SD.
    """
    if beyond < 0.0:
        return BAD
    if beyond == 0.0:
        return NEUTRAL
    return EXCELLENT if beyond > desired else GOOD


@rule
def cumulative(before: float, transaction: float, memory: float) -> float:
    """Cumulative satisfaction ``w C + (1 - w) S`` (Bolton 1998)."""
    return memory * before + (1.0 - memory) * transaction


@rule
def zone_width(
    width: float, rivals: float, scars: float, bond: float, by_rivals: float, by_failures: float, by_bond: float
) -> float:
    """Width of the zone of tolerance, ``w exp(-a rivals - b scars + c bond)``, at most three times the usual (B-2).

    Parameters
    ----------
    width : float
        Usual width, latent SD, >= 0.
    rivals, scars : float
        Rivals that one knows; recent failures that were not made good.
    bond : float
        Bond with the firm, in [0, 3].
    by_rivals, by_failures, by_bond : float
        Log width per unit.
    """
    change = by_bond * bond - by_rivals * rivals - by_failures * scars
    return width * min(math.exp(min(change, 50.0)), 3.0)


@rule
def staked(gain: float, stake: float) -> float:
    """Value of a deviation on an occasion that matters: losses times the stake, gains times its root (B-59)."""
    return gain * stake if gain < 0.0 else gain * math.sqrt(stake)


@rule
def spent(satisfaction_: float, by_satisfaction: float) -> float:
    """Share of the price that is spent, ``1 + b S`` in [0, 1.5]."""
    return min(max(1.0 + by_satisfaction * satisfaction_, 0.0), 1.5)
