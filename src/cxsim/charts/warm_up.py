"""How a long run settles: Welch's smoothed curve, what is left out as warm-up, and the mean of the rest."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from cxsim.charts.axes import axis_words, base_font, say_what, strip
from cxsim.charts.style import GRID, PALETTE, REFERENCE_COLOR, RULE
from cxsim.charts.tables import checked
from cxsim.charts.text import literal

BAND: Final = 0.25


def warm_up(
    table: pd.DataFrame,
    ax: Axes,
    *,
    measure: str = "wait",
    unit: str = "min",
    ends: float = 0.0,
    mean: tuple[float, float, float] | None = None,
) -> Axes:
    """Draw the smoothed observations of one long run over time.

    Parameters
    ----------
    table
        ``days``, ``smoothed``: in order of time.
    ax
    measure, unit
        What is drawn.
    ends
        Day on which the warm-up ends; what lies before is shaded.
    mean
        Mean, low and high of what is kept; None: nothing is drawn of it. Not-a-number bounds: no band.

    Returns
    -------
    Axes
        The same.

    Raises
    ------
    ChartError
        If a column is missing.
    """
    rows = checked("warm_up", table, [], ["days", "smoothed"])
    unit_of_text = base_font()
    strip(ax, grid="y")
    days = rows["days"].to_numpy()
    ax.set_xlim(float(days[0]), max(float(days[-1]), float(days[0]) + 1e-9))
    if ends > days[0]:
        ax.axvspan(float(days[0]), ends, color=GRID, linewidth=0, zorder=0.5, gid="warm-up")
    if mean is not None:
        centre, low, high = mean
        if np.isfinite(low):
            ax.axhspan(low, high, color=PALETTE[1], alpha=BAND, linewidth=0, zorder=1, gid="interval")
        ax.axhline(centre, color=REFERENCE_COLOR, linewidth=unit_of_text / 10, linestyle=(0, (4, 3)), zorder=3)
    ax.plot(days, rows["smoothed"].to_numpy(), color=PALETTE[0], linewidth=unit_of_text / 9, zorder=2, label="smoothed")
    ax.set_ylim(bottom=0.0)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=8, steps=[1, 2, 5, 10]))
    ax.spines["bottom"].set_visible(True)
    ax.spines["bottom"].set_color(RULE)
    axis_words(ax, "days")
    say_what(
        ax,
        f"{literal(measure)}, {literal(unit)}, smoothed by Welch's moving average. Shaded: left out as warm-up. Dashed "
        "line and band: mean of the rest and its interval.",
    )
    return ax
