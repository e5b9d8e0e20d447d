"""Bands from one column of blocks to the next, as wide as what they carry: the parts of an alluvial diagram."""

from __future__ import annotations

from typing import Final, NamedTuple

from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from cxsim.charts.axes import base_font
from cxsim.charts.bars import Part
from cxsim.charts.style import PAPER

CURVE: Final = 0.5  # where between two columns the bend of a band lies
PALE: Final = 0.42


class Span(NamedTuple):
    """From where to where a block or the end of a band reaches, upwards, in the units of the axes."""

    low: float
    high: float

    @property
    def size(self) -> float:
        """Its height."""
        return self.high - self.low

    @property
    def middle(self) -> float:
        """Half way up."""
        return (self.low + self.high) / 2.0

    def top(self, size: float) -> Span:
        """Return its uppermost part of such a height."""
        return Span(self.high - size, self.high)

    def bottom(self, size: float) -> Span:
        """Return its lowest part of such a height."""
        return Span(self.low, self.low + size)


def stacked(sizes: dict[str, float], top: float, gap: float) -> dict[str, Span]:
    """Put blocks one under the other, `gap` apart, the first one at `top`; none of no size takes a gap."""
    found: dict[str, Span] = {}
    for name, size in sizes.items():
        found[name] = Span(top - size, top)
        top -= size + (gap if size > 0.0 else 0.0)
    return found


def block(ax: Axes, left: float, width: float, span: Span, part: Part, label: str) -> None:
    """Draw a block; one of no size leaves nothing."""
    if span.size <= 0.0:
        return
    box = Rectangle(
        (left, span.low), width, span.size, facecolor=part.fill, hatch=part.hatch, edgecolor=PAPER,
        linewidth=base_font() / 20, label=label, zorder=3,
    )  # fmt: skip
    ax.add_patch(box)


def ribbon(ax: Axes, across: tuple[float, float], begin: Span, end: Span, fill: str, label: str) -> None:
    """Draw a band between two columns; one of no size leaves nothing.

    Parameters
    ----------
    ax
        Drawn on.
    across
        Where it begins and ends.
    begin, end
        How high it reaches there.
    fill
        Drawn pale, for blocks and words lie over it.
    label
        Of the patch.
    """
    if begin.size <= 0.0:
        return
    left, right = across
    bend = left + CURVE * (right - left)
    points = [
        (left, begin.high), (bend, begin.high), (bend, end.high), (right, end.high),
        (right, end.low), (bend, end.low), (bend, begin.low), (left, begin.low), (left, begin.high),
    ]  # fmt: skip
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    patch = PathPatch(Path(points, codes), facecolor=fill, edgecolor="none", alpha=PALE, label=label, zorder=1.5)
    ax.add_patch(patch)
