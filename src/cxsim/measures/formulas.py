"""The arithmetic of every measure that is made of totals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cxsim.measures.totals import Totals
from cxsim.model.plan import MINUTE, MONTH, YEAR

Array = NDArray[np.float64]
PER_CUSTOMERS: Final = 100.0


def ratio(top: Array, bottom: Array) -> Array:
    """Divide; NaN where there is nothing to divide by."""
    empty = np.full(np.broadcast_shapes(top.shape, bottom.shape), np.nan)
    return np.asarray(np.divide(top, bottom, out=empty, where=bottom > 0))


def _ended_waits(t: Totals) -> Array:
    return t.answered + t.unreached + t.abandoned + t.turned_away


def _market_share(t: Totals) -> Array:
    return ratio(t.customers, t.customers.sum(axis=-2, keepdims=True) + 0.0 * t.customers)


def _net_promoters(t: Totals) -> Array:
    return 100.0 * ratio(t.promoters - t.detractors, t.promoters + t.passives + t.detractors)


def _profit(t: Totals) -> Array:
    return t.revenue - t.variable_cost - t.wages - t.written_cost


FORMULAS: Final[Mapping[str, Callable[[Totals], Array]]] = MappingProxyType(
    {
        "retention": lambda t: ratio(t.kept, t.base),
        "never_left": lambda t: ratio(t.never_left, t.base),
        "churn": lambda t: ratio(t.left * MONTH, t.customer_time),
        "involuntary_churn": lambda t: ratio(t.left_involuntary * MONTH, t.customer_time),
        "market_share": _market_share,
        "customers": lambda t: t.customers,
        "nps_true": _net_promoters,
        "csat_true": lambda t: ratio(t.satisfied, t.episodes),
        "satisfaction": lambda t: ratio(t.satisfaction, t.episodes),
        "recommendations": lambda t: ratio(PER_CUSTOMERS * t.told_good * YEAR, t.customer_time),
        "warnings": lambda t: ratio(PER_CUSTOMERS * t.told_bad * YEAR, t.customer_time),
        "won_by_recommendation": lambda t: ratio(t.won_by_talk * YEAR, t.span),
        "wait_mean": lambda t: ratio(t.wait_served, t.answered * MINUTE),
        "wait_all_mean": lambda t: ratio(t.wait_all, _ended_waits(t) * MINUTE),
        "share_queued": lambda t: ratio(t.waited, t.arrivals),
        "service_level": lambda t: ratio(t.within, t.arrivals),
        "abandonment_rate": lambda t: ratio(t.abandoned, t.arrivals),
        "failures": lambda t: ratio(t.failed * YEAR, t.customer_time),
        "solved_rate": lambda t: ratio(t.solved, t.episodes),
        "revenue": lambda t: t.revenue,
        "variable_cost": lambda t: t.variable_cost,
        "wages": lambda t: t.wages,
        "written_cost": lambda t: t.written_cost,
        "profit": _profit,
        "occupancy": lambda t: ratio(t.busy, t.duty),
    }
)
