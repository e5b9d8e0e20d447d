"""How far each policy differs from changing nothing, and how surely: a forest plot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from cxsim.charts.axes import Figures, base_font, inches, name_rows, print_beside, say_what, strip, zero_rule
from cxsim.charts.style import PAPER, SMALL, SOFT_INK, TIE, Look, looks
from cxsim.charts.tables import ChartError, checked, one_row_each
from cxsim.charts.text import POINTS_PER_INCH, decimals_for, literal, number, plain, tick, width_of, wrapped
from cxsim.charts.words import label, said

SHARE_UNITS: Final = ("share", "fraction", "1")
INTERVAL: Final = label("simultaneous 95 % intervals")


@dataclass(frozen=True, slots=True)
class Row:
    """One policy against the reference, in the unit that is drawn."""

    policy: str
    difference: float
    low: float
    high: float

    @property
    def is_tie(self) -> bool:
        """Whether the interval leaves open on which side of zero the difference lies."""
        return not (self.low > 0.0 or self.high < 0.0)


def differences(
    table: pd.DataFrame,
    ax: Axes,
    *,
    reference: str = "as-is",
    interval: str = INTERVAL,
    measure: str = "retention",
) -> Axes:
    """Draw one row for each policy, best first; what cannot be told apart from the reference is grey.

    Parameters
    ----------
    table
        ``policy``, ``difference``, ``diff_ci_low``, ``diff_ci_high``, ``unit``, ``better`` (``higher`` or ``lower``) of
        one measure, firm and segment. A row of the reference is left out. Shares are drawn as percentage points.
    ax
        Drawn on; names stand at its left, figures at its right.
    reference
        The policy the others are compared with.
    interval
        What the intervals are.
    measure
        What is compared, as people call it.

    Returns
    -------
    Axes
        The same.

    Raises
    ------
    ChartError
        If a column is missing, a policy comes twice, or nothing but the reference is there.
    """
    columns = ["policy", "unit", "better"]
    rows = checked("differences", table, columns, ["difference", "diff_ci_low", "diff_ci_high"])
    one_row_each("differences", rows, ["policy"])
    look = looks(rows["policy"], reference)
    others = rows[rows["policy"] != reference]
    if others.empty:
        raise ChartError(f"differences: only `{reference}`; at least one other policy is needed; leave the chart out")
    is_share = str(others["unit"].iloc[0]).startswith(SHARE_UNITS)
    higher = str(others["better"].iloc[0]) != "lower"
    ranked = _ranked(others, 100.0 if is_share else 1.0, higher=higher)
    unit = said("percentage points") if is_share else literal(said(str(others["unit"].iloc[0])))
    strip(ax, grid="x")
    name_rows(ax, [row.policy for row in ranked])
    _set_scale(ax, ranked)
    zero_rule(ax)
    for place, row in enumerate(ranked):
        _draw_row(ax, place, row, look[row.policy])
    _print_figures(ax, ranked)
    _say_sides(ax, literal(reference), higher=higher)
    told = said(
        "Difference in {measure} from {reference}, {unit}, paired runs; {interval}.",
        measure=literal(said(measure)), reference=literal(reference), unit=unit, interval=said(interval),
    )  # fmt: skip
    say_what(ax, f"{told} {said('Grey: cannot be told apart.')}")
    return ax


def _ranked(rows: pd.DataFrame, scale: float, *, higher: bool) -> list[Row]:
    ordered = rows.sort_values("difference", ascending=not higher, kind="stable", na_position="last")
    numbers = ordered[["difference", "diff_ci_low", "diff_ci_high"]].to_numpy() * scale
    return [Row(str(policy), *map(float, values)) for policy, values in zip(ordered["policy"], numbers, strict=True)]


def _set_scale(ax: Axes, rows: list[Row]) -> None:
    known = [value for row in rows for value in (row.difference, row.low, row.high) if np.isfinite(value)]
    low, high = min([0.0, *known]), max([0.0, *known])
    pad = (0.06 * (high - low)) or 1.0
    ax.set_xlim(low - pad, high + pad)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
    ax.xaxis.set_major_formatter(FuncFormatter(_signed_tick))


def _signed_tick(value: float, _: int | None) -> str:
    return tick(value, signed=True) if abs(value) > np.finfo(float).eps else "0"


def _draw_row(ax: Axes, place: int, row: Row, look: Look) -> None:
    unit = base_font()
    color = TIE if row.is_tie else look.color
    if np.isfinite(row.low) and np.isfinite(row.high):
        ax.plot([row.low, row.high], [place, place], color=color, linewidth=unit / 5, solid_capstyle="butt", zorder=2)
    ax.plot(
        [row.difference],
        [place],
        linestyle="none",
        marker=look.marker,
        markersize=unit * 0.75,
        markerfacecolor=PAPER if row.is_tie else color,
        markeredgecolor=color,
        markeredgewidth=unit / 8,
        label=row.policy,
        zorder=3,
    )


def _print_figures(ax: Axes, rows: list[Row]) -> None:
    """Write difference and interval beside each row."""
    decimals = decimals_for([value for row in rows for value in (row.difference, row.low, row.high)])
    printed = [
        Figures(number(row.difference, decimals, signed=True), _interval(row, decimals), row.is_tie) for row in rows
    ]
    print_beside(ax, printed)


def _interval(row: Row, decimals: int) -> str:
    if not (np.isfinite(row.low) and np.isfinite(row.high)):
        return said("no interval")
    low, high = (number(value, decimals, signed=True) for value in (row.low, row.high))
    span = said("{low} to {high}", low=low, high=high)
    return said("{interval}, tie", interval=span) if row.is_tie else span


def _say_sides(ax: Axes, reference: str, *, higher: bool) -> None:
    """Say on which side of zero a policy does better."""
    size = base_font() * SMALL
    low, high = ax.get_xlim()
    zero = -low / (high - low)
    sides = (said("worse"), said("worse than {reference}", reference=reference))
    others = (said("better"), said("better than {reference}", reference=reference))
    left, right = (sides, others) if higher else (others, sides)
    width = inches(ax)[0]
    lift = size * 0.5
    for side, (words, text), edge in (("right", left, zero), ("left", right, 1.0 - zero)):
        longest = edge * width - size / POINTS_PER_INCH
        shown = words if width_of(text, size) > longest else text
        if width_of(shown, size) > longest:
            continue
        ax.annotate(
            wrapped(shown, longest, size),
            (zero, 1.0),
            xycoords="axes fraction",
            xytext=(-size * 0.6 if side == "right" else size * 0.6, lift),
            textcoords="offset points",
            ha=side,
            va="bottom",
            **plain(fontsize=size, color=SOFT_INK),
        )
