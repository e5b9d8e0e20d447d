"""Values of a scenario as numbers, for tables and for what is proportional to them."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any, Final

from cxsim.model.plan import DAY, HOUR, MINUTE
from cxsim.scenario import paths
from cxsim.scenario.calendar import RateTable
from cxsim.scenario.fields import UNLIMITED, Moment
from cxsim.units import RATE_UNITS, Price, Rate

LEVEL: Final = "level"
MIN: Final = "min"
DAYS: Final = "days"
_UNITS: Final = {"duration": MIN, "law": MIN, "time": DAYS, "text": LEVEL, "switch": LEVEL}


def unit_of(kind: str, location: tuple[str, ...], first: Any) -> str:
    """Return the unit in which the values of a place are counted.

    Parameters
    ----------
    kind : str
        As `cxsim.scenario.paths.kind_at` says.
    location : tuple of str
    first : str
        One of the values; rates are counted per what it says.

    Returns
    -------
    str
        "min", "days", "a year" and the like, "level" for what is no number; else empty.
    """
    if kind != "rate":
        return _UNITS.get(kind, "")
    rate = paths.value_at(location, first)
    per = rate.per if isinstance(rate, Rate) else "hour"
    return "an hour" if per == "hour" else f"a {per}"


def amount_of(value: Any, unit: str, starts: datetime) -> float:
    """Return a value as a number; what is `never` or `unlimited` is endless.

    Parameters
    ----------
    value : object
        As `cxsim.scenario.paths.value_at` reads it.
    unit : str
        As `unit_of` says; "level" is not among them.
    starts : datetime
        When the scenario starts.
    """
    if isinstance(value, Price):
        return value.amount
    if isinstance(value, Rate | RateTable):
        return _per_microsecond(value) * RATE_UNITS[unit.rsplit(maxsplit=1)[-1]]
    if isinstance(value, Moment):
        return math.inf if value.text == "never" else value.after(starts) / DAY
    if value == UNLIMITED and not unit:
        return math.inf
    if unit == MIN:
        return (value if isinstance(value, int) else float(value.mean)) / MINUTE  # of a law, its mean
    return float(value)


def _per_microsecond(rate: Rate | RateTable) -> float:
    if isinstance(rate, Rate):
        return rate.per_microsecond
    quarters = rate.quarters()
    return sum(quarters) / len(quarters) / HOUR
