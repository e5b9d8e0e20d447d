"""The tallies are the log, counted; the customers of a firm are those who joined and did not leave."""

import numpy as np
import pytest

from cxsim.model import events as ev
from cxsim.model import plan as pl
from cxsim.model import state as st
from tests.properties.recount import Recount
from tests.properties.worlds import ENGINES, SEED, run_of, scenario

WORLDS = {
    "usual": {},
    "contract": {"setting": "contractual"},
    "nobody is told": {"announces": "nothing", "call_back": "no"},
    "months": {"lasts": "70 d", "warm_up": "10 d", "customers": 20},
}
POLICIES = ("as-is", "hire", "early", "as-is")


@pytest.fixture(scope="module", params=ENGINES)
def run(request):
    return run_of(request.param)


@pytest.fixture(scope="module", params=range(len(WORLDS)), ids=list(WORLDS))
def case(request):
    return request.param


@pytest.fixture(scope="module")
def world(case, run):
    plan = scenario(**list(WORLDS.values())[case]).plan(POLICIES[case])
    outcome = run(plan, SEED + 20 + case, 0, log=True)
    return plan, outcome, Recount(plan, outcome.state).count(outcome.log)


@pytest.mark.parametrize("name", st.TOUCH_TALLY.names)
def test_visits_by_period_touchpoint_and_class(world, name):
    _, outcome, counted = world
    assert np.array_equal(outcome.state.touch[name], counted.touch[name])


GRADES = ("bad", "neutral", "good", "excellent")
# Who talks about an episode is decided at once and not logged; the stories are. Nor are grades and effort logged.
UNLOGGED = {"talked_good", "talked_bad", "ease", *GRADES}


@pytest.mark.parametrize("name", [n for n in st.FIRM_TALLY.names if n not in UNLOGGED])
def test_episodes_by_period_firm_and_segment(world, name):
    plan, outcome, counted = world
    if plan.market[0]["contractual"] and name in {"revenue", "variable_cost"}:
        return  # contracts are billed by the month: see below
    # Floats too: sums of the same numbers in the same order.
    assert np.array_equal(outcome.state.firm[name], counted.firm[name])


def test_every_episode_has_a_grade_and_an_effort_score(world):
    firm = world[1].state.firm
    assert np.array_equal(sum(firm[name] for name in GRADES), firm["episodes"])
    assert np.all(firm["ease"] >= firm["response"] * (1 - 1e-12))
    assert np.all(firm["ease"] <= 7 * firm["response"] * (1 + 1e-12))


def test_the_loop_is_gone_through(world, case):
    # Else the tallies would be equal because they are all 0.
    counted = world[2].firm
    for name in (
        "failures",
        "hurt",
        "complaints",
        "answered_complaints",
        "recovered",
        "promises",
        "repeats",
        "followed",
    ):
        assert counted[name].sum() > 0, name
    if list(WORLDS)[case] == "months":
        for name in ("training_cost", "fixing_cost"):
            assert counted[name].sum() > 0, name


def test_waits_by_touchpoint_and_class(world):
    _, outcome, counted = world
    assert np.array_equal(outcome.state.waits, counted.waits)
    assert counted.waits[:, :, 0].sum() > 100
    assert counted.waits[:, :, 1:].sum() > 100


def test_leavings_by_reason(world):
    _, outcome, counted = world
    assert np.array_equal(outcome.state.left, counted.left)
    assert counted.left.sum() > 5


def test_talkers_tell(world):
    plan, outcome, _ = world
    firm = outcome.state.firm
    pending = outcome.pending
    told = sum(int(firm[name].sum()) for name in ("told_good", "told_bad"))
    still = int((pending["order"] >> np.uint64(60) == ev.TALK).sum())
    talkers = sum(int(firm[name].sum()) for name in ("talked_good", "talked_bad"))
    gone = int(outcome.state.cold["gone"].sum())
    assert 0 < talkers <= firm["episodes"].sum()
    assert told + still <= ev.MAX_TOLD * talkers
    assert gone <= plan.market[0]["n_persons"]


