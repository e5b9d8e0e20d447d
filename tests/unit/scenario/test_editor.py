"""What editors are told of scenario and study files: true of the code, and true of every bundled file."""

import datetime as dt
import json
import re

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from cxsim.behaviour.registry import REGISTRY
from cxsim.errors import ScenarioError
from cxsim.scenario import library, load, loads
from cxsim.scenario.editor import FOLDER, MODELINES, SCENARIO, STUDY, schemas, with_modelines, write_schemas
from cxsim.scenario.left_out import left_out

SCHEMAS = schemas()
BUNDLED = [*library.names(), *library.studies()]
SMALL = """
format: 1
lasts: 1 year
market: {customers: 10, setting: %s}
firms:
  Firm:
    share: 100 %%
    contacts: {buy: {happens: 1 a year, because: purchase, journey: [desk]}}
    arrivals: {calls: {rate: 1 an hour, journey: [desk]}}
    touchpoints: {desk: {channel: web}}
"""
# Where a section stands in that file.
PLACES = {
    "Market": "market",
    "Ties": "market.talk_to",
    "Switching": "market.switching",
    "Firm": "Firm",
    "Touchpoint": "desk",
    "Promises": "promises",
    "Recovery": "recovery",
    "Process": "process",
    "Contact": "buy",
    "Source": "calls",
}


def as_editors_read(text):
    """Read YAML 1.2 with its types, as a language server does; dates are text to it."""

    def plain(node):
        if isinstance(node, dict):
            return {str(key): plain(value) for key, value in node.items()}
        if isinstance(node, list):
            return [plain(one) for one in node]
        return str(node) if isinstance(node, dt.date) else node

    return plain(YAML(typ="safe", pure=True).load(text))


def faults(text):
    tree = as_editors_read(text)
    schema = SCHEMAS[STUDY if "study" in tree else SCENARIO]
    return [error.message for error in Draft202012Validator(schema).iter_errors(tree)]


@pytest.mark.parametrize("name", BUNDLED)
def test_an_editor_finds_nothing_in_a_bundled_file(name):
    assert faults(library.show(name)) == []


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        ("setting: contractual ", "setting: contract ", "'contract' is not one of"),
        ("channel: phone,", "channels: phone,", "'channels' was unexpected"),
        ("solves: 80 %", "solves: 80", "80 is greater than the maximum of 1"),
        ("lasts: 2 years", "lasts: 2", "2 is not of type 'string'"),
        ("[apologize, fix]", "[apologise, fix]", "'apologise' is not one of"),
        ("goals: {retention", "goals: {retentions", "'retentions' was unexpected"),
        ("customers: 4000", "customers: [4000]", "[4000] is not of type"),
        ("measures: [retention", "measures: [retained", "'retained' is not one of"),
    ],
)
def test_an_editor_finds_a_mistake_where_the_reader_does(written, instead, said):
    text = library.starter().read_text(encoding="utf-8")
    assert text.count(written) == 1
    (found, *_) = [*faults(text.replace(written, instead)), "nothing"]
    assert said in found
    with pytest.raises(ScenarioError):
        loads(text.replace(written, instead))


def test_what_is_said_of_a_key_that_is_left_out_is_what_it_becomes():
    contractual, purchases = (loads(SMALL % setting) for setting in ("contractual", "noncontractual"))
    compared = 0
    for (section, key), usual in left_out().items():
        if section not in PLACES:
            continue
        path = f"{PLACES[section]}.{key}"
        compared += 1
        assert contractual.with_value(path, usual.value).value(path) == contractual.value(path), path
        if usual.elsewhere:
            assert purchases.with_value(path, usual.elsewhere).value(path) == purchases.value(path), path
    assert compared > 35


