"""Runs that somebody wants: taken from the store, or made by workers and stored at once."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from cxsim.errors import InputError
from cxsim.experiments.executor import LOOK_AGAIN_S, Progress, Report
from cxsim.experiments.store.journal import Record
from cxsim.experiments.store.store import Store
from cxsim.experiments.studies.case import Case, Row, Want
from cxsim.experiments.studies.desk import Desk, Taken
from cxsim.experiments.studies.identity import identity_of, unversioned
from cxsim.experiments.studies.lab import DONE, FAILED, Lab
from cxsim.experiments.studies.workers import Workers, workers_of
from cxsim.measures.catalog import ABOVE_AS_IS

Array = NDArray[np.float64]

# A job takes about so long; shorter ones cost more to hand out, longer ones lose more when the study is killed. Runs
# that share their history are worth a longer one.
JOB_S: Final = 0.5
FAMILY_S: Final = 10.0
MOST_RUNS: Final = 64
# Cases of a world whose histories and plans are there at a time.
CASES_AT_ONCE: Final = 8


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
        self.made_now = 0
        self._how = executor, jobs, scheduler
        self._memory: dict[str, Record] = {}
        self._failed: dict[str, Broken] = {}
        self._prefixes: dict[Case, str] = {}
        self._stack = ExitStack()
        self._workers: Workers | None = None
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

    @property
    def failures(self) -> list[Broken]:
        """Runs that were wanted and failed, now or earlier."""
        return list(self._failed.values())

    def identity(self, want: Want) -> str:
        """Return the identity of a run.

        Raises
        ------
        InputError
            When a rule that steers it cannot be told from another, so that it cannot be stored.
        """
        if want.case not in self._prefixes:
            self._check_versions(want.case)
            if len(self._prefixes) > 10_000:  # noqa: PLR2004 -- long studies do not come back to their first cases
                self._prefixes.clear()
            self._prefixes[want.case] = self.lab.prefix(want.case)
        return identity_of(self._prefixes[want.case], want.replication)

    def _check_versions(self, case: Case) -> None:
        unsaid = () if self.store is None else unversioned(self.lab.scenario, case)
        if unsaid:
            message = (
                f"policy {case.policy}: runs in a store that are steered by {unsaid[0]}; rules that say which version "
                "they are, so that a run is found again only under the same one; write version=1 in its decorator"
            )
            raise InputError(message)

    def many(self, wants: Sequence[Want]) -> list[Record | None]:
        """Return runs in the order asked for, None where one is not there."""
        identities = [self.identity(want) for want in wants]
        if self.store is not None:
            return self.store.many(identities)
        return [self._memory.get(identity) for identity in identities]

    def stored(self, want: Want) -> Record | None:
        """Return a run that is there, or None."""
        return self.many([want])[0]

    def status(self, want: Want) -> str | None:
        """Return whether a run is done or has failed, None where it is not there; its values are not looked at."""
        identity = self.identity(want)
        if self.store is None:
            record = self._memory.get(identity)
            return None if record is None else record.status
        if identity not in self.store:
            return None
        return FAILED if self.store.failed(identity) else DONE

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
        begun = time.monotonic()
        seen, asked, made = [0], set[str](), 0

        def tell() -> None:
            if self.report is not None and total is not None:
                done = seen[0] - len(asked)
                self.report(Progress(done, total, time.monotonic() - begun, there=done - made))

        jobs = self._jobs(wants, seen, asked)
        job = next(jobs, None)
        desk = None if job is None else Desk(self._hired())
        try:
            while desk is not None and (job is not None or desk):
                while job is not None and desk.has_room():
                    desk.hand_out(job)
                    job = next(jobs, None)
                taken = desk.taken(LOOK_AGAIN_S)
                if taken is not None:
                    records = self._kept(taken, asked)
                    made += len(records)
                    yield from records
                    tell()
        except KeyboardInterrupt:
            for taken in () if desk is None else desk.rest():
                self._kept(taken, asked)
            raise
        tell()
        if self.store is not None:
            self.store.settle()

    def _hired(self) -> Workers:
        if self._workers is None:
            executor, jobs, scheduler = self._how
            self._workers = self._stack.enter_context(workers_of(self.lab, executor, jobs, scheduler))
        return self._workers

    def _kept(self, taken: Taken, asked: set[str]) -> list[Record]:
        """Store the runs of a job."""
        rows = taken.rows or [Row(want, self.identity(want), FAILED, taken.why, b"", 0, 0.0) for want in taken.job]
        mean = sum(row.wall_s for row in rows) / len(rows)
        self._mean_s = mean if self._mean_s == 0.0 else 0.7 * self._mean_s + 0.3 * mean
        records = [Record(row.identity, row.status, row.why, row.values, row.events, row.wall_s) for row in rows]
        for row, record in zip(rows, records, strict=True):
            if self.store is not None:
                self.store.add(record)
            else:
                self._memory[row.identity] = record
            self.made_now += 1
            asked.discard(row.identity)
            if row.status != DONE:
                self._failed[row.identity] = Broken(row.want, row.identity, row.why)
        return records

    def _jobs(self, wants: Iterable[Want], seen: list[int], asked: set[str]) -> Iterator[list[Want]]:
        """Put runs that are not there together: of one world, about `JOB_S`, those that share their history in one job.

        `seen` counts what was looked at; `asked` holds what is under way, so that no run is made twice.
        """
        job: list[Want] = []
        for want in wants:
            seen[0] += 1
            identity = self.identity(want)
            if identity in asked or self._is_there(want, identity):
                continue
            if job and not self._belongs(want, job):
                yield job
                job = []
            asked.add(identity)
            job.append(want)
        if job:
            yield job

    def _is_there(self, want: Want, identity: str) -> bool:
        if identity in self._memory:
            return True
        if self.store is None or identity not in self.store:
            return False
        if identity not in self._failed and self.store.failed(identity):
            record = self.store.get(identity)
            self._failed[identity] = Broken(want, identity, "" if record is None else record.why)
        return True

    def _belongs(self, want: Want, job: list[Want]) -> bool:
        """Tell whether a run goes into a job that was begun."""
        if want.case.changes != job[0].case.changes or len(job) >= MOST_RUNS:
            return False
        soon = len(job) * self._mean_s
        shares = self.lab.engine == "compiled" and want.replication == job[-1].replication
        return soon < FAMILY_S if shares else 0.0 < soon < JOB_S

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
        wants = list(_wants(chosen, replications))
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


def _wants(cases: Sequence[Case], replications: Sequence[int]) -> Iterator[Want]:
    """Yield runs, those that share something close together: world by world, and there some cases on one luck."""
    worlds: dict[tuple[tuple[str, str], ...], list[Case]] = {}
    for case in cases:
        worlds.setdefault(case.changes, []).append(case)
    for own in worlds.values():
        for begin in range(0, len(own), CASES_AT_ONCE):
            yield from (Want(case, number) for number in replications for case in own[begin : begin + CASES_AT_ONCE])
