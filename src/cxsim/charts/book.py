"""The chart book as one PDF: an overview with contents, then a chart a page, with bookmarks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any, Final

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from matplotlib.image import imread

from cxsim.charts.figure import MARGIN, Chart
from cxsim.charts.finish import logo_for, place_logo
from cxsim.charts.style import INK, QUIET, SLIDE, SMALL, SOFT_INK, Size, applied, theme_in_force
from cxsim.charts.text import LINE, POINTS_PER_INCH, fitted, literal, plain
from cxsim.charts.words import said

MOST_PICTURES: Final = 5
COLUMNS: Final = 3
LINES: Final = 2
GUTTER: Final = 0.25  # inches between the pictures of the overview
PICTURE_DPI: Final = 150
PICTURE_FONT: Final = 8.0
SHRUNK: Final = 1.35  # pictures are drawn so many times as large as they are shown
LARGEST_ENTRY: Final = 12.0  # points
Told = Callable[[int, int], None]


def book_bytes(
    charts: Mapping[str, Chart],
    *,
    title: str,
    names: Mapping[str, str],
    first: Sequence[str] = (),
    source: str = "",
    told: Told | None = None,
) -> bytes:
    """Return the charts as the bytes of a PDF; the same charts always give the same bytes.

    Parameters
    ----------
    charts
        By name, in their order; one at least.
    title
        Of the book.
    names
        What each chart is called in the contents and bookmarks.
    first
        Names of the charts that are on the overview, five at most; those that there are not are left out.
    source
        Foot of the overview.
    told
        Called after each page with its number, from 1, and how many there are.

    Raises
    ------
    ChartError
        When a chart cannot be drawn.
    """
    shown = [name for name in first if name in charts][:MOST_PICTURES]
    pages = len(charts) + 1
    buffer = BytesIO()
    metadata = {"Creator": "cxsim", "Producer": "cxsim", "CreationDate": None, "Title": literal(title)}
    with applied(SLIDE), PdfPages(buffer, metadata=metadata) as file:
        for number, figure in enumerate(_pages(charts, title, names, shown, source), start=1):
            _write_number(figure, number, pages)
            file.savefig(figure)
            if told is not None:
                told(number, pages)
    return with_bookmarks(buffer.getvalue(), [said("Overview"), *(names[name] for name in charts)])


def _pages(
    charts: Mapping[str, Chart], title: str, names: Mapping[str, str], shown: Sequence[str], source: str
) -> Iterator[Figure]:
    yield _overview(charts, title, names, shown, source)
    for chart in charts.values():
        yield chart.at("slide")


def _overview(
    charts: Mapping[str, Chart], title: str, names: Mapping[str, str], shown: Sequence[str], source: str
) -> Figure:
    """Draw the first charts small on one page, and the contents in the cell after them."""
    size = SLIDE
    em = size.font / POINTS_PER_INCH
    margin = MARGIN * em
    figure = Figure(figsize=(size.width, size.height), dpi=size.dpi)
    FigureCanvasAgg(figure)
    logo = logo_for(size)
    wide = size.width - 2 * margin
    theme = theme_in_force()
    head = fitted(title, wide - (logo.width + 2 * em if logo else 0.0), 2.2 * LINE * 1.5 * em, 1.5 * size.font, "bold")
    ink = INK if theme is None else theme.ink
    style = plain(va="top", ha="left", linespacing=LINE)
    top = size.height - margin
    _put(figure, (margin, top), head.text, fontsize=head.size, fontweight="bold", color=ink, **style)
    if logo is not None:
        place_logo(figure, logo, margin)
    top -= max(head.height, logo.height if logo else 0.0) + 1.2 * em
    bottom = margin + 0.6 * em
    lines = LINES if len(shown) + 1 > COLUMNS else 1
    cell = ((wide - GUTTER * (COLUMNS - 1)) / COLUMNS, (top - bottom - GUTTER * (lines - 1)) / lines)
    places = [
        (margin + column * (cell[0] + GUTTER), top - (line + 1) * cell[1] - line * GUTTER)
        for line in range(lines)
        for column in range(COLUMNS)
    ]
    for name, place in zip(shown, places, strict=False):
        _picture(figure, charts[name], place, cell)
    _contents(figure, [names[name] for name in charts], places[len(shown)], cell)
    foot = fitted(source, 0.85 * wide, 2.1 * LINE * 0.72 * em, 0.72 * size.font)
    _put(figure, (margin, 0.8 * margin), foot.text, fontsize=foot.size, color=QUIET, **style | {"va": "bottom"})
    return figure


def _picture(figure: Figure, chart: Chart, place: tuple[float, float], cell: tuple[float, float]) -> None:
    size = Size(SHRUNK * cell[0], SHRUNK * cell[1], dpi=PICTURE_DPI, font=PICTURE_FONT, bare=True)
    drawn = BytesIO(chart.written(chart.drawn(size), size, "png"))
    width, height = map(float, figure.get_size_inches())
    panel = figure.add_axes((place[0] / width, place[1] / height, cell[0] / width, cell[1] / height))
    panel.set_axis_off()
    panel.imshow(np.asarray(imread(drawn)), aspect="auto", interpolation="none")


def _contents(figure: Figure, names: Sequence[str], place: tuple[float, float], cell: tuple[float, float]) -> None:
    """List the pages, as large as there is room for all."""
    pitch = 1.6
    size = min(LARGEST_ENTRY, cell[1] * POINTS_PER_INCH / (pitch * (len(names) + 1.5)))
    line = pitch * size / POINTS_PER_INCH
    style = plain(va="top", ha="left", fontsize=size)
    y = place[1] + cell[1]
    left = place[0] + 2 * size / POINTS_PER_INCH
    _put(figure, (left, y), said("Charts"), **style | {"fontweight": "bold", "color": INK})
    for number, name in enumerate(names, start=2):
        y -= line
        _put(figure, (left, y), str(number), **style | {"color": SOFT_INK})
        words = fitted(name, cell[0] - 5 * size / POINTS_PER_INCH, line, size)
        words_style = style | {"fontsize": words.size, "color": INK}
        _put(figure, (left + 2.4 * size / POINTS_PER_INCH, y), words.text, **words_style)


def _write_number(figure: Figure, number: int, pages: int) -> None:
    em = SLIDE.font / POINTS_PER_INCH
    style = plain(va="bottom", ha="right", fontsize=SLIDE.font * SMALL * 0.8, color=QUIET)
    _put(figure, (SLIDE.width - MARGIN * em, 0.7 * em), f"{number} / {pages}", **style)


def _put(figure: Figure, place: tuple[float, float], text: str, **style: Any) -> None:
    width, height = figure.get_size_inches()
    figure.text(place[0] / width, place[1] / height, text, **style)


def with_bookmarks(data: bytes, titles: Sequence[str]) -> bytes:
    """Return a PDF of matplotlib's with a bookmark for each page; one that is built otherwise stays as it is.

    Matplotlib writes none, and a library for these few lines would be one more to install: they are appended as an
    incremental update (ISO 32000-1, 7.5.6 and 12.3.3).
    """
    pages = re.findall(rb"\n(\d+) 0 obj\n<< /Type /Page\b(?!s)", data)
    catalog = re.search(rb"\n(\d+) 0 obj\n<< /Type /Catalog /Pages (\d+) 0 R >>", data)
    trailer = re.search(rb"trailer\n<< /Size (\d+) /Root (\d+) 0 R /Info (\d+) 0 R >>\nstartxref\n(\d+)\n%%EOF", data)
    if catalog is None or trailer is None or len(pages) != len(titles):
        return data
    size, root, info, before = (int(part) for part in trailer.groups())
    outlines, items = size, [size + 1 + place for place in range(len(titles))]
    objects = {
        root: f"<< /Type /Catalog /Pages {int(catalog[2])} 0 R /Outlines {outlines} 0 R /PageMode /UseOutlines >>",
        outlines: f"<< /Type /Outlines /First {items[0]} 0 R /Last {items[-1]} 0 R /Count {len(items)} >>",
    }
    for place, (item, page, title) in enumerate(zip(items, pages, titles, strict=True)):
        beside = f" /Prev {items[place - 1]} 0 R" if place else ""
        beside += f" /Next {items[place + 1]} 0 R" if place + 1 < len(items) else ""
        text = "FEFF" + literal(title).encode("utf-16-be").hex().upper()
        objects[item] = f"<< /Title <{text}> /Parent {outlines} 0 R{beside} /Dest [{int(page)} 0 R /Fit] >>"
    made, table = bytearray(data.rstrip(b"\n") + b"\n"), b"xref\n"
    for number, text in objects.items():
        table += b"%d 1\n%010d 00000 n \n" % (number, len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, text.encode("ascii"))
    end = b"trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n"
    return bytes(made + table + end % (size + 1 + len(items), root, info, before, len(made)))
