"""The journey map: what each touchpoint costs and gives, and the experience against what was expected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, MaxNLocator

from cxsim.charts.axes import base_font, inches, name_rows, say_what, strip
from cxsim.charts.pair import below_key, looks_among, marked
from cxsim.charts.panels import Panels
from cxsim.charts.style import GRID, Look
from cxsim.charts.tables import checked, one_row_each
from cxsim.charts.text import POINTS_PER_INCH
from cxsim.charts.words import label, said

PER_CENT: Final = label("solved, %")
EXPERIENCE: Final = label("experience")
EXPECTATION: Final = label("expectation")
ATTRIBUTES: Final = (
    label("lost by waiting"),
    label("lost by failures"),
    label("quality and care"),
    PER_CENT,
    EXPERIENCE,
)
APART: Final = 0.17  # rows: the two policies of a touchpoint
COLUMNS: Final = (0.6,)
LEAST: Final = 8.0  # font sizes
LABEL: Final = 3.0  # font sizes that a label on the axis takes


def journey(table: pd.DataFrame, ax: Axes, *, reference: str = "as-is", among: Sequence[str] = ()) -> Axes:
    """Draw a panel for each attribute, in it a row for each touchpoint and a mark for each policy.

    Parameters
    ----------
    table
        ``touchpoint``, ``policy``, ``attribute`` (of `ATTRIBUTES`, or ``expectation``) and ``value``: latent SD, per
        cent for what is solved. Not-a-number where there is none.
    ax
        Divided into panels; names of the touchpoints stand at its left.
    reference
        This policy is grey.
    among
        All policies that were compared, so that each keeps its look.

    Returns
    -------
    Axes
        The same, with one child axes for each panel.

    Raises
    ------
    ChartError
        If a column is missing, or two rows stand for one mark.
    """
    rows = checked("journey", table, ["touchpoint", "policy", "attribute"], ["value"])
    one_row_each("journey", rows, ["touchpoint", "policy", "attribute"])
    look = looks_among(rows["policy"], reference, among)
    touchpoints = list(dict.fromkeys(rows["touchpoint"]))
    there = [name for name in ATTRIBUTES if rows.loc[rows["attribute"] == name, "value"].notna().any()]
    inner = below_key(ax, look, reference)
    inner.set_axis_off()
    panels = Panels.for_axes(inner, COLUMNS, most=len(ATTRIBUTES), least=LEAST)
    values = rows.set_index(["attribute", "policy", "touchpoint"])["value"]
    losses = rows.loc[rows["attribute"].isin(ATTRIBUTES[:2]), "value"]
    lowest, highest = (float(losses.min()), float(losses.max())) if losses.notna().any() else (0.0, 0.0)
    lowest = min(-0.05, 1.12 * lowest)
    for place, attribute in enumerate(there):
        panel = panels.panel(inner, place, len(there))
        _draw_panel(panel, attribute, values, touchpoints, look, reference)
        if attribute in ATTRIBUTES[:2]:
            panel.set_xlim(lowest, max(-0.04 * lowest, highest))
        _name_values(panel)
        panels.head(panel, said(attribute))
        if panels.is_first(place, len(there)):
            name_rows(panel, [said(name) for name in touchpoints], share=0.16)
    told = (
        said("Means over the journeys that went through a touchpoint, in standard deviations of what customers "
             "experience; solved in %."),
        said("Last panel: mark, experience; upright, what was expected."),
    )  # fmt: skip
    say_what(ax, " ".join(told))
    return ax


def _name_values(panel: Axes) -> None:
    """Label as many round values as have room, the first and the last among them."""
    low, high = panel.get_xlim()
    ticks = [tick for tick in MaxNLocator(nbins=4, steps=[1, 2, 5, 10]).tick_values(low, high) if low <= tick <= high]
    most = max(2, int(inches(panel)[0] * POINTS_PER_INCH / base_font() / LABEL))
    places = sorted({round(place) for place in np.linspace(0, len(ticks) - 1, min(most, len(ticks)))})
    panel.xaxis.set_major_locator(FixedLocator([ticks[place] for place in places]))


def _draw_panel(
    panel: Axes, attribute: str, values: pd.Series, touchpoints: list[str], look: dict[str, Look], reference: str
) -> None:
    unit = base_font()
    strip(panel, grid="x")
    panel.set_ylim(len(touchpoints) - 0.5, -0.5)
    panel.set_yticks([])
    for row in range(1, len(touchpoints)):
        panel.axhline(row - 0.5, color=GRID, linewidth=unit / 16, zorder=0.5)
    for place, (policy, one) in enumerate(look.items()):
        shift = APART * (2 * place - len(look) + 1)
        at = np.array([values.get((attribute, policy, name), np.nan) for name in touchpoints], float)
        heights = np.arange(len(touchpoints)) + shift
        style = marked(one, is_reference=policy == reference, line=False)
        panel.plot(at, heights, label=f"{attribute}: {policy}", clip_on=False, zorder=3, **style)
        if attribute != EXPERIENCE:
            continue
        expected = np.array([values.get((EXPECTATION, policy, name), np.nan) for name in touchpoints], float)
        panel.hlines(heights, expected, at, color=one.color, linewidth=unit / 12, zorder=2)
        panel.plot(
            expected, heights, linestyle="none", marker="|", markersize=unit * 0.9, markeredgewidth=unit / 6,
            color=one.color, label=f"{EXPECTATION}: {policy}", clip_on=False, zorder=3,
        )  # fmt: skip
    panel.margins(x=0.12)
