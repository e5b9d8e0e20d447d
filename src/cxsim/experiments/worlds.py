"""Runs in worlds that we cannot rule out: every policy, on the same luck, in every draw of what we are unsure of."""

from __future__ import annotations

import shlex
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from cxsim.errors import CxsimError, InputError
from cxsim.experiments import executor as executors
from cxsim.experiments.baselines import infer
from cxsim.experiments.executor import Failure, Progress, Report
from cxsim.experiments.families import run_families
from cxsim.experiments.rules import identities
from cxsim.experiments.scale import followed
from cxsim.experiments.simulate import Done, Task, costs_of
from cxsim.experiments.spec import RunSpec
from cxsim.experiments.steering import steering_of
from cxsim.experiments.unsure import Drawn, Range, drawn, ranges_of
from cxsim.measures.above import COUNTED, with_policy_cost
from cxsim.measures.catalog import CATALOG, unit_of
from cxsim.measures.layout import ALL, Layout
from cxsim.measures.tables import MEASURES_COLUMNS, Run

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.experiments.compare import Setup
    from cxsim.scenario import Scenario

REPLICATIONS: Final = 4
# Worlds whose runs are under way together: enough to keep every processor busy, few enough to forget the rest.
AT_ONCE: Final = 8
# What worlds keep beside what the scenario asks for, as far as it is counted.
ALWAYS: Final = ("retention", "profit", "wait_mean", "wait_all_mean", "market_share", "solved_rate")


class WorldStatus(NamedTuple):
    """A world, and what became of it: "done", or "failed" (then `why` says it and it is left out)."""

    world: Drawn
    status: str
    why: str = ""


@dataclass(frozen=True)
class Worlds:
    """Runs in drawn worlds.

    Attributes
    ----------
    ranges : tuple of Range
        What was drawn.
    drawn : tuple of WorldStatus
        Every world, failed ones too.
    replications : int
        Of every policy in each world; the first ones of the comparison, on the same luck.
    measures : DataFrame
        Tidy, columns of `measures.parquet`: headline measures of our firm, all customers, `world` 1 and up; complete
        worlds only.
    wall_s : float
    """

    ranges: tuple[Range, ...]
    drawn: tuple[WorldStatus, ...]
    replications: int
    measures: pd.DataFrame
    wall_s: float

    @property
    def complete(self) -> tuple[Drawn, ...]:
        """Worlds in which every run ended."""
        return tuple(one.world for one in self.drawn if one.status == "done")

    @property
    def failures(self) -> tuple[WorldStatus, ...]:
        """Worlds that are left out, each with why."""
        return tuple(one for one in self.drawn if one.status != "done")

    def changes(self, number: int) -> dict[str, str]:
        """Return what makes a world: a text for each path, for `Scenario.with_values`.

        Raises
        ------
        InputError
            When there is no such world.
        """
        for one in self.drawn:
            if one.world.number == number:
                return dict(zip((range_.path for range_ in self.ranges), one.world.texts, strict=True))
        message = f"world: {number}; 1 to {len(self.drawn)} are allowed; choose another number"
        raise InputError(message)

    def options(self, number: int) -> str:
        """Return what makes a world on the command line: ``--set`` for each path."""
        return " ".join(f"--set {shlex.quote(f'{path}={text}')}" for path, text in self.changes(number).items())


def run_worlds(scenario: Scenario, policies: Sequence[str], setup: Setup, seed: int, layout: Layout) -> Worlds:
    """Run policies in worlds drawn from what a scenario is unsure of.

    Parameters
    ----------
    scenario : Scenario
    policies : sequence of str
    setup : Setup
        With `worlds` and `world_replications`.
    seed : int
        Of all luck, and of the draw of worlds.
    layout : Layout
        Of the comparison.

    Raises
    ------
    InputError
        When a number is not allowed, or nothing is unsure.
    """
    clock = time.monotonic()
    ranges, worlds = planned(scenario, setup, seed)
    small = _headlines(scenario, layout)
    maker = _Maker(scenario, tuple(policies), setup, seed, small, ranges)
    each = len(maker.policies) * setup.world_replications
    found: list[WorldStatus] = []
    runs: list[Run] = []
    with executors.lent(setup.executor, setup.engine, setup.jobs, each * len(worlds)) as (executor, threads):
        for first in range(0, len(worlds), AT_ONCE):
            made = [(world, maker.tasks(world)) for world in worlds[first : first + AT_ONCE]]
            tasks = [task for _, own in made if not isinstance(own, str) for task in own]
            report = _later(setup.report, first * each, len(worlds) * each, clock)
            workers = setup.jobs or executors.available_jobs()
            done = run_families(tasks, executor, setup.simulate, threads=threads, workers=workers, report=report)
            results: dict[int, list[tuple[Task, Done | Failure]]] = {}
            for task, result in zip(tasks, done, strict=True):
                results.setdefault(task.spec.world, []).append((task, result))
            for world, own in made:
                why = own if isinstance(own, str) else _broken(results[world.number])
                found.append(WorldStatus(world, "failed" if why else "done", why))
                if not why:
                    runs += [_kept(task, result) for task, result in results[world.number] if isinstance(result, Done)]
    table = _table(small, runs, _wanted(scenario))
    return Worlds(ranges, tuple(found), setup.world_replications, table, time.monotonic() - clock)


