"""What charts of stacked bars share: a key above them, and figures that can be read on any fill."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from cxsim.charts.axes import base_font, inches
from cxsim.charts.style import INK, PAPER, SMALL, SOFT_INK
from cxsim.charts.text import LINE, POINTS_PER_INCH, fitted, plain, width_of
from cxsim.charts.words import said

HEAD_WIDTH: Final = 1.12  # of a panel's; beside it there is a gap
BRIGHT: Final = 0.45  # fills lighter than this carry dark figures


class Part(NamedTuple):
    """How one part of the bars is drawn, and what it is called in the key."""

    name: str
    fill: str
    hatch: str = ""


def inside(panel: Axes, place: tuple[float, float], text: str, fill: str, size: float | None = None) -> None:
    """Write a figure on its part of a bar, on a plate of the same fill so that the hatch does not cross it."""
    red, green, blue = to_rgb(fill)
    bright = 0.2126 * red + 0.7152 * green + 0.0722 * blue > BRIGHT
    size = base_font() * SMALL if size is None else size
    style = plain(fontsize=size, fontweight="bold", color=INK if bright else PAPER, ha="center", va="center_baseline")
    plate = {"facecolor": fill, "edgecolor": "none", "pad": size * 0.12}
    panel.text(*place, text, bbox=plate, **style)


def head_bars(panel: Axes, text: str) -> None:
    """Say above a panel what its bars are, in two lines at most; the text is drawn as it is."""
    size = base_font() * SMALL
    head = fitted(text, inches(panel)[0] * HEAD_WIDTH, 2.1 * size * LINE / POINTS_PER_INCH, size)
    size = head.size
    panel.annotate(
        head.text,
        (0.0, 1.0),
        xycoords="axes fraction",
        xytext=(0, size * 0.3),
        textcoords="offset points",
        va="bottom",
        ha="left",
        **plain(fontsize=size, color=SOFT_INK, linespacing=LINE),
    )


def key(ax: Axes, parts: Sequence[Part]) -> float:
    """Draw fill, hatch and name of each part of the bars above them, in as many lines as needed; return the height.

    The height is a share of that of the axes.
    """
    unit = base_font() * 0.92
    width, height = inches(ax)
    em = unit / POINTS_PER_INCH
    swatch, gap, line = 1.5 * em, 1.6 * em, 1.65 * em
    x, lines = 0.0, 0
    for part in parts:
        name = fitted(said(part.name), width - swatch - gap, 1.1 * LINE * em, unit)
        needed = swatch + 0.5 * em + width_of(name.text, name.size)
        if x > 0.0 and x + needed > width:
            x, lines = 0.0, lines + 1
        centre = 1.0 - (lines + 0.5) * line / height
        box = Rectangle(
            (x / width, centre - 0.45 * em / height),
            swatch / width,
            0.9 * em / height,
            transform=ax.transAxes,
            facecolor=part.fill,
            hatch=part.hatch,
            edgecolor=PAPER,
            linewidth=0,
            clip_on=False,
        )
        ax.add_artist(box)
        style = plain(transform=ax.transAxes, va="center_baseline", ha="left", color=INK, fontsize=name.size)
        ax.text((x + swatch + 0.5 * em) / width, centre, name.text, **style)
        x += needed + gap
    return ((lines + 1) * line + 2.4 * em) / height
