"""Competitors known by figures: what must be behind the figures, found by designed runs.

A baseline has two unknowns: its quality, and by what factor its failures are more frequent than ours, unless that is
known too. Figures that are put in (price, wait, first-contact resolution, failures, complaints made good) are met by
construction. The others are outputs: short runs of the market as it is give each as a smooth surface of the
unknowns, and these the posterior (`cxsim.experiments.posterior`).
"""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from cxsim.errors import Fault, RunError, ScenarioError
from cxsim.experiments import executor as executors
from cxsim.experiments.executor import Failure, Simulate
from cxsim.experiments.inferred import (
    QUALITY,
    RULE,
    WIDEST_FAILURES,
    WIDEST_QUALITY,
    Inference,
    Inferred,
    Place,
    place_of,
    with_bound,
    with_unknowns,
)
from cxsim.experiments.kept import Kept
from cxsim.experiments.posterior import (
    Known,
    Posterior,
    Scale,
    Surface,
    Unknown,
    contradiction,
    fitted,
    posterior,
)
from cxsim.experiments.rules import identities
from cxsim.experiments.simulate import Done, Task, simulate
from cxsim.experiments.spec import RunSpec
from cxsim.measures.catalog import CATALOG
from cxsim.measures.layout import Layout, Names, layout_of
from cxsim.measures.records import Record, records
from cxsim.model import plan as pl
from cxsim.model.plan import Plan
from cxsim.scenario.baselines import is_baseline
from cxsim.stats.space_filling import sobol_points

if TYPE_CHECKING:
    from cxsim.scenario import Scenario
    from cxsim.scenario.models import Firm

Array = NDArray[np.float64]

AS_IS: Final = "as-is"
INPUTS: Final = frozenset(("price", "wait_mean", "first_contact_resolution", "failures", "recovery_rate"))
# Priors are assumptions: half a standard deviation of what encounters deliver, failures within a factor of e^.5.
PRIOR_SD: Final = 0.5
SHARE_OF_LATECOMER: Final = 0.2
SEED: Final = 20260101
DESIGN_SEED: Final = 20260102
# Runs far and wide, then around what they showed, by the number of unknowns; then runs at the mean, to check it.
DESIGN: Final[Mapping[int, tuple[int, int]]] = {1: (6, 10), 2: (12, 20)}
CHECKS: Final = 4
NARROWEST: Final = 0.3
AROUND: Final = 2.0  # standard deviations
CLOSE: Final = 1.25  # how far outside the second box a run may lie and still shape the surface
REFUSED_BELOW: Final = 0.01
GIVES_WAY: Final = (1.0, 1.5, 2.0, 3.0, 4.0)  # times the prior standard deviation
WITHIN: Final = 0.75  # of the margin: surfaces are not exact, and the figure itself is to be met


def baselines_of(scenario: Scenario) -> tuple[str, ...]:
    """Name the firms known by figures that come before the end."""
    document = scenario.document
    plan = scenario.plan(AS_IS)
    return tuple(
        name
        for number, name in enumerate(document.firms)
        if is_baseline(document, name) and plan.firms[number]["arrives"] < plan.clock[0]["horizon"]
    )


def infer(  # noqa: PLR0913 -- a market, and how runs are made
    scenario: Scenario,
    names: Names,
    *,
    check: bool = True,
    jobs: int | None = None,
    executor: Executor | None = None,
    run: Simulate = simulate,
    report: executors.Report | None = None,
) -> Inference:
    """Find what is behind the figures of every baseline of a scenario, one after the other.

    Parameters
    ----------
    scenario : Scenario
    names : Names
        Of its plans.
    check : bool
        Whether to run the market at the means, to see that the figures are met.
    jobs, executor
        As for a comparison. Runs are made by the compiled engine: engines give the same values.
    run : callable
        Makes one run. Runs of `cxsim.experiments.simulate.simulate` are kept in the user's cache.
    report : callable, optional
        Told of the progress, firm by firm; not of runs that the cache holds.

    Raises
    ------
    ScenarioError
        When figures contradict each other.
    RunError
        When designed runs fail.
    """
    found: list[Inferred] = []
    firms = baselines_of(scenario)
    if not firms:
        return Inference()
    plan = scenario.plan(AS_IS)
    for number, name in enumerate(firms, start=1):
        market = plan
        for one in found:
            # Those that were found before stand at their means.
            market = with_unknowns(with_bound(market, one.place, one.highest_factor), one.place, one.found.mean)
        doing = f"runs to find what yields {name}'s figures ({number} of {len(firms)})"
        runner = _Runner(jobs, executor, run, report, doing)
        found.append(_Solver(scenario, name, names, market, runner).solved(check=check))
    return Inference(tuple(found))


