"""The tidy tables of a study, cell by cell, so that memory does not grow with the number of runs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxsim.experiments.studies.case import AS_IS, Case, Want
from cxsim.experiments.studies.columns import PAYBACK, POLICY_COST, Column, Columns
from cxsim.experiments.studies.lab import DONE
from cxsim.measures.layout import ALL
from cxsim.measures.tables import MEASURES_COLUMNS
from cxsim.scenario.study_fields import THE_START
from cxsim.stats.intervals import student_quantile

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from cxsim.experiments.store.journal import Record
    from cxsim.experiments.studies.runs import Runs
    from cxsim.experiments.studies.study import Placed, Study
    from cxsim.experiments.studies.sweep import Cell, Swept

Array = NDArray[np.float64]

LEVEL: Final = 0.95
# Runs whose tables are made at once.
BLOCK: Final = 500
MISSING: Final = ("missing", "", 0, 0.0)
RUNS_COLUMNS: Final = (
    "point", "world", "policy", "replication", "identity", "status", "why", "events", "wall_s", "replay",
)  # fmt: skip
SUMMARY_COLUMNS: Final = (
    "point", "world", "policy", "measure", "unit", "replications", "mean", "ci_low", "ci_high",
    "difference", "diff_ci_low", "diff_ci_high", "from_written", "from_written_ci_low", "from_written_ci_high",
)  # fmt: skip


class Rows(NamedTuple):
    """The runs of some cells, cell by cell, in each policy by policy.

    Attributes
    ----------
    points, worlds, policies, replications : (n,)
        Runs that ended.
    table : (n, columns) float64
    cost, payback : (n,) float64
        Above as-is in the same world on the same luck; NaN where that did not end.
    written : (n, measures) float64
        Measures of interest of as-is before any lever is pulled, in the same world on the same luck: point 0; NaN where
        there are no levers, or that was not run.
    records : list
        Every run as (point, world, policy, replication, identity, record).
    """

    points: list[int]
    worlds: list[int]
    policies: list[str]
    replications: list[int]
    table: Array
    cost: Array
    payback: Array
    written: Array
    records: list[tuple[int, int, str, int, str, Record | None]]


def blocks_of(cells: Sequence[Cell]) -> Iterator[list[Cell]]:
    """Put cells together whose tables are made at once: about `BLOCK` runs."""
    block: list[Cell] = []
    runs = 0
    for cell in cells:
        block.append(cell)
        runs += len(cell.placed) * cell.replications
        if runs >= BLOCK:
            yield block
            block, runs = [], 0
    if block:
        yield block


def rows_of(made: Swept, cells: Sequence[Cell]) -> Rows:
    """Return the runs of some cells."""
    runs, columns, measures = made.runs, made.runs.lab.columns, made.study.measures
    wanted = [
        (one, Want(one.case, number)) for cell in cells for one in cell.placed for number in range(cell.replications)
    ]
    found = runs.many([want for _, want in wanted])
    bases = [Want(want.case.as_is, want.replication) for _, want in wanted]
    usual = runs.many(bases)
    before = _before(made.study, wanted, runs, usual)
    rows = Rows([], [], [], [], np.zeros(0), np.zeros(0), np.zeros(0), np.zeros(0), [])
    values, cost, repaid, written = [], [], [], []
    for (one, want), record, base, as_is, first in zip(wanted, found, bases, usual, before, strict=True):
        place = one.point, one.world, one.policy, want.replication
        rows.records.append((*place, runs.identity(want), record))
        if record is None or record.status != DONE:
            continue
        for column, value in zip((rows.points, rows.worlds, rows.policies, rows.replications), place, strict=True):
            column.append(value)  # type: ignore[attr-defined]
        own = columns.read(record.values)
        there = None if as_is is None or as_is.status != DONE else columns.read(as_is.values)
        values.append(own)
        cost.append(math.nan if there is None else columns.policy_cost(own, there))
        repaid.append(math.nan if there is None or want == base else columns.payback(own, there))
        start = None if first is None or first.status != DONE else columns.read(first.values)
        written.append([math.nan if start is None else columns.value(name, start, start) for name in measures])
    table = np.array(values).reshape(len(values), len(columns.names))
    apart = np.array(written).reshape(len(values), len(measures))
    return rows._replace(table=table, cost=np.array(cost), payback=np.array(repaid), written=apart)


def _before(
    study: Study, wanted: Sequence[tuple[Placed, Want]], runs: Runs, usual: Sequence[Record | None]
) -> Sequence[Record | None]:
    """Return as-is before any lever is pulled, in the world and on the luck of each run; `usual` is as-is beside it."""
    if not study.levers:
        return [None] * len(wanted)
    if study.levers_from != THE_START:
        return usual
    paths = {factor.path for factor in study.levers}  # from the start they stand among what the world changes

    def start(want: Want) -> Want:
        return Want(Case(AS_IS, tuple(pair for pair in want.case.changes if pair[0] not in paths)), want.replication)

    return runs.many([start(want) for _, want in wanted])


def measures_table(made: Swept, rows: Rows) -> pa.Table:
    """Return rows of `measures.parquet`."""
    import pyarrow as pa

    columns = made.runs.lab.columns
    known = columns.measures()
    above = [name for name in (POLICY_COST, PAYBACK) if name in known]
    labels = [*columns.names[: columns.whole], *(Column(name, columns.firm, ALL) for name in above)]
    more = {POLICY_COST: rows.cost, PAYBACK: rows.payback}
    values = np.column_stack([rows.table[:, : columns.whole], *(more[name] for name in above)])
    count, each = values.shape

    def tiled(texts: Sequence[str]) -> pa.Array:
        return _texts(texts, lambda codes: np.tile(codes, count))

    made_of = {
        "point": np.repeat(np.array(rows.points, np.int64), each),
        "world": np.repeat(np.array(rows.worlds, np.int64), each),
        "policy": _texts(rows.policies, lambda codes: np.repeat(codes, each)),
        "replication": np.repeat(np.array(rows.replications, np.int64), each),
        "firm": tiled([label.firm for label in labels]),
        "segment": tiled([label.segment for label in labels]),
        "measure": tiled([label.measure for label in labels]),
        "value": values.ravel(),
        "unit": tiled([columns.unit(label.measure) for label in labels]),
    }
    return pa.table({name: made_of[name] for name in MEASURES_COLUMNS})


def _texts(texts: Sequence[str], spread: Callable[[NDArray[np.int32]], NDArray[np.int32]]) -> pa.Array:
    """Return a column of texts, of which each is written once and then named by its number."""
    import pyarrow as pa

    names = list(dict.fromkeys(texts)) or [""]
    number = {name: place for place, name in enumerate(names)}
    codes = np.array([number[text] for text in texts], np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(spread(codes)), names).cast(pa.string())


def _of(record: Record) -> tuple[str, str, int, float]:
    return record.status, record.why, record.events, record.wall_s


def _again(command: str, identity: str) -> str:
    return f"{command} --replay {identity}" if command else ""


def runs_table(rows: Rows, command: str) -> pa.Table:
    """Return rows of `runs.parquet`: what became of every run, and the command that makes it again.

    Parameters
    ----------
    rows : Rows
    command : str
        That makes the study; empty for one from Python, whose runs have none.
    """
    import pyarrow as pa

    content = [
        (*place, identity, "missing", "", 0, 0.0, _again(command, identity))
        if record is None
        else (
            *place,
            identity,
            record.status,
            record.why,
            record.events,
            record.wall_s,
            _again(command, identity),
        )
        for *place, identity, record in rows.records
    ]
    whole = {"point", "world", "replication", "events"}
    columns = zip(RUNS_COLUMNS, zip(*content, strict=True), strict=True)
    return pa.table(
        {
            name: pa.array(values, pa.int64() if name in whole else pa.float64() if name == "wall_s" else pa.string())
            for name, values in columns
        }
    )


def summary_rows(made: Swept, cells: Sequence[Cell], rows: Rows) -> Iterator[tuple[Any, ...]]:
    """Yield rows of `summary.csv`: every measure of interest with its t interval, and its paired difference.

    Intervals are of one value each at 95 %; differences are from as-is at the same point, in the same world, on the
    same luck. `from_written` is that from as-is at point 0, before any lever is pulled, paired in the same way.
    """
    columns = made.runs.lab.columns
    keys = zip(rows.points, rows.worlds, rows.policies, rows.replications, strict=True)
    places = {key: place for place, key in enumerate(keys)}
    for cell in cells:
        spots = {
            one.policy: [places.get((one.point, one.world, one.policy, run), -1) for run in range(cell.replications)]
            for one in cell.placed
        }
        for number, measure in enumerate(made.study.measures):
            values = column_of(columns, rows, measure)
            gained = values - rows.written[:, number]
            samples = {}
            for one in cell.placed:
                samples[one.policy] = np.array([values[at] if at >= 0 else math.nan for at in spots[one.policy]])
            for one in cell.placed:
                sample = samples[one.policy]
                alone = one.policy == AS_IS or AS_IS not in samples
                apart = np.full(1, math.nan) if alone else sample - samples[AS_IS]
                # Where nothing is pulled there is nothing above what is written: what a policy does is `difference`.
                above = gained[[at for at in spots[one.policy] if at >= 0 and one.point]]
                yield (
                    one.point, one.world, one.policy, measure, columns.unit(measure), int(np.isfinite(sample).sum()),
                    *interval(sample), *interval(apart), *interval(above),
                )  # fmt: skip


def column_of(columns: Columns, rows: Rows, measure: str) -> Array:
    """Return a measure of our firm and all customers, of the runs that ended."""
    if measure == POLICY_COST:
        return rows.cost
    if measure == PAYBACK:
        return rows.payback
    place = columns.place(measure)
    return np.full(len(rows.policies), math.nan) if place is None else rows.table[:, place]


def interval(values: Array, level: float = LEVEL) -> tuple[float, float, float]:
    """Return mean and t interval of the values that are there; NaN where there are too few."""
    sample = values[np.isfinite(values)]
    if not sample.size:
        return math.nan, math.nan, math.nan
    mean = float(sample.mean())
    if sample.size == 1:
        return mean, math.nan, math.nan
    half = student_quantile(level, sample.size - 1) * float(sample.std(ddof=1)) / math.sqrt(sample.size)
    return mean, mean - half, mean + half


def summary_table(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    """Return `summary.csv`."""
    import pandas as pd

    return pd.DataFrame(rows, columns=list(SUMMARY_COLUMNS))
