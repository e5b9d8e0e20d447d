"""What happened at each touchpoint: the rows of the touchpoints table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxsim.measures import totals
from cxsim.measures.formulas import ratio
from cxsim.measures.waits import wait_quantile
from cxsim.model.plan import MINUTE, Plan
from cxsim.model.state import State

Array = NDArray[np.float64]

COUNTS: Final = (
    "arrivals", "answered", "served", "waited", "abandoned", "turned_away", "closed", "called_back", "unreached",
    "retries", "failures",
)  # fmt: skip


class Desk(NamedTuple):
    """Sums over the run of one plan's touchpoints, each (n_touchpoints, n_classes); times in microseconds."""

    counts: Mapping[str, Array]
    within: Array
    wait_all: Array
    wait_served: Array
    service: Array
    waits: NDArray[np.int64]
    queue: Array
    busy: Array
    duty: Array
    span: float


class DeskMeasure(NamedTuple):
    """One row of the touchpoints table: its unit, where it applies ("any", "staffed", "queue"), and its arithmetic.

    `split` tells whether it is known by class; otherwise only for all customers together.
    """

    unit: str
    where: str
    split: bool
    formula: Callable[[Desk], Array]


def _count(name: str) -> Callable[[Desk], Array]:
    return lambda d: d.counts[name]


def _share(top: str, bottom: str) -> Callable[[Desk], Array]:
    return lambda d: ratio(d.counts[top], d.counts[bottom])


def _ended(d: Desk) -> Array:
    return d.counts["answered"] + d.counts["unreached"] + d.counts["abandoned"] + d.counts["turned_away"]


DESK_MEASURES: Final[Mapping[str, DeskMeasure]] = MappingProxyType(
    {name: DeskMeasure("customers", "any", split=True, formula=_count(name)) for name in COUNTS}
    | {
        "failure_rate": DeskMeasure("share", "any", split=True, formula=_share("failures", "served")),
        "service_mean": DeskMeasure(
            "min",
            "any",
            split=True,
            formula=lambda d: ratio(d.service, (d.counts["served"] + d.counts["unreached"]) * MINUTE),
        ),
        "share_queued": DeskMeasure("share", "staffed", split=True, formula=_share("waited", "arrivals")),
        "wait_mean": DeskMeasure(
            "min", "staffed", split=True, formula=lambda d: ratio(d.wait_served, d.counts["answered"] * MINUTE)
        ),
        "wait_all_mean": DeskMeasure(
            "min", "staffed", split=True, formula=lambda d: ratio(d.wait_all, _ended(d) * MINUTE)
        ),
        "wait_queued_mean": DeskMeasure(
            "min", "staffed", split=True, formula=lambda d: ratio(d.wait_all, d.counts["waited"] * MINUTE)
        ),
        "wait_p90": DeskMeasure("min", "staffed", split=True, formula=lambda d: wait_quantile(d.waits, 0.9) / MINUTE),
        "service_level": DeskMeasure(
            "share", "staffed", split=True, formula=lambda d: ratio(d.within, d.counts["arrivals"])
        ),
        "abandonment_rate": DeskMeasure("share", "queue", split=True, formula=_share("abandoned", "arrivals")),
        "abandonment_of_queued": DeskMeasure("share", "queue", split=True, formula=_share("abandoned", "waited")),
        "queue_mean": DeskMeasure("customers", "staffed", split=False, formula=lambda d: d.queue / d.span),
        "on_duty_mean": DeskMeasure("agents", "staffed", split=False, formula=lambda d: d.duty / d.span),
        "occupancy": DeskMeasure("share", "staffed", split=False, formula=lambda d: ratio(d.busy, d.duty)),
    }
)


def desk_totals(plan: Plan, state: State) -> Desk:
    """Return the sums from time 0 to the horizon at every touchpoint; class 0 holds all customers."""
    periods = totals.periods_of(plan)
    span = float((periods.ends - periods.begins)[periods.first :].sum())
    return desk_sums(state.touch[periods.first :], state.areas[periods.first :], state.waits, span)


def desk_sums(live: NDArray[np.void], areas: NDArray[np.void], waits: NDArray[np.int64], span: float) -> Desk:
    """Return the sums of some periods at every touchpoint; class 0 holds all customers.

    Parameters
    ----------
    live : (n_periods, n_touchpoints, n_classes) TOUCH_TALLY
    areas : (n_periods, n_touchpoints) AREA_TALLY
    waits : (n_touchpoints, n_classes, n_bins) int64
    span : float
        Length of these periods, microseconds.
    """

    def summed(name: str) -> Array:
        sums = live[name].sum(axis=0).astype(np.float64)
        return np.concatenate((sums.sum(axis=-1, keepdims=True), sums), axis=-1)

    def area(name: str) -> Array:
        wide = np.full((live.shape[1], 1 + live.shape[2]), np.nan)
        wide[:, 0] = areas[name].sum(axis=0)
        return wide

    return Desk(
        counts={name: summed(name) for name in COUNTS},
        within=summed("within"),
        wait_all=summed("wait_all"),
        wait_served=summed("wait_served"),
        service=summed("service"),
        waits=np.concatenate((waits.sum(axis=1, keepdims=True), waits), axis=1),
        queue=area("queue"),
        busy=area("busy"),
        duty=area("duty"),
        span=span,
    )
