"""Runs turned into tidy tables: the columns that everything above reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxsim.measures.catalog import CATALOG, LOST_TITLES, unit_of
from cxsim.measures.cohorts import lost_by_reason, starting_cohort, with_those_who_stopped
from cxsim.measures.desks import DESK_MEASURES, desk_totals
from cxsim.measures.formulas import FORMULAS, ratio
from cxsim.measures.layout import Layout
from cxsim.measures.lifetime import lifetime_value
from cxsim.measures.money import WrittenCost
from cxsim.measures.totals import (
    Totals,
    by_period,
    for_everybody,
    periods_of,
    queueing,
    recorded_until,
    whole_run,
)
from cxsim.measures.waits import wait_quantile
from cxsim.model.plan import DAY, MINUTE, YEAR, Plan
from cxsim.model.state import State

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]

SCHEMA: Final = 1
RUN_COLUMNS: Final = ("point", "world", "policy", "replication")
MEASURES_COLUMNS: Final = (*RUN_COLUMNS, "firm", "segment", "measure", "value", "unit")
TIMESERIES_COLUMNS: Final = (*RUN_COLUMNS, "firm", "segment", "period", "time_days", "measure", "value", "unit")
TOUCHPOINTS_COLUMNS: Final = (*RUN_COLUMNS, "firm", "segment", "touchpoint", "measure", "value", "unit")
RECORDS_COLUMNS: Final = (*RUN_COLUMNS, "firm", "measure", "value", "unit")
COHORTS_COLUMNS: Final = (*RUN_COLUMNS, "firm", "segment", "tenure_days", "at_risk", "left", "censored", "reason")


class Values(NamedTuple):
    """What one run brings to the rows of a `Layout`, in their order.

    `cohorts` has the columns at risk, left, censored; `recorded` has a row for each measure of the catalog and a
    column for each firm.
    """

    measures: Array
    timeseries: Array
    touchpoints: Array
    cohorts: NDArray[np.int64]
    recorded: Array


class Run(NamedTuple):
    """One run's place in the tables, with its values."""

    policy: str
    replication: int
    values: Values
    point: int = 0
    world: int = 0


class Frames(NamedTuple):
    """The tidy tables, with exactly the columns named `*_COLUMNS`.

    `records` has the measures of the time that records describe: the first year, or until a new firm comes.
    """

    measures: pd.DataFrame
    timeseries: pd.DataFrame
    touchpoints: pd.DataFrame
    cohorts: pd.DataFrame
    records: pd.DataFrame


def values_of(plan: Plan, state: State, layout: Layout, costs: Sequence[WrittenCost] = ()) -> Values:
    """Return what a run brings to its tables.

    Parameters
    ----------
    plan : Plan
        The plan that was run.
    state : State
        Its final state.
    layout : Layout
        Rows, of this plan or of the same scenario under another policy.
    costs : sequence of WrittenCost
        What the policy and its parts cost on top of what the model counts; nothing by default.
    """
    periods = periods_of(plan)
    in_time = for_everybody(plan, with_those_who_stopped(plan, state, by_period(plan, state, costs)))
    total = whole_run(in_time, periods.first)
    known = whole_run(in_time, periods.first, recorded_until(plan, periods))
    whole = np.full((len(CATALOG), *total.span.shape), np.nan)
    recorded = np.full((len(CATALOG), plan.firms.size), np.nan)
    each = np.full((len(CATALOG), *in_time.span.shape), np.nan)
    for position, name in enumerate(CATALOG):
        if name in FORMULAS:
            whole[position] = FORMULAS[name](total)
            each[position] = FORMULAS[name](in_time)
            recorded[position] = FORMULAS[name](known)[:, 0]
    catalog = list(CATALOG)
    whole[catalog.index("wait_p90")] = _slow_wait(plan, state)
    for name, shares in lost_by_reason(plan, state).items():
        whole[catalog.index(name), :, : shares.shape[1]] = shares
    live = periods.ends[periods.first :]
    whole[catalog.index("clv")] = lifetime_value(in_time, live, plan.segments.size)
    if periods.ends[-1] >= YEAR:
        whole[catalog.index("retention_1y")] = _after_a_year(in_time, live)
    desks = desk_totals(plan, state)
    at_desks = np.array([measure.formula(desks) for measure in DESK_MEASURES.values()])
    at_risk, left, censored = starting_cohort(plan, state)
    bins, firms, classes, reasons = layout.cohorts.T
    place = bins, firms, classes
    return Values(
        measures=whole[tuple(layout.measures.T)],
        timeseries=each[tuple(layout.timeseries.T)],
        touchpoints=at_desks[tuple(layout.touchpoints.T)],
        cohorts=np.column_stack((at_risk[place], left[*place, reasons], censored[place])),
        recorded=recorded,
    )


