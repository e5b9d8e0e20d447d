"""Figures that are known of a firm, as people write them: ``-5 ± 6``, ``1.6 % a month``, ``5 min``.

The margin is half of a 95 % interval. Where none is written it is 5 points of a score or a share, and 10 % of the
value otherwise (CONTRACTS: a figure without ±).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Final

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from cxsim.errors import ValueRefusedError
from cxsim.scenario.fields import text_of
from cxsim.units import (
    DAY,
    MINUTE,
    MONTH,
    NUMBER_PATTERN,
    YEAR,
    parse_duration,
    parse_number,
    parse_rate,
    parse_share,
)

POINTS: Final = 5.0
RELATIVE: Final = 0.1

_MARGIN: Final = re.compile(r"(.+?)\s*(?:±|\+/-)\s*(.+)")
_POINTS: Final = re.compile(r"(.+?)\s*points?")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a firm.

    Attributes
    ----------
    value, margin
        In the unit of the measure of the same name (points, shares, minutes, days, a month, a year); the margin is
        half of a 95 % interval.
    text
        As written.
    """

    value: float
    margin: float
    text: str

    def __str__(self) -> str:
        return self.text


def _points(text: str) -> float:
    found = _POINTS.fullmatch(text)
    return parse_number(found[1] if found else text, low=-100.0, high=100.0, example="write, for example, -5")


def _share(text: str) -> float:
    found = _POINTS.fullmatch(text)
    return parse_share(f"{found[1]} %" if found else text)


def _a_month(text: str) -> float:
    return _without_noise(parse_rate(text, hazard=True).per_microsecond * MONTH)


def _a_year(text: str) -> float:
    return _without_noise(parse_rate(text).per_microsecond * YEAR)


def _without_noise(value: float) -> float:
    """Round what a change of units added in the last digits."""
    return float(f"{value:.12g}")


def _minutes(text: str) -> float:
    return parse_duration(text) / MINUTE


def _days(text: str) -> float:
    return parse_duration(text) / DAY


def parse_figure(value: Any, read: Callable[[str], float], usual: float | None) -> Figure:
    """Read a figure with or without its margin.

    Parameters
    ----------
    value
        As written; a unit may stand after the value, after the margin, or after both.
    read
        Turns text with its unit into a number.
    usual
        Margin where none is written; None: 10 % of the value.

    Raises
    ------
    ValueRefusedError
        If it cannot be read.
    """
    text = text_of(value).strip()
    found = _MARGIN.fullmatch(text)
    if found is None:
        amount = read(text)
        return Figure(amount, RELATIVE * abs(amount) if usual is None else usual, text)
    body, margin = found[1], found[2]
    if NUMBER_PATTERN.fullmatch(body):
        body += _unit(margin)
    elif NUMBER_PATTERN.fullmatch(margin):
        margin += _unit(body)
    half = read(margin)
    if half < 0.0:
        raise ValueRefusedError(text, "a margin of 0 or more", "write, for example, -5 ± 6")
    return Figure(read(body), half, text)


def _unit(text: str) -> str:
    """Return what stands after the number; points are the unit of a score, which needs none."""
    found = NUMBER_PATTERN.match(text)
    rest = text[found.end() :] if found else ""
    return "" if rest.strip() in {"point", "points"} else rest


def _figure(read: Callable[[str], float], usual: float | None, unit: str, *examples: str) -> Any:
    note = f"{unit}; `± margin` may follow"
    schema = {"type": ["string", "number"], "description": note, "examples": list(examples)}
    return (
        PlainValidator(partial(parse_figure, read=read, usual=usual)),
        PlainSerializer(str),
        WithJsonSchema(schema),
    )


Points = Annotated[Figure, *_figure(_points, POINTS, "Points from -100 to 100", "-5 ± 6")]
Proportion = Annotated[Figure, *_figure(_share, POINTS / 100.0, "A share", "54 %")]
Monthly = Annotated[Figure, *_figure(_a_month, None, "A rate, counted a month", "1.6 % a month")]
Yearly = Annotated[Figure, *_figure(_a_year, None, "A rate, counted a year", "1.2 a year")]
Minutes = Annotated[Figure, *_figure(_minutes, None, "A duration, counted in minutes", "5 min")]
Days = Annotated[Figure, *_figure(_days, None, "A duration, counted in days", "3 d")]
Number = Annotated[Figure, *_figure(parse_number, None, "A number", "4.1 ± 0.2")]
