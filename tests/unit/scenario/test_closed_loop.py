"""Promises, recovery, causes, training, entrants and baselines: from the file to the plan, worked by hand."""

import numpy as np
import pytest

from cxsim.errors import ScenarioError, ValueRefusedError
from cxsim.model import plan as pl
from cxsim.model.events import END_SOLVED
from cxsim.scenario import loads, paths
from cxsim.scenario.defaults import rest_of_trouble
from cxsim.scenario.firm_fields import RECOVERY_STEPS
from cxsim.units import DAY, MINUTE, MONTH, YEAR


@pytest.fixture
def plan(town):
    return town.plan()


def lever(plan, firm, column, segment=0):
    return plan.levers[plan.firms[firm]["levers"] + column, segment]


def moves(scenario, policy, path):
    """Return (month, segment, value) of each lever move of a slot."""
    number = scenario.layout().slots.index(path)
    mine = scenario.plan(policy).changes
    mine = mine[mine["slot"] == number]
    return [(float(m["time"] / MONTH), int(m["segment"]), float(m["value"])) for m in mine]


def test_the_levers_of_a_firm(plan):
    row = plan.levers[plan.firms[0]["levers"] :][: pl.FIRM_COLUMNS, 0]
    assert row[pl.FIRM_PROMISE] == pl.NONE
    assert (row[pl.FIRM_PROMISE_ANSWER], row[pl.FIRM_PROMISE_VISIT]) == (2 * MINUTE, 2 * DAY)
    assert row[pl.FIRM_STEPS] == 1 + 8 + 16  # apologize, fix, credit
    assert (row[pl.FIRM_CREDIT], row[pl.FIRM_LIMIT], row[pl.FIRM_EASE]) == (10.0, 5.0, 0.25)
    assert (row[pl.FIRM_FIXING], row[pl.FIRM_FIXING_ALL], row[pl.FIRM_FOLLOW_UP]) == (20.0, 1.0, 0.1)
    # The rest of 55 % in the proportions .22 to .20.
    assert row[pl.FIRM_TROUBLE_DESIGN] == 0.45
    assert row[pl.FIRM_TROUBLE_CUSTOMER] == pytest.approx(0.55 * 22 / 42)
    assert row[pl.FIRM_TROUBLE_EMPLOYEE] == pytest.approx(0.55 * 20 / 42)
    assert row[pl.FIRM_TROUBLE_OUTSIDE] == 0.0


def test_the_bits_of_the_recovery_steps_are_those_of_the_rules():
    from cxsim.behaviour import recovery

    names = ("APOLOGIZE", "ACCEPT", "EXPLAIN", "FIX", "CREDIT", "ASK", "FOLLOW_UP")
    assert [getattr(recovery, name) for name in names] == [1 << n for n in range(len(RECOVERY_STEPS))]
    assert tuple(name.lower().replace("_", "-") for name in names) == RECOVERY_STEPS


def test_the_levers_of_touchpoints_contacts_and_segments(plan):
    phone, visit = (plan.touchpoints[k]["levers"] for k in (1, 2))
    assert plan.levers[phone + pl.TOUCH_TRAINING, 0] == 8.0
    assert plan.levers[phone + pl.TOUCH_EXPLAINS, 0] == 1.0
    assert plan.levers[phone + pl.TOUCH_MUST_BE, 0] == pl.NONE
    assert plan.levers[visit + pl.TOUCH_MUST_BE, 0] == -1.0
    assert plan.levers[visit + pl.TOUCH_EXPLAINS, 0] == 0.0
    stakes = plan.levers[plan.contacts["levers"] + pl.CONTACT_STAKE, 0]
    assert stakes.tolist() == [2.0, 1.0, 1.0, 2.0, 1.0, 1.0, 2.0, 1.0, 1.0]
    cares = plan.levers[plan.market[0]["segment_levers"] :][pl.SEGMENT_CARES_RELIABILITY : pl.SEGMENT_COLUMNS]
    # Half for everybody, and half by the share: the squares of .5, .2 and .3 add up to .38.
    assert cares[:, 0] == pytest.approx([0.5 + 0.25 / 0.38, 0.5, 0.5, 0.5 + 0.1 / 0.38, 0.5 + 0.15 / 0.38], rel=1e-14)
    assert cares[:, 0] @ [0.5, 0.0, 0.0, 0.2, 0.3] == pytest.approx(1.0, rel=1e-14)  # what they care about weighs 1
    assert cares[:, 1].tolist() == [1.0] * 5  # nothing is written


