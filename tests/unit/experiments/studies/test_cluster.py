"""A Dask cluster gives the rows of threads, whatever becomes of its workers; what cannot work is said in one block."""

import contextlib
import os
import pickle
import re
import signal
import socket
import subprocess
import sys
import time

import pytest

from cxsim.errors import InputError, RunError
from cxsim.experiments.store.store import Store
from cxsim.experiments.studies import cluster, remote
from cxsim.experiments.studies.case import Case, Want
from cxsim.experiments.studies.cluster import Cluster
from cxsim.experiments.studies.runs import Runs

distributed = pytest.importorskip("distributed")
pytestmark = pytest.mark.filterwarnings("default")  # Dask's own warnings are not ours

SEED = 20260101
LOCAL = "127.0.0.1"
WANTS = [Want(Case(policy), number) for number in range(40) for policy in ("as-is", "hire", "train")]


@contextlib.contextmanager
def in_process(monkeypatch, workers=2):
    """A cluster in this process, lent in the place of one of this machine."""
    with (
        distributed.LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=False, dashboard_address=None, protocol="inproc://"
        ) as made,
        distributed.Client(made, set_as_default=False) as client,
    ):

        @contextlib.contextmanager
        def lent(lab, jobs, scheduler):
            yield Cluster(client, lab, "here")

        monkeypatch.setattr(cluster, "cluster", lent)
        yield client, made


def values_of(lab, wants, **how):
    with Runs(lab, **how) as runs:
        list(runs.made(wants))
        return {want: record[:4] for want, record in zip(wants, runs.many(wants), strict=True)}


@pytest.fixture(scope="module")
def usual(lab):
    return values_of(lab, WANTS, jobs=1)


def test_rows_are_those_of_threads_and_the_laboratory_is_sent_once(lab, usual, monkeypatch):
    sent = []
    whole = distributed.Client.submit

    def submit(self, function, *given, **named):
        sent.append((function.__name__, given))
        return whole(self, function, *given, **named)

    monkeypatch.setattr(distributed.Client, "submit", submit)
    with in_process(monkeypatch):
        assert values_of(lab, WANTS[:30], executor="dask") == {want: usual[want] for want in WANTS[:30]}
    assert [name for name, _ in sent].count("kept") == 1
    jobs = [given for name, given in sent if name == "perform_elsewhere"]
    assert len(jobs) >= 2
    large = len(pickle.dumps(lab))
    for _, there, wants in jobs:
        assert isinstance(there, distributed.Future)
        assert len(pickle.dumps(wants)) < large / 10


def test_a_worker_of_another_kind_ends_the_study_with_one_block(lab, monkeypatch, tmp_path):
    with in_process(monkeypatch), monkeypatch.context() as other:
        own = remote.stamp()
        with Runs(lab, store=Store(tmp_path, lab.columns.described()), executor="dask") as runs:
            list(runs.made(WANTS[:2]))
            other.setattr(remote, "stamp", lambda: (("cxsim", "9.9.9"), *own[1:]))
            with pytest.raises(RunError) as caught:
                list(runs.made(WANTS[2:9]))
    message = str(caught.value)
    assert message.startswith("scheduler: here: the worker on ")
    assert re.search(r"has cxsim 9\.9\.9 instead of 0\.\d+\.\d+; a running scheduler is needed", message)
    assert message.endswith(
        "install there what is here, and start the workers again, and the same command goes on from there"
    )
    assert "\n" not in message
    assert len(Store(tmp_path, lab.columns.described())) == 2


def test_workers_that_cannot_make_runs_end_the_study(lab, monkeypatch):
    def without(*_):
        message = "No module named 'cxsim'"
        raise ModuleNotFoundError(message)

    monkeypatch.setattr(cluster, "perform_elsewhere", without)
    with (
        in_process(monkeypatch),
        pytest.raises(RunError, match=r"workers that cannot make runs \(ModuleNotFoundError: No"),
    ):
        values_of(lab, WANTS[:2], executor="dask")


def test_a_scheduler_without_workers_is_waited_for_not_for_ever(lab, usual, monkeypatch):
    monkeypatch.setattr(cluster, "COUNT_EACH_S", 0.1)
    with in_process(monkeypatch, workers=0) as (_, made):
        monkeypatch.setattr(cluster, "WORKERS_WITHIN_S", 0.3)
        with pytest.raises(
            RunError, match=r"here: a scheduler without workers for 0 s; .*: start workers, and the same"
        ):
            values_of(lab, WANTS[:2], executor="dask")
        monkeypatch.setattr(cluster, "WORKERS_WITHIN_S", 60.0)
        with Runs(lab, executor="dask") as runs:
            found = runs.made(WANTS[:2])
            runs._hired()
            made.scale(1)  # a worker that comes late is given work
            assert len(list(found)) == 2


