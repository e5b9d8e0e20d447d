"""Shares of the market over time: every firm under as-is, and under the policy beside it."""

from __future__ import annotations

from typing import Final

import pandas as pd
from matplotlib.axes import Axes

from cxsim.charts.axes import say_what
from cxsim.charts.courses import INTERVAL, Course, Up, draw_courses, mark_begin, notes, rooms
from cxsim.charts.style import looks
from cxsim.charts.tables import checked, one_row_each
from cxsim.charts.text import literal, number
from cxsim.charts.words import said

MOST: Final = 6  # firms


def shares(
    table: pd.DataFrame,
    ax: Axes,
    *,
    reference: str = "as-is",
    firm: str = "",
    band: str = INTERVAL,
    begin: float | None = None,
) -> Axes:
    """Draw a panel for each policy, and in it a line and band for each firm.

    Parameters
    ----------
    table
        ``policy``, ``firm``, ``month`` (from the start), ``value``, ``ci_low``, ``ci_high``: shares of those who are
        customers of any firm. Not-a-number leaves a gap.
    ax
        Divided into panels; names of the firms stand at the right of each.
    reference
        Taken as in every chart; nothing looks different for it here.
    firm
        Ours, drawn first; firms keep their looks in both panels.
    band
        What the bands mean.
    begin
        Month from which policies count their time; None where that is the start.

    Returns
    -------
    Axes
        The same, with one child axes for each policy.

    Raises
    ------
    ChartError
        If a column is missing, or two rows stand for one point.
    """
    rows = checked("shares", table, ["policy", "firm"], ["month", "value", "ci_low", "ci_high"])
    one_row_each("shares", rows, ["policy", "firm", "month"])
    firms = _largest(rows, firm)
    look = looks(firms, "")
    policies = list(dict.fromkeys(rows["policy"]))
    divided = rooms(ax, len(policies), "100 %")
    for panel, policy in zip(divided.panels, policies, strict=True):
        lines = []
        for name in firms:
            line = rows[(rows["policy"] == policy) & (rows["firm"] == name)].sort_values("month")
            numbers = [line[column].to_numpy() for column in ("month", "value", "ci_low", "ci_high")]
            lines.append(Course(name, look[name], *numbers))
        up = Up(lambda value: f"{number(100.0 * value, 0)} %", least=0.0, most=1.0, shows_zero=True)
        draw_courses(panel, lines, up, panel_head=policy, room=divided.names)
        if begin is not None and policy != reference:
            mark_begin(panel, begin)
    under = literal(said(" and under ").join(policies))
    told = [said("Share of those who are customers of any firm, under {policies}.", policies=under)]
    told += notes(rows, (), band)
    if len(firms) < rows["firm"].nunique():
        told.append(said("The {chosen} largest firms of {all}.", chosen=len(firms), all=rows["firm"].nunique()))
    say_what(ax, " ".join(told))
    return ax


def _largest(rows: pd.DataFrame, firm: str) -> list[str]:
    """Choose what is drawn: our firm, then the others by the largest share they ever have."""
    most = rows.groupby("firm", sort=False)["value"].max().fillna(0.0).sort_values(ascending=False, kind="stable")
    names = [str(name) for name in most.index]
    return [*([firm] if firm in names else []), *(name for name in names if name != firm)][:MOST]
