"""Ablations: each mechanism switched off in turn, on common luck, and what moves when it is gone.

A mechanism whose removal moves nothing in a scenario that needs it is a defect, or is not worth having.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxsim.behaviour.registry import REGISTRY
from cxsim.errors import InputError, RunError
from cxsim.experiments.baselines import infer
from cxsim.experiments.executor import Failure, Report, own_executor, run_all
from cxsim.experiments.inferred import Inference
from cxsim.experiments.simulate import Done, Task, costs_of, names_of, simulate
from cxsim.experiments.spec import RunSpec
from cxsim.measures.layout import Layout, Names, layout_of
from cxsim.measures.tables import Run, frames_of
from cxsim.stats.intervals import Interval
from cxsim.stats.paired import bonferroni_level, paired_difference

if TYPE_CHECKING:
    from cxsim.scenario import Scenario

Array = NDArray[np.float64]
Samples = dict[str, Array]

AS_IS: Final = "as-is"
LEVEL: Final = 0.95
REPLICATIONS: Final = 10
# One for each thing that a mechanism can do: keep, please, make speak, wear out, cost, be talked about, win.
MEASURES: Final = (
    "retention",
    "nps_true",
    "nps",
    "csat_true",
    "rated_poor_true",
    "complaints_per_1000",
    "silent_exits",
    "recovery_rate",
    "contacts_per_matter",
    "failures",
    "ces",
    "review_score",
    "market_share",
    "profit",
)


class Moved(NamedTuple):
    """What a measure of our firm does when one mechanism is switched off.

    Attributes
    ----------
    switch, policy, measure : str
    present : float
        Mean with the mechanism.
    difference : Interval
        Without it less with it, paired by replication. Its level is such that all intervals of one switch hold
        together with 95 %.
    moves : bool
        The interval leaves out 0.
    """

    switch: str
    policy: str
    measure: str
    present: float
    difference: Interval
    moves: bool


def mechanisms() -> tuple[str, ...]:
    """Name the switches, one for each mechanism that can be taken out, in the order of the ledger."""
    return tuple(name for name, parameter in REGISTRY.items() if parameter.role == "switch")


def ablations(  # noqa: PLR0913 -- the options of an experiment
    scenario: Scenario,
    *,
    switches: Sequence[str] | None = None,
    policies: Sequence[str] = (AS_IS,),
    measures: Sequence[str] = MEASURES,
    replications: int = REPLICATIONS,
    seed: int = 1,
    jobs: int | None = None,
    report: Report | None = None,
) -> list[Moved]:
    """Switch off one mechanism after the other and compare with all of them on.

    Competitors known by figures stay the firms that they are: what is behind their figures is found once, with every
    mechanism on.

    Parameters
    ----------
    scenario : Scenario
        Its own switches are the base: a mechanism that it has switched off already moves nothing.
    switches : sequence of str, optional
        All by default.
    policies : sequence of str
        Under which to look; a mechanism that nobody uses can move nothing.
    measures : sequence of str
        Of our firm; those that the scenario does not have are left out.
    replications : int
        At least 2.
    seed : int
    jobs : int, optional
        Runs at the same time; every processor by default.
    report : callable, optional
        Told of the progress.

    Raises
    ------
    InputError
        When a switch is not known or there are fewer than two replications.
    RunError
        When a run fails.
    """
    asked = mechanisms() if switches is None else tuple(switches)
    for name in asked:
        if name not in mechanisms():
            message = f"switches: {name}; {', '.join(mechanisms())} are allowed; choose among them"
            raise InputError(message)
    if replications < 2:  # noqa: PLR2004 -- an interval needs two
        message = f"replications: {replications}; 2 or more is allowed; raise the number"
        raise InputError(message)
    maker = _Maker(scenario, replications, seed, jobs)
    worlds = [scenario, *(scenario.with_value(f"switches.{name}", "off") for name in asked)]
    found = maker.values([(world, policy) for policy in policies for world in worlds], report)
    rows: list[Moved] = []
    for number, policy in enumerate(policies):
        own = found[number * len(worlds) : (number + 1) * len(worlds)]
        for name, without in zip(asked, own[1:], strict=True):
            rows += moved(name, policy, own[0], without, measures, len(policies) * len(measures))
    return rows


def moved(
    switch: str, policy: str, present: Samples, without: Samples, measures: Sequence[str], tests: int
) -> list[Moved]:
    """Compare the values of measures with and without a mechanism, one row for each measure that there is.

    Parameters
    ----------
    switch, policy : str
    present, without : mapping
        Values by replication, for each measure.
    measures : sequence of str
    tests : int
        Intervals that are to hold together.
    """
    level = bonferroni_level(LEVEL, tests)
    rows = []
    for measure in measures:
        if measure not in present or measure not in without:
            continue
        both = np.isfinite(present[measure]) & np.isfinite(without[measure])
        if np.count_nonzero(both) < 2:  # noqa: PLR2004
            continue
        difference = paired_difference(without[measure][both], present[measure][both], level).difference
        moves = difference.low > 0.0 or difference.high < 0.0
        rows.append(Moved(switch, policy, measure, float(present[measure][both].mean()), difference, moves))
    return rows


def idle(rows: Sequence[Moved]) -> list[str]:
    """Name the mechanisms whose removal moved nothing at all."""
    return [name for name in dict.fromkeys(row.switch for row in rows) if not _moves(rows, name)]


def _moves(rows: Sequence[Moved], switch: str) -> bool:
    return any(row.moves for row in rows if row.switch == switch)


def table(rows: Sequence[Moved]) -> list[str]:
    """Write the rows that move as lines of text, the farthest first, and name the mechanisms that move nothing."""
    lines = [f"{'switched off':17} {'policy':22} {'measure':20} {'with it':>12} {'change':>12}   interval"]
    for name in dict.fromkeys(row.switch for row in rows):
        own = sorted((row for row in rows if row.switch == name and row.moves), key=_distance, reverse=True)
        for row in own:
            low, high = row.difference.low, row.difference.high
            lines.append(
                f"{name:17} {row.policy:22} {row.measure:20} {row.present:12.5g} {row.difference.mean:+12.4g}   "
                f"{low:+.4g} to {high:+.4g}"
            )
        if not own:
            lines.append(f"{name:17} moves nothing")
    return lines


def _distance(row: Moved) -> float:
    half = (row.difference.high - row.difference.low) / 2.0
    return abs(row.difference.mean) / half if half > 0.0 else float("inf")


class _Maker:
    """Makes the runs of a scenario and of its variants on the same luck."""

    def __init__(self, scenario: Scenario, replications: int, seed: int, jobs: int | None) -> None:
        self.names: Names = names_of(scenario)
        self.inference: Inference = infer(scenario, self.names, check=False, jobs=jobs)
        self.replications, self.seed, self.jobs = replications, seed, jobs

    def values(self, wanted: Sequence[tuple[Scenario, str]], report: Report | None) -> list[Samples]:
        tasks: list[Task] = []
        for scenario, policy in wanted:
            tasks += self._tasks(scenario, policy)
        with own_executor("compiled", self.jobs, len(tasks)) as (executor, threads):
            found = run_all(tasks, executor, simulate, threads=threads, report=report)
        done: list[Done] = []
        for task, result in zip(tasks, found, strict=True):
            if isinstance(result, Failure):
                message = f"{task.spec.policy}, replication {task.spec.replication}: {result.why}"
                raise RunError(message)
            done.append(result)
        size = self.replications
        return [
            self._samples(tasks[k * size].layout, done[k * size : (k + 1) * size], policy)
            for k, (_, policy) in enumerate(wanted)
        ]

    def _tasks(self, scenario: Scenario, policy: str) -> list[Task]:
        plan = self.inference.bounded(scenario.plan(policy))
        layout, costs = layout_of(plan, self.names), costs_of(scenario, policy, self.names)
        identity, horizon = scenario.identity(), int(plan.clock[0]["horizon"])
        return [
            Task(
                RunSpec(identity, policy, number, self.seed, horizon, inferred=self.inference.rule),
                self.inference.drawn(plan, self.seed, number),
                layout,
                costs,
                "compiled",
            )
            for number in range(self.replications)
        ]

    def _samples(self, layout: Layout, done: Sequence[Done], policy: str) -> Samples:
        runs = [Run(policy, number, each.values) for number, each in enumerate(done)]
        rows = frames_of(layout, runs).measures
        firm = self.names.firms[self.names.policy_firm]
        own = rows[(rows["firm"] == firm) & (rows["segment"] == "all")]
        return {str(name): group["value"].to_numpy(np.float64) for name, group in own.groupby("measure", sort=False)}
