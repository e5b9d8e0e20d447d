"""Exact results of queueing theory against simulated ones: `cxsim verify`."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from cxsim.engines.compiled import run
from cxsim.model.plan import MINUTE
from cxsim.scenario import load
from cxsim.stats.design import oracle_score
from cxsim.stats.intervals import student_quantile
from cxsim.stats.queueing import erlang_a, mmc

SEED = 20_260_101
REPLICATIONS = 20
MOST_Z = 4.0


class Check(NamedTuple):
    """One exact value and the interval that was simulated for it."""

    name: str
    engine: str
    exact: float
    simulated: float
    ci_low: float
    ci_high: float
    holds: bool


class Proof(NamedTuple):
    """All checks; `holds` only if each does."""

    holds: bool
    checks: tuple[Check, ...]


def verify(*, full: bool = False, progress: Callable[[str], None] | None = None) -> Proof:
    """Run the oracles on fixed seeds.

    Parameters
    ----------
    full : bool
        Four times the replications.
    progress : callable, optional
        Called with a line per oracle.
    """
    replications = REPLICATIONS * (4 if full else 1)
    checks: list[Check] = []
    exact_a = erlang_a(10.0, 1.0, 0.5, 10)
    exact_c = mmc(8.0, 1.0, 10)
    cases = (
        ("erlang-c", "Erlang C, mean wait of 8/1/10, minutes", exact_c.mean_wait),
        ("erlang-a", "Erlang A, mean wait of 10/1/.5/10, minutes", exact_a.mean_wait),
    )
    for name, title, exact in cases:
        if progress is not None:
            progress(title)
        plan = load(f"verification/{name}").plan()
        waits = []
        for replication in range(replications):
            tally = run(plan, SEED, replication).state.touch[:, 0, :]
            waits.append(float(tally["wait_all"].sum() / tally["arrivals"].sum()) / MINUTE)
        score = oracle_score(np.array(waits), exact)
        half = student_quantile(0.95, replications - 1) * score.standard_error
        holds = abs(score.z) <= MOST_Z
        checks.append(Check(title, "compiled", exact, score.mean, score.mean - half, score.mean + half, holds))
    return Proof(all(check.holds for check in checks), tuple(checks))