def planned(scenario: Scenario, setup: Setup, seed: int) -> tuple[tuple[Range, ...], tuple[Drawn, ...]]:
    """Return the ranges and the worlds, before anything is run.

    Raises
    ------
    InputError
        When a number is not allowed, or nothing is unsure.
    """
    if setup.world_replications < 2:  # noqa: PLR2004 -- one cannot tell luck from difference
        message = f"world replications: {setup.world_replications}; 2 or more are allowed; raise the number"
        raise InputError(message)
    ranges = ranges_of(scenario)
    return ranges, drawn(ranges, setup.worlds, seed)


class _Maker:
    """Makes the runs of one world after the other; plans are forgotten with their runs."""

    def __init__(
        self,
        scenario: Scenario,
        policies: tuple[str, ...],
        setup: Setup,
        seed: int,
        layout: Layout,
        ranges: tuple[Range, ...],
    ) -> None:
        self.scenario, self.policies, self.setup, self.seed = scenario, policies, setup, seed
        self.layout, self.ranges = layout, ranges

    def tasks(self, world: Drawn) -> list[Task] | str:
        """Return the runs of a world, or why it cannot be."""
        changes = dict(zip((one.path for one in self.ranges), world.texts, strict=True))
        try:
            there = self.scenario.with_values(changes)
            # A rival that is known by figures must be another one in another world to have the same figures.
            inference = infer(
                there, self.layout.names, check=False, jobs=self.setup.jobs, executor=self.setup.executor,
                run=self.setup.simulate,
            )  # fmt: skip
            plans = {
                policy: followed(inference.bounded(there.plan(policy)), self.setup.scale) for policy in self.policies
            }
        except CxsimError as error:
            return " ".join(str(error).split())
        identity = there.identity()
        found = []
        for policy, plan in plans.items():
            costs = costs_of(there, policy, self.layout.names)
            steering = steering_of(there, policy, self.layout.names, costs)
            for replication in range(self.setup.world_replications):
                horizon = int(plan.clock[0]["horizon"])
                spec = RunSpec(
                    identity,
                    policy,
                    replication,
                    self.seed,
                    horizon,
                    world=world.number,
                    inferred=inference.rule,
                    rules=identities(),
                    scale=self.setup.scale,
                )
                own = inference.drawn(plan, self.seed, replication)
                found.append(Task(spec, own, self.layout, costs, self.setup.engine, steering=steering))
        return found


def _later(report: Report | None, before: int, total: int, clock: float) -> Report | None:
    """Report the progress of some worlds as that of all."""
    if report is None:
        return None

    def whole(progress: Progress) -> None:
        report(Progress(before + progress.done, total, time.monotonic() - clock, "runs in worlds"))

    return whole


def _broken(results: Sequence[tuple[Task, Done | Failure]]) -> str:
    """Return why a world's runs did not all end; empty when they did."""
    for task, result in results:
        if isinstance(result, Failure):
            return f"{task.spec.policy}, replication {task.spec.replication}: {result.why}"
    return ""


def _kept(task: Task, result: Done) -> Run:
    return Run(task.spec.policy, task.spec.replication, result.values, world=task.spec.world)


def _wanted(scenario: Scenario) -> set[str]:
    document = scenario.document
    return {*(document.measures or ()), *(document.goals or {}), *ALWAYS}


def _headlines(scenario: Scenario, layout: Layout) -> Layout:
    """Return the rows that worlds keep: headline measures of our firm, all customers."""
    catalog = list(CATALOG)
    names = {*_wanted(scenario), *COUNTED, "written_cost"}
    rows = layout.measures
    chosen = np.array([catalog[position] in names for position in rows[:, 0]], dtype=bool)
    own = chosen & (rows[:, 1] == layout.names.policy_firm) & (rows[:, 2] == 0)
    return layout._replace(
        measures=rows[own],
        timeseries=layout.timeseries[:0],
        touchpoints=layout.touchpoints[:0],
        cohorts=layout.cohorts[:0],
    )


def _table(layout: Layout, runs: Sequence[Run], wanted: set[str]) -> pd.DataFrame:
    """Return the rows of `measures.parquet`, worlds in their order."""
    import pandas as pd

    catalog = list(CATALOG)
    names = [catalog[position] for position in layout.measures[:, 0]]
    firm = layout.names.firms[layout.names.policy_firm]
    values = [run.values.measures for run in runs]  # noqa: PD011 -- no frame
    made: dict[str, Any] = {
        "point": 0,
        "world": np.repeat([run.world for run in runs], len(names)).astype(np.int64),
        "policy": np.repeat(np.array([run.policy for run in runs], dtype=object), len(names)),
        "replication": np.repeat([run.replication for run in runs], len(names)).astype(np.int64),
        "firm": firm,
        "segment": ALL,
        "measure": np.tile(np.array(names, dtype=object), len(runs)),
        "value": np.concatenate(values) if values else np.zeros(0),
        "unit": np.tile(np.array([unit_of(name, layout.names.currency) for name in names], dtype=object), len(runs)),
    }
    table = with_policy_cost(pd.DataFrame(made)[list(MEASURES_COLUMNS)])
    return table[table["measure"].isin(wanted)].reset_index(drop=True)
