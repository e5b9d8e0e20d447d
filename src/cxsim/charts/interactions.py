"""Which factors act together: shares of the variance of each factor alone and of each pair, as a matrix."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.patches import Rectangle

from cxsim.charts.axes import base_font, inches, name_rows, say_what, strip
from cxsim.charts.bars import BRIGHT
from cxsim.charts.style import INK, PAPER, QUIET, RULE, SMALL
from cxsim.charts.tables import ChartError, checked, one_row_each
from cxsim.charts.text import POINTS_PER_INCH, number, plain

DARK: Final = "#0b3c5d"  # shares run from paper to this blue: their lightness tells them apart without colour
MOST: Final = 10


def interactions(table: pd.DataFrame, ax: Axes, *, measure: str = "the value") -> Axes:
    """Draw a cell for each factor (alone, on the diagonal) and each pair (below it).

    Parameters
    ----------
    table
        ``factor``, ``other`` (the same for a factor alone), ``value`` (share of the variance), ``told_apart``. Factors
        stand in the order in which they come first.
    ax
        Drawn on; numbered names stand at its left, the same numbers below.
    measure
        Whose variance it is, as people call it.

    Returns
    -------
    Axes
        The same.

    Raises
    ------
    ChartError
        If a column is missing, a pair comes twice, or there is one factor only.
    """
    cells = checked("interactions", table, ["factor", "other"], ["value", "told_apart"])
    one_row_each("interactions", cells, ["factor", "other"])
    names = list(dict.fromkeys(cells["factor"]))[:MOST]
    if len(names) < 2:  # noqa: PLR2004 -- one has nobody to act together with
        raise ChartError("interactions: one factor; two or more are needed; leave the chart out")
    place = {name: number for number, name in enumerate(names)}
    found: dict[tuple[int, int], tuple[float, bool]] = {}
    for one in cells.to_dict("records"):
        if one["factor"] in place and one["other"] in place:
            column, row = sorted((place[one["factor"]], place[one["other"]]))
            found[row, column] = float(one["value"]), bool(one["told_apart"])
    strip(ax, grid="")
    count = len(names)
    ax.set_xlim(-0.5, count - 0.5)
    name_rows(ax, [f"{number}  {name}" for number, name in enumerate(names, start=1)], share=0.32)
    ax.set_xticks(range(count), labels=[str(number) for number in range(1, count + 1)])
    largest = max([value for value, _ in found.values() if np.isfinite(value)], default=0.0)
    for (row, column), (value, apart) in found.items():
        _draw_cell(ax, (row, column), value, largest, apart=apart, count=count)
    left_out = len(dict.fromkeys(cells["factor"])) - count
    rest = f" {left_out} that matter less are left out." if left_out else ""
    say_what(
        ax,
        f"Shares of the variance of {measure}, %, luck taken off: each factor alone on the diagonal, what two do only "
        f"together below it. Framed and bold: told apart from none.{rest}",
    )
    return ax


def _draw_cell(ax: Axes, cell: tuple[int, int], value: float, largest: float, *, apart: bool, count: int) -> None:
    row, column = cell
    unit = base_font()
    strength = float(np.clip(value / largest, 0.0, 1.0)) if largest > 0.0 and np.isfinite(value) else 0.0
    shade = to_hex(tuple((1.0 - strength) * np.array(to_rgb(PAPER)) + strength * np.array(to_rgb(DARK))))
    edge, width = (INK, unit / 9) if apart else (RULE, unit / 18)
    box = Rectangle((column - 0.46, row - 0.44), 0.92, 0.88, facecolor=shade, edgecolor=edge, linewidth=width)
    ax.add_patch(box)
    wide, high = (size / count * POINTS_PER_INCH for size in inches(ax))
    size = min(unit * SMALL, wide / 4.0, high / 2.0)
    red, green, blue = to_rgb(shade)
    bright = 0.2126 * red + 0.7152 * green + 0.0722 * blue > BRIGHT
    color = (INK if apart else QUIET) if bright else PAPER
    weight = "bold" if apart else "normal"
    text = number(100.0 * value, 0) if np.isfinite(value) else "–"
    ax.text(
        column, row, text, **plain(ha="center", va="center_baseline", fontsize=size, color=color, fontweight=weight)
    )
