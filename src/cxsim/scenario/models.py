"""What a scenario file may hold: frozen models, one field for each key, nothing unknown.

The same models hold a file as it was written, where what is left out is None, and as it was resolved, where nothing
is left out. A field's type reads the text a person wrote (`cxsim.scenario.fields`).
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, PlainSerializer, PlainValidator, WithJsonSchema

from cxsim.errors import ValueRefusedError
from cxsim.scenario import fields, firm_fields, policy_fields
from cxsim.scenario.known import Known
from cxsim.scenario.section import Section
from cxsim.units import parse_money


class Runs(Section):
    """How often it is simulated."""

    replications: fields.Positive | None = None
    seed: fields.Seed | None = None


class Switching(Section):
    """What leaving a firm takes."""

    notice: fields.Duration | None = None
    cost: fields.Money | None = None


class Ties(Section):
    """Mean numbers of people a customer talks to."""

    friends: fields.Number | None = None
    acquaintances: fields.Number | None = None


class Cares(Section):
    """How much weight a kind of customer gives to what a firm delivers; shares of the whole."""

    reliability: fields.Share | None = None
    speed: fields.Share | None = None
    care: fields.Share | None = None
    ease: fields.Share | None = None
    price: fields.Share | None = None


class Segment(Section):
    """A kind of customer."""

    share: fields.Share | None = None
    patience: fields.Patience | None = None
    pays: fields.Multiple | None = None
    price_weight: fields.Number | None = None
    cares_about: Cares | None = None


class Market(Section):
    """Who can ever buy."""

    customers: fields.Positive
    setting: fields.Setting
    switching: Switching | None = None
    talk_to: Ties | None = None
    leaves_anyway: fields.HazardRate | None = None
    segments: dict[fields.Name, Segment] | None = None


class Contact(Section):
    """Why and how often a customer of the firm meets it."""

    happens: fields.Happens
    because: fields.Because
    journey: fields.Names | None = None
    when: fields.When | None = None
    priority: fields.Priority | None = None
    stake: firm_fields.Stake | None = None


class Shift(Section):
    """People who are on duty together."""

    when: fields.OpenHours
    staff: fields.Count


class CallBack(Section):
    """An offer to be called back instead of waiting on the line."""

    after: fields.Duration
    accepted: fields.Share
    answered: fields.Share


class Retries(Section):
    """Calling again after giving up."""

    share: fields.Share
    after: fields.After


def _or_no(model: type[Section], example: str) -> PlainValidator:
    def convert(value: Any) -> Section | str:
        if isinstance(value, str):
            if value.strip() not in {"no", "off", "false"}:
                raise ValueRefusedError(value, "`no`, or a table", f"write {example}")
            return "no"
        return model.model_validate(value)

    return PlainValidator(convert)


def _write_or_no(value: Section | str) -> Any:
    return value if isinstance(value, str) else value.model_dump(exclude_none=True)


CallBackOrNo = Annotated[
    CallBack | str,
    _or_no(CallBack, "{after: 3 min, accepted: 37.5 %, answered: 93 %}"),
    PlainSerializer(_write_or_no),
    WithJsonSchema({"anyOf": [{"const": "no"}, CallBack.model_json_schema()]}),
]
RetriesOrNo = Annotated[
    Retries | str,
    _or_no(Retries, "{share: 67 %, after: 15 min}"),
    PlainSerializer(_write_or_no),
    WithJsonSchema({"anyOf": [{"const": "no"}, Retries.model_json_schema()]}),
]


class Source(Section):
    """Anonymous callers: a rate, or recorded arrivals."""

    rate: fields.Arrivals | None = None
    trace: fields.File | None = None
    only: fields.Line | None = None
    journey: fields.Names | None = None
    patience: fields.Patience | None = None
    priority: fields.Priority | None = None
    day_variation: fields.Variation | None = None
    takes: dict[fields.Name, fields.Takes] | None = None
    retries: RetriesOrNo | None = None


class Background(Section):
    """Contacts of nobody in particular that take the time of a touchpoint's staff."""

    rate: fields.Arrivals
    patience: fields.Patience | None = None
    priority: fields.Priority | None = None
    day_variation: fields.Variation | None = None
    takes: fields.Takes | None = None


class Touchpoint(Section):
    """Where customers meet the firm."""

    channel: fields.Channel
    staff: fields.Staff | None = None
    shifts: dict[fields.Name, Shift] | None = None
    staffing: fields.File | None = None
    hours: fields.OpenHours | None = None
    takes: fields.Takes | None = None
    solves: fields.Share | None = None
    sends_back: fields.Share | None = None
    goes_to: dict[fields.Name, fields.Share] | None = None
    ends: fields.Ends | None = None
    fails: fields.Share | None = None
    quality: fields.Level | None = None
    announces: fields.Announces | None = None
    call_back: CallBackOrNo | None = None
    retries: RetriesOrNo | None = None
    answer_within: fields.Duration | None = None
    training: firm_fields.HoursAYear | None = None
    way_out: firm_fields.WayOut | None = None
    explains: firm_fields.Explains | None = None
    must_be: firm_fields.LevelOrNone | None = None
    background: Background | None = None


