"""Threads and processes that are stopped, die, or cannot be had."""

import os
import signal
import threading
import time
from concurrent.futures import BrokenExecutor, Future
from pathlib import Path

import pytest

import cxsim
from cxsim.errors import InputError
from cxsim.experiments.store.store import Store
from cxsim.experiments.studies import lab as laboratory
from cxsim.experiments.studies import workers
from cxsim.experiments.studies.case import Case, Row, Want
from cxsim.experiments.studies.lab import lab_of
from cxsim.experiments.studies.runs import Runs
from cxsim.experiments.studies.workers import workers_of

SEED = 20260101
WANTS = [Want(Case(policy), number) for number in range(6) for policy in ("as-is", "killer")]


def deadly(small, marker, *, once):
    """A scenario with a rule that kills its process: where there is a marker, or once until there is one."""

    def kill(look, levers, state):
        if marker.exists() != once:
            marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)

    rule = cxsim.steering_rule(levers={"till.staff": (1, 2)}, version=1)(kill)
    return lab_of(small.with_policy("killer", {}, 0, steering=rule), seed=SEED)


def values_of(lab, wants, **how):
    with Runs(lab, **how) as runs:
        list(runs.made(wants))
        found = {want: runs.stored(want) for want in wants}
        return {want: (record.status, record.values) for want, record in found.items()}, runs.failures


class Pool:
    """Processes of which one has died."""

    made = 0

    def __init__(self, count):
        type(self).made += 1
        self.broken, self.ended = type(self).made == 1, False

    def submit(self, *_):
        if self.broken:
            raise BrokenExecutor
        return Future()

    def shutdown(self, *, kill=False):
        self.ended = True


def test_a_broken_pool_is_made_anew(lab, monkeypatch):
    monkeypatch.setattr(workers, "OwnProcesses", Pool)
    found = workers.Processes(lab, 2)
    first = found._pool
    assert isinstance(found.submit(WANTS[:1]), Future)
    assert (Pool.made, first.ended, found._pool.ended) == (2, True, False)
    place = Path(found._posted.place)
    assert place.exists()
    found.close(at_once=True)
    assert found._pool.ended
    assert not place.exists()


@pytest.mark.parametrize(
    ("each_s", "runs", "count", "switches"),
    [(0.05, 400, 2, True), (0.05, 100, 2, False), (2.0, 400, 2, False), (0.05, 400, 1, False)],
)
def test_short_runs_that_are_many_go_to_processes(lab, monkeypatch, each_s, runs, count, switches):
    class Elsewhere(workers.Processes):
        def __init__(self, *_):
            self.wants, self.closed = [], []

        def submit(self, wants):
            self.wants.append(wants)
            return Future()

        def close(self, *, at_once):
            self.closed.append(at_once)

    monkeypatch.setattr(workers, "Processes", Elsewhere)
    monkeypatch.setattr(
        workers, "perform", lambda lab, wants, look: [Row(wants[0], "", "done", "", b"", 0, each_s)] * runs
    )
    found = workers.Local(lab, count)
    assert len(found.submit(WANTS[:1]).result()) == runs
    until = time.monotonic() + 10
    while not found._runs and time.monotonic() < until:
        time.sleep(0.01)
    found.submit(WANTS[1:2])
    assert (found._processes is not None) == switches
    found.close(at_once=True)
    if switches:
        assert found._processes.wants == [WANTS[1:2]]
        assert found._processes.closed == [True]


