"""Runs that somebody wants: taken from the store, or made by workers and stored at once."""

from __future__ import annotations

import queue
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from cxsim.errors import InputError
from cxsim.experiments.executor import LOOK_AGAIN_S, Progress, Report, why_of
from cxsim.experiments.store.journal import Record
from cxsim.experiments.store.store import Store
from cxsim.experiments.studies.case import Case, Row, Want
from cxsim.experiments.studies.lab import DONE, FAILED, Lab, identity_of
from cxsim.experiments.studies.workers import Workers, workers_of
from cxsim.measures.catalog import ABOVE_AS_IS

Array = NDArray[np.float64]

# Jobs that wait for a worker, for each worker: enough that none is idle, few enough that memory stays flat.
AHEAD: Final = 2
# A job takes about so long; shorter ones cost more to hand out, longer ones lose more when the study is killed.
JOB_S: Final = 0.5
MOST_RUNS: Final = 64
# A job whose worker dies is handed out again, so often at most.
TRIES: Final = 3


class Broken(NamedTuple):
    """A run that failed, and why."""

    want: Want
    identity: str
    why: str


class Runs:
    """Makes runs, and never the same one twice.

    Use it as a context manager: workers start with the first run that is not in the store.

    Parameters
    ----------
    lab : Lab
    store : Store, optional
        Where runs are kept on the disk; without one they are kept in memory.
    executor, jobs, scheduler
        As for `workers_of`.
    report : callable, optional
        Called with a `Progress` whenever something has moved.
    """

    def __init__(
        self,
        lab: Lab,
        *,
        store: Store | None = None,
        executor: str = "local",
        jobs: int | None = None,
        scheduler: str | None = None,
        report: Report | None = None,
    ) -> None:
        self.lab, self.store, self.report = lab, store, report
        self.failures: list[Broken] = []
        self.made_now = 0
        self._how = executor, jobs, scheduler
        self._memory: dict[str, Record] = {}
        self._awaited: set[str] = set()
        self._prefixes: dict[Case, str] = {}
        self._stack = ExitStack()
        self._workers: Workers | None = None
        self._clock = time.monotonic()
        self._mean_s = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        try:
            return self._stack.__exit__(kind, error, trace)
        finally:
            if self.store is not None:
                self.store.close()

    def identity(self, want: Want) -> str:
        """Return the identity of a run."""
        if want.case not in self._prefixes:
            if len(self._prefixes) > 10_000:  # noqa: PLR2004 -- long studies do not come back to their first cases
                self._prefixes.clear()
            self._prefixes[want.case] = self.lab.prefix(want.case)
        return identity_of(self._prefixes[want.case], want.replication)

    def stored(self, want: Want) -> Record | None:
        """Return a run that is there, or None."""
        identity = self.identity(want)
        found = self._memory.get(identity)
        return self.store.get(identity) if found is None and self.store is not None else found

    def many(self, wants: Sequence[Want]) -> list[Record | None]:
        """Return runs in the order asked for, None where one is not there."""
        identities = [self.identity(want) for want in wants]
        if self.store is not None:
            return self.store.many(identities)
        return [self._memory.get(identity) for identity in identities]

    def made(self, wants: Iterable[Want], total: int | None = None) -> Iterator[Record]:
        """Make those of the runs that are not there; yield each of these when it is.

        Parameters
        ----------
        wants : iterable of Want
            Looked at only as far as workers need it.
        total : int, optional
            How many there are, for progress.

        Raises
        ------
        RunError
            When the store cannot grow, or workers are lost.
        """
        asked = [0]
        jobs = self._jobs(wants, asked)
        under_way: dict[Any, tuple[list[Want], int]] = {}
        ready: queue.SimpleQueue[Any] = queue.SimpleQueue()
        begun, more = time.monotonic(), True
        while more or under_way:
            while more and len(under_way) < AHEAD * (self._workers.count if self._workers else 1):
                job = next(jobs, None)
                if job is None:
                    more = False
                else:
                    self._hand_out(job, 1, under_way, ready)
            if not under_way:
                break
            try:
                promise = ready.get(timeout=LOOK_AGAIN_S)
            except queue.Empty:
                continue
            job, tries = under_way.pop(promise)
            for row in self._rows(promise, job, tries, under_way, ready):
                yield self._keep(row)
            if self.report is not None and total is not None:
                self.report(Progress(asked[0] - len(self._awaited), total, time.monotonic() - begun))
        if self.store is not None:
            self.store.settle()

    def _hand_out(self, job: list[Want], tries: int, under_way: dict[Any, Any], ready: queue.SimpleQueue[Any]) -> None:
        if self._workers is None:
            executor, jobs, scheduler = self._how
            self._workers = self._stack.enter_context(workers_of(self.lab, executor, jobs, scheduler))
        promise = self._workers.submit(job)
        under_way[promise] = job, tries
        promise.add_done_callback(ready.put)

    def _rows(
        self, promise: Any, job: list[Want], tries: int, under_way: dict[Any, Any], ready: queue.SimpleQueue[Any]
    ) -> list[Row]:
        """Return the rows of a job; one whose worker died is handed out again, run by run, some times."""
        try:
            rows: list[Row] = promise.result()
        except Exception as error:  # noqa: BLE001 -- whatever became of the worker
            if tries >= TRIES:
                why = f"no worker lived to make it: {why_of(error)}"
                return [Row(want, self.identity(want), FAILED, why, b"", 0, 0.0) for want in job]
            for want in job:
                self._hand_out([want], tries + 1, under_way, ready)
            return []
        mean = sum(row.wall_s for row in rows) / len(rows)
        self._mean_s = mean if self._mean_s == 0.0 else 0.7 * self._mean_s + 0.3 * mean
        return rows

    def _keep(self, row: Row) -> Record:
        record = Record(row.identity, row.status, row.why, row.values, row.events, row.wall_s)
        self.made_now += 1
        self._awaited.discard(row.identity)
        if self.store is not None:
            self.store.add(record)
        else:
            self._memory[row.identity] = record
        if row.status != DONE:
            self.failures.append(Broken(row.want, row.identity, row.why))
        return record

    def _jobs(self, wants: Iterable[Want], asked: list[int]) -> Iterator[list[Want]]:
        """Put runs that are not there together: of one world, and as many as take about `JOB_S`."""
        job: list[Want] = []
        for want in wants:
            asked[0] += 1
            identity = self.identity(want)
            there = identity in self._memory or (self.store is not None and identity in self.store)
            if there or identity in self._awaited:
                continue
            self._awaited.add(identity)
            if job and (len(job) >= self._size() or want.case.changes != job[0].case.changes):
                yield job
                job = []
            job.append(want)
        if job:
            yield job

    def _size(self) -> int:
        return int(np.clip(JOB_S / self._mean_s, 1, MOST_RUNS)) if self._mean_s > 0.0 else 1

    def table(self, cases: Sequence[Case], replications: Sequence[int], measures: Sequence[str]) -> Array:
        """Return measures of our firm and all customers, of runs that are made where they are not there.

        Parameters
        ----------
        cases : sequence of Case
        replications : sequence of int
        measures : sequence of str
            Of the catalog. `policy_cost` and `payback` are counted above as-is of the same world and replication, which
            is run, too.

        Returns
        -------
        (cases, replications, measures) float64
            NaN where a run failed (see `failures`), or has no such value.

        Raises
        ------
        InputError
            When a measure is not known in this scenario.
        """
        known = self.lab.columns.measures()
        for measure in measures:
            if measure not in known:
                message = f"measure: {measure}; {', '.join(known)} are known in this scenario; choose among them"
                raise InputError(message)
        above = any(measure in ABOVE_AS_IS for measure in measures)
        chosen = list(dict.fromkeys([*({case.as_is: None for case in cases} if above else ()), *cases]))
        wants = [Want(case, number) for case in _by_world(chosen) for number in replications]
        for _ in self.made(wants, len(wants)):
            pass
        found = np.full((len(cases), len(replications), len(measures)), np.nan)
        for place, case in enumerate(cases):
            for column, number in enumerate(replications):
                found[place, column] = self.values(Want(case, number), measures)
        return found

    def values(self, want: Want, measures: Sequence[str]) -> Array:
        """Return measures of a run that is there; NaN where it is not, or failed."""
        row = self._columns(want)
        if row is None:
            return np.full(len(measures), np.nan)
        above = any(measure in ABOVE_AS_IS for measure in measures)
        as_is = want.case.as_is
        base = None if not above else row if want.case == as_is else self._columns(Want(as_is, want.replication))
        return np.array([self.lab.columns.value(measure, row, base) for measure in measures])

    def _columns(self, want: Want) -> Array | None:
        record = self.stored(want)
        return None if record is None or record.status != DONE else self.lab.columns.read(record.values)


def _by_world(cases: Sequence[Case]) -> list[Case]:
    """Put cases of one world together; within it they keep their order."""
    worlds = {changes: number for number, changes in enumerate(dict.fromkeys(case.changes for case in cases))}
    return sorted(cases, key=lambda case: worlds[case.changes])
