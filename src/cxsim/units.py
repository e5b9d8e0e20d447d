"""Time, shares, rates and money, as people write them and as the model counts them.

Simulated time is a whole number of microseconds (int64); a duration is rounded once, here or when it is drawn.
Months are 365/12 days and years are 365 days, so that "month 18" is the same length wherever it stands.
Every parser raises `ValueRefusedError`, which says what is allowed; every formatter writes text that parses back
to the same value.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from cxsim.errors import ValueRefusedError

MICROSECOND: Final = 1
MILLISECOND: Final = 1_000
SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
WEEK: Final = 7 * DAY
YEAR: Final = 365 * DAY
MONTH: Final = YEAR // 12

LONGEST_DURATION: Final = 1_000 * YEAR
LARGEST_NUMBER: Final = 1e15

DURATION_UNITS: Final = {
    "us": MICROSECOND,
    "ms": MILLISECOND,
    "s": SECOND,
    "sec": SECOND,
    "second": SECOND,
    "seconds": SECOND,
    "min": MINUTE,
    "minute": MINUTE,
    "minutes": MINUTE,
    "h": HOUR,
    "hour": HOUR,
    "hours": HOUR,
    "d": DAY,
    "day": DAY,
    "days": DAY,
    "week": WEEK,
    "weeks": WEEK,
    "month": MONTH,
    "months": MONTH,
    "year": YEAR,
    "years": YEAR,
}
RATE_UNITS: Final = {
    "second": SECOND,
    "minute": MINUTE,
    "min": MINUTE,
    "hour": HOUR,
    "day": DAY,
    "week": WEEK,
    "month": MONTH,
    "year": YEAR,
}
PRICE_UNITS: Final = ("visit", "hour", "day", "week", "month", "year")
CHANGE_WORDS: Final = ("more", "less", "fewer")

_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
NUMBER_PATTERN: Final = re.compile(_NUMBER)
_PERCENT: Final = re.compile(rf"({_NUMBER})\s*(?:%|percent)")
_QUANTITY: Final = re.compile(rf"({_NUMBER})\s*([A-Za-zµ]+)")
_PER: Final = re.compile(r"(.+?)\s+(?:a|an|per)\s+([A-Za-z]+)")
_CHANGE: Final = re.compile(r"(.+?)\s+(more|less|fewer)")
_TIMES: Final = re.compile(rf"({_NUMBER})\s+times")
_SHORT_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,17}")
_COMMA: Final = re.compile(r"[0-9]\s*,\s*[0-9]")


def refuse_comma(text: str, allowed: str) -> None:
    """Raise if a number in `text` holds a comma, and say how it is written here."""
    if not _COMMA.search(text):
        return
    if re.search(r"[0-9],[0-9]{3}(?![0-9])", text):
        remedy = f"write it without a comma ({text.replace(',', '')}), or with a point if a decimal was meant"
    else:
        remedy = "decimals take a point: write " + re.sub(r"(?<=[0-9])\s*,\s*(?=[0-9])", ".", text)
    raise ValueRefusedError(text, allowed, remedy)


def nearest(word: str, words: Iterable[str]) -> str:
    """Return ``did you mean `x`?`` for the most similar word, or the empty text where none is similar."""
    choices = {choice.lower(): choice for choice in words}
    found = difflib.get_close_matches(word.lower(), list(choices), n=1, cutoff=0.6)
    return f"did you mean `{choices[found[0]]}`?" if found else ""


def parse_number(
    text: str,
    *,
    low: float = 0.0,
    high: float = LARGEST_NUMBER,
    allowed: str = "",
    example: str = "write, for example, 2.5",
) -> float:
    """Read a plain number.

    Raises
    ------
    ValueRefusedError
        If it is no number, not finite, or outside `low` to `high`.
    """
    text = text.strip()
    allowed = allowed or describe_range(low, high)
    refuse_comma(text, allowed)
    if not NUMBER_PATTERN.fullmatch(text):
        raise ValueRefusedError(text, allowed, example)
    value = float(text)
    if not math.isfinite(value) or not low <= value <= high:
        raise ValueRefusedError(text, allowed, "give a number in this range")
    return value + 0.0


def describe_range(low: float, high: float) -> str:
    """Say in words which numbers are allowed."""
    if low == -LARGEST_NUMBER and high == LARGEST_NUMBER:
        return "a number with a decimal point"
    if high == LARGEST_NUMBER:
        return f"a number, {format_number(low)} or more"
    return f"a number from {format_number(low)} to {format_number(high)}"


def parse_count(text: str, *, low: int = 0, high: int = 10_000_000) -> int:
    """Read a whole number from `low` to `high`."""
    text = text.strip()
    allowed = f"a whole number from {low} to {high}"
    refuse_comma(text, allowed)
    if not re.fullmatch(r"[+-]?[0-9]{1,15}", text):
        raise ValueRefusedError(text, allowed, f"write a whole number, such as {max(low, 3)}")
    value = int(text)
    if not low <= value <= high:
        raise ValueRefusedError(text, allowed, "give a number in this range")
    return value


def format_number(value: float) -> str:
    """Write a number so that it reads back to the same float."""
    if float(value).is_integer() and abs(value) < LARGEST_NUMBER:
        return str(int(value))
    return repr(float(value))


def parse_share(text: str, *, low: float = 0.0, high: float = 1.0) -> float:
    """Read a share: ``12 %``, or a bare number from 0 to 1."""
    text = text.strip()
    allowed = f"a share from {format_share(low)} to {format_share(high)}"
    refuse_comma(text, allowed)
    percent = _PERCENT.fullmatch(text)
    if percent is None and not NUMBER_PATTERN.fullmatch(text):
        raise ValueRefusedError(text, allowed, "write a share, such as 12 %")
    value = float(percent[1]) / 100.0 if percent else float(text)
    if not math.isfinite(value) or not low <= value <= high:
        remedy = f"write {text} % if per cent is meant" if percent is None and 1.0 < value <= 100.0 * high else ""
        raise ValueRefusedError(text, allowed, remedy or "give a share in this range")
    return value + 0.0


def format_share(value: float) -> str:
    """Write a share in per cent where that reads back exactly, else as a bare number."""
    percent = f"{value * 100.0:.12g}"
    if "e" not in percent and float(percent) / 100.0 == value:
        return f"{percent} %"
    return format_number(value)


def parse_duration(text: str, *, low: int = 0, high: int = LONGEST_DURATION) -> int:
    """Read a duration (``6 min``, ``1 h 30 min``, ``18 months``) as microseconds."""
    text = text.strip()
    allowed = "a duration in s, min, h, d, weeks, months or years"
    refuse_comma(text, allowed)
    if NUMBER_PATTERN.fullmatch(text):
        if float(text) == 0.0:
            return _bounded(text, 0, low, high)
        raise ValueRefusedError(text, allowed, f"add the unit, such as {text} min")
    total: float = 0  # stays a whole number where whole numbers were written: floats lose microseconds beyond 2**53
    rest = text
    while rest:
        found = _QUANTITY.match(rest)
        if found is None:
            raise ValueRefusedError(text, allowed, "write a number and a unit, such as 6 min or 1 h 30 min")
        count = int(found[1]) if _SHORT_INTEGER.fullmatch(found[1]) else float(found[1])
        total += count * _unit_of_time(found[2], text, allowed)
        rest = rest[found.end() :].lstrip()
    if not text or not math.isfinite(total):
        raise ValueRefusedError(text, allowed, "write a number and a unit, such as 6 min")
    if abs(total) > LONGEST_DURATION:
        raise ValueRefusedError(text, f"{allowed}, at most {format_duration(high)}", "give a shorter duration")
    return _bounded(text, round(total), low, high)


def _unit_of_time(word: str, text: str, allowed: str) -> int:
    unit = DURATION_UNITS.get(word) or DURATION_UNITS.get(word.lower())
    if unit is None:
        hint = "write min for minutes, months for months" if word.lower() == "m" else nearest(word, DURATION_UNITS)
        raise ValueRefusedError(text, allowed, hint or f"`{word}` is no unit of time; write, for example, 6 min")
    return unit


def _bounded(text: str, value: int, low: int, high: int) -> int:
    if value < low or value > high:
        allowed = f"a duration from {format_duration(low)} to {format_duration(high)}"
        raise ValueRefusedError(text, allowed, "give a duration in this range")
    return value


def format_duration(value: int) -> str:
    """Write microseconds in the largest unit that divides them (``90 min``, ``3 years``)."""
    if value == 0:
        return "0 s"
    units = (("year", YEAR), ("month", MONTH), ("week", WEEK), ("d", DAY), ("h", HOUR), ("min", MINUTE), ("s", SECOND))
    for name, size in (*units, ("ms", MILLISECOND)):
        if value % size == 0:
            count = value // size
            plural = "s" if name in {"year", "month", "week"} and count != 1 else ""
            return f"{count} {name}{plural}"
    return f"{value} us"


@dataclass(frozen=True, slots=True)
class Rate:
    """So many a unit of time: ``12 a year``, ``3 % a year``.

    Attributes
    ----------
    amount
        Events (or share) in one unit.
    per
        Name of the unit, singular.
    percent
        Whether it was written in per cent.
    """

    amount: float
    per: str
    percent: bool = False

    @property
    def per_microsecond(self) -> float:
        """Events per microsecond."""
        return self.amount / RATE_UNITS[self.per]

    def __str__(self) -> str:
        amount = format_share(self.amount) if self.percent else format_number(self.amount)
        return f"{amount} {_article(self.per)} {self.per}"


def _article(unit: str) -> str:
    return "an" if unit == "hour" else "a"


def parse_rate(text: str, *, hazard: bool = False) -> Rate:
    """Read a rate: ``60 an hour``; with `hazard`, a share such as ``3 % a year`` is allowed too."""
    text = text.strip()
    allowed = "a rate, such as 3 % a year" if hazard else "a rate, such as 60 an hour or 12 a year"
    refuse_comma(text, allowed)
    found = _PER.fullmatch(text)
    if found is None:
        raise ValueRefusedError(text, allowed, "say per what: a minute, an hour, a day, a week, a month, a year")
    per = "minute" if found[2] == "min" else found[2]
    if per not in RATE_UNITS:
        hint = nearest(per, RATE_UNITS) or "a minute, an hour, a day, a week, a month or a year"
        raise ValueRefusedError(text, allowed, hint)
    percent = found[1].rstrip().endswith(("%", "percent"))
    if percent and not hazard:
        raise ValueRefusedError(text, allowed, "write how many happen, without %")
    amount = parse_share(found[1], high=100.0) if percent else parse_number(found[1], high=1e9)
    return Rate(amount, per, percent)


@dataclass(frozen=True, slots=True)
class Price:
    """Money per something: ``55 a month``, ``12 a visit``, ``19 an hour``."""

    amount: float
    per: str

    def __str__(self) -> str:
        return f"{format_number(self.amount)} {_article(self.per)} {self.per}"


def parse_price(text: str, *, per: tuple[str, ...] = PRICE_UNITS) -> Price:
    """Read money per visit or per unit of time; only the units in `per` are allowed."""
    text = text.strip()
    example = f"{_article(per[0])} {per[0]}"
    allowed = "money " + " or ".join(f"{_article(unit)} {unit}" for unit in per)
    refuse_comma(text, allowed)
    found = _PER.fullmatch(text)
    if found is None:
        raise ValueRefusedError(text, allowed, f"say per what, such as 12 {example}, without a currency sign")
    if found[2] not in per:
        hint = nearest(found[2], per) or f"write, for example, 12 {example}"
        raise ValueRefusedError(text, allowed, hint)
    return Price(parse_money(found[1]), found[2])


def parse_money(text: str) -> float:
    """Read an amount in the scenario's currency, written without its sign."""
    return parse_number(text, allowed="an amount of money without a currency sign", example="write, for example, 40000")


