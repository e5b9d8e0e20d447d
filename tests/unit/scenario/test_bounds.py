"""No more steps, contacts, touchpoints and agents than the engines have numbers for."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cxsim.cli.app import app, hoisted
from cxsim.errors import ScenarioError
from cxsim.scenario import load, loads
from cxsim.scenario.baselines import contacts_of
from cxsim.scenario.bounds import MOST, check_agents, check_entities, counted
from cxsim.scenario.faults import Faults
from cxsim.scenario.reader import read
from cxsim.scenario.resolve import resolve

HEAD = "format: 1\nlasts: 1 d\nfirms:\n  F:\n"


DESK = "{channel: phone, staff: 1, takes: 8 min}"


def journeys(more=""):
    """Write a scenario with 32,767 steps: 324 journeys that transfers lead to 101 places, and 43 that have one."""
    starts = ["hub"] * 324 + ["t0"] * 43
    callers = "".join(f"      c{n}: {{rate: 1 a day, journey: [{start}]}}\n" for n, start in enumerate(starts))
    desks = "".join(f"      t{n}: {DESK}\n" for n in range(100))
    transfers = ", ".join(f"t{n}: 0.5 %" for n in range(100))
    hub = f"      hub: {DESK[:-1]}, goes_to: {{{transfers}}}}}\n"
    return f"{HEAD}    arrivals:\n{callers}    touchpoints:\n{hub}{desks}{more}"


def people(staff, policy):
    """Write a scenario with so many people at each of four touchpoints, and more at the first under a policy."""
    desks = "".join(f"      d{n}: {{channel: phone, staff: {staff}, takes: 8 min}}\n" for n in range(4))
    change = f"policies:\n  more: {{change: {{d0.staff: {policy}}}, cost: 0}}\n"
    return f"{HEAD}    arrivals: {{c: {{rate: 1 an hour, journey: [d0]}}}}\n    touchpoints:\n{desks}{change}"


def refused(text):
    with pytest.raises(ScenarioError) as error:
        loads(text, "s.yaml").plan()
    return str(error.value)


def test_steps_beyond_the_numbers_are_refused():
    # The desk of complaints has a step of its own.
    more = "      moans: {channel: complaint desk, staff: 1, takes: 8 min}\n"
    said = refused(journeys(more))
    assert said == (
        "s.yaml:3: firms: 32,768 steps of journeys; at most 32,767; "
        "make journeys shorter, or name fewer contacts and `goes_to`"
    )


def test_as_many_steps_as_there_are_numbers_are_allowed():
    document = resolve(read(journeys(), "s.yaml"), "s.yaml", Path(), "s").document
    assert counted(document, {})["steps of journeys"] == MOST
    faults = Faults("s.yaml", {})
    check_entities(document, {}, faults)
    assert faults.found == []


@pytest.mark.parametrize("name", ["cable-town", "bank-phone", "default-market"])
def test_what_is_counted_is_what_the_plan_holds(name):
    scenario = load(name)
    plan, document = scenario.plan(), scenario.document
    found = list(counted(document, contacts_of(document)).values())
    assert found == [plan.firms.size, plan.touchpoints.size, plan.contacts.size, plan.steps.size]


def test_agents_beyond_the_numbers_are_refused():
    assert "32,768 people on duty at all touchpoints; at most 32,767; " in refused(people(8192, 8192))
    # Four times 8191 are 32,764: three more there are numbers for, and a policy may not go beyond them.
    plan = loads(people(8191, 8194), "s.yaml").plan()
    assert int(plan.touchpoints["n_agents"].sum()) == MOST
    assert "32,768 people on duty" in refused(people(8191, 8195))


def test_agents_of_all_firms_are_counted_together():
    faults = Faults("s.yaml", {})
    check_agents({("F", "p"): 20_000, ("G", "p"): 12_767}, faults)
    assert faults.found == []
    check_agents({("F", "p"): 20_000, ("G", "p"): 12_768}, faults)
    assert len(faults.found) == 1


def test_the_command_line_says_it_in_one_block(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.yaml").write_text(people(8192, 1), encoding="utf-8")
    made = CliRunner().invoke(app, hoisted(["run", "s.yaml"]))
    assert made.exit_code == 2
    assert made.stderr.count("people on duty") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["s.yaml"]
