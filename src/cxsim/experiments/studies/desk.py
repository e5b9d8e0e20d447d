"""Jobs handed out to workers and taken back, also where a worker dies over one."""

from __future__ import annotations

import itertools
import queue
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from cxsim.experiments.executor import why_of
from cxsim.experiments.studies.case import Row, Want
from cxsim.experiments.studies.workers import Promise, Workers

# Jobs that wait for a worker, for each worker: enough that none is idle, few enough that memory stays flat.
AHEAD: Final = 2

Job = Sequence[Want]


class Taken(NamedTuple):
    """A job that is over: its rows, or why there will never be any."""

    job: Job
    rows: list[Row]
    why: str = ""


class _Handed(NamedTuple):
    promise: Promise
    job: Job
    alone: bool
    tries: int


class Desk:
    """Hands jobs out, some ahead, and takes them back in the order in which they end.

    When a worker dies, all jobs under way may be lost with it, and nobody knows which one killed it. Each of them is
    then made alone, at first as it was, then run by run; a run that kills its worker again while it is alone is given
    up after some tries. Runs that only happened to be there are never given up.

    Parameters
    ----------
    workers : Workers
    """

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self._numbers = itertools.count()
        self._under_way: dict[int, _Handed] = {}
        self._suspects: deque[tuple[Job, int]] = deque()
        self._ended: queue.SimpleQueue[int] = queue.SimpleQueue()

    def __len__(self) -> int:
        """Return how many jobs are not over."""
        return len(self._under_way) + len(self._suspects)

    def has_room(self) -> bool:
        """Tell whether another job may be handed out now."""
        return not self._suspects and len(self._under_way) < AHEAD * self._workers.count

    def hand_out(self, job: Job) -> None:
        """Have some runs made."""
        self._hand_out(job, alone=False, tries=0)

    def _hand_out(self, job: Job, *, alone: bool, tries: int) -> None:
        number = next(self._numbers)
        promise = self._workers.submit(job)
        self._under_way[number] = _Handed(promise, job, alone, tries)
        promise.add_done_callback(lambda _: self._ended.put(number))

    def taken(self, timeout_s: float) -> Taken | None:
        """Return a job that is over; None where none ended in that time, or one has to be made again.

        Raises
        ------
        RunError
            When the workers are lost for good.
        """
        if self._suspects and not self._under_way:
            job, tries = self._suspects.popleft()
            self._hand_out(job, alone=True, tries=tries)
        self._workers.check()
        try:
            handed = self._under_way.pop(self._ended.get(timeout=timeout_s))
        except queue.Empty:
            return None
        try:
            return Taken(handed.job, handed.promise.result())
        except Exception as error:
            end = self._workers.end_of(error)
            if end is not None:
                raise end from error
            return self._suspect(handed, why_of(error))

    def rest(self) -> Iterator[Taken]:
        """Yield jobs that ended before anybody asked; for the moment at which somebody stops."""
        while not self._ended.empty():
            handed = self._under_way.pop(self._ended.get())
            try:
                rows = handed.promise.result()
            except Exception:  # noqa: BLE001 -- its runs count as never made
                continue
            yield Taken(handed.job, rows)

    def _suspect(self, handed: _Handed, why: str) -> Taken | None:
        if not handed.alone:
            self._suspects.append((handed.job, 0))
        elif len(handed.job) > 1:
            self._suspects.extendleft(([want], 0) for want in reversed(handed.job))
        elif handed.tries + 1 < self._workers.tries:
            self._suspects.appendleft((handed.job, handed.tries + 1))
        else:
            return Taken(handed.job, [], f"no worker lived to make it: {why}")
        return None
