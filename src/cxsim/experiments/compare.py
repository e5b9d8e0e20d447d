"""Policies on common luck: the runs of a comparison, made, counted and put into tables."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxsim.errors import InputError, RunError
from cxsim.experiments import executor as executors
from cxsim.experiments.baselines import infer
from cxsim.experiments.checkpoint import prepare
from cxsim.experiments.executor import Failure, Report, Simulate
from cxsim.experiments.families import run_families
from cxsim.experiments.inferred import NOTHING, Inference
from cxsim.experiments.parted import Parted, partings
from cxsim.experiments.precision import Precision
from cxsim.experiments.rules import Replacement, identities, note_of, replacements
from cxsim.experiments.scale import check_scale, followed
from cxsim.experiments.simulate import ENGINES, Done, Task, costs_of, names_of, simulate
from cxsim.experiments.spec import RunSpec
from cxsim.experiments.steered import note_on, rules_in, table_of
from cxsim.experiments.steering import steering_of
from cxsim.experiments.stopping import until_precise
from cxsim.experiments.worlds import REPLICATIONS, Worlds, planned, run_worlds
from cxsim.measures.above import frames_with_costs
from cxsim.measures.catalog import CATALOG
from cxsim.measures.fates import Parting, has_fates
from cxsim.measures.layout import Layout, layout_of
from cxsim.measures.tables import Frames, Run

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.model.plan import Plan
    from cxsim.scenario import Scenario

AS_IS: Final = "as-is"


@dataclass(frozen=True, slots=True)
class RunStatus:
    """What became of one run: "done" or "failed" (then `why` says it)."""

    policy: str
    replication: int
    identity: str
    status: str
    why: str = ""
    events: int = 0
    visits: int = 0
    wall_s: float = 0.0


class Logs(NamedTuple):
    """Log rows of one run."""

    policy: str
    replication: int
    rows: NDArray[np.void]


@dataclass(frozen=True)
class Experiment:
    """Runs that have been made, with their tables.

    Attributes
    ----------
    scenario : Scenario
    policies : tuple of str
        As-is first, where it was run.
    replications : int
        Complete ones: every policy's run ended. Only they are in the tables.
    seed : int
    engine : str
    layout : Layout
    frames : Frames
    runs : tuple of RunStatus
        Every run, failed ones too.
    logs : tuple of Logs
        Empty unless asked for.
    note : str
        How the number of replications came about, where it was not simply given.
    started : datetime
        UTC.
    wall_s : float
    worlds : Worlds or None
        The same policies in worlds that we cannot rule out, where that was asked for.
    inference : Inference
        What was found behind the figures of competitors known by figures.
    parted : tuple of Parted
        Policy by policy, complete replications only; empty without as-is, without people, or with too many of them.
    replaced : tuple of Replacement
        Behaviour rules in whose place something else stood.
    steering : DataFrame, optional
        Moves of steering rules in complete replications, columns of `steering.parquet`; None where nothing steers.
    scale : float
        Share of the customers who were followed.
    fork_at : str
        From when policies count their time, where that is not the start; `scenario` is the one with the times so moved.
    """

    scenario: Scenario
    policies: tuple[str, ...]
    replications: int
    seed: int
    engine: str
    layout: Layout
    frames: Frames
    runs: tuple[RunStatus, ...]
    logs: tuple[Logs, ...]
    note: str
    started: datetime
    wall_s: float
    parted: tuple[Parted, ...] = ()
    worlds: Worlds | None = None
    replaced: tuple[Replacement, ...] = ()
    inference: Inference = NOTHING
    steering: pd.DataFrame | None = None
    scale: float = 1.0
    fork_at: str = ""

    @property
    def failures(self) -> tuple[RunStatus, ...]:
        """Runs that failed, in the world as written."""
        return tuple(run for run in self.runs if run.status != "done")


@dataclass(frozen=True)
class Setup:
    """How runs are made.

    Attributes
    ----------
    replications : int, optional
        The scenario's own number by default; ignored with `precision`.
    precision : Precision, optional
        Add replications until this is reached.
    seed : int, optional
        The scenario's own by default.
    engine : {"compiled", "reference"}
    jobs : int, optional
        Runs at the same time; every processor by default. Values do not depend on it.
    executor : Executor, optional
        Used instead of an own one.
    report : callable, optional
        Told of the progress.
    log : bool
        Whether to keep logs.
    simulate : callable
        Makes one run.
    worlds : int
        Worlds drawn from what the scenario is unsure of, beside the one as written; none by default.
    world_replications : int
        Runs of each policy in each of them.
    scale : float
        Share of the customers who are followed, with all the staff; see `cxsim.experiments.scale`.
    fork_at : str
        From when policies count their time, such as ``month 12``; nothing is changed before. Empty: from the start.
    checkpoint : Path, optional
        Folder in which the world of every run is saved as it goes; runs that are there go on. Worlds drawn from what
        is unsure are not saved.
    """

    replications: int | None = None
    precision: Precision | None = None
    seed: int | None = None
    engine: str = "compiled"
    jobs: int | None = None
    executor: Executor | None = None
    report: Report | None = None
    log: bool = False
    simulate: Simulate = simulate
    worlds: int = 0
    world_replications: int = REPLICATIONS
    scale: float = 1.0
    fork_at: str = ""
    checkpoint: Path | None = None


def experiment(scenario: Scenario, policies: Sequence[str], setup: Setup) -> Experiment:
    """Run policies of a scenario on common random numbers.

    Parameters
    ----------
    scenario : Scenario
    policies : sequence of str
        At least one; their order is the order of the tables.
    setup : Setup

    Raises
    ------
    InputError
        When a policy, the engine or a number is not allowed.
    ScenarioError
        When the figures that a competitor is known by contradict each other.
    RunError
        When no replication is complete.
    """
    started, clock = datetime.now(UTC), time.monotonic()
    if setup.fork_at:
        scenario = scenario.forked(setup.fork_at)
    batch = _Batch(scenario, policies, _checked(setup))
    if setup.worlds:
        planned(scenario, setup, batch.seed)  # what is not allowed is refused before any run
    if setup.precision is None:
        batch.add(batch.asked)
    else:
        batch.note = until_precise(batch, setup.precision)
    frames, complete = batch.frames()
    alone = note_of(alone=setup.engine == "reference" and setup.jobs != 1)
    steering = batch.steering()
    return Experiment(
        scenario=scenario,
        policies=batch.policies,
        replications=complete,
        seed=batch.seed,
        engine=setup.engine,
        layout=batch.layout,
        frames=frames,
        runs=batch.statuses(),
        logs=batch.logs(),
        note=" ".join(filter(None, (batch.note, alone, note_on(scenario, batch.policies, steering, complete)))),
        started=started,
        parted=batch.parted(),
        worlds=run_worlds(scenario, batch.policies, setup, batch.seed, batch.layout) if setup.worlds else None,
        replaced=replacements(),
        inference=batch.inference,
        steering=steering,
        scale=setup.scale,
        fork_at=setup.fork_at,
        wall_s=time.monotonic() - clock,
    )


def _checked(setup: Setup) -> Setup:
    if setup.engine not in ENGINES:
        message = f"engine: {setup.engine!r}; {' or '.join(ENGINES)} is allowed; choose one"
        raise InputError(message)
    if setup.replications is not None and setup.replications < 1:
        message = f"replications: {setup.replications}; 1 or more is allowed; raise the number"
        raise InputError(message)
    if setup.seed is not None and not 0 <= setup.seed < 1 << 63:
        message = f"seed: {setup.seed}; a whole number from 0 to 2**63 - 1 is allowed; choose another"
        raise InputError(message)
    return setup


class _Batch:
    """Runs of one experiment, replication by replication."""

    def __init__(self, scenario: Scenario, policies: Sequence[str], setup: Setup) -> None:
        self.setup = setup
        self.policies = tuple(dict.fromkeys(policies))
        runs = scenario.document.runs
        self.asked = setup.replications or (runs.replications if runs else None) or 20
        self.seed = setup.seed if setup.seed is not None else (runs.seed if runs and runs.seed is not None else 1)
        self.names = names_of(scenario)
        plans = {name: scenario.plan(name) for name in self.policies}
        check_scale(plans[self.policies[0]], setup.scale)  # what is not allowed is refused before any run
        self.inference = infer(
            scenario, self.names, jobs=setup.jobs, executor=setup.executor, run=setup.simulate, report=setup.report
        )
        self.plans: dict[str, Plan] = {
            name: followed(self.inference.bounded(plan), setup.scale) for name, plan in plans.items()
        }
        self.costs = {name: costs_of(scenario, name, self.names) for name in self.policies}
        self.steers = {name: steering_of(scenario, name, self.names, self.costs[name]) for name in self.policies}
        self.layout = layout_of(self.plans[self.policies[0]], self.names)
        self.unversioned = [rule.name for _, rule in rules_in(scenario, self.policies) if rule.version is None]
        self.identity = scenario.identity()
        self.note = ""
        self.fates = AS_IS in self.policies and len(self.policies) > 1 and has_fates(self.plans[AS_IS])
        self._clock = time.monotonic()
        self._parted: dict[tuple[str, int], Parting] = {}
        self._made: list[tuple[Task, Done | Failure]] = []

    @property
    def count(self) -> int:
        """Replications so far."""
        return len(self._made) // len(self.policies)

    def add(self, replications: int) -> None:
        """Run every policy on the next replications."""
        first = self.count
        tasks = [
            self._task(policy, number) for number in range(first, first + replications) for policy in self.policies
        ]
        setup = self.setup
        if setup.checkpoint is not None:
            specs = [task.spec for task in tasks]
            prepare(setup.checkpoint, specs, setup.engine, self.unversioned, log=setup.log)
        with executors.lent(setup.executor, setup.engine, setup.jobs, len(tasks)) as (executor, threads):
            found = run_families(
                tasks, executor, setup.simulate, threads=threads, workers=setup.jobs or executors.available_jobs(),
                of_any_size=bool(setup.fork_at), report=setup.report, started=self._clock,
            )  # fmt: skip
        made = list(zip(tasks, found, strict=True))
        self._part(made)
        # The fates are counted; kept for every run they would fill the memory.
        self._made += [
            (task, result if isinstance(result, Failure) else result._replace(fates=None)) for task, result in made
        ]

    def _part(self, made: list[tuple[Task, Done | Failure]]) -> None:
        fates = {
            (task.spec.policy, task.spec.replication): result.fates
            for task, result in made
            if isinstance(result, Done) and result.fates is not None
        }
        self._parted |= partings(fates, AS_IS, len(self.names.segments))

    def _task(self, policy: str, replication: int) -> Task:
        plan = self.inference.drawn(self.plans[policy], self.seed, replication)
        spec = RunSpec(
            self.identity, policy, replication, self.seed, int(plan.clock[0]["horizon"]),
            inferred=self.inference.rule, rules=identities(), scale=self.setup.scale,
        )  # fmt: skip
        return Task(
            spec, plan, self.layout, self.costs[policy], self.setup.engine, log=self.setup.log, fates=self.fates,
            steering=self.steers[policy], checkpoint=self.setup.checkpoint,
        )  # fmt: skip

    def complete(self) -> list[int]:
        """Replications in which every policy's run ended."""
        failed = {task.spec.replication for task, result in self._made if isinstance(result, Failure)}
        return [number for number in range(self.count) if number not in failed]

    def frames(self) -> tuple[Frames, int]:
        """Return the tables of the complete replications, policy by policy, and their number."""
        complete = set(self.complete())
        if not complete:
            why = next(result.why for _, result in self._made if isinstance(result, Failure))
            message = f"no replication could be completed by every policy; the first failure: {why}"
            raise RunError(message)
        runs = [
            Run(task.spec.policy, task.spec.replication, result.values)
            for policy in self.policies
            for task, result in self._made
            if task.spec.policy == policy and task.spec.replication in complete and isinstance(result, Done)
        ]
        return frames_with_costs(self.layout, runs, AS_IS), len(complete)

    def parted(self) -> tuple[Parted, ...]:
        """Return how the policies part from as-is in the complete replications, policy by policy."""
        complete = self.complete()
        return tuple(
            Parted(policy, number, self._parted[policy, number])
            for policy in self.policies
            for number in complete
            if (policy, number) in self._parted
        )

    def steering(self) -> pd.DataFrame | None:
        """Return what steering rules moved in the complete replications; None where no policy is steered."""
        done = [(task.spec, result.moves) for task, result in self._made if isinstance(result, Done)]
        rows = [row for row in done if row[0].replication in set(self.complete())]
        return table_of(self.policies, rows) if any(self.steers.values()) else None

    def known(self) -> set[str]:
        """Name the measures that the firm which policies change will have."""
        names, rows = list(CATALOG), self.layout.measures
        own = rows[rows[:, 1] == self.names.policy_firm, 0]
        return {names[position] for position in own.tolist()} | ({"policy_cost"} if AS_IS in self.policies else set())

    def values(self, measure: str) -> dict[str, NDArray[np.float64]]:
        """Return a measure of the firm that policies change, for every policy, by complete replication."""
        table = self.frames()[0].measures
        firm = self.names.firms[self.names.policy_firm]
        own = table[(table["measure"] == measure) & (table["firm"] == firm) & (table["segment"] == "all")]
        return {policy: own.loc[own["policy"] == policy, "value"].to_numpy(np.float64) for policy in self.policies}

    def statuses(self) -> tuple[RunStatus, ...]:
        """Return what became of every run."""
        found = []
        for task, result in self._made:
            place = task.spec.policy, task.spec.replication, task.spec.identity()
            if isinstance(result, Failure):
                found.append(RunStatus(*place, "failed", result.why))
            else:
                found.append(RunStatus(*place, "done", "", result.events, result.visits, round(result.wall_s, 3)))
        return tuple(found)

    def logs(self) -> tuple[Logs, ...]:
        """Return the logs that were kept."""
        if not self.setup.log:
            return ()
        made = [(task.spec, result) for task, result in self._made if isinstance(result, Done)]
        return tuple(Logs(spec.policy, spec.replication, result.log) for spec, result in made)