def with_a_firm(plan, outcome, end):
    """Return the firm of each person at a time (-1: none), from the log: where he was at first, and his moves."""
    log, state = outcome.log, outcome.state
    moves = log[np.isin(log["kind"], (ev.LOG_JOINED, ev.LOG_LEFT))]
    first = np.full(state.cold.size, -2)
    firm = np.full(state.cold.size, -2)
    for row in moves:
        person, joins = int(row["customer"]), row["kind"] == ev.LOG_JOINED
        if first[person] == -2:
            first[person] = -1 if joins else row["firm"]
        if row["time"] < end:
            firm[person] = row["firm"] if joins else -1
    at_last = np.where(first == -2, state.cold["firm"], first)
    return np.where(firm == -2, at_last, firm)


def customer_months(plan, outcome, begin, end):
    """Return the months that each person was with each firm between two times, (persons, firms), from the log."""
    months = np.zeros((outcome.state.cold.size, plan.firms.size))
    now, since = with_a_firm(plan, outcome, begin), np.full(outcome.state.cold.size, begin)
    moves = outcome.log[np.isin(outcome.log["kind"], (ev.LOG_JOINED, ev.LOG_LEFT))]
    for row in moves[(moves["time"] >= begin) & (moves["time"] < end)]:
        person = int(row["customer"])
        if row["kind"] == ev.LOG_LEFT:
            months[person, row["firm"]] += (row["time"] - since[person]) / pl.MONTH
        now[person] = row["firm"] if row["kind"] == ev.LOG_JOINED else -1
        since[person] = row["time"]
    for person in np.flatnonzero(now >= 0):
        months[person, now[person]] += (end - since[person]) / pl.MONTH
    return months


def test_customers_of_a_contract_are_those_who_joined_and_did_not_leave(run):
    plan = scenario(setting="contractual", lasts="70 d", warm_up="10 d", customers=80).plan()
    outcome = run(plan, SEED + 30, 0, log=True)
    state = outcome.state
    at_start = with_a_firm(plan, outcome, 0)
    left_before = set(outcome.log["customer"][outcome.log["kind"] == ev.LOG_LEFT].tolist())
    assert len(left_before) > 3
    assert np.array_equal(state.cold["base_firm"], at_start)
    begins = np.concatenate([plan.clock["start"], plan.period_ends[:-1]])
    for period, (begin, end) in enumerate(zip(begins, plan.period_ends, strict=True)):
        now = with_a_firm(plan, outcome, end)
        spent = customer_months(plan, outcome, int(begin), int(end))
        for firm in range(plan.firms.size):
            for segment in range(plan.segments.size):
                here = (now == firm) & (state.cold["segment"] == segment)
                base = state.base[period, firm, segment]
                assert base[st.BASE_CUSTOMERS] == here.sum()
                if begin >= 0:
                    assert base[st.BASE_KEPT] == (here & (at_start == firm)).sum()
                groups = base[[st.BASE_PROMOTERS, st.BASE_PASSIVES, st.BASE_DETRACTORS]]
                assert groups.sum() == here.sum()
                # Contracts are billed for the time for which they held, to the microsecond.
                pays = (1.0, 1.2)[segment]
                expected = spent[state.cold["segment"] == segment, firm].sum() * (14.0, 12.0)[firm] * pays
                assert state.firm[period, firm, segment]["revenue"] == pytest.approx(expected)


def test_who_never_left_is_who_never_left(run):
    plan = scenario(setting="contractual", lasts="70 d", warm_up="10 d", customers=80).plan()
    outcome = run(plan, SEED + 30, 0, log=True)
    log, cold = outcome.log, outcome.state.cold
    after = log[(log["kind"] == ev.LOG_LEFT) & (log["time"] >= 0)]
    first = {}
    for row in after:
        person = int(row["customer"])
        if row["firm"] == cold[person]["base_firm"]:
            first.setdefault(person, (int(row["time"]), int(row["cause"])))
    for person, c in enumerate(cold):
        assert first.get(person, (pl.NEVER, -1)) == (c["first_left"], c["first_reason"])
    base = (cold["base_firm"] >= 0).sum()
    assert outcome.state.base[-1, :, :, st.BASE_NEVER_LEFT].sum() == base - len(first)


def test_without_a_log_the_tallies_are_the_same(world, case, run):
    plan, outcome, _ = world
    silent = run(plan, SEED + 20 + case, 0, log=False)
    assert silent.log.size == 0
    for name in ("touch", "waits", "areas", "firm", "left", "base", "cold", "minds"):
        assert getattr(silent.state, name).tobytes() == getattr(outcome.state, name).tobytes(), name
