"""A control chart of failures: month by month against the limits of what was usual before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from cxsim.charts.axes import axis_words, base_font, say_what, strip
from cxsim.charts.pair import below_key, looks_among, marked
from cxsim.charts.style import INK, RULE, SMALL, SOFT_INK, STAYED_FILLS
from cxsim.charts.tables import checked, one_row_each
from cxsim.charts.text import plain
from cxsim.charts.words import label, said

MONTH: Final = label("month")
QUARTER: Final = label("quarter")
REACH: Final = 1.15  # above the highest point


def control(
    table: pd.DataFrame,
    ax: Axes,
    *,
    reference: str = "as-is",
    among: Sequence[str] = (),
    begin: float | None = None,
    every: str = MONTH,
) -> Axes:
    """Draw failures by period with centre line and limits; a ring marks what the rules signal.

    Parameters
    ----------
    table
        ``policy``, ``month`` (middle of the period; 0 = start, negative: before), ``value`` (failures of every 100
        journeys), ``centre``, ``low``, ``high`` (limits for the journeys of that period), ``signal`` (1 or 0).
    ax
        Drawn on.
    reference
        This policy is grey and dashed.
    among
        All policies that were compared, so that each keeps its look.
    begin
        Month from which the other policy holds, marked by a line.
    every
        What a point stands for.

    Returns
    -------
    Axes
        The same, with one child axes.

    Raises
    ------
    ChartError
        If a column is missing, or two rows stand for one point.
    """
    rows = checked("control", table, ["policy"], ["month", "value", "centre", "low", "high", "signal"])
    one_row_each("control", rows, ["policy", "month"])
    look = looks_among(rows["policy"], reference, among)
    panel = below_key(ax, look, reference)
    unit = base_font()
    strip(panel, grid="y")
    panel.tick_params(axis="x", pad=unit)  # clear of the figure at the foot of the other axis
    base = rows[rows["policy"] == reference].sort_values("month")
    _draw_limits(panel, base)
    for policy, one in look.items():
        line = rows[rows["policy"] == policy].sort_values("month")
        is_reference = policy == reference
        if not is_reference and begin is not None:
            line = line[line["month"] >= begin - 1.0]  # the same run as the reference before
        panel.plot(
            line["month"], line["value"], label=policy, zorder=4 - is_reference, clip_on=False,
            **marked(one, is_reference=is_reference),
        )  # fmt: skip
        out = line[line["signal"] > 0.0]
        if out.empty:
            continue
        panel.plot(
            out["month"], out["value"], linestyle="none", marker="o", markersize=unit * 1.05, markerfacecolor="none",
            markeredgecolor=INK, markeredgewidth=unit / 12, label=f"signal {policy}", zorder=5, clip_on=False,
        )  # fmt: skip
    _set_scales(panel, rows)
    if begin is not None:
        _mark(panel, begin)
    axis_words(panel, said("months from the start; negative: warm-up, under as-is"))
    told = (
        said("Failures of every 100 journeys, by {period} (u chart).", period=said(every)),
        said("Band: centre ± 3 sigma of the time before (Shewhart 1931)."),
        said("Rings: beyond the limits, or the eighth in a row on one side (Western Electric 1956)."),
    )
    say_what(ax, " ".join(told))
    return ax


def _set_scales(panel: Axes, rows: pd.DataFrame) -> None:
    lowest, highest = (
        float(edge) for edge in (rows[["value", "low"]].min().min(), rows[["value", "high"]].max().max())
    )
    lines = MaxNLocator(nbins=6, steps=[1, 2, 5, 10])
    # The axis begins at a line that carries its figure, so that nobody takes its foot for zero.
    foot = max(0.0, float(lines.tick_values(lowest - 0.1 * (highest - lowest), highest)[0]))
    panel.set_ylim(foot, foot + REACH * (highest - foot))
    panel.set_xlim(float(rows["month"].min()) - 0.5, float(rows["month"].max()) + 0.5)
    panel.xaxis.set_major_locator(MaxNLocator(nbins=9, steps=[1, 2, 3, 6, 10], integer=True))
    panel.yaxis.set_major_locator(lines)


def _draw_limits(panel: Axes, base: pd.DataFrame) -> None:
    unit = base_font()
    month = base["month"].to_numpy()
    half = 0.5 * float(np.median(np.diff(month))) if len(month) > 1 else 0.5
    edges = np.concatenate([month - half, [month[-1] + half]])
    low, high = (np.concatenate([base[name].to_numpy(), base[name].to_numpy()[-1:]]) for name in ("low", "high"))
    panel.fill_between(edges, low, high, step="post", color=STAYED_FILLS[1], linewidth=0, zorder=1, gid="limits")
    for bound in (low, high):
        panel.step(edges, bound, where="post", color=RULE, linewidth=unit / 12, zorder=1.5)
    centre = float(base["centre"].iloc[0])
    panel.axhline(centre, color=SOFT_INK, linewidth=unit / 10, zorder=1.8, gid="centre")


def _mark(panel: Axes, begin: float) -> None:
    unit = base_font()
    panel.axvline(begin, color=SOFT_INK, linewidth=unit / 10, linestyle=(0, (2, 2)), zorder=1.6)
    low, high = panel.get_xlim()
    left = begin > (low + high) / 2
    panel.annotate(
        said("the policy starts"), (begin, 1.0), xycoords=("data", "axes fraction"),
        xytext=(-0.4 * unit if left else 0.4 * unit, -0.2 * unit), textcoords="offset points",
        ha="right" if left else "left", va="top", **plain(fontsize=unit * SMALL, color=INK),
    )  # fmt: skip