@pytest.mark.slow
def test_values_are_the_same_where_threads_give_way_to_processes(lab, monkeypatch):
    wants = [Want(Case(policy), number) for number in range(60) for policy in ("as-is", "hire")]
    usual, _ = values_of(lab, wants, executor="threads", jobs=1)
    monkeypatch.setattr(workers, "MANY_S", 0.05)
    monkeypatch.setattr(workers, "SHORT_S", 10.0)
    with Runs(lab, jobs=2) as runs:
        list(runs.made(wants))
        assert runs._workers._processes is not None
        found = {want: (record.status, record.values) for want, record in zip(wants, runs.many(wants), strict=True)}
    assert found == usual


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_a_process_that_is_killed_costs_nothing(small, tmp_path):
    marker = tmp_path / "killed"
    lab = deadly(small, marker, once=True)
    found, failures = values_of(lab, WANTS, executor="processes", jobs=2)
    assert marker.exists()
    assert failures == []
    assert found == values_of(lab, WANTS, executor="threads", jobs=1)[0]


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_a_run_that_kills_its_process_each_time_is_recorded_and_the_others_are_made(small, tmp_path):
    marker = tmp_path / "kills"
    lab = deadly(small, marker, once=False)
    whole, _ = values_of(lab, WANTS, executor="threads", jobs=1)
    marker.touch()
    store = Store(tmp_path / "store", lab.columns.described())
    found, failures = values_of(lab, [*WANTS[:1], WANTS[1], *WANTS[2::2]], executor="processes", jobs=2, store=store)
    assert [broken.want for broken in failures] == [WANTS[1]]
    assert "no worker lived to make it" in failures[0].why
    assert {want: one for want, one in found.items() if want != WANTS[1]} == {
        want: whole[want] for want in (WANTS[0], *WANTS[2::2])
    }


def test_an_interrupt_keeps_what_was_made_and_ends_the_threads_soon(lab, tmp_path):
    wants = [Want(Case(policy), number) for number in range(400) for policy in ("as-is", "hire")]
    since = []

    def stopped(runs):
        for count, _ in enumerate(runs.made(wants), start=1):
            if count == 50:
                since.append(time.monotonic())
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), Runs(lab, store=Store(tmp_path, lab.columns.described()), jobs=2) as runs:
        stopped(runs)
    assert time.monotonic() - since[0] < 5.0
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("cxsim")]
    there = Store(tmp_path, lab.columns.described())
    assert len(there) >= 50
    assert all(not there.failed(identity) for identity in there.identities())  # none that was only stopped


def test_threads_stop_at_the_end_of_the_period_under_way(lab, monkeypatch):
    periods, begun = [], threading.Event()

    def endless(tasks, progress=None):
        begun.set()
        while True:
            time.sleep(0.01)
            periods.append(1)
            progress(0.5)

    monkeypatch.setattr(laboratory, "simulate_family", endless)
    monkeypatch.setattr(laboratory, "simulate", lambda task, progress=None: endless([task], progress))
    promises = []

    def stopped(found):
        promises.extend(found.submit(WANTS[:1]) for _ in range(5))
        begun.wait(10)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), workers_of(lab, "threads", 2) as found:
        stopped(found)
    count = len(periods)
    time.sleep(0.1)
    assert len(periods) == count
    assert promises[-1].cancelled()


def test_rules_without_a_version_are_not_stored(small, tmp_path):
    def watch(look, levers, state):
        pass

    rule = cxsim.steering_rule(levers={"till.staff": (1, 2)})(watch)
    lab = lab_of(small.with_policy("steered", {}, 0, steering=rule), seed=SEED)
    want = Want(Case("steered"), 0)
    with Runs(lab, jobs=1) as runs:
        assert [record.why for record in runs.made([want])] == [""]
    with (
        Runs(lab, store=Store(tmp_path, lab.columns.described()), jobs=1) as runs,
        pytest.raises(InputError, match=r"policy steered: runs in a store .*; write version=1 in its decorator"),
    ):
        list(runs.made([Want(Case("as-is"), 0), want]))


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"kind": "slaves"}, "executor: 'slaves'; local, threads, processes, dask are allowed; choose one"),
        ({"jobs": 0}, "jobs: 0; 1 or more is allowed"),
        ({"scheduler": "tcp://x:1"}, "scheduler: given without the executor dask"),
    ],
)
def test_workers_that_cannot_be_had_are_refused(lab, how, message):
    with pytest.raises(InputError, match=message), workers_of(lab, **how):
        pass
