"""Types of the values in a scenario file: each reads the text a person wrote and writes it back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Annotated, Any, Final

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from cxsim.errors import ValueRefusedError
from cxsim.scenario import calendar, law_text
from cxsim.scenario.laws import Law
from cxsim.units import (
    DAY,
    LARGEST_NUMBER,
    MICROSECOND,
    MONTH,
    WEEK,
    YEAR,
    Price,
    Rate,
    format_duration,
    format_multiple,
    format_number,
    format_share,
    nearest,
    parse_count,
    parse_duration,
    parse_money,
    parse_multiple,
    parse_number,
    parse_price,
    parse_rate,
    parse_share,
    parse_switch,
)

LONGEST_NAME: Final = 40
UNLIMITED: Final = -1
# fmt: off
RESERVED_NAMES: Final = frozenset({
    "announces", "all", "arrivals", "arrives", "as-is", "combine", "contacts", "defaults", "follow_up", "goals",
    "hours", "known", "market", "none", "policies", "price", "process", "promises", "quality", "reaches", "recovery",
    "share", "source", "spread", "switches", "touchpoints", "trouble_comes_from", "variable_cost", "wages",
})
# fmt: on
NAME_ALLOWED: Final = "a name of letters, digits, spaces, - and _"

_EVENT: Final = re.compile(r"(.+?)\s+arrives")
_MOMENT: Final = re.compile(r"(day|week|month|year)\s+([0-9]+(?:\.[0-9]+)?)")
_DATE: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T]([0-9]{2}:[0-9]{2}))?")


@dataclass(frozen=True, slots=True)
class Kind:
    """What arithmetic a value knows; values without a kind can only be set.

    Attributes
    ----------
    name
        ``number``, ``count``, ``share``, ``duration``, ``price``, ``rate``, ``law``, ``switch`` or
        ``time`` (of the scenario).
    """

    name: str


def text_of(value: Any) -> str:
    """Return a scalar's text; a list or a mapping is refused."""
    if isinstance(value, str):
        return value
    raise ValueRefusedError("a list" if isinstance(value, list) else "a table", "one value", "write one line of text")


def check_name(value: Any) -> str:
    """Refuse names that would break a path, a file name or a page."""
    name = text_of(value)
    odd = [c for c in name if not (c.isalnum() or c in "-_ ") or unicodedata.category(c).startswith("C")]
    if odd or not name.strip() or name != name.strip() or len(name) > LONGEST_NAME:
        why = f"`{odd[0]}` may not stand in it" if odd and odd[0].isprintable() else f"1 to {LONGEST_NAME} characters"
        raise ValueRefusedError(name, f"{NAME_ALLOWED}; {why}", "choose another name")
    if name in RESERVED_NAMES:
        raise ValueRefusedError(name, "a name that is not the name of a section", f"call it, for example, our-{name}")
    return name


def _read(parse: Callable[[str], Any]) -> PlainValidator:
    def convert(value: Any) -> Any:
        return parse(text_of(value).strip())

    return PlainValidator(convert)


def _choice(*options: str) -> PlainValidator:
    def convert(value: Any) -> str:
        text = text_of(value).strip()
        if text not in options:
            raise ValueRefusedError(text, f"one of {', '.join(options)}", nearest(text, options) or "choose one")
        return text

    return PlainValidator(convert)


def _write(form: Callable[[Any], Any]) -> PlainSerializer:
    return PlainSerializer(form)


def _schema(
    description: str, *examples: str, kind: str | list[str] = "string", most: float | None = None
) -> WithJsonSchema:
    """Describe a type to an editor; `most` is the largest number that may stand there without a unit."""
    numbers = {} if most is None else {"minimum": 0, "maximum": most}
    kind = kind if most is None else ["string", "number"]
    return WithJsonSchema({"type": kind, **numbers, "description": description, "examples": list(examples)})


def _law(place: law_text.Place, value: Any) -> Law:
    return law_text.parse_law(value, place)


def _written(value: Any) -> Any:
    return value.written()


@dataclass(frozen=True, slots=True)
class Moment:
    """A time of the scenario: ``month 3``, a local date, or the arrival of a firm.

    Attributes
    ----------
    offset
        Microseconds after the start; None for a date.
    day
        The local date and time; None for an offset.
    text
        As written.
    firm
        Name of the firm at whose arrival it is; empty for a time of the calendar.
    """

    offset: int | None
    day: datetime | None
    text: str
    firm: str = ""

    def after(self, starts: datetime) -> int:
        """Return microseconds since the start of the scenario."""
        if self.day is not None:
            return (self.day - starts) // timedelta(microseconds=MICROSECOND)
        return self.offset or 0

    def __str__(self) -> str:
        return self.text


