"""Steering rules in scenarios: what is allowed, what is refused, and that no file runs code by itself."""

import pickle
import sys

import numpy as np
import pytest

import cxsim
from cxsim.errors import InputError, ScenarioError
from cxsim.scenario import loads
from cxsim.scenario.schema import json_schema
from cxsim.scenario.steering import SteeringRule, remembered, steering_rule
from cxsim.units import DAY, MINUTE, MONTH

TEXT = """
format: 1
our_firm: Cable
lasts: 6 months
market: {customers: 100, setting: contractual, segments: {homes: {share: 75 %}, shops: {share: 25 %}}}
firms:
  Cable:
    share: 90 %
    price: 55 a month
    wages: 19 an hour
    promises: {answer: 2 min}
    contacts: {bill: {happens: 1.5 a year, because: question, journey: [menu, phone]}}
    touchpoints:
      menu: {channel: voice menu, solves: 20 %}
      phone: {channel: phone, staff: 2, hours: Mon-Fri 09:00-17:00, takes: 8 min, solves: 55 %}
      visit:
        channel: field visit
        hours: Mon-Fri 08:00-16:00
        takes: 1 h
        shifts: {a: {when: Mon-Fri 08:00-16:00, staff: 1}, b: {when: Mon 08:00-16:00, staff: 2}}
    recovery: {steps: [apologize], credit: 10}
  Dish: {share: 10 %, price: 59 a month}
policies:
  more: {change: {phone.staff: 1 more}, cost: 0}
"""
CODE = """
import pathlib
pathlib.Path(__file__).with_name("imported").touch()
import cxsim

@cxsim.steering_rule(levers={"phone.staff": (1, 4)}, version=2)
def one_more(look, levers, state):
    levers.add("phone.staff", 1)

@cxsim.steering_rule(levers={"phone.staff": (1, 4)})
def a_try(look, levers, state):
    pass

def plain(look, levers, state):
    pass
"""


def rule(levers, version=1, state=None):
    @steering_rule(levers=levers, version=version, state=state)
    def steer(look, levers, state):
        pass

    return steer