@pytest.mark.parametrize("name", sorted(name for name, one in REGISTRY.items() if one.role != "switch"))
def test_the_ledger_is_explained_with_default_range_and_source(name):
    field, parameter = SCHEMAS[SCENARIO]["properties"]["defaults"]["properties"][name], REGISTRY[name]
    assert field["minimum"] <= field["default"] <= field["maximum"]
    assert field["default"] == parameter.default
    assert field["description"].startswith(parameter.meaning.replace("`", ""))
    assert parameter.source in field["description"]


def test_names_are_completed():
    properties = SCHEMAS[SCENARIO]["properties"]
    assert set(properties["switches"]["properties"]) > {"everything", "talk"}
    assert {"retention", "profit"} < set(properties["goals"]["properties"])
    assert {"defaults.loss_aversion", "market.switching.cost"} < set(properties["unsure"]["properties"])
    definitions = SCHEMAS[SCENARIO]["$defs"]
    assert {"price", "recovery.credit"} < set(definitions["Policy"]["properties"]["change"]["properties"])
    assert "phone" in definitions["Touchpoint"]["properties"]["channel"]["enum"]
    study = SCHEMAS[STUDY]["properties"]
    assert "recovery.credit" in study["levers"]["properties"]
    assert "cable-town" in study["scenario"]["examples"]


def test_numbers_are_offered_as_numbers_and_marks_only_where_they_show():
    staff = SCHEMAS[SCENARIO]["$defs"]["Touchpoint"]["properties"]["staff"]
    assert staff["examples"] == [3]
    assert "Left out, on a channel without people: unlimited." in staff["description"]
    assert "Left out, on a channel without people: `unlimited`." in staff["markdownDescription"]
    assert not re.search(r'"anyOf": \[[^]]*"null"', json.dumps(SCHEMAS))


def test_a_new_file_names_the_schema_that_lies_beside_it(tmp_path):
    for name, source, schema in (("shop", library.STARTER, SCENARIO), ("till", "staffing", STUDY)):
        path = library.new(name, tmp_path, source)
        first, second, *rest = path.read_text(encoding="utf-8").splitlines()
        assert [first, second] == [f"{head}{FOLDER}/{schema}" for head in MODELINES]
        assert json.loads((tmp_path / FOLDER / schema).read_text(encoding="utf-8")) == SCHEMAS[schema]
        assert not [line for line in rest if line.startswith(MODELINES)]
        assert faults(path.read_text(encoding="utf-8")) == []
    again = library.new("again", tmp_path, tmp_path / "shop.yaml").read_text(encoding="utf-8").splitlines()
    assert [line.startswith(MODELINES) for line in again[:4]] == [True, True, False, False]


def test_what_is_refused_leaves_nothing_behind(tmp_path):
    for name, source in (("a b", library.STARTER), ("fine", "no-such-scenario")):
        with pytest.raises(ScenarioError):
            library.new(name, tmp_path, source)
    (tmp_path / FOLDER).write_text("in the way", encoding="utf-8")
    with pytest.raises(ScenarioError, match="another folder"):
        library.new("fine", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [FOLDER]


def test_schemas_take_the_place_of_older_ones(tmp_path):
    first = write_schemas(tmp_path)
    first[0].write_text("{}", encoding="utf-8")
    assert write_schemas(tmp_path) == first
    assert json.loads(first[0].read_text(encoding="utf-8"))["title"] == "cxsim scenario"
    assert sorted(path.name for path in (tmp_path / FOLDER).iterdir()) == [SCENARIO, STUDY]


def test_lines_that_name_a_schema_are_replaced():
    text = with_modelines("format: 1\n", "a.json")
    assert text == "# yaml-language-server: $schema=a.json\n# $schema: a.json\nformat: 1\n"
    assert with_modelines(text, "b.json") == text.replace("a.json", "b.json")


def test_the_starter_is_short_and_every_policy_of_it_compiles():
    text = library.starter().read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 64
    assert all(f"({step})" in text for step in (1, 2, 3, 4))
    scenario = load(library.starter())
    for policy in scenario.policies:
        scenario.plan(policy)
