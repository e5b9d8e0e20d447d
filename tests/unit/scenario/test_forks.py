"""Policies that count their time from a fork: what moves along with it, what stays, and what is refused."""

import pytest

from cxsim.errors import ScenarioError
from cxsim.scenario import loads
from cxsim.scenario.forks import written
from cxsim.units import DAY, MONTH, YEAR

FOR_EVER = 1_000 * YEAR
RIVAL = (
    "  Newcomer: {arrives: month 8, price: 9 a visit, contacts: {shopping: {happens: 24 a year, because: purchase}}}\n"
)


def moves(scenario, policy):
    """Return the (month, value) at which our till's staff or our price moves for the second segment."""
    layout, plan = scenario.layout(), scenario.plan(policy)
    slots = [layout.slots.index(path) for path in ("till.staff", "price")]
    mine = plan.changes[(plan.changes["segment"] == 1) & [slot in slots for slot in plan.changes["slot"]]]
    return [(float(move["time"] / MONTH), float(move["value"])) for move in mine]


def test_times_and_costs_of_a_policy_move_along(shop):
    forked = shop.forked("month 2")
    # faster: from month 3 until 6; dearer: from month 4; both: dearer from month 5 instead.
    assert moves(forked, "faster") == [(5.0, 3.0), (8.0, 2.0)]
    assert moves(forked, "dearer") == [(6.0, 13.0)]
    assert moves(forked, "both") == [(5.0, 3.0), (7.0, 13.0), (8.0, 2.0)]
    assert forked.policy("dearer").costs == ((5.0, 7.0, 6 * MONTH, FOR_EVER),)
    assert forked.policy("both").costs[1:] == (
        (100.0, 0.0, 5 * MONTH, 8 * MONTH),
        (5.0, 7.0, 7 * MONTH, FOR_EVER),
    )


def test_it_is_the_scenario_with_these_times_written(text):
    later = text.replace("from: month 3, until: month 6", "from: month 4, until: month 7")
    later = later.replace("from: month 4, for", "from: month 5, for").replace("{from: month 5}}]", "{from: month 6}}]")
    forked, by_hand = loads(text, "shop.yaml").forked("month 1"), loads(later, "shop.yaml")
    assert forked.identity() == by_hand.identity() != loads(text, "shop.yaml").identity()
    assert forked.resolved() == by_hand.resolved()


def test_a_fork_at_the_start_changes_nothing(shop):
    assert shop.forked("month 0").identity() == shop.identity()


def test_history_under_as_is_is_the_same_whatever_the_fork(shop):
    plan = shop.plan()
    for at in ("month 1", "day 45.5", "2025-03-01", "2025-03-01 13:30"):
        for name, array in shop.forked(at).plan()._asdict().items():
            assert array.tobytes() == getattr(plan, name).tobytes(), (at, name)


def test_dates_and_arrivals_stay_and_what_lies_before_the_fork_begins_there(text):
    text = text.replace("policies:\n", RIVAL + "policies:\n", 1)
    text += "  dated: {from: 2025-04-01, until: 2025-12-01, change: {till.staff: 1 more}, cost: 10}\n"
    text += "  answer: {from: Newcomer arrives, change: {price: 2 less}, cost: 20}\n"
    shop = loads(text, "shop.yaml")
    april, december, arrival = 85 * DAY, 329 * DAY, 8 * MONTH  # the scenario starts on 6 January
    for at, begin, answer in (
        ("month 1", april, arrival),
        ("month 5", 5 * MONTH, arrival),
        ("day 250", 250 * DAY, 250 * DAY),
    ):
        policies = [shop.with_value("lasts", "2 years").forked(at).policy(name) for name in ("dated", "answer")]
        assert [policy.costs[0][2:] for policy in policies] == [(begin, december), (answer, FOR_EVER)]
    assert shop.time("Newcomer arrives") == arrival
    with pytest.raises(ScenarioError, match="`2025-12-01`; a policy that is not over at the fork"):
        shop.forked("2025-12-02", where="--fork-at")


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("soon", "--fork-at: `soon`; a time such as month 3, day 10 or 2025-03-01; write, for example, month 3"),
        ("", "--fork-at: nothing; a time such as"),
        ("month 12", "--fork-at: `month 12`; a time before the end, after 1 year; fork earlier"),
        ("month 13", "--fork-at: `month 13`; a time within the scenario, which lasts 1 year; name another time"),
        ("2024-12-01", "--fork-at: `2024-12-01`; a time within the scenario"),
        ("Nobody arrives", "--fork-at: `Nobody arrives`; one of the firms, then `arrives`: Shop, Chain"),
        ("month 10", "--fork-at: policies.faster.from: `month 13`; a time within the scenario"),
    ],
)
def test_a_time_that_cannot_be_is_refused(shop, at, words):
    with pytest.raises(ScenarioError) as refused:
        shop.forked(at, where="--fork-at")
    assert str(refused.value).splitlines()[0].startswith(words)


@pytest.mark.parametrize(
    ("time", "text"),
    [(0, "month 0"), (15 * MONTH, "month 15"), (100 * DAY, "day 100"), (36 * 3_600_000_000, "day 1.5")],
)
def test_times_are_written_as_people_write_them(time, text):
    assert written(time) == text


@pytest.mark.parametrize("time", [1, 59_999_999, MONTH + 1, 20 * YEAR + 123_456_789])
def test_no_microsecond_is_lost(shop, time):
    from cxsim.scenario.fields import parse_moment

    assert parse_moment(written(time)).offset == time
