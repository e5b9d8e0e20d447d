"""Reading laws as people write them, and turning them into the rows from which the engines draw."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from cxsim.errors import ValueRefusedError
from cxsim.scenario.law_tables import Hazard, Mixture, Quantiles
from cxsim.scenario.laws import Constant, Exponential, Gamma, Law, Lognormal, Never, Triangular, Uniform, Weibull
from cxsim.units import (
    nearest,
    parse_count,
    parse_duration,
    parse_number,
    parse_rate,
    parse_share,
    refuse_comma,
)

# Handling times at a call centre: log-sd 0.93 (Brown et al. 2005); used where only a mean is written.
SERVICE_SIGMA: Final = 0.95
MOST_KNOTS: Final = 500
SMALLEST_SIGMA: Final = 1e-6
LARGEST_SIGMA: Final = 5.0
SMALLEST_SHAPE: Final = 0.01
LARGEST_SHAPE: Final = 10_000.0
ALLOWED: Final = "a law of durations"
EXAMPLE: Final = "write, for example, 8 min, exponential 8 min, or lognormal 8 min, sd 4 min"
TABLES: Final = ("hyperexponential", "mixture", "quantiles", "hazard")

_LAW: Final = re.compile(r"([a-z]+)\b\s*(.*)")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a law stands: what a bare duration means there, and whether it may be infinite.

    Attributes
    ----------
    name
        ``takes``, ``patience`` or ``after``.
    bare
        Law that a bare duration stands for.
    endless
        Whether ``never`` is allowed.
    """

    name: str
    bare: str
    endless: bool


TAKES: Final = Place("takes", "lognormal", endless=False)
PATIENCE: Final = Place("patience", "exponential", endless=True)
AFTER: Final = Place("after", "exponential", endless=False)


def parse_law(value: Any, place: Place, sigma: float = SERVICE_SIGMA) -> Law:
    """Read a law of durations from a line of text or from a mapping with one key.

    Raises
    ------
    ValueRefusedError
        If it is none.
    """
    law = _from_table(value) if isinstance(value, Mapping) else _from_text(value, place, sigma)
    if not place.endless and not math.isfinite(law.mean):
        raise ValueRefusedError(str(value), f"`{place.name}` must end some time", "let the last hazard be above 0")
    return law


def _from_text(value: Any, place: Place, sigma: float) -> Law:
    if not isinstance(value, str):
        raise ValueRefusedError("a list", ALLOWED, EXAMPLE)
    text = value.strip()
    refuse_comma(text, ALLOWED)
    found = _LAW.fullmatch(text)
    if found is None:
        average = parse_duration(text)
        if average == 0:
            return Constant(0)
        return Lognormal(average, sigma) if place.bare == "lognormal" else Exponential(average)
    name, rest = found[1], found[2]
    if name == "never" and not rest:
        if not place.endless:
            raise ValueRefusedError(text, f"a duration; `{place.name}` must end some time", EXAMPLE)
        return Never()
    if name in TABLES:
        raise ValueRefusedError(text, f"`{name}` takes a table", f"write {{{name}: {{...}}}} on this place")
    if name not in _READERS:
        hint = nearest(name, [*_READERS, "never", *TABLES]) or EXAMPLE
        raise ValueRefusedError(text, ALLOWED, hint)
    return _READERS[name](rest, text)


def _parts(rest: str, number: int, text: str, example: str) -> list[str]:
    parts = [part.strip() for part in rest.split(",")]
    if len(parts) != number or not all(parts):
        raise ValueRefusedError(text, f"`{text.split(maxsplit=1)[0]}` with {number} value{'s' * (number > 1)}", example)
    return parts


def _average(text: str) -> int:
    return parse_duration(text, low=1)


def _constant(rest: str, text: str) -> Law:
    (value,) = _parts(rest, 1, text, "write, for example, always 5 min")
    return Constant(parse_duration(value))


def _exponential(rest: str, text: str) -> Law:
    (average,) = _parts(rest, 1, text, "write, for example, exponential 8 min")
    return Exponential(_average(average))


def _second(part: str, words: tuple[str, ...], text: str) -> tuple[str, str]:
    """Split ``sd 4 min`` into the word and its value."""
    word, _, value = part.partition(" ")
    if word not in words or not value.strip():
        choice = " or ".join(words)
        example = "sd 4 min" if "sd" in words else "shape 1.5"
        name = text.split(maxsplit=1)[0]
        raise ValueRefusedError(text, f"a mean and then {choice}", f"write, for example, {name} 8 min, {example}")
    return word, value.strip()


def _shape(value: str) -> float:
    return parse_number(value, low=SMALLEST_SHAPE, high=LARGEST_SHAPE)


def _lognormal(rest: str, text: str) -> Law:
    first, second = _parts(rest, 2, text, "write, for example, lognormal 8 min, sd 4 min")
    average = _average(first)
    word, value = _second(second, ("sd", "sigma"), text)
    if word == "sigma":
        return Lognormal(average, parse_number(value, low=SMALLEST_SIGMA, high=LARGEST_SIGMA))
    ratio = parse_duration(value, low=1) / average
    sigma = math.sqrt(math.log1p(ratio * ratio))
    if not SMALLEST_SIGMA <= sigma <= LARGEST_SIGMA:
        raise ValueRefusedError(text, "a standard deviation in proportion to the mean", "check both values")
    return Lognormal(average, sigma)


def _gamma(rest: str, text: str) -> Law:
    first, second = _parts(rest, 2, text, "write, for example, gamma 8 min, sd 4 min")
    average = _average(first)
    word, value = _second(second, ("sd", "shape"), text)
    if word == "shape":
        return Gamma(average, _shape(value))
    shape = (average / parse_duration(value, low=1)) ** 2
    if not SMALLEST_SHAPE <= shape <= LARGEST_SHAPE:
        raise ValueRefusedError(text, "a standard deviation in proportion to the mean", "check both values")
    return Gamma(average, shape)