class _Runner:
    """Makes short runs side by side; those of the real engine are kept for the next time."""

    def __init__(
        self,
        jobs: int | None,
        executor: Executor | None,
        run: Simulate,
        report: executors.Report | None = None,
        doing: str = "runs",
    ) -> None:
        self.jobs, self.executor, self.run, self.report, self.doing = jobs, executor, run, report, doing
        self.planned, self.before, self.there = 0, 0, 0
        self._clock = time.monotonic()

    def _told(self, missing: int) -> executors.Report | None:
        """Report the progress of some runs as that of all that are planned."""
        report, before, there = self.report, self.before, self.there
        if report is None or not missing:
            return None
        total = max(self.planned, before + missing)

        def told(progress: executors.Progress) -> None:
            elapsed = time.monotonic() - self._clock
            report(executors.Progress(before + progress.done, total, elapsed, self.doing, there))

        # Said before the first run: that is when the engine may have to be compiled.
        told(executors.Progress(0.0, missing, 0.0))
        return told

    def values(self, problem: str, tasks: Sequence[Task], wanted: Mapping[str, int]) -> Array:
        """Return (n_tasks, n_wanted): rows of the layout that each run gives."""
        kept = Kept(problem, in_use=self.run is simulate)
        missing = [task for task in tasks if task.spec.identity() not in kept]
        self.there += len(tasks) - len(missing)
        self.before += len(tasks) - len(missing)
        made = self._made(missing)
        self.before += len(missing)
        for task, result in zip(missing, made, strict=True):
            if isinstance(result, Failure):
                message = f"a run to infer what is behind known figures failed: {result.why}"
                raise RunError(message)
            kept[task.spec.identity()] = {name: float(result.values.measures[row]) for name, row in wanted.items()}
        kept.write()
        return np.array([[kept[task.spec.identity()][name] for name in wanted] for task in tasks])

    def _made(self, tasks: Sequence[Task]) -> list[Done | Failure]:
        if not tasks:
            return []
        told = self._told(len(tasks))
        with executors.lent(self.executor, "compiled", self.jobs, len(tasks)) as (own, threads):
            return executors.run_all(tasks, own, self.run, threads=threads, report=told)


