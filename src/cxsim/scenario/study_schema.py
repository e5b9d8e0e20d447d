"""The JSON Schema of study files, for editors that complete and check while one writes."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from cxsim.scenario import library
from cxsim.scenario.consistency import MEASURES
from cxsim.scenario.meanings import MEANINGS
from cxsim.scenario.models import Document
from cxsim.scenario.schema import (
    DRAFT,
    Meanings,
    Node,
    explain,
    list_of,
    of_measures,
    our_paths,
    table_of,
    without_null,
    world_paths,
)
from cxsim.scenario.study_fields import StudyDocument

RANGE: Final = "0.5 to 2 times"

# By section (the name of its model), then by key as it is written; what a file has in common with a scenario is there.
STUDY_MEANINGS: Final[Meanings] = MappingProxyType({
    "StudyDocument": {
        "format": "Version of the file format.",
        "study": "The question in one sentence; it heads the answer.",
        "scenario": "A bundled name, or the way from this file to a scenario file.",
        "policies": "Policies of the scenario, or `all`; `as-is` is always there. Left out: `as-is` alone.",
        "levers": "By path, what we may change: a range such as `1 to 3`, or levels such as `[1, 2, 4]`.",
        "from": "When levers are pulled. Left out: `month 0`.",
        "uncertainties": "By path, what nobody knows; or `all`: what the scenario is `unsure` of.",
        "design": "Which combinations are tried. Left out: a grid of the levers, 32 Sobol points of the uncertainties.",
        "replications": "Runs of every case. Left out: as the scenario says.",
        "precision": "By measure, a half-width that is to be reached, in place of `replications`.",
        "most": "Most replications that a precision may take. Left out: `200`.",
        "seed": "Seed of all luck and of the designs. Left out: as the scenario says.",
        "measures": "What is shown; the first ranks. Left out: as the scenario says.",
    },
    "Varied": {
        "range": "Both ends: `1 to 3`, or `0.8 to 1.3 times` what is written.",
        "levels": "The values that are tried, one by one.",
        "cost": "What it costs where the lever is not as it is now.",
    },
    "LeverCost": {
        "once": "When the lever is pulled.",
        "yearly": "From then to the end.",
        "per": "The cost is for each so much away from what is written.",
    },
    "Designs": {
        "grid": "Every combination; a number: so many levels of each range.",
        "one at a time": "One factor at a time, all others as written; a number: so many levels of each range.",
        "latin hypercube": "So many points, evenly spread in every factor (McKay et al. 1979).",
        "sobol": "So many points of a scrambled Sobol sequence; more points go on from these.",
        "file": "A CSV file of points beside the study.",
        "points": "Points written out, each a table of paths and values.",
        "levers": "A design of the levers alone, crossed with that of the uncertainties.",
        "uncertainties": "A design of the uncertainties alone.",
    },
})  # fmt: skip


def study_schema() -> Node:
    """Return the JSON Schema (draft 2020-12) of study files, made from the models."""
    schema: Node = without_null(StudyDocument.model_json_schema(by_alias=True))
    schema["$schema"] = DRAFT
    meanings = {**STUDY_MEANINGS, "Design": STUDY_MEANINGS["Designs"]}
    explain(schema, meanings, {})
    schema["title"] = "cxsim study"
    properties = schema["properties"]
    properties["scenario"]["examples"] = [name for name in library.names() if "/" not in name]
    definitions = without_null(Document.model_json_schema(by_alias=True))["$defs"]
    explain({"$defs": definitions}, MEANINGS, {})
    factor = properties["levers"]["additionalProperties"]
    levers = {path: _with_note(factor, field) for path, field in our_paths(definitions).items()}
    uncertain = {path: _with_note(factor, field) for path, field in world_paths(definitions, RANGE).items()}
    for key, table in {
        "levers": {"type": "object", "properties": levers, "additionalProperties": factor},
        "uncertainties": {
            "anyOf": [{"const": "all"}, {"type": "object", "properties": uncertain, "additionalProperties": factor}]
        },
        "precision": table_of(of_measures("1pp")),
        "measures": list_of(MEASURES),
        "format": {"enum": [1, "1"]},
    }.items():
        properties[key] = {**table, "description": properties[key]["description"]}
    return schema


def _with_note(factor: Node, field: Node) -> Node:
    return {**factor, "description": field["description"], "examples": [RANGE]}
