"""How many of the starting customers are still with the firm, month by month."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from cxsim.charts.axes import axis_words, base_font, say_what, strip
from cxsim.charts.ends import End, name_ends
from cxsim.charts.style import INK, RULE, Look, looks
from cxsim.charts.tables import checked, one_row_each
from cxsim.charts.text import number
from cxsim.charts.words import label, said

BAND_STRENGTH: Final = 0.16
FINE_STEP: Final = 0.01  # the vertical axis ends at a multiple of this share, or of five of it
MARKS: Final = 6  # about so many markers along a line
BAND: Final = label("95 % interval over replications")


def retention(
    table: pd.DataFrame,
    ax: Axes,
    *,
    reference: str = "as-is",
    band: str = BAND,
    begin: float | None = None,
) -> Axes:
    """Draw one line and band for each policy, named at its end.

    Parameters
    ----------
    table
        ``policy``, ``month`` (0 = start), ``value``, ``ci_low``, ``ci_high``: shares of the starting customers who are
        with the firm. Not-a-number in an interval: no band there.
    ax
        Drawn on; names of the lines stand at its right.
    reference
        This policy is grey and dashed.
    band
        What the bands mean.
    begin
        Month from which policies count their time, marked by a line; None where that is the start.

    Returns
    -------
    Axes
        The same.

    Raises
    ------
    ChartError
        If a column is missing, or two rows stand for one point.
    """
    rows = checked("retention", table, ["policy"], ["month", "value", "ci_low", "ci_high"])
    one_row_each("retention", rows, ["policy", "month"])
    look = looks(rows["policy"], reference)
    ends: list[End] = []
    for policy, part in rows.groupby("policy", sort=False):
        line = part.sort_values("month")
        name = str(policy)
        _draw_line(ax, line, name, look[name], is_reference=name == reference)
        last, share = float(line["month"].iloc[-1]), float(line["value"].iloc[-1])
        ends.append(End(name, f"{number(100 * share, 1)} %", last, share, look[name].color))
    _set_scales(ax, rows)
    name_ends(ax, ends)
    if begin is not None:
        _mark_begin(ax, begin)
    told = said("Of the customers at the start, the share still with the firm.")
    bands = said("Bands: {interval}.", interval=said(band)) if bool(rows["ci_low"].notna().any()) else ""
    say_what(ax, f"{told} {bands}".rstrip())
    return ax


def _draw_line(ax: Axes, line: pd.DataFrame, name: str, look: Look, *, is_reference: bool) -> None:
    month, value = line["month"].to_numpy(), line["value"].to_numpy()
    low, high = line["ci_low"].to_numpy(), line["ci_high"].to_numpy()
    unit = base_font()
    if np.isfinite(low).any():
        ax.fill_between(
            month, low, high, color=look.color, alpha=BAND_STRENGTH, linewidth=0, zorder=2, gid=f"band {name}"
        )
    every = max(1, len(month) // MARKS)
    ax.plot(
        month,
        value,
        color=look.color,
        linestyle=(0, (4, 2)) if is_reference else look.dash,
        linewidth=unit / 6,
        marker=look.marker,
        markevery=((len(month) - 1) % every, every),
        markersize=unit * 0.42,
        markeredgewidth=unit / 18,
        markerfacecolor="white" if is_reference else look.color,
        label=name,
        zorder=4 if is_reference else 3,
        clip_on=False,
    )


def _set_scales(ax: Axes, rows: pd.DataFrame) -> None:
    strip(ax, grid="y")
    lowest = float(np.nanmin(rows[["value", "ci_low"]].to_numpy()))
    highest = float(np.nanmax(rows[["value", "ci_high"]].to_numpy()))
    step = FINE_STEP if highest - lowest < 4 * FINE_STEP else 5 * FINE_STEP
    top = min(1.0, np.ceil(highest / step) * step)
    lines = MaxNLocator(nbins=6, steps=[1, 2, 5, 10])
    # The axis begins at a line that carries its figure, so that nobody takes its foot for zero.
    ax.set_ylim(max(0.0, lines.tick_values(lowest, top)[0]), top)
    last = max(float(rows["month"].max()), 1e-9)
    ax.set_xlim(0.0, last)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=8, steps=[1, 2, 3, 6, 10], integer=True))
    ax.yaxis.set_major_locator(lines)
    ax.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:g} %"))
    ax.spines["bottom"].set_visible(True)
    ax.spines["bottom"].set_color(RULE)
    axis_words(ax, said("months from the start"))


def _mark_begin(ax: Axes, begin: float) -> None:
    """Mark from when policies are there; the word stands at the foot, on the side where there is more room."""
    unit = base_font()
    ax.axvline(begin, color=RULE, linewidth=unit / 12, zorder=1, gid="policies from here")
    left = begin > sum(ax.get_xlim()) / 2
    ax.annotate(
        said("policies from here"),
        (begin, 0.0),
        xycoords=("data", "axes fraction"),
        xytext=(-0.4 * unit if left else 0.4 * unit, 0.4 * unit),
        textcoords="offset points",
        ha="right" if left else "left",
        va="bottom",
        color=INK,
        fontsize=0.85 * unit,
    )
