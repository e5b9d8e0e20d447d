"""What a study file may hold: frozen models, read as those of scenarios are (`cxsim.scenario.models`)."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, PlainValidator, WithJsonSchema

from cxsim.errors import ValueRefusedError
from cxsim.scenario import fields
from cxsim.scenario.section import Section
from cxsim.units import parse_count

ALL: Final = "all"
THE_START: Final = "the start"
# Stands where a word alone was written in place of a table with one key (`design: grid`).
USUAL: Final = "usual"
MOST_CASES: Final = 1_000_000
MOST_LEVELS: Final = 1_000


def _level(value: Any) -> str:
    """Return a level as ``--set`` takes it; a list is written in brackets."""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return f"[{', '.join(value)}]"
    text = fields.text_of(value).strip()
    if not text:
        raise ValueRefusedError("", "a value in every place of the list", "write it, or remove the comma")
    return text


def _levels(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueRefusedError("this", "a list of values", "write, for example, [1, 2, 4]")
    if not value:
        raise ValueRefusedError("[]", "one value or more", "write, for example, [1, 2, 4]")
    if len(value) > MOST_LEVELS:
        raise ValueRefusedError(f"{len(value)} values", f"at most {MOST_LEVELS}", "write a range")
    return tuple(_level(item) for item in value)


Levels = Annotated[
    tuple[str, ...],
    PlainValidator(_levels),
    PlainSerializer(list),
    WithJsonSchema({"type": "array", "items": {"type": ["string", "number", "array"]}, "examples": [[1, 2, 4]]}),
]


class LeverCost(Section):
    """What comes on top where a lever is not as it is now; `per`: for each so much away from it."""

    once: fields.Money | None = None
    yearly: fields.Money | None = None
    per: fields.Line | None = None


def _as_cost(value: Any) -> Any:
    return {"once": value} if isinstance(value, str) else value


class Varied(Section):
    """The values that a factor takes: a range or levels."""

    range: fields.Line | None = None
    levels: Levels | None = None
    cost: Annotated[LeverCost, BeforeValidator(_as_cost, json_schema_input_type=str | float | LeverCost)] | None = None


def _as_varied(value: Any) -> Any:
    if isinstance(value, list):
        return {"levels": value}
    return {"range": value} if isinstance(value, str) else value


FactorField = Annotated[Varied, BeforeValidator(_as_varied, json_schema_input_type=str | list[Any] | Varied)]


def _all_or_factors(value: Any) -> Any:
    return {ALL: {"range": ALL}} if value == ALL else value


def _levels_each(value: Any) -> int:
    return 0 if value == USUAL else parse_count(fields.text_of(value), low=2, high=MOST_LEVELS)


def _points(value: Any) -> int:
    text = fields.text_of(value)
    if text == USUAL:
        raise ValueRefusedError("the method alone", "a number of points with it", "write, for example, {sobol: 64}")
    return parse_count(text, low=1, high=MOST_CASES)


def _rows(value: Any) -> tuple[dict[str, str], ...]:
    if not isinstance(value, list) or not value or not all(isinstance(row, dict) and row for row in value):
        example = "write, for example, [{phone.staff: 2}, {phone.staff: 3}]"
        raise ValueRefusedError("this", "a list of points, each a table of paths and values", example)
    return tuple({str(path): _level(text) for path, text in row.items()} for row in value)


def _count_schema(what: str, example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": ["string", "integer"], "description": what, "examples": [example]})


Each = Annotated[
    int,
    PlainValidator(_levels_each),
    PlainSerializer(lambda count: str(count) if count else USUAL),
    _count_schema("Levels of each range", "5"),
]
Count = Annotated[int, PlainValidator(_points), PlainSerializer(str), _count_schema("Points", "64")]
Rows = Annotated[
    tuple[dict[str, str], ...],
    PlainValidator(_rows),
    PlainSerializer(list),
    WithJsonSchema({"type": "array", "items": {"type": "object"}}),
]


class Design(Section):
    """Which combinations of values are tried: one of these."""

    grid: Each | None = None
    one_at_a_time: Each | None = Field(default=None, alias="one at a time")
    latin_hypercube: Count | None = Field(default=None, alias="latin hypercube")
    sobol: Count | None = None
    file: fields.File | None = None
    points: Rows | None = None


METHODS: Final = tuple(field.alias or name for name, field in Design.model_fields.items())


def _as_design(value: Any) -> Any:
    return {value: USUAL} if isinstance(value, str) else value


Word = Literal["grid", "one at a time"]
DesignField = Annotated[Design, BeforeValidator(_as_design, json_schema_input_type=Word | Design)]


class Designs(Design):
    """A design of all factors together, or of levers and uncertainties apart."""

    levers: DesignField | None = None
    uncertainties: DesignField | None = None


DesignsField = Annotated[Designs, BeforeValidator(_as_design, json_schema_input_type=Word | Designs)]
Factors = dict[str, FactorField]
Uncertainties = Annotated[Factors, BeforeValidator(_all_or_factors, json_schema_input_type=Literal["all"] | Factors)]


def _pulled(value: Any) -> str:
    text = fields.text_of(value).strip()
    if text != THE_START:
        fields.parse_time(text)
    return text


Pulled = Annotated[
    str,
    PlainValidator(_pulled),
    WithJsonSchema({"type": "string", "examples": ["month 0", THE_START]}),
]


class StudyDocument(Section):
    """A whole study file."""

    format: fields.Positive
    study: fields.Line
    scenario: fields.Line
    policies: fields.Names | None = None
    levers: Factors | None = None
    from_: Pulled | None = Field(default=None, alias="from")
    uncertainties: Uncertainties | None = None
    design: DesignsField | None = None
    replications: fields.Positive | None = None
    precision: dict[str, fields.Line] | None = None
    most: fields.Positive | None = None
    seed: fields.Seed | None = None
    measures: fields.Names | None = None
