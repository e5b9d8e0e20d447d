"""Small panels side by side, each with a head and figures printed at the right of its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from matplotlib.axes import Axes

from cxsim.charts.axes import base_font, inches
from cxsim.charts.style import INK, SMALL, SOFT_INK
from cxsim.charts.text import LINE, POINTS_PER_INCH, fitted, plain

MOST_IN_A_ROW: Final = 4
LEAST_PANEL: Final = 10.0  # widths and heights are in font sizes
MOST_LINES: Final = 2
GAP: Final = 2.2
HEAD_LINES: Final = 2.1
HEAD: Final = 3.9  # room above and below the rows of a panel, and the least height of a row
FOOT: Final = 1.9
LEAST_ROW: Final = 1.15


@dataclass(frozen=True, slots=True)
class Panels:
    """How many panels stand in a row, and where their printed figures end.

    Attributes
    ----------
    in_a_row
        Panels side by side.
    columns
        Right edges of the printed figures, in font sizes from the panel's right edge; the last is what is left free.
    """

    in_a_row: int
    columns: tuple[float, ...]

    @classmethod
    def for_axes(
        cls, ax: Axes, columns: tuple[float, ...], *, most: int = MOST_IN_A_ROW, least: float = LEAST_PANEL
    ) -> Panels:
        """Put as many panels side by side, up to `most`, as leave each of them `least` font sizes."""
        wide = inches(ax)[0] * POINTS_PER_INCH / base_font()
        return cls(max(1, min(most, int(wide / least))), columns)

    def most(self, ax: Axes, rows: int, lines: int = MOST_LINES) -> int:
        """Say how many panels, in up to so many lines, leave each row a height at which it can be read."""
        em = base_font() / POINTS_PER_INCH
        for count in range(lines, 1, -1):
            if inches(ax)[1] / count - (HEAD + FOOT) * em >= rows * LEAST_ROW * em:
                return count * self.in_a_row
        return self.in_a_row

    def panel(self, ax: Axes, place: int, panels: int) -> Axes:
        """Make room for one panel of so many: filled row by row, heads above."""
        columns = min(panels, self.in_a_row)
        lines = -(-panels // columns)
        line, column = divmod(place, columns)
        width, height = inches(ax)
        em = base_font() / POINTS_PER_INCH
        gap, head, foot = GAP * em / width, HEAD * em / height, FOOT * em / height
        figures = self.columns[-1] * em / width
        each = (1.0 - gap * (columns - 1)) / columns
        tall = 1.0 / lines
        bounds = (column * (each + gap), 1.0 - (line + 1) * tall + foot, each - figures, tall - head - foot)
        return ax.inset_axes(bounds)

    def is_first(self, place: int, panels: int) -> bool:
        """Say whether a panel stands at the left, where rows are named."""
        return place % min(panels, self.in_a_row) == 0

    def head(self, panel: Axes, words: str) -> None:
        """Write the name of a panel above it."""
        unit = base_font()
        room = inches(panel)[0] + self.columns[-1] * unit / POINTS_PER_INCH
        name = fitted(words, room, HEAD_LINES * unit * LINE / POINTS_PER_INCH, unit, "bold")
        lift = unit * 0.9
        panel.annotate(
            name.text,
            (0.0, 1.0),
            xycoords="axes fraction",
            xytext=(0, lift),
            textcoords="offset points",
            ha="left",
            va="bottom",
            **plain(fontsize=name.size, fontweight="bold", color=INK, linespacing=LINE),
        )

    def figures(self, panel: Axes, row: int, words: Sequence[str]) -> None:
        """Print figures at the right of a row: the first bold, the others light."""
        unit = base_font()
        style = plain(transform=panel.get_yaxis_transform(), va="center_baseline", ha="right", fontsize=unit * SMALL)
        for place, (edge, text) in enumerate(zip(self.columns, words, strict=True)):
            x = 1.0 + edge * unit / POINTS_PER_INCH / inches(panel)[0]
            color, weight = (INK, "bold") if place == 0 else (SOFT_INK, "normal")
            panel.text(x, row, text, color=color, fontweight=weight, **style)