def test_the_way_out_is_a_lever(town_text):
    menu = "menu:   {channel: voice menu,"
    shown = loads(town_text.replace(menu, f"{menu} way_out: visible,"), "town.yaml").plan()
    hidden = loads(town_text, "town.yaml").plan()
    slot = hidden.touchpoints[0]["levers"] + pl.TOUCH_WAY_OUT
    assert (hidden.levers[slot, 0], shown.levers[slot, 0]) == (0.0, 1.0)


def test_complaints_and_approvals_have_steps_that_no_journey_leads_to(plan):
    ours = plan.firms[0]
    desk, office = plan.steps[ours["complaint_step"]], plan.steps[ours["approval_step"]]
    assert [int(step["touchpoint"]) for step in (desk, office)] == [3, 4]
    assert [int(step["next"]) for step in (desk, office)] == [END_SOLVED] * 2
    assert [int(step["n_routes"]) for step in (desk, office)] == [0, 0]
    assert plan.contacts["n_steps"].sum() == plan.steps.size - 2
    assert plan.firms["complaint_step"][1:].tolist() == plan.firms["approval_step"][1:].tolist() == [-1, -1]
    assert office["takes"] == plan.touchpoints[4]["levers"] + pl.TOUCH_TAKES


def test_an_entrant_arrives_and_becomes_known(plan):
    assert plan.firms["arrives"].tolist() == [-YEAR // 2, -YEAR // 2, 18 * MONTH]  # the others before the warm-up
    assert plan.firms["reach_first"].tolist() == [1.0, 1.0, 0.4]
    assert plan.firms["reach_all_after"].tolist() == [0, 0, 12 * MONTH]
    assert plan.firms["baseline"].tolist() == [0, 1, 1]


def test_an_entrant_that_never_comes(town):
    never = town.with_value("New.arrives", "never")
    assert never.plan().firms["arrives"][2] == pl.NEVER
    assert list(never.document.unsure) == ["trouble_comes_from.design", "Old.quality"]
    assert never.plan("cheaper").changes.size == 0  # it waits for a firm that never comes
    assert [cost.begin for cost in never.policy("cheaper").costs] == [pl.NEVER]
    dated = town.with_value("New.arrives", "2025-03-01")
    assert dated.plan().firms["arrives"][2] == 54 * DAY


def test_a_baseline_has_our_contacts_without_journeys(town, plan):
    names = town.layout().contacts
    ours, old, new = (
        [contact for name, contact in zip(names, plan.contacts, strict=True) if name[0] == firm]
        for firm in ("Ours", "Old", "New")
    )
    assert plan.group_contact.tolist() == [[0, 3, 6], [1, 4, 7], [2, 5, 8]]
    for other in (old, new):
        assert [contact["n_steps"] for contact in other] == [0, 0, 0]
        for field in ("because", "group", "profile", "paid", "class_"):
            assert [contact[field] for contact in other] == [contact[field] for contact in ours], field
    rates = plan.levers[plan.contacts["levers"] + pl.CONTACT_RATE, 0] * pl.YEAR
    assert rates == pytest.approx([1.0, 0.5, 2.0, 1.0, 0.5, 2.0, 2.0, 1.0, 2.0])  # New: 3 failures a year
    assert plan.contacts["bound"] * pl.YEAR == pytest.approx(rates)


def test_our_policies_do_not_change_what_a_baseline_does(town):
    more = town.with_policy("more", {"broken.happens": "2 times", "broken.stake": "3"}, cost=0)
    changed = {more.layout().slots[slot] for slot in more.plan("more").changes["slot"]}
    assert changed == {"broken.happens", "broken.stake"}
    set_before = town.with_value("broken.happens", "2 a year").plan()  # another world: there New's failures stay 3
    assert set_before.levers[set_before.contacts["levers"] + pl.CONTACT_RATE, 0][[3, 6, 7]] * pl.YEAR == pytest.approx(
        [2.0, 2.4, 0.6]
    )


def test_the_figures_of_a_baseline_are_levers(plan):
    assert lever(plan, 1, pl.FIRM_BASE_WAIT) == 4 * MINUTE
    assert lever(plan, 1, pl.FIRM_BASE_SOLVES) == 0.65
    assert lever(plan, 1, pl.FIRM_BASE_RECOVERS) == 0.40
    assert lever(plan, 2, pl.FIRM_BASE_WAIT) == 3 * MINUTE
    assert lever(plan, 2, pl.FIRM_BASE_SOLVES) == 0.7
    assert lever(plan, 2, pl.FIRM_BASE_RECOVERS) == 0.32


def test_what_is_not_known_is_noted(town):
    notes = town.document.assumptions
    assert notes["New.known.wait_mean"].value == "3 min"
    assert notes["New.known.first_contact_resolution"].confidence == "assumption"
    assert "Old.known.wait_mean" not in notes
    assert notes["Ours.trouble_comes_from.customer"].source == "the rest, in the proportions of TARP"
    assert "Ours.trouble_comes_from.design" not in notes
    assert notes["Old.trouble_comes_from.design"].confidence == "survey"
    assert "Ours.recovery.steps" not in notes
    assert "32 %" in notes["Old.recovery.steps"].value


def test_a_known_price_is_the_price(town):
    assert town.value("Old.price") == "55 a month"
    cheaper = town.with_value("Old.price", "10 % less")
    assert (cheaper.value("Old.price"), cheaper.value("Old.known.price")) == ("49.5 a month", "49.5 a month")
    assert cheaper.plan().levers[cheaper.plan().firms[1]["levers"] + pl.FIRM_PRICE, 0] == 49.5
    assert town.with_value("Old.known.price", "60 a month").value("Old.price") == "60 a month"


def test_the_quality_of_a_baseline_can_be_set(town):
    better = town.with_value("Old.quality", "0.7")
    assert lever(better.plan(), 1, pl.FIRM_QUALITY) == 0.7
    assert "Old.quality" not in better.document.unsure


def test_a_policy_begins_when_a_firm_arrives(town):
    assert moves(town, "cheaper", "price") == [(18.0, 0, 45.0)]
    assert moves(town.with_value("New.arrives", "month 12"), "cheaper", "price") == [(12.0, 0, 45.0)]
    assert moves(town.with_value("New.arrives", "0"), "cheaper", "price") == [(0.0, 0, 45.0)]


def test_a_policy_ends_when_a_firm_arrives(town_text):
    until = town_text.replace("from: New arrives", "from: month 6, until: New arrives")
    assert moves(loads(until, "t.yaml"), "cheaper", "price") == [(6.0, 0, 45.0), (18.0, 0, 50.0)]
    # In a world in which the firm comes first, nothing is left of the policy, and nothing is wrong with it.
    early = loads(until, "t.yaml").with_value("New.arrives", "month 3")
    assert early.plan("cheaper").changes.size == 0


def test_a_part_of_a_combination_waits_for_a_firm(town_text):
    more = "  both: {combine: [kinder, {fixing: {from: New arrives}}]}\nunsure:"
    both = loads(town_text.replace("unsure:", more), "t.yaml")
    assert moves(both, "both", "process.fixing") == [(18.0, 0, 60.0), (18.0, 1, 60.0)]
    assert moves(both, "both", "recovery.ease") == [(3.0, 0, 0.45), (3.0, 1, 0.45)]


def test_a_policy_sets_the_steps_of_recovery(town):
    assert moves(town, "kinder", "recovery.steps") == [(3.0, 0, 13.0), (3.0, 1, 13.0)]  # apologize, explain, fix
    for written in ("[apologize, follow-up]", "apologize, follow-up", ["apologize", "follow-up"]):
        changed = town.with_value("recovery.steps", written)
        assert lever(changed.plan(), 0, pl.FIRM_STEPS) == 65.0
    assert lever(town.with_value("recovery.steps", []).plan(), 0, pl.FIRM_STEPS) == 0.0


def test_a_share_of_the_trouble_that_is_set_makes_the_others_shrink_or_grow(town):
    assert moves(town, "fixing", "trouble_comes_from.design") == [(6.0, 0, 0.25), (6.0, 1, 0.25)]
    customer = [value for _, _, value in moves(town, "fixing", "trouble_comes_from.customer")]
    assert customer == pytest.approx([0.75 * 22 / 42] * 2)
    less = town.with_value("trouble_comes_from.design", "60 %")
    assert less.value("trouble_comes_from.employee") == f"{100 * round(0.4 * 20 / 42, 12):.12g} %"
    assert "trouble_comes_from.design" not in less.document.unsure
    assert "Ours.trouble_comes_from.employee" not in less.document.assumptions  # no default any more


def test_shares_that_are_set_together_stay_as_they_are_set(town):
    both = town.with_values({"trouble_comes_from.design": "30 %", "trouble_comes_from.outside": "10 %"})
    trouble = both.document.firms["Ours"].trouble_comes_from
    assert (trouble.design, trouble.outside) == (0.3, 0.1)
    assert trouble.customer + trouble.employee == pytest.approx(0.6)
    assert trouble.customer / trouble.employee == pytest.approx(22 / 20)
    policy = {"trouble_comes_from.design": "30 %", "trouble_comes_from.outside": "10 %"}
    made = town.with_policy("new", policy, cost=0)
    assert [v for _, _, v in moves(made, "new", "trouble_comes_from.design")] == [0.3, 0.3]
    assert [v for _, _, v in moves(made, "new", "trouble_comes_from.outside")] == [0.1, 0.1]


def test_the_cares_of_a_segment_give_way_too(town):
    other = town.with_value("market.segments.homes.cares_about.reliability", "20 %")
    cares = other.document.market.segments["homes"].cares_about
    assert (cares.reliability, cares.price, cares.ease) == (0.2, pytest.approx(0.48), pytest.approx(0.32))


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ({}, {"design": 0.58, "customer": 0.22, "employee": 0.2, "outside": 0.0}),
        ({"design": 0.58}, {"customer": 0.22, "employee": 0.2, "outside": 0.0}),
        ({"outside": 0.5}, {"design": 0.29, "customer": 0.11, "employee": 0.1}),
        ({"design": 0.5, "customer": 0.2, "employee": 0.2}, {"outside": 0.1}),
        ({"design": 1.0}, {"customer": 0.0, "employee": 0.0, "outside": 0.0}),
    ],
)
def test_what_is_not_written_shares_the_rest(written, found):
    assert rest_of_trouble(written) == pytest.approx(found)


