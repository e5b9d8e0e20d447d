"""Runs that share their history are made as one for as long as they are one, and give the values of runs made apart."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from cxsim.errors import RunError
from cxsim.experiments import compare, families
from cxsim.experiments.compare import Setup, experiment
from cxsim.experiments.executor import Failure
from cxsim.experiments.families import branching, families_of, run_families, span_of
from cxsim.experiments.simulate import simulate
from cxsim.model import plan as pl
from cxsim.model.plan import MONTH
from cxsim.scenario import loads

SEED = 20260101
# early and earlier-then-more are the same until month 3; late differs from month 4; never changes nothing at all.
POLICIES = """policies:
  early: {from: month 1, change: {till.staff: 1 more}, cost: 100}
  late: {from: month 4, change: {quality: 0.3 more}, cost: 100}
  more: {from: month 3, change: {quality: 0.3 more}, cost: 100}
  early-then-more: {combine: [early, more]}
  never: {change: {till.staff: 0 more}, cost: 5}
measures:"""


@pytest.fixture(scope="module")
def shop(corner_text):
    head, _, rest = corner_text.partition("policies:")
    text = head.replace("lasts: 2 years", "lasts: 6 months").replace("warm_up: 6 months", "warm_up: 2 months")
    return loads(text + POLICIES + rest.partition("measures:")[2], "corner.yaml")


@pytest.fixture
def plans(shop):
    return [shop.plan(policy) for policy in shop.policies]


def test_plans_part_where_their_moves_do(shop, plans):
    assert shop.policies == ("as-is", "early", "late", "more", "early-then-more", "never")
    found = branching(plans)
    assert (found.time, found.branches) == (MONTH, [[0, 2, 3, 5], [1, 4]])
    assert branching([plans[1], plans[4]]) == (3 * MONTH, [[0], [1]])
    assert branching([plans[0], plans[5]]) == (6 * MONTH, [[0, 1]])
    assert branching([plans[3]]) == (6 * MONTH, [[0]])


def test_simulated_time_is_that_of_the_tree(plans):
    # -2 to 1 for all; then 1 to 3 for those without early, 3 to 6 for more, 3 to 4 for as-is, never and late, 4 to 6
    # for late and for the other two; 1 to 3 for early, then 3 to 6 twice.
    assert span_of(plans) == (3 + 2 + 3 + 1 + 2 + 2 + 2 + 3 + 3) * MONTH
    assert span_of(plans[:1]) == 8 * MONTH


@pytest.fixture
def tasks_of(shop):
    def made(replications):
        batch = compare._Batch(shop, shop.policies, Setup(jobs=1, seed=SEED))
        return [batch._task(policy, number) for number in range(replications) for policy in shop.policies]

    return made


def test_a_replication_is_one_family_where_there_are_enough(tasks_of):
    tasks = tasks_of(4)
    assert families_of(tasks, 1) == [[6 * r + k for k in range(6)] for r in range(4)]
    assert families_of(tasks, 2) == families_of(tasks, 1)
    # One replication and two workers: nobody waits while the other makes all six.
    assert families_of(tasks[:6], 2) == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize("fork_at", ["", "month 1"])
def test_values_are_those_of_runs_made_apart(shop, monkeypatch, fork_at):
    setup = Setup(replications=2, jobs=2, seed=SEED, fork_at=fork_at)
    together = experiment(shop, shop.policies, setup)
    monkeypatch.setattr(compare, "run_families", apart)
    alone = experiment(shop, shop.policies, setup)
    for one, other in zip(together.frames, alone.frames, strict=True):
        assert one.equals(other)
    for one, other in zip(together.runs, alone.runs, strict=True):
        assert (one.identity, one.events, one.visits) == (other.identity, other.events, other.visits)
    assert str(together.parted) == str(alone.parted)
    staff = together.frames.measures.set_index(["measure", "policy"]).loc["wages"]["value"]
    assert staff["early"].sum() > staff["as-is"].sum()


def apart(tasks, executor, run, *, threads, workers, of_any_size=False, report=None, started=None):
    from cxsim.experiments.executor import run_all

    del workers, of_any_size
    return run_all(tasks, executor, run, threads=threads, report=report, started=started)


def made(tasks, **more):
    with ThreadPoolExecutor(1) as executor:
        return run_families(tasks, executor, simulate, threads=True, workers=1, **more)


def test_the_history_is_simulated_once(tasks_of, monkeypatch):
    from cxsim.engines.compiled import Simulation

    passed = []
    advance = Simulation.advance

    def counted(self, until, steer=None):
        passed.append(until - self.now)
        advance(self, until, steer)

    monkeypatch.setattr(Simulation, "advance", counted)
    told = []
    assert not any(isinstance(one, Failure) for one in made(tasks_of(1), report=told.append))
    assert sum(passed) == (3 + 2 + 3 + 1 + 2 + 2 + 2 + 3 + 3) * MONTH
    assert (told[-1].done, told[-1].total) == (6, 6)


def test_a_policy_that_fails_leaves_the_others_as_they_are(tasks_of, monkeypatch):
    from cxsim.engines.compiled import Simulation

    forked = Simulation.forked

    def breaking(self, plan):
        if plan.changes.size and plan.changes[0]["time"] == 4 * MONTH:
            message = "replication 0, day 121.7: a journey visited more than 1000 touchpoints"
            raise RunError(message)
        return forked(self, plan)

    monkeypatch.setattr(Simulation, "forked", breaking)
    found = made(tasks_of(1))
    assert [isinstance(one, Failure) for one in found] == [False, False, True, False, False, False]
    assert found[2].why.startswith("replication 0, day 121.7: a journey")


def test_another_market_in_one_of_the_plans_is_refused(tasks_of):
    """Planted: a rival that differs between policies has no shared history."""
    tasks = tasks_of(1)[:2]
    levers = tasks[1].plan.levers.copy()
    levers[tasks[1].plan.firms[1]["levers"] + pl.FIRM_QUALITY] += 0.5
    other = tasks[1]._replace(plan=tasks[1].plan._replace(levers=levers))
    first, second = made([tasks[0], other])
    assert np.isfinite(first.values.measures).any()
    assert "fork: a plan with other levers" in second.why


def test_large_markets_and_other_engines_are_run_apart(tasks_of, monkeypatch):
    tasks = tasks_of(1)
    assert families.can_share(tasks, simulate)
    assert not families.can_share(tasks, lambda task, progress=None: None)
    assert not families.can_share(tasks[:1], simulate)
    assert not families.can_share([task._replace(engine="reference") for task in tasks], simulate)
    monkeypatch.setattr(families, "MOST_PEOPLE", 59)
    assert not families.can_share(tasks, simulate)
    assert families.can_share(tasks, simulate, of_any_size=True)
