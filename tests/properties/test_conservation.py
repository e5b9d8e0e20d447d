"""What can never happen does not: nobody is in two places, nobody is lost, and queues obey Little."""

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from cxsim.model import events as ev
from cxsim.model import plan as pl
from tests.properties.replay import SERVED, WAITING, lived
from tests.properties.worlds import (
    COMPILED,
    ENGINES,
    NEVER_TAKEN,
    OFTEN_TAKEN,
    REFERENCE,
    SEED,
    USUAL,
    run_of,
    scenario,
)

WORLDS = {
    "usual": {},
    "contract": {"setting": "contractual"},
    "crowd": {"customers": 150, "asking": 120, "lasts": "5 d"},
    "nobody is told": {"announces": "nothing", "call_back": "no"},
    "two at the line": {"staff": 2, "takes": "25 min"},
    "night": {"hours": "Mon-Sat 20:00-06:00"},
    "endless patience": {"switches": "abandonment: off"},
    "months": {"lasts": "100 d", "warm_up": "10 d", "customers": 10, "shopping": 400},
    # Many come from a line with patience left, and line up where nobody gives up.
    "one line after another": {
        "takes": "always 2 min",
        "announces": "nothing",
        "call_back": "no",
        "asking": 2_000,
        "lasts": "4 d",
        "warm_up": "0 d",
    },
}
POLICIES = ("as-is", "hire", "early")


@pytest.fixture(scope="module", params=ENGINES)
def run(request):
    return run_of(request.param)


@pytest.fixture(scope="module", params=WORLDS)
def world(request, run):
    case = list(WORLDS).index(request.param)
    plan = scenario(**WORLDS[request.param]).plan(POLICIES[case % 3])
    outcome = run(plan, SEED + case, 0, log=True)
    return plan, outcome, lived(plan, outcome.log)


def test_nobody_is_in_two_places_and_everyone_waits_for_his_turn(world):
    _, outcome, replay = world
    assert outcome.log.size > 500
    assert replay.faults == []


def test_the_log_ends_where_the_state_does(world):
    plan, outcome, replay = world
    for touchpoint in range(plan.touchpoints.size):
        desk = outcome.state.desks[touchpoint]
        assert replay.count(WAITING, touchpoint) == desk["queued"]
        assert replay.count(SERVED, touchpoint) == desk["busy"]
        assert replay.is_open[touchpoint] == bool(desk["open"])
    assert {a for a, agent in enumerate(outcome.state.agents) if agent["status"] in {ev.BUSY, ev.LEAVING}} == set(
        replay.serving
    )


def littles_law(plan, outcome, replay):
    """Area of each queue, of its servers and of the staff, against sums over people; whole microseconds."""
    state, horizon = outcome.state, int(plan.clock[0]["horizon"])
    for touchpoint in range(plan.touchpoints.size):
        area, touch = state.areas[:, touchpoint], state.touch[:, touchpoint]
        here = [c for c in replay.customers.values() if c.touchpoint == touchpoint]
        waiting = sum(horizon - c.since for c in here if c.place == WAITING)
        served = sum(horizon - c.since for c in here if c.place == SERVED)
        assert area["queue"].sum() == touch["wait_all"].sum() + waiting == replay.queue_area[touchpoint]
        assert area["busy"].sum() == touch["service"].sum() + served == replay.busy_area[touchpoint]
        assert area["duty"].sum() == replay.duty_area[touchpoint]
        if plan.touchpoints[touchpoint]["staffed"]:
            assert area["busy"].sum() <= area["duty"].sum()


def flow(plan, outcome, replay):
    """Whoever arrived was served, gave up, was sent away, was not reached or is still there; for each class."""
    for touchpoint in range(plan.touchpoints.size):
        t = _summed(outcome.state.touch[:, touchpoint])
        queued, busy = replay.count(WAITING, touchpoint), replay.count(SERVED, touchpoint)
        gone = t["served"] + t["unreached"] + t["abandoned"] + t["turned_away"]
        assert t["arrivals"].sum() == gone.sum() + queued + busy
        starts = outcome.log[(outcome.log["kind"] == ev.LOG_START) & (outcome.log["touchpoint"] == touchpoint)]
        in_vain = np.count_nonzero(starts["cause"])
        assert t["answered"].sum() + in_vain == t["served"].sum() + t["unreached"].sum() + busy
        assert np.all(t["arrivals"] >= gone)
        assert np.all(t["waited"] <= t["arrivals"])
        assert np.all(t["retries"] <= t["abandoned"])
        assert np.all(t["within"] <= t["answered"])
        assert np.all(t["failures"] <= t["served"])
        assert np.all(t["called_back"] <= t["waited"])
        assert t["wait_all"].sum() >= t["wait_served"].sum() + t["wait_abandoned"].sum()


