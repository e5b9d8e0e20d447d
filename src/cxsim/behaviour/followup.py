"""Following up a solved matter: a survey or a call is itself a treatment (B-34)."""

from __future__ import annotations

import math

from cxsim.behaviour.parameter import Parameter, switch
from cxsim.model.jit import rule

PARAMETERS = (
    switch("following_up", "Being asked afterwards how it was changes how long people stay."),
    Parameter(
        "follow_up_hazard", 0.5, "hazard ratio", 0.1, 1.0,
        "Dholakia and Morwitz (2002): a year after one survey call less than half the defections; size assumed",
        "assumption",
        "Hazard of leaving of a satisfied customer right after a follow-up, over that without.",
    ),
    Parameter(
        "follow_up_backfire", 1.25, "hazard ratio", 1.0, 3.0,
        "caution of Dholakia and Morwitz (2002): likely reversed for the dissatisfied; size assumed", "assumption",
        "Hazard of leaving of a dissatisfied customer right after a follow-up, over that without.",
    ),
    Parameter(
        "follow_up_memory", 365.0, "days", 1.0, 3650.0,
        "Dholakia and Morwitz (2002): effects seen for a year", "published",
        "Time in which the effect of a follow-up fades to 37 %.",
    ),
    Parameter(
        "follow_up_delay", 7.0, "days", 0.0, 90.0,
        "assumption", "assumption",
        "When after a solved episode customers are followed up.",
    ),
)  # fmt: skip


# How the matter that a follow-up asks about has ended.
ENDED_BADLY = 0
ENDED_WELL = 1
MADE_GOOD = 2


@rule
def effect_of_follow_up(ended: int, cumulative: float) -> int:
    """Sign of what a follow-up does, that of the satisfaction (Dholakia and Morwitz 2002).

    It reminds the dissatisfied of their grievance, but nobody of one that has just been made good.

    Parameters
    ----------
    ended : int
        ENDED_BADLY, ENDED_WELL, or MADE_GOOD after a complaint.
    cumulative : float
        Cumulative satisfaction with the firm, latent SD.
    """
    if ended == ENDED_BADLY:
        return -1
    if cumulative > 0.0:
        return 1
    return 0 if ended == MADE_GOOD else -1


@rule
def care_shift(content: bool, days: float, hazard: float, backfire: float, memory: float) -> float:
    """Shift of the log hazard of leaving some days after a follow-up: negative for the content.

    Parameters
    ----------
    content : bool
        Whether it met a satisfied customer.
    days : float
        Days since; before the follow-up there is no shift.
    hazard, backfire : float
        Hazard ratios at once, for the satisfied and the dissatisfied.
    memory : float
        Days, > 0.
    """
    if days < 0.0:
        return 0.0
    return math.log(hazard if content else backfire) * math.exp(-days / memory)
