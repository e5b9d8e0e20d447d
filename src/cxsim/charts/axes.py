"""What the charts do to an Axes that is theirs or the caller's: strip it, measure it, name its rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties

from cxsim.charts.style import GRID, INK, QUIET, RULE, SMALL, SOFT_INK, SUBTITLE
from cxsim.charts.text import LINE, POINTS_PER_INCH, fitted_alike, plain, width_of, wrapped


def base_font() -> float:
    """Return the size of ordinary text in points, as the settings in force have it."""
    return float(FontProperties(size="medium").get_size_in_points())


def inches(ax: Axes) -> tuple[float, float]:
    """Return width and height of an Axes in inches."""
    box = ax.get_window_extent()
    dpi = _dpi(ax)
    return float(box.width) / dpi, float(box.height) / dpi


def figure_width(ax: Axes) -> float:
    """Return the width of the whole figure in inches: what labels are wrapped to does not depend on the plot's size."""
    figure = ax.get_figure(root=True)
    if figure is None:
        raise ValueError("ax: an Axes without a figure; one that is part of a figure is needed; use figure.subplots()")
    return float(figure.get_size_inches()[0])


def strip(ax: Axes, *, grid: str) -> None:
    """Leave only what helps reading: no box, no tick marks, light rules along one axis.

    Parameters
    ----------
    ax
        Changed in place.
    grid
        "x", "y" or "" for none.
    """
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.set_facecolor("none")
    ax.tick_params(which="both", length=0, labelsize=base_font() * SMALL, labelcolor=SOFT_INK, pad=base_font() * 0.4)
    ax.set_axisbelow(True)
    if grid == "x":
        ax.grid(visible=True, axis="x", color=GRID, linewidth=base_font() / 13)
    if grid == "y":
        ax.grid(visible=True, axis="y", color=GRID, linewidth=base_font() / 13)


def say_what(ax: Axes, text: str) -> None:
    """Write what is shown above the axes, wrapped to its width."""
    size = base_font() * SUBTITLE
    ax.set_title(
        wrapped(text, inches(ax)[0], size),
        loc="left",
        **plain(fontsize=size, color=SOFT_INK, linespacing=LINE, pad=size * 1.2),
    )


def axis_words(ax: Axes, text: str) -> None:
    """Name the horizontal axis, quietly, at its left."""
    ax.set_xlabel(text, loc="left", **plain(fontsize=base_font() * SMALL, color=SOFT_INK, labelpad=base_font() * 0.5))


def name_rows(ax: Axes, names: Sequence[str], *, share: float = 0.26) -> None:
    """Write a name at each row 0, 1, 2 ... counted from the top, wrapped and shrunk so that rows do not touch.

    Parameters
    ----------
    ax
        Its y axis is set to the rows.
    names
        From the top.
    share
        Of the figure's width that names may take.
    """
    rows = len(names)
    ax.set_ylim(rows - 0.5, -0.5)
    ax.set_yticks(range(rows), labels=[""] * rows)
    pitch = inches(ax)[1] / rows
    fit = fitted_alike(names, figure_width(ax) * share, pitch * 0.92, base_font())
    for row, words in enumerate(fit):
        ax.annotate(
            words.text,
            (0.0, row),
            xycoords=ax.get_yaxis_transform(),
            xytext=(-base_font() * 0.9, 0),
            textcoords="offset points",
            va="center_baseline",
            ha="right",
            **plain(fontsize=words.size, color=INK, linespacing=LINE, annotation_clip=False),
        )


class Figures(NamedTuple):
    """What is printed beside a row: a figure and its interval; `quiet` for what says nothing."""

    point: str
    interval: str
    quiet: bool = False


def print_beside(ax: Axes, rows: Sequence[Figures]) -> None:
    """Print figures at the right of the rows, in aligned columns."""
    size = base_font()
    width = inches(ax)[0]
    left = (1.6 * size) / POINTS_PER_INCH + max(width_of(row.point, size, "bold") for row in rows)
    gap = 0.9 * size / POINTS_PER_INCH
    style = plain(transform=ax.get_yaxis_transform(), va="center_baseline")
    for place, row in enumerate(rows):
        color = QUIET if row.quiet else INK
        weight = "normal" if row.quiet else "bold"
        ax.text(
            1.0 + left / width, place, row.point, ha="right", color=color, fontweight=weight, fontsize=size, **style
        )
        ax.text(1.0 + (left + gap) / width, place, row.interval, ha="left", color=color, fontsize=size * SMALL, **style)


def zero_rule(ax: Axes) -> None:
    """Draw the line of no difference."""
    ax.axvline(0.0, color=RULE, linewidth=base_font() / 8, zorder=1.5)


def _dpi(ax: Axes) -> float:
    figure = ax.get_figure(root=True)
    return 100.0 if figure is None else float(figure.dpi)
