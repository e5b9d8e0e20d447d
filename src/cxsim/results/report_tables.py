"""The tables of the report: policies at a glance, their means, their segments, and the figures in each chart."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from cxsim.measures.catalog import CATALOG, unit_of
from cxsim.report.content import Table
from cxsim.results.book.dissatisfied import dissatisfied_table
from cxsim.results.book.retention import retention_table
from cxsim.results.book.rivals import cells_of
from cxsim.results.facts import Facts, row_of
from cxsim.results.findings import Row
from cxsim.results.wording import (
    FEW_RUNS,
    PER_100,
    best_of,
    chance,
    difference,
    figures,
    limits,
    quantity,
    signed,
    span,
)

if TYPE_CHECKING:
    import pandas as pd

USUAL: Final = (
    "retention", "customers", "market_share", "churn", "nps", "nps_true", "csat", "csat_true", "rated_poor",
    "won_by_recommendation", "wait_mean", "abandonment_rate", "service_level", "first_contact_resolution", "failures",
    "voice_rate", "silent_exits", "recovery_rate", "complaint_answer_time", "occupancy", "revenue", "policy_cost",
    "profit", "payback", "clv",
)  # fmt: skip
NONE: Final = "–"


def of_policies(facts: Facts) -> list[Table]:
    """Return the tables about the policies: the measure that ranks them, all usual measures, segments."""
    found = [_means(facts)]
    if facts.others:
        found = [_glance(facts), *found]
        segments = _segments(facts)
        found += [segments] if segments is not None else []
    return found


def of_charts(facts: Facts) -> dict[str, Table]:
    """Return the figures in each chart of the report, as far as there are any."""
    found = {"retention": _retention(facts), "dissatisfied": _dissatisfied(facts), "rivals": _rivals(facts)}
    return {name: table for name, table in found.items() if table is not None}


def _glance(facts: Facts) -> Table:
    measure = CATALOG[facts.headline]
    few = facts.experiment.replications < FEW_RUNS
    best = f"{'in how many runs' if few else 'the share of resampled runs in which'} a policy is the best"
    title = (
        f"{_capital(measure.title)}: means with 95 % intervals, differences from {facts.reference} over paired runs "
        f"with intervals that hold together with 95 %, and {best}."
    )
    said = _said(facts)
    head = ["policy", "mean", "95 % interval", f"difference, {said}" if said else "difference", "interval", "best in"]
    earns = facts.headline != "profit" and any(_earned(facts, policy) != NONE for policy in facts.others)
    head += [f"profit against {facts.reference}, {facts.currency} (interval)"] if earns else []
    rows, numbers = [], []
    for policy in facts.policies:
        row = facts.row(facts.headline, policy)
        if row is None:
            continue
        cells = [policy, quantity(row.mean, row.unit, row.high - row.low), limits(row.low, row.high, row.unit)]
        raw = [policy, _raw(row.mean), f"{_raw(row.low)} to {_raw(row.high)}"]
        if policy == facts.reference:
            cells += [NONE, NONE]
            raw += ["", ""]
        else:
            tie = " (tie)" if row.tie else ""
            gap = difference(row.difference, row.unit, row.width).removesuffix(said).rstrip()
            cells += [
                gap + tie,
                span(row.diff_low, row.diff_high, row.unit),
            ]
            raw += [_raw(row.difference), f"{_raw(row.diff_low)} to {_raw(row.diff_high)}"]
        rows.append([*cells, _best_in(facts, row), *([_earned(facts, policy)] if earns else [])])
        profit = facts.row("profit", policy)
        numbers.append([*raw, _raw(row.best), *([_raw(profit.difference) if profit else ""] if earns else [])])
    return Table(title, tuple(head), rows, numbers)


def _best_in(facts: Facts, row: Row) -> str:
    count = facts.experiment.replications
    return best_of(facts.best_runs(facts.headline, row.policy), count) if count < FEW_RUNS else chance(row.best)


def _earned(facts: Facts, policy: str) -> str:
    """Write the profit against the reference, which the rounded means of two large sums would hide."""
    row = facts.row("profit", policy)
    if row is None or not math.isfinite(row.difference):
        return NONE
    gap = signed(figures(row.difference))
    return f"{gap} ({span(row.diff_low, row.diff_high, row.unit)}){' (tie)' if row.tie else ''}"


def _means(facts: Facts) -> Table:
    names = [name for name in dict.fromkeys((*facts.wanted, *USUAL)) if facts.has(name)]
    title = f"{facts.firm}, means over {facts.experiment.replications} runs"
    title += f"; ≈ cannot be told apart from {facts.reference}." if facts.others else "."
    rows, numbers = [], []
    for name in names:
        found = [facts.row(name, policy) for policy in facts.policies]
        unit = _unit(unit_of(name, facts.currency))
        words = f"{CATALOG[name].title}, {unit}" if unit and unit not in CATALOG[name].title else CATALOG[name].title
        rows.append([words, *(_cell(row, facts.reference).removesuffix(unit).rstrip() for row in found)])
        numbers.append([name, *(_raw(row.mean) if row else "" for row in found)])
    return Table(title, ("measure", *facts.policies), rows, numbers)


def _unit(unit: str) -> str:
    """Return what of a unit is said once for the whole row: per cent and times keep theirs in each cell."""
    return "a month" if unit == "share a month" else "" if unit in {"share", "min"} else unit


def _said(facts: Facts) -> str:
    """Return the unit of differences in the measure that ranks the policies; times say theirs themselves."""
    unit = unit_of(facts.headline, facts.currency)
    return {"share": "percentage points", "share a month": "percentage points a month", "min": ""}.get(unit, unit)


def _cell(row: Row | None, reference: str) -> str:
    if row is None or not math.isfinite(row.mean):
        return NONE
    # What the reference does not have (its payback) has no difference, and so nothing that cannot be told apart.
    tie = "≈ " if row.policy != reference and row.tie and math.isfinite(row.difference) else ""
    return f"{tie}{quantity(row.mean, row.unit, row.high - row.low)}"


def _segments(facts: Facts) -> Table | None:
    """Return the differences in the measure that ranks the policies, by segment."""
    table = facts.contrast
    own = table[(table["firm"] == facts.firm) & (table["measure"] == facts.headline)]
    rows = {(row["segment"], row["policy"]): row_of(row) for row in own.to_dict("records")}
    names = [str(name) for name in own["segment"].drop_duplicates() if name != "all"]
    if len(names) < 2:  # noqa: PLR2004 -- one segment is everybody
        return None
    said = _said(facts)
    words = f", {said}" if said else ""
    title = f"{_capital(CATALOG[facts.headline].title)}: differences from {facts.reference} by segment{words}; ≈ a tie."
    cells, numbers = [], []
    for name in ("all", *names):
        found = [rows[name, policy] for policy in facts.others if (name, policy) in rows]
        texts = [difference(row.difference, row.unit).removesuffix(said).rstrip() for row in found]
        cells.append([name, *(f"≈ {text}" if row.tie else text for text, row in zip(texts, found, strict=True))])
        numbers.append([name, *(_raw(row.difference) for row in found)])
    return Table(title, ("segment", *facts.others), cells, numbers)


def _retention(facts: Facts) -> Table | None:
    table = retention_table(facts)
    table["value"] *= PER_100
    table["month"] = [f"{month:.4g}" for month in table["month"]]
    title = "Of every 100 customers at the start, those still with the firm, by months from the start."
    return _by_policy(facts, title, table, ("month", "value"))


def _dissatisfied(facts: Facts) -> Table | None:
    title = "Of every 100 times that a failure hurt a customer; the first four rows add up to 100."
    return _by_policy(facts, title, dissatisfied_table(facts), ("fate", "per_100"))


def _by_policy(facts: Facts, title: str, table: pd.DataFrame, columns: tuple[str, str]) -> Table | None:
    """Lay a tidy table out with one column for each policy."""
    if table.empty:
        return None
    name, value = columns
    found = {(key, policy): number for key, policy, number in table[[name, "policy", value]].to_numpy()}
    keys = list(dict.fromkeys(table[name]))
    cells = [[key, *(_one_place(found.get((key, policy), math.nan)) for policy in facts.policies)] for key in keys]
    return Table(title, (name, *facts.policies), cells)


def _one_place(value: float) -> str:
    return f"{value:.1f}" if math.isfinite(value) else NONE


def _rivals(facts: Facts) -> Table | None:
    cells = list(cells_of(facts))
    if not cells:
        return None
    title = (
        "Published and recorded figures with their margin, simulated ones with the 95 % interval of the mean. Inferred "
        "figures follow from the others and are not compared."
    )
    head = ("figure", "firm", "value", "interval", "origin")
    rows = [
        [cell.figure, cell.row, quantity(cell.value, cell.unit), limits(cell.low, cell.high, cell.unit), cell.origin]
        for cell in cells
    ]
    numbers = [
        [cell.measure, cell.row, _raw(cell.value), f"{_raw(cell.low)} to {_raw(cell.high)}", cell.origin]
        for cell in cells
    ]
    return Table(title, head, rows, numbers)


def _raw(value: float) -> str:
    """Write a number as a spreadsheet takes it."""
    return f"{value:.6g}" if math.isfinite(value) else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