class Promises(Section):
    """What a firm says it will do."""

    answer: firm_fields.DurationOrNone | None = None
    visit: firm_fields.DurationOrNone | None = None
    experience: firm_fields.LevelOrNone | None = None


class Recovery(Section):
    """What is done for somebody who complains."""

    steps: firm_fields.Steps | None = None
    credit: fields.Money | None = None
    without_approval: fields.Money | None = None
    ease: fields.Share | None = None


class Process(Section):
    """How causes of failures are taken away."""

    fixing: firm_fields.HoursAMonth | None = None
    looks_at: firm_fields.LooksAt | None = None


class Trouble(Section):
    """Where failures come from; shares of all."""

    design: fields.Share | None = None
    customer: fields.Share | None = None
    employee: fields.Share | None = None
    outside: fields.Share | None = None


class Reach(Section):
    """How an entrant becomes known."""

    at_first: firm_fields.Reached
    everyone_after: fields.Duration


class Firm(Section):
    """Somebody customers can be with."""

    share: fields.Share | None = None
    price: fields.Priced | None = None
    variable_cost: fields.Priced | None = None
    wages: fields.Wages | None = None
    quality: fields.Level | None = None
    spread: fields.Number | None = None
    contacts: dict[fields.Name, Contact] | None = None
    arrivals: dict[fields.Name, Source] | None = None
    touchpoints: dict[fields.Name, Touchpoint] | None = None
    promises: Promises | None = None
    recovery: Recovery | None = None
    process: Process | None = None
    trouble_comes_from: Trouble | None = None
    follow_up: fields.Share | None = None
    arrives: firm_fields.Arrival | None = None
    reaches: Reach | None = None
    known: Known | None = None
    source: fields.Line | None = None


class Cost(Section):
    """What a policy costs on top of what the model counts."""

    once: fields.Money | None = None
    yearly: fields.Money | None = None


def _cost(value: Any) -> Cost:
    if isinstance(value, str):
        parse_money(value)
        return Cost.model_validate({"once": value, "yearly": "0"})
    return Cost.model_validate(value)


CostField = Annotated[
    Cost,
    PlainValidator(_cost),
    PlainSerializer(lambda cost: cost.model_dump(exclude_none=True)),
    WithJsonSchema({"anyOf": [{"type": ["string", "number"]}, Cost.model_json_schema()]}),
]


class Part(Section):
    """A policy that is part of another, with its own times."""

    from_: fields.At | None = Field(default=None, alias="from")
    until: fields.At | None = None


def _parts(value: Any) -> dict[str, Part]:
    parts: dict[str, Part] = {}
    for item in value if isinstance(value, list) else [value]:
        pairs = {item: {}} if isinstance(item, str) else item
        if not isinstance(pairs, dict) or len(pairs) != 1:
            raise ValueRefusedError("this", "a list of policies", "write [one, {other: {from: month 12}}]")
        for name, times in pairs.items():
            if name in parts:
                raise ValueRefusedError(name, "each policy once", "remove one of them")
            parts[str(name)] = Part.model_validate(times)
    return parts


def _write_parts(parts: dict[str, Part]) -> list[Any]:
    dumped = {name: part.model_dump(by_alias=True, exclude_none=True) for name, part in parts.items()}
    return [{name: times} if times else name for name, times in dumped.items()]


Parts = Annotated[
    dict[str, Part],
    PlainValidator(_parts),
    PlainSerializer(_write_parts),
    WithJsonSchema({"type": ["array", "string"]}),
]


def _raw(value: Any) -> Any:
    if not isinstance(value, dict) or not value:
        raise ValueRefusedError("this", "paths with values", "write, for example, {phone.staff: 2 more}")
    return dict(value)


Raw = Annotated[dict[str, Any], PlainValidator(_raw), WithJsonSchema({"type": "object"})]


class Policy(Section):
    """A named overlay on our firm."""

    idea: fields.Line | None = None
    from_: fields.At | None = Field(default=None, alias="from")
    until: fields.At | None = None
    for_: fields.Names | None = Field(default=None, alias="for")
    change: Raw | None = None
    steering: policy_fields.Dotted | None = None
    cost: CostField | None = None
    combine: Parts | None = None


class Assumption(Section):
    """Where a value that nobody wrote comes from."""

    value: fields.Line
    source: fields.Line
    confidence: fields.Line


class Document(Section):
    """A whole scenario file."""

    format: fields.Positive
    question: fields.Line | None = None
    our_firm: fields.Line | None = None
    starts: fields.Date | None = None
    lasts: fields.Horizon
    warm_up: fields.Duration | None = None
    currency: fields.Line | None = None
    runs: Runs | None = None
    market: Market | None = None
    firms: dict[fields.Name, Firm]
    defaults: dict[str, fields.Signed] | None = None
    switches: dict[str, fields.Switch] | None = None
    policies: dict[fields.Name, Policy] | None = None
    measures: fields.Names | None = None
    goals: dict[str, fields.Line] | None = None
    unsure: dict[str, fields.Line] | None = None
    assumptions: dict[str, Assumption] | None = None

    def tree(self) -> dict[str, Any]:
        """Return the file as nested text, ready to be written or changed."""
        return self.model_dump(by_alias=True, exclude_none=True)