def _summed(tally):
    return {name: tally[name].sum(axis=0) for name in tally.dtype.names}


def test_littles_law_holds_to_the_microsecond(world):
    littles_law(*world)


def test_flow_is_conserved_at_every_touchpoint(world):
    flow(*world)


def test_everything_that_can_happen_does_happen_somewhere():
    # Otherwise the tests above would prove little.
    seen = set()
    for case, given_ in enumerate(WORLDS.values()):
        log = run_of(COMPILED)(scenario(**given_).plan(POLICIES[case % 3]), SEED + case, 0, log=True).log
        seen |= {ev.LOG_NAMES[kind] for kind in np.unique(log["kind"])}
    assert seen == set(ev.LOG_NAMES) - {""}


def test_a_replay_finds_planted_faults(run):
    plan = scenario().plan()
    log = run(plan, SEED, 0, log=True).log
    starts = np.flatnonzero((log["kind"] == ev.LOG_START) & (log["agent"] >= 0))
    later = int(np.flatnonzero(np.diff(log["time"]) > 0)[100])
    planted = {
        "an end is missing": np.delete(log, np.flatnonzero(log["kind"] == ev.LOG_END)[3]),
        "an arrival is missing": np.delete(log, np.flatnonzero(log["kind"] == ev.LOG_ARRIVE)[7]),
        "another touchpoint": _with(log, starts[5], touchpoint=log[starts[5]]["touchpoint"] - 1),
        "another agent": _with(log, starts[5], agent=log[starts[5]]["agent"] + 1),
        "a wait too long": _with(log, starts[5], value=log[starts[5]]["value"] + 1.0),
        "a service too long": _with(log, np.flatnonzero(log["kind"] == ev.LOG_END)[3], value=1.0),
        "time runs backwards": log[np.r_[0:later, later + 1, later, later + 2 : log.size]],
    }
    for what, rows in planted.items():
        assert lived(plan, rows).faults, what


def _with(log, place, **values):
    changed = log.copy()
    for name, value in values.items():
        changed[name][place] = value
    return changed


TEXTS = st.fixed_dictionaries(
    {
        "customers": st.integers(1, 40),
        "lasts": st.sampled_from(["49 h", "5 d", "9 d"]),
        "warm_up": st.sampled_from(["0 d", "1 d", "40 h"]),
        "setting": st.sampled_from(["noncontractual", "contractual"]),
        "shopping": st.sampled_from([50, 600]),
        "asking": st.sampled_from([20, 400]),
        "priority": st.integers(0, 7),
        "staff": st.sampled_from([1, 2, 5, "unlimited"]),
        "hours": st.sampled_from(["always", "Mon-Sat 09:00-17:00", "Mon-Sun 22:00-06:00", "Thu 13:00-13:30"]),
        "takes": st.sampled_from(["30 s", "9 min", "always 20 min", {"mixture": {"60 %": "1 min", "40 %": "1 h"}}]),
        "announces": st.sampled_from(["wait", "nothing"]),
        "call_back": st.sampled_from(["no", OFTEN_TAKEN, NEVER_TAKEN, "{after: 0 s, accepted: 90 %, answered: 50 %}"]),
        "switches": st.sampled_from(["", "abandonment: off", "talk: off, choosing: off", "exit_after_failure: off"]),
    }
)


def keeps_its_people_together(given_, policy, seed, *engines):
    plan = scenario(**USUAL | given_).plan(policy)
    for engine in engines:
        outcome = run_of(engine)(plan, seed, 0, log=True)
        replay = lived(plan, outcome.log)
        assert replay.faults == []
        littles_law(plan, outcome, replay)
        flow(plan, outcome, replay)


# Shrinking a world takes minutes; a failing one is small enough to be looked at as it is.
GENERATE = (Phase.explicit, Phase.generate)


@settings(max_examples=15, phases=GENERATE)
@given(TEXTS, st.sampled_from(POLICIES), st.integers(0, 2**62))
def test_any_world_keeps_its_people_together(given_, policy, seed):
    keeps_its_people_together(given_, policy, seed, COMPILED)


@pytest.mark.slow
@settings(max_examples=400, phases=GENERATE)
@given(TEXTS, st.sampled_from(POLICIES), st.integers(0, 2**62))
def test_many_worlds_keep_their_people_together(given_, policy, seed):
    keeps_its_people_together(given_, policy, seed, COMPILED, REFERENCE)


def test_times_are_those_of_the_clock(world):
    plan, outcome, _ = world
    log = outcome.log
    assert log["time"].min() >= plan.clock[0]["start"]
    assert log["time"].max() < plan.clock[0]["horizon"]
    assert np.all(outcome.pending["time"] >= plan.clock[0]["horizon"])
    assert np.all(outcome.pending["time"] < pl.NEVER)
