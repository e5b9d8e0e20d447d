"""Types of what a firm promises, makes good, fixes and trains, and of when an entrant comes."""

from __future__ import annotations

import re
from functools import partial
from typing import Annotated, Any, Final

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from cxsim.errors import ValueRefusedError
from cxsim.model.plan import NEVER, NONE
from cxsim.scenario.fields import Kind, Moment, parse_moment, text_of
from cxsim.units import (
    HOUR,
    format_duration,
    format_number,
    format_share,
    nearest,
    parse_duration,
    parse_number,
    parse_share,
)

NOTHING: Final = "none"
# In the order of their bits: the first is 1, the next 2, then 4 and so on.
RECOVERY_STEPS: Final = ("apologize", "accept", "explain", "fix", "credit", "ask", "follow-up")
NO_DURATION: Final = -1

_WORK: Final = re.compile(r"(.+?)\s+(?:a|per)\s+([A-Za-z]+)")


def _duration_or_none(value: Any) -> int:
    text = text_of(value).strip()
    return NO_DURATION if text == NOTHING else parse_duration(text)


def _level_or_none(value: Any) -> float:
    text = text_of(value).strip()
    allowed = "a level from -10 to 10, or `none`"
    return NONE if text == NOTHING else parse_number(text, low=-10.0, high=10.0, allowed=allowed)


def _steps(value: Any) -> tuple[str, ...]:
    """Read recovery steps; on a command line the list is one text."""
    if isinstance(value, str):
        value = [part for part in value.strip().removeprefix("[").removesuffix("]").split(",") if part.strip()]
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise ValueRefusedError("this", "a list of recovery steps", "write, for example, [apologize, fix]")
    names = [item.strip() for item in value]
    allowed = f"some of {', '.join(RECOVERY_STEPS)}"
    for name in names:
        if name not in RECOVERY_STEPS:
            raise ValueRefusedError(name, allowed, nearest(name, RECOVERY_STEPS) or "choose among these")
        if names.count(name) > 1:
            raise ValueRefusedError(name, "each step once", "remove one of them")
    return tuple(names)


def parse_work(value: Any, *, per: str) -> float:
    """Read working time: ``60 h a month`` as hours in the unit `per`."""
    text = text_of(value).strip()
    allowed = f"working time a {per}, such as 60 h a {per}"
    found = _WORK.fullmatch(text)
    if found is None or found[2] != per:
        raise ValueRefusedError(text, allowed, f"write, for example, 60 h a {per}")
    return parse_duration(found[1]) / HOUR


def parse_arrival(value: Any) -> Moment:
    """Read when a firm comes: ``month 18``, a date, ``never``, or ``0`` for one that is there from the start."""
    text = text_of(value).strip()
    if text in {"0", "never"}:
        return Moment(0 if text == "0" else int(NEVER), None, text)
    try:
        return parse_moment(text)
    except ValueRefusedError as error:
        allowed = "a time such as month 18 or 2026-07-01, `never`, or 0 (there from the start)"
        raise ValueRefusedError(text, allowed, error.remedy) from None


def _reached(value: Any) -> float:
    text = text_of(value).strip()
    return parse_share(text.removesuffix("of customers").rstrip())


def _choice(*options: str) -> Any:
    def convert(value: Any) -> str:
        text = text_of(value).strip()
        if text not in options:
            raise ValueRefusedError(text, f"one of {', '.join(options)}", nearest(text, options) or "choose one")
        return text

    return (PlainValidator(convert), WithJsonSchema({"enum": list(options)}))


def _text(description: str, *examples: str) -> WithJsonSchema:
    return WithJsonSchema({"type": ["string", "number"], "description": description, "examples": list(examples)})


def _work(per: str) -> Any:
    return (
        Kind("number"),
        PlainValidator(partial(parse_work, per=per)),
        PlainSerializer(lambda hours: f"{format_number(hours)} h a {per}"),
        _text("Working time", f"60 h a {per}"),
    )


DurationOrNone = Annotated[
    int,
    Kind("duration"),
    PlainValidator(_duration_or_none),
    PlainSerializer(lambda time: NOTHING if time == NO_DURATION else format_duration(time)),
    _text("A duration, or none", "2 min"),
]
LevelOrNone = Annotated[
    float,
    Kind("number"),
    PlainValidator(_level_or_none),
    PlainSerializer(lambda level: NOTHING if level == NONE else format_number(level)),
    _text("Latent scale, or none", "0.3"),
]
Steps = Annotated[
    tuple[str, ...],
    PlainValidator(_steps),
    PlainSerializer(list),
    WithJsonSchema({"type": ["array", "string"], "items": {"enum": list(RECOVERY_STEPS)}}),
]
HoursAMonth = Annotated[float, *_work("month")]
HoursAYear = Annotated[float, *_work("year")]
Arrival = Annotated[
    Moment, Kind("time"), PlainValidator(parse_arrival), PlainSerializer(str), _text("When", "month 18")
]
Reached = Annotated[
    float,
    Kind("share"),
    PlainValidator(_reached),
    PlainSerializer(lambda share: f"{format_share(share)} of customers"),
    _text("A share of the customers", "40 % of customers"),
]
Stake = Annotated[
    float,
    Kind("number"),
    PlainValidator(lambda value: parse_number(text_of(value), low=1.0, high=100.0)),
    PlainSerializer(format_number),
    _text("How much is at stake, 1: as usual", "2"),
]
LooksAt = Annotated[str, *_choice("complaints", "all failures")]
WayOut = Annotated[str, *_choice("hidden", "visible")]
Explains = Annotated[str, *_choice("nothing", "why")]
