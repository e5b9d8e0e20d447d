"""Which rows a scenario's tables have. They are the same for every run; a run only brings the values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxsim.measures import totals
from cxsim.measures.catalog import ABOVE_AS_IS, CATALOG, FROM_START, LOST, TOGETHER_IN_TIME, WHOLE_RUN
from cxsim.measures.desks import DESK_MEASURES
from cxsim.model.plan import YEAR, Plan

Index = NDArray[np.intp]
ALL = "all"


class Names(NamedTuple):
    """What a plan's numbers are called, each in plan order.

    `sources` are the anonymous sources of callers; `policy_firm` is the number of the firm that policies change.
    """

    firms: tuple[str, ...]
    segments: tuple[str, ...]
    sources: tuple[str, ...]
    touchpoints: tuple[str, ...]
    currency: str
    policy_firm: int = 0

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes: all, the segments, the sources."""
        return (ALL, *self.segments, *self.sources)


class Layout(NamedTuple):
    """Rows of the tables as index columns: measure, period, firm, class, touchpoint and reason by number.

    Attributes
    ----------
    names : Names
    measures : (n, 3)
        Measure (position in the catalog), firm, class.
    timeseries : (n, 4)
        Measure, period, firm, class.
    touchpoints : (n, 3)
        Measure (position in `DESK_MEASURES`), touchpoint, class.
    cohorts : (n, 4)
        Bin, firm, class, reason.
    periods : (n_periods, 2) int64
        Number of each period (the first after time 0 is 1, warm-up is 0 and below) and its end, microseconds.
    touchpoint_firm : (n_touchpoints,)
    """

    names: Names
    measures: Index
    timeseries: Index
    touchpoints: Index
    cohorts: Index
    periods: NDArray[np.int64]
    touchpoint_firm: Index


def layout_of(plan: Plan, names: Names) -> Layout:
    """Return the rows that runs of a plan fill."""
    periods = totals.periods_of(plan)
    numbers = np.arange(periods.ends.size) - periods.first + 1
    rows = [
        (position, firm, class_)
        for position, name in enumerate(CATALOG)
        if _exists(name, plan)
        for firm in range(plan.firms.size)
        for class_ in _classes(plan, names, firm, CATALOG[name].scope)
    ]
    catalog = list(CATALOG)
    in_time = [
        (position, period, firm, class_)
        for position, firm, class_ in rows
        if catalog[position] not in WHOLE_RUN and (class_ == 0 or catalog[position] not in TOGETHER_IN_TIME)
        for period in range(periods.first if catalog[position] in FROM_START else 0, numbers.size)
    ]
    return Layout(
        names=names,
        measures=_index(rows, 3),
        timeseries=_index(in_time, 4),
        touchpoints=_index(_desk_rows(plan), 3),
        cohorts=_index(_cohort_rows(plan, periods), 4),
        periods=np.column_stack((numbers, periods.ends)).astype(np.int64),
        touchpoint_firm=plan.touchpoints["firm"].astype(np.intp),
    )


def _index(rows: Sequence[tuple[int, ...]], width: int) -> Index:
    return np.array(rows, dtype=np.intp).reshape(len(rows), width)


def _exists(name: str, plan: Plan) -> bool:
    if name == "retention_1y":
        return int(plan.period_ends[-1]) >= YEAR
    return name not in ABOVE_AS_IS


def _has_people(plan: Plan) -> bool:
    return int(plan.market[0]["n_persons"]) > 0


def _segments(plan: Plan) -> list[int]:
    """Classes of the segments, where there is more than one: a single one is the same as all."""
    return list(range(1, 1 + plan.segments.size)) if _has_people(plan) and plan.segments.size > 1 else []


def _sources(plan: Plan, firm: int) -> list[int]:
    own = plan.contacts[(plan.contacts["anonymous"] == 1) & (plan.contacts["firm"] == firm)]
    return [1 + int(class_) for class_ in own["class_"]]


def _classes(plan: Plan, names: Names, firm: int, scope: str) -> list[int]:
    """Classes for which a firm has a measure of this scope."""
    if scope == "policy":
        return [0] if firm == names.policy_firm else []
    if scope in {"queue", "visits"}:
        chosen = totals.queueing(plan) if scope == "queue" else totals.visiting(plan)
        if not (chosen & (plan.touchpoints["firm"] == firm)).any():
            return []
        return [0, *_segments(plan), *_sources(plan, firm)]
    if scope == "firm":
        return [0] if (totals.staffed(plan) & (plan.touchpoints["firm"] == firm)).any() else []
    if not _has_people(plan):
        return []
    return [0, *_segments(plan)] if scope == "people" else [0]


def _desk_rows(plan: Plan) -> list[tuple[int, ...]]:
    places = {
        "any": np.ones(plan.touchpoints.size, dtype=bool),
        "staffed": totals.staffed(plan),
        "queue": totals.queueing(plan),
    }
    return [
        (position, touchpoint, class_)
        for position, measure in enumerate(DESK_MEASURES.values())
        for touchpoint in np.flatnonzero(places[measure.where]).tolist()
        for class_ in (
            [0, *_segments(plan), *_sources(plan, int(plan.touchpoints[touchpoint]["firm"]))] if measure.split else [0]
        )
    ]


def _cohort_rows(plan: Plan, periods: totals.Periods) -> list[tuple[int, ...]]:
    if not _has_people(plan):
        return []
    return [
        (at, firm, class_, reason)
        for at in range(periods.ends.size - periods.first)
        for firm in range(plan.firms.size)
        for class_ in [0, *_segments(plan)]
        for reason in range(len(LOST))
    ]
