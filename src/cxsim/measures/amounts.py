"""Amounts that people write for a measure, such as the line of a goal, read in the measure's unit."""

from __future__ import annotations

import re
from typing import Final

from cxsim.errors import ValueRefusedError
from cxsim.measures.catalog import CATALOG, DAYS, MINUTES, MONTHS, SHARE
from cxsim.model.plan import DAY, MINUTE, MONTH, YEAR
from cxsim.units import parse_duration, parse_number, parse_rate, parse_share

_TIMES: Final = {MINUTES: MINUTE, DAYS: DAY, MONTHS: MONTH}
_NUMBER: Final = re.compile(r"([-+\u2212]?\d[\d ]*(?:\.\d+)?)\s*(.*)")
_PER: Final = re.compile(r"(?:a|an|per)\s+\w+")
_LARGEST: Final = 1e15


def amount_for(measure: str, text: str) -> float:
    """Return an amount in the unit of a measure.

    A bare number is in that unit. Digits may stand in groups (``200 000``), and what is counted may follow
    (``200 000 EUR``, ``-20 points``, ``4 stars``).

    Parameters
    ----------
    measure : str
        Name of a measure.
    text : str
        ``70 %`` for shares, ``0.7 % a month`` or ``8 % a year`` for churn, ``2 min`` or ``18 months`` for times,
        ``2 a year`` for what is counted a year.

    Raises
    ------
    ValueRefusedError
        If it cannot be read in that unit.
    """
    unit, text = CATALOG[measure].unit, " ".join(text.split())
    if unit == SHARE:
        return parse_share(text)
    if unit.startswith(SHARE):
        return _a_month(text)
    number = _NUMBER.fullmatch(text)
    if number is None:
        raise ValueRefusedError(text, f"an amount in {unit}", "write a number")
    value, rest = number[1].replace(" ", "").replace("\N{MINUS SIGN}", "-"), number[2]
    if unit in _TIMES:
        return parse_duration(text) / _TIMES[unit] if rest else parse_number(value)
    if _PER.fullmatch(rest):
        if not unit.endswith("a year"):
            raise ValueRefusedError(text, f"an amount in {unit}", f"leave out `{rest}`")
        return parse_rate(f"{value} {rest.replace('per ', 'a ', 1)}").per_microsecond * YEAR
    return parse_number(value, low=-_LARGEST)


def _a_month(text: str) -> float:
    """Read a share a month, as ``0.7 %``, ``0.7 % a month`` or ``8 % a year``."""
    if _PER.search(text) is None:
        return parse_share(text)
    rate = parse_rate(text, hazard=True)
    if not rate.percent:
        raise ValueRefusedError(text, "a share a month", f"write {text.replace(' ', ' % ', 1)} if per cent is meant")
    return rate.per_microsecond * MONTH
