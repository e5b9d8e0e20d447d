"""Names at the right of a plot, level with the ends of its lines or with its points: no legend has to be looked up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from cxsim.charts.axes import base_font, figure_width, inches
from cxsim.charts.style import INK, PAPER
from cxsim.charts.text import LINE, POINTS_PER_INCH, fitted_alike, plain, spread, width_of

SHARE: Final = 0.21  # of the figure's width, for the names
LEADER: Final = 1.9  # length of a leader, in font sizes
GAP: Final = 0.6  # between figure and name
LEVEL: Final = 1e-3  # of the axes' height: a leader this flat is straight


class End(NamedTuple):
    """What is named: where a line ends, or a point lies, in the units of the axes.

    Attributes
    ----------
    name
        Written, wrapped where it is long.
    figure
        Written bold before the name.
    x, y
        Where the leader begins.
    color
        Of the leader.
    marker, hollow
        Drawn before the figure in the place of a leader, for points that lie far from the edge; none by default.
        Hollow: as the reference is drawn.
    """

    name: str
    figure: str
    x: float
    y: float
    color: str
    marker: str = ""
    hollow: bool = False


def name_ends(ax: Axes, ends: Sequence[End], room: float | None = None) -> None:
    """Write figure and name at the right of the axes; labels that would touch move apart and keep a thin leader.

    Parameters
    ----------
    ax
        Its limits are set.
    ends
        One or more.
    room
        Inches that a name may take; by default a share of the figure's width.
    """
    unit = base_font()
    width, height = inches(ax)
    low, high = ax.get_ylim()
    first_x, last_x = ax.get_xlim()
    each = (height + 1.5 * unit / POINTS_PER_INCH) / len(ends)
    wide = figure_width(ax) * SHARE if room is None else room
    words = fitted_alike([end.name for end in ends], wide, each * 0.92, unit)
    at = [(end.y - low) / (high - low) for end in ends]
    heights = [max(word.height, word.size * LINE / POINTS_PER_INCH) * 1.06 / height for word in words]
    slack = max(sum(heights) - 1.0, unit / POINTS_PER_INCH / height) / 2
    placed = spread(at, heights, -slack, 1.0 + slack)
    size = min(word.size for word in words)
    column = max(width_of(end.figure, size, "bold") for end in ends)
    first = LEADER * unit / POINTS_PER_INCH
    second = first + (column + GAP * unit / POINTS_PER_INCH if column else 0.0)
    for end, word, start, y in zip(ends, words, at, placed, strict=True):
        begin = (end.x - first_x) / (last_x - first_x)
        if end.marker:
            _mark(ax, (1.0 + 0.6 * first / width, y), end)
        else:
            _leader(ax, (begin, start), (1.0 + 0.85 * first / width, y), end.color)
        style = plain(transform=ax.transAxes, va="center_baseline", ha="left", color=INK, linespacing=LINE)
        ax.text(1.0 + first / width, y, end.figure, fontsize=size, fontweight="bold", **style)
        ax.text(1.0 + second / width, y, word.text, fontsize=word.size, **style)


def width_of_ends(figures: Sequence[str], room: float) -> float:
    """Return how many inches leader, figure and name take at the right of the axes.

    Parameters
    ----------
    figures
        Written before the names.
    room
        Inches that a name may take.
    """
    unit = base_font()
    column = max(width_of(figure, unit, "bold") for figure in figures)
    return (LEADER + GAP) * unit / POINTS_PER_INCH + column + room


def _mark(ax: Axes, place: tuple[float, float], end: End) -> None:
    unit = base_font()
    line = Line2D(
        [place[0]], [place[1]], transform=ax.transAxes, clip_on=False, marker=end.marker, markersize=unit * 0.62,
        markerfacecolor=PAPER if end.hollow else end.color, markeredgecolor=end.color, zorder=3,
    )  # fmt: skip
    ax.add_artist(line)


def _leader(ax: Axes, start: tuple[float, float], end: tuple[float, float], color: str) -> None:
    unit = base_font()
    bend = start[0] + 0.35 * (end[0] - start[0])
    line = Line2D(
        [start[0], bend, end[0]],
        [start[1], start[1] if abs(start[1] - end[1]) < LEVEL else 0.75 * start[1] + 0.25 * end[1], end[1]],
        transform=ax.transAxes,
        clip_on=False,
        color=color,
        linewidth=unit / 14,
        zorder=2.5,
    )
    ax.add_artist(line)
