"""A chart that knows how to be a slide, a figure on a page or a picture in a notebook."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure

from cxsim.charts.finish import LOGO_GAP, Logo, finished, logo_for, place_logo
from cxsim.charts.style import (
    FOOTNOTE,
    INK,
    QUIET,
    SOFT_INK,
    SUBTITLE,
    TITLE,
    Size,
    SizeName,
    applied,
    dressed,
    size_of,
    theme_in_force,
)
from cxsim.charts.tables import ChartError
from cxsim.charts.text import LINE, POINTS_PER_INCH, Fitted, balanced, fitted, literal, plain
from cxsim.charts.words import ENGLISH, Words, worded, words_in_force

if TYPE_CHECKING:
    from cxsim.charts.theme import Theme

Format = Literal["png", "svg", "pdf"]
Draw = Callable[..., Axes]

FORMATS: Final[tuple[Format, ...]] = ("png", "svg", "pdf")
MARGIN: Final = 2.4  # of the figure, in multiples of the font size
GAP: Final = 1.3  # between title block, plot and footnote
PASSES: Final = 4
SETTLED: Final = 0.02  # inches: another pass would not show


class Edges(NamedTuple):
    """Four distances in inches: where edges lie, or how far something reaches over them."""

    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True, slots=True)
class Caption:
    """What stands around a chart.

    Attributes
    ----------
    title
        The finding, as one sentence.
    footnote
        Source and number of runs.
    subtitle
        What is shown, in which unit, and what a band means; None lets the chart say it.
    """

    title: str
    footnote: str = ""
    subtitle: str | None = None


@dataclass(frozen=True, repr=False)
class Chart:
    """One chart: a table, the function that draws it, and its caption.

    It is drawn anew for each size, so text keeps its measure, and shows itself as a picture in a notebook.

    Attributes
    ----------
    draw
        Function of ``(table, axes, **options)``.
    table
        What is drawn.
    caption
        Title, subtitle, footnote.
    options
        Passed on to `draw`.
    theme, words
        Colours, font and logo, and what labels are called: those that were in force when the chart was made.
    """

    draw: Draw
    table: pd.DataFrame
    caption: Caption
    options: dict[str, Any]
    theme: Theme | None = None
    words: Words = ENGLISH

    @cached_property
    def _drawn(self) -> dict[SizeName, Figure]:
        """Figures that are kept for the next format: drawing takes longer than writing the file."""
        return {}

    @cached_property
    def figure(self) -> Figure:
        """The figure in notebook size."""
        return self.at("notebook")

    @property
    def alt(self) -> str:
        """The caption as one text, for those who cannot see the chart."""
        parts = (self.caption.title, self.caption.subtitle or "", self.caption.footnote)
        return " ".join(_sentence(part) for part in parts if part.strip())

    def at(self, size: SizeName) -> Figure:
        """Draw the chart in one size."""
        return self.drawn(size_of(size))

    def drawn(self, size: Size) -> Figure:
        """Draw the chart in measures of one's own."""
        with dressed(self.theme), worded(self.words), applied(size):
            return _compose(self, size)

    def render(self, format: Format = "png", size: SizeName = "slide") -> bytes:  # noqa: A002 - as savefig names it
        """Return the chart as the bytes of a file; the same chart always gives the same bytes.

        Parameters
        ----------
        format
            png, svg or pdf.
        size
            slide (16:9, 1920 x 1080 dots), page, notebook, narrow or thumb.

        Raises
        ------
        ChartError
            If the format is none of the three, or the table cannot be drawn.
        """
        if format not in FORMATS:
            raise ChartError(f"chart: format `{format}`; allowed are {', '.join(FORMATS)}; choose one of these")
        measures = size_of(size)
        if size not in self._drawn:
            self._drawn[size] = self.at(size)
        return self.written(self._drawn[size], measures, format)

    def written(self, figure: Figure, size: Size, form: Format) -> bytes:
        """Return a figure that `drawn` made in these measures as the bytes of a file."""
        buffer = BytesIO()
        with dressed(self.theme), worded(self.words), applied(size):
            figure.savefig(buffer, format=form, dpi=size.dpi, metadata=_metadata(form, self.caption.title))
        return buffer.getvalue()

    def save(self, path: str | Path, size: SizeName = "slide") -> Path:
        """Write the chart; the ending of the path says the format.

        Parameters
        ----------
        path
            Ends in .png, .svg or .pdf.
        size
            slide (16:9, 1920 x 1080 dots), page, notebook, narrow or thumb.

        Returns
        -------
        Path
            The file that was written.

        Raises
        ------
        ChartError
            If the ending is none of the three, or the table cannot be drawn; then nothing is written.
        OSError
            If the file cannot be written.
        """
        target = Path(path)
        wanted = target.suffix.lower().lstrip(".")
        for known in FORMATS:
            if wanted == known:
                target.write_bytes(self.render(known, size))
                return target
        raise ChartError(f"chart: file `{target.name}`; allowed endings are .png, .svg and .pdf; choose one of these")

    def __repr__(self) -> str:
        """Say what it shows; the picture is `_repr_png_`."""
        return f"<Chart: {literal(self.caption.title)}>"

    def _repr_png_(self) -> bytes:
        return self.render("png", "notebook")