def parse_multiple(text: str, *, of: str = "price") -> float:
    """Read ``160 % of price`` as 1.6."""
    text = text.strip()
    allowed = f"a share of {of}, such as 160 % of {of}"
    body = text[: -len(of)].rstrip().removesuffix("of").rstrip() if text.endswith(of) else text
    if not _PERCENT.fullmatch(body) and (body == text or not NUMBER_PATTERN.fullmatch(body)):
        refuse_comma(text, allowed)
        raise ValueRefusedError(text, allowed, f"write, for example, 100 % of {of}")
    if body.endswith(("%", "t")):
        return parse_share(body, high=1000.0)
    return parse_number(body, high=1000.0)


def format_multiple(value: float, *, of: str = "price") -> str:
    """Write 1.6 as ``160 % of price``."""
    percent = f"{value * 100.0:.12g}"
    exact = "e" not in percent and float(percent) / 100.0 == value
    return f"{percent} % of {of}" if exact else f"{format_number(value)} of {of}"


def parse_switch(text: str) -> bool:
    """Read ``on``/``off`` or ``yes``/``no``."""
    words = {"on": True, "yes": True, "true": True, "off": False, "no": False, "false": False}
    if text.strip().lower() not in words:
        raise ValueRefusedError(text, "on or off", "write on or off")
    return words[text.strip().lower()]


