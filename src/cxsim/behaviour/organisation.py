"""What the firm learns: skill by training, causes removed by fixing (B-50, B-52)."""

from __future__ import annotations

import math

from cxsim.behaviour.failure import OUTSIDE, origin_of
from cxsim.behaviour.parameter import Parameter, switch
from cxsim.model.jit import rule

FIXING_HOURS = 60.0  # a month; at this effort a cause under attention halves within the half-life

PARAMETERS = (
    switch("training", "Training builds skill, which prevents employees' errors and solves more."),
    switch("fixing", "Hours spent on causes make them rarer."),
    Parameter(
        "learning_per_hour", 0.05, "per hour", 0.0, 1.0,
        "assumption: twenty hours of training remove 63 % of what can be learned", "assumption",
        "Knowledge gained by one hour of training.",
    ),
    Parameter(
        "forgetting", 1.04, "per year", 0.0, 10.0,
        "knowledge decay of about 2 % a week, from learning-curve studies; size assumed", "assumption",
        "Rate at which knowledge is lost without training.",
    ),
    Parameter(
        "skill_on_errors", 0.8, "share", 0.0, 1.0,
        "assumption; TARP: employees cause about a fifth of the dissatisfaction, the most that training can remove",
        "assumption",
        "Share of the failures caused by employees that full skill prevents.",
    ),
    Parameter(
        "skill_on_solving", 0.25, "share", 0.0, 1.0,
        "assumption", "assumption",
        "Share of the unsolved matters that full skill solves at the first contact.",
    ),
    Parameter(
        "skill_on_care", 0.4, "latent SD", 0.0, 2.0,
        "assumption", "assumption",
        "How much better the care of fully skilled staff is.",
    ),
    Parameter(
        "fixing_half_life", 9.0, "months", 1.0, 60.0,
        "Schneiderman (1988): half-lives of process improvement; 9 from a range of 3 to 18", "published",
        "Time in which a cause under attention halves at 60 hours a month.",
    ),
    Parameter(
        "fixing_floor", 0.1, "share", 0.0, 1.0,
        "assumption", "assumption",
        "Share of a cause that cannot be fixed.",
    ),
)  # fmt: skip


@rule
def knowledge(stock: float, hours_per_year: float, years: float, per_hour: float, forgetting: float) -> float:
    """Stock of knowledge after some time of steady training; the exact solution of ``dk/dt = h l - f k``.

    Parameters
    ----------
    stock : float
        At the beginning, >= 0.
    hours_per_year : float
        Training per person.
    years : float
        Time that passed, >= 0.
    per_hour : float
        Knowledge gained by an hour.
    forgetting : float
        Per year.
    """
    gained = hours_per_year * per_hour
    if forgetting <= 0.0:
        return stock + gained * years
    return stock + (gained / forgetting - stock) * -math.expm1(-forgetting * years)


@rule
def skill(stock: float) -> float:
    """Skill in [0, 1) that a stock of knowledge gives, ``1 - e^(-k)``."""
    return -math.expm1(-max(stock, 0.0))


@rule
def errors_left(skill_: float, on_errors: float) -> float:
    """Share of the failures caused by employees that remains at a skill."""
    return 1.0 - on_errors * skill_


@rule
def solving_with_skill(solves: float, skill_: float, on_solving: float) -> float:
    """Chance of solving a matter, raised by skill: ``p + (1 - p) effect s``."""
    return solves + (1.0 - solves) * on_solving * skill_


@rule
def care_with_skill(care: float, skill_: float, on_care: float) -> float:
    """Care delivered by staff of some skill, latent SD."""
    return care + on_care * skill_


@rule
def can_be_fixed(mode: int) -> bool:
    """Whether a failure mode can be fixed: employees', customers' (by advice) and design, not what is outside."""
    return origin_of(mode) != OUTSIDE


@rule
def remaining_share(share: float, hours: float, months: float, half_life: float, floor: float) -> float:
    """Share of a cause that remains after some months of attention, halving toward a floor (Schneiderman 1988).

    ``p_min + (p - p_min) 2^(-t / h)``; the pace is ``2 H / (H + 60)`` for H hours a month, so that effort saturates.

    Parameters
    ----------
    share : float
        Remaining at the beginning, in [0, 1].
    hours : float
        A month, >= 0.
    months : float
        Under attention.
    half_life : float
        Months at 60 hours a month, > 0.
    floor : float
        Share that stays; a share already below it stays as it is.
    """
    if hours <= 0.0 or share <= floor:
        return share
    pace = 2.0 * hours / (hours + FIXING_HOURS)
    return floor + (share - floor) * math.pow(2.0, -pace * months / half_life)