def make_chart(draw: Draw, table: pd.DataFrame, caption: Caption, **options: Any) -> Chart:
    """Put a table, a chart function and a caption together, in the theme and words in force; nothing is drawn yet.

    Parameters
    ----------
    draw
        One of the chart functions, ``function(table, ax, **options) -> Axes``.
    table
        Copied, so later changes do not reach the chart.
    caption
        Title, subtitle, footnote.
    options
        Passed on to `draw`.
    """
    return Chart(draw, table.copy(), caption, dict(options), theme_in_force(), words_in_force())


def _compose(chart: Chart, size: Size) -> Figure:
    """Draw, measure what reaches over the edge of the axes, and draw again in what is left."""
    subtitle = "" if size.bare else chart.caption.subtitle
    is_told = subtitle is None  # by the chart, once it is drawn
    if subtitle is None:
        trial = _blank(size).add_axes((0.2, 0.2, 0.6, 0.6))
        subtitle = literal(chart.draw(chart.table, trial, **chart.options).get_title(loc="left"))
    insets = Edges(0.0, 0.0, 0.0, 0.0)
    logo = logo_for(size)
    for _ in range(PASSES):
        figure = _blank(size)
        area = _set_caption(figure, size, chart.caption, subtitle, logo)
        left, bottom = area.left + insets.left, area.bottom + insets.bottom
        right, top = area.right - insets.right, area.top - insets.top
        bounds = (left / size.width, bottom / size.height, (right - left) / size.width, (top - bottom) / size.height)
        ax = finished(chart.draw(chart.table, figure.add_axes(bounds), **chart.options))
        told = literal(ax.get_title(loc="left"))
        ax.set_title("", loc="left")
        found = _overhang(figure, ax)
        settled = all(abs(new - old) < SETTLED for new, old in zip(found, insets, strict=True))
        if settled and (not is_told or told == subtitle):
            break
        insets = found
        subtitle = told if is_told else subtitle
    if logo is not None:
        place_logo(figure, logo, MARGIN * size.font / POINTS_PER_INCH)
    return figure


def _blank(size: Size) -> Figure:
    figure = Figure(figsize=(size.width, size.height), dpi=size.dpi)
    FigureCanvasAgg(figure)
    return figure


def _set_caption(figure: Figure, size: Size, caption: Caption, subtitle: str, logo: Logo | None) -> Edges:
    """Write title, subtitle and footnote, and return where the plot may be, in inches."""
    em = size.font / POINTS_PER_INCH
    margin = MARGIN * em
    room = size.width - 2 * margin
    top = size.height - margin
    beside = room - (logo.width + LOGO_GAP * em if logo else 0.0)
    foot = top - (logo.height if logo else 0.0)
    theme = theme_in_force()
    ink = INK if theme is None else theme.ink
    blocks = ((caption.title, TITLE, "bold", ink, 3), (subtitle, SUBTITLE, "normal", SOFT_INK, 3))
    for words, scale, weight, color, lines in blocks:
        if not words.strip():
            continue
        block = fitted(words, beside, (lines + 0.1) * LINE * scale * em, scale * size.font, weight)
        block = balanced(words, block, beside, weight)
        _write(figure, size, block, (margin, top), color=color, weight=weight, va="top")
        top -= block.height + 0.35 * em
    bottom = margin
    if caption.footnote.strip() and not size.bare:
        block = fitted(caption.footnote, room, 3.1 * LINE * FOOTNOTE * em, FOOTNOTE * size.font)
        _write(figure, size, block, (margin, margin * 0.8), color=QUIET, va="bottom")
        bottom = margin * 0.8 + block.height + GAP * em
    return Edges(margin, bottom, size.width - margin, min(top, foot) - GAP * em)


def _write(figure: Figure, size: Size, block: Fitted, place: tuple[float, float], **style: Any) -> None:
    x, y = place
    words = plain(fontsize=block.size, linespacing=LINE, ha="left", **style)
    figure.text(x / size.width, y / size.height, block.text, **words)


def _overhang(figure: Figure, ax: Axes) -> Edges:
    """Measure by how many inches labels reach over each edge of the axes."""
    width, height = figure.get_size_inches() * figure.dpi
    renderer = RendererAgg(width, height, figure.dpi)  # type: ignore[no-untyped-call]
    drawn = ax.get_tightbbox(renderer)
    frame = ax.get_window_extent()
    if drawn is None:
        return Edges(0.0, 0.0, 0.0, 0.0)
    reach = (frame.x0 - drawn.x0, frame.y0 - drawn.y0, drawn.x1 - frame.x1, drawn.y1 - frame.y1)
    return Edges(*(max(0.0, pixels) / figure.dpi for pixels in reach))


def _sentence(text: str) -> str:
    words = literal(text)
    return words if words.endswith((".", "!", "?")) else f"{words}."


def _metadata(format: Format, title: str) -> dict[str, Any]:  # noqa: A002 - as savefig names it
    """Say what the file is and nothing of when or on which machine it was made."""
    words = literal(title)
    if format == "png":
        return {"Software": "cxsim", "Title": words}
    if format == "svg":
        return {"Creator": "cxsim", "Date": None, "Title": words}
    return {"Creator": "cxsim", "Producer": "cxsim", "CreationDate": None, "Title": words}
