"""Factors in the order in which they matter, with intervals, and with what luck would have made of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from cxsim.charts.axes import Figures, axis_words, base_font, name_rows, print_beside, say_what, strip
from cxsim.charts.style import INK, PALETTE, PAPER, TIE
from cxsim.charts.tables import checked, one_row_each, scale_of
from cxsim.charts.text import decimals_for, literal, number, tick

PAD: Final = 0.06
MOST_ROWS: Final = 16


def ranking(
    table: pd.DataFrame,
    ax: Axes,
    *,
    marks: tuple[str, str] = ("ST", "S1"),
    unit: str = "",
    what: str = "",
    threshold: float = float("nan"),
) -> Axes:
    """Draw one row for each factor, the most important first.

    Parameters
    ----------
    table
        ``factor``, ``index``, ``raw``, ``value``, ``ci_low``, ``ci_high``, ``told_apart``; rows of other indices than
        `marks` are left out.
    ax
        Drawn on; names stand at its left, figures at its right.
    marks
        The index that is drawn as a filled mark with its interval, and printed; and another, drawn as an open mark
        (empty for none).
    unit
        Of the index; "share" is drawn in per cent.
    what
        What is drawn, as sentences.
    threshold
        What chance alone shows, drawn as a dashed line.

    Returns
    -------
    Axes
        The same.

    Raises
    ------
    ChartError
        If a column is missing or a factor comes twice.
    """
    by, beside = marks
    numbers = ["raw", "value", "ci_low", "ci_high", "told_apart"]
    every = checked("ranking", table, ["factor", "index"], numbers)
    one_row_each("ranking", every, ["factor", "index"])
    factor, shown = scale_of(unit)
    every[numbers[:4]] *= factor
    rows = checked("ranking", every[every["index"] == by], ["factor"], numbers)
    rows = rows.iloc[rows["value"].fillna(rows["raw"]).abs().sort_values(ascending=False, kind="stable").index]
    rows = rows.head(MOST_ROWS)
    second = every[every["index"] == beside].set_index("factor")["value"] if beside else None
    strip(ax, grid="x")
    name_rows(ax, list(rows["factor"]), share=0.3)
    others = [] if second is None else second.reindex(rows["factor"]).tolist()
    line = threshold * factor
    _set_scale(ax, [*rows[numbers[:4]].to_numpy().ravel().tolist(), *others, line])
    for place, values in enumerate(rows[numbers].to_numpy().tolist()):
        _draw_row(ax, place, values, others[place] if others else np.nan)
    if np.isfinite(line):
        ax.axvline(line, color=INK, linewidth=base_font() / 10, linestyle=(0, (4, 3)), zorder=1.5)
    decimals = decimals_for(rows[["value", "ci_low", "ci_high"]].to_numpy().ravel().tolist())
    print_beside(ax, [_figures(values, decimals) for values in rows[numbers].to_numpy().tolist()])
    if shown.startswith("%"):
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{tick(value)} %"))
    else:
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: tick(value)))
    if shown and not shown.startswith("%"):
        axis_words(ax, literal(shown))
    say_what(ax, literal(what))
    return ax


def _set_scale(ax: Axes, values: Sequence[float]) -> None:
    known = [value for value in values if np.isfinite(value)]
    low, high = min([0.0, *known]), max([0.0, *known])
    pad = PAD * (high - low) or 1.0
    ax.set_xlim(low - pad, high + pad)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))


def _draw_row(ax: Axes, place: int, values: Sequence[float], other: float) -> None:
    raw, value, low, high, apart = values
    unit = base_font()
    color = PALETTE[0] if apart else TIE
    if np.isfinite(low) and np.isfinite(high):
        ax.plot([low, high], [place, place], color=color, linewidth=unit / 5, solid_capstyle="butt", zorder=2)
    style: dict[str, Any] = {"linestyle": "none", "markeredgecolor": color, "markeredgewidth": unit / 8}
    ax.plot([raw], [place], marker="|", markersize=unit * 1.6, label="raw", zorder=2.5, **style)
    ax.plot(
        [other], [place], marker="D", markersize=unit * 0.6, markerfacecolor=PAPER, label="beside", zorder=3, **style
    )
    face = color if apart else PAPER
    ax.plot(
        [value], [place], marker="o", markersize=unit * 0.75, markerfacecolor=face, label="value", zorder=3.5, **style
    )


def _figures(values: Sequence[float], decimals: int) -> Figures:
    _, value, low, high, apart = values
    if not np.isfinite(value):
        return Figures("–", "only luck", quiet=True)
    interval = f"{number(low, decimals)} to {number(high, decimals)}" if np.isfinite(low) else ""
    return Figures(number(value, decimals), interval, quiet=not apart)
