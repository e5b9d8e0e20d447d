"""Scores over time: what a survey shows, and what it would show if everybody answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import pandas as pd
from matplotlib.axes import Axes

from cxsim.charts.axes import say_what
from cxsim.charts.courses import INTERVAL, Course, Up, Way, draw_courses, mark_begin, notes, rooms
from cxsim.charts.style import looks
from cxsim.charts.tables import ChartError, checked, one_row_each
from cxsim.charts.text import named, number
from cxsim.charts.words import label, said

BOTH: Final = label("Lines: as a survey shows it. Dotted: true, if everybody answered.")
SURVEYED: Final = "surveyed"
TRUE: Final = label("true")
KINDS: Final = (SURVEYED, TRUE)
# Lowest and highest value that a unit allows.
ENDS: Final = {"points": (-100.0, 100.0), "share": (0.0, 1.0)}


def scores(
    table: pd.DataFrame,
    ax: Axes,
    *,
    reference: str = "as-is",
    among: Sequence[str] = (),
    band: str = INTERVAL,
    begin: float | None = None,
) -> Axes:
    """Draw a panel for each score: a line and band as surveyed, and a thin dotted line with the true value.

    Parameters
    ----------
    table
        ``score`` (its panel), ``unit`` (points or share), ``kind`` (surveyed or true), ``policy``, ``month`` (from the
        start), ``value``, ``ci_low``, ``ci_high``. Not-a-number leaves a gap.
    ax
        Divided into panels; names of the lines stand at the right of each.
    reference
        This policy is grey and dashed.
    among
        All policies of the comparison in their order: each keeps its look, drawn or not.
    band
        What the bands mean.
    begin
        Month from which policies count their time; None where that is the start.

    Returns
    -------
    Axes
        The same, with one child axes for each score.

    Raises
    ------
    ChartError
        If a column is missing, a kind or unit is not known, or two rows stand for one point.
    """
    rows = checked("scores", table, ["score", "unit", "kind", "policy"], ["month", "value", "ci_low", "ci_high"])
    strange = [*sorted(set(rows["kind"]) - set(KINDS)), *sorted(set(rows["unit"]) - set(ENDS))]
    if strange:
        allowed = f"{' and '.join(KINDS)}, in {' or '.join(ENDS)}"
        raise ChartError(f"scores: {', '.join(strange)}; allowed are {allowed}; choose one of these")
    one_row_each("scores", rows, ["score", "kind", "policy", "month"])
    look = looks([*among, *rows["policy"]], reference)
    names = list(dict.fromkeys(rows["score"]))
    divided = rooms(ax, len(names), "−100.0")
    for panel, score in zip(divided.panels, names, strict=True):
        own = rows[rows["score"] == score]
        unit = str(own["unit"].iloc[0])
        lines = []
        for (policy, kind), part in own.groupby(["policy", "kind"], sort=False):
            line = part.sort_values("month")
            values, low, high = (line[column].to_numpy() for column in ("value", "ci_low", "ci_high"))
            if kind == TRUE:
                low, high = low * float("nan"), high * float("nan")
            way: Way = "thin" if kind == TRUE else "reference" if policy == reference else "plain"
            name = f"{named(str(policy))}, {said(TRUE)}" if kind == TRUE else str(policy)
            lines.append(Course(name, look[str(policy)], line["month"].to_numpy(), values, low, high, way))
        up = Up(_written(unit), *ENDS[unit])
        draw_courses(panel, lines, up, panel_head=score, room=divided.names)
        if begin is not None:
            mark_begin(panel, begin)
    is_both = TRUE in set(rows["kind"])
    what = said(BOTH) if is_both else said("As a survey shows it: not everybody answers.")
    say_what(ax, " ".join([what, *notes(rows, among, band)]))
    return ax


def _written(unit: str) -> Callable[[float], str]:
    if unit == "share":
        return lambda value: f"{number(100.0 * value, 0)} %"
    return lambda value: number(value, 0, signed=True)
