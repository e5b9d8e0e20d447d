"""Common random numbers: a policy changes what it causes, and nothing else."""

import numpy as np
import pandas as pd
import pytest

from cxsim.model import events as ev
from cxsim.model import plan as pl
from tests.properties.worlds import ENGINES, SEED, TOWN, is_of, of_somebody, run_of, scenario

SILENT = {"announces": "nothing", "call_back": "no", "staff": 1, "takes": "15 min"}
DAY = pl.DAY


@pytest.fixture(scope="module", params=ENGINES)
def run(request):
    return run_of(request.param)


@pytest.fixture(scope="module")
def pair(run):
    """The same town as it is and with more staff and faster service, nobody told anything about waits."""
    world = scenario(**SILENT)
    return [run(world.plan(policy), SEED + 40, 0, log=True) for policy in ("as-is", "hire")]


def occasions(log, kind):
    """Return what a kind of row says by (customer, journey, visit, attempt)."""
    attempts, found = {}, {}
    for row in log[is_of(log, kind, ev.LOG_RETRY)]:
        visit = int(row["customer"]), int(row["journey"]), int(row["step"])
        if row["kind"] == ev.LOG_RETRY:
            attempts[visit] = int(row["cause"])
        if row["kind"] == kind:
            found[*visit, attempts.get(visit, 0)] = (int(row["touchpoint"]), float(row["value"]), int(row["time"]))
    return found


def test_the_same_person_has_the_same_patience(pair):
    one, other = (outcome.log for outcome in pair)
    gave_up = [occasions(log, ev.LOG_ABANDON) for log in (one, other)]
    both = gave_up[0].keys() & gave_up[1].keys()
    assert len(both) > 100
    # A journey may lead elsewhere by luck that a policy turned; where it leads to the same place, patience is equal.
    same = [key for key in both if gave_up[0][key][0] == gave_up[1][key][0]]
    assert len(same) > 0.9 * len(both)
    assert all(gave_up[0][key][1] == gave_up[1][key][1] for key in same)


def test_whoever_is_served_now_had_the_patience(pair):
    one, other = (outcome.log for outcome in pair)
    gave_up, served = occasions(one, ev.LOG_ABANDON), occasions(other, ev.LOG_START)
    helped = [key for key in gave_up.keys() & served.keys() if gave_up[key][0] == served[key][0]]
    assert len(helped) > 20
    assert all(served[key][1] <= gave_up[key][1] for key in helped)


def test_the_same_caller_calls_at_the_same_time(pair):
    def calls(log):
        rows = log[is_of(log, ev.LOG_NEED) & (log["customer"] >> np.uint64(48) > 0)]
        return dict(zip(rows["customer"].tolist(), rows["time"].tolist(), strict=True))

    one, other = (calls(outcome.log) for outcome in pair)
    assert len(one) > 100
    assert one == other


def test_the_same_person_has_the_same_needs_at_the_same_times(pair):
    one, other = (outcome.state for outcome in pair)
    n = one.cold.size
    idle = (one.hot["status"][:n] == ev.IDLE) & (other.hot["status"][:n] == ev.IDLE)
    assert np.array_equal(one.cold["gone"], other.cold["gone"])
    idle &= one.cold["gone"] == 0
    assert idle.sum() > 0.5 * n
    assert np.array_equal(one.cold["needs"][idle], other.cold["needs"][idle])
    assert np.array_equal(one.cold["next_need"][idle], other.cold["next_need"][idle])


def test_the_same_service_takes_a_fifth_less(pair):
    one, other = (occasions(outcome.log, ev.LOG_END) for outcome in pair)
    line = 2
    began = {key: end - length for key, (_, length, end) in other.items()}
    ratios = [
        other[key][1] / one[key][1]
        for key in one.keys() & other.keys()
        if one[key][0] == other[key][0] == line and DAY < began[key] < 9 * DAY
    ]
    assert len(ratios) > 100
    # Durations are whole microseconds.
    assert np.allclose(ratios, 0.8, rtol=1e-6)


def test_before_a_policy_begins_nothing_differs(pair):
    one, other = (outcome.log for outcome in pair)
    n = int((one["time"] < DAY).sum())
    assert n > 1_000
    assert np.array_equal(one[:n], other[:n])
    assert not np.array_equal(one, other[: one.size])