@pytest.mark.parametrize(
    ("path", "change", "result"),
    [
        ("phone.training", "8 h a year more", None),
        ("phone.training", "8 more", "16 h a year"),
        ("phone.training", "2 times", "16 h a year"),
        ("process.fixing", "90 min a month", "1.5 h a month"),
        ("promises.answer", "50 % less", "1 min"),
        ("promises.experience", "0.3", "0.3"),
        ("promises.experience", "0.3 more", None),  # more than nothing
        ("promises.visit", "none", "none"),
        ("visit.must_be", "0.5 more", "-0.5"),
        ("phone.must_be", "1 more", None),
        ("recovery.ease", "10 points more", "35 %"),
        ("recovery.steps", "fix", ["fix"]),
        ("recovery.steps", "1 more", None),
        ("process.looks_at", "complaints", "complaints"),
        ("menu.way_out", "visible", "visible"),
        ("broken.stake", "1.5 times", "3"),
        ("broken.stake", "0.5", None),
        ("New.arrives", "2 times", None),
        ("New.arrives", "month 7", "month 7"),
        ("New.reaches.at_first", "10 points more", "50 % of customers"),
        ("New.reaches.at_first", "55 %", "55 % of customers"),
        ("Old.known.nps", "-9 ± 2", "-9 ± 2"),
        ("Old.known.nps", "2 more", None),
    ],
)
def test_changes_of_the_new_values(town, path, change, result):
    tree = town.content.tree
    location = paths.find(tree, path)
    if result is None:
        with pytest.raises(ValueRefusedError):
            paths.applied(tree, location, [change])
    else:
        assert paths.applied(tree, location, [change]) == result


