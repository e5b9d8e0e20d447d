"""What each part of a bundle adds: from changing nothing, step by step, to the whole."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from cxsim.charts.axes import Figures, axis_words, base_font, name_rows, print_beside, say_what, strip
from cxsim.charts.style import INK, PALETTE, PAPER, REFERENCE_COLOR, RULE, TIE
from cxsim.charts.tables import checked, one_row_each, scale_of
from cxsim.charts.text import decimals_for, literal, number
from cxsim.charts.words import label, said

PAD: Final = 0.08
THICK: Final = 0.56
INTERVAL: Final = label("95 % intervals, paired runs")


class Step(NamedTuple):
    """A row, in the unit that is drawn: a total, or what a part adds to those above it."""

    name: str
    is_total: bool
    value: float
    low: float
    high: float

    @property
    def is_tie(self) -> bool:
        """Whether a part may add nothing."""
        return not self.is_total and not (self.low > 0.0 or self.high < 0.0)


def waterfall(
    table: pd.DataFrame,
    ax: Axes,
    *,
    reference: str = "as-is",
    measure: str = "retention",
    interval: str = INTERVAL,
    told: str = "",
) -> Axes:
    """Draw what changing nothing gives, what each part adds, and what the whole gives.

    Parameters
    ----------
    table
        ``name``, ``kind`` ("total" or "part"), ``value``, ``ci_low``, ``ci_high``, ``unit``; in the order of the rows,
        totals first and last. Parts add up to the difference of the totals. Shares are drawn in per cent.
    ax
        Drawn on; names stand at its left, figures at its right.
    reference
        Taken as in every chart; the first total is drawn open.
    measure
        What is drawn, as people call it.
    interval
        What the intervals are.
    told
        What is shown, in sentences; by default that parts are averages over all orders of adding them.

    Returns
    -------
    Axes
        The same.

    Raises
    ------
    ChartError
        If a column is missing or a name comes twice.
    """
    rows = checked("waterfall", table, ["name", "kind", "unit"], ["value", "ci_low", "ci_high"])
    one_row_each("waterfall", rows, ["name"])
    factor, unit = scale_of(str(rows["unit"].iloc[0]))
    steps = [
        Step(str(name), str(kind) == "total", factor * value, factor * low, factor * high)
        for name, kind, value, low, high in rows[["name", "kind", "value", "ci_low", "ci_high"]].itertuples(index=False)
    ]
    strip(ax, grid="x")
    name_rows(ax, [said(step.name) for step in steps])
    seen = _draw(ax, steps)
    pad = PAD * (max(seen) - min(seen)) or 1.0
    ax.set_xlim(min(seen) - pad, max(seen) + pad)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
    if unit.startswith("%"):
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g} %"))
    else:
        axis_words(ax, literal(said(unit)))
    _print(ax, steps)
    say_what(ax, literal(told) or _words(measure, unit, interval))
    return ax


def _words(measure: str, unit: str, interval: str) -> str:
    what = literal(said(measure))
    told = said(
        "{measure}, {unit}; bars: what each part adds, {points}, on average over all orders of adding them.",
        measure=f"{what[:1].upper()}{what[1:]}", unit=literal(said(unit)),
        points=said("percentage points") if unit.startswith("%") else literal(said(unit)),
    )  # fmt: skip
    return " ".join([told, said("Lines: {interval}.", interval=said(interval)), said("Grey: may add nothing.")])


def _draw(ax: Axes, steps: list[Step]) -> list[float]:
    """Draw totals as marks and parts as bars that begin where the one above ends; return all ends that are drawn."""
    size, level = base_font(), 0.0
    seen: list[float] = []
    for place, step in enumerate(steps):
        begin = 0.0 if step.is_total else level
        end, low, high = begin + step.value, begin + step.low, begin + step.high
        if step.is_total:
            look: dict[str, Any] = {"marker": "s", "markeredgecolor": REFERENCE_COLOR, "markersize": size * 0.8}
            fill = PAPER if place == 0 else REFERENCE_COLOR
            ax.plot([end], [place], markerfacecolor=fill, markeredgewidth=size / 8, zorder=3, label=step.name, **look)
            low, high = step.low, step.high
        else:
            color = TIE if step.is_tie else PALETTE[0] if step.value > 0.0 else PALETTE[3]
            ax.barh([place], [step.value], left=begin, height=THICK, color=color, zorder=2, label=step.name)
        if np.isfinite(low) and np.isfinite(high):
            ax.plot([low, high], [place, place], color=INK, linewidth=size / 8, zorder=2.5)
        if place + 1 < len(steps):
            ax.plot([end, end], [place, place + 1], color=RULE, linewidth=size / 12, zorder=1.5)
        level = end
        seen += [value for value in (end, low, high) if np.isfinite(value)]
    return seen


def _print(ax: Axes, steps: list[Step]) -> None:
    decimals = max(1, decimals_for([step.value for step in steps if not step.is_total]))
    printed = []
    for step in steps:
        signed = not step.is_total
        span = said("no interval")
        if np.isfinite(step.low) and np.isfinite(step.high):
            low, high = (number(value, decimals, signed=signed) for value in (step.low, step.high))
            span = said("{low} to {high}", low=low, high=high)
        printed.append(Figures(number(step.value, decimals, signed=signed), span, step.is_tie))
    print_beside(ax, printed)
