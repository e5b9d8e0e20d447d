"""Tables of every key, parameter and measure of a scenario file, made from the models that read it; see `make.py`."""

# ruff: noqa: INP001 -- a script beside the pages that it writes

from __future__ import annotations

import functools
import typing
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

NAME = "NAME"
SMALLEST = """\
format: 1
lasts: 1 year
market: {{customers: 100, setting: {setting}, segments: {{one: {{share: 100 %}}}}}}
firms:
  Ours:
    contacts: {{one: {{happens: 1 a year, because: purchase}}}}
    arrivals: {{two: {{rate: 1 an hour}}}}
    touchpoints:
      web: {{channel: web, background: {{rate: 1 an hour}}}}
policies: {{better: {{change: {{quality: 1}}, cost: 0}}}}
"""
# What a value of these types is has no rule that could refuse a question mark.
PLAIN = {"Line": "text", "File": "a file beside the scenario", "Names": "a list of names"}
LAW = "[a law of durations](scenario-files.md#laws-of-durations)"
# Tables of plain values, whose keys are free.
TABLES = {
    "defaults": "[numbers by name](#defaults)",
    "switches": "[`on` or `off` by name](#switches)",
    "goals": "`at least` or `at most` a value, by [measure](#measures)",
    "unsure": "`LOW to HIGH`, or `LOW to HIGH times`, by [path](scenario-files.md#paths-and---set)",
    "assumptions": "value, source and confidence, by path",
    "firms.NAME.arrivals.NAME.takes": f"{LAW}, by touchpoint",
    "firms.NAME.touchpoints.NAME.goes_to": "shares by touchpoint, with `solves` and `sends_back` at most 100 %",
    "policies.NAME.change": "values, or `1 more`, `20 % less`, by [path](scenario-files.md#paths-and---set)",
    "policies.NAME.cost": "an amount of money, or [a table](#policiesnamecost)",
    "policies.NAME.combine": "names of policies, or [tables](#policiesnamecombinename) by name",
    "measures": "a list of [measures](#measures)",
}
EXAMPLES = {
    "format": "`1`",
    "question": "`Is one more person worth the wages?`",
    "our_firm": "`Hotline`",
    "currency": "`EUR`",
    "warm_up": "`12 months`",
    "measures": "`[retention, profit]`",
    "defaults": "`{inertia: 2.7}`",
    "switches": "`{talk: off}`",
    "goals": "`{retention: at least 70 %}`",
    "unsure": "`{price: 0.9 to 1.1 times}`",
    "market.customers": "`2000`",
    "market.switching.notice": "`30 d`",
    "firms.NAME.source": "`Annual report 2024`",
    "firms.NAME.contacts.NAME.journey": "`[menu, phone]`",
    "firms.NAME.contacts.NAME.when": "`{Mon-Fri 09:00-17:00: 1, Mon-Fri 12:00-13:00: 3}`",
    "firms.NAME.arrivals.NAME.journey": "`[menu, phone]`",
    "firms.NAME.arrivals.NAME.only": "`prospects`",
    "firms.NAME.arrivals.NAME.takes": "`{phone: 3 min}`",
    "firms.NAME.touchpoints.NAME.goes_to": "`{back-office: 10 %}`",
    "firms.NAME.touchpoints.NAME.staffing": "`staff.csv`",
    "firms.NAME.touchpoints.NAME.answer_within": "`20 s`",
    "firms.NAME.recovery.steps": "`[apologize, fix, credit]`",
    "firms.NAME.reaches.everyone_after": "`18 months`",
    "policies.NAME.idea": "`Nobody waits at noon.`",
    "policies.NAME.for": "`[hurried]`",
    "policies.NAME.change": "`{phone.staff: 1 more}`",
    "policies.NAME.combine": "`[train, {fix: {from: month 6}}]`",
}
# Keys whose default follows from what else is written.
FOLLOWS = {
    "our_firm": "the first firm",
    "warm_up": "`12 months` with a market, else `0 s`",
    "market.segments.NAME.share": "`100 %` where there is one segment; else it is written",
    "firms.NAME.arrivals.NAME.rate": "this or `trace` is written",
    "firms.NAME.arrivals.NAME.trace": "this or `rate` is written",
    "firms.NAME.price": "`0`; the known price, where one is known",
    "firms.NAME.recovery.without_approval": "the `credit`; `0` where there are both desks",
    "firms.NAME.touchpoints.NAME.staff": "`unlimited` for web, self-service and voice menu; else one is written",
    "firms.NAME.touchpoints.NAME.hours": "when a shift runs, else `always`",
    "firms.NAME.touchpoints.NAME.takes": "`always 1 min` for web, self-service and voice menu; else it is written",
    "firms.NAME.touchpoints.NAME.ends": "`unsolved` where `solves` is written, else `solved`",
    "firms.NAME.touchpoints.NAME.background.patience": "that of the largest segment",
    "firms.NAME.touchpoints.NAME.background.takes": "the touchpoint's",
    "firms.NAME.arrivals.NAME.retries": "the touchpoint's",
    "market.segments": "one, `everyone`",
    "policies.NAME.cost": "must be written, but where policies are combined",
    "measures": "`[retention, wait_mean]` with a market, else `[wait_mean, abandonment_rate]`",
}


