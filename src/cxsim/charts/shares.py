"""Shares of the market over time: every firm under as-is, and under the policy beside it."""

from __future__ import annotations

from typing import Final

import pandas as pd
from matplotlib.axes import Axes

from cxsim.charts.axes import say_what
from cxsim.charts.courses import Course, Up, draw_courses, mark_begin, rooms
from cxsim.charts.style import looks
from cxsim.charts.tables import checked, one_row_each
from cxsim.charts.text import literal, number

MOST: Final = 6  # firms


def shares(
    table: pd.DataFrame,
    ax: Axes,
    *,
    reference: str = "as-is",
    firm: str = "",
    band: str = "95 % interval over replications",
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
    bands = f" Bands: {band}." if bool(rows["ci_low"].notna().any()) else ""
    left_out = rows["firm"].nunique() - len(firms)
    rest = f" The {len(firms)} largest firms of {rows['firm'].nunique()}." if left_out else ""
    under = literal(" and under ".join(policies))
    say_what(ax, f"Share of those who are customers of any firm, under {under}.{bands}{rest}")
    return ax


def _largest(rows: pd.DataFrame, firm: str) -> list[str]:
    """Choose what is drawn: our firm, then the others by the largest share they ever have."""
    most = rows.groupby("firm", sort=False)["value"].max().fillna(0.0).sort_values(ascending=False, kind="stable")
    names = [str(name) for name in most.index]
    return [*([firm] if firm in names else []), *(name for name in names if name != firm)][:MOST]
