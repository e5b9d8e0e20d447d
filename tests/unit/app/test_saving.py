"""A setting saved: the file keeps every other byte, and the numbers are the same."""

import pytest

import cxsim
from cxsim.app.saving import NameTakenError, Shelf, with_policies
from cxsim.app.session import Session
from cxsim.errors import ScenarioError
from cxsim.scenario import library
from cxsim.scenario.loaded import loads

BLOCK = {"x": {"from": "month 1", "change": {"phone.staff": "3"}, "cost": {"once": "0", "yearly": "0"}}}


def test_lines_are_added_below_the_last_policy_and_nothing_else_changes(saved_room, gym_file):
    before = gym_file.read_text(encoding="utf-8")
    saved_room.shelf.save(BLOCK, "gym.yaml")
    after = gym_file.read_text(encoding="utf-8")
    added = "\n  x:\n    from: month 1\n    change: {phone.staff: 3}\n    cost: {once: 0, yearly: 0}\n"
    place = before.index("# the first measure ranks")
    assert after == before[:place] + added + before[place:]


def test_a_name_that_is_there_is_asked_about_and_then_replaced(saved_room, gym_file):
    before = gym_file.read_text(encoding="utf-8")
    block = {"second-person": BLOCK["x"]}
    with pytest.raises(NameTakenError, match="second-person"):
        saved_room.shelf.save(block, "gym.yaml")
    assert gym_file.read_text(encoding="utf-8") == before
    saved_room.shelf.save(block, "gym.yaml", replace=True)
    after = gym_file.read_text(encoding="utf-8")
    assert "Nobody waits" not in after
    assert "# two people\n  second-person:\n    from: month 1\n    change: {phone.staff: 3}\n" in after
    assert after.count("say-sorry:") == before.count("say-sorry:")


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("cut", [False, True])
def test_files_without_policies_or_a_last_line_end(gym_file, ending, cut):
    text = gym_file.read_text(encoding="utf-8")
    text = text[: text.index("policies:")].replace("\n", ending)
    made = with_policies(text.rstrip() if cut else text, BLOCK)
    assert made.startswith(text.rstrip())
    assert loads(made.encode(), "g.yaml").policies == ("as-is", "x")
    assert made.count("\n") == made.count(ending)


@pytest.mark.parametrize("file", ["../gym", "a/b", "/etc/passwd", "gym.yaml.exe", "", ".", "a b", "<b>", "x" * 200])
def test_names_of_files_stay_in_the_folder(saved_room, gym_file, file):
    before = sorted(gym_file.parent.iterdir())
    with pytest.raises(ScenarioError, match=r"file: "):
        saved_room.shelf.save(BLOCK, file)
    assert sorted(gym_file.parent.iterdir()) == before


@pytest.mark.parametrize("name", ["as-is", "", "<script>", "a.b", "x" * 300])
def test_names_of_policies_are_names(saved_room, gym_file, name):
    before = gym_file.read_text(encoding="utf-8")
    with pytest.raises(ScenarioError):
        saved_room.shelf.save({name: BLOCK["x"]}, "gym.yaml")
    assert gym_file.read_text(encoding="utf-8") == before


def test_another_scenario_is_never_written_into(saved_room, gym_file):
    other = gym_file.with_name("other.yaml")
    other.write_text(gym_file.read_text(encoding="utf-8").replace("customers: 300", "customers: 400"), encoding="utf-8")
    with pytest.raises(ScenarioError, match="another scenario"):
        saved_room.shelf.save(BLOCK, "other.yaml")


def test_a_bundled_scenario_is_copied_with_its_comments(tmp_path):
    scenario = cxsim.load("cable-town")
    source = library.locate("cable-town")
    shelf = Shelf(scenario, source, tmp_path)
    assert shelf.file == "cable-town-what-if.yaml"
    before = source.read_bytes()
    path = shelf.save({"x": {"from": "month 3", "change": {"phone.staff": "2"}, "cost": "0"}}, shelf.file)
    text = path.read_text(encoding="utf-8")
    assert [line for line in before.decode().splitlines() if line not in text.splitlines()] == []
    assert text.index("  x:\n") < text.index("# the first measure ranks")
    assert source.read_bytes() == before
    with pytest.raises(ScenarioError, match="come with this package"):
        Shelf(scenario, source, source.parent).save({"y": {"change": {"phone.staff": "2"}, "cost": "0"}}, "cable-town")


def test_names_in_other_letters_stay_right(saved_room, gym_file):
    saved_room.shelf.save({"ığdır-İş öğün-Šabac-ж": {**BLOCK["x"], "idea": 'Say "sorry": {now}, # please'}}, "gym.yaml")
    found = cxsim.load(gym_file)
    assert found.policies[-1] == "ığdır-İş öğün-Šabac-ж"
    assert found.policy(found.policies[-1]).idea == 'Say "sorry": {now}, # please'


