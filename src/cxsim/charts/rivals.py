"""Our firm beside each rival, figure by figure: what is published or recorded, and what is simulated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from cxsim.charts.axes import base_font, inches, name_rows, say_what, strip
from cxsim.charts.panels import Panels
from cxsim.charts.style import INFERRED, PAPER, QUIET, SOFT_INK, Look, looks
from cxsim.charts.tables import ChartError, checked, one_row_each, scale_of
from cxsim.charts.text import POINTS_PER_INCH, decimals_for, literal, number
from cxsim.charts.words import label, said

COLUMNS: Final = (3.0, 6.2)  # right edges of the simulated and the known figure, in font sizes from the panel's edge
KNOWN: Final = (label("published"), label("recorded"))
OF_RIVALS: Final = ("s", "^", "v", "P", "X")  # a marker for each, filled or open as the origin says
ORIGINS: Final = (*KNOWN, "simulated", "inferred")
MOST_IN_A_ROW: Final = 3
MOST_LINES: Final = 3
LEAST_PANEL: Final = 12.0  # font sizes
ROOM_OF_A_TICK: Final = 4.5
PAD: Final = 0.09
WHOLE_FROM: Final = 20.0  # figures of this size that lie so far apart need no decimals
WHOLE_APART: Final = 5.0
LIFT: Final = 0.17  # of a row's height, by which the known figure stands above the simulated one


class Mark(NamedTuple):
    """One figure of one firm, in the unit that is drawn."""

    value: float
    low: float
    high: float
    origin: str


Cells = dict[tuple[str, bool], Mark]  # by row, and whether it is known from outside the model


def rivals(
    table: pd.DataFrame,
    ax: Axes,
    *,
    reference: str = "as-is",
    among: Sequence[str] = (),
    own: Mapping[str, str] = MappingProxyType({}),
) -> Axes:
    """Draw a panel for each figure and in it a row for each firm (ours once for each policy that is shown).

    Parameters
    ----------
    table
        ``figure``, ``unit``, ``row`` (a firm, or a firm under a policy), ``value``, ``low``, ``high``, ``origin``
        (published, recorded, simulated or inferred). Not-a-number in an interval: none is drawn.
    ax
        Divided into panels; names of the rows stand at their left.
    reference
        The policy that all others are compared with.
    among
        All policies in their order, so that one looks as in every other chart.
    own
        Rows that are ours, each with its policy; the others are rivals: grey, told apart by their markers. Where none
        is named, the first row looks as the reference does and the others take the colours as they come.

    Returns
    -------
    Axes
        The same, with one child axes for each figure.

    Raises
    ------
    ChartError
        If a column is missing, an origin is none of the four words, or two rows stand for the same mark.
    """
    rows = checked("rivals", table, ["figure", "unit", "row", "origin"], ["value", "low", "high"])
    strange = sorted(set(rows["origin"]) - set(ORIGINS))
    if strange:
        raise ChartError(f"rivals: origin {', '.join(strange)}; allowed are {', '.join(ORIGINS)}; choose one of these")
    rows["known"] = rows["origin"].isin(KNOWN)
    one_row_each("rivals", rows, ["figure", "row", "known"])
    names = list(dict.fromkeys(rows["row"]))
    look = _looks(names, looks(among or tuple(own.values()), reference), own) if own else looks(names, names[0])
    panels = Panels.for_axes(ax, COLUMNS, most=MOST_IN_A_ROW, least=LEAST_PANEL)
    figures = list(dict.fromkeys(rows["figure"]))
    chosen = figures[: panels.most(ax, len(names), MOST_LINES)]
    ax.set_axis_off()
    for place, figure in enumerate(chosen):
        panel = panels.panel(ax, place, len(chosen))
        part = rows[rows["figure"] == figure]
        factor, unit = scale_of(str(part["unit"].iloc[0]))
        cells = _cells(part, factor)
        _draw(panel, cells, names, look, own)
        panels.head(panel, f"{literal(said(figure))}, {'%' if unit.startswith('%') else literal(said(unit))}")
        _print(panels, panel, cells, names)
        if panels.is_first(place, len(chosen)):
            name_rows(panel, names, share=0.2)
    say_what(ax, _words(rows, chosen, figures))
    return ax


def _cells(part: pd.DataFrame, factor: float) -> Cells:
    numbers = part[["value", "low", "high"]].to_numpy() * factor
    return {
        (str(row), bool(known)): Mark(float(value), float(low), float(high), str(origin))
        for row, known, origin, (value, low, high) in zip(
            part["row"], part["known"], part["origin"], numbers, strict=True
        )
    }


def _looks(names: list[str], of_policies: dict[str, Look], own: Mapping[str, str]) -> dict[str, Look]:
    others = [name for name in names if name not in own]
    rest = {name: Look(SOFT_INK, OF_RIVALS[at % len(OF_RIVALS)], "-") for at, name in enumerate(others)}
    return rest | {name: of_policies[policy] for name, policy in own.items()}


def _draw(panel: Axes, cells: Cells, names: list[str], look: dict[str, Look], own: Mapping[str, str]) -> None:
    strip(panel, grid="x")
    ticks = int(inches(panel)[0] * POINTS_PER_INCH / base_font() / ROOM_OF_A_TICK)
    panel.xaxis.set_major_locator(MaxNLocator(nbins=max(2, min(5, ticks)), steps=[1, 2, 5, 10]))
    panel.set_ylim(len(names) - 0.5, -0.5)
    panel.set_yticks([])
    known = [number for mark in cells.values() for number in mark[:3] if np.isfinite(number)] or [0.0]
    low, high = min(known), max(known)
    pad = PAD * (high - low) or max(0.05 * abs(high), 0.5)
    panel.set_xlim(low - pad, high + pad)
    for (name, is_known), mark in cells.items():
        both = (name, not is_known) in cells
        marker = ("D" if is_known else "o") if name in own or not own else look[name].marker
        height = names.index(name) + (-LIFT if is_known else LIFT) * both
        _mark(panel, height, mark, Look(look[name].color, marker, "-"), name)


def _mark(panel: Axes, height: float, mark: Mark, look: Look, name: str) -> None:
    unit = base_font()
    color = INFERRED if mark.origin == "inferred" else look.color
    is_known = mark.origin in KNOWN
    if np.isfinite(mark.low) and np.isfinite(mark.high) and np.isfinite(mark.value):
        panel.plot(
            [mark.low, mark.high], [height, height], color=color, linewidth=unit / (12 if is_known else 7), zorder=2
        )
    panel.plot(
        [mark.value],
        [height],
        linestyle="none",
        marker=look.marker,
        markersize=unit * (0.5 if is_known else 0.58),
        markeredgewidth=unit / 10,
        markeredgecolor=color,
        markerfacecolor=color if mark.origin == "simulated" else PAPER,
        label=f"{name} {mark.origin}",
        zorder=3,
        clip_on=False,
    )


def _print(panels: Panels, panel: Axes, cells: Cells, names: list[str]) -> None:
    """Write the simulated figure and, light beside it, the one that is known; inferred ones stay grey."""
    decimals = _decimals([mark.value for mark in cells.values() if np.isfinite(mark.value)])
    for row, name in enumerate(names):
        simulated, known = cells.get((name, False)), cells.get((name, True))
        words = [number(mark.value, decimals) if mark else "" for mark in (simulated, known)]
        panels.figures(panel, row, words)
        if simulated is not None and simulated.origin == "inferred":
            panel.texts[-2].set(color=QUIET, fontweight="normal", fontstyle="italic")


def _decimals(values: list[float]) -> int:
    largest = max(map(abs, values), default=0.0)
    if largest >= WHOLE_FROM and max(values) - min(values) >= WHOLE_APART:
        return 0
    return decimals_for(values)


def _words(rows: pd.DataFrame, chosen: list[str], figures: list[str]) -> str:
    shown = set(rows.loc[rows["figure"].isin(chosen), "origin"])
    told = [said("Filled, bold: simulated, first year or until a new firm comes, 95 % interval.")]
    known = [said(origin) for origin in KNOWN if origin in shown]
    if len(known) > 1:
        told.append(said("Open, light: {one} or {other}, its margin.", one=known[0], other=known[1]))
    elif known:
        told.append(said("Open, light: {origin}, its margin.", origin=known[0]))
    if "inferred" in shown:
        told.append(said("Grey: inferred, not compared."))
    if len(figures) > len(chosen):
        told.append(said("{chosen} of {all} figures.", chosen=len(chosen), all=len(figures)))
    return " ".join([*told, said("Each figure has its own scale.")])