def parse_moment(text: str) -> Moment:
    """Read ``month 3``, ``day 10`` or a local date."""
    found = _MOMENT.fullmatch(text)
    if found:
        size = {"day": DAY, "week": WEEK, "month": MONTH, "year": YEAR}[found[1]]
        return Moment(round(parse_number(found[2], high=1e6) * size), None, text)
    if _DATE.fullmatch(text):
        return Moment(None, parse_date(text), text)
    raise ValueRefusedError(text, "a time such as month 3, day 10 or 2025-03-01", "write, for example, month 3")


def parse_time(text: str) -> Moment:
    """Read a moment, or ``FiberNow arrives``: the time at which a firm comes."""
    found = _EVENT.fullmatch(text)
    return Moment(None, None, text, found[1]) if found else parse_moment(text)


def parse_date(text: str) -> datetime:
    """Read a local date, with a time of day where it is not midnight."""
    found = _DATE.fullmatch(text)
    allowed = "a local date such as 2025-01-06, or 2025-01-06 08:00"
    if found is None:
        raise ValueRefusedError(text, allowed, "write year-month-day")
    try:
        moment = datetime.combine(date.fromisoformat(found[1]), datetime.min.time())
    except ValueError:
        raise ValueRefusedError(text, allowed, "there is no such day") from None
    moment += timedelta(microseconds=calendar.parse_clock(found[2] or "00:00", text))
    if not 1900 <= moment.year <= 2200:  # noqa: PLR2004 -- centuries of recorded service
        raise ValueRefusedError(text, "a year from 1900 to 2200", "correct the year")
    return moment


def format_date(moment: datetime) -> str:
    """Write a date, with the time of day where it is not midnight."""
    return moment.strftime("%Y-%m-%d" if moment.time() == datetime.min.time() else "%Y-%m-%d %H:%M")


def parse_staff(text: str) -> int:
    """Read a number of people, or ``unlimited``."""
    return UNLIMITED if text == "unlimited" else parse_count(text, high=10_000)


def _rate_or_table(value: Any) -> Rate | calendar.RateTable:
    return calendar.parse_rate_table(value) if isinstance(value, Mapping) else parse_rate(text_of(value))


def _format_rate(value: Rate | calendar.RateTable) -> Any:
    return value.written() if isinstance(value, calendar.RateTable) else str(value)


def _names(value: Any) -> tuple[str, ...]:
    """Read a list of names; one name may stand without brackets."""
    if isinstance(value, str):
        return (value.strip(),) if value.strip() else ()
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(str(item) for item in value)
    raise ValueRefusedError("this", "a list of names", "write, for example, [menu, phone]")


def _line(value: Any) -> str:
    text = text_of(value)
    if len(text) > 2000:  # noqa: PLR2004 -- a paragraph
        raise ValueRefusedError(text, "at most 2000 characters", "shorten it")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _file(value: Any) -> str:
    text = text_of(value).strip()
    if not text or "\x00" in text or any(not c.isprintable() for c in text) or len(text) > 1000:  # noqa: PLR2004
        raise ValueRefusedError(text, "the name of a file beside the scenario", "write, for example, calls.csv")
    return text