def test_a_policy_that_only_costs_changes_no_behaviour(run):
    world = scenario()
    one, other = (run(world.plan(policy), SEED + 41, 0, log=True) for policy in ("as-is", "null"))
    assert np.array_equal(one.log, other.log[of_somebody(other.log)]) or np.array_equal(one.log, other.log)
    for name in ("touch", "waits", "areas", "firm", "left", "base", "cold", "minds", "hot", "levers"):
        assert getattr(one.state, name).tobytes() == getattr(other.state, name).tobytes(), name


def experiment(world, policies, **setup):
    from cxsim.experiments.compare import Setup
    from cxsim.experiments.compare import experiment as made

    return made(world, policies, Setup(**setup))


@pytest.fixture(params=["compiled", pytest.param("reference", marks=pytest.mark.slow)])
def engine_name(request):
    return request.param


def test_what_it_costs_is_all_that_a_costly_policy_changes(engine_name):
    table = experiment(
        scenario(), ["as-is", "null"], replications=2, seed=SEED + 42, engine=engine_name
    ).frames.measures
    keys = ["replication", "firm", "segment", "measure"]
    one, other = (table[table["policy"] == policy].set_index(keys)["value"] for policy in ("as-is", "null"))
    change = (other - one).fillna(0.0)
    moved = change[change != 0.0].groupby("measure")
    assert set(moved.groups) == {"written_cost", "policy_cost", "profit"}
    assert moved.min().to_dict() == pytest.approx({"written_cost": 100.0, "policy_cost": 100.0, "profit": -100.0})
    assert moved.max().to_dict() == pytest.approx(moved.min().to_dict())


def test_one_and_two_jobs_give_identical_tables(engine_name):
    made = [
        experiment(
            scenario(),
            ["as-is", "hire", "early"],
            replications=3,
            seed=SEED + 43,
            jobs=jobs,
            engine=engine_name,
            log=True,
        )
        for jobs in (1, 2)
    ]
    for one, other in zip(made[0].frames, made[1].frames, strict=True):
        pd.testing.assert_frame_equal(one, other, check_exact=True)
    assert len(made[0].logs) == 9
    for one, other in zip(made[0].logs, made[1].logs, strict=True):
        assert one[:2] == other[:2]
        assert one.rows.tobytes() == other.rows.tobytes()


def test_a_run_depends_on_plan_seed_and_replication_only(run):
    plan = scenario().plan("hire")
    before = [array.tobytes() for array in plan]
    first = run(plan, SEED + 44, 1, log=True)
    run(scenario(customers=30).plan(), SEED + 45, 0)
    again = run(plan, SEED + 44, 1, log=True)
    assert first.log.tobytes() == again.log.tobytes()
    assert [array.tobytes() for array in plan] == before  # a plan is never written to
    for name in first.state._fields:
        if name not in {"pending", "log"}:
            assert getattr(first.state, name).tobytes() == getattr(again.state, name).tobytes(), name
    assert first.pending.tobytes() == again.pending.tobytes()
    for seed, replication in [(SEED + 45, 1), (SEED + 44, 2)]:
        other = run(plan, seed, replication, log=True)
        assert not np.array_equal(first.log[: other.log.size], other.log[: first.log.size])


def test_how_often_it_is_counted_changes_no_history(run):
    plan = scenario(lasts="12 d").plan("hire")
    ends = plan.period_ends
    whole = run(plan._replace(period_ends=ends[(ends == 0) | (ends == ends[-1])]), SEED + 46, 0, log=True)
    daily = run(plan, SEED + 46, 0, log=True)
    assert np.array_equal(whole.log, daily.log)
    for name in ("touch", "areas", "left"):
        for column in getattr(whole.state, name).dtype.names or [...]:
            one, other = (getattr(outcome.state, name)[column].sum(axis=0) for outcome in (whole, daily))
            assert np.array_equal(one, other), (name, column)
    assert np.array_equal(whole.state.base[-1], daily.state.base[-1])


def test_the_order_of_policies_in_the_file_changes_nothing(run):
    swapped = TOWN.replace("  hire:", "  later: {{change: {{price: 15 a visit}}, cost: 0}}\n  hire:", 1)
    one, other = (run(scenario(text).plan("hire"), SEED + 47, 0, log=True) for text in (TOWN, swapped))
    assert np.array_equal(one.log, other.log)
