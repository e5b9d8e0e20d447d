"""Who left and why, of every 100 customers at the start, and who stayed."""

from __future__ import annotations

from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from cxsim.charts.axes import base_font, inches, name_rows, say_what, strip
from cxsim.charts.bars import Part, head_bars, inside, key
from cxsim.charts.style import (
    GRID,
    INK,
    PAPER,
    REASON_FILLS,
    REASON_HATCHES,
    SMALL,
    STAYED_FILLS,
)
from cxsim.charts.tables import ChartError, checked, one_row_each
from cxsim.charts.text import POINTS_PER_INCH, literal, number, plain, width_of
from cxsim.charts.words import label, said

ALL: Final = 100.0
ROUNDING: Final = 0.5
MANY: Final = 30.0
BAR: Final = 0.62  # of a row's height
STAYED_PANEL: Final = 0.2  # of the width
STAYED: Final = (label("stayed"), label("came back"))


def leavers(
    table: pd.DataFrame,
    ax: Axes,
    *,
    reference: str = "as-is",
    stayed: tuple[str, ...] = STAYED,
) -> Axes:
    """Draw two bars for each policy: those still with the firm, and, on a wider scale, those who left by reason.

    Parameters
    ----------
    table
        ``policy``, ``reason``, ``per_100``: of every 100 customers at the start. All reasons of a policy add up to 100.
    ax
        Divided into two panels; names of the policies stand at its left.
    reference
        Taken as in every chart; nothing looks different for it here.
    stayed
        Reasons that mean: still with the firm.

    Returns
    -------
    Axes
        The same, with two child axes: stayed, left.

    Raises
    ------
    ChartError
        If a column is missing, a number is negative or a policy's do not add up to 100 within 0.5.
    """
    rows = checked("leavers", table, ["policy", "reason"], ["per_100"])
    one_row_each("leavers", rows, ["policy", "reason"])
    _check_sums(rows)
    policies = list(dict.fromkeys(rows["policy"]))
    wide = rows.pivot_table(index="policy", columns="reason", values="per_100", sort=False, fill_value=0.0).loc[
        policies
    ]
    kept = [name for name in dict.fromkeys(rows["reason"]) if name in stayed]
    reasons = [name for name in dict.fromkeys(rows["reason"]) if name not in stayed]
    ax.set_axis_off()
    fills = [Part(name, STAYED_FILLS[place % len(STAYED_FILLS)]) for place, name in enumerate(kept)]
    fills += [Part(name, *_fill(place)) for place, name in enumerate(reasons)]
    head = key(ax, fills)
    left_panel = ax.inset_axes((0.0, 0.0, STAYED_PANEL, 1.0 - head))
    right_panel = ax.inset_axes((STAYED_PANEL + 0.045, 0.0, 1.0 - STAYED_PANEL - 0.045, 1.0 - head))
    name_rows(left_panel, policies)
    _stayed_bars(left_panel, wide[kept])
    _left_bars(right_panel, wide[reasons])
    say_what(ax, said("Of every 100 customers at the start: who is still with the firm, and why the others left."))
    return ax


def _check_sums(rows: pd.DataFrame) -> None:
    if bool((rows["per_100"] < 0.0).any() or rows["per_100"].isna().any()):
        raise ChartError("leavers: column per_100 holds a negative or missing number; 0 to 100 is allowed; correct it")
    for policy, total in rows.groupby("policy", sort=False)["per_100"].sum().items():
        if abs(total - ALL) > ROUNDING:
            raise ChartError(
                f"leavers: the reasons of `{literal(str(policy))}` add up to {total:.1f}; 100 is needed; "
                "add those who stayed, or the reason that is missing"
            )


def _stayed_bars(panel: Axes, wide: pd.DataFrame) -> None:
    unit = base_font()
    strip(panel, grid="")
    panel.set_xlim(0.0, ALL)
    panel.set_xticks([])
    decimals = _decimals(ALL - wide.sum(axis=1))
    for row, (policy, values) in enumerate(wide.iterrows()):
        panel.add_patch(Rectangle((0.0, row - BAR / 2), ALL, BAR, facecolor=PAPER, edgecolor=GRID, linewidth=unit / 12))
        start = 0.0
        for place, (reason, value) in enumerate(values.items()):
            fill = STAYED_FILLS[place % len(STAYED_FILLS)]
            panel.barh(row, value, BAR, left=start, color=fill, label=f"{policy}: {reason}")
            start += float(value)
        style = plain(va="center_baseline", ha="left", color=INK, fontweight="bold", fontsize=unit)
        panel.text(4.0, row, number(start, decimals), **style)
    head_bars(panel, said("still with the firm"))


def _left_bars(panel: Axes, wide: pd.DataFrame) -> None:
    unit = base_font()
    strip(panel, grid="x")
    totals = wide.sum(axis=1)
    longest = max(float(totals.max()) if len(totals) else 0.0, 0.5)
    rows = len(wide)
    panel.set_xlim(0.0, 1.13 * longest)
    panel.set_ylim(rows - 0.5, -0.5)
    panel.set_yticks([])
    panel.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
    across = inches(panel)[0] / (1.13 * longest)
    decimals = _decimals(totals)
    size = unit * SMALL
    for row, (policy, values) in enumerate(wide.iterrows()):
        start = 0.0
        for place, (reason, value) in enumerate(values.items()):
            share = float(value)
            fill, hatch = _fill(place)
            bar = panel.barh(row, share, BAR, left=start, color=fill, label=f"{policy}: {reason}")
            bar[0].set(hatch=hatch, edgecolor=PAPER, linewidth=unit / 14)
            text = number(share, decimals)
            if share * across > width_of(text, size, "bold") + 0.8 * size / POINTS_PER_INCH:
                inside(panel, (start + share / 2, row), text, fill)
            start += share
        panel.annotate(
            number(start, decimals),
            (start, row),
            xytext=(unit * 0.5, 0),
            textcoords="offset points",
            va="center_baseline",
            **plain(fontsize=unit, fontweight="bold", color=INK),
        )
    head_bars(panel, said("left, by reason (wider scale)"))


def _fill(place: int) -> tuple[str, str]:
    """Return fill and hatch of a reason for leaving."""
    return REASON_FILLS[place % len(REASON_FILLS)], REASON_HATCHES[place % len(REASON_HATCHES)]


def _decimals(left: pd.Series) -> int:
    """Say how many decimals both panels print: none where many left, so that the two figures of a row add up to 100."""
    return 0 if float(left.max()) >= MANY else 1
