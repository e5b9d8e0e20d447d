"""Every key of a scenario file has its meaning, and the schema that editors read holds it."""

import typing

import pytest

from cxsim.scenario.meanings import MEANINGS
from cxsim.scenario.models import CallBack, Document, Retries
from cxsim.scenario.schema import json_schema
from cxsim.scenario.section import Section


def sections_of(annotation):
    """Sections that an annotation names, at any depth."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
    for inner in typing.get_args(annotation):
        yield from sections_of(inner)


def every_section():
    found, waiting = {}, [Document, CallBack, Retries]
    while waiting:
        section = waiting.pop()
        if section.__name__ not in found:
            found[section.__name__] = section
            waiting += [one for field in section.model_fields.values() for one in sections_of(field.annotation)]
    found.pop("Known")  # its keys are measures, which say themselves what they mean
    return found


def test_there_is_no_meaning_of_nothing():
    assert sorted(MEANINGS) == sorted(every_section())


@pytest.mark.parametrize("name", sorted(MEANINGS))
def test_every_key_has_a_meaning(name):
    fields = every_section()[name].model_fields
    assert sorted(MEANINGS[name]) == sorted(field.alias or key for key, field in fields.items())
    for meaning in MEANINGS[name].values():
        assert meaning.endswith(".")
        assert len(meaning) < 110


def test_an_editor_shows_the_meaning():
    schema = json_schema()
    assert schema["properties"]["lasts"]["description"].startswith("Time from 0 to the horizon")
    touchpoint = schema["$defs"]["Touchpoint"]["properties"]
    assert touchpoint["channel"]["description"] == MEANINGS["Touchpoint"]["channel"]
    inner = next(one for one in touchpoint["call_back"]["anyOf"] if "properties" in one)
    assert inner["properties"]["accepted"]["description"] == "Share that takes the offer. A share."