def test_a_policy_is_saved_as_it_was_shown_or_not_at_all(saved_room, gym_file):
    one, two = Session(saved_room), Session(saved_room)
    one.handle({"do": "start", "policy": "second-person"})
    one.handle({"do": "set", "lever": "recovery.credit", "value": 12})
    two.handle({"do": "set", "lever": "price", "value": 28})
    two.handle({"do": "save", "name": "second-person", "file": "gym.yaml", "replace": True})
    assert two.saved
    before = gym_file.read_bytes()
    one.handle({"do": "set", "lever": "recovery.credit", "value": 12})
    one.handle({"do": "begins", "when": "month 6"})  # so that it names its part: combine: [second-person, "mine 2"]
    one.handle({"do": "save", "name": "mine", "file": "gym.yaml"})
    assert "policies that were changed meanwhile" in one.fault
    assert (one.saved, gym_file.read_bytes()) == ("", before)
    one.handle({"do": "start", "policy": "say-sorry"})  # nobody changed this one
    one.handle({"do": "set", "lever": "phone.staff", "value": 3})
    one.handle({"do": "save", "name": "mine", "file": "gym.yaml"})
    assert (one.fault, one.saved[:13]) == ("", "Saved as mine")
    one.close()
    two.close()


def test_who_replaces_a_policy_is_told_which_others_change_with_it(saved_room, gym_file):
    session = Session(saved_room)
    session.handle({"do": "set", "lever": "price", "value": 28})
    session.handle({"do": "save", "name": "second-person", "file": "gym.yaml"})
    assert session.asks.endswith("or replace it; that also changes `both`, made of it")
    session.handle({"do": "save", "name": "both", "file": "gym.yaml"})
    assert session.asks.endswith("or replace it")
    session.handle({"do": "save", "name": "both", "file": "gym.yaml", "replace": True})
    assert (session.fault, session.saved[:13]) == ("", "Saved as both")
    assert [piece.written for piece in cxsim.load(gym_file).policy("both").pieces] == ["price"]
    session.close()


def test_a_policy_does_not_begin_with_itself(saved_room, gym_file):
    session, before = Session(saved_room), gym_file.read_bytes()
    session.handle({"do": "start", "policy": "second-person"})
    session.handle({"do": "begins", "when": "month 6"})
    session.handle({"do": "set", "lever": "recovery.credit", "value": 12})
    for replace in (False, True):
        session.handle({"do": "save", "name": "second-person", "file": "gym.yaml", "replace": replace})
        assert "`second-person`, which this setting begins with; a name of its own" in session.fault
    assert (session.asks, gym_file.read_bytes()) == ("", before)
    session.close()


def test_what_was_saved_gives_the_numbers_that_were_seen(saved_room, gym_file):
    session = Session(saved_room)
    session.handle({"do": "start", "policy": "both"})
    session.handle({"do": "set", "lever": "recovery.credit", "value": 12})
    seen = saved_room.model.wait(saved_room.settings.case(session.setting))
    session.handle({"do": "save", "name": "mine", "file": "gym.yaml", "idea": "Less of it."})
    assert (session.fault, session.saved[:13]) == ("", "Saved as mine")
    session.close()
    table = cxsim.compare(
        cxsim.load(gym_file), policies=["as-is", "mine"], replications=seen.n
    ).experiment.frames.measures
    rows = table[(table["firm"] == "Gym") & (table["segment"] == "all") & (table["policy"] == "mine")]
    for measure in saved_room.measures:
        expected = rows[rows["measure"] == measure].sort_values("replication")["value"].to_list()
        columns = saved_room.model.columns
        assert [columns.value(measure, row, base) for row, base in zip(seen.runs, seen.as_is, strict=True)] == expected


def test_a_setting_saved_again_leaves_no_part_behind(saved_room, gym_file):
    shelf, part = saved_room.shelf, BLOCK["x"]
    other = part | {"change": {"recovery.credit": "10"}}
    shelf.save(
        {"mine 1": part, "mine 2": other, "mine": {"combine": ["mine 1", "mine 2", "second-person"]}}, "gym.yaml"
    )
    once = gym_file.read_text(encoding="utf-8")
    shelf.save({"mine 1": other, "mine": {"combine": ["second-person", "mine 1"]}}, "gym.yaml", replace=True)
    kept = [*saved_room.scenario.policies, "mine 1", "mine"]
    assert list(cxsim.load(gym_file).policies) == kept
    shelf.save({"mine": part}, "gym.yaml", replace=True)
    assert list(cxsim.load(gym_file).policies) == [*saved_room.scenario.policies, "mine"]
    # What another policy is made of stays, and so does what has a name of its own.
    gym_file.write_text(
        once.replace("    cost: {once: 50}", "    cost: {once: 50}\n  more: {combine: [mine 2, second-person]}")
    )
    shelf.save({"mine": part}, "gym.yaml", replace=True)
    assert {"mine 2", "second-person"} < {*cxsim.load(gym_file).policies}
    assert "mine 1" not in cxsim.load(gym_file).policies