@pytest.mark.parametrize("path", ["arrives", "reaches.at_first", "known.nps", "known.churn"])
def test_what_is_fixed_while_the_world_runs_is_no_lever(town, path):
    with pytest.raises(ScenarioError, match="fixed while the world runs"):
        town.with_policy("new", {path: town.value(path)}, cost=0).check()


@pytest.mark.parametrize("path", ["New.arrives", "Old.known.nps", "Old.quality"])
def test_a_policy_does_not_change_a_rival(town, path):
    with pytest.raises(ScenarioError, match="changes our firm and nothing else"):
        town.with_policy("new", {path: town.value(path)}, cost=0)


def test_a_whole_section_is_no_value_of_a_policy(town):
    with pytest.raises(ScenarioError, match=r"such as recovery\.steps"):
        town.with_policy("new", {"recovery": {"credit": "5"}}, cost=0).check()


@pytest.mark.parametrize("path", ["phone.training", "process.fixing", "process.looks_at"])
def test_some_levers_are_for_everyone(town_text, path):
    value = {"phone.training": "9 h a year", "process.fixing": "9 h a month", "process.looks_at": "complaints"}[path]
    policy = f"  some: {{for: [homes], change: {{{path}: {value}}}, cost: 0}}\nunsure:"
    with pytest.raises(ScenarioError, match="leave out `for`"):
        loads(town_text.replace("unsure:", policy), "t.yaml")


