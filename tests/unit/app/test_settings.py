"""Levers with their ends, and settings as policies."""

import pytest

import cxsim
from cxsim.app.levers import MOST_MAIN, levers_of, written
from cxsim.app.setting import Setting, Settings
from cxsim.errors import ValueRefusedError
from cxsim.scenario import library


@pytest.fixture(scope="module")
def made(gym):
    return Settings(gym, levers_of(gym))


def test_main_levers_are_what_policies_change_then_people_then_money(gym):
    main = [path for path, lever in levers_of(gym).items() if lever.main]
    assert main == ["phone.staff", "phone.training", "recovery.credit", "process.fixing", "price"]


def test_ends_steps_and_units_by_hand(gym):
    levers = levers_of(gym)
    staff, price, credit = (levers[path] for path in ("phone.staff", "price", "recovery.credit"))
    assert (staff.now, staff.low, staff.high, staff.step, staff.unit) == (1.0, 1.0, 5.0, 1.0, "people")
    assert (price.now, price.low, price.high, price.unit) == (30.0, 21.0, 39.0, "EUR a month")
    assert (credit.now, credit.low, credit.high) == (5.0, 0.0, 40.0)  # twice what a policy gives
    assert levers["recovery.steps"].options == ("[apologize, credit]", "[apologize, explain, credit]")


@pytest.mark.parametrize("name", [one for one in library.names() if "/" not in one])
def test_every_end_of_every_lever_is_a_policy(name):
    scenario = cxsim.load(name, allow_steering=True)
    levers = levers_of(scenario)
    assert sum(lever.main for lever in levers.values()) <= MOST_MAIN
    for lever in levers.values():
        ends = lever.options or (lever.low, lever.high)
        for end in (ends[0], ends[-1]):
            assert lever.read(end) == end
            scenario.content  # noqa: B018 -- the scenario is only read
            assert written(scenario, lever, end) is not None
        assert lever.options or lever.low <= lever.now <= lever.high, lever.path


@pytest.mark.parametrize(
    "given", ["9", "0", "-1", "two", "", None, True, "nan", "1e9", ["1"], "<b>2</b>", float("inf")]
)
def test_nonsense_is_refused(gym, given):
    with pytest.raises(ValueRefusedError):
        levers_of(gym)["phone.staff"].read(given)


@pytest.mark.parametrize(("given", "read"), [("2", 2.0), (" 2 people", 2.0), (2, 2.0), (2.4, 2.0), ("4.6", 5.0)])
def test_what_is_meant_is_read(gym, given, read):
    assert levers_of(gym)["phone.staff"].read(given) == read


def test_a_moved_lever_is_a_policy_of_its_own(made):
    setting = made.with_value(made.first, "phone.staff", 2)
    assert made.blocks(setting, "x") == {
        "x": {"from": "month 1", "change": {"phone.staff": "2"}, "cost": {"once": "0", "yearly": "0"}}
    }


def test_a_policy_as_written_keeps_its_name(made):
    assert made.case(Setting("both")).policy == "both"
    back = made.with_value(made.with_value(Setting("second-person"), "phone.staff", 3), "phone.staff", 2)
    assert made.case(back) == made.case(Setting("second-person"))


def test_a_lever_of_the_policy_is_moved_within_it(made):
    setting = made.with_value(Setting("say-sorry", begins="month 1"), "recovery.credit", 12)
    (block,) = made.blocks(setting, "x").values()
    assert block["change"] == {"recovery.steps": ["apologize", "explain", "credit"], "recovery.credit": "12"}
    assert (block["from"], block["cost"]) == ("month 1", {"once": "100", "yearly": "0"})


def test_a_combination_keeps_the_times_and_costs_of_its_parts(made):
    setting = made.with_value(made.with_value(Setting("both", begins="month 6"), "recovery.credit", 12), "price", 28)
    blocks = made.blocks(setting, "x")
    assert blocks["x"]["combine"] == ["second-person", "x 2", "x 3", "x 4"]
    assert blocks["x 2"]["from"] == "month 3"
    assert blocks["x 2"]["change"]["recovery.credit"] == "12"
    assert blocks["x 3"]["cost"] == {"once": "50", "yearly": "0"}
    assert blocks["x 4"] == {"from": "month 6", "change": {"price": "28 a month"}, "cost": {"once": "0", "yearly": "0"}}
    made.scenario.with_blocks(blocks).plan("x")


def test_costs_alone_are_a_policy_that_changes_nothing(made):
    blocks = made.blocks(Setting(begins="month 0", once=40_000.0), "x")
    assert blocks["x"]["change"] == {"quality": "1 times"}
    assert made.scenario.with_blocks(blocks).policy("x").costs[0].once == 40_000.0


@pytest.mark.parametrize("given", ["-1", "much", None, True, "1e99", "nan"])
def test_a_cost_is_an_amount(made, given):
    with pytest.raises(ValueRefusedError):
        made.checked_cost(given)
    assert made.checked_cost("40 000 EUR") == 40_000.0