def _weibull(rest: str, text: str) -> Law:
    first, second = _parts(rest, 2, text, "write, for example, weibull 8 min, shape 1.5")
    _, value = _second(second, ("shape",), text)
    return Weibull(_average(first), parse_number(value, low=0.1, high=100.0))


def _erlang(rest: str, text: str) -> Law:
    example = "write, for example, erlang 8 min, 2 stages"
    first, second = _parts(rest, 2, text, example)
    number, _, word = second.partition(" ")
    if word.strip() not in {"stage", "stages"}:
        raise ValueRefusedError(text, "a mean and a number of stages", example)
    return Gamma(_average(first), float(parse_count(number, low=1, high=1000)), stages=True)


def _uniform(rest: str, text: str) -> Law:
    ends = re.split(r"\s+to\s+", rest)
    if len(ends) != 2:  # noqa: PLR2004 -- from and to
        raise ValueRefusedError(text, "a shortest and a longest duration", "write, for example, uniform 2 min to 5 min")
    low, high = parse_duration(ends[0]), parse_duration(ends[1])
    if low >= high:
        raise ValueRefusedError(text, "the shorter duration first", f"write uniform {ends[1]} to {ends[0]}")
    return Uniform(low, high)


def _triangular(rest: str, text: str) -> Law:
    example = "write, for example, triangular 1 min, 2 min, 6 min"
    low, mode, high = (parse_duration(part) for part in _parts(rest, 3, text, example))
    if not low <= mode <= high or low == high:
        raise ValueRefusedError(text, "shortest, most frequent, longest, in this order", example)
    return Triangular(low, mode, high)


_READERS: Final[Mapping[str, Callable[[str, str], Law]]] = {
    "always": _constant,
    "exponential": _exponential,
    "lognormal": _lognormal,
    "gamma": _gamma,
    "weibull": _weibull,
    "erlang": _erlang,
    "uniform": _uniform,
    "triangular": _triangular,
}


def _from_table(value: Mapping[str, Any]) -> Law:
    if len(value) != 1:
        raise ValueRefusedError(", ".join(value), f"one of {', '.join(TABLES)}", "write one law")
    ((name, rows),) = value.items()
    if name not in TABLES:
        hint = nearest(name, TABLES) or "write {mixture: {90 %: exponential 2 min, 10 %: always 20 min}}"
        raise ValueRefusedError(name, f"one of {', '.join(TABLES)}", hint)
    pairs = _rows(name, rows)
    if name == "hazard":
        return _hazard(pairs)
    return _quantiles(pairs) if name == "quantiles" else _mixture(name, pairs)


def _rows(name: str, rows: Any) -> list[tuple[str, str]]:
    example = f"write {{{name}: {{90 %: 2 min, 10 %: 20 min}}}}"
    if isinstance(rows, list) and all(isinstance(row, str) and "%" in row for row in rows):
        rows = {n: [part.strip() for part in row.split("%", 1)] for n, row in enumerate(rows)}
        pairs = [(f"{share} %", law) for share, law in rows.values()]
    elif isinstance(rows, Mapping) and all(isinstance(row, str) for row in rows.values()):
        pairs = [(str(key), row) for key, row in rows.items()]
    else:
        raise ValueRefusedError(name, f"`{name}` takes a table of one line each", example)
    if not 1 <= len(pairs) <= MOST_KNOTS:
        raise ValueRefusedError(f"{len(pairs)} lines", f"1 to {MOST_KNOTS} lines", example)
    return pairs


def _hazard(pairs: list[tuple[str, str]]) -> Law:
    times = tuple(parse_duration(time) for time, _ in pairs)
    if times[0] != 0 or any(a >= b for a, b in pairwise(times)):
        remedy = "begin with 0 s and sort the times"
        raise ValueRefusedError(", ".join(time for time, _ in pairs), "rising times from 0 s on", remedy)
    return Hazard(times, tuple(parse_rate(rate, hazard=True) for _, rate in pairs))


def _quantiles(pairs: list[tuple[str, str]]) -> Law:
    shares = tuple(parse_share(share) for share, _ in pairs)
    values = tuple(parse_duration(value) for _, value in pairs)
    rising = all(a < b for a, b in pairwise(shares)) and all(a <= b for a, b in pairwise(values))
    if not rising or shares[0] != 0.0 or shares[-1] != 1.0:
        written = ", ".join(f"{share}: {value}" for share, value in pairs)
        raise ValueRefusedError(written, "rising shares from 0 % to 100 % with rising durations", "sort the lines")
    return Quantiles(shares, values)


def _mixture(name: str, pairs: list[tuple[str, str]]) -> Law:
    shares = tuple(parse_share(share) for share, _ in pairs)
    if abs(sum(shares) - 1.0) > 1e-6 or 0.0 in shares:  # noqa: PLR2004 -- rounding of written shares
        total = f"{100.0 * sum(shares):.6g} %"
        allowed = "shares above 0 % that add up to 100 %"
        raise ValueRefusedError(f"shares that add up to {total}", allowed, "correct one of them")
    place = Place("mixture", "exponential", endless=False)
    laws = tuple(_from_text(law, place, SERVICE_SIGMA) for _, law in pairs)
    if name == "hyperexponential" and not all(isinstance(law, Exponential) for law in laws):
        raise ValueRefusedError("a law that is not exponential", "a mean for each share", "use `mixture` instead")
    return Mixture(shares, laws, name)
