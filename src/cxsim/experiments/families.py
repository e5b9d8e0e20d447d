"""Runs that share their history: a replication is simulated once for as long as its policies are the same.

Policies of a scenario differ in which levers move and when. Until the first move in which two of them differ, their
runs are one run: it is made once, and both go on from its world. So is the warm-up, the time before a fork, and what
one policy does before it goes further than another. Values are those of runs made apart, to the byte.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from cxsim.experiments import executor as executors
from cxsim.experiments.executor import Failure, Progress, Report, Simulate, why_of
from cxsim.experiments.rules import require
from cxsim.experiments.simulate import Done, Task, done_of, simulate
from cxsim.model.plan import Plan

if TYPE_CHECKING:
    from cxsim.engines.compiled import Simulation

# A second world beside each run under way costs more memory in a larger market than its history is worth.
MOST_PEOPLE: Final = 200_000

Made = Done | Failure


class Branching(NamedTuple):
    """Where runs that have been one part.

    Attributes
    ----------
    time : int
        Microseconds; the horizon where they never do.
    branches : list of list of int
        Which go on together, as places among the plans.
    """

    time: int
    branches: list[list[int]]


def branching(plans: Sequence[Plan]) -> Branching:
    """Return where plans that differ only in the moves of levers part for the first time.

    Parameters
    ----------
    plans : sequence of Plan
        At least one, of the same scenario.
    """
    horizon = int(plans[0].clock[0]["horizon"])
    moments = sorted({int(moment) for plan in plans for moment in plan.changes["time"]})
    for moment in moments:
        groups: dict[bytes, list[int]] = {}
        for place, plan in enumerate(plans):
            moves = plan.changes[plan.changes["time"] == moment]
            groups.setdefault(moves.tobytes(), []).append(place)
        if len(groups) > 1:
            return Branching(moment, list(groups.values()))
    return Branching(horizon, [list(range(len(plans)))])


def span_of(plans: Sequence[Plan]) -> int:
    """Return how much simulated time a family takes, microseconds."""

    def grown(own: Sequence[Plan], since: int) -> int:
        found = branching(own)
        if len(found.branches) == 1:
            return found.time - since
        rest = sum(grown([own[place] for place in branch], found.time) for branch in found.branches)
        return found.time - since + rest

    return grown(plans, int(plans[0].clock[0]["start"]))


def simulate_family(tasks: Sequence[Task], progress: Callable[[float], None] | None = None) -> tuple[Made, ...]:
    """Make runs of one replication, each stretch of history that they share once.

    Parameters
    ----------
    tasks : sequence of Task
        Of the compiled engine; same seed, replication and world. A steered one is alone.
    progress : callable, optional
        Called with the share done at the end of every period; what it raises ends the run under way.

    Returns
    -------
    tuple of Done or Failure
        In the order of the tasks. Time that several share is counted in one of them.
    """
    if tasks[0].steering is not None:
        try:
            return (simulate(tasks[0], progress),)
        except Exception as error:  # noqa: BLE001 -- whatever it is, it is why this run did not end
            return (Failure(why_of(error)),)
    require(tasks[0].spec.rules)
    return _Family(tasks, progress).made()


class _Family:
    """Goes along the tree of policies, depth first, so that few worlds are there at a time."""

    def __init__(self, tasks: Sequence[Task], progress: Callable[[float], None] | None) -> None:
        self._tasks, self._progress = tasks, progress
        self._found: list[Made] = [Failure("never ran")] * len(tasks)
        self._past, self._whole = 0, max(1, span_of([task.plan for task in tasks]))
        self._since = time.perf_counter()

    def made(self) -> tuple[Made, ...]:
        from cxsim.engines.compiled import Simulation

        first, places = self._tasks[0], list(range(len(self._tasks)))
        plan = self._until_they_part(places)
        try:
            world = Simulation.begun(plan, first.spec.seed, first.spec.replication, log=first.log)
            self._grow(world, places)
        except Exception as error:  # noqa: BLE001 -- whatever it is, it is why these runs did not end
            self._fail(places, error)
        return tuple(self._found)

    def _until_they_part(self, places: list[int]) -> Plan:
        """Return a plan with the moves that runs have in common before they part."""
        plans = [self._tasks[place].plan for place in places]
        found = branching(plans)
        if len(found.branches) == 1:
            return plans[0]
        return plans[0]._replace(changes=plans[0].changes[plans[0].changes["time"] < found.time])

    def _grow(self, world: Simulation, places: list[int]) -> None:
        """Let a world go on as far as these runs are one, then each branch from there."""
        found = branching([self._tasks[place].plan for place in places])
        self._advance(world, found.time)
        if len(found.branches) == 1:
            for place in places:
                self._found[place] = done_of(self._tasks[place], world.outcome(), self._since)
                self._since = time.perf_counter()
            return
        for branch in found.branches:
            own = [places[number] for number in branch]
            try:
                self._grow(world.forked(self._until_they_part(own)), own)
            except Exception as error:  # noqa: BLE001 -- one policy that fails leaves the others as they are
                self._fail(own, error)

    def _advance(self, world: Simulation, until: int) -> None:
        ends = world.plan.period_ends
        for end in (*ends[(ends > world.now) & (ends < until)].tolist(), until):
            self._past += end - world.now
            world.advance(end)
            if self._progress is not None:
                self._progress(self._past / self._whole)

    def _fail(self, places: list[int], error: Exception) -> None:
        for place in places:
            if isinstance(self._found[place], Failure):
                self._found[place] = Failure(why_of(error))


def families_of(tasks: Sequence[Task], workers: int) -> list[list[int]]:
    """Return which runs go together, as places in `tasks`.

    A family is the work of one worker. With many replications each is one family; with few of them, replications are
    parted so that no worker is idle while another one makes all policies.

    Parameters
    ----------
    tasks : sequence of Task
    workers : int
    """
    groups: dict[tuple[int, int, str], list[int]] = {}
    for place, task in enumerate(tasks):
        # What a rule moves is known only when it is asked: a steered run is made alone.
        alone = task.spec.policy if task.steering is not None else ""
        groups.setdefault((task.spec.world, task.spec.replication, alone), []).append(place)
    first = max(groups.values(), key=len)
    plans = [tasks[place].plan for place in first]

    def done_after(parts: int) -> int:
        spans = [span_of([plans[place] for place in chunk]) for chunk in _chunks(range(len(plans)), parts)]
        busy = np.zeros(workers, np.int64)
        for span in spans * len(groups):
            busy[busy.argmin()] += span
        return int(busy.max())

    parts = min(range(1, len(first) + 1), key=done_after)
    return [chunk for group in groups.values() for chunk in _chunks(group, parts)]


def _chunks(places: Sequence[int], parts: int) -> list[list[int]]:
    return [chunk.tolist() for chunk in np.array_split(np.asarray(places), min(parts, len(places)))]


def can_share(tasks: Sequence[Task], run: Simulate, *, of_any_size: bool = False) -> bool:
    """Whether runs may be made as families.

    Parameters
    ----------
    tasks : sequence of Task
    run : callable
        What makes a single run; only the package's own can be parted.
    of_any_size : bool
        Whether also in a market of more than `MOST_PEOPLE`, where memory counts.
    """
    if run is not simulate or any(task.engine != "compiled" or task.checkpoint is not None for task in tasks):
        return False
    if len({task.spec.policy for task in tasks}) == 1:
        return False
    return of_any_size or int(tasks[0].plan.market[0]["n_persons"]) <= MOST_PEOPLE


def run_families(  # noqa: PLR0913 -- what `run_all` takes, and how large
    tasks: Sequence[Task],
    executor: Executor,
    run: Simulate,
    *,
    threads: bool,
    workers: int,
    of_any_size: bool = False,
    report: Report | None = None,
    started: float | None = None,
) -> list[Made]:
    """Make all runs as `run_all` does; what several have in common is simulated once where that saves time.

    Parameters
    ----------
    tasks, executor, run, threads, report, started
        As for `cxsim.experiments.executor.run_all`.
    workers : int
        Runs at the same time.
    of_any_size : bool
        As for `can_share`.

    Returns
    -------
    list of Done or Failure
        In the order of `tasks`.
    """
    if not tasks or not can_share(tasks, run, of_any_size=of_any_size):
        return executors.run_all(tasks, executor, run, threads=threads, report=report, started=started)
    places = families_of(tasks, workers)
    families = [[tasks[place] for place in own] for own in places]
    whole = None if report is None else _runs(report, len(tasks))
    made = executors.run_all(families, executor, simulate_family, threads=threads, report=whole, started=started)
    found: list[Made] = [Failure("never ran")] * len(tasks)
    for own, results in zip(places, made, strict=True):
        for number, place in enumerate(own):
            found[place] = results if isinstance(results, Failure) else results[number]
    return found


def _runs(report: Report, runs: int) -> Report:
    """Report the progress of families as that of their runs."""

    def told(progress: Progress) -> None:
        report(progress._replace(done=progress.done / progress.total * runs, total=runs))

    return told
