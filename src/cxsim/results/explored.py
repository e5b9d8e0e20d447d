"""What the charts of the report that respond are made of: statistics of many measures, firms, segments and months."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from cxsim.charts.style import looks
from cxsim.charts.text import named
from cxsim.charts.words import label, said
from cxsim.experiments.contrast import INFERRED, LEVEL
from cxsim.measures.catalog import CATALOG, FROM_START, SHARE, Measure
from cxsim.measures.layout import ALL
from cxsim.model.plan import DAY, MONTH
from cxsim.report.explorer import Choice, Explorer, rounded
from cxsim.results.facts import Facts
from cxsim.results.report_tables import USUAL
from cxsim.results.wording import FEW_RUNS, PER_100
from cxsim.stats.intervals import student_quantile

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]

MOST_MEASURES: Final = 60
ROOM: Final = 480_000  # numbers in a page: at most three and a half million letters
MONTHS_FROM: Final = 3.0  # a shorter run is told in days
STATE: Final = "last"  # how things stand at the end of a period
WHOLE: Final = 0.9  # of the usual length of a period: February is whole, the last days of a year are not
A_MONTH: Final = "share a month"
ASKED: Final = label("asked for")
OFTEN: Final = label("usual")
PARTED: Final = label("others in which policies differ")
NUMBERS: Final = ("mean", "low", "high", "gap", "gap_low", "gap_high", "best")
IN_TIME: Final = ("mean", "half", "gap", "gap_half")
DIGITS: Final = {"mean": 5, "low": 5, "high": 5, "gap": 4, "gap_low": 4, "gap_high": 4, "best": 3}


def explorer_of(facts: Facts) -> Explorer | None:
    """Return what can be explored: measures that are asked for, usual, or in which policies differ.

    Parameters
    ----------
    facts : Facts

    Returns
    -------
    Explorer or None
        None where nothing was measured.
    """
    names = _measures(facts)
    if not names:
        return None
    firms = [facts.firm, *(name for name in facts.experiment.layout.names.firms if name != facts.firm)]
    segments = _segments(facts)
    means = _means(facts, list(names), firms, segments)
    firms = _used(firms, means["firm"])
    room = ROOM - len(means["mean"]) * len(NUMBERS)
    in_time, left_out = _in_time(facts, list(names), firms, segments, room)
    is_cut = bool(_cut_short(in_time["at"]).any())
    unit, at = _axis(in_time.pop("at"))
    fork = facts.experiment.fork_at
    begin = facts.experiment.scenario.time(fork) / (MONTH if unit == "months" else DAY) if fork else math.nan
    return Explorer(
        measures=[_choice(facts, name, group) for name, group in names.items()],
        firms=firms,
        segments=segments,
        policies=list(map(named, facts.policies)),
        firm=facts.firm,
        reference=named(facts.reference),
        looks={named(policy): look for policy, look in looks(facts.policies, facts.reference).items()},
        replications=facts.experiment.replications,
        means=means,
        time={"at": at, **in_time},
        time_unit=unit,
        begin=begin,
        cut=is_cut,
        left_out=left_out,
        counted=facts.experiment.replications < FEW_RUNS,
    )


def _measures(facts: Facts) -> dict[str, str]:
    """Name the measures with their group, most important first; of the rest those in which policies differ."""
    found = dict.fromkeys(facts.wanted, ASKED)
    found |= {name: OFTEN for name in USUAL if name not in found and facts.has(name)}
    for name in CATALOG:
        rows = [facts.row(name, policy) for policy in facts.others]
        if name not in found and any(row is not None and math.isfinite(row.mean) and not row.tie for row in rows):
            found[name] = PARTED
    return dict(list(found.items())[:MOST_MEASURES])


def _segments(facts: Facts) -> list[str]:
    seen = [str(name) for name in facts.contrast["segment"].drop_duplicates()]
    return [ALL, *(name for name in seen if name != ALL)]


def _used(firms: list[str], numbers: Sequence[int]) -> list[str]:
    """Leave out firms at the end of which nothing is known: one that never comes."""
    return firms[: max(numbers, default=0) + 1]


def _choice(facts: Facts, name: str, group: str) -> Choice:
    measure = CATALOG[name]
    unit, gap = _units(measure, facts.currency)
    factor = _factor(measure)
    of = {"whom": said(measure.whom), "until": said(measure.until)}
    whom = said("Of {whom}, {until}.", **of)
    if measure.per:
        whom = said("Of {whom}, per {per}, {until}.", per=said(measure.per), **of)
    start = PER_100 if name in FROM_START else math.nan
    ends = factor * measure.least, factor * measure.most
    state = measure.aggregates == STATE
    return Choice(
        name, said(measure.title), said(group), said(unit), said(gap), measure.better, whom, *ends, start, state
    )


def _factor(measure: Measure) -> float:
    return PER_100 if measure.unit in {SHARE, A_MONTH} else 1.0


def _units(measure: Measure, currency: str) -> tuple[str, str]:
    """Return the unit of values and of differences; a difference of shares is never called per cent."""
    if measure.unit == SHARE:
        return "%", "percentage points"
    if measure.unit == A_MONTH:
        return "% a month", "percentage points a month"
    unit = currency if measure.unit == "money" else measure.unit
    return unit, unit


# ------------------------------------------------------------------------------------------------------------- means


def _means(facts: Facts, names: list[str], firms: list[str], segments: list[str]) -> dict[str, list[Any]]:
    """Return the rows of `comparison.csv` as columns, one group of policies after the other."""
    table = facts.contrast
    own = table[table["measure"].isin(names)]
    cells: dict[tuple[int, int, int], dict[str, Mapping[str, Any]]] = {}
    for row in own.to_dict("records"):
        key = names.index(row["measure"]), firms.index(row["firm"]), segments.index(row["segment"])
        cells.setdefault(key, {})[row["policy"]] = {str(name): value for name, value in row.items()}
    found: dict[str, list[Any]] = {name: [] for name in ("measure", "firm", "segment", "inferred", *NUMBERS)}
    counts = _best_runs(facts, names) if facts.experiment.replications < FEW_RUNS else {}
    for key in sorted(cells):
        rows = [cells[key].get(policy, {}) for policy in facts.policies]
        if not any(math.isfinite(row.get("mean", math.nan)) for row in rows):
            continue
        inferred = any(row.get("origin") == INFERRED for row in rows)
        for column, number in zip(("measure", "firm", "segment"), key, strict=True):
            found[column].append(number)
        found["inferred"].append(int(inferred))
        factor = _factor(CATALOG[names[key[0]]])
        numbers = _numbers(rows, factor, inferred=inferred)
        counted = counts.get((names[key[0]], firms[key[1]], segments[key[2]]), {})
        if counted:
            known = zip(facts.policies, numbers["best"], strict=True)
            numbers["best"] = [counted[policy] if math.isfinite(best) else math.nan for policy, best in known]
        for column, values in numbers.items():
            found[column] += rounded(values, DIGITS[column])
    return found


def _best_runs(facts: Facts, names: list[str]) -> dict[tuple[str, str, str], dict[str, float]]:
    """Return in how many runs no other policy is better, by measure, firm and segment."""
    table = facts.experiment.frames.measures
    own = table[table["measure"].isin(names)]
    found = {}
    for key, part in own.groupby(["measure", "firm", "segment"], sort=False):
        wide = part.pivot_table(index="replication", columns="policy", values="value", dropna=False)
        good = facts.goodness(str(key[0]), 1.0) * wide
        at_best = good.ge(good.max(axis=1), axis=0).sum()
        found[str(key[0]), str(key[1]), str(key[2])] = {
            policy: float(at_best.get(policy, 0)) for policy in facts.policies
        }
    return found


def _numbers(rows: list[Mapping[str, Any]], factor: float, *, inferred: bool) -> dict[str, list[float]]:
    """Return values, and differences where they may be judged."""
    sources = ("mean", "ci_low", "ci_high", "difference", "diff_ci_low", "diff_ci_high", "probability_best")
    found = {}
    for column, source in zip(NUMBERS, sources, strict=True):
        scale = 1.0 if column == "best" else factor
        hidden = inferred and column.startswith("gap")
        found[column] = [math.nan if hidden else scale * float(row.get(source, math.nan)) for row in rows]
    return found


# --------------------------------------------------------------------------------------------------------- over time


def _in_time(
    facts: Facts, names: list[str], firms: list[str], segments: list[str], room: int
) -> tuple[dict[str, list[Any]], int]:
    """Return means and paired differences by period as columns, and how many series had no room.

    Segments are told of our firm only. Intervals are pointwise: 95 % for each policy and period by itself. What
    happened in a period that is cut short is left out: it would look like a fall.
    """
    series = facts.experiment.frames.timeseries
    chosen = series["measure"].isin(names) & (series["period"] >= 1) & series["firm"].isin(firms)
    chosen &= (series["firm"] == facts.firm) | (series["segment"] == ALL)
    table = series[chosen]
    found: dict[str, list[Any]] = {name: [] for name in ("at", "measure", "firm", "segment", *IN_TIME)}
    if table.empty:
        return found, 0
    times = table.groupby("period")["time_days"].first().sort_index()
    found["at"] = times.to_numpy(np.float64).tolist()
    groups, cube = _cube(facts, table, names, firms, segments, list(times.index))
    cut = _cut_short(found["at"])
    left_out = 0
    for key in sorted(groups, key=lambda key: (key[0], key[1] > 0, key[2] > 0, key)):
        measure = CATALOG[names[key[0]]]
        values = _factor(measure) * cube[groups[key]]
        if measure.aggregates != STATE:
            values[:, cut] = math.nan
        if not np.isfinite(values).any():
            continue
        if (len(found["mean"]) + values[..., 0].size) * len(IN_TIME) > room:
            left_out += 1
            continue
        for column, number in zip(("measure", "firm", "segment"), key, strict=True):
            found[column].append(number)
        _add(found, values, facts.policies.index(facts.reference))
    return found, left_out


def _cube(
    facts: Facts, table: pd.DataFrame, names: list[str], firms: list[str], segments: list[str], periods: list[int]
) -> tuple[dict[tuple[int, int, int], int], Array]:
    """Return the place of each group, and values as (group, policy, period, replication)."""

    def coded(column: str, values: Sequence[Any]) -> NDArray[np.int64]:
        numbers = {value: number for number, value in enumerate(values)}
        return table[column].map(numbers).to_numpy(np.int64)

    measure, firm, segment = coded("measure", names), coded("firm", firms), coded("segment", segments)
    joined = (measure * len(firms) + firm) * len(segments) + segment
    keys, group = np.unique(joined, return_inverse=True)
    runs = sorted(set(table["replication"]))
    cube = np.full((keys.size, len(facts.policies), len(periods), len(runs)), np.nan)
    place = coded("policy", facts.policies), coded("period", periods), coded("replication", runs)
    cube[group, *place] = table["value"].to_numpy(np.float64)
    parts = [
        (int(key) // len(segments) // len(firms), int(key) // len(segments) % len(firms), int(key) % len(segments))
        for key in keys
    ]
    return {part: number for number, part in enumerate(parts)}, cube


def _add(found: dict[str, list[Any]], values: Array, reference: int) -> None:
    """Add means and half-widths over the last axis; a value missing in one run leaves a hole."""
    gaps = values - values[reference]
    for mean, half, numbers in (("mean", "half", values), ("gap", "gap_half", gaps)):
        found[mean] += rounded(numbers.mean(axis=-1).ravel(), DIGITS["mean"])
        found[half] += rounded(_half_widths(numbers).ravel(), 3)


def _cut_short(days: list[float]) -> NDArray[np.bool_]:
    """Tell which periods are shorter than the others, by their ends in days."""
    if not days:
        return np.zeros(0, np.bool_)
    lengths = np.diff(days, prepend=0.0)
    short: NDArray[np.bool_] = lengths < WHOLE * np.median(lengths)
    return short


def _half_widths(values: Array) -> Array:
    """Return half-widths of t intervals over the last axis (Student 1908); not-a-number for one run."""
    runs = values.shape[-1]
    if runs < 2:  # noqa: PLR2004 -- one run has no spread
        return np.full(values.shape[:-1], np.nan)
    spread = values.std(axis=-1, ddof=1)
    spread[np.ptp(values, axis=-1) == 0.0] = 0.0
    half: Array = student_quantile(LEVEL, runs - 1) * spread / math.sqrt(runs)
    return half


def _axis(days: list[float]) -> tuple[str, list[float | None]]:
    """Return the unit of the axis of time, and the ends of the periods in it."""
    a_month = MONTH / DAY
    if days and days[-1] < MONTHS_FROM * a_month:
        return "days", rounded(days, 5)
    return "months", rounded([day / a_month for day in days], 5)
