"""Who makes the runs of a study: threads of this process, processes of this machine, or a cluster.

All of them are handed the same jobs and give the same rows; which of them it was is no part of a result.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Protocol

from cxsim.errors import InputError, RunError
from cxsim.experiments.executor import OwnProcesses, available_jobs
from cxsim.experiments.rules import replacements
from cxsim.experiments.studies.case import Row, Want
from cxsim.experiments.studies.lab import perform

if TYPE_CHECKING:
    from cxsim.experiments.studies.lab import Lab

KINDS: Final = ("local", "threads", "processes", "dask")
# Runs are short below this, and many when each worker has been busy for so long with them.
SHORT_S: Final = 0.2
MANY_S: Final = 5.0


class Promise(Protocol):
    """A job that is under way."""

    def add_done_callback(self, fn: Callable[[Any], Any], /) -> Any:
        """Call a function when the job is over."""

    def result(self) -> list[Row]:
        """Return the rows, or raise what went wrong with the worker."""


class Workers(Protocol):
    """Whoever makes jobs."""

    @property
    def count(self) -> int:
        """Return how many jobs are made at the same time."""

    @property
    def tries(self) -> int:
        """Return how often a run may kill a worker that makes nothing else before it is given up."""

    def submit(self, wants: Sequence[Want]) -> Promise:
        """Have some runs made."""

    def check(self) -> None:
        """Raise `RunError` when the workers are lost for good; called often."""

    def end_of(self, error: Exception) -> RunError | None:
        """Return what ends the study when a job raised an error; None where the job may be handed out again."""


class Threads:
    """Threads of this process; the compiled engine lets go of the interpreter while it runs."""

    tries = 1

    def __init__(self, lab: Lab, count: int) -> None:
        self.count = count
        self._lab = lab
        self._stopped = threading.Event()
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="cxsim")

    def submit(self, wants: Sequence[Want]) -> Future[list[Row]]:
        """Have some runs made."""
        return self._pool.submit(perform, self._lab, wants, self._look)

    def check(self) -> None:
        """Do nothing: threads are never lost."""

    def end_of(self, error: Exception) -> RunError | None:
        """Return None: a job that goes wrong is no reason to end the others."""
        del error
        return None

    def _look(self, share: float) -> None:
        del share
        if self._stopped.is_set():
            message = "stopped before the end"
            raise RunError(message)

    def close(self, *, at_once: bool) -> None:
        """End the threads; `at_once`: at the end of the reporting period under way."""
        if at_once:
            self._stopped.set()
        self._pool.shutdown(wait=True, cancel_futures=at_once)


class Processes:
    """Processes of this machine; each is sent the laboratory once. When one dies, all are started anew."""

    tries = 3

    def __init__(self, lab: Lab, count: int) -> None:
        from cxsim.experiments.studies.remote import Posted

        self.count = count
        self._posted = Posted(lab)
        self._pool = OwnProcesses(count)

    def submit(self, wants: Sequence[Want]) -> Future[list[Row]]:
        """Have some runs made."""
        from cxsim.experiments.studies.remote import perform_posted

        try:
            return self._pool.submit(perform_posted, self._posted.place, wants)
        except BrokenExecutor:
            self._pool.shutdown(kill=True)
            self._pool = OwnProcesses(self.count)
            return self._pool.submit(perform_posted, self._posted.place, wants)

    def check(self) -> None:
        """Do nothing: processes that die are started anew."""

    def end_of(self, error: Exception) -> RunError | None:
        """Return None: jobs are handed out again."""
        del error
        return None

    def close(self, *, at_once: bool) -> None:
        """End the processes."""
        self._pool.shutdown(kill=at_once)
        self._posted.withdraw()


class Local:
    """Threads at first; processes from when runs have turned out to be short and many.

    Around the compiled loop, Python makes up a run and counts its measures, one thread at a time. In a short run that
    is half of the work, and two threads make hardly more than one; processes take some seconds to start.
    """

    tries = Processes.tries

    def __init__(self, lab: Lab, count: int) -> None:
        self.count = count
        self._lab = lab
        self._threads = Threads(lab, count)
        self._processes: Processes | None = None
        self._may = count > 1 and not replacements()
        self._runs, self._busy_s = 0, 0.0

    def submit(self, wants: Sequence[Want]) -> Promise:
        """Have some runs made."""
        if self._processes is None and self._are_short_and_many():
            try:
                self._processes = Processes(self._lab, self.count)
            except (InputError, OSError):
                self._may = False  # something that exists in this process only, or no room for the laboratory
        if self._processes is not None:
            return self._processes.submit(wants)
        promise = self._threads.submit(wants)
        promise.add_done_callback(self._note)
        return promise

    def _note(self, promise: Future[list[Row]]) -> None:
        if promise.cancelled() or promise.exception() is not None:
            return
        rows = promise.result()
        self._runs += len(rows)
        self._busy_s += sum(row.wall_s for row in rows)

    def _are_short_and_many(self) -> bool:
        return self._may and self._busy_s > MANY_S * self.count and self._busy_s < SHORT_S * self._runs

    def check(self) -> None:
        """Do nothing: threads are never lost, and processes are started anew."""

    def end_of(self, error: Exception) -> RunError | None:
        """Return None: jobs are handed out again."""
        del error
        return None

    def close(self, *, at_once: bool) -> None:
        """End threads and processes."""
        self._threads.close(at_once=at_once)
        if self._processes is not None:
            self._processes.close(at_once=at_once)


@contextmanager
def workers_of(
    lab: Lab, kind: str = "local", jobs: int | None = None, scheduler: str | None = None
) -> Iterator[Workers]:
    """Lend workers.

    Parameters
    ----------
    lab : Lab
    kind : {"local", "threads", "processes", "dask"}
        "local": threads for the compiled engine, and processes where its runs are short and many; processes for the
        reference engine.
    jobs : int, optional
        Jobs at the same time; by default as many as there are processors.
    scheduler : str, optional
        Address of a Dask scheduler, such as ``tcp://host:8786``; without, a cluster of this machine.

    Raises
    ------
    InputError
        When the kind or the number is not allowed.
    """
    check_workers(kind, jobs, scheduler)
    count = available_jobs() if jobs is None else jobs
    if kind == "dask":
        from cxsim.experiments.studies.cluster import cluster

        with cluster(lab, count, scheduler) as lent:
            yield lent
        return
    reference = lab.engine == "reference"
    made: Threads | Processes | Local
    if replacements() or kind == "threads" or (reference and count == 1 and kind == "local"):
        made = Threads(lab, count)  # other processes do not know a rule that is replaced here
    elif kind == "processes" or reference:
        made = Processes(lab, count)
    else:
        made = Local(lab, count)
    try:
        yield made
    except BaseException:
        made.close(at_once=True)
        raise
    made.close(at_once=False)


def check_workers(kind: str, jobs: int | None, scheduler: str | None) -> None:
    """Refuse workers that cannot be had, before any work is done; arguments as for `workers_of`.

    Raises
    ------
    InputError
    """
    if kind not in KINDS:
        message = f"executor: {kind!r}; {', '.join(KINDS)} are allowed; choose one"
        raise InputError(message)
    if jobs is not None and jobs < 1:
        message = f"jobs: {jobs}; 1 or more is allowed; leave it out to use every processor"
        raise InputError(message)
    if scheduler is not None and kind != "dask":
        message = "scheduler: given without the executor dask; both or none are allowed; add --executor dask"
        raise InputError(message)