def test_all_switches_but_the_written_ones(town_text):
    plain = loads(town_text + "switches: {everything: off, talk: on}\n", "t.yaml")
    assert {name for name, on in plain.document.switches.items() if on} == {"talk"}
    assert "everything" not in plain.content.tree["switches"]
    assert not [name for name in plain.document.assumptions if name.startswith("switches.")]
    ledger = plain.plan().levers[plain.plan().market[0]["defaults"] :][: len(plain.content.overlaid.keys)]
    assert np.isfinite(ledger).all()
    assert loads(town_text + "switches: {everything: on, talk: off}\n", "t.yaml").document.switches["talk"] is False


def test_a_credit_is_granted_in_full_where_nobody_need_be_asked(town_text):
    alone = town_text.replace("      desk:   {channel: complaint desk, staff: 1, takes: 20 min}\n", "")
    assert alone != town_text
    free = loads(alone.replace(", without_approval: 5", ""), "t.yaml")
    assert free.value("recovery.without_approval") == "10"
    with pytest.raises(ScenarioError, match="above 5 without approval"):
        loads(alone, "t.yaml")
    with pytest.raises(ScenarioError, match="above 10 without approval"):
        free.with_policy("more", {"recovery.credit": "30", "recovery.steps": "credit"}, cost=0).check()
    asked = loads(town_text.replace(", without_approval: 5", ""), "t.yaml")
    assert asked.value("recovery.without_approval") == "0"


def test_ranges_of_doubt_of_the_new_values(town_text):
    def with_doubt(entry):
        return loads(town_text[: town_text.index("unsure:")] + f"unsure: {{{entry}}}\n", "t.yaml")

    with_doubt("recovery.credit: 5 to 20, Old.quality: -1 to 1, New.reaches.at_first: 20 % to 60 %")
    with_doubt("promises.answer: 0.5 to 2 times, New.arrives: 2026-01-01 to 2027-01-01")
    for entry, what in {
        "recovery.steps: fix to credit": "more and less",
        "switches.talk: off to on": "more and less",
        "New.arrives: 0.5 to 2 times": "a range of times",
        "New.arrives: month 30 to month 12": "smaller to the larger",
        "recovery.credit: 20 to 5": "smaller to the larger",
        "recovery.credit: 2 to 0.5 times": "smaller to the larger",
    }.items():
        with pytest.raises(ScenarioError, match=what):
            with_doubt(entry)


def test_a_noncontractual_baseline_sells_what_we_sell(text):
    chain = text[text.index("  Chain:") : text.index("policies:")]
    shop = loads(text.replace(chain, "  Chain: {share: 40 %, known: {price: 10 a visit}}\n"), "s.yaml")
    plan = shop.plan()
    assert shop.layout().contacts[-1] == ("Chain", "shopping")
    assert (plan.contacts[-1]["paid"], plan.contacts[-1]["because"]) == (1, pl.BECAUSE_PURCHASE)
    assert plan.levers[plan.contacts[-1]["levers"] + pl.CONTACT_RATE, 0] * YEAR == pytest.approx(12.0)
