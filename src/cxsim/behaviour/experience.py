"""What a customer experiences in one episode: delivered quality, waiting, failure (B-8, B-13, B-22)."""

from __future__ import annotations

import math

from cxsim.behaviour.parameter import Parameter, switch
from cxsim.model.jit import rule

PARAMETERS = (
    switch("waiting", "Waiting longer than acceptable lowers the experience."),
    switch("failures", "A failure or an unsolved matter lowers the experience."),
    Parameter(
        "wait_inflation", 1.36, "ratio", 1.0, 2.0,
        "Larson's review of unoccupied time: overestimated by 36 %", "published",
        "Perceived over actual time for waits with nothing to do.",
    ),
    Parameter(
        "announced_wait_inflation", 1.13, "ratio", 1.0, 2.0,
        "Maister (1985) for the direction; 1.36 less the assumed factor of 1.2 for uncertain waits", "assumption",
        "Perceived over actual time when the wait was announced.",
    ),
    Parameter(
        "call_back_wait_weight", 0.2, "ratio", 0.05, 0.5,
        "study of call-back offers in call centres (2019); range .05 to .5", "published",
        "Weight of a minute spent waiting off-line for a call-back, over a minute on the line.",
    ),
    Parameter(
        "acceptable_wait", 1.0, "minutes", 0.0, 60.0,
        "surveys: 60 % say that more than a minute on hold is too long; revealed patience is longer", "survey",
        "Perceived wait that does not hurt yet.",
    ),
    Parameter(
        "wait_loss", 0.05, "latent SD per min^1.5", 0.0, 1.0,
        "form c (Wp - We)^1.5, Maister (1985) ordering; size assumed: 10 min too long cost 1.6 SD", "assumption",
        "Loss of experience by perceived waiting beyond the acceptable.",
    ),
    Parameter(
        "failure_loss", 1.5, "latent SD", 0.0, 5.0,
        "Olist deliveries: a failed promise costs up to 2.4 of 5 stars (95,830 orders); mapped to 1.5 SD", "assumption",
        "Loss of experience by a failure inside a service.",
    ),
    Parameter(
        "unsolved_loss", 1.0, "latent SD", 0.0, 5.0,
        "SQM: CSAT falls by 15 points with each further call; mapped to 1 SD", "survey",
        "Loss of experience when the matter is not solved.",
    ),
    Parameter(
        "most_lost", 3.0, "latent SD", 0.5, 10.0,
        "ratings have a floor; three SD below the usual is about the lowest grade on common scales", "assumption",
        "The most that waiting and failures can cost in one episode, taken together.",
    ),
)  # fmt: skip


@rule
def perceived_wait(wait: float, inflation: float) -> float:
    """Perceived waiting time in the unit of the wait, ``psi W`` (Maister 1985 and later measurements)."""
    return inflation * wait


@rule
def wait_loss(perceived_min: float, acceptable_min: float, size: float) -> float:
    """Loss by waiting, ``c (Wp - We)^1.5`` above the acceptable wait, 0 below; latent SD."""
    excess = perceived_min - acceptable_min
    if excess <= 0.0:
        return 0.0
    return size * excess * math.sqrt(excess)


@rule
def performance(quality: float, spread: float, luck: float, lost: float) -> float:
    """Delivered experience of an episode: firm quality, encounter luck (standard normal), less what was lost."""
    return quality + spread * luck - lost