class _Solver:
    """Solves for one baseline."""

    def __init__(self, scenario: Scenario, name: str, names: Names, plan: Plan, runner: _Runner) -> None:
        self.scenario, self.name, self.names, self.runner = scenario, name, names, runner
        self.firm: Firm = scenario.document.firms[name]
        self.place = place_of(scenario, name, plan)
        known = self.firm.known.figures() if self.firm.known else {}
        self.unknowns = _unknowns(self.firm, self.place)
        outputs = {key: Known(figure.value, figure.margin) for key, figure in known.items() if key not in INPUTS}
        widest = math.exp(WIDEST_FAILURES) if len(self.unknowns) > 1 else 1.0
        self.plan = with_bound(self._designed(plan, whole="retention" in outputs), self.place, widest)
        self.layout: Layout = layout_of(self.plan, names)
        rows = self._rows()
        self.figures = {key: figure for key, figure in outputs.items() if key in rows}
        self.unused = tuple(key for key in outputs if key not in rows)
        self.wanted = {key: rows[key] for key in self.figures}
        self.problem = _digest(self.plan, (self.place, tuple(self.wanted), RULE))

    def _designed(self, plan: Plan, *, whole: bool) -> Plan:
        """Return the market with this firm in it from the start, for a year (or, for retention, as long as it is)."""
        clock, firms = plan.clock.copy(), plan.firms.copy()
        horizon = int(clock[0]["horizon"]) if whole else min(int(clock[0]["horizon"]), pl.YEAR)
        clock[0]["horizon"] = horizon
        ends = np.append(plan.period_ends[plan.period_ends < horizon], horizon)
        own = firms[self.place.firm]
        shares = np.diff(firms["share_to"], prepend=0.0)
        if own["arrives"] > clock[0]["start"] or shares[self.place.firm] <= 0.0:
            shares *= 1.0 - SHARE_OF_LATECOMER
            shares[self.place.firm] = SHARE_OF_LATECOMER
            firms["share_to"] = np.minimum(np.cumsum(shares), 1.0)
            if plan.firms["share_to"][-1] >= 1.0:
                firms["share_to"][-1] = 1.0
        own["arrives"], own["reach_first"], own["reach_all_after"] = clock[0]["start"], 1.0, 0
        changes = plan.changes[plan.changes["time"] < horizon]
        return plan._replace(clock=clock, firms=firms, period_ends=ends.astype(np.int64), changes=changes)

    def _rows(self) -> dict[str, int]:
        """Return the rows of the layout that hold this firm's measures, all customers together."""
        names = list(CATALOG)
        return {
            names[position]: row
            for row, (position, firm, class_) in enumerate(self.layout.measures.tolist())
            if firm == self.place.firm and class_ == 0
        }

    def solved(self, *, check: bool) -> Inferred:
        """Return what is behind the figures.

        Raises
        ------
        ScenarioError
            When they contradict each other.
        """
        if not self.figures:
            return Inferred(self.name, self.place, posterior(self.unknowns, {}, {}), {}, self.unused)
        first, second = DESIGN[len(self.unknowns)]
        self.runner.planned = first + second + (CHECKS if check else 0)
        box = np.array([(one.low, one.high) for one in self.unknowns])
        points = self._spread(box, first)
        values = self._values(points, 0)
        found = self._posterior(points, values)
        half = np.maximum(AROUND * found.sd, NARROWEST)
        near = np.clip(np.column_stack((found.mean - half, found.mean + half)), box[:, :1], box[:, 1:])
        points = np.vstack((points, self._spread(near, second)))
        values = np.vstack((values, self._values(points[first:], first)))
        middle, reach = near.mean(axis=1), CLOSE * np.diff(near, axis=1)[:, 0] / 2.0
        close = (np.abs(points - middle) <= reach + 1e-12).all(axis=1)
        # Outside the runs a surface tells nothing.
        self.unknowns = tuple(
            one._replace(low=max(one.low, float(at - far)), high=min(one.high, float(at + far)))
            for one, at, far in zip(self.unknowns, middle, reach, strict=True)
        )
        found = self._posterior(points[close], values[close])
        self._refuse_contradiction(found, self._surfaces(points[close], values[close]))
        checked = self._checked(found) if check else ()
        return Inferred(self.name, self.place, found, self.figures, self.unused, checked)

    def _spread(self, box: Array, count: int) -> Array:
        cube = sobol_points(count, len(box), DESIGN_SEED)
        return np.asarray(box[:, 0] + cube * (box[:, 1] - box[:, 0]))

    def _values(self, points: Array, first: int) -> Array:
        tasks = [self._task(point, first + number) for number, point in enumerate(points)]
        return self.runner.values(self.problem, tasks, self.wanted)

    def _task(self, point: Array, number: int) -> Task:
        plan = with_unknowns(self.plan, self.place, point)
        at = ",".join(float(value).hex() for value in point)
        # Luck differs between the runs, so that the surface averages it out, and the errors show it.
        spec = RunSpec(f"{self.problem}:{at}", AS_IS, number, SEED, int(plan.clock[0]["horizon"]), rules=identities())
        return Task(spec, plan, self.layout, (), "compiled")

    def _surfaces(self, points: Array, values: Array) -> dict[str, Surface]:
        found = {}
        for column, name in enumerate(self.wanted):
            measure = CATALOG[name]
            surface = fitted(points, values[:, column], Scale(measure.least, measure.most))
            if surface is None:
                given = f"{name}: {self.firm_text(name)}, of a firm that keeps no customers in the model"
                raise self._fault(given, "figures of a firm with customers", "leave the figure out")
            found[name] = surface
        return found

    def firm_text(self, name: str) -> str:
        """Return a figure as it was written."""
        return str(self.firm.known.figures()[name]) if self.firm.known else ""

    def _posterior(self, points: Array, values: Array) -> Posterior:
        """Return the posterior; a prior so narrow that it would move a figure to its margin gives way."""
        surfaces = self._surfaces(points, values)
        for wider in GIVES_WAY:
            unknowns = [one._replace(sd=wider * one.sd) for one in self.unknowns]
            found = posterior(unknowns, self.figures, surfaces)
            shown = {name: float(surface.at(found.mean[None])[0][0]) for name, surface in surfaces.items()}
            if all(abs(shown[name] - figure.value) <= WITHIN * figure.margin for name, figure in self.figures.items()):
                break
        return found

    def _refuse_contradiction(self, found: Posterior, surfaces: Mapping[str, Surface]) -> None:
        if contradiction(found, len(self.figures)) >= REFUSED_BELOW:
            return
        if len(self.figures) == 1:
            raise self._outside(found, surfaces)
        nearest = {name: float(surfaces[name].at(found.best[None])[0][0]) for name in self.figures}
        written = ", ".join(f"{name} {self.firm_text(name)}" for name in self.figures)
        possible = ", ".join(f"{name} {_figure(name, value)}" for name, value in nearest.items())
        allowed = f"figures that fit together; the nearest possible: {possible}"
        raise self._fault(written, allowed, "correct a figure, widen a margin with ±, or leave one out")

    def _outside(self, found: Posterior, surfaces: Mapping[str, Surface]) -> ScenarioError:
        """Return what is said of one figure that nothing in the range searched yields: it contradicts no other."""
        ((name, surface),) = surfaces.items()
        nearest = float(surface.at(found.best[None])[0][0])
        searched = f"quality {-WIDEST_QUALITY:g} to {WIDEST_QUALITY:g} around the written one"
        if len(self.unknowns) > 1:
            least, most = math.exp(-WIDEST_FAILURES), math.exp(WIDEST_FAILURES)
            searched += f", with failures {least:.3g} to {most:.3g} times ours,"
        given = f"{name} {self.firm_text(name)}, outside the range searched"
        allowed = f"what {searched} yields; the nearest in it: {name} {_figure(name, nearest)}"
        return self._fault(given, allowed, "write `quality`, correct the figure, or widen its margin with ±")

    def _fault(self, given: str, allowed: str, remedy: str) -> ScenarioError:
        content = self.scenario.content
        from cxsim.scenario.faults import line_of

        line = line_of(content.source, ("firms", self.name, "known"))
        fault = Fault(content.file or content.name, line, f"firms.{self.name}.known", given, allowed, remedy)
        return ScenarioError([fault])

    def _checked(self, found: Posterior) -> tuple[Record, ...]:
        points = np.repeat(found.mean[None], CHECKS, axis=0)
        values = self._values(points, sum(DESIGN[len(self.unknowns)]))
        simulated = {name: values[:, column] for column, name in enumerate(self.wanted)}
        return records({name: (one.value, one.margin) for name, one in self.figures.items()}, simulated)


def _unknowns(firm: Firm, place: Place) -> tuple[Unknown, ...]:
    written = firm.quality or 0.0
    found = [Unknown(QUALITY, written, PRIOR_SD, written - WIDEST_QUALITY, written + WIDEST_QUALITY)]
    known = firm.known is not None and firm.known.failures is not None
    if not known and place.failures:
        found.append(Unknown("log failure factor", 0.0, PRIOR_SD, -WIDEST_FAILURES, WIDEST_FAILURES))
    return tuple(found)


def _figure(name: str, value: float) -> str:
    unit = CATALOG[name].unit
    if unit.startswith("share"):
        return f"{100.0 * value:.3g} %{unit.removeprefix('share')}"
    return f"{value:.3g}"


def _digest(plan: Plan, more: object) -> str:
    digest = hashlib.sha256(repr(more).encode())
    for name, array in plan._asdict().items():
        content = np.ascontiguousarray(array)
        digest.update(f"{name} {content.dtype} {content.shape}".encode())
        digest.update(content.tobytes())
    return digest.hexdigest()
