"""The JSON Schema of scenario files, for editors that complete and check while one writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from cxsim.behaviour.parameter import Parameter
from cxsim.behaviour.registry import REGISTRY
from cxsim.scenario.consistency import MEASURES
from cxsim.scenario.defaults import EVERYTHING
from cxsim.scenario.left_out import LeftOut, left_out
from cxsim.scenario.meanings import MEANINGS
from cxsim.scenario.models import Document
from cxsim.units import format_number

Node = dict[str, Any]
Meanings = Mapping[str, Mapping[str, str]]

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
ON_OR_OFF: Final = ["on", "off", True, False]
SCALAR: Final = ["string", "number"]
# Values that a policy or a study can name without the name of a firm or a touchpoint: path so far, section.
OURS: Final = {"": "Firm", "promises.": "Promises", "recovery.": "Recovery", "process.": "Process"}
WORLDS: Final = {"market.": "Market", "market.switching.": "Switching", "market.talk_to.": "Ties"}
# What a firm is from the start, and no policy changes.
GIVEN: Final = frozenset({"share", "spread", "arrives", "source"})


def json_schema() -> Node:
    """Return the JSON Schema (draft 2020-12) of scenario files, made from the models."""
    schema: Node = without_null(Document.model_json_schema(by_alias=True))
    schema["$schema"] = DRAFT
    explain(schema, MEANINGS, left_out())
    schema["title"] = "cxsim scenario"
    properties, definitions = schema["properties"], schema["$defs"]
    everything = {"enum": ON_OR_OFF, "description": "Every mechanism that is not named beside it."}
    switches = {name: _of_ledger(one) for name, one in REGISTRY.items() if one.role == "switch"}
    worlds = {name: _of_ledger(one) for name, one in REGISTRY.items() if one.role != "switch"}
    for key, table in {
        "defaults": table_of(worlds),
        "switches": table_of({EVERYTHING: everything, **switches}),
        "goals": table_of(of_measures("at least 70 %")),
        "unsure": table_of(world_paths(definitions, "0.5 to 2 times"), others=SCALAR),
        "measures": list_of(MEASURES),
        # An editor reads `format: 1` as a number.
        "format": {"enum": [1, "1"]},
    }.items():
        properties[key] = {**table, "description": properties[key]["description"]}
    change = definitions["Policy"]["properties"]["change"]
    definitions["Policy"]["properties"]["change"] = {**change, **table_of(our_paths(definitions), others=True)}
    return schema


def described(parameter: Parameter) -> str:
    """Return what a parameter means, its default with its unit, its range, and how sure we are of it.

    Parameters
    ----------
    parameter : Parameter
        Of the ledger; a switch has neither unit nor range.
    """
    if parameter.role == "switch":
        return f"{parameter.meaning} Left out: `{'on' if parameter.default else 'off'}`."
    low, usual, high = (format_number(value) for value in (parameter.low, parameter.default, parameter.high))
    value = f"Left out: `{usual}`; {low} to {high} {parameter.unit}."
    return f"{parameter.meaning} {value} {parameter.confidence.capitalize()}: {parameter.source}"


def table_of(fields: Node, *, others: list[str] | bool = False) -> Node:
    """Return the schema of a table with these keys; `others` are the types of further ones, or whether there may be."""
    further = others if isinstance(others, bool) else {"type": others}
    return {"type": "object", "properties": fields, "additionalProperties": further}


def list_of(names: tuple[str, ...]) -> Node:
    """Return the schema of a list of some of these names; one may stand alone."""
    return {"type": ["array", "string"], "items": {"enum": list(names)}}


def of_measures(example: str) -> Node:
    """Return a field for each measure."""
    return {name: {"type": SCALAR, "examples": [example]} for name in MEASURES}


def world_paths(definitions: Node, example: str) -> Node:
    """Return a field for each value of the world whose path is the same in every scenario."""
    ledger = {
        f"defaults.{name}": {"type": SCALAR, "description": described(one), "examples": [example]}
        for name, one in REGISTRY.items()
        if one.role != "switch"
    }
    return {**_paths(definitions, WORLDS), **ledger}


def our_paths(definitions: Node) -> Node:
    """Return a field for each value of our firm whose path is the same in every scenario."""
    return _paths(definitions, OURS)


def _paths(definitions: Node, sections: Mapping[str, str]) -> Node:
    """Return single values of some sections by path; a change such as ``1 more`` may stand for each."""
    return {
        f"{before}{key}": {"description": field.get("description", ""), "examples": field.get("examples", [])}
        for before, section in sections.items()
        for key, field in definitions[section]["properties"].items()
        if key not in GIVEN and "$ref" not in field and "object" not in str(field.get("type"))
    }


def _of_ledger(parameter: Parameter) -> Node:
    if parameter.role == "switch":
        return {"enum": ON_OR_OFF, "description": described(parameter)}
    limits = {"minimum": parameter.low, "maximum": parameter.high, "default": parameter.default}
    return {"type": ["string", "number"], **limits, "description": described(parameter)}


def without_null(node: Any) -> Any:
    """Return a schema in which a key that may be left out is no choice between its type and null.

    Pydantic writes a field that need not be there as one that may be null. A file leaves the key out instead, and an
    editor that knows only the type completes and explains better.
    """
    if isinstance(node, list):
        return [without_null(one) for one in node]
    if not isinstance(node, dict):
        return node
    found = {key: without_null(value) for key, value in node.items() if not (key == "default" and value is None)}
    kinds = found.get("anyOf")
    if isinstance(kinds, list) and {"type": "null"} in kinds:
        kinds = [kind for kind in kinds if kind != {"type": "null"}]
        rest = {key: value for key, value in found.items() if key != "anyOf"}
        found = {**kinds[0], **rest} if len(kinds) == 1 else {**rest, "anyOf": kinds}
    return found


def explain(node: Any, meanings: Meanings, usual: Mapping[tuple[str, str], LeftOut]) -> None:
    """Write what each key means beside it, at whatever depth its section stands, and what it is where it is left out.

    Parameters
    ----------
    node
        A schema or a part of one; changed in place.
    meanings
        By section (the title of its model), then by key.
    usual
        What stands for a key that is left out, by section and key.
    """
    if isinstance(node, list):
        for one in node:
            explain(one, meanings, usual)
    if not isinstance(node, dict):
        return
    section = str(node.get("title", ""))
    for key, meaning in meanings.get(section, {}).items():
        field = node.get("properties", {}).get(key)
        if not isinstance(field, dict):
            continue
        of_type = field.get("description")
        said = [meaning, f"{of_type}." if of_type else ""]
        if (section, key) in usual:
            said.append(usual[section, key].sentence())
            field["default"] = usual[section, key].value
        field["description"] = " ".join(part for part in said if part)
    for one in node.values():
        explain(one, meanings, usual)
