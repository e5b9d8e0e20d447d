"""What charts of as-is beside one other policy share: a key above the plot, and marks with the look of each policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from cxsim.charts.axes import base_font, inches
from cxsim.charts.style import INK, PAPER, Look, looks
from cxsim.charts.text import LINE, POINTS_PER_INCH, fitted, plain, width_of


def looks_among(names: Iterable[str], reference: str, among: Sequence[str] = ()) -> dict[str, Look]:
    """Give the policies drawn the looks that they have among all that were compared, so that they keep them.

    Parameters
    ----------
    names
        Drawn.
    reference
        Grey and dashed.
    among
        All policies, in their order; those drawn alone by default.
    """
    drawn = list(dict.fromkeys(names))
    known = looks([*among, *drawn], reference)
    return {name: known[name] for name in drawn}


def marked(look: Look, *, is_reference: bool, line: bool = True) -> dict[str, Any]:
    """Return the style of a line with markers, or of markers alone; the reference has open ones."""
    unit = base_font()
    return {
        "color": look.color,
        "linestyle": ((0, (4, 2)) if is_reference else look.dash) if line else "none",
        "linewidth": unit / 7,
        "marker": look.marker,
        "markersize": unit * 0.5,
        "markeredgewidth": unit / 10,
        "markeredgecolor": look.color,
        "markerfacecolor": PAPER if is_reference else look.color,
    }


def key_of_policies(ax: Axes, look: Mapping[str, Look], reference: str, bar: str = "") -> float:
    """Draw mark and name of each policy at the top of an Axes, in as many lines as needed; return the share of height.

    Nothing is drawn, and 0 returned, where there is one policy only. With `bar` the reference has a swatch so filled.
    """
    if len(look) < 2:  # noqa: PLR2004 -- one needs no key
        return 0.0
    unit = base_font()
    width, height = inches(ax)
    em = unit / POINTS_PER_INCH
    sample, gap, line = 2.4 * em, 1.8 * em, 1.7 * em
    x, y = 0.0, 0.0
    for name, one in look.items():
        words = fitted(name, width - sample - gap, 2.1 * LINE * em, unit)
        needed = sample + 0.5 * em + max(width_of(row, words.size) for row in words.text.split("\n"))
        if x > 0.0 and x + needed > width:
            x, y = 0.0, y + line
        tall = max(line, words.height + 0.4 * em)
        centre = 1.0 - (y + tall / 2) / height
        ends = [x / width, (x + sample / 2) / width, (x + sample) / width]
        if bar and name == reference:
            corner, size = (ends[0], centre - 0.4 * em / height), (sample / width, 0.8 * em / height)
            swatch = Rectangle(
                corner, *size, transform=ax.transAxes, facecolor=bar, edgecolor=one.color, linewidth=unit / 16,
                clip_on=False,
            )  # fmt: skip
            ax.add_artist(swatch)
        else:
            mark = Line2D(
                ends, [centre] * 3, transform=ax.transAxes, markevery=[1], clip_on=False,
                **marked(one, is_reference=name == reference, line=not bar),
            )  # fmt: skip
            ax.add_artist(mark)
        align = "center" if words.lines > 1 else "center_baseline"
        style = plain(transform=ax.transAxes, va=align, ha="left", color=INK, fontsize=words.size, linespacing=LINE)
        ax.text((x + sample + 0.5 * em) / width, centre, words.text, **style)
        x += needed + gap
        if tall > line:
            x, y = 0.0, y + tall
    used = y + line if x > 0.0 else y
    return (used + 0.6 * em) / height


def below_key(ax: Axes, look: Mapping[str, Look], reference: str, bar: str = "") -> Axes:
    """Draw the key, and return an Axes for what is left below it."""
    ax.set_axis_off()
    head = key_of_policies(ax, look, reference, bar)
    inner = ax.inset_axes((0.0, 0.0, 1.0, max(1.0 - head, 0.1)))
    inner.set_facecolor("none")
    return inner
