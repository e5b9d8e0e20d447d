"""A steering rule at work: what it moves, what it remembers, and what becomes of its mistakes."""

import json
import math

import pandas as pd
import pytest

import cxsim
from cxsim.engines import compiled
from cxsim.errors import InputError, RunError
from cxsim.experiments.compare import Setup, _Batch, experiment
from cxsim.experiments.simulate import simulate
from cxsim.experiments.steering import Levers
from cxsim.experiments.steering_examples import (
    add_staff_when_abandonment_passes,
    raise_credit_limit_when_silent_exits_rise,
)
from cxsim.model.plan import DAY, HOUR
from cxsim.results.stored import read
from cxsim.scenario import loads
from tests.unit.experiments.steered_town import SEED, TEXT, driver, outcome, steered


@pytest.fixture(scope="module")
def town():
    return loads(TEXT, "town.yaml")


@pytest.fixture(scope="module")
def punctual(town):
    """The same with services of a second, so that nobody works on after hours to speak of."""
    desks = ("phone", "visit", "complaints", "approvals")
    return town.with_values({f"{name}.takes": "always 1 s" for name in desks})


# -------------------------------------------------------------------------------------------------------- what it moves


@pytest.fixture
def levers(town):
    scenario = steered(town, lambda look, levers, state: None, {"phone.staff": (1, 4), "phone.solves": (0.2, 0.9)})
    ((_, own),) = scenario.content.overlaid.steered["steered"]
    return Levers(own, scenario.plan("steered").levers)


def test_levers_are_read_set_and_added_to(levers):
    assert dict(levers) == {"phone.staff": 1, "phone.solves": 0.45}
    assert levers.range("phone.staff") == (1, 4)
    assert levers.add("phone.staff", 2) == 2
    assert levers.add("phone.staff", 2) == 1
    assert levers.add("phone.staff", 2) == 0
    levers["phone.staff"] -= 1
    levers["phone.solves"] = "60 %"
    assert [(lever.path, before, value) for lever, before, value in levers.moved()] == [
        ("phone.staff", 1, 3), ("phone.solves", 0.45, 0.6),
    ]  # fmt: skip
    levers["phone.staff"], levers["phone.solves"] = 1, 0.45
    assert levers.moved() == []
    levers["phone.solves"] = 0.9 + 1e-12  # a hair beyond the end
    assert levers["phone.solves"] == 0.9


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("phone.staff", 5, "phone.staff: 5; 1 to 4 is allowed; use levers.add"),
        ("phone.staff", 0, "phone.staff: 0; 1 to 4 is allowed"),
        ("phone.staff", 2.5, "a whole number for phone.staff"),
        ("phone.staff", float("nan"), "phone.staff: `nan`; a number"),
        ("phone.staff", None, "phone.staff: `None`; a number"),
        ("phone.staff", True, "phone.staff: `True`; a number"),
        ("phone.staff", "many", "phone.staff: `many`"),
        ("phone.solves", 0.91, "phone.solves: 0.91; 0.2 to 0.9 is allowed"),
        ("phone.staf", 2, "a lever that the rule does not declare; phone.staff, phone.solves is allowed; did you mean"),
        ("Cheap.price", 2, "a lever that the rule does not declare"),
    ],
)
def test_a_move_beyond_what_was_declared_is_refused(levers, path, value, message):
    with pytest.raises(InputError) as error:
        levers[path] = value
    assert message in str(error.value)
    assert not levers.moved()


def test_moves_are_logged_and_tabled(town):
    def third(look, levers, state):
        if look.period == 3:
            levers["phone.staff"], levers["quality"] = 3, 0.5

    scenario = steered(town, third, {"phone.staff": (1, 4), "quality": (0, 1)})
    result = cxsim.run(scenario, "steered", replications=2, seed=SEED, jobs=2, log=True)
    assert result.steering.to_dict("list") == {
        "point": [0] * 4, "world": [0] * 4, "policy": ["steered"] * 4, "replication": [0, 0, 1, 1],
        "rule": ["third"] * 4, "period": [3] * 4, "time_days": [85.0] * 4,
        "path": ["phone.staff", "quality"] * 2, "before": [1.0, 0.0] * 2, "value": [3.0, 0.5] * 2,
    }  # fmt: skip
    events = result.events()
    moved = events[(events["kind"] == "lever moves") & (events["replication"] == 0)]
    assert moved["value"].tolist() == [3.0, 3.0, 0.5, 0.5]  # both segments
    assert set(moved["time_us"]) == {85 * DAY}
    note = "Under steered, third moved phone.staff in 2 of 2 runs (once, first after period 3, ending at 3 on average)"
    assert note in result.experiment.note
    assert "first after period" in result.answer()


