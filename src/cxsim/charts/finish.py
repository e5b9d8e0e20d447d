"""What is done to every chart once it is drawn: the client's ink, the client's digits, the logo."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.image import imread
from matplotlib.text import Text
from matplotlib.ticker import FixedLocator, Formatter

from cxsim.charts.axes import base_font, inches
from cxsim.charts.style import INK, PAPER, SMALL, Size, theme_in_force
from cxsim.charts.tables import ChartError
from cxsim.charts.text import POINTS_PER_INCH, width_of
from cxsim.charts.words import POINT, in_digits, words_in_force
from cxsim.errors import quoted

LOGO_HEIGHT: Final = 2.6  # of a logo at most, in multiples of the font size
LOGO_WIDTH: Final = 0.16  # of the figure's
TICK_GAP: Final = 0.25  # least room between two figures at an axis, in multiples of the font size
LOGO_GAP: Final = 1.5  # between a title and the logo, in multiples of the font size


class Logo(NamedTuple):
    """A picture, and how large it is drawn, in inches."""

    picture: Any
    width: float
    height: float


class InDigits(Formatter):
    """Another formatter's ticks, with the decimal mark that is in force now: a figure may be shown later."""

    def __init__(self, inner: Formatter) -> None:
        self.inner = inner
        self.words = words_in_force()

    def __call__(self, x: float, pos: int | None = None) -> str:
        """Return the label of a tick."""
        return in_digits(self.inner(x, pos), self.words)

    def set_locs(self, locs: Any) -> None:
        """Tell the other where the ticks are."""
        self.inner.set_locs(locs)

    def get_offset(self) -> str:
        """Return what the other takes off all ticks."""
        return in_digits(self.inner.get_offset(), self.words)


def finished(ax: Axes) -> Axes:
    """Write ticks in the digits in force, no more than there is room for, and text in the ink of the theme in force.

    Parameters
    ----------
    ax
        Changed in place, with the panels in it.
    """
    if words_in_force().decimal != POINT:
        _localise(ax)
    for panel in (ax, *ax.child_axes):
        _thin(panel)
    theme = theme_in_force()
    if theme is not None and theme.ink != INK:
        for text in ax.findobj(Text):
            if to_hex(text.get_color()) == INK and _is_on_paper(text):
                text.set_color(theme.ink)
    return ax


def logo_for(size: Size) -> Logo | None:
    """Return the logo of the theme in force, where a figure of this size carries one.

    Raises
    ------
    ChartError
        When the picture cannot be read.
    """
    theme = theme_in_force()
    if theme is None or theme.logo is None or not size.logo:
        return None
    try:
        picture = np.asarray(imread(theme.logo))
    except (OSError, ValueError, SyntaxError) as error:
        name = quoted(theme.logo.name)
        raise ChartError(
            f"theme: logo {name} cannot be read; a whole PNG or JPEG file; save the picture again"
        ) from error
    high, wide = picture.shape[:2]
    em = size.font / POINTS_PER_INCH
    scale = min(LOGO_HEIGHT * em / high, LOGO_WIDTH * size.width / wide)
    return Logo(picture, wide * scale, high * scale)


def place_logo(figure: Figure, logo: Logo, margin: float) -> None:
    """Put a logo into the upper right corner of a figure, so many inches from its edges."""
    width, height = map(float, figure.get_size_inches())
    left, bottom = width - margin - logo.width, height - margin - logo.height
    bounds = (left / width, bottom / height, logo.width / width, logo.height / height)
    panel = figure.add_axes(bounds, label="logo")
    panel.set_axis_off()
    panel.imshow(logo.picture, aspect="auto", cmap="gray")


def _localise(ax: Any) -> None:
    for axis in (ax.xaxis, ax.yaxis):
        inner = axis.get_major_formatter()
        if not isinstance(inner, InDigits):
            axis.set_major_formatter(InDigits(inner))
    for panel in ax.child_axes:
        _localise(panel)


def _thin(ax: Any) -> None:
    """Leave out every other figure of a narrow horizontal axis until none touches its neighbour; names all stay."""
    axis = ax.xaxis
    low, high = sorted(ax.get_xlim())
    if isinstance(axis.get_major_locator(), FixedLocator) or ax.get_xscale() != "linear" or not high > low:
        return
    ticks = [float(tick) for tick in axis.get_majorticklocs() if low <= tick <= high]
    size = axis.get_tick_params().get("labelsize", base_font() * SMALL)
    texts = axis.get_major_formatter().format_ticks(ticks)
    across = inches(ax)[0] / (high - low)
    widths = [width_of(text, float(FontProperties(size=size).get_size_in_points())) for text in texts]
    for step in range(1, len(ticks)):
        first = ticks.index(0.0) % step if 0.0 in ticks else 0
        kept, wide = ticks[first::step], widths[first::step]
        gaps = [(after - before) * across for before, after in pairwise(kept)]
        needed = [(one + other) / 2 + TICK_GAP / POINTS_PER_INCH * base_font() for one, other in pairwise(wide)]
        if all(gap >= need for gap, need in zip(gaps, needed, strict=True)):
            if step > 1:
                axis.set_major_locator(FixedLocator(kept))
            return


def _is_on_paper(text: Any) -> bool:
    """Tell whether a text stands on white: what stands on a fill was chosen to be read on it."""
    plate = text.get_bbox_patch()
    return plate is None or to_hex(plate.get_facecolor()) == PAPER
