"""What customers expect, and what they experience, month by month."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from cxsim.charts.axes import axis_words, base_font, inches, say_what, strip
from cxsim.charts.pair import looks_among
from cxsim.charts.panels import Panels
from cxsim.charts.style import INK, PALETTE, PAPER, RULE, SMALL, SOFT_INK
from cxsim.charts.tables import ChartError, checked, one_row_each
from cxsim.charts.text import POINTS_PER_INCH, number, plain, spread
from cxsim.charts.words import said

EXPECTATION: Final = "expectation"
EXPERIENCE: Final = "experience"
STYLES: Final = {EXPECTATION: (PALETTE[0], (0, (4, 2)), "s"), EXPERIENCE: (INK, "-", "o")}
BAND: Final = 0.2
COLUMNS: Final = (7.4,)  # font sizes, for what is written at the ends of the lines
LEAST: Final = 22.0
MARKS: Final = 6


def expectation(
    table: pd.DataFrame, ax: Axes, *, reference: str = "as-is", among: Sequence[str] = (), begin: float | None = None
) -> Axes:
    """Draw a panel for each policy: mean expectation and mean experience, with the spread of customers.

    Parameters
    ----------
    table
        ``policy``; ``series``: ``expectation`` or ``experience``; ``month``; ``mean``, ``low``, ``high`` (first and
        ninth decile of the customers, or of the month's journeys), latent SD.
    ax
        Divided into panels with one scale.
    reference
        Its panel stands first.
    among
        All policies that were compared.
    begin
        Month from which the other policy holds, marked by a line in its panel.

    Returns
    -------
    Axes
        The same, with one child axes for each policy.

    Raises
    ------
    ChartError
        If a column is missing, a series is not known, or two rows stand for one point.
    """
    rows = checked("expectation", table, ["policy", "series"], ["month", "mean", "low", "high"])
    one_row_each("expectation", rows, ["policy", "series", "month"])
    if unknown := sorted(set(rows["series"]) - set(STYLES)):
        raise ChartError(f"expectation: series {', '.join(unknown)}; {' or '.join(STYLES)} is allowed; rename them")
    policies = list(looks_among(rows["policy"], reference, among))
    policies.sort(key=lambda name: name != reference)
    ax.set_axis_off()
    panels = Panels.for_axes(ax, COLUMNS, most=2, least=LEAST)
    ends = float(rows["low"].min()), float(rows["high"].max())
    for place, policy in enumerate(policies):
        panel = panels.panel(ax, place, len(policies))
        part = rows[rows["policy"] == policy]
        strip(panel, grid="y")
        panel.set_xlim(0.0, max(float(rows["month"].max()), 1.0))
        margin = 0.06 * (ends[1] - ends[0])
        panel.set_ylim(ends[0] - margin, ends[1] + margin)
        panel.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 3, 6, 10], integer=True))
        panel.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))
        panel.axhline(0.0, color=RULE, linewidth=base_font() / 13, zorder=0.6)
        if begin and policy != reference:
            panel.axvline(begin, color=SOFT_INK, linewidth=base_font() / 12, linestyle=(0, (2, 2)), zorder=1)
        _draw_series(panel, part)
        panels.head(panel, policy)
        if place + panels.in_a_row >= len(policies):
            axis_words(panel, said("months from the start"))
    told = (
        said("Standard deviations of what customers experience."),
        said("Expectation: of our customers at the end of each month, band: eight in ten."),
        said("Experience: of the month's journeys; thin lines: eight in ten."),
        said("One run."),
    )
    say_what(ax, " ".join(told))
    return ax


def _draw_series(panel: Axes, part: pd.DataFrame) -> None:
    unit = base_font()
    labels = []
    for series, (color, dash, marker) in STYLES.items():
        line = part[part["series"] == series].sort_values("month")
        if line.empty:
            continue
        month = line["month"].to_numpy()
        if series == EXPECTATION:
            panel.fill_between(month, line["low"], line["high"], color=color, alpha=BAND, linewidth=0, zorder=1.2)
        else:
            for name in ("low", "high"):
                panel.plot(month, line[name], color=color, linewidth=unit / 20, linestyle=":", zorder=2)
        every = max(1, len(line) // MARKS)
        panel.plot(
            month, line["mean"], color=color, linestyle=dash, linewidth=unit / 7, marker=marker,
            markevery=(every // 2, every), markersize=unit * 0.45,
            markerfacecolor=PAPER if series == EXPECTATION else color, label=series, zorder=3,
        )  # fmt: skip
        labels.append((series, float(line["mean"].iloc[-1]), color))
    low, high = panel.get_ylim()
    tall = 1.35 * unit * SMALL / POINTS_PER_INCH / inches(panel)[1] * (high - low)
    for (series, value, color), at in zip(
        labels, spread([value for _, value, _ in labels], [tall] * len(labels), low, high), strict=True
    ):
        panel.annotate(
            f"{said(series)} {number(value, 2, signed=True)}", (1.0, at), xycoords=panel.get_yaxis_transform(),
            xytext=(unit * 0.5, 0), textcoords="offset points", va="center_baseline", ha="left",
            **plain(fontsize=unit * SMALL * 0.9, color=color, annotation_clip=False),
        )  # fmt: skip
