"""How long customers wait, at each touchpoint under each policy."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from cxsim.charts.axes import base_font, name_rows, say_what, strip
from cxsim.charts.panels import Panels
from cxsim.charts.style import PAPER, Look, looks
from cxsim.charts.tables import checked, one_row_each
from cxsim.charts.text import decimals_for, literal, number
from cxsim.charts.words import label, said

COLUMNS: Final = (2.9, 5.6)  # right edges of mean and ninth decile, in font sizes from the panel's edge
# Minutes below which the longest wait is counted in this unit, and how many of them a minute has.
UNITS: Final = (
    (5.0, 60.0, label("seconds")),
    (300.0, 1.0, label("minutes")),
    (7200.0, 1.0 / 60.0, label("hours")),
    (np.inf, 1.0 / 1440.0, label("days")),
)
TICKS: Final = 3
BEYOND: Final = 1.3  # times the longest wait: room for a line that goes on
SCALES_PART: Final = 5.0  # panels whose longest waits differ by more than this get scales of their own


Waits = dict[str, tuple[float, float, bool]]  # mean, 90th percentile, and whether it may be longer; by policy
UNKNOWN: Final = (np.nan, np.nan, False)


def waits(table: pd.DataFrame, ax: Axes, *, reference: str = "as-is") -> Axes:
    """Draw a panel for each touchpoint and in it a row for each policy, from the mean wait to the 90th percentile.

    Parameters
    ----------
    table
        ``touchpoint``, ``policy``, ``mean``, ``p90`` in minutes; not-a-number where nobody waited. Drawn in seconds,
        minutes, hours or days, by the longest wait: of all touchpoints, or of each where they lie far apart. Where
        ``open`` is there and true, the 90th percentile is as long as that or longer: the line goes on without a mark.
    ax
        Divided into panels; names of the policies stand at its left.
    reference
        This policy is grey.

    Returns
    -------
    Axes
        The same, with one child axes for each panel.

    Raises
    ------
    ChartError
        If a column is missing, or two rows stand for one touchpoint and policy.
    """
    rows = checked("waits", table, ["touchpoint", "policy"], ["mean", "p90", *({"open"} & set(table))])
    one_row_each("waits", rows, ["touchpoint", "policy"])
    policies = list(dict.fromkeys(rows["policy"]))
    look = looks(policies, reference)
    panels = Panels.for_axes(ax, COLUMNS)
    chosen = _longest(rows, panels.most(ax, len(policies)))
    shown = rows[rows["touchpoint"].isin(chosen)]
    own_scales = _scales_part(shown, chosen)
    shared = max(_longest_wait(shown), 1e-9)
    ax.set_axis_off()
    for place, touchpoint in enumerate(chosen):
        panel = panels.panel(ax, place, len(chosen))
        part = rows[rows["touchpoint"] == touchpoint]
        longest = max(_longest_wait(part), 1e-9) if own_scales else shared
        factor, unit = _unit_for(longest)
        part = part.assign(mean=part["mean"] * factor, p90=part["p90"] * factor)
        beyond = part["open"].astype(bool) if "open" in part else [False] * len(part)
        room = BEYOND if any(beyond) or (not own_scales and _goes_on(shown)) else 1.06
        found = dict(zip(part["policy"], zip(part["mean"], part["p90"], beyond, strict=True), strict=True))
        panel.set_xlim(0.0, room * factor * longest)
        _draw_panel(panel, found, policies, look)
        panels.head(panel, f"{literal(touchpoint)}, {said(unit)}" if own_scales else touchpoint)
        _print(panels, panel, found, policies)
        if panels.is_first(place, len(chosen)):
            name_rows(panel, policies, share=0.2)
    say_what(ax, _words(rows, chosen, "" if own_scales else _unit_for(shared)[1]))
    return ax


def _unit_for(longest: float) -> tuple[float, str]:
    """Return how many of its unit a minute has, and the unit, for a longest wait in minutes."""
    return next((factor, unit) for below, factor, unit in UNITS if longest < below)


def _words(rows: pd.DataFrame, chosen: list[str], unit: str) -> str:
    told = [
        said("Waits in {unit}.", unit=said(unit)) if unit else said("Waits, each touchpoint on its own scale."),
        said("Filled mark, bold figure: mean; open mark, light figure: nine in ten wait less."),
    ]
    if _goes_on(rows[rows["touchpoint"].isin(chosen)]):
        told.append(said("Line to the edge, >: longer than that."))
    there = rows["touchpoint"].nunique()
    if there > len(chosen):
        told.append(said("The {chosen} touchpoints with the longest waits of {all}.", chosen=len(chosen), all=there))
    return " ".join(told)


def _goes_on(rows: pd.DataFrame) -> bool:
    """Tell whether some wait may be longer than it is drawn."""
    return "open" in rows and bool(rows["open"].any())


def _longest(rows: pd.DataFrame, most: int) -> list[str]:
    """Choose what is drawn: all touchpoints in their order, or those with the longest waits if there are too many."""
    names = list(dict.fromkeys(rows["touchpoint"]))
    longest = {name: _longest_wait(rows[rows["touchpoint"] == name]) for name in names}
    kept = set(sorted(names, key=lambda name: -longest[name])[:most])
    return [name for name in names if name in kept]


def _longest_wait(rows: pd.DataFrame) -> float:
    known = rows[["mean", "p90"]].to_numpy()
    known = known[np.isfinite(known)]
    return float(known.max()) if known.size else 0.0


def _scales_part(rows: pd.DataFrame, chosen: list[str]) -> bool:
    longest = [_longest_wait(rows[rows["touchpoint"] == name]) for name in chosen]
    known = [value for value in longest if value > 0.0]
    return bool(known) and max(known) > SCALES_PART * min(known)


def _draw_panel(panel: Axes, found: Waits, policies: list[str], look: dict[str, Look]) -> None:
    unit = base_font()
    strip(panel, grid="x")
    panel.xaxis.set_major_locator(MaxNLocator(nbins=TICKS, steps=[1, 2, 5, 10]))
    panel.set_ylim(len(policies) - 0.5, -0.5)
    panel.set_yticks([])
    for row, policy in enumerate(policies):
        mean, p90, beyond = found.get(policy, UNKNOWN)
        if not np.isfinite(mean):
            continue
        last = max(panel.get_xlim()[1], mean) if beyond else p90
        panel.plot([mean, last], [row, row], color=look[policy].color, linewidth=unit / 8, zorder=2)
        if not beyond:
            _mark(panel, (p90, row), look[policy], f"p90 {policy}", fill=PAPER)
        _mark(panel, (mean, row), look[policy], f"mean {policy}", fill=look[policy].color)


def _mark(panel: Axes, place: tuple[float, float], look: Look, label: str, *, fill: str) -> None:
    unit = base_font()
    panel.plot(
        [place[0]],
        [place[1]],
        linestyle="none",
        marker=look.marker,
        markersize=unit * 0.62,
        markeredgewidth=unit / 9,
        markeredgecolor=look.color,
        markerfacecolor=fill,
        label=label,
        zorder=3,
        clip_on=False,
    )


def _print(panels: Panels, panel: Axes, found: Waits, policies: list[str]) -> None:
    """Write both figures at the right of each row."""
    decimals = decimals_for(wait for mean, p90, _ in found.values() for wait in (mean, p90))
    for row, policy in enumerate(policies):
        mean, p90, beyond = found.get(policy, UNKNOWN)
        more = f">{math.floor(p90)}" if beyond else number(p90, decimals)
        panels.figures(panel, row, [number(mean, decimals), more])
