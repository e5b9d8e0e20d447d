"""Worlds with an engine that knows the answer; a world with the real one, made again by its options."""

import shlex
import threading

import pytest

from cxsim.errors import InputError, RunError
from cxsim.experiments.compare import Setup, experiment
from cxsim.scenario import loads

UNSURE = "unsure: {market.switching.cost: 30 to 120, defaults.inertia: 0.5 to 2 times}\n"


@pytest.fixture(scope="session")
def doubtful(corner_text):
    return loads(corner_text + UNSURE, "corner.yaml")


def test_every_policy_runs_in_every_world_on_the_luck_of_the_comparison(doubtful, answering_engine, known_answer):
    made = experiment(doubtful, doubtful.policies, Setup(simulate=answering_engine, replications=2, worlds=3, jobs=1))
    worlds = made.worlds
    assert [one.status for one in worlds.drawn] == ["done"] * 3
    assert worlds.replications == 4
    table = worlds.measures[worlds.measures["measure"] == "retention"]
    assert table["world"].tolist() == [world for world in range(1, 4) for _ in range(12)]
    first = table[table["world"] == 1]
    assert first["value"].tolist() == [known_answer(p, r)["retention"] for p in doubtful.policies for r in range(4)]
    assert set(worlds.measures["measure"]) == {
        "retention", "nps_true", "profit", "wait_mean", "wait_all_mean", "market_share", "solved_rate",
    }  # fmt: skip
    assert tuple(worlds.measures.columns) == tuple(made.frames.measures.columns)
    assert set(made.frames.measures["world"]) == {0}


def test_without_worlds_there_are_none(doubtful, answering_engine):
    assert experiment(doubtful, ["as-is"], Setup(simulate=answering_engine, replications=2)).worlds is None


def test_a_value_that_is_fixed_leaves_its_range_out(doubtful, answering_engine):
    fixed = doubtful.with_value("market.switching.cost", "60")
    made = experiment(fixed, ["as-is"], Setup(simulate=answering_engine, replications=2, worlds=3))
    assert [one.path for one in made.worlds.ranges] == ["defaults.inertia"]
    nothing = fixed.with_value("defaults.inertia", "1 times")
    with pytest.raises(InputError, match="nothing is unsure"):
        experiment(nothing, ["as-is"], Setup(simulate=pytest.fail, worlds=3))


@pytest.mark.parametrize(
    ("setup", "word"),
    [({"worlds": -1}, "1 to 10000"), ({"worlds": 10**9}, "1 to 10000"), ({"world_replications": 1}, "2 or more")],
)
def test_what_is_not_allowed_is_refused_before_any_run(doubtful, setup, word):
    with pytest.raises(InputError, match=word):
        experiment(doubtful, ["as-is"], Setup(**{"simulate": pytest.fail, "worlds": 2, **setup}))


def test_a_world_whose_run_fails_is_left_out_and_said(doubtful, answering_engine):
    def breaking(task, progress=None):
        if task.spec.world == 3 and task.spec.policy == "train":
            message = "a journey does not end"
            raise RunError(message)
        return answering_engine(task, progress)

    made = experiment(doubtful, doubtful.policies, Setup(simulate=breaking, replications=2, worlds=4, jobs=1))
    (failed,) = made.worlds.failures
    assert failed.world.number == 3
    assert failed.why == "train, replication 0: a journey does not end"
    assert set(made.worlds.measures["world"]) == {1, 2, 4}
    assert [world.number for world in made.worlds.complete] == [1, 2, 4]
    assert made.failures == ()


def test_a_world_that_cannot_be_is_left_out_and_said(corner_text, answering_engine):
    # In a short world one of the policies would begin after the end.
    text = corner_text + "unsure: {lasts: 6 months to 2 years}\n"
    scenario = loads(text, "corner.yaml")
    made = experiment(scenario, scenario.policies, Setup(simulate=answering_engine, replications=2, worlds=6, jobs=1))
    assert made.worlds.failures
    assert made.worlds.complete
    assert all("month 12" in one.why for one in made.worlds.failures)


def test_worlds_keep_their_headlines_only(doubtful, answering_engine):
    seen, most, lock = set(), [0], threading.Lock()

    def watching(task, progress=None):
        done = answering_engine(task, progress)
        with lock:
            seen.add(task.spec.world)
            most[0] = max(most[0], len(done.values.measures))
        assert not len(done.values.timeseries)
        assert not len(done.values.cohorts)
        return done

    def main(task, progress=None):
        return watching(task, progress) if task.spec.world else answering_engine(task, progress)

    experiment(doubtful, ["as-is"], Setup(simulate=main, replications=2, worlds=9, jobs=2))
    assert seen == set(range(1, 10))
    assert most[0] < 20


def test_progress_goes_on_through_the_worlds(doubtful, answering_engine):
    told = []
    setup = Setup(simulate=answering_engine, replications=2, worlds=9, jobs=1, report=told.append)
    experiment(doubtful, ["as-is", "hire"], setup)
    own = [progress for progress in told if progress.what == "runs in worlds"]
    assert {progress.total for progress in own} == {72}
    assert [progress.done for progress in own] == sorted(progress.done for progress in own)
    assert own[-1].done == 72


def test_a_world_is_made_again_by_its_options(doubtful):
    made = experiment(doubtful, ["as-is", "hire"], Setup(replications=2, worlds=2, world_replications=2, jobs=1))
    options = shlex.split(made.worlds.options(2))
    assert options[::2] == ["--set", "--set"]
    changes = dict(text.split("=", 1) for text in options[1::2])
    assert changes == made.worlds.changes(2)
    again = experiment(doubtful.with_values(changes), ["as-is", "hire"], Setup(replications=2, jobs=1)).frames.measures
    world = made.worlds.measures[made.worlds.measures["world"] == 2]
    keys = ["policy", "replication", "measure"]
    own = again[(again["firm"] == "Corner") & (again["segment"] == "all")].set_index(keys)["value"]
    there = world.set_index(keys)["value"]
    assert own.reindex(there.index).equals(there)
    other = made.worlds.measures[made.worlds.measures["world"] == 1].set_index(keys)["value"]
    assert not other.equals(there)
    with pytest.raises(InputError, match="1 to 2 are allowed"):
        made.worlds.options(3)
