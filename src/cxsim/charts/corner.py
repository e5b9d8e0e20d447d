"""Worlds as points, and the corner in which a policy loses as a box."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from cxsim.charts.axes import base_font, inches, say_what, strip
from cxsim.charts.style import GRID, INK, PAPER, QUIET, RULE, SMALL, SOFT_INK
from cxsim.charts.tables import ChartError, checked
from cxsim.charts.text import POINTS_PER_INCH, fitted, literal, plain, width_of

LOSES: Final = "loses"
UNDECIDED: Final = "cannot be told apart"
WINS: Final = "does not lose"
STATES: Final = (WINS, UNDECIDED, LOSES)
# Fill, edge, marker: shape and lightness tell them apart without colour.
MARKS: Final = {LOSES: ("#882255", "#882255", "D"), UNDECIDED: ("#bdbdbd", QUIET, "s"), WINS: (PAPER, "#0072b2", "o")}
BOX: Final = "#f2e3ea"


class Scale(NamedTuple):
    """One axis: a factor over its range.

    Attributes
    ----------
    name : str
    ticks : sequence of (float, str)
        Where values stand, between 0 and 1, and what they are.
    low, high : float
        Where the box begins and ends, between 0 and 1.
    """

    name: str
    ticks: Sequence[tuple[float, str]]
    low: float = 0.0
    high: float = 1.0


def corner(table: pd.DataFrame, ax: Axes, *, across: Scale, up: Scale, more: str = "", what: str = "") -> Axes:
    """Draw each world as a point over the two factors that tell most, and the box.

    Parameters
    ----------
    table
        ``x``, ``y`` (positions in the ranges, between 0 and 1), ``state`` (`loses`, `cannot be told apart` or `does not
        lose`), ``faded`` (whether the world lies outside the box by a factor that is not shown).
    ax
        Drawn on.
    across, up
        The axes, with the ends of the box.
    more
        Sides of the box that are not shown, as a sentence.
    what
        What is drawn, as a sentence.

    Returns
    -------
    Axes
        The same.

    Raises
    ------
    ChartError
        If a column is missing or a state is none.
    """
    points = checked("corner", table, ["state"], ["x", "y", "faded"])
    unknown = sorted(set(points["state"]) - set(STATES))
    if unknown:
        raise ChartError(f"corner: state {', '.join(unknown)}; allowed are {', '.join(STATES)}; name them so")
    ax.set_axis_off()
    head = _key(ax)
    panel = ax.inset_axes((0.0, 0.0, 1.0, 1.0 - head))
    strip(panel, grid="")
    panel.set_xlim(-0.02, 1.02)
    panel.set_ylim(-0.02, 1.02)
    panel.set_facecolor("#fafafa")
    _set_ticks(panel, across, up)
    if (across.low, across.high, up.low, up.high) != (0.0, 1.0, 0.0, 1.0):
        _draw_box(panel, across, up)
    for state in STATES:
        own = points[points["state"] == state]
        for faded in (1.0, 0.0):
            part = own[own["faded"] == faded]
            _draw_points(panel, part, state, faded=bool(faded))
    words = [literal(what), literal(more), "Pale points lie outside the box by what is not shown." if more else ""]
    say_what(ax, " ".join(word for word in words if word))
    return ax


def _draw_points(panel: Axes, part: pd.DataFrame, state: str, *, faded: bool) -> None:
    fill, edge, marker = MARKS[state]
    unit = base_font()
    panel.plot(
        part["x"], part["y"], linestyle="none", marker=marker, markersize=unit * (0.5 if faded else 0.62),
        markerfacecolor=fill, markeredgecolor=edge, markeredgewidth=unit / 10, alpha=0.35 if faded else 1.0,
        label=f"{state}{', outside' if faded else ''}", zorder=2.0 + STATES.index(state) / 10 + (0.0 if faded else 0.5),
    )  # fmt: skip


def _draw_box(panel: Axes, across: Scale, up: Scale) -> None:
    unit = base_font()
    left, right = max(across.low, -0.02), min(across.high, 1.02)
    bottom, top = max(up.low, -0.02), min(up.high, 1.02)
    panel.add_patch(
        Rectangle(
            (left, bottom), right - left, top - bottom, facecolor=BOX, edgecolor=INK, linewidth=unit / 7, zorder=1
        )
    )


def _set_ticks(panel: Axes, across: Scale, up: Scale) -> None:
    size = base_font()
    kept = _apart(panel, across.ticks)
    panel.set_xticks([place for place, _ in kept], labels=[text for _, text in kept])
    panel.set_yticks([place for place, _ in up.ticks], labels=[literal(text) for _, text in up.ticks])
    for spine in ("left", "bottom"):
        panel.spines[spine].set(visible=True, color=RULE, linewidth=size / 12)
    panel.grid(visible=True, color=GRID, linewidth=size / 14)
    style = plain(fontsize=size * SMALL, color=SOFT_INK, labelpad=size * 0.5)
    panel.set_xlabel(literal(across.name), loc="left", **style)
    room = inches(panel)[1]
    name = fitted(up.name, room, 2.2 * size / POINTS_PER_INCH, size * SMALL)
    panel.set_ylabel(name.text, loc="bottom", **style | {"fontsize": name.size})


def _apart(panel: Axes, ticks: Sequence[tuple[float, str]]) -> list[tuple[float, str]]:
    """Leave out every other label until none touches its neighbour."""
    size = base_font() * SMALL
    room = inches(panel)[0]
    words = [(place, literal(text)) for place, text in ticks]
    step = 1
    while step < len(words):
        kept = words[::step]
        widths = [width_of(text, size) for _, text in kept]
        gaps = np.diff([place for place, _ in kept]) * room
        needed = [(one + other) / 2.0 + size / POINTS_PER_INCH for one, other in pairwise(widths)]
        if all(gap >= need for gap, need in zip(gaps, needed, strict=True)):
            return kept
        step += 1
    return words[:1]


def _key(ax: Axes) -> float:
    """Draw mark and name of each state above the points; return the height as a share of that of the axes."""
    unit = base_font() * 0.92
    width, height = inches(ax)
    em = unit / POINTS_PER_INCH
    left = 0.0
    line = 1.7 * em
    style: dict[str, Any] = plain(
        transform=ax.transAxes, va="center_baseline", ha="left", fontsize=unit, color=SOFT_INK
    )
    lines, places = 1, []
    for state in reversed(STATES):
        needed = 1.2 * em + width_of(state, unit)
        if left and left + needed > width:
            left, lines = 0.0, lines + 1
        places.append((state, left, lines))
        left += needed + 1.6 * em
    for state, at, row in places:
        fill, edge, marker = MARKS[state]
        y = 1.0 - (row - 0.5) * line / height
        ax.plot(
            [(at + 0.4 * em) / width], [y], transform=ax.transAxes, linestyle="none", marker=marker,
            markersize=unit * 0.62, markerfacecolor=fill, markeredgecolor=edge, clip_on=False,
        )  # fmt: skip
        ax.text((at + 1.2 * em) / width, y, state, **style)
    return (lines * line + 0.6 * em) / height