def _slow_wait(plan: Plan, state: State) -> Array:
    chosen = queueing(plan)
    counts = np.array(
        [state.waits[chosen & (plan.touchpoints["firm"] == firm)].sum(axis=0) for firm in range(plan.firms.size)]
    )
    counts = np.concatenate((counts.sum(axis=1, keepdims=True), counts), axis=1)
    return wait_quantile(counts, 0.9) / MINUTE


def _after_a_year(in_time: Totals, ends: NDArray[np.int64]) -> Array:
    """Read retention one year after the start, between the ends of two periods by a straight line."""
    base = in_time.base[0]
    kept = np.concatenate((base[None], in_time.kept[-ends.size :]))
    times = np.concatenate(([0], ends))
    at = int(np.searchsorted(times, YEAR))
    part = (YEAR - times[at - 1]) / (times[at] - times[at - 1])
    return ratio(kept[at - 1] * (1.0 - part) + kept[at] * part, base)


def frames_of(layout: Layout, runs: Sequence[Run]) -> Frames:
    """Return the tables of many runs, runs in the order given.

    Parameters
    ----------
    layout : Layout
        Shared by all runs.
    runs : sequence of Run
    """
    import pandas as pd

    names = layout.names
    classes = np.array(names.classes, dtype=object)
    firms = np.array(names.firms, dtype=object)
    catalog = np.array(list(CATALOG), dtype=object)
    units = np.array([unit_of(name, names.currency) for name in CATALOG], dtype=object)
    desk_names = np.array(list(DESK_MEASURES), dtype=object)
    desk_units = np.array([measure.unit for measure in DESK_MEASURES.values()], dtype=object)

    def table(columns: Sequence[str], rows: int, given: dict[str, NDArray[np.generic]]) -> pd.DataFrame:
        made: dict[str, object] = {
            "point": np.repeat([run.point for run in runs], rows).astype(np.int64),
            "world": np.repeat([run.world for run in runs], rows).astype(np.int64),
            "policy": np.repeat(np.array([run.policy for run in runs], dtype=object), rows),
            "replication": np.repeat([run.replication for run in runs], rows).astype(np.int64),
        }
        for name, values in given.items():
            made[name] = np.tile(values, len(runs)) if values.size == rows and values.ndim == 1 else values.ravel()
        return pd.DataFrame(made)[list(columns)]

    def stacked(field: str) -> NDArray[np.generic]:
        # One more axis than the rows, so that a single run is not taken for a column to repeat.
        return np.array([getattr(run.values, field) for run in runs])

    m, t, d, c = layout.measures.T, layout.timeseries.T, layout.touchpoints.T, layout.cohorts.T
    cohorts = stacked("cohorts").reshape(len(runs), -1, 3)
    bins = layout.periods[layout.periods[:, 0] >= 1]
    return Frames(
        measures=table(
            MEASURES_COLUMNS,
            m.shape[1],
            {"firm": firms[m[1]], "segment": classes[m[2]], "measure": catalog[m[0]], "unit": units[m[0]]}
            | {"value": stacked("measures")},
        ),
        timeseries=table(
            TIMESERIES_COLUMNS,
            t.shape[1],
            {"firm": firms[t[2]], "segment": classes[t[3]], "measure": catalog[t[0]], "unit": units[t[0]]}
            | {"period": layout.periods[t[1], 0], "time_days": layout.periods[t[1], 1] / DAY}
            | {"value": stacked("timeseries")},
        ),
        touchpoints=table(
            TOUCHPOINTS_COLUMNS,
            d.shape[1],
            {"firm": firms[layout.touchpoint_firm[d[1]]], "segment": classes[d[2]]}
            | {"touchpoint": np.array(names.touchpoints, dtype=object)[d[1]]}
            | {"measure": desk_names[d[0]], "unit": desk_units[d[0]], "value": stacked("touchpoints")},
        ),
        cohorts=table(
            COHORTS_COLUMNS,
            c.shape[1],
            {"firm": firms[c[1]], "segment": classes[c[2]], "tenure_days": bins[c[0], 1] / DAY}
            | {"reason": np.array(LOST_TITLES, dtype=object)[c[3]]}
            | {"at_risk": cohorts[:, :, 0], "left": cohorts[:, :, 1], "censored": cohorts[:, :, 2]},
        ),
        records=table(
            RECORDS_COLUMNS,
            catalog.size * firms.size,
            {"firm": np.tile(firms, catalog.size), "measure": np.repeat(catalog, firms.size)}
            | {"unit": np.repeat(units, firms.size), "value": stacked("recorded")},
        ),
    )
