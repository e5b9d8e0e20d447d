"""Courses over time: lines with bands in one panel or a few, each line named at its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, Literal, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from cxsim.charts.axes import axis_words, base_font, figure_width, inches, strip
from cxsim.charts.ends import End, name_ends, width_of_ends
from cxsim.charts.style import INK, PAPER, RULE, SMALL, Look
from cxsim.charts.text import LINE, POINTS_PER_INCH, fitted, plain
from cxsim.charts.words import label, said

Floats = NDArray[np.float64]
Way = Literal["plain", "reference", "thin"]

MONTHS: Final = label("months from the start")
LEFT_OUT: Final = label("Policies left out: {count}.")
BANDS: Final = label("Bands: {interval}.")
INTERVAL: Final = label("95 % interval over replications")
BAND: Final = 0.16  # strength
MARKS: Final = 6  # about so many markers along a line
PAD: Final = 0.05
ONE_PANEL: Final = 0.21  # of the figure's width, for the names of the lines
PANELS: Final = (0.2, 0.12)  # the same for panels: below each other, and side by side
SIDE_BY_SIDE: Final = 25.0  # font sizes that a panel needs beside another one
BETWEEN: Final = 4.4  # font sizes between two panels, with the figures of the axis
HEAD: Final = 2.6
FOOT: Final = 3.4


class Course(NamedTuple):
    """One line: what it is called at its end, how it looks, and its points, in the order of time.

    Attributes
    ----------
    name
        At its end.
    look
        Of its policy or firm.
    x, value, low, high
        Not-a-number leaves a gap, in `low` and `high` no band.
    way
        "plain"; "reference": dashed, with open marks; "thin": dotted, without marks, for what stands beside another.
    """

    name: str
    look: Look
    x: Floats
    value: Floats
    low: Floats
    high: Floats
    way: Way = "plain"


class Up(NamedTuple):
    """The vertical axis: how its figures are written, and the ends that it never goes beyond or always reaches."""

    written: Callable[[float], str]
    least: float = -np.inf
    most: float = np.inf
    shows_zero: bool = False


class Rooms(NamedTuple):
    """Panels, and how many inches the names at the right of each may take."""

    panels: list[Axes]
    names: float


def rooms(ax: Axes, panels: int, figure: str) -> Rooms:
    """Make room for one to four panels: side by side where they are wide enough, else below each other.

    Parameters
    ----------
    ax
        Divided; its own frame is hidden.
    panels
        How many.
    figure
        As wide as any that is written at the end of a line: names have their room at the right of each panel.
    """
    ax.set_axis_off()
    width, height = inches(ax)
    em = base_font() / POINTS_PER_INCH
    columns = max(1, min(panels, 2, int((width + BETWEEN * em) / (SIDE_BY_SIDE * em))))
    lines = -(-panels // columns)
    gap = BETWEEN * em / width
    each = (1.0 - gap * (columns - 1)) / columns
    room = figure_width(ax) * PANELS[columns - 1]
    names = width_of_ends([figure], room) / width
    # What hangs below the last panels is room that the figure leaves.
    above, below = HEAD * em / height, FOOT * em / height
    high = (1.0 - lines * above - (lines - 1) * below) / lines
    found = []
    for place in range(panels):
        line, column = divmod(place, columns)
        bottom = (lines - 1 - line) * (high + above + below)
        found.append(ax.inset_axes((column * (each + gap), bottom, each - names, high)))
    return Rooms(found, room)


def head(panel: Axes, text: str, room: float) -> None:
    """Write above a panel what it shows, in so many inches."""
    unit = base_font()
    words = fitted(said(text), room, 1.1 * LINE * unit / POINTS_PER_INCH, unit, "bold")
    panel.annotate(
        words.text, (0.0, 1.0), xycoords="axes fraction", xytext=(0.0, 0.6 * unit), textcoords="offset points",
        ha="left", va="bottom", **plain(fontsize=words.size, fontweight="bold", color=INK),
    )  # fmt: skip


def draw_courses(
    ax: Axes,
    courses: Sequence[Course],
    up: Up,
    *,
    panel_head: str = "",
    room: float | None = None,
    last: float | None = None,
) -> None:
    """Draw lines and bands, scale the axes, and write value and name at the end of each line.

    Parameters
    ----------
    ax
        One panel, with room for the names at its right.
    courses
        One or more.
    up
        The vertical axis.
    panel_head
        Written above; nothing where the chart has but one panel.
    room
        Inches that a name may take; by default what one panel leaves.
    last
        Where the horizontal axis ends; by default where the lines do.
    """
    ends = [_end(course, up) for course in courses if np.isfinite(course.value).any()]
    room = figure_width(ax) * ONE_PANEL if room is None else room
    if panel_head:
        head(ax, panel_head, inches(ax)[0] + room)
    strip(ax, grid="y")
    for course in courses:
        draw_course(ax, course)
    _scale(ax, courses, up, last)
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: up.written(value)))
    ax.spines["bottom"].set_visible(True)
    ax.spines["bottom"].set_color(RULE)
    axis_words(ax, said(MONTHS))
    if ends:
        name_ends(ax, ends, room)


def notes(rows: pd.DataFrame, among: Sequence[str], band: str) -> list[str]:
    """Return what stands below the title of every chart over time: what bands are, and how many policies are left out.

    Parameters
    ----------
    rows
        What is drawn, with ``policy`` and ``ci_low``.
    among
        All policies of the comparison.
    band
        What the bands mean.
    """
    told = [said(BANDS, interval=said(band))] if bool(rows["ci_low"].notna().any()) else []
    left_out = len(set(among) - set(rows["policy"]))
    return [*told, said(LEFT_OUT, count=left_out)] if left_out else told


def draw_course(ax: Axes, course: Course) -> None:
    """Draw one line with its band; a point without neighbours shows as its marker."""
    unit = base_font()
    if np.isfinite(course.low).any():
        ax.fill_between(
            course.x, course.low, course.high, color=course.look.color, alpha=BAND, linewidth=0, zorder=2,
            gid=f"band {course.name}",
        )  # fmt: skip
    every = max(1, len(course.x) // MARKS)
    marks: dict[str, Any] = {"marker": course.look.marker, "markevery": ((len(course.x) - 1) % every, every)}
    if course.way == "thin":
        marks = {}
    ax.plot(
        course.x, course.value, color=course.look.color, label=course.name, clip_on=False,
        linestyle={"plain": "-", "reference": (0, (4, 2)), "thin": (0, (1, 1.3))}[course.way],
        linewidth=unit / (8 if course.way == "thin" else 6), markersize=unit * 0.42, markeredgewidth=unit / 18,
        markerfacecolor=PAPER if course.way == "reference" else course.look.color,
        zorder=4 if course.way == "reference" else 3, **marks,
    )  # fmt: skip


def mark_begin(ax: Axes, begin: float) -> None:
    """Mark from when policies are there; the word stands at the foot, on the side where there is more room."""
    unit = base_font()
    ax.axvline(begin, color=RULE, linewidth=unit / 12, zorder=1, gid="policies from here")
    left = begin > sum(ax.get_xlim()) / 2
    ax.annotate(
        said("policies from here"), (begin, 0.0), xycoords=("data", "axes fraction"),
        xytext=(-0.4 * unit if left else 0.4 * unit, 0.4 * unit), textcoords="offset points",
        ha="right" if left else "left", va="bottom", **plain(color=INK, fontsize=SMALL * unit),
    )  # fmt: skip


def _end(course: Course, up: Up) -> End:
    last = int(np.flatnonzero(np.isfinite(course.value))[-1])
    value = float(course.value[last])
    return End(course.name, up.written(value), float(course.x[last]), value, course.look.color)


def _scale(ax: Axes, courses: Sequence[Course], up: Up, last: float | None) -> None:
    """Let the vertical axis begin at a line that carries its figure, so that nobody takes its foot for zero."""
    numbers = np.concatenate([np.concatenate((one.value, one.low, one.high)) for one in courses])
    known = numbers[np.isfinite(numbers)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    if up.shows_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    pad = PAD * (high - low) or max(0.05 * abs(high), 1e-3)
    lines = MaxNLocator(nbins=5, steps=[1, 2, 5, 10])
    ticks = lines.tick_values(max(up.least, low), min(up.most, high + pad))
    ax.set_ylim(max(up.least, float(ticks[0])), min(up.most, high + pad))
    ax.yaxis.set_major_locator(lines)
    end = max((float(one.x[-1]) for one in courses if len(one.x)), default=1.0) if last is None else last
    ax.set_xlim(0.0, max(end, 1e-9))
    ticks_across = max(3, min(8, int(inches(ax)[0] * POINTS_PER_INCH / base_font() / 3.5)))
    ax.xaxis.set_major_locator(MaxNLocator(nbins=ticks_across, steps=[1, 1.2, 2, 2.4, 3, 6, 10], integer=True))
