"""What each factor moves, from the low to the high end of its range: a tornado."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from cxsim.charts.axes import Figures, base_font, name_rows, print_beside, say_what, strip
from cxsim.charts.bars import Part, key
from cxsim.charts.style import INK, PAPER, TIE
from cxsim.charts.tables import checked, one_row_each, scale_of
from cxsim.charts.text import decimals_for, literal, number

BAR: Final = 0.62
LOW: Final = Part("low end", "#e69f00", "///")
HIGH: Final = Part("high end", "#0072b2")
MOST_ROWS: Final = 16
NUMBERS: Final = ("low_change", "high_change", "swing", "swing_ci_low", "swing_ci_high")


class Row(NamedTuple):
    """One factor, in the unit that is drawn."""

    name: str
    low: float
    high: float
    swing: float
    swing_low: float
    swing_high: float

    @property
    def is_tie(self) -> bool:
        """Whether the interval leaves open which way the factor moves anything."""
        return not (self.swing_low > 0.0 or self.swing_high < 0.0)


def tornado(table: pd.DataFrame, ax: Axes, *, measure: str = "the value", unit: str = "", ends: str = "") -> Axes:
    """Draw one row for each factor, the widest first: how far its low and its high end move the value.

    Parameters
    ----------
    table
        ``factor``, ``low_setting``, ``high_setting``, ``low_change``, ``high_change``, ``swing``, ``swing_ci_low``,
        ``swing_ci_high``. Changes are from the value in the middle line; the swing is high less low.
    ax
        Drawn on; names with their two settings stand at its left, the swing at its right.
    measure
        What is moved, as people call it.
    unit
        Of the changes. Shares are drawn as percentage points.
    ends
        What the two ends and the middle line are, as a sentence.

    Returns
    -------
    Axes
        The same.

    Raises
    ------
    ChartError
        If a column is missing or a factor comes twice.
    """
    names = ["factor", "low_setting", "high_setting"]
    rows = checked("tornado", table, names, NUMBERS)
    one_row_each("tornado", rows, ["factor"])
    factor, shown = scale_of(unit)
    shown = f"percentage points{shown.removeprefix('%')}" if factor > 1.0 else shown
    ranked = _ranked(rows, factor)
    ax.set_axis_off()
    head = key(ax, [LOW, HIGH])
    panel = ax.inset_axes((0.0, 0.0, 1.0, 1.0 - head))
    strip(panel, grid="x")
    name_rows(panel, [row.name for row in ranked], share=0.3)
    _set_scale(panel, ranked)
    panel.axvline(0.0, color=INK, linewidth=base_font() / 10, zorder=3)
    for place, row in enumerate(ranked):
        _draw_row(panel, place, row)
    decimals = decimals_for([value for row in ranked for value in (row.swing, row.swing_low, row.swing_high)])
    print_beside(panel, [_figures(row, decimals) for row in ranked])
    left_out = len(rows) - len(ranked)
    rest = f" {left_out} with smaller swings are left out." if left_out else ""
    say_what(
        ax,
        f"Change of {literal(measure)}{', ' if shown else ''}{literal(shown)}. {literal(ends)} Figures: high end less "
        f"low end, with simultaneous 95 % interval; grey: cannot be told apart from none.{rest}",
    )
    return ax


def _ranked(rows: pd.DataFrame, factor: float) -> list[Row]:
    ordered = rows.iloc[rows["swing"].abs().fillna(-1.0).sort_values(ascending=False, kind="stable").index]
    found = []
    for one in ordered.head(MOST_ROWS).to_dict("records"):
        name = f"{literal(one['factor'])}: {literal(one['low_setting'])} → {literal(one['high_setting'])}"
        low, high, swing, *ends = (one[column] * factor for column in NUMBERS)
        found.append(Row(name, low, high, swing, ends[0], ends[1]))
    return found


def _set_scale(panel: Axes, rows: list[Row]) -> None:
    known = [value for row in rows for value in (row.low, row.high) if np.isfinite(value)]
    low, high = min([0.0, *known]), max([0.0, *known])
    pad = (0.06 * (high - low)) or 1.0
    panel.set_xlim(low - pad, high + pad)
    panel.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
    panel.xaxis.set_major_formatter(FuncFormatter(_signed_tick))


def _signed_tick(value: float, _: int | None) -> str:
    text = f"{value:+g}" if abs(value) > np.finfo(float).eps else "0"
    return text.replace("-", "\N{MINUS SIGN}")


def _draw_row(panel: Axes, place: int, row: Row) -> None:
    """Draw both ends; where they lie on one side of the middle they share the height of the row."""
    together = row.low * row.high > 0.0
    for part, value, side in ((LOW, row.low, -1.0), (HIGH, row.high, 1.0)):
        if not np.isfinite(value):
            continue
        height = BAR / 2.0 if together else BAR
        middle = place + side * BAR / 4.0 if together else place
        bar = panel.barh(
            middle, value, height, color=TIE if row.is_tie else part.fill, label=f"{row.name}: {part.name}"
        )
        bar[0].set(hatch=part.hatch, edgecolor=PAPER, linewidth=base_font() / 14)


def _figures(row: Row, decimals: int) -> Figures:
    if not np.isfinite(row.swing):
        return Figures("–", "runs failed", quiet=True)
    interval = "no interval"
    if np.isfinite(row.swing_low) and np.isfinite(row.swing_high):
        interval = f"{number(row.swing_low, decimals, signed=True)} to {number(row.swing_high, decimals, signed=True)}"
    return Figures(number(row.swing, decimals, signed=True), interval, quiet=row.is_tie)