Name = Annotated[str, PlainValidator(check_name), WithJsonSchema({"type": "string", "pattern": r"^[\w -]{1,40}$"})]
Line = Annotated[str, PlainValidator(_line), WithJsonSchema({"type": ["string", "number"]})]
File = Annotated[str, PlainValidator(_file), _schema("A file beside the scenario", "calls.csv")]
Names = Annotated[
    tuple[str, ...],
    PlainValidator(_names),
    _write(list),
    WithJsonSchema({"type": ["array", "string"], "items": {"type": "string"}}),
]
Switch = Annotated[
    bool,
    Kind("switch"),
    _read(parse_switch),
    _write(lambda on: "on" if on else "off"),
    _schema("on or off", "off", kind=["string", "boolean"]),
]
Duration = Annotated[
    int,
    Kind("duration"),
    _read(partial(parse_duration, low=0)),
    _write(format_duration),
    _schema("A duration", "6 min", "18 months", most=0),
]
Horizon = Annotated[
    int,
    Kind("duration"),
    _read(partial(parse_duration, low=60_000_000)),
    _write(format_duration),
    _schema("A duration", "3 years"),
]
Share = Annotated[float, Kind("share"), _read(parse_share), _write(format_share), _schema("A share", "12 %", most=1)]
Variation = Annotated[
    float,
    Kind("share"),
    _read(partial(parse_share, high=10.0)),
    _write(format_share),
    _schema("A coefficient of variation", "12 %", most=10),
]
Multiple = Annotated[
    float,
    Kind("number"),
    _read(parse_multiple),
    _write(format_multiple),
    _schema("A share of the price", "160 % of price"),
]
Level = Annotated[
    float,
    Kind("number"),
    _read(partial(parse_number, low=-10.0, high=10.0)),
    _write(format_number),
    _schema("Latent scale: 0 = market standard, 1 = one standard deviation", "0.3", kind=["string", "number"]),
]
Number = Annotated[
    float,
    Kind("number"),
    _read(parse_number),
    _write(format_number),
    _schema("A number", "2.5", kind=["string", "number"]),
]
Signed = Annotated[
    float,
    Kind("number"),
    _read(partial(parse_number, low=-LARGEST_NUMBER)),
    _write(format_number),
    _schema("A number", "0.5", kind=["string", "number"]),
]
Money = Annotated[
    float,
    Kind("number"),
    _read(parse_money),
    _write(format_number),
    _schema("Money", "40000", kind=["string", "number"]),
]
Count = Annotated[
    int, Kind("count"), _read(parse_count), _write(str), _schema("A whole number", "20", kind=["string", "integer"])
]
Positive = Annotated[
    int,
    Kind("count"),
    _read(partial(parse_count, low=1)),
    _write(str),
    _schema("A whole number", "20", kind=["string", "integer"]),
]
Seed = Annotated[
    int,
    Kind("count"),
    _read(partial(parse_count, high=10**15 - 1)),
    _write(str),
    _schema("A seed", "7", kind=["string", "integer"]),
]
Priority = Annotated[
    int,
    Kind("count"),
    _read(partial(parse_count, high=7)),
    _write(str),
    _schema("0 to 7", "2", kind=["string", "integer"]),
]
Staff = Annotated[
    int,
    Kind("count"),
    _read(parse_staff),
    _write(lambda staff: "unlimited" if staff == UNLIMITED else str(staff)),
    _schema("People on duty, or unlimited", "3", kind=["string", "integer"]),
]
Priced = Annotated[
    Price,
    Kind("price"),
    _read(partial(parse_price, per=("month", "visit"))),
    _write(str),
    _schema("A price", "55 a month"),
]
Wages = Annotated[
    Price, Kind("price"), _read(partial(parse_price, per=("hour",))), _write(str), _schema("Wages", "19 an hour")
]
Happens = Annotated[Rate, Kind("rate"), _read(parse_rate), _write(str), _schema("A rate", "12 a year")]
HazardRate = Annotated[
    Rate, Kind("rate"), _read(partial(parse_rate, hazard=True)), _write(str), _schema("A hazard", "3 % a year")
]
Arrivals = Annotated[
    Rate | calendar.RateTable,
    Kind("rate"),
    PlainValidator(_rate_or_table),
    _write(_format_rate),
    WithJsonSchema(
        {"type": ["string", "object"], "description": "A rate, or rates by day and hour", "examples": ["60 an hour"]}
    ),
]
OpenHours = Annotated[
    calendar.Hours,
    _read(calendar.parse_hours),
    _write(str),
    _schema("Days and times", "Mon-Fri 09:00-17:00, Sat 10:00-13:00"),
]
When = Annotated[
    calendar.Weights,
    PlainValidator(calendar.parse_weights),
    _write(_written),
    WithJsonSchema({"type": ["object", "string"], "description": "Hours with weights"}),
]
_LAW_SCHEMA: Final = WithJsonSchema(
    {
        "type": ["string", "object"],
        "description": "A law of durations",
        "examples": ["8 min", "lognormal 8 min, sd 4 min"],
    }
)
Takes = Annotated[Law, Kind("law"), PlainValidator(partial(_law, law_text.TAKES)), _write(_written), _LAW_SCHEMA]
Patience = Annotated[Law, Kind("law"), PlainValidator(partial(_law, law_text.PATIENCE)), _write(_written), _LAW_SCHEMA]
After = Annotated[Law, Kind("law"), PlainValidator(partial(_law, law_text.AFTER)), _write(_written), _LAW_SCHEMA]
At = Annotated[Moment, _read(parse_time), _write(str), _schema("A time", "month 3", "2025-03-01", "FiberNow arrives")]
Date = Annotated[datetime, _read(parse_date), _write(format_date), _schema("A local date", "2025-01-06")]
Setting = Annotated[
    str, _choice("noncontractual", "contractual"), WithJsonSchema({"enum": ["noncontractual", "contractual"]})
]
Because = Annotated[
    str, _choice("purchase", "question", "failure"), WithJsonSchema({"enum": ["purchase", "question", "failure"]})
]
Announces = Annotated[str, _choice("wait", "nothing"), WithJsonSchema({"enum": ["wait", "nothing"]})]
Ends = Annotated[str, _choice("solved", "unsolved"), WithJsonSchema({"enum": ["solved", "unsolved"]})]
# fmt: off
CHANNELS: Final = (
    "store", "phone", "web", "self-service", "voice menu", "chat", "delivery", "field visit", "complaint desk",
    "back office", "third party",
)
# fmt: on
Channel = Annotated[str, _choice(*CHANNELS), WithJsonSchema({"enum": list(CHANNELS)})]
