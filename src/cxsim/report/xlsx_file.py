"""Workbooks, written with XlsxWriter: no macros, no links, and no text that is taken for a formula."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from cxsim.errors import InputError
from cxsim.report.cells import clean, neutral
from cxsim.report.chart_xml import SHEET, Column, letters
from cxsim.report.sheets import Book, Cell, Curve, Figure, Formula, Plot, Sheet

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

PAPER: Final = "#FFFFFF"
SHADE: Final = "#F0F0F0"
NARROWEST: Final = 9
PADDING: Final = 2.5  # letters, for the button of the filter
BOLD: Final = 1.15  # so many ordinary letters wide is a bold one
MEASURED: Final = 400  # so many rows say how wide a column is
LINE: Final = 13.5  # points
HIGHEST: Final = 400.0  # points that a row may have
CHART: Final = (880, 460)  # dots
ROW: Final = 20  # dots, of a row that nobody changed
COLUMN: Final = 64
LETTER: Final = 7
PRINTED: Final = 40  # rows of a table for programs
BELOW: Final = 24  # rows of a table, up to which its chart stands below
LONGEST_TITLE: Final = 120  # letters of a chart's title on one line


def book_bytes(book: Book) -> bytes:
    """Return a workbook as the bytes of a file; the same content always gives the same bytes.

    Raises
    ------
    InputError
        When XlsxWriter is not installed.
    """
    stream = BytesIO()
    made = _opened(stream, book.made, book.title)
    forms = _Forms(made, book)
    for sheet in book.sheets:
        _write(made, sheet, forms)
    made.close()
    return stream.getvalue()


def behind_chart(columns: Sequence[Column], made: datetime) -> bytes:
    """Return the small workbook that a chart on a slide takes its numbers from."""
    stream = BytesIO()
    book = _opened(stream, made, "")
    place = book.add_worksheet(SHEET)
    bold = book.add_format({"bold": True})
    for at, column in enumerate(columns):
        place.write_string(0, at, neutral(column.head), bold)
        place.set_column(at, at, 26 if at == 0 else 12)
        for row, value in enumerate(column.values, start=1):
            if isinstance(value, str):
                place.write_string(row, at, neutral(value))
            elif value is not None:
                place.write_number(row, at, value)
    place.freeze_panes(1, 0)
    book.close()
    return stream.getvalue()


def _opened(stream: BytesIO, made: datetime, title: str) -> Workbook:
    try:
        from xlsxwriter import Workbook
    except ImportError:
        message = 'workbook: XlsxWriter, which is not installed; it is needed; run: pip install "cxsim[office]"'
        raise InputError(message) from None
    book = Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": clean(title), "author": "cxsim", "created": made.replace(tzinfo=None)})
    book.set_calc_mode("auto")
    return book


class _Forms:
    """Cell formats, each made once."""

    def __init__(self, book: Workbook, content: Book) -> None:
        self._book = book
        self._base = {"font_name": content.font, "font_size": 10, "valign": "top"}
        self._ink = content.ink
        self._made: dict[tuple[str, bool], Any] = {}

    def head(self) -> Any:
        more = {"bold": True, "font_color": PAPER, "bg_color": self._ink, "text_wrap": True, "valign": "vcenter"}
        return self._book.add_format({**self._base, **more})

    def of(self, form: str = "", *, wrapped: bool = False) -> Any:
        key = (form, wrapped)
        if key not in self._made:
            more: dict[str, Any] = {"num_format": form} if form else {"num_format": "@"}
            self._made[key] = self._book.add_format({**self._base, **more, "text_wrap": wrapped})
        return self._made[key]

    def sum(self, form: str) -> Any:
        return self._book.add_format({**self._base, "num_format": form, "bold": True, "bg_color": SHADE})


def _write(book: Workbook, sheet: Sheet, forms: _Forms) -> None:
    place = book.add_worksheet(sheet.name)
    head = forms.head()
    for at, text in enumerate(sheet.head):
        place.write_string(0, at, neutral(text), head)
    widths = _widths(sheet)
    for at, width in enumerate(widths):
        place.set_column(at, at, width)
    for number, row in enumerate(sheet.rows, start=1):
        lines = max((_lines(cell, width) for cell, width in zip(row, widths, strict=False)), default=1)
        if lines > 1:  # not every program makes rows as high as their texts
            place.set_row(number, min(LINE * lines, HIGHEST))
        for at, cell in enumerate(row):
            _put(place, (number, at), cell, forms, wide=widths[at])
    place.set_row(0, LINE * _head_lines(sheet, widths) + 4)
    place.freeze_panes(1, 1 if len(sheet.head) > 3 else 0)  # noqa: PLR2004 -- narrow tables need no frozen names
    if sheet.filtered and sheet.rows:
        place.autofilter(0, 0, len(sheet.rows), len(sheet.head) - 1)
    place.hide_gridlines(2)
    last = (len(sheet.rows), len(sheet.head) - 1)
    if sheet.plot is not None:
        corner = (len(sheet.rows) + 2, 0) if len(sheet.rows) <= BELOW else (1, len(sheet.head) + 1)
        _draw(book, place, sheet, sheet.plot, corner)
        last = _end(corner, widths, last)
    _set_page(place, sheet, last)


def _set_page(place: Worksheet, sheet: Sheet, last: tuple[int, int]) -> None:
    """Make a sheet a page wide on paper; of a table for programs only the first rows are printed, and it says so."""
    place.set_landscape()
    place.set_paper(9)
    place.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    place.fit_to_pages(1, 0)
    place.repeat_rows(0)
    shown = last[0] if sheet.printed else min(last[0], PRINTED)
    more = "" if shown == last[0] else f": the first {shown} of {last[0]} rows; clear the print area to print all"
    place.set_footer(f"&L&9&F, &A{more}&R&9&P / &N")
    place.print_area(0, 0, shown, last[1])


def _end(at: tuple[int, int], widths: Sequence[float], last: tuple[int, int]) -> tuple[int, int]:
    """Return the last row and column that a table and its chart reach."""
    row, column = at
    left = CHART[0]
    while left > 0:
        left -= round(LETTER * widths[column]) if column < len(widths) else COLUMN
        column += 1
    return max(last[0], row + math.ceil(CHART[1] / ROW)), max(last[1], column - 1)


def _put(place: Worksheet, where: tuple[int, int], cell: Cell, forms: _Forms, *, wide: float) -> None:
    row, column = where
    if cell is None:
        return
    if isinstance(cell, Figure):
        if math.isfinite(cell.value):
            place.write_number(row, column, cell.value, forms.of(cell.form))
    elif isinstance(cell, Formula):
        value: Any = cell.value
        if isinstance(value, float) and not math.isfinite(value):
            value = ""
        place.write_formula(row, column, cell.text.format(row=row + 1), forms.sum(cell.form), value)
    elif cell:
        text = neutral(cell)
        place.write_string(row, column, text, forms.of(wrapped=len(text) > wide))


def _lines(cell: Cell, width: float) -> int:
    """Return how many lines a text takes in its column; words at the ends of lines leave some room."""
    return math.ceil(len(cell) / (1.05 * width)) if isinstance(cell, str) and len(cell) > width else 1


def _head_lines(sheet: Sheet, widths: Sequence[float]) -> int:
    """Return how many lines the headings take: not every program makes their row as high as they need."""
    room = PADDING if sheet.filtered else 0.5
    rooms = (max(int((width - room) / BOLD), 1) for width in widths)
    return max(len(textwrap.wrap(name, room)) for name, room in zip(sheet.head, rooms, strict=True))


def _widths(sheet: Sheet) -> list[float]:
    """Return how wide the columns are, in letters: as their longest text, but a heading may take two lines."""
    found = []
    for at, head in enumerate(sheet.head):
        words = max((len(word) for word in head.split()), default=0)
        longest = max(NARROWEST, BOLD * words + PADDING, BOLD * (len(head) + 1) / 2 + PADDING)
        for row in sheet.rows[:MEASURED]:
            cell = row[at] if at < len(row) else None
            longest = max(longest, len(cell) + 1.5 if isinstance(cell, str) else 0.0)
        found.append(min(longest, float(sheet.widest)))
    return found


def _draw(book: Workbook, place: Worksheet, sheet: Sheet, plot: Plot, at: tuple[int, int]) -> None:
    kinds: dict[str, dict[str, str]] = {
        "bar": {"type": "bar"},
        "stacked": {"type": "bar", "subtype": "stacked"},
        "lines": {"type": "scatter", "subtype": "straight"},
    }
    chart: Any = book.add_chart(kinds[plot.kind])
    for curve in plot.curves:
        chart.add_series(_series(sheet, plot, curve))
    font = {"size": 10, "bold": False}
    words = clean(plot.title)
    title = words if len(words) <= LONGEST_TITLE else f"{words[: LONGEST_TITLE - 1].rstrip()}…"
    chart.set_title({"name": title, "name_font": {"size": 12, "bold": True}, "overlay": False})
    across: dict[str, Any] = {"num_font": font, "name": plot.across, "name_font": font}
    up: dict[str, Any] = {"num_font": font, "name": plot.up, "name_font": font}
    values = up if plot.kind == "lines" else across
    values |= {"num_format": plot.form, "major_gridlines": {"visible": True, "line": {"color": "#E4E4E4"}}}
    if plot.kind == "lines":
        chart.set_x_axis({**across, "min": 0})
        chart.set_y_axis({**up, "max": 1.0})  # shares
    else:  # the first row is the uppermost, and the numbers stay below
        chart.set_x_axis(across)
        chart.set_y_axis({**up, "reverse": True, "crossing": "max", "label_position": "low"})
    if len(plot.curves) == 1:
        chart.set_legend({"none": True})
    else:
        chart.set_legend({"position": "bottom", "font": font})
    chart.set_size({"width": CHART[0], "height": CHART[1]})
    place.insert_chart(*at, chart, {"description": clean(plot.title)})


def _series(sheet: Sheet, plot: Plot, curve: Curve) -> dict[str, Any]:
    first, last = 1, plot.rows
    found: dict[str, Any] = {
        "name": [sheet.name, 0, curve.column],
        "categories": [sheet.name, first, plot.names, last, plot.names],
        "values": [sheet.name, first, curve.column, last, curve.column],
    }
    if plot.kind == "lines":
        dash = {"dash_type": "dash"} if curve.dashed else {}
        return {**found, "line": {"color": curve.color, "width": 2.0, **dash}, "marker": {"type": "none"}}
    found |= {"fill": {"color": curve.color}, "border": {"color": PAPER}, "gap": 45}
    if curve.each:
        found["points"] = [{"fill": {"color": color}, "border": {"color": PAPER}} for color in curve.each]
    if curve.below is not None and curve.above is not None:
        ends = {
            name: f"='{sheet.name}'!${letters(column)}${first + 1}:${letters(column)}${last + 1}"
            for name, column in (("plus_values", curve.above), ("minus_values", curve.below))
        }
        found["y_error_bars"] = {"type": "custom", **ends, "line": {"color": "#1A1A1A", "width": 1.5}}
    if plot.kind == "stacked":
        found["overlap"] = 100
    return found
