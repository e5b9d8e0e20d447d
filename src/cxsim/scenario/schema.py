"""The JSON Schema of scenario files, for editors that complete and check while one writes."""

from __future__ import annotations

from typing import Any

from cxsim.behaviour.registry import REGISTRY
from cxsim.scenario.consistency import MEASURES
from cxsim.scenario.defaults import EVERYTHING
from cxsim.scenario.models import Document


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of scenario files, made from the models."""
    schema = Document.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "cxsim scenario"
    properties = schema["properties"]
    number = {"type": ["string", "number"]}
    properties["defaults"] = {"type": "object", "additionalProperties": False, "properties": {}}
    properties["switches"] = {"type": "object", "additionalProperties": False, "properties": {}}
    for name, parameter in REGISTRY.items():
        section = "switches" if parameter.role == "switch" else "defaults"
        kind = {"enum": ["on", "off", True, False]} if section == "switches" else number
        note = f"{parameter.meaning} ({parameter.unit}; {parameter.source})"
        properties[section]["properties"][name] = {**kind, "description": note}
    everything = {"enum": ["on", "off", True, False], "description": "Every mechanism that is not named beside it"}
    properties["switches"]["properties"][EVERYTHING] = everything
    properties["measures"] = {"type": "array", "items": {"enum": list(MEASURES)}}
    # An editor reads `format: 1` as a number and `unsure` entries as text; both are allowed here.
    properties["format"] = {"enum": [1, "1"]}
    return schema