def test_staff_on_duty_and_wages_follow_the_levers(punctual):
    """Two people from 1 February on, and 25 an hour from 1 March on: hours on duty and wages, counted by hand."""

    def by_hand(look, levers, state):
        if look.period == 1:
            levers["phone.staff"] = 2
        if look.period == 2:
            levers["wages"] = 25

    scenario = steered(punctual, by_hand, {"phone.staff": (1, 4), "wages": (10, 30)}, policy={"until": "month 4"})
    comparison = cxsim.compare(scenario, replications=1, seed=SEED, jobs=1)
    series = comparison.timeseries
    wages = series[(series["measure"] == "wages") & (series["firm"] == "Cable") & (series["period"].isin([1, 2, 3]))]
    found = wages.pivot_table(index="policy", columns="period", values="value")
    # January 6 to 31, February and March have 20, 20 and 21 working days. Visits take 8 hours a day; complaints 2
    # on each of 8 Tuesdays and Thursdays, approvals 2 on each of 4 Fridays.
    hours = [days * (1 + 8) + 8 * 2 + 4 * 2 for days in (20, 20, 21)]
    assert found.loc["as-is"].tolist() == pytest.approx([19 * h for h in hours], rel=1e-3)
    extra = [0, 20, 21]
    rate = [19, 19, 25]
    paid = [r * (h + e) for r, h, e in zip(rate, hours, extra, strict=True)]
    assert found.loc["steered"].tolist() == pytest.approx(paid, rel=1e-3)
    # At month 4, on 7 May, both go back: the mean wage of May lies between.
    months = series[(series["measure"] == "wages") & (series["firm"] == "Cable") & (series["period"] == 5)]
    as_is, mine = (months.loc[months["policy"] == name, "value"].item() for name in ("as-is", "steered"))
    assert 19 < mine / as_is * 19 < 25
    cost = comparison.table(["policy_cost"]).set_index("policy")["mean"]
    every = comparison.measures.query("measure == 'wages' and firm == 'Cable'").set_index("policy")["value"]
    credit = comparison.measures.query("measure == 'credits' and firm == 'Cable' and segment == 'all'")
    given = credit.set_index("policy")["value"]
    more = every["steered"] - every["as-is"] + given["steered"] - given["as-is"]
    assert cost["steered"] == pytest.approx(more)


def test_a_rule_that_changes_nothing_changes_no_value(town):
    """The same plan with and without the rule; and a rule with `from` is not asked before."""
    asked = []
    idle = steered(town, lambda look, levers, state: asked.append(look.period), {"phone.staff": (1, 4)})
    one, _ = outcome(idle)
    plan = idle.plan("steered")
    other = compiled.run(plan, SEED, 0, log=True)
    assert one.log.tobytes() == other.log.tobytes()
    assert asked == [0, 1, 2, 3, 4, 5]
    asked.clear()
    times = {"from_": "month 2", "until": "month 4"}
    outcome(steered(town, lambda look, levers, state: asked.append(look.period), {"phone.staff": (1, 4)}, policy=times))
    assert asked == [3, 4]  # ends of March and April


# --------------------------------------------------------------------------------------------------- what it remembers


def test_every_run_has_a_state_of_its_own(town):
    def climb(look, levers, state):
        state["asked"] += 1
        state["seen"].append(look.measure("arrivals", touchpoint="phone"))
        if state["asked"] % 2 == 0:
            levers.add("phone.staff", 1)

    first = {"asked": 0, "seen": []}
    scenario = steered(town, climb, {"phone.staff": (1, 4)}, state=first)
    alone = cxsim.run(scenario, "steered", replications=4, seed=SEED, jobs=1)
    beside = cxsim.run(scenario, "steered", replications=4, seed=SEED, jobs=2)
    pd.testing.assert_frame_equal(alone.measures, beside.measures)
    pd.testing.assert_frame_equal(alone.steering, beside.steering)
    assert alone.steering.groupby("replication")["period"].apply(list).tolist() == [[1, 3, 5]] * 4
    assert first == {"asked": 0, "seen": []}


def test_a_state_goes_on_in_another_process(town):
    """Half a run, what is remembered through JSON, and the other half: the same moves, state and figures."""

    def climb(look, levers, state):
        state["figures"].append([look.measure("churn"), look.measure("wages")])
        levers.add("wages", 1.0)
        levers.add("phone.staff", 1 if look.measure("arrivals", touchpoint="phone") % 2 else -1)

    scenario = steered(town, climb, {"phone.staff": (1, 4), "wages": (10, 40)}, state={"figures": []})
    whole, steer = driver(scenario)[1], driver(scenario)[0]
    straight = compiled.Simulation.begun(whole, SEED, 0, log=True)
    straight.advance(int(whole.period_ends[-1]), steer)
    first, second = driver(scenario)[0], driver(scenario)[0]
    pieces = compiled.Simulation.begun(whole, SEED, 0, log=True)
    pieces.advance(40 * DAY + HOUR, first)
    second.state = json.loads(json.dumps(first.state, allow_nan=True))
    pieces.advance(int(whole.period_ends[-1]), second)
    assert pieces.outcome().log.tobytes() == straight.outcome().log.tobytes()
    assert second.moves == steer.moves
    assert len(steer.moves) > 8
    assert repr(second.state) == repr(steer.state)
    assert second.counted.changes.tobytes() == steer.counted.changes.tobytes()


