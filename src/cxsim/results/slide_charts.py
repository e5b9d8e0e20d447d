"""The charts of the slides: the same tables as those of the pictures, as numbers that stay numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from cxsim.charts.tables import scale_of
from cxsim.charts.text import decimals_for, named, number
from cxsim.charts.words import said as in_words
from cxsim.measures.catalog import CATALOG
from cxsim.report.deck import Bars, Dots, Grids, Line, Lines, Mark, Part, Rows, Scale
from cxsim.results.book.dissatisfied import dissatisfied_table
from cxsim.results.book.league import differences_table, league_table
from cxsim.results.book.leavers import RETURNED, STAYED, leavers_table
from cxsim.results.book.retention import retention_table
from cxsim.results.book.rivals import own_rows, rivals_table
from cxsim.results.book.waits import waits_table
from cxsim.results.facts import Facts
from cxsim.results.wording import PER_100, fixed

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.charts.style import Look
    from cxsim.charts.theme import Theme

ALL: Final = 100.0
MOST_ROWS: Final = 14
STEPS: Final = 5
PAD: Final = 0.08  # of an axis, beyond what stands on it
MARKED: Final = 5  # so many intervals along a line, or fewer
MONTHS: Final = (0.25, 0.5, 1.0, 2.0, 3.0, 6.0, 12.0, 24.0, 60.0)
LIFT: Final = 0.17
MANY: Final = 30.0
POINTS: Final = "percentage points"
SIGNED: Final = "+General;\N{MINUS SIGN}General;0"
PLAIN: Final = "General;\N{MINUS SIGN}General"
KNOWN: Final = ("published", "recorded")
MOST_FIGURES: Final = 6


class Charted(NamedTuple):
    """A chart of a slide, and what it shows in words."""

    said: str
    body: Rows | Lines | Grids


Looks = Mapping[str, "Look"]


def charts_of(facts: Facts, theme: Theme) -> dict[str, Charted]:
    """Return the charts that there is something to show in, by the names of the pictures, in the order of slides."""
    looks = theme.looks(facts.policies, facts.reference)
    drawn = {name: draw(facts, looks) for name, draw in _DRAWN_BY.items()}
    if facts.has("retention"):
        del drawn["waits"]
    return {name: chart for name, chart in drawn.items() if chart is not None}


def _league(facts: Facts, looks: Looks) -> Charted | None:
    table = league_table(facts)
    if not facts.others or table.empty:
        return None
    higher = CATALOG[facts.headline].better != "lower"
    chosen = foremost(table, "mean", facts.reference, higher=higher)
    factor, unit = scale_of(str(table["unit"].iloc[0]))
    rows = [_scaled(row, ("mean", "ci_low", "ci_high"), factor) for row in chosen.to_dict("records")]
    names = [str(name) for name in chosen["policy"]]
    decimals = _apart([mean for mean, _, _ in rows])
    marks = [_mark(facts, looks, name, at, found) for at, (name, found) in enumerate(zip(names, rows, strict=True))]
    texts = [with_interval(found, decimals) for found in rows]
    shaded = names.index(facts.reference) if facts.reference in names else None
    rule = None if shaded is None else rows[shaded][0]
    panel = Dots(_head(facts.headline, unit), marks, texts, _axis(_flat(rows), PLAIN), _finite(rule))
    said = in_words(
        "{measure}, best first; bars are 95 % intervals of the mean over replications; dashed line: {reference}.",
        measure=_capital(in_words(CATALOG[facts.headline].title)), reference=named(facts.reference),
    )  # fmt: skip
    return Charted(said + _left_out(table, chosen), Rows(list(map(named, names)), [panel], shaded))


def _differences(facts: Facts, looks: Looks) -> Charted | None:
    table = differences_table(facts)
    if table.empty:
        return None
    higher = CATALOG[facts.headline].better != "lower"
    chosen = foremost(table, "difference", "", higher=higher)
    shares = str(table["unit"].iloc[0]).startswith("share")
    factor, unit = PER_100 if shares else 1.0, POINTS if shares else str(table["unit"].iloc[0])
    columns = ("difference", "diff_ci_low", "diff_ci_high")
    rows = [_scaled(row, columns, factor) for row in chosen.to_dict("records")]
    names = [str(name) for name in chosen["policy"]]
    decimals = decimals_for(_flat(rows))
    marks, texts = [], []
    for at, (name, found) in enumerate(zip(names, rows, strict=True)):
        tie = facts.verdict(facts.headline, name) == "tie"
        marks.append(_mark(facts, looks, name, at, found, tie=tie))
        text = with_interval(found, decimals, signed=True)
        texts.append(in_words("{interval}, tie", interval=text) if tie else text)
    panel = Dots(_head(facts.headline, unit), marks, texts, _axis([0.0, *_flat(rows)], SIGNED), 0.0)
    told = in_words(
        "Difference in {measure} from {reference}, {unit}, paired runs; {interval}.",
        measure=in_words(CATALOG[facts.headline].title), reference=named(facts.reference), unit=in_words(unit),
        interval=in_words("simultaneous 95 % intervals"),
    )  # fmt: skip
    way = in_words("Right of the line is better.") if higher else in_words("Left of the line is better.")
    said = f"{told} {way} {in_words('Grey: cannot be told apart.')}"
    return Charted(said + _left_out(table, chosen), Rows(list(map(named, names)), [panel]))


def _retention(facts: Facts, looks: Looks) -> Charted | None:
    table = retention_table(facts)
    if table.empty:
        return None
    months = sorted(set(table["month"]))
    step = next(step for step in MONTHS if step * (MARKED + 1) >= max(months) or step == MONTHS[-1])
    wanted = [*np.arange(step, months[-1], step), months[-1]]
    kept = np.isin(np.arange(len(months)), [int(np.abs(np.array(months) - one).argmin()) for one in wanted])
    lines = []
    for policy in facts.policies:
        own = table[table["policy"] == policy].set_index("month")[["value", "ci_low", "ci_high"]].reindex(months) * ALL
        values, lows, highs = (own[name].to_numpy(np.float64) for name in ("value", "ci_low", "ci_high"))
        lows, highs = np.where(kept, lows, np.nan), np.where(kept, highs, np.nan)
        look = looks[policy]
        end = f"{fixed(float(values[-1]))} %"
        lines.append(
            Line(
                named(policy),
                look.color,
                look.marker,
                policy == facts.reference,
                list(values),
                list(lows),
                list(highs),
                end,
            )
        )
    across = Scale(0.0, float(step * math.ceil(max(months) / step)), float(step), "0")
    up = _axis([value for line in lines for value in (*line[4], *line.lows, *line.highs)], '0" %"', pad=0.0)
    body = Lines(in_words("months from the start"), months, lines, across, up)
    said = in_words("Of the customers at the start, the share still with the firm.")
    said += " " + in_words("Bars: {interval}.", interval=in_words("95 % interval over replications"))
    return Charted(said if up.low == 0.0 else f"{said} {in_words('The axis does not begin at 0.')}", body)


def _dissatisfied(facts: Facts, looks: Looks) -> Charted | None:
    from cxsim.charts.dissatisfied import FATES, LEFT_AFTER, LEFT_SILENTLY, PARTS

    del looks  # the parts have their own fills
    table = dissatisfied_table(facts)
    if table.empty:
        return None
    found = _cells(table, "fate")
    names = list(facts.policies)[:MOST_ROWS]
    fills = {part.name: part.fill for part in PARTS}
    parts = [Part(in_words(fate), fills[fate], [found.get((name, fate), math.nan) for name in names]) for fate in FATES]
    texts = []
    for name in names:
        silent, after = (found.get((name, fate), math.nan) for fate in (LEFT_SILENTLY, LEFT_AFTER))
        gone = silent + (after if math.isfinite(after) else 0.0)
        is_known = math.isfinite(gone)
        texts.append(in_words("{number} left", number=number(gone, 0)) if is_known else in_words("– nobody was hurt"))
    said = in_words("Of every 100 times that a failure hurt a customer: what the customer did, and what came of it.")
    said += " " + in_words("At the right: left in the end, silently or after complaining.")
    return Charted(
        said,
        Rows(list(map(named, names)), [Bars(in_words("of every 100 hurt"), parts, texts, ALL)], _shaded(names, facts)),
    )


def _leavers(facts: Facts, looks: Looks) -> Charted | None:
    from cxsim.charts.style import REASON_FILLS

    del looks
    table = leavers_table(facts)
    if table.empty:
        return None
    found = _cells(table, "reason")
    names = list(facts.policies)[:MOST_ROWS]
    reasons = [name for name in dict.fromkeys(table["reason"]) if name not in {STAYED, RETURNED}]
    if not reasons:
        return None
    parts = [
        Part(in_words(reason), REASON_FILLS[at % len(REASON_FILLS)], [found.get((name, reason), 0.0) for name in names])
        for at, reason in enumerate(reasons)
    ]
    gone = [sum(part[2][at] for part in parts) for at in range(len(names))]
    decimals = 0 if max(gone) >= MANY else 1
    texts = [in_words("{number} of 100", number=number(value, decimals)) for value in gone]
    said = in_words(
        "Of every 100 customers at the start: who is gone at the end, by the reason for which they first left."
    )
    most = max(max(gone) * 1.001, 0.5)
    bars = Bars(in_words("gone, of every 100 at the start"), parts, texts, most, "0" if decimals == 0 else "0.0")
    return Charted(said, Rows(list(map(named, names)), [bars], _shaded(names, facts)))


def _rivals(facts: Facts, looks: Looks) -> Charted | None:
    table = rivals_table(facts)
    if table.empty:
        return None
    from cxsim.charts.style import SOFT_INK

    names = list(dict.fromkeys(table["row"]))[:MOST_ROWS]
    own = own_rows(facts)
    colors = [looks[own[name]].color if name in own else SOFT_INK for name in names]
    figures = list(dict.fromkeys(table["figure"]))[:MOST_FIGURES]
    panels = [_rival_panel(table[table["figure"] == one], names, colors) for one in figures]
    shown = set(table["origin"])
    said = [in_words("Circles: simulated, first year or until a new firm comes, 95 % interval.")]
    if set(KNOWN) & shown:
        said.append(in_words("Diamonds and brackets: published or recorded, its margin."))
    if "inferred" in shown:
        said.append(in_words("Grey and *: inferred, not compared."))
    return Charted(" ".join([*said, in_words("Each figure has its own scale.")]), Rows(names, panels))


def _rival_panel(table: pd.DataFrame, names: Sequence[str], colors: Sequence[str]) -> Dots:
    from cxsim.charts.style import INFERRED

    factor, unit = scale_of(str(table["unit"].iloc[0]))
    marks: list[Mark] = []
    numbers = [_scaled(row, ("value", "low", "high"), factor) for row in table.to_dict("records")]
    decimals = _apart([value for value, _, _ in numbers])
    said: dict[tuple[int, bool], str] = {}
    rows = [str(row) for row in table["row"]]
    origins = [str(origin) for origin in table["origin"]]
    for row, origin, found in zip(rows, origins, numbers, strict=True):
        if row not in names:
            continue
        at, is_known = names.index(row), origin in KNOWN
        lift = (LIFT if is_known else -LIFT) if rows.count(row) > 1 else 0.0
        color = INFERRED if origin == "inferred" else colors[at]
        marks.append(Mark(f"{row}, {origin}", at, *found, color, "D" if is_known else "o", not is_known, lift))
        said[at, is_known] = number(found[0], decimals) + ("*" if origin == "inferred" else "")
    texts = []
    for at in range(len(names)):
        simulated, known = said.get((at, False), ""), said.get((at, True), "")
        texts.append(f"{simulated} ({known})".strip() if known else simulated)
    words = f"{in_words(str(table['figure'].iloc[0]))}, {in_words(unit)}"
    return Dots(words, marks, texts, _axis(_flat(numbers), PLAIN, steps=3))


def _waits(facts: Facts, looks: Looks) -> Charted | None:
    table = waits_table(facts)
    table = table[table["mean"].notna()]
    if table.empty:
        return None
    names = list(facts.policies)[:MOST_ROWS]
    panels = []
    for touchpoint in list(dict.fromkeys(table["touchpoint"]))[:MOST_FIGURES]:
        part = table[table["touchpoint"] == touchpoint].set_index("policy")
        marks, texts = [], []
        for at, name in enumerate(names):
            mean, slow = (float(part[column].get(name, math.nan)) for column in ("mean", "p90"))
            look = looks[name]
            marks.append(Mark(f"{name}, mean", at, mean, math.nan, math.nan, look.color, "o"))
            marks.append(Mark(f"{name}, slowest tenth", at, slow, math.nan, math.nan, look.color, "D", filled=False))
            decimals = decimals_for([mean])
            texts.append(f"{number(mean, decimals)}, {number(slow, decimals)}")
        values = [mark.value for mark in marks]
        panels.append(Dots(f"{touchpoint}, {in_words('min')}", marks, texts, _axis([0.0, *values], PLAIN, steps=4)))
    said = in_words("Minutes that all who wanted an agent waited.")
    said += " " + in_words("Circles: mean; diamonds: nine of ten wait no longer than this.")
    return Charted(said, Rows(list(map(named, names)), panels, _shaded(names, facts)))


def _mark(facts: Facts, looks: Looks, name: str, at: int, found: Sequence[float], *, tie: bool = False) -> Mark:
    from cxsim.charts.style import TIE

    look = looks[name]
    value, low, high = found
    filled = not tie and name != facts.reference
    return Mark(name, at, value, low, high, TIE if tie else look.color, look.marker, filled)


def foremost(table: pd.DataFrame, column: str, reference: str, *, higher: bool) -> pd.DataFrame:
    """Return the best rows, and that of the reference, best first."""
    ordered = table.sort_values(column, ascending=not higher, kind="stable", na_position="last")
    if len(ordered) <= MOST_ROWS:
        return ordered
    is_reference = ordered["policy"] == reference
    others = ordered[~is_reference].head(MOST_ROWS - int(is_reference.any()))
    return ordered[is_reference | ordered.index.isin(others.index)]


def _left_out(table: pd.DataFrame, chosen: pd.DataFrame) -> str:
    count = len(table) - len(chosen)
    return f" {in_words('{count} more policies are in the workbook.', count=count)}" if count > 0 else ""


def _cells(table: pd.DataFrame, column: str) -> dict[tuple[str, str], float]:
    columns = table[["policy", column, "per_100"]].to_dict("records")
    return {(str(row["policy"]), str(row[column])): float(row["per_100"]) for row in columns}


def _scaled(row: Mapping[object, float], columns: Iterable[str], factor: float) -> tuple[float, float, float]:
    value, low, high = (factor * float(row[name]) for name in columns)
    return value, low, high


def _flat(rows: Iterable[Sequence[float]]) -> list[float]:
    return [value for row in rows for value in row if math.isfinite(value)]


def _axis(values: Iterable[float], form: str, *, pad: float = PAD, steps: int = STEPS) -> Scale:
    """Return an axis that ends at round numbers beyond all values."""
    from matplotlib.ticker import MaxNLocator

    known = [value for value in values if math.isfinite(value)] or [0.0]
    low, high = min(known), max(known)
    room = pad * (high - low) if high > low else max(0.05 * abs(high), 1.0)
    ticks = MaxNLocator(nbins=steps, steps=[1, 2, 5, 10]).tick_values(low - room, high + room)
    first, last, step = (round(float(end), 9) + 0.0 for end in (ticks[0], ticks[-1], ticks[1] - ticks[0]))
    if low >= 0.0 > first and form != SIGNED:  # nothing waits less than no time
        first = 0.0
    return Scale(first, last, step, form)


def _apart(values: Sequence[float]) -> int:
    """Say how many decimals tell values apart: by their size, or more where they lie close together."""
    known = [value for value in values if math.isfinite(value)] or [0.0]
    decimals = decimals_for(known)
    return max(decimals, decimals_for([max(known) - min(known)])) if decimals and len(known) > 1 else decimals


def with_interval(found: Sequence[float], decimals: int, *, signed: bool = False) -> str:
    """Write a figure with its interval behind it, where it has one."""
    value, low, high = (number(one, decimals, signed=signed) for one in found)
    if not (math.isfinite(found[1]) and math.isfinite(found[2])):
        return value
    return f"{value} ({in_words('{low} to {high}', low=low, high=high)})"


def _head(measure: str, unit: str) -> str:
    return f"{in_words(CATALOG[measure].title)}, {in_words(unit)}"


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _shaded(names: Sequence[str], facts: Facts) -> int | None:
    return names.index(facts.reference) if facts.reference in names and facts.others else None


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


_DRAWN_BY: Final[Mapping[str, Callable[[Facts, Looks], Charted | None]]] = MappingProxyType(
    {
        "league": _league,
        "differences": _differences,
        "retention": _retention,
        "dissatisfied": _dissatisfied,
        "leavers": _leavers,
        "rivals": _rivals,
        "waits": _waits,
    }
)
