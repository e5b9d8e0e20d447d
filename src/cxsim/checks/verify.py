"""Exact answers against simulated ones, for each engine: `cxsim verify`."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple, cast

import numpy as np

from cxsim.checks.answers import answers
from cxsim.checks.evidence import Evidence
from cxsim.checks.markets import markets
from cxsim.checks.minds import minds
from cxsim.checks.oracle import Case
from cxsim.checks.organisations import organisations
from cxsim.checks.parity import WORLDS, parity
from cxsim.checks.queues import queues
from cxsim.checks.seeds import seed_of
from cxsim.checks.stories import stories
from cxsim.checks.troubles import troubles
from cxsim.checks.visitors import visitors
from cxsim.errors import InputError, RunError
from cxsim.experiments.executor import Failure, Progress, Report, own_executor, run_all
from cxsim.model.plan import Plan
from cxsim.stats.design import SHARE_ABOVE_3_ALLOWED, Z_ALLOWED, NormalCheck, looks_standard_normal, oracle_score
from cxsim.stats.intervals import student_quantile

REPLICATIONS: Final = 20
FULL_REPLICATIONS: Final = 40
ENGINES: Final = ("compiled", "reference")
LEVEL: Final = 0.95
NOTICED: Final = 3.0
KS_P_ALLOWED: Final = 0.01


class Sample(NamedTuple):
    """One replication that is to be made; `experiments.run_all` takes it for a task."""

    case: Case
    plan: Plan
    engine: str
    seed: int
    replication: int


class Sighting(NamedTuple):
    """What one replication showed: a value for each quantity of its case, and how much was observed."""

    values: tuple[float, ...]
    arrivals: int
    counted: str = "arrivals"


class Check(NamedTuple):
    """One exact value beside the simulated one.

    Attributes
    ----------
    name : str
        Title of the case and the quantity with its unit.
    engine : str
    exact, simulated : float
    ci_low, ci_high : float
        95 % interval of the simulated value.
    holds : bool
        |z| is at most 4, on a standard error that is small enough.
    case, quantity : str
    standard_error : float
    z : float
        Normal score of the error over the standard error.
    arrivals, counted : int, str
        What was observed in all replications, and what it is: "arrivals" at touchpoints, "needs" or "customers".
    replications : int
    allowed_error : float
        Largest standard error that may be judged, as a share of the exact value.
    """

    name: str
    engine: str
    exact: float
    simulated: float
    ci_low: float
    ci_high: float
    holds: bool
    case: str
    quantity: str
    standard_error: float
    z: float
    arrivals: int
    replications: int
    allowed_error: float
    counted: str = "arrivals"


class Proof(NamedTuple):
    """All checks, and the z scores as a set.

    Attributes
    ----------
    holds : bool
        Every check holds, at most 1 in 100 scores is above 3, the independent ones look standard normal, and the
        engines are equal.
    checks : tuple of Check
    scores : NormalCheck
        All scores. Those of one case come from the same runs, so its Kolmogorov-Smirnov p is not exact.
    independent : NormalCheck
        The first score of each case; cases share no draw.
    parity : tuple of Check
        Bytes that differ between the engines, world by world; empty where one engine was asked for.
    """

    holds: bool
    checks: tuple[Check, ...]
    scores: NormalCheck
    independent: NormalCheck
    parity: tuple[Check, ...] = ()


def all_cases() -> tuple[Case, ...]:
    """Return every oracle."""
    return (*queues(), *visitors(), *markets(), *troubles(), *answers(), *minds(), *stories(), *organisations())


def chosen(cases: Sequence[Case], engine: str, *, full: bool) -> list[Case]:
    """Return the cases that an engine runs: the reference engine the light ones, a plain run those that are short."""
    if engine == "reference":
        return [case for case in cases if case.reference and case.plain is not None and (full or case.quick)]
    return [case for case in cases if full or case.plain is not None]


def verify(
    *,
    full: bool = False,
    engine: str = "both",
    jobs: int | None = None,
    cases: Sequence[Case] | None = None,
    report: Report | None = None,
) -> Proof:
    """Run the oracles on their published seeds.

    Parameters
    ----------
    full : bool
        Small standard errors (.33 % of the exact value, 1 % at loads of .95 and more) instead of 1 %.
    engine : {"both", "compiled", "reference"}
    jobs : int, optional
        Runs at the same time; by default as many as there are processors.
    cases : sequence of Case, optional
        All by default.
    report : callable, optional
        Called with an `experiments.executor.Progress`.

    Raises
    ------
    InputError
        When the engine is not known.
    RunError
        When a run does not end.
    """
    if engine not in {"both", *ENGINES}:
        message = f"engine: {engine}; both, compiled or reference is allowed; choose one"
        raise InputError(message)
    given = all_cases() if cases is None else cases
    equal = tuple(_equal(scenario) for scenario in WORLDS) if engine == "both" and cases is None else ()
    batches = [
        (name, [(case, full and name == "compiled") for case in chosen(given, name, full=full)])
        for name in (ENGINES if engine == "both" else (engine,))
    ]
    samples = [list(_samples(name, batch)) for name, batch in batches]
    total = sum(len(each) for each in samples)
    checks: list[Check] = []
    done, started = 0, time.monotonic()
    for (name, batch), each in zip(batches, samples, strict=True):
        sightings = _observed(name, each, jobs, _part_of(report, done, total, started))
        done += len(each)
        for case, fine in batch:
            checks += _checks(case, name, sightings[case.name], fine=fine)
    return judged(checks, equal)


def judged(checks: Sequence[Check], equal: Sequence[Check] = ()) -> Proof:
    """Judge the scores one by one and as a set, and the equality of the engines."""
    first: dict[tuple[str, str], float] = {}
    for check in checks:
        first.setdefault((check.case, check.engine), check.z)
    scores, independent = _normal([check.z for check in checks]), _normal(list(first.values()))
    above = round(scores.share_above_3 * scores.n)
    holds = all(check.holds for check in (*checks, *equal))
    holds = holds and above <= max(1, math.floor(SHARE_ABOVE_3_ALLOWED * scores.n))
    return Proof(holds and independent.ks_p >= KS_P_ALLOWED, tuple(checks), scores, independent, tuple(equal))


def _normal(z: Sequence[float]) -> NormalCheck:
    if len(z) > 1:
        return looks_standard_normal(z)
    # The shape of a single score cannot be judged; its size still is.
    return NormalCheck(1, z[0], math.nan, 1.0, float(abs(z[0]) > NOTICED), abs(z[0]))


def observe(sample: Sample, progress: Callable[[float], None] | None = None) -> Sighting:
    """Make one replication and read it; runs in a thread or in another process."""
    if sample.engine == "reference":
        from cxsim.engines.reference import run
    else:
        from cxsim.engines.compiled import run
    evidence = Evidence(sample.plan, run(sample.plan, sample.seed, sample.replication, progress=progress).state)
    return Sighting(tuple(quantity.read(evidence) for quantity in sample.case.quantities), *evidence.observed())


def _equal(scenario: str) -> Check:
    found = parity(scenario)
    different = float(found.differing)
    return Check(
        name=f"Parity of the engines, {scenario}: bytes that differ",
        engine="both",
        exact=0.0,
        simulated=different,
        ci_low=different,
        ci_high=different,
        holds=found.differing == 0,
        case=f"parity-{scenario}",
        quantity="bytes that differ",
        standard_error=0.0,
        z=0.0,
        arrivals=found.rows,
        replications=1,
        allowed_error=0.0,
        counted="log rows",
    )


def _samples(engine: str, batch: Sequence[tuple[Case, bool]]) -> Iterator[Sample]:
    # Replication by replication, so that what is left can be told from what is done.
    plans = [(case, case.plan(full=fine), fine) for case, fine in batch]
    for replication in range(FULL_REPLICATIONS):
        for case, plan, fine in plans:
            if replication < (FULL_REPLICATIONS if fine else REPLICATIONS):
                yield Sample(case, plan, engine, seed_of(case.name, engine), replication)


def _observed(engine: str, samples: Sequence[Sample], jobs: int | None, report: Report | None) -> dict[str, Any]:
    with own_executor(engine, jobs, len(samples)) as (executor, threads):
        # Samples and sightings go where tasks and results of an experiment go.
        found = run_all(cast("Any", samples), executor, cast("Any", observe), threads=threads, report=report)
    sightings: dict[str, list[Sighting]] = {}
    for sample, sighting in zip(samples, found, strict=True):
        if isinstance(sighting, Failure):
            message = f"{sample.case.name}, {engine}, replication {sample.replication}: {sighting.why}"
            raise RunError(message)
        sightings.setdefault(sample.case.name, []).append(cast("Sighting", sighting))
    return sightings


def _part_of(report: Report | None, before: int, total: int, started: float) -> Report | None:
    if report is None:
        return None
    return lambda progress: report(Progress(before + progress.done, total, time.monotonic() - started))


def _checks(case: Case, engine: str, sightings: Sequence[Sighting], *, fine: bool) -> list[Check]:
    values = np.array([sighting.values for sighting in sightings])
    allowed = case.allowed_error(fine=fine)
    width = student_quantile(LEVEL, len(sightings) - 1)
    checks = []
    for quantity, column in zip(case.quantities, values.T, strict=True):
        score = oracle_score(column, quantity.exact)
        half = width * score.standard_error
        checks.append(
            Check(
                name=f"{case.title}: {quantity.name}",
                engine=engine,
                exact=quantity.exact,
                simulated=score.mean,
                ci_low=score.mean - half,
                ci_high=score.mean + half,
                holds=abs(score.z) <= Z_ALLOWED and score.relative_error <= allowed,
                case=case.name,
                quantity=quantity.name,
                standard_error=score.standard_error,
                z=score.z,
                arrivals=sum(sighting.arrivals for sighting in sightings),
                replications=len(sightings),
                allowed_error=allowed,
                counted=sightings[0].counted,
            )
        )
    return checks


__all__ = ["Check", "Proof", "Sample", "Sighting", "all_cases", "chosen", "judged", "verify"]
