"""The JSON Schema of scenario files, for editors that complete and check while one writes."""

from __future__ import annotations

from typing import Any

from cxsim.behaviour.registry import REGISTRY
from cxsim.scenario.consistency import MEASURES
from cxsim.scenario.defaults import EVERYTHING
from cxsim.scenario.meanings import MEANINGS
from cxsim.scenario.models import Document


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of scenario files, made from the models."""
    schema = Document.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    _explain(schema)
    schema["title"] = "cxsim scenario"
    properties = schema["properties"]
    number = {"type": ["string", "number"]}
    for section in ("defaults", "switches"):
        note = MEANINGS["Document"][section]
        table = {"type": "object", "description": note, "additionalProperties": False, "properties": {}}
        properties[section] = table
    for name, parameter in REGISTRY.items():
        section = "switches" if parameter.role == "switch" else "defaults"
        kind = {"enum": ["on", "off", True, False]} if section == "switches" else number
        note = f"{parameter.meaning} ({parameter.unit}; {parameter.source})"
        properties[section]["properties"][name] = {**kind, "description": note}
    everything = {"enum": ["on", "off", True, False], "description": "Every mechanism that is not named beside it"}
    properties["switches"]["properties"][EVERYTHING] = everything
    note = MEANINGS["Document"]["measures"]
    properties["measures"] = {"type": "array", "description": note, "items": {"enum": list(MEASURES)}}
    # An editor reads `format: 1` as a number and `unsure` entries as text; both are allowed here.
    properties["format"] = {"enum": [1, "1"], "description": MEANINGS["Document"]["format"]}
    return schema


def _explain(node: Any) -> None:
    """Write what each key means beside it, at whatever depth its section stands."""
    if isinstance(node, list):
        for one in node:
            _explain(one)
    if not isinstance(node, dict):
        return
    for key, meaning in MEANINGS.get(str(node.get("title", "")), {}).items():
        field = node.get("properties", {}).get(key)
        if field is not None:
            of_type = field.get("description")
            field["description"] = f"{meaning} {of_type}." if of_type else meaning
    for one in node.values():
        _explain(one)
