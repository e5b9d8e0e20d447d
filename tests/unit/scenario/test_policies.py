"""Policies are overlays: pieces with times, on our firm only, combined without a clash."""

import numpy as np
import pytest

from cxsim.errors import ScenarioError
from cxsim.model import plan as pl
from cxsim.scenario import loads
from cxsim.units import MONTH, YEAR

FOR_EVER = 1_000 * YEAR


def slot(scenario, path):
    return scenario.layout().slots.index(path)


def values(scenario, policy, path, segment=0):
    """Return (month, value) of each lever move of a slot."""
    number = slot(scenario, path)
    moves = scenario.plan(policy).changes
    mine = moves[(moves["slot"] == number) & (moves["segment"] == segment)]
    return [(float(move["time"] / MONTH), float(move["value"])) for move in mine]


def test_as_is_is_always_there_and_changes_nothing(shop):
    assert shop.policies == ("as-is", "faster", "dearer", "both")
    assert shop.plan("as-is").changes.size == 0


def test_a_policy_begins_and_ends(shop):
    assert values(shop, "faster", "till.staff") == [(3.0, 3.0), (6.0, 2.0)]
    law_then, law_after = [value for _, value in values(shop, "faster", "till.takes")]
    laws = shop.plan("faster").laws
    assert laws[int(law_then)]["a"] == 0.8 * laws[int(law_after)]["a"] == 144_000_000


def test_a_policy_for_some_moves_only_their_column(shop):
    assert values(shop, "dearer", "price", segment=0) == []
    assert values(shop, "dearer", "price", segment=1) == [(4.0, 13.0)]
    assert shop.policy("dearer").costs == ((5.0, 7.0, 4 * MONTH, FOR_EVER),)


def test_a_policy_for_some_moves_a_touchpoint_only_where_nobody_calls(text):
    policies = "  nicer: {for: [old], change: {till.quality: 0.5 more}, cost: 0}\n"
    with pytest.raises(ScenarioError, match="callers belong to no segment"):
        loads(text + policies, "shop.yaml")
    callers = text[text.index("    arrivals:") : text.index("    touchpoints:")]
    shop = loads(text.replace(callers, "") + policies, "shop.yaml")
    assert [values(shop, "nicer", "till.quality", segment) for segment in (0, 1)] == [[], [(0.0, 0.5)]]


def test_policies_combine_with_times_and_costs(shop):
    assert values(shop, "both", "price", segment=1) == [(5.0, 13.0)]
    assert values(shop, "both", "till.staff") == [(3.0, 3.0), (6.0, 2.0)]
    nothing = (0.0, 0.0, 3 * MONTH, FOR_EVER)
    assert shop.policy("both").costs == (
        nothing,
        (100.0, 0.0, 3 * MONTH, 6 * MONTH),
        (5.0, 7.0, 5 * MONTH, FOR_EVER),
    )


def test_what_a_combination_costs_itself_runs_from_its_first_part_to_its_last(text):
    policies = """\
  early: {from: month 2, until: month 4, change: {till.staff: 4}, cost: {yearly: 10}}
  late: {from: month 6, until: month 8, change: {till.staff: 5}, cost: {yearly: 20}}
  split: {combine: [early, {late: {until: month 9}}], cost: {once: 3, yearly: 30}}
"""
    shop = loads(text + policies, "shop.yaml")
    costs = shop.policy("split").costs
    assert costs[0] == (3.0, 30.0, 2 * MONTH, 9 * MONTH)
    assert [cost[1:] for cost in costs[1:]] == [(10.0, 2 * MONTH, 4 * MONTH), (20.0, 6 * MONTH, 9 * MONTH)]
    again = loads(shop.resolved(), "again.yaml")
    assert again.policy("split").costs == costs
    assert again.identity() == shop.identity()
    assert loads(text + policies.replace("month 9", "month 10"), "shop.yaml").identity() != shop.identity()


def test_all_policies_share_the_plan_but_for_their_moves(shop):
    plans = [shop.plan(policy) for policy in shop.policies]
    for plan in plans[1:]:
        for name, array in plan._asdict().items():
            if name != "changes":
                assert np.array_equal(array, getattr(plans[0], name)), name