class Place(NamedTuple):
    """A section of the file, and where it stands."""

    path: str
    model: type[BaseModel]


def sections_in(annotation: Any) -> Iterator[tuple[bool, type[BaseModel]]]:
    """Yield the sections that an annotation names, and whether they stand under names."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield False, annotation
    for inner in typing.get_args(annotation):
        for under_names, model in sections_in(inner):
            yield under_names or typing.get_origin(annotation) is dict, model


def inside(field: FieldInfo) -> tuple[bool, type[BaseModel]] | None:
    """Return the section that a key holds, if it holds one, and whether it stands under names."""
    from cxsim.scenario.models import CallBack, Retries

    found = next(sections_in(field.annotation), None)
    if found is None and "CallBack" in str(field.annotation) + str(field.metadata):
        return False, CallBack
    if found is None and "Retries" in str(field.annotation) + str(field.metadata):
        return False, Retries
    return found


def places() -> list[Place]:
    """Return every section, a parent before its children."""
    from cxsim.scenario.models import Document

    found: list[Place] = []
    waiting = [Place("", Document)]
    while waiting:
        place = waiting.pop(0)
        found.append(place)
        children = []
        for key, field in place.model.model_fields.items():
            held = inside(field)
            if held is not None and held[1].__name__ != "Assumption":
                path = ".".join(part for part in (place.path, field.alias or key, NAME if held[0] else "") if part)
                children.append(Place(path, held[1]))
        waiting = children + waiting
    return found


def allowed(model: type[BaseModel], key: str) -> str:
    """Return what a key may be, in the words with which its type refuses another value."""
    from cxsim.scenario import fields

    kinds = kinds_of(model, key)
    if any(law in kinds for law in (fields.Takes, fields.Patience, fields.After)):
        return LAW
    if fields.Staff in kinds:
        return f"{refusal(model, key)}, or `unlimited`"
    if fields.Arrivals in kinds:
        return f"{refusal(model, key)}; or [a table of hours](scenario-files.md#callers)"
    if fields.When in kinds:
        return "days and times, with weights"
    return refusal(model, key) or next((text for kind, text in PLAIN.items() if getattr(fields, kind) in kinds), "text")


def refusal(model: type[BaseModel], key: str) -> str:
    """Return what a question mark is refused with; empty where it is not refused."""
    try:
        model.model_validate({key: "?"})
    except ValidationError as error:
        for fault in error.errors():
            refused = fault.get("ctx", {}).get("error")
            if fault["loc"] == (key,) and refused is not None:
                return str(refused.allowed)
    return ""


def kinds_of(model: type[BaseModel], key: str) -> tuple[Any, ...]:
    """Return the types that a key may have."""
    name = next(name for name, field in model.model_fields.items() if key in (name, field.alias))
    hint = typing.get_type_hints(model, include_extras=True)[name]
    return (hint, *typing.get_args(hint))


def example_of(model: type[BaseModel], key: str) -> str:
    """Return the first example that the schema holds."""
    node = model.model_json_schema(by_alias=True)["properties"].get(key, {})
    for one in (node, *node.get("anyOf", [])):
        if one.get("examples"):
            return f"`{one['examples'][0]}`"
        if one.get("enum"):
            return f"`{one['enum'][0]}`"
    return ""


@functools.cache
def filled() -> list[tuple[Mapping[str, Any], Mapping[str, Mapping[str, str]]]]:
    """Return the smallest files of both settings with every default, and where each is from."""
    from cxsim.scenario.defaults import Filler
    from cxsim.scenario.models import Document
    from cxsim.scenario.reader import read

    made = []
    for setting in ("noncontractual", "contractual"):
        text = SMALLEST.format(setting=setting)
        filler = Filler(Document.model_validate(read(text, "smallest.yaml")).tree())
        made.append((filler.fill(), filler.notes))
    return made


def found_at(tree: Any, path: str) -> tuple[Any, str]:
    """Return what stands at a path of a filled file, and the path as the notes write it."""
    words: list[str] = []
    for part in path.split("."):
        if not isinstance(tree, Mapping):
            return None, ""
        word = next(iter(tree), "") if part == NAME else part
        tree = tree.get(word)
        words.append(word)
    kinds = {"firms", "contacts", "arrivals", "touchpoints"}
    return tree, ".".join(word for number, word in enumerate(words) if not (word in kinds and number in (0, 2)))


def default_of(path: str, field: FieldInfo) -> tuple[str, str]:
    """Return the default of a key, and where it is from and how sure that is."""
    if field.is_required():
        return "must be written", ""
    shown, origins = [], []
    for tree, notes in filled():
        value, name = found_at(tree, path)
        note = notes.get(name, {})
        shown.append("" if value in ([], {}) or isinstance(value, dict) else str(value or ""))
        source, confidence = note.get("source", ""), note.get("confidence", "")
        if source and "convention of" not in source:
            origins.append(source if source.startswith(confidence) else f"{source}; {confidence}")
    if path in FOLLOWS:
        text = FOLLOWS[path]
    elif shown[0] == shown[1]:
        text = f"`{shown[0]}`" if shown[0] else "nothing"
    else:
        text = f"`{shown[0]}` noncontractual, `{shown[1]}` contractual"
    return text, origins[0] if origins else ("convention" if shown[0] else "")


def anchor(path: str) -> str:
    """Return the anchor of the heading of a section."""
    return f"#{path.replace('.', '').lower()}"


def row(place: Place, key: str, field: FieldInfo) -> str:
    """Return the line of one key."""
    from cxsim.scenario.meanings import MEANINGS

    name = field.alias or key
    path = f"{place.path}.{name}" if place.path else name
    held = inside(field)
    if held is not None and held[1].__name__ != "Assumption":
        target = f"{path}.{NAME}" if held[0] else path
        kind = f"[{'tables by name' if held[0] else 'a table'}]({anchor(target)})"
    else:
        kind = allowed(place.model, name)
    default, origin = default_of(path, field)
    if held is not None and default == "nothing":
        default = "see there" if held[0] is False else "none"
    kind = TABLES.get(path, kind)
    example = EXAMPLES.get(path, "" if held else example_of(place.model, name))
    cells = (f"`{name}`", MEANINGS[place.model.__name__][name], kind, example, default, origin)
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def keys(_: str) -> str:
    """Return a part for every section, with a table of its keys."""
    parts = []
    for place in places():
        if place.model.__name__ == "Known":
            parts.append(f"## `{place.path}`\n\n{place.model.__doc__}\n\n{figures()}")
            continue
        title = f"`{place.path}`" if place.path else "The top of the file"
        head = "| key | what it is | may be | example | default | source, and how sure |\n|---|---|---|---|---|---|\n"
        rows = "\n".join(row(place, key, field) for key, field in place.model.model_fields.items())
        parts.append(f"## {title}\n\n{place.model.__doc__}\n\n{head}{rows}\n")
    return "\n" + "\n".join(parts) + "\n"


def figures() -> str:
    """Return the table of the figures that may be known of a firm."""
    from cxsim.measures.catalog import CATALOG
    from cxsim.scenario.known import Known

    lines = ["| key | what it is | may be | example |", "|---|---|---|---|"]
    for name in Known.model_fields:
        meaning = CATALOG[name].title if name in CATALOG else "list price; it is exact"
        lines.append(f"| `{name}` | {meaning} | {allowed(Known, name)} | {example_of(Known, name)} |")
    return "\n".join(lines) + "\n"


def ledger(_: str) -> str:
    """Return the table of all behavioural parameters."""
    from cxsim.behaviour.registry import MODULES
    from cxsim.units import format_number

    lines = ["| key | default | unit | range | confidence | mechanism |", "|---|---|---|---|---|---|"]
    for module in MODULES:
        mechanism = module.__name__.rpartition(".")[2]
        for one in module.PARAMETERS:
            if one.role != "switch":
                default, low, high = (format_number(value) for value in (one.default, one.low, one.high))
                cells = (f"`{one.name}`", default, one.unit, f"{low} to {high}", one.confidence, mechanism)
                lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def measures(_: str) -> str:
    """Return the table of all measures."""
    from cxsim.measures.catalog import CATALOG

    lines = ["| measure | what it is | unit | of whom, until when | better |", "|---|---|---|---|---|"]
    for name, one in CATALOG.items():
        whom = "; ".join(part for part in (one.whom, one.per, one.until) if part)
        lines.append(f"| `{name}` | {one.title} | {one.unit} | {whom} | {one.better} |")
    return "\n".join(lines) + "\n"
