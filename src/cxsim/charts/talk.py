"""What customers tell: good and bad, to people they know and in public."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from cxsim.charts.axes import axis_words, base_font, inches, name_rows, say_what, strip
from cxsim.charts.bars import Part, key
from cxsim.charts.panels import Panels
from cxsim.charts.style import INK, PALETTE, PAPER
from cxsim.charts.tables import ChartError, checked, one_row_each
from cxsim.charts.text import POINTS_PER_INCH, decimals_for, number
from cxsim.charts.words import label, said

PRIVATE: Final = label("told to people they know")
PUBLIC: Final = label("public reviews")
INTERVAL: Final = label("95 % intervals of the means over replications")
WAYS: Final = (PRIVATE, PUBLIC)
GOOD: Final = Part(label("good"), PALETTE[0])
BAD: Final = Part(label("bad"), PALETTE[3], "///")
PARTS: Final = {"good": GOOD, "bad": BAD}
COLUMNS: Final = (3.4, 6.4)  # right edges of good and bad, in font sizes from the panel's edge
THICK: Final = 0.5
UNDER_KEY: Final = 2.0  # font sizes
PAD: Final = 1.08
MOST: Final = 12  # policies


class Told(NamedTuple):
    """How often something is told, with its interval."""

    value: float
    low: float
    high: float


UNKNOWN: Final = Told(np.nan, np.nan, np.nan)
Bars = dict[tuple[str, str], Told]  # by tone and policy


def talk(
    table: pd.DataFrame,
    ax: Axes,
    *,
    reference: str = "as-is",
    interval: str = INTERVAL,
) -> Axes:
    """Draw a panel for each way of telling, and in it for each policy a bar of good and one of bad.

    Parameters
    ----------
    table
        ``way`` (told to people they know, or public reviews), ``tone`` (good or bad), ``policy``, ``value``,
        ``ci_low``, ``ci_high``: per 100 customers a year. Not-a-number: nothing is drawn.
    ax
        Divided into panels; names of the policies stand at its left.
    reference
        Taken as in every chart; it is drawn among the others.
    interval
        What the lines on the bars are.

    Returns
    -------
    Axes
        The same, with one child axes for each way.

    Raises
    ------
    ChartError
        If a column is missing, a way or tone is not known, or two rows stand for one bar.
    """
    rows = checked("talk", table, ["way", "tone", "policy"], ["value", "ci_low", "ci_high"])
    strange = [*sorted(set(rows["way"]) - set(WAYS)), *sorted(set(rows["tone"]) - set(PARTS))]
    if strange:
        allowed = f"{', '.join(WAYS)}, {' and '.join(PARTS)}"
        raise ChartError(f"talk: {', '.join(strange)}; allowed are {allowed}; name them so")
    one_row_each("talk", rows, ["way", "tone", "policy"])
    policies = list(dict.fromkeys(rows["policy"]))
    chosen = policies[:MOST]
    ways = [way for way in WAYS if way in set(rows["way"])]
    ax.set_axis_off()
    top = key(ax, tuple(PARTS.values()))
    # The heads of the panels need the room below the key that bars leave for theirs.
    under = UNDER_KEY * base_font() / POINTS_PER_INCH / inches(ax)[1]
    body = ax.inset_axes((0.0, 0.0, 1.0, 1.0 - top + under))
    body.set_axis_off()
    panels = Panels.for_axes(body, COLUMNS, most=len(ways))
    for place, way in enumerate(ways):
        panel = panels.panel(body, place, len(ways))
        part = _bars(rows[rows["way"] == way])
        _draw(panel, part, chosen)
        panels.head(panel, said(way))
        _print(panels, panel, part, chosen)
        if panels.is_first(place, len(ways)):
            name_rows(panel, chosen, share=0.2)
    say_what(ax, _words(rows, chosen, policies, interval))
    return ax


def _words(rows: pd.DataFrame, chosen: list[str], policies: list[str], interval: str) -> str:
    told = [
        said(
            "Stories that reached somebody, and reviews, per 100 customers a year: good to the right, bad to the left."
        )
    ]
    if bool(rows["ci_low"].notna().any()):
        told.append(said("Lines: {interval}.", interval=said(interval)))
    told.append(said("Figures: good, bad. Each panel has its own scale."))
    if len(chosen) < len(policies):
        told.append(said("The first {chosen} of {all} policies.", chosen=len(chosen), all=len(policies)))
    return " ".join(told)


def _bars(own: pd.DataFrame) -> Bars:
    numbers = own[["value", "ci_low", "ci_high"]].to_numpy(np.float64).tolist()
    names = zip(own["tone"], own["policy"], numbers, strict=True)
    return {(str(tone), str(policy)): Told(*each) for tone, policy, each in names}


def _draw(panel: Axes, part: Bars, policies: list[str]) -> None:
    unit = base_font()
    strip(panel, grid="x")
    panel.set_ylim(len(policies) - 0.5, -0.5)
    panel.set_yticks([])
    reach = {"good": 0.0, "bad": 0.0}
    for (tone, _), row in part.items():
        reach[tone] = max([reach[tone], *(one for one in (row.value, row.high) if np.isfinite(one))])
    least = 0.02 * max(*reach.values(), 1e-9)
    panel.set_xlim(-PAD * max(reach["bad"], least), PAD * max(reach["good"], least))
    ticks = max(2, min(6, int(inches(panel)[0] * POINTS_PER_INCH / unit / 4.0)))
    panel.xaxis.set_major_locator(MaxNLocator(nbins=ticks, steps=[1, 2, 5, 10]))
    panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{abs(value):g}"))
    for place, policy in enumerate(policies):
        for tone, look in PARTS.items():
            row = part.get((tone, policy), UNKNOWN)
            sign = 1.0 if tone == "good" else -1.0
            if not np.isfinite(row.value):
                continue
            bar = panel.barh(place, sign * row.value, THICK, color=look.fill, label=f"{policy}: {tone}", zorder=2)
            bar[0].set(hatch=look.hatch, edgecolor=PAPER, linewidth=unit / 16)
            if np.isfinite(row.low) and np.isfinite(row.high):
                span = [sign * row.low, sign * row.high]
                panel.plot(span, [place, place], color=INK, linewidth=unit / 8, zorder=3)
    panel.axvline(0.0, color=INK, linewidth=unit / 12, zorder=2.5)
    axis_words(panel, said("per 100 customers a year"))


def _print(panels: Panels, panel: Axes, part: Bars, policies: list[str]) -> None:
    decimals = decimals_for(row.value for row in part.values())
    for row, policy in enumerate(policies):
        found = [part.get((tone, policy), UNKNOWN).value for tone in PARTS]
        panels.figures(panel, row, [number(value, decimals) for value in found])
