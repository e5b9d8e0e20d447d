"""Oracles of visitors whom nobody keeps waiting: room for everybody, hours and days that differ."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from cxsim.checks.evidence import Evidence
from cxsim.checks.oracle import Case, Quantity, Read
from cxsim.checks.queues import WARM, present
from cxsim.model.plan import DAY, HOUR

SIX_HOURS: Final = 6 * HOUR
RUSH_AN_HOUR: Final = (6.0, 60.0, 120.0, 30.0)  # as written in rush-hours.yaml
RUSH_STAY_HOURS: Final = 2.0


def visitors() -> tuple[Case, ...]:
    """Return all cases of this module."""
    pages = Case(
        name="mg-infinity",
        title="M/G/infinity, lognormal stay",
        source="Takacs (1962)",
        scenario="self-service",
        values={"warm_up": WARM},
        quantities=(Quantity("mean number present", 10.0, present(0)),),
        full={"lasts": "5 d"},
        plain={"lasts": "1 d"},
        reference=True,
        quick=True,
    )
    levels = rush_hour_means(RUSH_AN_HOUR, 6.0, RUSH_STAY_HOURS)
    rush = Case(
        name="rush-hours",
        title="M(t)/M/infinity, four rates a day",
        source="Eick, Massey & Whitt (1993)",
        scenario="rush-hours",
        values={"warm_up": WARM},
        quantities=tuple(
            Quantity(f"mean number present, {6 * k} to {6 * k + 6} o'clock", level, _in_window(k))
            for k, level in enumerate(levels)
        ),
        full={"lasts": "56 d"},
        plain={"lasts": "14 d"},
        every=SIX_HOURS,
        reference=True,
    )
    days = Case(
        name="busy-days",
        title="negative binomial days, mean 10, cv 50 %",
        source="Greenwood & Yule (1920)",
        scenario="busy-days",
        values={},
        quantities=(
            Quantity("variance of arrivals a day", 10.0 + (10.0 * 0.5) ** 2, _variance_of_days),
            Quantity("arrivals a day, all groups", 100.0, lambda e: e.touch("arrivals") / (e.span / DAY)),
        ),
        full={"lasts": "1450 d"},
        plain={"lasts": "350 d"},
        every=DAY,
        reference=True,
    )
    return (pages, rush, days)


def rush_hour_means(rates: Sequence[float], piece: float, stay: float) -> list[float]:
    """Return the mean number present in each piece of a periodic day, M(t)/M/infinity.

    Between changes of the rate, m(t) = r s + (m0 - r s) exp(-t / s); the periodic start follows from one day.

    Parameters
    ----------
    rates : sequence of float
        Arrivals per unit of time in each piece of the day.
    piece : float
        Length of a piece.
    stay : float
        Mean stay s, in the same unit.

    References
    ----------
    Eick, Massey & Whitt (1993), Management Science 39:241.
    """
    decay = math.exp(-piece / stay)
    level = 0.0
    for rate in rates:
        level = rate * stay + (level - rate * stay) * decay
    level /= 1.0 - decay ** len(rates)
    means = []
    for rate in rates:
        means.append(rate * stay + (level - rate * stay) * (1.0 - decay) * stay / piece)
        level = rate * stay + (level - rate * stay) * decay
    return means


def _in_window(k: int) -> Read:
    return lambda e: float(e.state.areas["busy"][e.first + k :: len(RUSH_AN_HOUR), 0].mean()) / SIX_HOURS


def _variance_of_days(e: Evidence) -> float:
    groups = e.state.touch["arrivals"][e.first :, 0, e.plan.segments.size :]
    return float(np.var(groups, axis=0, ddof=1).mean())
