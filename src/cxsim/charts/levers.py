"""What each lever does for the money: one bar for each, best first."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from cxsim.charts.axes import Figures, axis_words, base_font, name_rows, print_beside, say_what, strip, zero_rule
from cxsim.charts.style import INK, PALETTE, TIE
from cxsim.charts.tables import checked, one_row_each
from cxsim.charts.text import decimals_for, literal, number

PAD: Final = 0.06
THICK: Final = 0.6


class Row(NamedTuple):
    """One lever, in the unit that is drawn."""

    name: str
    ratio: float
    low: float
    high: float
    note: str

    @property
    def is_tie(self) -> bool:
        """Whether it may do nothing."""
        return not (self.low > 0.0 or self.high < 0.0)


def levers(
    table: pd.DataFrame, ax: Axes, *, gain: str = "customers kept", per: str = "1,000", interval: str = "95 % intervals"
) -> Axes:
    """Draw one bar for each lever, in the order of the table.

    Parameters
    ----------
    table
        ``lever``, ``ratio``, ``ratio_low``, ``ratio_high`` (gain for each `per` spent; NaN where the cost of a
        lever cannot be told from nothing), ``note`` (printed instead of a ratio that is not there).
    ax
        Drawn on; names stand at its left, figures at its right.
    gain, per
        What is gained, as people call it, and for how much.
    interval
        What the intervals are.

    Returns
    -------
    Axes
        The same.

    Raises
    ------
    ChartError
        If a column is missing or a lever comes twice.
    """
    found = checked("levers", table, ["lever", "note"], ["ratio", "ratio_low", "ratio_high"])
    one_row_each("levers", found, ["lever"])
    rows = [
        Row(str(name), float(ratio), float(low), float(high), str(note))
        for name, note, ratio, low, high in found.itertuples(index=False)
    ]
    strip(ax, grid="x")
    name_rows(ax, [row.name for row in rows], share=0.34)
    known = [value for row in rows for value in (row.ratio, row.low, row.high) if np.isfinite(value)]
    low, high = min([0.0, *known]), max([0.0, *known])
    pad = PAD * (high - low) or 1.0
    ax.set_xlim(low - (pad if low < 0.0 else 0.0), high + pad)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
    zero_rule(ax)
    unit = base_font()
    for place, row in enumerate(rows):
        if not np.isfinite(row.ratio):
            continue
        color = TIE if row.is_tie else PALETTE[0]
        ax.barh([place], [row.ratio], height=THICK, color=color, zorder=2, label=row.name)
        if np.isfinite(row.low) and np.isfinite(row.high):
            ax.plot([row.low, row.high], [place, place], color=INK, linewidth=unit / 8, zorder=3)
    decimals = decimals_for([row.ratio for row in rows])
    print_beside(ax, [_figures(row, decimals) for row in rows])
    axis_words(ax, f"{literal(gain)} for each {literal(per)} spent")
    bars = f"Lines: {interval}. " if any(np.isfinite(row.low) for row in rows) else ""
    what = literal(gain)
    said = f"{what[:1].upper()}{what[1:]} for each {literal(per)} spent, each lever pulled alone."
    say_what(ax, f"{said} {bars}Grey: may do nothing.")
    return ax


def _figures(row: Row, decimals: int) -> Figures:
    if not np.isfinite(row.ratio):
        return Figures("–", literal(row.note), quiet=True)
    if not (np.isfinite(row.low) and np.isfinite(row.high)):
        return Figures(number(row.ratio, decimals), "no interval")
    return Figures(
        number(row.ratio, decimals), f"{number(row.low, decimals)} to {number(row.high, decimals)}", row.is_tie
    )
