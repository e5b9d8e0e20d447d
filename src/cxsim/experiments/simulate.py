"""One run from plan to values; the function that executors call, in a thread or in another process."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxsim.experiments.rules import require
from cxsim.experiments.spec import RunSpec
from cxsim.experiments.steering import Moved, Steering, SteeringPlan
from cxsim.measures.fates import fates_of
from cxsim.measures.layout import Layout, Names
from cxsim.measures.money import WrittenCost
from cxsim.measures.tables import Values, values_of
from cxsim.model.plan import Plan

if TYPE_CHECKING:
    from cxsim.engines.outcome import Outcome
    from cxsim.scenario import Scenario

ENGINES = ("compiled", "reference")


class Task(NamedTuple):
    """A run that is to be made.

    Attributes
    ----------
    spec : RunSpec
    plan : Plan
        Of the scenario under the policy.
    layout : Layout
        Rows to fill.
    costs : tuple of WrittenCost
        What the policy and its parts cost beyond what the model counts.
    engine : str
        "compiled" or "reference".
    log : bool
        Whether to bring the log along.
    fates : bool
        Whether to bring along what became of each starting customer of the firm that policies change.
    steering : SteeringPlan, optional
        Rules that are asked between periods.
    checkpoint : Path, optional
        Folder in which the world is saved as it goes, and from which it goes on.
    """

    spec: RunSpec
    plan: Plan
    layout: Layout
    costs: tuple[WrittenCost, ...]
    engine: str
    log: bool = False
    fates: bool = False
    steering: SteeringPlan | None = None
    checkpoint: Path | None = None


class Done(NamedTuple):
    """A run that has been made: its values, its log and the fates if asked for, how much work it was, what steered."""

    values: Values
    log: NDArray[np.void]
    events: int
    visits: int
    wall_s: float
    fates: NDArray[np.void] | None = None
    moves: tuple[Moved, ...] = ()


def costs_of(scenario: Scenario, policy: str, names: Names) -> tuple[WrittenCost, ...]:
    """Return what a policy and its parts cost beyond what the model counts."""
    return tuple(WrittenCost(names.policy_firm, *cost) for cost in scenario.policy(policy).costs)


def names_of(scenario: Scenario) -> Names:
    """Return what a scenario's numbers are called in its plans."""
    known = scenario.layout()
    return Names(
        firms=known.firms,
        segments=known.segments,
        sources=known.classes[len(known.segments) :],
        touchpoints=tuple(name for _, name in known.touchpoints),
        currency=known.currency,
        policy_firm=known.our_firm,
    )


def simulate(task: Task, progress: Callable[[float], None] | None = None) -> Done:
    """Make a run.

    Parameters
    ----------
    task : Task
    progress : callable, optional
        Called with the share done at the end of every period; what it raises ends the run.

    Raises
    ------
    RunError
        When the engine stops, a steering rule fails, or this process does not know a rule that was replaced.
    """
    if task.checkpoint is not None:
        from cxsim.experiments.checkpoint import simulate_saving

        return simulate_saving(task, task.checkpoint, progress)
    require(task.spec.rules)
    started = time.perf_counter()
    if task.engine == "reference":
        from cxsim.engines.reference import run
    else:
        from cxsim.engines.compiled import run
    steer = steer_of(task)
    outcome = run(task.plan, task.spec.seed, task.spec.replication, log=task.log, progress=progress, steer=steer)
    return done_of(task, outcome, started, steer)


def steer_of(task: Task) -> Steering | None:
    """Return what steers a run; None where nothing does."""
    return None if task.steering is None else Steering(task.steering, task.plan)


def done_of(task: Task, outcome: Outcome, started: float, steer: Steering | None = None) -> Done:
    """Return what is kept of a run that has ended.

    Parameters
    ----------
    task : Task
    outcome : Outcome
    started : float
        `time.perf_counter` of its begin.
    steer : Steering, optional
        What steered it.
    """
    world = outcome.state.world[0]
    return Done(
        values=values_of(task.plan if steer is None else steer.counted, outcome.state, task.layout, task.costs),
        log=outcome.log,
        events=int(world["events"]),
        visits=int(world["visits"]),
        wall_s=time.perf_counter() - started,
        fates=fates_of(task.plan, outcome.state, task.layout.names.policy_firm) if task.fates else None,
        moves=() if steer is None else tuple(steer.moves),
    )
