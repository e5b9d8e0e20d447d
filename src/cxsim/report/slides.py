"""Where things stand on slides: titles, charts beside their names and figures, tables, words; all measured to fit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from cxsim.charts.style import GRID, QUIET, RULE, SOFT_INK
from cxsim.charts.text import LINE, POINTS_PER_INCH, spread, width_of
from cxsim.charts.theme import Theme
from cxsim.report.chart_xml import Place, bars_chart, dots_chart, lines_chart
from cxsim.report.deck import Bars, Deck, Dots, Grid, Grids, Lines, Rows, Scale, Slide, Words
from cxsim.report.measured import FITS, Label, label, labels_alike
from cxsim.report.pptx_file import WIDTH, Box, Pages, Run

MARGIN: Final = 0.6  # inches
TITLE: Final = 26.0  # points
SAID: Final = 12.5
NAME: Final = 13.0
AXIS: Final = 11.0
FOOT: Final = 9.0
CELL: Final = 10.5
SMALLEST: Final = 8.0
HEAD: Final = 0.3  # inches, above a chart of rows
TWO_LINES: Final = 0.48  # inches, of the words in front of a paragraph
LOGO: Final = Box(WIDTH - MARGIN - 1.5, 0.4, 1.5, 0.6)
FOOTER: Final = Box(MARGIN, 6.98, WIDTH - 2 * MARGIN, 0.3)
BODY_ENDS: Final = 6.8
AXIS_ROOM: Final = 0.36
SIDE: Final = 0.32  # within a chart left and right of its plot: numbers at the ends of an axis reach over it
HIGHEST_ROW: Final = 0.68
IN_A_BAND: Final = 3  # panels side by side
NAMES: Final = (2.0, 3.6)  # narrowest and widest column of names, inches
LABELS: Final = 2.9  # right of lines


def slides_bytes(deck: Deck, theme: Theme) -> bytes:
    """Return a presentation as the bytes of a file; the same deck always gives the same bytes.

    Raises
    ------
    InputError
        When python-pptx is not installed.
    """
    pages = Pages(theme, deck.title, deck.made)
    for slide in deck.slides:
        _add(pages, deck, slide)
    return pages.save()


def _add(pages: Pages, deck: Deck, slide: Slide) -> None:
    width = WIDTH - 2 * MARGIN - (LOGO.width + 0.3 if pages.theme.logo else 0.0)
    title = label(slide.title, width, 2.1 * TITLE * LINE / POINTS_PER_INCH, TITLE, "bold")
    box = Box(MARGIN, 0.42, width, max(title.height, 0.5))
    pages.add(Run(title.text, title.size, bold=True), box, slide.notes)
    pages.logo(LOGO)
    top = box.top + box.height + 0.08
    if slide.said:
        said = label(slide.said, WIDTH - 2 * MARGIN, 2.1 * SAID * LINE / POINTS_PER_INCH, SAID)
        pages.words(Box(MARGIN, top, WIDTH - 2 * MARGIN, said.height), [[Run(said.text, said.size, color=SOFT_INK)]])
        top += said.height
    _foot(pages, deck)
    room = Box(MARGIN, top + 0.22, WIDTH - 2 * MARGIN, BODY_ENDS - top - 0.22)
    body = slide.body
    if isinstance(body, Rows):
        _rows(pages, body, room, slide.alt)
    elif isinstance(body, Lines):
        _lines(pages, body, room, slide.alt)
    elif isinstance(body, Words):
        _words(pages, body, room)
    else:
        _grids(pages, body, room, slide.alt)


def _foot(pages: Pages, deck: Deck) -> None:
    pages.rule((MARGIN, FOOTER.top - 0.06), (WIDTH - MARGIN, FOOTER.top - 0.06), GRID)
    text = f"{deck.source} Prepared for {deck.client}." if deck.client else deck.source
    fit = label(text, FOOTER.width - 0.8, FOOTER.height, FOOT)
    pages.words(
        Box(FOOTER.left, FOOTER.top, FOOTER.width - 0.8, FOOTER.height), [[Run(fit.text, fit.size, color=QUIET)]]
    )
    pages.number(Box(WIDTH - MARGIN - 0.7, FOOTER.top, 0.7, 0.2), Run("‹#›", FOOT, color=QUIET))


class _Columns(NamedTuple):
    """How wide names, charts and figures are in a band, and in which letters."""

    names: float
    plots: float
    texts: float
    size: float


def _rows(pages: Pages, body: Rows, room: Box, alt: str) -> None:
    beside = math.ceil(len(body.panels) / math.ceil(len(body.panels) / IN_A_BAND))
    bands = [body.panels[at : at + beside] for at in range(0, len(body.panels), beside)]
    height = room.height / len(bands) - (0.1 if len(bands) > 1 else 0.0)
    for number, panels in enumerate(bands):
        place = Box(room.left, room.top + number * (height + 0.2 * (number > 0)), room.width, height)
        _band(pages, body, panels, place, alt)


def _band(pages: Pages, body: Rows, panels: Sequence[Dots | Bars], room: Box, alt: str) -> None:
    """Put a table of names and figures, and over its empty cells a chart for each panel, row beside row."""
    has_axis = isinstance(panels[0], Dots)
    key = 0.0
    if isinstance(panels[0], Bars):
        key = _key(pages, panels[0], room)
    head = HEAD if len(panels) == 1 else 2 * HEAD * 0.85
    row = min(HIGHEST_ROW, (room.height - head - key - AXIS_ROOM * has_axis) / len(body.names))
    columns = _columns(body, panels, room.width, row)
    top = room.top + key
    plain = [Run("", columns.size)] * len(panels)
    wide = columns.plots + columns.texts - SIDE
    heads = labels_alike([panel.head for panel in panels], wide, 0.95 * head, AXIS, "bold")
    rows = [(head, [plain[0], *(run for _ in panels for run in (plain[0], plain[0]))], "")]
    names = [label(name, columns.names - 0.12, FITS * row, columns.size, "bold") for name in body.names]
    for number, name in enumerate(names):
        cells = [Run(name.text, name.size, bold=number == body.shaded)]
        for panel in panels:
            text = label(panel.texts[number], columns.texts - 0.12, FITS * row, columns.size)
            cells += [Run("", 8.0), Run(text.text, text.size)]
        rows.append((row, cells, "#f2f2f2" if number == body.shaded else ""))
    widths = [columns.names, *(width for _ in panels for width in (columns.plots, columns.texts))]
    whole = head + row * len(names)
    pages.table(Box(room.left, top, sum(widths), whole), widths, rows, alt)
    for at, (panel, said) in enumerate(zip(panels, heads, strict=True)):
        left = room.left + columns.names + at * (columns.plots + columns.texts)
        pages.words(
            Box(left + SIDE * has_axis, top, columns.plots + columns.texts - SIDE, head),
            [[Run(said.text, said.size, bold=True, color=SOFT_INK)]],
            anchor="middle" if len(panels) == 1 else "bottom",
        )
        _panel(pages, panel, body, Box(left, top + head, columns.plots, row * len(names)), alt)


def _panel(pages: Pages, panel: Dots | Bars, body: Rows, box: Box, alt: str) -> None:
    font = pages.theme.office_font
    words = f"{panel.head}. {alt}"
    if isinstance(panel, Bars):
        drawn = bars_chart(panel, body.names, Place(0.0, 0.0, 1.0, 1.0), font, AXIS)
        pages.chart(box, drawn, words)
        return
    high = box.height + AXIS_ROOM
    place = Place(SIDE / box.width, 0.0, 1.0 - 2 * SIDE / box.width, box.height / high)
    shown = panel._replace(scale=_readable(panel.scale, box.width - 2 * SIDE, AXIS - 1.0))
    pages.chart(box._replace(height=high), dots_chart(shown, len(body.names), place, font, AXIS - 1.0), words)


def _readable(scale: Scale, width: float, size: float) -> Scale:
    """Return a scale that is numbered less closely where its numbers would touch; programs would turn them."""
    while True:
        steps = math.floor((scale.high - scale.low) / scale.step + 1e-9)
        widest = max(width_of(f"{scale.low + at * scale.step:.6g}", size) for at in range(steps + 1))
        if steps < 2 or 1.3 * widest * steps <= width:  # noqa: PLR2004 -- both ends
            return scale
        scale = scale._replace(step=2.0 * scale.step)  # counted from the low end; what is shown stays as wide


def _columns(body: Rows, panels: Sequence[Dots | Bars], width: float, row: float) -> _Columns:
    """Share the width out: figures as wide as they are, names as wide as they need, the rest is for the charts."""
    size = (
        min(NAME, FITS * row * POINTS_PER_INCH / LINE)
        if len(panels) == 1
        else min(11.0, 0.8 * row * POINTS_PER_INCH / LINE)
    )
    narrowest, widest = NAMES
    longest = max(width_of(name, size, "bold") for name in body.names) + 0.3
    names = min(max(longest, narrowest if len(panels) == 1 else 1.2), widest if len(panels) == 1 else 2.4)
    figures = max((width_of(text, size) for panel in panels for text in panel.texts), default=0.0)
    texts = min(figures / FITS + 0.25, 0.3 * width) if figures else 0.1
    plots = (width - names) / len(panels) - texts
    return _Columns(names, plots, texts, size)


def _key(pages: Pages, panel: Bars, room: Box) -> float:
    """Write what the parts of the bars are, line by line; return the height that it takes."""
    line, square = 0.28, 0.15
    left, top = room.left, room.top
    for part in panel.parts:
        fit = label(part.name, 0.4 * room.width, line, AXIS)
        width = square + 0.1 + width_of(fit.text, fit.size) / FITS + 0.25
        if left > room.left and left + width > room.left + room.width:
            left, top = room.left, top + line
        pages.block(Box(left, top + (line - square) / 2, square, square), part.fill)
        pages.words(
            Box(left + square + 0.08, top, width - square - 0.1, line), [[Run(fit.text, fit.size)]], anchor="middle"
        )
        left += width
    return top + line + 0.08 - room.top


def _lines(pages: Pages, body: Lines, room: Box, alt: str) -> None:
    """Put lines, and at their ends names and figures, moved apart where they would overlap."""
    width = room.width - LABELS
    left, bottom, top = 0.75, 0.72, 0.12
    place = Place(left / width, top / room.height, 1.0 - (left + 0.1) / width, 1.0 - (top + bottom) / room.height)
    pages.chart(room._replace(width=width), lines_chart(body, place, pages.theme.office_font, AXIS), alt)
    high = room.height - top - bottom
    ends = [next((one for one in reversed(line.values) if math.isfinite(one)), math.nan) for line in body.lines]
    shown = [at for at, end in enumerate(ends) if math.isfinite(end)]
    span = body.y_scale.high - body.y_scale.low
    wanted = [room.top + top + high * (body.y_scale.high - ends[at]) / span for at in shown]
    texts = [f"{body.lines[at].name}  {body.lines[at].end}" for at in shown]
    box = min(0.5, room.height / max(len(texts), 1))
    labels = labels_alike(texts, LABELS - 0.55, box, NAME)
    middles = spread(wanted, [one.height + 0.04 for one in labels], room.top, room.top + room.height)
    edge = room.left + width - 0.1
    for at, name, middle, end in zip(shown, labels, middles, wanted, strict=True):
        line = body.lines[at]
        pages.rule((edge + 0.05, end), (edge + 0.4, middle), line.color)
        pages.words(
            Box(edge + 0.48, middle - name.height / 2, LABELS - 0.42, name.height),
            [[Run(name.text, name.size)]],
            anchor="middle",
        )


def _words(pages: Pages, body: Words, room: Box) -> None:
    """Write the question, and below it paragraphs with their labels at the left, as large as all of them fit."""
    top = room.top
    if body.question:
        question = label(body.question, room.width, 0.95, 17.0)
        pages.words(Box(room.left, top, room.width, question.height), [[Run(question.text, question.size)]])
        top += question.height + 0.2
    label_width, gap = 2.3, 0.2
    width = room.width - label_width
    high = room.top + room.height - top
    size, fits = _together([text for _, text in body.paragraphs], width, high, gap)
    for (head, _), fit in zip(body.paragraphs, fits, strict=True):
        pages.rule((room.left, top - gap / 2), (room.left + room.width, top - gap / 2), RULE)
        name = label(head, label_width - 0.2, fit.height, min(size, 13.0), "bold")
        pages.words(
            Box(room.left, top, label_width - 0.2, fit.height),
            [[Run(name.text, name.size, bold=True)]],
        )
        pages.words(Box(room.left + label_width, top, width, fit.height), [[Run(fit.text, fit.size)]])
        top += fit.height + gap


def _together(texts: Sequence[str], width: float, height: float, gap: float) -> tuple[float, list[Label]]:
    """Return the size in which all texts fit below each other; in the smallest each is cut to its share."""
    size = 16.0
    while True:
        fits = [label(text, width, 99.0, size) for text in texts]
        fits = [fit._replace(height=max(fit.height, TWO_LINES)) for fit in fits]
        whole = sum(fit.height for fit in fits) + gap * len(fits)
        if whole <= height:
            return size, fits
        if size <= 10.0:  # noqa: PLR2004 -- smaller letters cannot be read in a room
            share = (height - gap * len(fits)) / (whole - gap * len(fits))
            return size, [label(text, width, share * fit.height, size) for text, fit in zip(texts, fits, strict=True)]
        size -= 1.0


def _grids(pages: Pages, body: Grids, room: Box, alt: str) -> None:
    gap = 0.4
    width = (room.width - gap) * (0.5 if body.left.widths == body.right.widths else 0.56)
    below = label(body.below, room.width, 1.1, 11.5)
    high = room.height - below.height - 0.2
    places = (width, room.width - width - gap)
    largest = CELL + 2.0 if body.left.widths == body.right.widths else CELL
    size = min(_letters(grid, wide, high, largest) for grid, wide in zip((body.left, body.right), places, strict=True))
    _grid(pages, body.left, Box(room.left, room.top, width, high), size, alt)
    _grid(pages, body.right, Box(room.left + width + gap, room.top, room.width - width - gap, high), size, alt)
    pages.words(
        Box(room.left, room.top + room.height - below.height, room.width, below.height),
        [[Run(below.text, below.size)]],
        anchor="bottom",
    )


def _heights(grid: Grid, width: float, size: float) -> list[float]:
    """Return how high the rows of a table are in letters of a size."""
    inner = [share * width - 0.12 for share in grid.widths]
    return [
        max(
            label(text, wide, 9.0, size, "normal" if number else "bold").height
            for text, wide in zip(row, inner, strict=True)
        )
        + 0.14
        for number, row in enumerate([grid.head, *grid.rows])
    ]


def _letters(grid: Grid, width: float, height: float, size: float) -> float:
    """Return the size, at most the one given, in which a table fits; the smallest to be read where none does."""
    while size > SMALLEST and sum(_heights(grid, width, size)) > height:
        size -= 0.5
    return size


def _grid(pages: Pages, grid: Grid, room: Box, size: float, alt: str) -> None:
    """Put a table whose rows are as high as their texts; alike and in smaller letters where that is too much."""
    widths = [share * room.width for share in grid.widths]
    texts = [grid.head, *grid.rows]
    inner = [width - 0.12 for width in widths]
    heights = _heights(grid, room.width, size)
    if sum(heights) > room.height:
        heights = [min(0.46, room.height / len(texts))] * len(texts)
    rows: list[tuple[float, list[Run], str]] = []
    for number, (height, row) in enumerate(zip(heights, texts, strict=True)):
        weight = "normal" if number else "bold"
        fits = [label(text, wide, FITS * height, size, weight) for text, wide in zip(row, inner, strict=True)]
        rows.append((height, [Run(fit.text, fit.size, bold=number == 0) for fit in fits], ""))
    pages.table(Box(room.left, room.top, room.width, sum(heights)), widths, rows, alt)
