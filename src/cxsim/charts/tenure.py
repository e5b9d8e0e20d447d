"""How likely a customer is to leave in a month, by how long the customer has been followed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cxsim.charts.axes import say_what
from cxsim.charts.courses import INTERVAL, Course, Up, Way, draw_courses, mark_begin, notes
from cxsim.charts.style import looks
from cxsim.charts.tables import checked, one_row_each
from cxsim.charts.text import number
from cxsim.charts.words import said

ONE_PERCENT: Final = 0.01


def tenure(
    table: pd.DataFrame,
    ax: Axes,
    *,
    reference: str = "as-is",
    among: Sequence[str] = (),
    begin: float | None = None,
    note: str = "",
) -> Axes:
    """Draw the chance of leaving in a month, one line and band for each policy, named at its end.

    Parameters
    ----------
    table
        ``policy``, ``begin``, ``end`` (months from the start), ``value``, ``ci_low``, ``ci_high``: chance a month
        (share) that who had not left at the begin leaves. A line has its points in the middle of the spans.
    ax
        Drawn on; names of the lines stand at its right.
    reference
        This policy is grey and dashed.
    among
        All policies of the comparison in their order: each keeps its look, drawn or not.
    begin
        Month from which policies count their time; None where that is the start.
    note
        What more is to be known, as a sentence.

    Returns
    -------
    Axes
        The same.

    Raises
    ------
    ChartError
        If a column is missing, or two rows stand for one point.
    """
    rows = checked("tenure", table, ["policy"], ["begin", "end", "value", "ci_low", "ci_high"])
    one_row_each("tenure", rows, ["policy", "begin"])
    look = looks([*among, *rows["policy"]], reference)
    decimals = 2 if float(np.nanmax(rows["value"].to_numpy())) < ONE_PERCENT else 1
    lines = []
    for name, part in rows.groupby("policy", sort=False):
        policy, ordered = str(name), part.sort_values("begin")
        middle = (ordered["begin"] + ordered["end"]).to_numpy() / 2.0
        value, low, high = (ordered[column].to_numpy(np.float64) for column in ("value", "ci_low", "ci_high"))
        way: Way = "reference" if policy == reference else "plain"
        lines.append(Course(policy, look[policy], middle, value, low, high, way))
    up = Up(lambda share: f"{number(100.0 * share, decimals)} %", least=0.0, most=1.0, shows_zero=True)
    draw_courses(ax, lines, up, last=float(rows["end"].max()))
    if begin is not None:
        mark_begin(ax, begin)
    what = said(
        "Of the starting customers who have not left yet, the share that leaves in a month, for whatever reason."
    )
    say_what(ax, " ".join([what, *notes(rows, among, INTERVAL), said(note)]).rstrip())
    return ax
