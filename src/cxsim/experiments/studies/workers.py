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


@contextmanager
def workers_of(
    lab: Lab, kind: str = "local", jobs: int | None = None, scheduler: str | None = None
) -> Iterator[Workers]:
    """Lend workers.

    Parameters
    ----------
    lab : Lab
    kind : {"local", "threads", "processes", "dask"}
        "local": threads for the compiled engine, processes for the reference engine.
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
    in_processes = kind == "processes" or (kind == "local" and lab.engine == "reference" and count > 1)
    # Other processes do not know a rule that is replaced here.
    made: Threads | Processes = Processes(lab, count) if in_processes and not replacements() else Threads(lab, count)
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
