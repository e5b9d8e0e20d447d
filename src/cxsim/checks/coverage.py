"""Whether what is promised of intervals and choices holds: experiments repeated on a queue whose answer is known.

The queue is Erlang C (M/M/c) as the compiled engine simulates it, started empty and warmed up for many times the time
in which it forgets its start, 1 / (sqrt(c mu) - sqrt(lambda))² (Cohen 1982). The mean number that waits, a time
average, has its stationary expectation exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxsim.checks.evidence import Evidence
from cxsim.checks.queues import waiting
from cxsim.engines.compiled import run
from cxsim.model.plan import Plan
from cxsim.scenario import load
from cxsim.stats.intervals import Interval, proportion_interval
from cxsim.stats.queueing import mmc
from cxsim.stats.selection import KimNelson

Array = NDArray[np.float64]

RATE: Final = 4.8  # calls a minute; each takes a minute
STAFF: Final = 6
SEED_OF_INTERVALS: Final = 20260101
SEED_OF_CHOICES: Final = 20261001
WAGE: Final = 0.47  # of one more agent, in callers waiting


class Coverage(NamedTuple):
    """How often something that is promised happened.

    Attributes
    ----------
    held : Interval
        Share of the experiments, with its 95 % interval (Wilson).
    exact : float
        What was to be covered, or the index of what was to be chosen.
    runs : int
        Runs in all experiments together.
    """

    held: Interval
    exact: float
    runs: int


def covered(lows: Sequence[float], highs: Sequence[float], exact: float) -> Interval:
    """Return the share of intervals that hold a value, with its own 95 % interval."""
    low, high = np.asarray(lows), np.asarray(highs)
    return proportion_interval(int(np.count_nonzero((low <= exact) & (exact <= high))), low.size)


def line(staff: int, lasts: str) -> Plan:
    """Return Erlang C with some agents: 4 hours of warm-up, then one measured period."""
    values = {"lasts": lasts, "warm_up": "4 h", "calls.rate": f"{RATE:g} a minute", "line.staff": str(staff)}
    plan = load("verification/erlang-c").with_values(values).plan("as-is")
    return plan._replace(period_ends=np.array([0, int(plan.clock[0]["horizon"])], np.int64))


def waiting_in(plan: Plan, seed: int, replications: Sequence[int]) -> Array:
    """Return the mean number waiting in each replication."""
    return np.array([waiting(Evidence(plan, run(plan, seed, number).state)) for number in replications])


def intervals_on_erlang_c(experiments: int = 2000, replications: int = 10) -> tuple[Array, float]:
    """Return the mean number waiting in each replication of each experiment, and its exact value.

    Parameters
    ----------
    experiments, replications : int

    Returns
    -------
    (experiments, replications) float64, float
    """
    plan = line(STAFF, "1 d")
    numbers = range(experiments * replications)
    values = waiting_in(plan, SEED_OF_INTERVALS, numbers).reshape(experiments, replications)
    return values, mmc(RATE, 1.0, STAFF).mean_queue


def choices_on_erlang_c(repetitions: int = 500, confidence: float = 0.95) -> Coverage:
    """Return how often KN finds the cheapest number of agents, at a wage of `WAGE` and a cost of 1 for each who waits.

    Six, seven or eight agents on the same calls; the indifference zone is the exact difference of the two cheapest.

    Parameters
    ----------
    repetitions : int
    confidence : float
    """
    staffs = (STAFF, STAFF + 1, STAFF + 2)
    exact = np.array([mmc(RATE, 1.0, staff).mean_queue + WAGE * staff for staff in staffs])
    delta = float(np.diff(np.sort(exact))[0])
    plans = [line(staff, "2 h") for staff in staffs]
    right = made = 0
    for repetition in range(repetitions):
        kn = KimNelson(len(staffs), delta, confidence, better="lower", first=10)
        while kn.selected is None:
            done = kn.replications
            numbers = range(done, done + (kn.first if not done else min(5, kn.most - done)))
            seed = SEED_OF_CHOICES + repetition
            made += len(numbers) * len(kn.survivors)
            kn.tell([waiting_in(plans[one], seed, numbers) + WAGE * staffs[one] for one in kn.survivors])
        right += kn.selected == int(exact.argmin())
    return Coverage(proportion_interval(right, repetitions), float(exact.argmin()), made)
