"""What a policy costs: wages of the staff on duty, and the cost that is written in the policy; when it has paid."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxsim.model import plan as pl
from cxsim.model.plan import Plan

if TYPE_CHECKING:
    import numpy.typing as npt


ROUNDING: Final = 1e-9


class WrittenCost(NamedTuple):
    """Cost of a policy, or of a part of one, on top of what the model counts.

    Attributes
    ----------
    firm : int
        Who pays it.
    once : float
        Paid at `begin`.
    yearly : float
        Paid evenly from `begin` to `end`, for each 365 days.
    begin, end : int
        Microseconds since the start.
    """

    firm: int
    once: float = 0.0
    yearly: float = 0.0
    begin: int = 0
    end: int = int(pl.NEVER)


def lever_mean(plan: Plan, slot: int, begin: int, end: int) -> float:
    """Return the time mean of a lever over [begin, end), as moved by the plan's policy; first segment.

    Parameters
    ----------
    plan : Plan
    slot : int
        Row of the lever table.
    begin, end : int
        Microseconds; `begin` < `end`.
    """
    moves = plan.changes[(plan.changes["slot"] == slot) & (plan.changes["segment"] == 0) & (plan.changes["time"] < end)]
    before = moves[moves["time"] <= begin]
    value = float(before["value"][-1]) if before.size else float(plan.levers[slot, 0])
    area, since = 0.0, begin
    for move in moves[moves["time"] > begin]:
        area += value * float(move["time"] - since)
        value, since = float(move["value"]), int(move["time"])
    return (area + value * float(end - since)) / float(end - begin)


def wages(plan: Plan, duty: NDArray[np.int64], begins: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the wages of every firm in every period: hours on duty times the hourly wage.

    Parameters
    ----------
    plan : Plan
    duty : (n_periods, n_touchpoints) int64
        Agent microseconds on duty.
    begins : (n_periods,) int64
        Begins of the periods; `plan.period_ends` ends them.

    Returns
    -------
    (n_periods, n_firms) float64
        In the scenario's currency. Within a period the mean wage is used.
    """
    paid = np.zeros((begins.size, plan.firms.size))
    for firm in range(plan.firms.size):
        slot = int(plan.firms[firm]["levers"]) + pl.FIRM_WAGES
        own = plan.touchpoints["firm"] == firm
        hours = duty[:, own].sum(axis=1) / pl.HOUR
        for period in range(begins.size):
            if hours[period] > 0.0:
                mean = lever_mean(plan, slot, int(begins[period]), int(plan.period_ends[period]))
                paid[period, firm] = hours[period] * mean
    return paid


def written(plan: Plan, costs: Sequence[WrittenCost], begins: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the written costs that fall into every period, (n_periods, n_firms), scenario's currency."""
    due = np.zeros((begins.size, plan.firms.size))
    ends = plan.period_ends
    for cost in costs:
        overlap = np.minimum(ends, cost.end) - np.maximum(begins, cost.begin)
        due[:, cost.firm] += np.clip(overlap, 0, None) / pl.YEAR * cost.yearly
        due[:, cost.firm] += np.where((begins <= cost.begin) & (cost.begin < ends), cost.once, 0.0)
    return due


def payback(profit: npt.ArrayLike, as_is: npt.ArrayLike, ends: npt.ArrayLike | None = None) -> float:
    """Return after how many months the cumulative profit above as-is stays at 0 or above.

    Parameters
    ----------
    profit, as_is : (n_periods,)
        Profit of each period from the start on, under the policy and under as-is with the same luck.
    ends : (n_periods,), optional
        Months from the start to the end of each period; 1, 2, ... by default.

    Returns
    -------
    float
        Months from the start; 0 where it never falls below as-is, NaN where it is below at the end (or not known).
        Within a period the sum is not known, so that a period counts when it is over.
    """
    more = np.cumsum(np.asarray(profit, dtype=np.float64) - np.asarray(as_is, dtype=np.float64))
    months = np.arange(1.0, more.size + 1.0) if ends is None else np.asarray(ends, dtype=np.float64)
    # A sum that rounding leaves a hair below zero owes nothing.
    owes = np.flatnonzero(more < -ROUNDING * np.maximum.accumulate(np.abs(more)))
    if np.isnan(more).any() or (owes.size and owes[-1] == more.size - 1):
        return math.nan
    return float(months[owes[-1] + 1]) if owes.size else 0.0
