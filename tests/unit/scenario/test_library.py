"""Bundled scenarios, one's own files, the format of files, and the schema for editors."""

import json

import pytest

from cxsim.errors import ScenarioError, UnreadableError
from cxsim.scenario import library, load, loads, schema

PLAIN = "lasts: 1 d\nfirms: {F: {arrivals: {c: {rate: 1 an hour, journey: p}}, touchpoints: {p: {channel: web}}}}\n"


def test_the_library_lists_and_shows_what_it_holds():
    names = library.names()
    assert "local-shop-vs-chain" in names
    assert "verification/erlang-c" in names
    assert library.show("local-shop-vs-chain").startswith("# local-shop-vs-chain")
    assert library.find("no-such") is None
    assert library.find("verification/erlang-c.yaml") == library.find("verification/erlang-c")


@pytest.mark.parametrize("name", ["cable-town", "default-market", "restaurant"])
def test_a_scenario_of_the_loop_holds_the_records_of_our_firm_and_policies_that_compile(name):
    scenario = load(name)
    document = scenario.document
    assert document.firms[document.our_firm].known.figures()
    assert len(scenario.policies) >= 5
    for policy in scenario.policies:
        scenario.plan(policy)


def test_a_new_file_keeps_the_comments_and_loads(tmp_path):
    path = library.new("my-shop", tmp_path)
    assert path == tmp_path / "my-shop.yaml"
    assert path.read_text(encoding="utf-8").endswith(library.starter().read_text(encoding="utf-8"))
    assert load(path).name == "my-shop"
    town = library.new("my-town", tmp_path, "cable-town")
    assert town.read_text(encoding="utf-8").endswith(library.show("cable-town"))
    assert load(town).identity() == load("cable-town").identity()


def test_a_new_file_never_takes_the_place_of_another(tmp_path):
    library.new("my-shop", tmp_path)
    with pytest.raises(ScenarioError, match="a file that exists"):
        library.new("my-shop.yaml", tmp_path)
    for name in ("../up", "a/b", "", "a b", "<b>"):
        with pytest.raises(ScenarioError, match="a name of letters"):
            library.new(name, tmp_path)
    with pytest.raises(ScenarioError, match="another folder"):
        library.new("my-shop", tmp_path / "none")
    with pytest.raises(UnreadableError):
        library.new("other", tmp_path, "no-such-scenario")


def test_a_folder_is_no_scenario(tmp_path):
    with pytest.raises(UnreadableError, match="a folder"):
        load(tmp_path)


def test_an_older_format_is_migrated_and_a_newer_one_refused():
    old = loads("format: 0\n" + PLAIN.replace("lasts", "duration"), "old.yaml")
    assert old.identity() == loads("format: 1\n" + PLAIN, "new.yaml").identity()
    assert old.resolved().startswith("format: 1\n")
    with pytest.raises(ScenarioError, match="install a newer cxsim"):
        loads("format: 2\n" + PLAIN, "f.yaml")
    with pytest.raises(ScenarioError, match="add the line `format: 1`"):
        loads(PLAIN, "f.yaml")
    with pytest.raises(ScenarioError, match="a key of this section"):
        loads("format: 1\n" + PLAIN.replace("lasts", "duration"), "f.yaml")


def test_the_schema_is_json_and_knows_the_keys():
    text = json.dumps(schema.json_schema())
    found = json.loads(text)
    assert found["properties"]["lasts"]["type"] == "string"
    assert found["additionalProperties"] is False
    assert "loss_aversion" in found["properties"]["defaults"]["properties"]
    assert found["properties"]["switches"]["properties"]["talk"]["enum"][:2] == ["on", "off"]
    definitions = found["$defs"]
    assert set(definitions["Touchpoint"]["required"]) == {"channel"}
    assert "from" in definitions["Policy"]["properties"]
    assert "field visit" in json.dumps(definitions["Touchpoint"])
