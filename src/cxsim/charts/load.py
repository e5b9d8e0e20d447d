"""The load of a week: contacts offered, agents on duty and how busy they are, by weekday and hour."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from numpy.typing import NDArray

from cxsim.charts.axes import base_font, inches, say_what, strip
from cxsim.charts.panels import Panels
from cxsim.charts.style import INK, PAPER, SMALL
from cxsim.charts.tables import ChartError, checked, one_row_each
from cxsim.charts.text import POINTS_PER_INCH, decimals_for, literal, number, plain, width_of
from cxsim.charts.words import label, said

DAYS: Final = (label("Mon"), label("Tue"), label("Wed"), label("Thu"), label("Fri"), label("Sat"), label("Sun"))
HOURS: Final = 24
HEADS: Final = {
    "offered": label("contacts offered an hour"),
    "duty": label("agents on duty"),
    "occupancy": label("occupancy of agents, %"),
}
# One hue from white to dark: darker is more, in colour, in grey and for every kind of colour blindness.
SHADES: Final = LinearSegmentedColormap.from_list("load", ["#f4f8fb", "#7fb2d9", "#0b3c66"])
DARK: Final = 0.52  # of the scale, from which letters are white
LEAST: Final = 14.0
WIDE: Final = 0.8  # font sizes an hour
WHOLE: Final = 0.05  # agents: so near to whole numbers none has a decimal
COLUMNS: Final = (0.8,)
FULL: Final = 100.0


def load(table: pd.DataFrame, ax: Axes, *, reference: str = "as-is") -> Axes:
    """Draw three heat maps of one touchpoint, weekday by hour, with the figures in the cells where they fit.

    Parameters
    ----------
    table
        ``touchpoint``; ``day`` 0 (Monday) to 6; ``hour`` 0 to 23; ``offered`` contacts an hour; ``duty`` agents, mean
        over the hour; ``occupancy``, share of the time of those on duty in which they serve (not-a-number where nobody
        is); ``waited``, total hours of waiting there. The touchpoint with the most waiting is drawn.
    ax
        Divided into panels.
    reference
        Taken as in every chart; nothing looks different for it here.

    Returns
    -------
    Axes
        The same, with one child axes for each heat map.

    Raises
    ------
    ChartError
        If a column is missing, an hour comes twice, or a day or an hour is none.
    """
    rows = checked("load", table, ["touchpoint"], ["day", "hour", "offered", "duty", "occupancy", "waited"])
    one_row_each("load", rows, ["touchpoint", "day", "hour"])
    if not (rows["day"].isin(range(len(DAYS))).all() and rows["hour"].isin(range(HOURS)).all()):
        raise ChartError("load: a day or an hour out of range; days 0 to 6 and hours 0 to 23 are allowed; correct it")
    total = rows.groupby("touchpoint", sort=False)["waited"].max()
    chosen = str(total.idxmax())
    part = rows[rows["touchpoint"] == chosen].astype({"day": int, "hour": int})
    used = part[(part["offered"] > 0.0) | (part["duty"] > 0.0)]
    used = part if used.empty else used
    days, hours = sorted(set(used["day"])), list(range(int(used["hour"].min()), int(used["hour"].max()) + 1))
    ax.set_axis_off()
    panels = Panels.for_axes(ax, COLUMNS, most=len(HEADS), least=max(LEAST, WIDE * len(hours)))
    for place, (name, head) in enumerate(HEADS.items()):
        grid = np.full((len(DAYS), HOURS), np.nan)
        grid[used["day"], used["hour"]] = used[name] * (FULL if name == "occupancy" else 1.0)
        panel = panels.panel(ax, place, len(HEADS))
        shown = grid[np.ix_(days, hours)]
        _draw_map(panel, shown, days, hours, name)
        most = float(np.nanmax(shown)) if np.isfinite(shown).any() else 0.0
        panels.head(panel, said("{what}; at most {most}", what=said(head), most=number(most, _decimals(shown, name))))
    told = [
        said(
            "{touchpoint}: an average week, darker is more; empty where nobody is on duty and nobody comes.",
            touchpoint=literal(chosen),
        )
    ]
    if len(total) > 1:
        told.append(
            said("{all} touchpoints have agents; this is the one where most time is spent waiting.", all=len(total))
        )
    say_what(ax, " ".join(told))
    return ax


def _draw_map(panel: Axes, grid: NDArray[np.float64], days: list[int], hours: list[int], name: str) -> None:
    unit = base_font()
    strip(panel, grid="")
    most = FULL if name == "occupancy" else max(float(np.nanmax(grid)) if np.isfinite(grid).any() else 1.0, 1e-9)
    panel.imshow(grid, aspect="auto", cmap=SHADES, vmin=0.0, vmax=most, gid=name)
    panel.set_xlim(-0.5, len(hours) - 0.5)
    panel.set_ylim(len(days) - 0.5, -0.5)
    for edge in range(1, max(len(hours), len(days))):
        if edge < len(hours):
            panel.axvline(edge - 0.5, color=PAPER, linewidth=unit / 14)
        if edge < len(days):
            panel.axhline(edge - 0.5, color=PAPER, linewidth=unit / 14)
    width, height = inches(panel)
    panel.set_yticks(range(len(days)), labels=[said(DAYS[day]) for day in days])
    panel.tick_params(axis="y", labelsize=min(unit * SMALL, 0.8 * POINTS_PER_INCH * height / len(days)))
    every = max(1, int(np.ceil(1.7 * unit * len(hours) / (width * POINTS_PER_INCH))))
    places = range(0, len(hours), every)
    panel.set_xticks(list(places), labels=[str(hours[place]) for place in places])
    _print(panel, grid, name, most, (width / len(hours), height / len(days)))


def _decimals(shown: NDArray[np.float64], name: str) -> int:
    known = shown[np.isfinite(shown) & (shown > 0.0)]
    return 0 if name == "occupancy" or np.allclose(known, np.round(known), atol=WHOLE) else min(decimals_for(known), 1)


def _print(panel: Axes, shown: NDArray[np.float64], name: str, most: float, cell: tuple[float, float]) -> None:
    decimals = _decimals(shown, name)
    texts = {
        place: number(float(shown[place]), decimals) for place in np.ndindex(*shown.shape) if np.isfinite(shown[place])
    }
    size = base_font() * SMALL
    widest = max((width_of(text, 10.0) / 10.0 for text in texts.values()), default=1.0)
    size = min(size, 0.84 * cell[0] / widest, 0.8 * cell[1] * POINTS_PER_INCH)
    if size < 0.55 * base_font():
        return
    for (row, column), text in texts.items():
        color = PAPER if shown[row, column] / most > DARK else INK
        panel.text(column, row, text, ha="center", va="center_baseline", **plain(fontsize=size, color=color))