@pytest.fixture(scope="module")
def town():
    return loads(TEXT, "town.yaml")


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A module on the path that leaves a mark when it is imported."""
    (tmp_path / "my_rules.py").write_text(CODE)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path / "imported"
    sys.modules.pop("my_rules", None)


def named(dotted):
    return f"{TEXT}  steered: {{steering: {dotted}, cost: 0}}\n"


def steered(scenario, levers, **given):
    return scenario.with_policy("steered", {}, cost=0, steering=rule(levers), **given)


def slots(scenario):
    (found,) = scenario.content.overlaid.steered["steered"]
    return found[1]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"levers": {}}, "steering_rule: steer: levers `{}`; paths with ranges are allowed"),
        ({"levers": {"phone.staff": 3}}, "phone.staff: `3`; the lowest and the highest value are allowed"),
        ({"levers": {"phone.staff": (1, 2, 3)}}, "the lowest and the highest"),
        ({"levers": {"phone.staff": (1, float("nan"))}}, "the lowest and the highest"),
        ({"levers": {"phone.staff": (1, True)}}, "the lowest and the highest"),
        ({"levers": {"phone.staff": (1, 2)}, "version": 1.5}, "version `1.5`; a whole number or text is allowed"),
        ({"levers": {"phone.staff": (1, 2)}, "version": True}, "version `True`"),
        ({"levers": {"phone.staff": (1, 2)}, "state": [1]}, "state `.1.`; a dict is allowed"),
        ({"levers": {"phone.staff": (1, 2)}, "state": {"a": {1, 2}}}, "a state that JSON cannot hold"),
    ],
)
def test_what_is_no_rule_is_refused_when_it_is_made(given, message):
    with pytest.raises(InputError, match=message):
        rule(**given)


def test_a_function_of_other_arguments_is_refused():
    for function in (lambda look: None, lambda *, look, levers, state: None, 5):
        with pytest.raises(InputError, match="a function of three arguments is allowed"):
            steering_rule(levers={"phone.staff": (1, 2)})(function)
    assert steering_rule(levers={"phone.staff": (1, 2)})(lambda look, levers, state: None).name == "rule"
    with pytest.raises(ScenarioError, match=r"steered.steering: `.*`; a function under @cxsim.steering_rule"):
        loads(TEXT).with_policy("steered", {}, cost=0, steering=lambda look, levers, state: None)


@pytest.mark.parametrize(
    "state", [{"a": (1,)}, {1: "a"}, {"a": float("inf")}, {"a": np.float32(1)}, {"a": {"b": (1,)}}]
)
def test_a_state_must_read_back_as_it_was(state):
    with pytest.raises(ValueError, match="JSON"):
        remembered(state)


def test_a_state_is_copied():
    state = {"a": [1, {"b": None}], "c": True}
    again = remembered(state)
    assert again == state
    assert again["a"] is not state["a"]


@pytest.mark.parametrize(
    ("levers", "message"),
    [
        ({"phone.staf": (1, 2)}, "did you mean `staff`"),
        ({"Dish.price": (50, 60)}, "a value of Cable; a rule moves levers of our firm only"),
        ({"market.switching.cost": (0, 60)}, "a value of Cable"),
        ({"phone.takes": (1, 2)}, "a number that may change while the world runs"),
        ({"phone.hours": (1, 2)}, "a number that may change"),
        ({"share": (0.1, 0.2)}, "a number that may change"),
        ({"trouble_comes_from.design": (0.1, 0.2)}, "a number that may change"),
        ({"promises.visit": (1, 2)}, "a number that may change"),
        ({"phone.staff": (4, 2)}, "first the lower end"),
        ({"phone.staff": (2, 2)}, "first the lower end"),
        ({"phone.staff": (1.5, 3)}, "a whole number for phone.staff"),
        ({"phone.staff": (-1, 3)}, "phone.staff: -1"),
        ({"phone.solves": (0.1, 1.5)}, "phone.solves: "),
        ({"price": ("50 a visit", "60 a visit")}, "an amount a month"),
        ({"promises.answer": ("1 min", "soon")}, "promises.answer: soon"),
    ],
)
def test_a_lever_that_cannot_be_is_refused(town, levers, message):
    with pytest.raises(ScenarioError, match=message) as error:
        steered(town, levers)
    assert error.value.faults[0].path == "policies.steered.steering"


def test_levers_stand_in_the_units_of_the_file(town):
    found = slots(
        steered(
            town,
            {
                "phone.staff": (1, 6),
                "promises.answer": ("90 s", "5 min"),
                "price": (49.5, "60 a month"),
                "bill.happens": (1, 3),
                "phone.solves": ("40 %", 0.75),
                "quality": (-1, 1),
                "Cable.recovery.credit": (5, 30),
            },
        )
    )
    assert [(lever.low, lever.high) for lever in found] == [
        (1, 6), (1.5, 5), (49.5, 60), (1, 3), (0.4, 0.75), (-1, 1), (5, 30),
    ]  # fmt: skip
    by_path = {lever.path: lever for lever in found}
    assert by_path["promises.answer"].in_table(1.5) == 90_000_000 == 1.5 * MINUTE
    assert by_path["promises.answer"].from_table(90_000_000) == 1.5
    assert by_path["bill.happens"].in_table(2) == 2 / (365 * DAY)
    assert by_path["bill.happens"].from_table(3 / (365 * DAY)) == pytest.approx(3, rel=1e-15)
    assert by_path["phone.staff"].from_table(4.0) == 4
    assert by_path["price"].read("52 a month") == 52.0


def test_what_a_rule_may_need_is_there_under_every_policy(town):
    wide = steered(town, {"phone.staff": (1, 6), "bill.happens": (1, 3), "visit.shifts.b.staff": (0, 4)})
    same = town.with_policy("same", {"phone.staff": 6, "bill.happens": "3 a year", "visit.shifts.b.staff": 4}, cost=0)
    for policy in ("as-is", "more"):
        for one, other in zip(wide.plan(policy), same.plan(policy), strict=True):
            assert one.tobytes() == other.tobytes()
    assert wide.plan("steered").touchpoints["n_agents"].tolist() == [0, 6, 5]
    assert town.plan().touchpoints["n_agents"].tolist() == [0, 3, 3]
    assert wide.plan().market[0]["need_bound"] == pytest.approx(2 * town.plan().market[0]["need_bound"])
    assert not wide.plan("steered").changes.size


def test_levers_go_back_when_the_rule_is_asked_no_more(town):
    scenario = steered(town, {"phone.staff": (1, 6)}, from_="month 1", until="month 4")
    slot = slots(scenario)[0].slot
    assert scenario.plan("steered").changes.tolist() == [(4 * MONTH, slot, segment, 2.0) for segment in (0, 1)]
    (one,) = scenario.policy("steered").steering
    assert (one.begin, one.end) == (MONTH, 4 * MONTH)


@pytest.mark.parametrize("change", [{"phone.staff": 3}, {"phone.staff": "1 more"}])
def test_a_value_is_moved_by_a_rule_or_by_a_change(town, change):
    with pytest.raises(ScenarioError, match=r"steers `phone.staff`, and `steered.change` changes it too"):
        town.with_policy("steered", change, cost=0, steering=rule({"phone.staff": (1, 6)}))
    both = town.with_policy("steered", {"quality": "0.1 more"}, cost=0, steering=rule({"phone.staff": (1, 6)}))
    assert len(both.policy("steered").pieces) == len(both.policy("steered").steering) == 1


def test_policies_that_steer_the_same_value_cannot_be_combined(module):
    for other, message in (("more", "`more.change`"), ("again", "`again.steering`")):
        text = named("my_rules.one_more") + "  again: {steering: my_rules.one_more, cost: 0, from: month 2}\n"
        with pytest.raises(ScenarioError, match=message):
            loads(f"{text}  both: {{combine: [{other}, steered]}}\n", allow_steering=True)
    calm = f"{named('my_rules.one_more')}  calm: {{change: {{quality: 0.1}}, cost: 0}}\n"
    scenario = loads(f"{calm}  both: {{combine: [calm, {{steered: {{from: month 3}}}}]}}\n", allow_steering=True)
    (one,) = scenario.policy("both").steering
    assert (one.policy, one.begin, one.rule.name) == ("steered", 3 * MONTH, "one_more")


def test_a_rule_steers_everyone():
    with pytest.raises(ScenarioError, match="`for`; everyone, where a rule steers"):
        loads(f"{TEXT}  steered: {{steering: my.rule, for: [homes], cost: 0}}\n")
    with pytest.raises(ScenarioError, match="both `steering` and `combine`"):
        loads(f"{TEXT}  steered: {{steering: my.rule, combine: [more]}}\n")


@pytest.mark.parametrize(
    "dotted", ["rule", "my rules.x", "my.rules.", "my..x", "__import__('os').x", "a.b()", "1.a", ""]
)
def test_only_a_dotted_name_may_stand_in_a_file(dotted):
    with pytest.raises(ScenarioError, match="the dotted name of a function"):
        loads(f'{TEXT}  steered: {{steering: "{dotted}", cost: 0}}\n', allow_steering=True)


def test_no_file_runs_code_by_itself(module):
    scenario = loads(named("my_rules.one_more"), "town.yaml")
    scenario = scenario.with_value("lasts", "1 year").with_policy("calm", {"quality": 0.1}, cost=0)
    scenario.resolved(), scenario.identity(), scenario.paths(), scenario.layout(), json_schema()
    for policy in scenario.policies:
        with pytest.raises(ScenarioError) as error:
            scenario.plan(policy)
        assert str(error.value).count("\n") == 0
        assert "`my_rules.one_more`; code that a file names is imported and run only where you allow it" in str(
            error.value
        )
        assert "--allow-steering" in error.value.faults[0].remedy
    with pytest.raises(ScenarioError, match="allow_steering=True"):
        cxsim.run(scenario, replications=1)
    assert "my_rules" not in sys.modules
    assert not module.exists()


def test_a_rule_that_is_allowed_is_imported(module):
    scenario = loads(named("my_rules.one_more"), "town.yaml", allow_steering=True)
    assert module.exists()
    assert scenario.plan().touchpoints["n_agents"].tolist() == [0, 4, 3]
    assert scenario.with_value("lasts", "1 year").plan("steered").touchpoints["n_agents"][1] == 4
    again = loads(scenario.resolved(), "town.yaml", allow_steering=True)
    assert again.identity() == scenario.identity()


@pytest.mark.parametrize(
    ("dotted", "message"),
    [
        ("no_such_module.rule", "a module that can be imported .`ModuleNotFoundError: .*PYTHONPATH"),
        ("my_rules.missing", "not nothing of this name there"),
        ("my_rules.plain", "a function under @cxsim.steering_rule, not function"),
        ("my_rules.pathlib", "not module"),
        ("my_rules.a_try", "a rule with a version"),
        ("broken_rules.rule", "`ZeroDivisionError: division by zero`"),
        ("leaving_rules.rule", "`SystemExit: 3`"),
    ],
)
def test_what_cannot_be_imported_is_refused(module, dotted, message):
    module.with_name("broken_rules.py").write_text("1 / 0\n")
    module.with_name("leaving_rules.py").write_text("raise SystemExit(3)\n")
    with pytest.raises(ScenarioError, match=message) as error:
        loads(named(dotted), "town.yaml", allow_steering=True)
    assert error.value.faults[0].path == "policies.steered.steering"
    assert error.value.faults[0].line == TEXT.count("\n") + 1


def test_name_version_levers_and_first_state_are_the_identity(town):
    def identity(**given):
        return town.with_policy(
            "s", {}, cost=0, steering=rule(**{"levers": {"phone.staff": (1, 6)}, **given})
        ).identity()

    found = {
        identity(), identity(version=2), identity(version="1"), identity(version=None), identity(state={"n": 0}),
        identity(levers={"phone.staff": (1, 7)}), identity(levers={"quality": (0, 1)}), town.identity(),
    }  # fmt: skip
    assert len(found) == 8
    assert identity() == identity()


def test_a_rule_travels_to_another_process(town):
    def steer(look, levers, state):
        return levers, steer.__name__

    made = steering_rule(levers={"phone.staff": (1, 6)}, version=1, state={"n": [1]})(steer)
    there = pickle.loads(pickle.dumps(made))
    assert isinstance(there, SteeringRule)
    assert there.identity() == made.identity()
    assert there(None, 7, {})[0] == 7
    scenario = pickle.loads(pickle.dumps(town.with_policy("s", {}, cost=0, steering=made)))
    assert scenario.plan("s").touchpoints["n_agents"][1] == 6


def test_provenance_holds_the_source(town):
    described = rule({"phone.staff": (1, 6)}).described()
    assert "def steer(look, levers, state)" in described["source"]
    assert len(described["sha256"]) == 64
    assert described["levers"] == {"phone.staff": [1, 6]}
    nowhere = {}
    exec("def unread(look, levers, state): pass", nowhere)
    unread = steering_rule(levers={"phone.staff": (1, 6)}, version=1)(nowhere["unread"])
    assert unread.described()["source"] == ""