@dataclass(frozen=True, slots=True)
class Change:
    """What a policy, a ``--set`` or a study does to one value.

    Attributes
    ----------
    how
        ``set``, ``add`` or ``multiply``. Sets come first, then all additions, then all multiplications.
    operand
        The value to set or the amount to add, as text; empty for multiply.
    factor
        What to multiply by; for ``add``, +1 (more) or -1 (less, fewer).
    """

    how: str
    operand: str = ""
    factor: float = 1.0


def parse_change(text: str) -> Change:
    """Read ``3``, ``1 more``, ``2 fewer``, ``20 % less``, ``5 points more`` or ``1.5 times``."""
    text = text.strip()
    times = _TIMES.fullmatch(text)
    if times:
        return Change("multiply", factor=parse_number(times[1], high=1e6))
    found = _CHANGE.fullmatch(text)
    if found is None:
        return Change("set", text)
    sign = 1.0 if found[2] == "more" else -1.0
    amount = found[1]
    if amount.endswith(("points", "point")):
        points = parse_number(amount.removesuffix("s").removesuffix("point"), high=100.0)
        return Change("add", format_number(points / 100.0), sign)
    if _PERCENT.fullmatch(amount):
        share = parse_share(amount, high=1000.0)
        if sign < 0 and share > 1.0:
            raise ValueRefusedError(text, "at most 100 % less", "give a smaller share")
        return Change("multiply", factor=1.0 + sign * share)
    return Change("add", amount, sign)