def test_the_order_of_listing_never_matters(text):
    policies = """\
  one: {change: {till.staff: 50 % more}, cost: 0}
  two: {change: {till.staff: 2 more}, cost: 0}
  three: {change: {till.staff: 4}, cost: 0}
  forth: {combine: [one, two, three]}
  back: {combine: [three, two, one]}
"""
    shop = loads(text + policies, "shop.yaml")
    assert values(shop, "forth", "till.staff") == values(shop, "back", "till.staff") == [(0.0, 9.0)]


def test_two_sets_of_one_path_are_fine_at_different_times(text):
    policies = """\
  early: {until: month 3, change: {till.staff: 4}, cost: 0}
  late: {from: month 3, change: {till.staff: 5}, cost: 0}
  split: {combine: [early, late]}
"""
    shop = loads(text + policies, "shop.yaml")
    assert values(shop, "split", "till.staff") == [(0.0, 4.0), (3.0, 5.0)]


def test_two_sets_are_fine_for_different_people_and_not_for_the_same(text):
    policies = """\
  low: {for: [young], change: {price: 9 a visit}, cost: 0}
  high: {for: [old], change: {price: 14 a visit}, cost: 0}
  apart: {combine: [low, high]}
"""
    shop = loads(text + policies, "shop.yaml")
    assert (values(shop, "apart", "price", 0), values(shop, "apart", "price", 1)) == ([(0.0, 9.0)], [(0.0, 14.0)])
    with pytest.raises(ScenarioError, match="`low` and `high` both set `price`"):
        loads(text + policies.replace("for: [old]", "for: [young, old]"), "shop.yaml")


def test_dates_are_times_too(text):
    shop = loads(text + "  dated: {from: 2025-01-08, change: {till.staff: 3}, cost: 0}\n", "shop.yaml")
    assert shop.plan("dated").changes["time"][0] == 2 * pl.DAY


def test_agents_are_as_many_as_any_policy_ever_needs(shop):
    plan = shop.plan("as-is")
    names = shop.layout().touchpoints
    most = {name: int(row["n_agents"]) for name, row in zip(names, plan.touchpoints, strict=True)}
    assert most == {("Shop", "till"): 3, ("Shop", "phone"): 5, ("Shop", "boss"): 1}
    assert [int(row["first_agent"]) for row in plan.touchpoints] == [0, 3, 8]


def test_with_policy_adds_one_and_leaves_the_other_scenario_alone(shop):
    change = {"phone.shifts.late.staff": 4, "phone.takes": "20 % less"}
    more = shop.with_policy("more", change, cost=40_000, idea="Help.")
    assert more.policies[-1] == "more"
    assert "more" not in shop.policies
    assert [cost.once for cost in more.policy("more").costs] == [40_000]
    assert values(more, "more", "phone.shifts.late.staff") == [(0.0, 4.0)]
    with pytest.raises(ScenarioError, match="a new name"):
        more.with_policy("more", {"till.staff": 3}, cost=0)
    with pytest.raises(ScenarioError, match="did you mean `till`"):
        shop.with_policy("worse", {"tlil.staff": 3}, cost=0)
    with pytest.raises(ScenarioError, match="did you mean `faster`"):
        shop.plan("fasster")


def test_a_null_policy_moves_nothing(text):
    shop = loads(text + "  null: {change: {till.staff: 2, price: 1 times}, cost: 0}\n", "shop.yaml")
    assert shop.plan("null").changes.size == 0


def test_a_policy_may_end_our_failures_beside_a_rival_whose_failures_are_known():
    text = """
format: 1
our_firm: Ours
lasts: 1 year
market: {customers: 100, setting: contractual}
firms:
  Ours: {share: 60 %, price: 30 a month, contacts: {outage: {happens: 2 a year, because: failure}}}
  Rival: {share: 40 %, known: {price: 30 a month, failures: 1.2 a year}}
policies:
  mended: {change: {outage.happens: 0 a year}, cost: 0}
"""
    found = loads(text, "ours.yaml")
    slot = found.content.overlaid.slot["firms", "Ours", "contacts", "outage", "happens"]
    assert found.content.overlaid.phases["mended"][0].values[slot, 0] == 0.0
    rivals = found.content.overlaid.baseline_contacts["Rival"]["outage"].happens
    assert rivals.amount == pytest.approx(1.2)  # of as-is, whatever we do
    with pytest.raises(ScenarioError, match="no contact of Ours that a failure causes"):
        loads(text.replace("2 a year, because: failure", "2 a year, because: question"), "ours.yaml")