# ---------------------------------------------------------------------------------------------------- what goes wrong


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        (lambda look, levers, state: 1 / 0, "raised `ZeroDivisionError: division by zero`; no exception is allowed"),
        (lambda look, levers, state: levers["quality"], "quality: a lever that the rule does not declare"),
        (lambda look, levers, state: levers.__setitem__("phone.staff", 9), "phone.staff: 9; 1 to 4 is allowed"),
        (lambda look, levers, state: state.update(when=look.end), "left a state that JSON cannot hold"),
        (lambda look, levers, state: state.update(pair=(1, 2)), "left a state that JSON would read back as another"),
        (lambda look, levers, state: state.update(mean=math.nan), "left a state that JSON cannot hold"),
    ],
)
def test_a_mistake_names_rule_policy_and_period(town, mistake, message):
    with pytest.raises(RunError) as error:
        outcome(steered(town, mistake, {"phone.staff": (1, 4)}))
    assert str(error.value).startswith("steering rule rule of steered, period 0 (to 2025-01-06): ")
    assert message in str(error.value)


def test_other_runs_go_on(town):
    def fails_at_times(look, levers, state):
        if look.period == 2 and look.measure("arrivals", touchpoint="phone") % 2:
            message = "an odd month"
            raise ValueError(message)

    scenario = steered(town, fails_at_times, {"phone.staff": (1, 4)})
    comparison = cxsim.compare(scenario, replications=6, seed=SEED, jobs=2)
    assert 0 < len(comparison.failures) < 6
    assert comparison.replications == 6 - len(comparison.failures)
    for run in comparison.failures:
        assert run.policy == "steered"
        where = "steering rule fails_at_times of steered, period 2 (to 2025-03-01)"
        assert run.why == f"{where}: raised `ValueError: an odd month`; no exception is allowed; mend the function"


# ---------------------------------------------------------------------------------------------- where it is remembered


def test_results_keep_the_moves_and_the_rule(town, tmp_path, monkeypatch):
    monkeypatch.setattr("cxsim.results.plots.Plots.all", lambda self: {})
    scenario = steered(
        town, lambda look, levers, state: levers.add("phone.staff", 1), {"phone.staff": (1, 3)}, version="b"
    )
    result = cxsim.run(scenario, "steered", replications=2, seed=SEED, jobs=1)
    result.save(tmp_path / "out")
    stored = read(tmp_path / "out")
    pd.testing.assert_frame_equal(stored.results.steering, result.steering, check_dtype=False)
    (described,) = stored.manifest["steering"]
    assert (described["policy"], described["name"], described["version"]) == ("steered", "rule", "b")
    assert described["levers"] == {"phone.staff": [1, 3]}
    plain = cxsim.run(town, replications=1, seed=SEED, jobs=1)
    assert plain.steering.empty
    plain.save(tmp_path / "plain")
    assert not (tmp_path / "plain" / "steering.parquet").exists()


def test_a_rule_without_a_version_runs_but_is_not_stored(town, tmp_path):
    scenario = steered(town, lambda look, levers, state: None, {"phone.staff": (1, 3)}, version=None)
    result = cxsim.run(scenario, "steered", replications=2, seed=SEED, jobs=1)
    assert "The steering rule rule has no version: these runs cannot be stored or resumed." in result.answer()
    with pytest.raises(InputError, match="steered steered by rule; rules that say which version they are"):
        result.save(tmp_path / "out")
    assert not list(tmp_path.iterdir())


# ------------------------------------------------------------------------------------------------------------ examples


class Seen:
    """A look with given figures."""

    def __init__(self, **figures):
        self.figures = figures

    def measure(self, name, touchpoint=None):
        return self.figures[name]


class Held(dict):
    """Levers without a scenario, from 1 to 3."""

    def add(self, path, amount):
        before = self[path]
        self[path] = min(max(before + amount, 1), 3)
        return self[path] - before


def test_staff_follows_abandonment():
    levers, state, found = Held({"phone.staff": 2}), {"quiet": 0}, []
    for abandoned in (0.09, 0.09, 0.05, 0.01, 0.08, 0.01, 0.01, math.nan, 0.0, 0.0, 0.0):
        add_staff_when_abandonment_passes(Seen(abandonment_rate=abandoned), levers, state)
        found.append(levers["phone.staff"])
    assert found == [3, 3, 3, 3, 3, 3, 2, 2, 2, 1, 1]


