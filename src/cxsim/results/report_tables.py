"""The tables of the report: policies at a glance, their means, their segments, and the figures in each chart."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from cxsim.charts.text import named
from cxsim.charts.words import in_digits, label, said
from cxsim.measures.catalog import CATALOG, unit_of
from cxsim.report.content import Table
from cxsim.results.book.dissatisfied import dissatisfied_table
from cxsim.results.book.retention import retention_table
from cxsim.results.book.rivals import cells_of
from cxsim.results.facts import Facts, row_of
from cxsim.results.findings import Row
from cxsim.results.worded import figure, interval
from cxsim.results.wording import (
    FEW_RUNS,
    PER_100,
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
ORIGINS: Final = (label("simulated"), label("inferred"), label("published"), label("recorded"))
HEADS: Final = {"month": label("month"), "fate": label("what they did")}


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
    few = facts.experiment.replications < FEW_RUNS
    title = said(
        "{measure}: means with 95 % intervals, and differences from {reference} over paired runs with intervals that "
        "hold together with 95 %.",
        measure=_capital(said(CATALOG[facts.headline].title)), reference=named(facts.reference),
    )  # fmt: skip
    best = said("Best in: in how many runs a policy is the best.")
    best = best if few else said("Best in: the share of resampled runs in which a policy is the best.")
    unit = _said(facts)
    gap_head = f"{said('difference')}, {said(unit)}" if unit else said("difference")
    head = [said("policy"), said("mean"), said("95 % interval"), gap_head, said("interval"), said("best in")]
    earns = facts.headline != "profit" and any(_earned(facts, policy) != NONE for policy in facts.others)
    if earns:
        reference = named(facts.reference)
        words = said("profit against {reference}, {currency} (interval)", reference=reference, currency=facts.currency)
        head.append(words)
    rows, numbers = [], []
    for policy in facts.policies:
        row = facts.row(facts.headline, policy)
        if row is None:
            continue
        mean = figure(quantity(row.mean, row.unit, row.high - row.low), row.unit)
        cells = [named(policy), mean, interval(limits(row.low, row.high, row.unit))]
        raw = [policy, _raw(row.mean), _ends(row.low, row.high)]
        if policy == facts.reference:
            cells += [NONE, NONE]
            raw += ["", ""]
        else:
            gap = figure(difference(row.difference, row.unit, row.width).removesuffix(unit).rstrip())
            cells += [_tied(gap) if row.tie else gap, interval(span(row.diff_low, row.diff_high, row.unit))]
            raw += [_raw(row.difference), _ends(row.diff_low, row.diff_high)]
        rows.append([*cells, _best_in(facts, row), *([_earned(facts, policy)] if earns else [])])
        profit = facts.row("profit", policy)
        numbers.append([*raw, _raw(row.best), *([_raw(profit.difference) if profit else ""] if earns else [])])
    return Table(f"{title} {best}", tuple(head), rows, numbers)


def _tied(text: str) -> str:
    return f"{text} ({said('tie')})"


def _ends(low: float, high: float) -> str:
    """Write an interval as it is copied."""
    return said("{low} to {high}", low=_raw(low), high=_raw(high))


def _best_in(facts: Facts, row: Row) -> str:
    count = facts.experiment.replications
    if count >= FEW_RUNS:
        return figure(chance(row.best))
    runs = facts.best_runs(facts.headline, row.policy)
    if runs == count:
        return said("the one run") if count == 1 else said("all {count} runs", count=count)
    return said("{runs} of {count} runs", runs=runs, count=count)


def _earned(facts: Facts, policy: str) -> str:
    """Write the profit against the reference, which the rounded means of two large sums would hide."""
    row = facts.row("profit", policy)
    if row is None or not math.isfinite(row.difference):
        return NONE
    gap = figure(signed(figures(row.difference)))
    text = f"{gap} ({interval(span(row.diff_low, row.diff_high, row.unit))})"
    return _tied(text) if row.tie else text


def _means(facts: Facts) -> Table:
    names = [name for name in dict.fromkeys((*facts.wanted, *USUAL)) if facts.has(name)]
    title = said("{firm}, means over {runs} runs.", firm=facts.firm, runs=facts.experiment.replications)
    reference = named(facts.reference)
    title += " " + said("≈ cannot be told apart from {reference}.", reference=reference) if facts.others else ""
    rows, numbers = [], []
    for name in names:
        found = [facts.row(name, policy) for policy in facts.policies]
        unit = _unit(unit_of(name, facts.currency))
        words = said(CATALOG[name].title)
        words += f", {said(unit)}" if unit and unit not in CATALOG[name].title else ""
        rows.append([words, *(figure(_cell(row, facts.reference).removesuffix(unit).rstrip()) for row in found)])
        numbers.append([name, *(_raw(row.mean) if row else "" for row in found)])
    return Table(title, (said("measure"), *map(named, facts.policies)), rows, numbers)


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
    unit = _said(facts)
    title = said(
        "{measure}: differences from {reference} by segment; ≈ a tie.",
        measure=_capital(said(CATALOG[facts.headline].title)), reference=named(facts.reference),
    )  # fmt: skip
    title += f" {said('In {unit}.', unit=said(unit))}" if unit else ""
    cells, numbers = [], []
    for name in ("all", *names):
        found = [rows[name, policy] for policy in facts.others if (name, policy) in rows]
        texts = [figure(difference(row.difference, row.unit).removesuffix(unit).rstrip()) for row in found]
        cells.append(
            [
                said("all customers") if name == "all" else name,
                *(f"≈ {text}" if row.tie else text for text, row in zip(texts, found, strict=True)),
            ]
        )
        numbers.append([name, *(_raw(row.difference) for row in found)])
    return Table(title, (said("segment"), *map(named, facts.others)), cells, numbers)


def _retention(facts: Facts) -> Table | None:
    table = retention_table(facts)
    table["value"] *= PER_100
    table["month"] = [in_digits(f"{month:.4g}") for month in table["month"]]
    title = said("Of every 100 customers at the start, those still with the firm, by months from the start.")
    return _by_policy(facts, title, table, ("month", "value"))


def _dissatisfied(facts: Facts) -> Table | None:
    title = said("Of every 100 times that a failure hurt a customer; the first four rows add up to 100.")
    return _by_policy(facts, title, dissatisfied_table(facts), ("fate", "per_100"))


def _by_policy(facts: Facts, title: str, table: pd.DataFrame, columns: tuple[str, str]) -> Table | None:
    """Lay a tidy table out with one column for each policy."""
    if table.empty:
        return None
    name, value = columns
    found = {(key, policy): number for key, policy, number in table[[name, "policy", value]].to_numpy()}
    keys = list(dict.fromkeys(table[name]))
    cells = [
        [said(str(key)), *(_one_place(found.get((key, policy), math.nan)) for policy in facts.policies)] for key in keys
    ]
    return Table(title, (said(HEADS[name]), *map(named, facts.policies)), cells)


def _one_place(value: float) -> str:
    return in_digits(f"{value:.1f}") if math.isfinite(value) else NONE


def _rivals(facts: Facts) -> Table | None:
    cells = list(cells_of(facts))
    if not cells:
        return None
    title = said(
        "Published and recorded figures with their margin, simulated ones with the 95 % interval of the mean. Inferred "
        "figures follow from the others and are not compared."
    )
    head = (said("figure"), said("firm"), said("value"), said("interval"), said("origin"))
    rows = [
        [
            said(cell.figure),
            cell.row,
            figure(quantity(cell.value, cell.unit), cell.unit),
            interval(limits(cell.low, cell.high, cell.unit)),
            said(cell.origin),
        ]
        for cell in cells
    ]
    numbers = [[cell.measure, cell.row, _raw(cell.value), _ends(cell.low, cell.high), cell.origin] for cell in cells]
    return Table(title, head, rows, numbers)


def _raw(value: float) -> str:
    """Write a number as a spreadsheet takes it."""
    return f"{value:.6g}" if math.isfinite(value) else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
