import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from cxsim.errors import InputError, RunError
from cxsim.experiments.executor import Failure, Progress, available_jobs, own_executor, run_all


def echo(task, progress=None):
    if progress is not None:
        progress(1.0)
    time.sleep(0.02 * (5 - task) / 5)  # the first are the last to be ready
    return task * 10


def fragile(task, progress=None):
    if task == 2:
        message = "replication 2, day 1.0: broken"
        raise RunError(message)
    if task == 3:
        message = "no\nsuch"
        raise ValueError(message)
    return echo(task, progress)


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_results_stand_in_the_order_of_the_tasks(workers):
    with ThreadPoolExecutor(workers) as executor:
        assert run_all(range(5), executor, echo, threads=True) == [0, 10, 20, 30, 40]


def test_any_executor_will_do():
    with ThreadPoolExecutor(2) as executor:
        assert run_all(range(5), executor, echo, threads=False) == [0, 10, 20, 30, 40]


def test_a_run_that_fails_does_not_take_the_others_along():
    with ThreadPoolExecutor(2) as executor:
        found = run_all(range(5), executor, fragile, threads=True)
    assert found == [0, 10, Failure("replication 2, day 1.0: broken"), Failure("ValueError: no such"), 40]


def test_progress_reaches_the_total_and_never_falls():
    seen = []
    with ThreadPoolExecutor(2) as executor:
        run_all(range(5), executor, echo, threads=True, report=seen.append)
    assert seen[-1].done == seen[-1].total == 5
    assert [p.elapsed_s for p in seen] == sorted(p.elapsed_s for p in seen)


def test_time_left_is_what_the_rate_says():
    assert Progress(2.0, 8, 10.0).left_s == 30.0
    assert Progress(0.0, 8, 10.0).left_s is None


def test_an_interruption_stops_runs_that_are_under_way():
    begun, stopped = threading.Event(), threading.Event()

    def endless(task, progress):
        begun.set()
        try:
            while True:
                time.sleep(0.005)
                progress(0.1)
        except RunError:
            stopped.set()
            raise

    def interrupt(progress):
        if begun.is_set():
            raise KeyboardInterrupt

    with ThreadPoolExecutor(1) as executor, pytest.raises(KeyboardInterrupt):
        run_all(range(3), executor, endless, threads=True, report=interrupt)
    assert stopped.is_set()


def test_threads_for_the_compiled_engine_and_never_more_workers_than_runs():
    with own_executor("compiled", 8, 3) as (executor, threads):
        assert threads
        assert executor._max_workers == 3
    with own_executor("reference", 1, 3) as (executor, threads):
        assert threads
    assert available_jobs() >= 1


def test_processes_for_the_reference_engine():
    with own_executor("reference", 2, 3) as (executor, threads):
        assert not threads
        assert run_all([-3, -2, -1], executor, abs, threads=threads) == [3, 2, 1]


def test_no_jobs_are_refused():
    with pytest.raises(InputError, match="1 or more"), own_executor("compiled", 0, 3):
        pass
