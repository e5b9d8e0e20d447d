"""How many times as fast as a peer each engine is, for each workload."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from cxsim.charts.axes import base_font, inches, name_rows, say_what, strip
from cxsim.charts.style import INK, PALETTE, PAPER, REFERENCE_COLOR, RULE, SMALL, SOFT_INK
from cxsim.charts.tables import checked, one_row_each
from cxsim.charts.text import POINTS_PER_INCH, decimals_for, number, plain

COLUMNS: Final = (3.8, 8.2)  # right edges of the printed figures, in font sizes from the plot
WHOLE_FROM: Final = 10.0  # figures of this size need no decimals
ROOM: Final = 1.5  # free at both ends of the scale, as a factor


def speed(table: pd.DataFrame, ax: Axes, *, reference: str = "SimPy", ours: str = "cxsim") -> Axes:
    """Draw a row for each engine and a mark for each workload, on a logarithmic scale.

    Parameters
    ----------
    table
        ``engine``, ``workload``, ``times``: how many times as fast as the reference; not-a-number: not measured.
    ax
        Names of the engines stand at its left, figures at its right.
    reference
        Whose speed is 1; the rule stands there.
    ours
        This engine is drawn in colour, the others are grey.

    Returns
    -------
    Axes
        The same.

    Raises
    ------
    ChartError
        If a column is missing, or two rows stand for one engine and workload.
    """
    rows = checked("speed", table, ["engine", "workload"], ["times"])
    one_row_each("speed", rows, ["engine", "workload"])
    engines, workloads = (list(dict.fromkeys(rows[column])) for column in ("engine", "workload"))
    found = {(engine, work): times for engine, work, times in rows.itertuples(index=False)}
    known = rows["times"].to_numpy()
    known = known[np.isfinite(known)]
    strip(ax, grid="x")
    ax.set_xscale("log")
    ax.set_xlim(min(1.0, *known) / ROOM, max(1.0, *known) * ROOM)
    ax.xaxis.set_major_locator(LogLocator(base=10.0))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.axvline(1.0, color=RULE, linewidth=base_font() / 6, zorder=1.5)
    name_rows(ax, engines)
    for row, engine in enumerate(engines):
        times = [found.get((engine, work), np.nan) for work in workloads]
        _row(ax, row, times, workloads, PALETTE[0] if engine == ours else REFERENCE_COLOR)
    _head(ax, workloads)
    filled = f"Filled mark: {workloads[0]}" + (f"; open: {workloads[1]}" if len(workloads) > 1 else "")
    say_what(ax, f"Times as fast as {reference}, by time per event. {filled}. Logarithmic scale.")
    return ax


def _row(ax: Axes, row: int, times: list[float], workloads: list[str], color: str) -> None:
    unit = base_font()
    known = [value for value in times if np.isfinite(value)]
    if len(known) > 1:
        ax.plot([min(known), max(known)], [row, row], color=color, linewidth=unit / 8, zorder=2)
    for place, (value, work) in enumerate(zip(times, workloads, strict=True)):
        if np.isfinite(value):
            ax.plot(
                [value],
                [row],
                linestyle="none",
                marker="o",
                markersize=unit * 0.66,
                markeredgewidth=unit / 9,
                markeredgecolor=color,
                markerfacecolor=PAPER if place else color,
                label=f"{work} {row}",
                zorder=3 + (place == 0),
            )
        _figure(ax, row, place, number(value, 0 if value >= WHOLE_FROM else decimals_for([value])))


def _figure(ax: Axes, row: float, place: int, words: str) -> None:
    unit = base_font()
    x = 1.0 + COLUMNS[min(place, 1)] * unit / POINTS_PER_INCH / inches(ax)[0]
    style = plain(transform=ax.get_yaxis_transform(), va="center_baseline", ha="right", fontsize=unit * SMALL)
    bold = place == 0
    ax.text(x, row, words, color=INK if bold else SOFT_INK, fontweight="bold" if bold else "normal", **style)


def _head(ax: Axes, workloads: list[str]) -> None:
    for place, work in enumerate(workloads):
        _figure(ax, -0.62, place, work)
