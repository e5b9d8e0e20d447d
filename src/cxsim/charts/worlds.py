"""In how many worlds that we cannot rule out each policy is best, and what in them decides it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MultipleLocator

from cxsim.charts.axes import base_font, inches, name_rows, say_what, strip
from cxsim.charts.courses import LEFT_OUT
from cxsim.charts.panels import Panels
from cxsim.charts.style import INK, PAPER, Look, looks
from cxsim.charts.tables import ChartError, checked, one_row_each
from cxsim.charts.text import POINTS_PER_INCH, number
from cxsim.charts.words import label, said

ALL: Final = 100.0
NUMBERS: Final = ("best", "ci_low", "ci_high", "level")
COLUMNS: Final = (4.0,)  # right edge of the figures, in font sizes from the panel's edge
ROOM_OF_TICKS: Final = 11.0  # font sizes, for three of them
THICK: Final = 0.56
MOST: Final = 10  # policies
PALE: Final = 0.35


def worlds(
    table: pd.DataFrame, ax: Axes, *, reference: str = "as-is", among: Sequence[str] = (), divided: str = ""
) -> Axes:
    """Draw a panel for all worlds and one for each part of them, and in it for each policy the share it is best in.

    Parameters
    ----------
    table
        ``part`` (its panel), ``policy``, ``best``, ``ci_low``, ``ci_high`` (shares of the worlds of the part in which
        the policy is best alone), ``level`` (share in which it has the best mean, and luck may explain its lead).
    ax
        Divided into panels; names of the policies stand at the left.
    reference
        Drawn grey.
    among
        All policies of the comparison in their order: each keeps its look.
    divided
        What divides the worlds, as a sentence.

    Returns
    -------
    Axes
        The same, with one child axes for each part.

    Raises
    ------
    ChartError
        If a column is missing, a row comes twice, or shares of a part add up to more than one.
    """
    rows = checked("worlds", table, ["part", "policy"], NUMBERS)
    one_row_each("worlds", rows, ["part", "policy"])
    sums = rows.groupby("part", sort=False)[["best", "level"]].sum().sum(axis=1)
    if bool((sums > 1.0 + 1e-6).any()):
        raise ChartError(f"worlds: shares add up to {sums.max():.2f}; at most 1 is possible; count each world once")
    look = looks([*among, *rows["policy"]], reference)
    parts = list(dict.fromkeys(rows["part"]))
    policies = _chosen(rows, parts[0])
    panels = Panels.for_axes(ax, COLUMNS)
    # One third without the others would mislead: all of them, or none.
    shown = parts if len(parts) <= panels.most(ax, len(policies)) else parts[:1]
    ax.set_axis_off()
    for place, part in enumerate(shown):
        panel = panels.panel(ax, place, len(shown))
        own = rows[rows["part"] == part].set_index("policy")
        _draw(panel, own, policies, look)
        panels.head(panel, part)
        for row, policy in enumerate(policies):
            best = ALL * float(own["best"].get(policy, np.nan))
            panels.figures(panel, row, [f"{number(best, 0)} %"])
        if panels.is_first(place, len(shown)):
            name_rows(panel, policies, share=0.2)
    told = [
        label("Share of worlds in which a policy is best alone (solid, figure)"),
        label("or has the best mean and cannot be told apart from another (pale)."),
        label("Lines: 95 % intervals for a few worlds instead of all."),
    ]
    rest = said("Parts of the worlds are left out: there is no room.") if len(shown) < len(parts) else divided
    words = f"{said(told[0])}, {said(told[1])} {said(told[2])} {rest}".rstrip()
    left_out = rows["policy"].nunique() - len(policies)
    say_what(ax, f"{words} {said(LEFT_OUT, count=left_out)}" if left_out else words)
    return ax


def _chosen(rows: pd.DataFrame, part: str) -> list[str]:
    """Choose what is drawn: the policies that are best in most worlds, all of them where there are not too many."""
    own = rows[rows["part"] == part]
    ranked = own.sort_values(["best", "level"], ascending=False, kind="stable")["policy"]
    kept = set(ranked.head(MOST))
    return [str(policy) for policy in ranked if policy in kept]


def _draw(panel: Axes, own: pd.DataFrame, policies: list[str], look: dict[str, Look]) -> None:
    unit = base_font()
    strip(panel, grid="x")
    panel.set_xlim(0.0, ALL)
    wide = inches(panel)[0] * POINTS_PER_INCH / unit
    panel.xaxis.set_major_locator(MultipleLocator(ALL / 2.0 if wide >= ROOM_OF_TICKS else ALL))
    panel.xaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{share:g} %"))
    panel.set_ylim(len(policies) - 0.5, -0.5)
    panel.set_yticks([])
    for row, policy in enumerate(policies):
        best, low, high, level = (ALL * float(own[name].get(policy, np.nan)) for name in NUMBERS)
        if not np.isfinite(best):
            continue
        color = look[policy].color
        panel.barh(row, best, THICK, color=color, linewidth=0, label=f"{policy}: best", zorder=2)
        panel.barh(
            row, level, THICK, left=best, facecolor=PAPER, edgecolor=color, linewidth=unit / 12, hatch="",
            label=f"{policy}: level", alpha=PALE, zorder=1.8,
        )  # fmt: skip
        if np.isfinite(low) and np.isfinite(high):
            panel.plot([low, high], [row, row], color=PAPER, linewidth=unit / 5, zorder=2.8, solid_capstyle="butt")
            panel.plot([low, high], [row, row], color=INK, linewidth=unit / 8, zorder=3)
