"""How runs are made side by side: any `concurrent.futures` executor, and what is reported meanwhile."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple, TypeVar

from cxsim.errors import InputError, RunError
from cxsim.experiments.handover import Sent, sent
from cxsim.experiments.rules import replacements
from cxsim.experiments.simulate import Done

LOOK_AGAIN_S = 0.1

Simulate = Callable[..., Done]
Work = TypeVar("Work")
Made = TypeVar("Made")


class Progress(NamedTuple):
    """How far a batch of runs is.

    Attributes
    ----------
    done : float
        Runs made, with the parts of those under way where they are known.
    total : int
        Runs of the batch.
    elapsed_s : float
        Since the experiment began.
    what : str
        What is counted.
    there : float
        Those of `done` that were there before, and took no time.
    """

    done: float
    total: int
    elapsed_s: float
    what: str = "runs"
    there: float = 0.0

    @property
    def left_s(self) -> float | None:
        """Seconds left at the present rate; None before anything is known."""
        made = self.done - self.there
        return self.elapsed_s / made * (self.total - self.done) if made > 0 else None


Report = Callable[[Progress], None]


class Failure(NamedTuple):
    """A run that did not end."""

    why: str


def available_jobs() -> int:
    """Return the number of processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def own_executor(engine: str, jobs: int | None, runs: int) -> Iterator[tuple[Executor, bool]]:
    """Lend an executor for an engine, and tell whether its workers are threads of this process.

    The compiled engine releases the interpreter lock and runs in threads; the reference engine needs processes. Other
    processes do not know a rule that is replaced: the reference engine then makes one run at a time.

    Parameters
    ----------
    engine : str
        "compiled" or "reference".
    jobs : int, optional
        Runs at the same time; by default as many as there are processors.
    runs : int
        Runs in all; more workers than runs are not started.

    Raises
    ------
    InputError
        When `jobs` is below 1.
    """
    wanted = available_jobs() if jobs is None else jobs
    if wanted < 1:
        message = f"jobs: {wanted}; 1 or more is allowed; leave it out to use every processor"
        raise InputError(message)
    workers = 1 if engine == "reference" and replacements() else max(1, min(wanted, runs))
    if engine == "compiled" or workers == 1:
        with ThreadPoolExecutor(workers, thread_name_prefix="cxsim") as threads:
            yield threads, True
        return
    processes = OwnProcesses(workers)
    try:
        yield processes, False
    except BaseException:
        processes.shutdown(kill=True)
        raise
    processes.shutdown()


class OwnProcesses(Executor):
    """Processes of this machine, started anew: they import no script, and need no guard in it.

    Parameters
    ----------
    workers : int
        Processes at most.
    """

    def __init__(self, workers: int) -> None:
        from joblib.externals.loky import ProcessPoolExecutor

        self._pool = ProcessPoolExecutor(max_workers=workers)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        """Have a call made."""
        future: Future[Any] = self._pool.submit(fn, *args, **named)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False, kill: bool = False) -> None:  # noqa: FBT001, FBT002
        """End the processes; with `kill` at once."""
        if cancel_futures or kill:
            self._pool.shutdown(wait=wait, kill_workers=kill)
        else:
            self._pool.shutdown(wait=wait)


@contextmanager
def lent(executor: Executor | None, engine: str, jobs: int | None, runs: int) -> Iterator[tuple[Executor, bool]]:
    """Lend an executor that was given, or else an own one, and tell whether its workers are threads of this process.

    Parameters
    ----------
    executor : Executor, optional
    engine, jobs, runs
        As for `own_executor`.
    """
    if executor is not None:
        yield executor, False
        return
    with own_executor(engine, jobs, runs) as found:
        yield found


class _Meter:
    """Shares done of runs under way in threads of this process, and the wish to stop them."""

    def __init__(self) -> None:
        self._shares: dict[int, float] = {}
        self._stop = threading.Event()

    def stop(self) -> None:
        self._stop.set()

    def under_way(self) -> float:
        return sum(list(self._shares.values()))

    def follow(self, number: int) -> Callable[[float], None]:
        def progress(share: float) -> None:
            if self._stop.is_set():
                message = "stopped before the end"
                raise RunError(message)
            self._shares[number] = share

        return progress

    def forget(self, number: int) -> None:
        self._shares.pop(number, None)


def run_all(
    tasks: Sequence[Work],
    executor: Executor,
    simulate: Callable[..., Made],
    *,
    threads: bool,
    report: Report | None = None,
    started: float | None = None,
) -> list[Made | Failure]:
    """Make all runs; what is returned does not depend on the executor or on who is ready first.

    A run that fails becomes a `Failure`; the others go on.

    Parameters
    ----------
    tasks : sequence of Task
        Or of whatever `simulate` takes.
    executor : Executor
        Any `concurrent.futures` executor. When this is interrupted, runs that have not begun are cancelled.
    simulate : callable
        `cxsim.experiments.simulate.simulate`, or something with its signature.
    threads : bool
        Whether the workers are threads of this process; then runs report their own progress.
    report : callable, optional
        Called with a `Progress`, in this thread, whenever something has moved.
    started : float, optional
        `time.monotonic` of the begin, for elapsed time.

    Returns
    -------
    list of Done or Failure
        In the order of `tasks`.
    """
    since = time.monotonic() if started is None else started
    meter = _Meter()
    futures: dict[Future[Made], int] = {}
    with ExitStack() as stack:
        if isinstance(executor, OwnProcesses):
            tasks, simulate = stack.enter_context(sent(tasks)), Sent(simulate)
        try:
            for number, task in enumerate(tasks):
                more = (meter.follow(number),) if threads else ()
                futures[executor.submit(simulate, task, *more)] = number
            _watch(futures, meter, since, report)
        except BaseException:
            meter.stop()
            for future in futures:
                future.cancel()
            raise
    found: list[Made | Failure] = [Failure("never ran")] * len(tasks)
    for future, number in futures.items():
        error = future.exception()
        found[number] = future.result() if error is None else Failure(why_of(error))
    return found


def _watch(futures: dict[Future[Made], int], meter: _Meter, since: float, report: Report | None) -> None:
    waiting = set(futures)
    while waiting:
        ready, waiting = wait(waiting, timeout=LOOK_AGAIN_S, return_when=FIRST_COMPLETED)
        for future in ready:
            meter.forget(futures[future])
        if report is not None:
            done = len(futures) - len(waiting) + meter.under_way()
            report(Progress(done, len(futures), time.monotonic() - since))


def why_of(error: BaseException) -> str:
    """Say on one line why a run failed."""
    text = " ".join(str(error).split())
    return text if isinstance(error, RunError) and text else f"{type(error).__name__}: {text}"