def test_the_limit_follows_silent_exits():
    levers, state, found = Held({"recovery.without_approval": 1}), {"periods": 0, "mean": 0.0}, []
    for silent in (0.1, 0.14, math.nan, 0.14, 0.16, 0.16):
        raise_credit_limit_when_silent_exits_rise(Seen(silent_exits=silent), levers, state)
        found.append(levers["recovery.without_approval"])
    # The mean before each: none, .10, .12, .12, .1267, .135.
    assert found == [1, 3, 3, 3, 3, 3]
    assert state["periods"] == 5
    assert state["mean"] == pytest.approx(0.14)


# ----------------------------------------------------------------------------------- saved, forked, and beside others


def drifting(look, levers, state):
    """Its moves depend on what it remembers, on figures, and on customers at the begin of the period."""
    state["word"] = (7 * state["word"] + round(1e9 * (look.measure("churn") + look.measure("wages")))) % 101
    levers.add("wages", 1.0)
    levers.add("phone.staff", 1 if state["word"] % 2 else -1)


DRIFTING = {"levers": {"phone.staff": (1, 4), "wages": (10, 40)}, "state": {"word": 1}}


def test_a_steered_run_is_the_same_alone_and_beside_others(town):
    scenario = steered(town, drifting, **DRIFTING).with_policy("kind", {"quality": 0.5}, cost=0, from_="month 2")
    alone = cxsim.run(scenario, "steered", replications=2, seed=SEED, jobs=1)
    beside = cxsim.compare(scenario, ["steered", "kind"], replications=2, seed=SEED, jobs=1)
    own = beside.measures[
        (beside.measures["policy"] == "steered") & ~beside.measures["measure"].isin(["policy_cost", "payback"])
    ]
    pd.testing.assert_frame_equal(own.reset_index(drop=True), alone.measures)
    pd.testing.assert_frame_equal(beside.steering, alone.steering)
    assert len(alone.steering) > 8


def test_a_fork_asks_the_rule_from_its_day_on(town):
    scenario = steered(town, drifting, **DRIFTING).with_policy("kind", {"quality": 0.5}, cost=0)
    forked = cxsim.compare(scenario, replications=1, seed=SEED, jobs=1, fork_at="month 3")
    later = steered(town, drifting, **DRIFTING, policy={"from_": "month 3"})
    later = later.with_policy("kind", {"quality": 0.5}, cost=0, from_="month 3")
    straight = cxsim.compare(later, replications=1, seed=SEED, jobs=1)
    assert forked.steering["time_days"].min() > 91  # month 3
    pd.testing.assert_frame_equal(forked.steering, straight.steering)
    pd.testing.assert_frame_equal(forked.measures, straight.measures)


def test_a_steered_run_goes_on_from_its_checkpoint(town, tmp_path):
    scenario = steered(town, drifting, **DRIFTING)
    whole = cxsim.run(scenario, "steered", replications=1, seed=SEED, jobs=1)
    setup = Setup(replications=1, seed=SEED, jobs=1, checkpoint=tmp_path / "saved")
    batch = _Batch(scenario, ["steered"], setup)
    task = batch._task("steered", 0)
    setup.checkpoint.mkdir()

    def stopped(share):
        if share > 0.5:
            message = "killed"
            raise RunError(message)

    with pytest.raises(RunError, match="killed"):
        simulate(task, stopped)
    assert len(list(setup.checkpoint.iterdir())) == 1
    done = simulate(task)
    assert [move.value for move in done.moves] == whole.steering["value"].tolist()
    again = experiment(scenario, ["steered"], setup)
    pd.testing.assert_frame_equal(again.frames.measures, whole.measures)
    pd.testing.assert_frame_equal(again.steering, whole.steering)


def test_a_rule_without_a_version_is_not_saved(town, tmp_path):
    scenario = steered(town, drifting, version=None, **DRIFTING)
    with pytest.raises(InputError, match="a checkpoint of runs steered by drifting; rules that say which version"):
        cxsim.run(scenario, "steered", replications=1, checkpoint=tmp_path / "saved")
    assert not list(tmp_path.iterdir())


def test_a_branch_takes_no_steered_policy(town):
    scenario = steered(town, drifting, **DRIFTING)
    with pytest.raises(InputError, match="start: steered is steered; a policy without a steering rule is allowed"):
        cxsim.start(scenario, "steered", replications=1)
    trunk = cxsim.start(scenario, replications=1, seed=SEED, jobs=1).advance("month 0")
    with pytest.raises(InputError, match="fork: steered is steered; "):
        trunk.fork("steered")
