"""The plan: every number in it worked by hand from a small file."""

from datetime import datetime

import numpy as np
import pytest

from cxsim.behaviour import slots
from cxsim.model import plan as pl
from cxsim.model.events import END_SOLVED, END_UNSOLVED
from cxsim.scenario import loads
from cxsim.scenario.compile import period_ends
from cxsim.units import DAY, HOUR, MINUTE, WEEK, YEAR

PLAIN = """\
format: 1
lasts: 1 d
firms: {F: {arrivals: {c: {rate: 90 an hour, journey: p}}, touchpoints: {p: {channel: web}}}}
"""


@pytest.fixture
def plan(shop):
    return shop.plan()


def test_the_clock(plan):
    clock = plan.clock[0]
    assert (clock["start"], clock["horizon"]) == (-YEAR // 2, YEAR)
    assert clock["week_offset"] == 0  # 6 January 2025 is a Monday
    assert clock["epoch"] == 20_094 * DAY  # days from 1970 to 2025 (55 x 365 + 14 leap days), and five more


def test_a_start_within_the_week(text):
    clock = loads(text.replace("2025-01-06", "2025-01-09 08:30"), "s.yaml").plan().clock[0]
    assert clock["week_offset"] == 3 * DAY + 8 * HOUR + 30 * MINUTE


def test_the_market(plan):
    market = plan.market[0]
    assert (market["n_persons"], market["contractual"]) == (100, 0)
    assert market["price_reference"] == 11.0
    assert plan.segments["share_to"].tolist() == [0.3, 1.0]
    assert plan.firms["share_to"].tolist() == [0.6, 1.0]
    assert plan.levers[market["levers"] + pl.MARKET_LEAVES_ANYWAY].tolist() == [0.03, 0.03]
    patience = plan.levers[market["segment_levers"] + pl.SEGMENT_PATIENCE]
    assert [plan.laws[int(law)]["a"] for law in patience] == [4 * MINUTE, 8 * MINUTE]
    assert plan.levers[market["defaults"] + slots.LOSS_AVERSION, 0] == 2.25


def test_needs_are_bounded_by_the_firm_that_asks_for_most(plan):
    market = plan.market[0]
    # Shop: 12 a year within 54 of 168 hours; Chain: 24 a year at any hour.
    open_hours, peak = 54 / 168, 12 * 168 / 54
    per_year = open_hours * max(peak, 24) + (1 - open_hours) * 24
    assert market["need_bound"] * YEAR == pytest.approx(per_year)
    assert plan.need_profile[0] == 0.0
    assert plan.need_profile[-1] == pytest.approx(pl.WEEK_BINS, rel=1e-12)
    for contact in plan.contacts[plan.contacts["anonymous"] == 0]:
        rate = plan.levers[contact["levers"] + pl.CONTACT_RATE, 0] * plan.profiles[contact["profile"]]
        assert np.all(rate <= market["need_bound"] * np.diff(plan.need_profile) * (1 + 1e-12))


def test_profiles_have_mean_one(plan):
    assert plan.profiles.mean(axis=1) == pytest.approx(1.0)
    assert plan.profiles.shape[1] == pl.WEEK_BINS


def test_contacts(plan):
    shopping, callers, chain = plan.contacts
    assert (shopping["group"], callers["group"], chain["group"]) == (0, -1, 0)
    assert plan.group_contact.tolist() == [[0, 2]]
    assert (shopping["paid"], callers["paid"]) == (1, 0)
    assert (shopping["class_"], callers["class_"]) == (-1, 2)
    assert (chain["n_steps"], chain["because"]) == (0, pl.BECAUSE_PURCHASE)
    assert plan.levers[shopping["levers"] + pl.CONTACT_PATIENCE, 0] == -1.0
    assert plan.levers[callers["levers"] + pl.CONTACT_RATE, 0] * HOUR == pytest.approx(6.0)
    assert callers["bound"] * HOUR == pytest.approx(6.0)
    assert plan.levers[callers["levers"] + pl.CONTACT_PRIORITY, 0] == 2.0
    assert plan.levers[callers["levers"] + pl.CONTACT_RETRIES, 0] == -1.0


def test_steps_and_routes(plan):
    shopping, callers, _ = plan.contacts
    first = callers["first_step"]
    assert (first, callers["n_steps"]) == (1, 3)  # phone, and what only transfers reach: till and boss
    phone, till, boss = plan.steps[first : first + 3]
    assert [int(step["touchpoint"]) for step in (phone, till, boss)] == [1, 0, 2]
    assert [int(step["next"]) for step in (phone, till, boss)] == [END_UNSOLVED, END_SOLVED, END_SOLVED]
    routes = plan.routes[phone["first_route"] : phone["first_route"] + phone["n_routes"]]
    assert routes["target"].tolist() == [first + 1, first + 2]
    assert plan.levers[routes["slot"], 0].tolist() == [0.10, 0.05]
    own = plan.laws[int(plan.levers[phone["takes"], 0])]
    assert (own["kind"], own["a"]) == (pl.LAW_CONSTANT, 4 * MINUTE)  # callers are served faster
    assert plan.steps[shopping["first_step"]]["next"] == END_SOLVED


def test_shifts_and_hours(plan):
    phone = plan.touchpoints[1]
    early, late = plan.shifts[phone["first_shift"] : phone["first_shift"] + phone["n_shifts"]]
    assert plan.levers[[early["levers"], late["levers"]], 0].tolist() == [2.0, 3.0]
    when = plan.openings[int(plan.levers[late["levers"] + pl.SHIFT_WHEN, 0])]
    windows = plan.windows[when["first"] : when["first"] + when["n"]]
    assert windows["begin"].tolist() == [day * DAY + 12 * HOUR for day in range(5)]
    opening = plan.openings[int(plan.levers[phone["levers"] + pl.TOUCH_HOURS, 0])]
    assert plan.windows[opening["first"]].tolist() == (8 * HOUR, 18 * HOUR)
    assert opening["weekly"] == 1


def test_touchpoint_levers(plan):
    base = plan.touchpoints[1]["levers"]
    row = plan.levers[base : base + pl.TOUCH_COLUMNS, 0]
    assert row[pl.TOUCH_SOLVES] == 0.5
    assert row[pl.TOUCH_CALL_BACK] == 1.0
    assert row[pl.TOUCH_CALL_BACK_AFTER] == 3 * MINUTE
    assert row[pl.TOUCH_CALL_BACK_ACCEPTED] == 0.375
    assert row[pl.TOUCH_CALL_BACK_ANSWERED] == 0.93
    assert row[pl.TOUCH_ANSWER_WITHIN] == 20_000_000
    assert [int(row["in_person"]) for row in plan.touchpoints] == [1, 1, 0]


def test_a_plain_queue_has_no_persons():
    plan = loads(PLAIN, "s.yaml").plan()
    assert plan.market[0]["n_persons"] == 0
    assert plan.market[0]["need_bound"] == 0.0
    assert plan.levers.shape[1] == 1
    assert plan.touchpoints[0]["staffed"] == 0
    assert plan.period_ends.tolist() == [hour * HOUR for hour in range(1, 25)]


def test_thinning_bounds_hold_for_every_policy(text):
    shop = loads(text + "  more: {change: {callers.rate: 50 % more, shopping.happens: 3 times}, cost: 0}\n", "s.yaml")
    for policy in ("as-is", "more"):
        plan = shop.plan(policy)
        assert plan.contacts[1]["bound"] * HOUR == pytest.approx(9.0)
        assert plan.contacts[0]["bound"] * YEAR == pytest.approx(36.0)


def test_rates_by_hour(text):
    table = "{Mon: {from: 09:00, every: 1 h, an_hour: [40, 80]}}"
    plan = loads(text.replace("rate: 6 an hour", f"rate: {table}"), "s.yaml").plan()
    callers = plan.contacts[1]
    assert callers["bound"] * WEEK == pytest.approx(120.0)
    weights = plan.profiles[callers["profile"]]
    assert weights[36] * callers["bound"] * HOUR == pytest.approx(40.0)
    assert weights[40] * callers["bound"] * HOUR == pytest.approx(80.0)
    assert np.count_nonzero(weights) == 8


def test_periods_are_calendar_months_and_time_zero_is_an_end():
    ends = period_ends(datetime(2025, 1, 6), 31 * DAY, 90 * DAY)
    # 1 January (-5 d), 0, 1 February (26 d), 1 March (54 d), 1 April (85 d), the end
    assert (ends / DAY).tolist() == [-5.0, 0.0, 26.0, 54.0, 85.0, 90.0]
    assert (period_ends(datetime(2025, 1, 6), 0, 4 * DAY) / DAY).tolist() == [1.0, 2.0, 3.0, 4.0]


def test_all_numbers_of_a_plan_are_within_it(shop):
    for policy in shop.policies:
        plan = shop.plan(policy)
        laws = [plan.levers[plan.touchpoints["levers"] + pl.TOUCH_TAKES], plan.levers[plan.steps["takes"]]]
        assert all(((numbers >= 0) & (numbers < plan.laws.size)).all() for numbers in laws)
        assert (plan.changes["slot"] < plan.levers.shape[0]).all()
        assert (plan.steps["next"] < plan.steps.size).all()
        assert np.all(np.diff(plan.period_ends) > 0)
        assert len(shop.layout().slots) == plan.levers.shape[0]