def test_dask_that_is_not_installed(lab, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with Runs(lab, executor="dask") as runs, pytest.raises(InputError, match=r'run: pip install "cxsim\[cluster\]"$'):
        list(runs.made(WANTS[:1]))


@pytest.mark.parametrize("address", ["nonsense", "tcp://", "http://127.0.0.1:1"])
def test_an_address_that_is_none(lab, address):
    with (
        Runs(lab, executor="dask", scheduler=address) as runs,
        pytest.raises(InputError, match=f"^scheduler: {address}, which does not answer; a running Dask scheduler"),
    ):
        list(runs.made(WANTS[:1]))


def test_a_replaced_rule_is_refused(lab, monkeypatch):
    monkeypatch.setattr(cluster, "replacements", lambda: ("a rule",))
    with Runs(lab, executor="dask") as runs, pytest.raises(InputError, match="dask with a replaced rule"):
        list(runs.made(WANTS[:1]))


# Real processes on loopback.


def free_port():
    with socket.socket() as one:
        one.bind((LOCAL, 0))
        return one.getsockname()[1]


@contextlib.contextmanager
def started(*arguments):
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(20)


@contextlib.contextmanager
def scheduler():
    port = free_port()
    with started("distributed.cli.dask_scheduler", "--host", LOCAL, "--port", str(port), "--no-dashboard") as process:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with contextlib.suppress(OSError), socket.create_connection((LOCAL, port), 1):
                break
            time.sleep(0.1)
        yield f"tcp://{LOCAL}:{port}", process


def worker(address, *more):
    return started("distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard", "--no-nanny", *more)


@pytest.mark.slow
def test_a_worker_that_is_killed_in_mid_study_costs_nothing(lab, usual, tmp_path, capfd):
    with scheduler() as (address, _), worker(address) as first, worker(address):
        told = []
        store = Store(tmp_path, lab.columns.described())
        with Runs(lab, store=store, executor="dask", scheduler=address, report=told.append) as runs:
            for count, _ in enumerate(runs.made(WANTS, len(WANTS)), start=1):
                if count == 30:
                    os.kill(first.pid, signal.SIGKILL)
            assert (runs.made_now, runs.failures) == (len(WANTS), [])
            assert {want: record[:4] for want, record in zip(WANTS, runs.many(WANTS), strict=True)} == usual
        assert told[-1].done == len(WANTS)
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_a_scheduler_that_dies_in_mid_study_leaves_the_store_and_the_study_goes_on(lab, usual, tmp_path, capfd):
    wants = [want._replace(replication=want.replication + 100 * batch) for batch in range(5) for want in WANTS]
    with scheduler() as (address, process), worker(address), worker(address):
        since = []

        def killed(runs):
            for count, _ in enumerate(runs.made(wants), start=1):
                if count == 30:
                    since.append(time.monotonic())
                    os.kill(process.pid, signal.SIGKILL)

        store = Store(tmp_path, lab.columns.described())
        message = rf"^scheduler: {address}: a scheduler that no longer answers; .*the same command goes on from there$"
        with (
            pytest.raises(RunError, match=message),
            Runs(lab, store=store, executor="dask", scheduler=address) as runs,
        ):
            killed(runs)
        assert time.monotonic() - since[0] < 30
    assert capfd.readouterr() == ("", "")
    there = Store(tmp_path, lab.columns.described())
    assert 30 <= len(there) < len(wants)
    with Runs(lab, store=there, jobs=1) as runs:
        before = len(there)
        list(runs.made(WANTS))
        assert runs.made_now <= len(WANTS) - min(before, len(WANTS))
        assert {want: record[:4] for want, record in zip(WANTS, runs.many(WANTS), strict=True)} == usual


@pytest.mark.slow
def test_no_scheduler_answers_and_a_worker_is_none(lab):
    address = f"tcp://{LOCAL}:{free_port()}"
    with (
        Runs(lab, executor="dask", scheduler=address) as runs,
        pytest.raises(InputError, match=f"^scheduler: {address}, which does not answer"),
    ):
        list(runs.made(WANTS[:1]))
    port = free_port()
    with scheduler() as (address, _), worker(address, "--worker-port", str(port)):
        until = time.monotonic() + 30
        while time.monotonic() < until:
            with contextlib.suppress(OSError), socket.create_connection((LOCAL, port), 1):
                break
            time.sleep(0.1)
        with (
            Runs(lab, executor="dask", scheduler=f"tcp://{LOCAL}:{port}") as runs,
            pytest.raises(InputError, match="which is a worker; a running Dask scheduler is needed"),
        ):
            list(runs.made(WANTS[:1]))
