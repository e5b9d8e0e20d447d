"""From results to a workbook: tidy sheets that can be filtered, sums that add up, charts that can be changed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cxsim.measures.catalog import CATALOG, unit_of
from cxsim.report import assumptions as ledger
from cxsim.report.chart_xml import letters
from cxsim.report.prose import parsed
from cxsim.report.sheets import Book, Cell, Curve, Figure, Formula, Plot, Sheet
from cxsim.results.answer import finding
from cxsim.results.book.contents import captions_of
from cxsim.results.book.league import league_table
from cxsim.results.book.leavers import leavers_table
from cxsim.results.book.retention import retention_table
from cxsim.results.facts import Facts
from cxsim.results.slides import INTERVALS, INTERVALS_OF_ONE
from cxsim.results.workbook_tables import form_of, of_table, series_means

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.charts.figure import Caption
    from cxsim.charts.theme import Theme
    from cxsim.results.tabled import Tabled

WORKBOOK: Final = "workbook.xlsx"
ENDING: Final = ".xlsx"
ALL: Final = 100.0
ADDS_UP: Final = "adds up"
DOES_NOT: Final = "does not add up"
Captions = Mapping[str, "Caption"]
CLOSE: Final = 1e-6  # of 100 customers


def workbook_of(  # noqa: PLR0913 -- what it says, and for whom
    results: Tabled,
    answer: str,
    manifest: Mapping[str, Any],
    *,
    title: str = "",
    client: str = "",
    theme: Theme | None = None,
    why: pd.DataFrame | None = None,
) -> bytes:
    """Return the workbook as the bytes of a .xlsx file; the same results always give the same bytes.

    Parameters
    ----------
    results : Result or Comparison
    answer : str
        The sentences, as `answer.md` holds them.
    manifest : mapping
        As `manifest.json` holds it.
    title, client : str
        On the first sheet.
    theme : Theme, optional
        Colours and font.
    why : DataFrame, optional
        Rows of `why.csv`, where they were stored; by default what the results tell.

    Raises
    ------
    InputError
        When XlsxWriter is not installed.
    """
    from cxsim.charts.theme import Theme
    from cxsim.report.xlsx_file import book_bytes
    from cxsim.results.reasons import table_of

    facts = results.facts
    look = Theme() if theme is None else theme
    reasons = table_of(facts) if why is None and facts.others and facts.has("retention") else why
    captions = captions_of(facts)
    sheets = [
        _comparison(facts),
        _league(facts, look, captions),
        _measures(facts),
        _retention(facts, look, captions),
        _series(facts),
        _leavers(facts, captions),
        _why(facts, reasons),
        _explained(facts),
        _assumptions(facts),
        _provenance(manifest),
    ]
    kept = [sheet for sheet in sheets if sheet is not None and sheet.rows]
    first = _answer(facts, answer, kept, title or finding(facts), client)
    made = datetime.fromisoformat(manifest["started"])
    return book_bytes(Book(title or finding(facts), made, look.office_font, look.ink, [first, *kept]))


def save_workbook(data: bytes, path: Path) -> Path:
    """Write a workbook, whole or not at all, to a file that ends in .xlsx or as `workbook.xlsx` into a folder.

    Raises
    ------
    InputError
        When it cannot be written.
    """
    from cxsim.results.report import write_whole

    target = path if path.suffix.lower() == ENDING else path / WORKBOOK
    write_whole(target, data)
    return target


def _answer(facts: Facts, answer: str, sheets: Sequence[Sheet], title: str, client: str) -> Sheet:
    found = parsed(answer)
    rows: list[list[Cell]] = [["finding", title]]
    rows += [["prepared for", client]] if client else []
    rows += [["question", found.question]] if found.question else []
    rows += [[said.label.rstrip("."), _bare(said.text)] for said in (*found.sentences, *found.remarks)]
    rows.append(["intervals", INTERVALS if facts.others else INTERVALS_OF_ONE])
    rows.append(["made by", _bare(found.last)])
    rows += [[f"sheet {sheet.name}", sheet.holds] for sheet in sheets]
    return Sheet("Answer", "the answer in sentences", ("what", "says"), rows, widest=110, filtered=False)


def _comparison(facts: Facts) -> Sheet:
    table = facts.contrast
    by_unit = ("mean", "ci_low", "ci_high", "reference_mean", "difference", "diff_ci_low", "diff_ci_high")
    forms = dict.fromkeys(by_unit, "unit") | {
        "p_adjusted": "0.0000", "probability_best": "0.0%", "variance_reduction": "0.00", "replications": "0",
        "policy_cost": "#,##0",
    }  # fmt: skip
    holds = (
        "every measure, firm, segment and policy, with differences from the reference; differences of shares are points"
    )
    return Sheet("Comparison", holds, [str(name) for name in table.columns], of_table(table, forms), printed=False)


def _league(facts: Facts, theme: Theme, captions: Captions) -> Sheet | None:
    """Return the policies in order on the measure that ranks them; how far intervals reach is calculated."""
    table = league_table(facts)
    if not facts.others or table.empty:
        return None
    higher = CATALOG[facts.headline].better != "lower"
    ordered = table.sort_values("mean", ascending=not higher, kind="stable", na_position="last")
    form = form_of(str(table["unit"].iloc[0]))
    rows: list[list[Cell]] = []
    for row in ordered.to_dict("records"):
        mean, low, high = (float(row[name]) for name in ("mean", "ci_low", "ci_high"))
        ends: list[Cell] = [None, None]
        if math.isfinite(low) and math.isfinite(high):
            ends = [Formula("=B{row}-C{row}", mean - low, form), Formula("=D{row}-B{row}", high - mean, form)]
        gap = [Figure(float(row[name]), form) for name in ("difference", "diff_ci_low", "diff_ci_high")]
        best = Figure(float(row["probability_best"]), "0.0%")
        rows.append([str(row["policy"]), *(Figure(one, form) for one in (mean, low, high)), *ends, *gap, best])
    title = CATALOG[facts.headline].title
    head = (
        "policy", title, "95 % low", "95 % high", "reaches below", "reaches above",
        f"difference from {facts.reference}",
        "simultaneous low", "simultaneous high", "best in so many of the resamples",
    )  # fmt: skip
    looks = theme.looks(facts.policies, facts.reference)
    each = [looks[str(policy)].color for policy in ordered["policy"]]
    curve = Curve(1, theme.colors[0], below=4, above=5, each=each)
    plot = Plot("bar", captions["league"].title, f"{title}; 95 % intervals", "", 0, [curve], len(rows), form)
    holds = f"the policies in order on {title}, with the intervals of mean and difference"
    return Sheet("Policies", holds, head, rows, filtered=False, plot=plot)


def _measures(facts: Facts) -> Sheet:
    """Return the means of our firm, a row for each measure and a column for each policy."""
    names = [*facts.wanted, *(name for name in CATALOG if name not in facts.wanted)]
    rows: list[list[Cell]] = []
    for name in names:
        if not facts.has(name):
            continue
        unit = unit_of(name, facts.currency)
        found = [facts.row(name, policy) for policy in facts.policies]
        means = [Figure(math.nan if row is None else row.mean, form_of(unit)) for row in found]
        ties = "" if not facts.others else _apart(facts, name)
        rows.append([name, CATALOG[name].title, unit, CATALOG[name].better, *means, ties])
    head = ("measure", "title", "unit", "better", *facts.policies, f"told apart from {facts.reference}")
    holds = f"means of {facts.firm}, all customers: what the scenario asks for first, then everything"
    return Sheet("Measures", holds, head, rows)


def _apart(facts: Facts, measure: str) -> str:
    verdicts = {policy: facts.verdict(measure, policy) for policy in facts.others if facts.row(measure, policy)}
    return ", ".join(f"{policy} {found}" for policy, found in verdicts.items() if found != "tie") or "none"


def _retention(facts: Facts, theme: Theme, captions: Captions) -> Sheet | None:
    table = retention_table(facts)
    if table.empty:
        return None
    looks = theme.looks(facts.policies, facts.reference)
    wide = table.pivot_table(index="month", columns="policy", values="value", sort=False)[list(facts.policies)]
    months, shares = wide.index.to_numpy(np.float64).tolist(), wide.to_numpy(np.float64).tolist()
    rows: list[list[Cell]] = [
        [Figure(month, "0.0"), *(Figure(value, "0.0%") for value in values)]
        for month, values in zip(months, shares, strict=True)
    ]
    curves = [
        Curve(at, looks[policy].color, dashed=policy == facts.reference) for at, policy in enumerate(facts.policies, 1)
    ]
    title = captions["retention"].title
    plot = Plot("lines", title, "months from the start", "still with the firm", 0, curves, len(rows), "0%")
    holds = "share of the starting customers who are still with the firm, by months from the start; means over runs"
    return Sheet("Retention", holds, ("month", *facts.policies), rows, plot=plot)


def _series(facts: Facts) -> Sheet:
    table = series_means(facts)
    forms = {"month": "0.0", "mean": "unit", "ci_low": "unit", "ci_high": "unit", "replications": "0", "period": "0"}
    holds = "means over runs of the usual measures by period, all customers; periods of the warm-up are 0 and below"
    return Sheet("Time series", holds, [str(name) for name in table.columns], of_table(table, forms), printed=False)


def _leavers(facts: Facts, captions: Captions) -> Sheet | None:
    """Return what became of every 100 starting customers; the reasons and those who stayed are added up to 100."""
    from cxsim.charts.style import REASON_FILLS, STAYED_FILLS

    table = leavers_table(facts)
    if table.empty:
        return None
    reasons = list(dict.fromkeys(str(reason) for reason in table["reason"]))
    fates = {(str(row["policy"]), str(row["reason"])): float(row["per_100"]) for row in table.to_dict("records")}
    rows: list[list[Cell]] = []
    for policy in facts.policies:
        values = [fates.get((policy, reason), 0.0) for reason in reasons]
        last = letters(len(reasons))
        whole = sum(values)
        gone = Formula(f"=SUM(D{{row}}:{last}{{row}})", sum(values[2:]), "0.00")
        total = Formula(f"=SUM(B{{row}}:{last}{{row}})", whole, "0.00")
        sums = letters(len(reasons) + 2)
        said = ADDS_UP if abs(whole - ALL) < CLOSE else DOES_NOT
        check = Formula(f'=IF(ABS({sums}{{row}}-100)<0.000001,"{ADDS_UP}","{DOES_NOT}")', said, "General")
        rows.append([policy, *(Figure(value, "0.00") for value in values), gone, total, check])
    fills = [*STAYED_FILLS, *REASON_FILLS, *REASON_FILLS]
    curves = [Curve(at, fills[at - 1]) for at in range(1, len(reasons) + 1)]
    plot = Plot(
        "stacked",
        captions["leavers"].title,
        "of every 100 customers at the start",
        "",
        0,
        curves,
        len(rows),
        "0",
    )
    head = ("policy", *reasons, "gone in all", "sum", "check")
    holds = "what became of every 100 customers at the start: stayed, came back, or gone, by reason; sums are formulas"
    return Sheet("Leavers", holds, head, rows, filtered=False, plot=plot)


def _why(facts: Facts, table: pd.DataFrame | None) -> Sheet | None:
    """Return customers saved and lost by reason; what the reasons add up to stands beside what is kept in all."""
    from cxsim.results.reasons import KEPT

    if table is None or table.empty:
        return None
    columns = [str(name) for name in table.columns]
    forms = {name: "0.00" for name in columns if name not in {"policy", "segment", "reason"}}
    rows = of_table(table, forms)
    at = {name: letters(columns.index(name)) for name in ("policy", "segment", "reason", "kept_more")}
    area = {name: f"${column}$2:${column}${len(rows) + 1}" for name, column in at.items()}
    sums = letters(len(columns))
    for row, (policy, segment, reason, kept) in zip(
        rows, table[["policy", "segment", "reason", "kept_more"]].to_numpy(), strict=True
    ):
        if reason != KEPT:
            continue
        parts = table[(table["policy"] == policy) & (table["segment"] == segment) & (table["reason"] != KEPT)]
        whole = float(parts["kept_more"].sum())
        chosen = f"{area['policy']},{at['policy']}{{row}},{area['segment']},{at['segment']}{{row}}"
        text = f'=SUMIFS({area["kept_more"]},{chosen},{area["reason"]},"<>{KEPT}")'
        said = ADDS_UP if abs(whole - float(kept)) < CLOSE else DOES_NOT
        close = f"ABS({sums}{{row}}-{at['kept_more']}{{row}})<0.000001"
        row += [Formula(text, whole, "0.00"), Formula(f'=IF({close},"{ADDS_UP}","{DOES_NOT}")', said)]
    holds = f"customers saved and lost by each policy, of every 100 at the start, by reason, beside {facts.reference}"
    return Sheet("Why", holds, [*columns, "sum of the reasons", "check"], rows)


def _explained(facts: Facts) -> Sheet:
    rows: list[list[Cell]] = [
        [name, one.title, unit_of(name, facts.currency), one.whom, one.per, one.until, one.aggregates, one.better]
        for name, one in CATALOG.items()
        if facts.has(name)
    ]
    head = ("measure", "title", "unit", "of whom", "per", "until when", "how it adds up", "better")
    return Sheet("Meanings", "what each measure means", head, rows)


def _assumptions(facts: Facts) -> Sheet:
    found = ledger.assumptions(facts.experiment.scenario)
    rows: list[list[Cell]] = [[str(value) for value in one] for one in found]
    holds = "every behavioural value used, with range, source and how sure it is"
    head = found[0]._fields if found else ("path",)
    return Sheet("Assumptions", holds, head, rows, widest=60)


def _provenance(manifest: Mapping[str, Any]) -> Sheet:
    from cxsim.results.report import provenance_of

    rows: list[list[Cell]] = [[name, said] for name, said in provenance_of(manifest)]
    return Sheet("Provenance", "what made these figures", ("what", "is"), rows, widest=110, filtered=False)


def _bare(markdown: str) -> str:
    return markdown.replace("**", "").replace("`", "")
