"""Waiting in line: announced waits, call-backs, calling again (B-14 to B-17)."""

from __future__ import annotations

import math

from cxsim.behaviour.parameter import Parameter, switch
from cxsim.model.jit import rule

PARAMETERS = (
    switch("abandonment", "People who wait in person give up when their patience ends."),
    Parameter(
        "announcement_calm", 0.2, "log hazard", 0.0, 1.0,
        "direction from delay-announcement field studies (2020); size assumed", "assumption",
        "By how much an announced wait lowers the hazard of giving up until the announced moment.",
    ),
    Parameter(
        "announcement_overdue", 0.52, "per minute", 0.0, 2.0,
        "field study of delay announcements as reference points (2020): up to +52 % a minute", "published",
        "Growth of the hazard of giving up for each minute beyond the announced wait.",
    ),
)  # fmt: skip

_MINUTE_US = 60_000_000.0


@rule
def announced_patience(patience_us: float, announced_us: float, calm: float, overdue_per_min: float) -> float:
    """Patience of a customer who was told how long it will take.

    The hazard is multiplied by ``e^-calm`` before the announced moment A and by ``1 + overdue (t - A)`` after it.
    The multipliers act on the clock of the patience that was drawn anyway (accelerated time), which for a constant
    hazard is the same as scaling the hazard: T' solves ``e^-calm min(T', A) + (T'-A) + overdue (T'-A)^2 / 2 = T``.

    Parameters
    ----------
    patience_us, announced_us : float
        Drawn patience and announced wait, microseconds.
    calm : float
        Log factor before the announced moment, >= 0.
    overdue_per_min : float
        Growth of the multiplier per minute after it, >= 0.
    """
    slow = math.exp(-calm)
    used = slow * announced_us
    if patience_us <= used:
        return patience_us / slow
    rest = patience_us - used
    growth = overdue_per_min / _MINUTE_US
    # The root of the quadratic in the form that loses no digits where the growth is small.
    return announced_us + 2.0 * rest / (1.0 + math.sqrt(1.0 + 2.0 * growth * rest))


@rule
def announced_wait(ahead: float, on_duty: float, mean_service_us: float) -> float:
    """Wait that the firm announces: those ahead and oneself, times the mean service, over the agents on duty."""
    if on_duty <= 0.0:
        return (ahead + 1.0) * mean_service_us
    return (ahead + 1.0) * mean_service_us / on_duty
