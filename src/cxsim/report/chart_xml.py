"""Native charts of office programs as XML (ECMA-376, DrawingML charts), each with the sheet that its numbers stand in.

Every number of a chart is a reference into that sheet, intervals too: whoever changes a cell moves the mark.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from cxsim.charts.style import GRID, INK, PAPER, RULE, SOFT_INK
from cxsim.report.cells import clean
from cxsim.report.deck import Bars, Dots, Lines, Scale

SHEET: Final = "Data"
SYMBOLS: Final[Mapping[str, str]] = MappingProxyType(
    {"o": "circle", "s": "square", "^": "triangle", "D": "diamond", "v": "star", "P": "plus", "X": "x"}
)
LINES_ONLY: Final = frozenset(("plus", "star", "x"))  # markers that have no inside to be filled
POINT: Final = 12700  # English metric units
MARKER: Final = 9
BRIGHT: Final = 0.45
LIGHT: Final = 0.6
NAMESPACES: Final = (
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)


class Place(NamedTuple):
    """Where the plot lies in the picture, in shares of its width and height from the upper left."""

    left: float
    top: float
    width: float
    height: float


class Column(NamedTuple):
    """One column of the sheet behind a chart; a number that is not there is None."""

    head: str
    values: Sequence[str | float | None]


class Drawn(NamedTuple):
    """A chart as XML, and the sheet it refers to."""

    xml: str
    sheet: Sequence[Column]


def dots_chart(panel: Dots, rows: int, place: Place, font: str, size: float) -> Drawn:
    """Return marks with intervals, one series each, at heights that count the rows from below.

    Parameters
    ----------
    panel : Dots
    rows : int
        Number of rows; the uppermost is at `rows` - 0.5.
    place : Place
    font : str
    size : float
        Of the numbers at the axis, points.
    """
    marks = panel.marks
    heights = [rows - mark.row - 0.5 + mark.lift for mark in marks]
    sheet = [
        Column("name", [mark.name for mark in marks]),
        Column("low", [_known(mark.low) for mark in marks]),
        Column("value", [_known(mark.value) for mark in marks]),
        Column("high", [_known(mark.high) for mark in marks]),
        *(Column(f"height of {name}", heights) for name in ("low", "value", "high")),
    ]
    parts = []
    for at, mark in enumerate(marks):
        if not math.isfinite(mark.value):
            continue
        # An interval is a line through three points: error bars along x are not drawn by every program.
        is_sure = math.isfinite(mark.low) and math.isfinite(mark.high)
        first, end = (1, 4) if is_sure else (2, 3)
        width = 2.75 if mark.filled else 1.5
        stroke = f"<a:ln w='{round(width * POINT)}' cap='flat'>{_solid(mark.color)}</a:ln>"
        shape = _marker(mark.symbol, MARKER, mark.color, filled=mark.filled)
        point = f"<c:dPt><c:idx val='{2 - first}'/>{shape}<c:bubble3D val='0'/><c:spPr>{stroke}</c:spPr></c:dPt>"
        xs, ys = _across(sheet, at, first, end), _across(sheet, at, first + 3, end + 3)
        values = f"<c:xVal>{xs}</c:xVal><c:yVal>{ys}</c:yVal>"
        name = f"<c:idx val='{at}'/><c:order val='{at}'/><c:tx>{_texts(sheet, 0, at, at + 1)}</c:tx>"
        line = f"<c:spPr>{stroke}</c:spPr><c:marker><c:symbol val='none'/></c:marker>"
        parts.append(f"<c:ser>{name}{line}{point}{values}<c:smooth val='0'/></c:ser>")
    across = _value_axis(1, 2, "b", panel.scale, _text(font, size), rule=GRID)
    up = _value_axis(2, 1, "l", Scale(0.0, float(rows), 1.0), "", at=panel.rule)
    return Drawn(_chart(_scatter(parts), across + up, place, font, size), sheet)


def lines_chart(body: Lines, place: Place, font: str, size: float) -> Drawn:
    """Return lines over a common axis, marked where they have an interval."""
    count = len(body.xs)
    sheet = [Column(body.across, [float(x) for x in body.xs])]
    for line in body.lines:
        sheet.append(Column(line.name, [_known(value) for value in line.values]))
        pairs = list(zip(line.values, line.lows, line.highs, strict=True))
        sheet.append(Column(f"{line.name}, below", [_reach(value, low) for value, low, _ in pairs]))
        sheet.append(Column(f"{line.name}, above", [_reach(high, value) for value, _, high in pairs]))
    parts = []
    for at, line in enumerate(body.lines):
        column = 1 + 3 * at
        dash = "<a:prstDash val='dash'/>" if line.dashed else ""
        stroke = f"<a:ln w='{round(2.25 * POINT)}' cap='rnd'>{_solid(line.color)}{dash}<a:round/></a:ln>"
        marked = [place for place, low in enumerate(line.lows) if math.isfinite(low)]
        points = "".join(
            f"<c:dPt><c:idx val='{one}'/>{_marker(line.symbol, 7, line.color, filled=not line.dashed)}"
            f"<c:bubble3D val='0'/><c:spPr>{stroke}</c:spPr></c:dPt>"
            for one in marked
        )
        ends = [_numbers(sheet, one, 0, count) for one in (column + 2, column + 1)]
        bars = _error_bars(ends, line.color, 1.25) if marked else ""
        parts.append(
            f"<c:ser><c:idx val='{at}'/><c:order val='{at}'/><c:tx>{_heading(sheet, column)}</c:tx>"
            f"<c:spPr>{stroke}</c:spPr><c:marker><c:symbol val='none'/></c:marker>{points}{bars}"
            f"<c:xVal>{_numbers(sheet, 0, 0, count)}</c:xVal><c:yVal>{_numbers(sheet, column, 0, count)}</c:yVal>"
            "<c:smooth val='0'/></c:ser>"
        )
    words = _text(font, size)
    across = _value_axis(1, 2, "b", body.x_scale, words, title=_title(body.across, font, size), line=RULE)
    up = _value_axis(2, 1, "l", body.y_scale, words, rule=GRID)
    return Drawn(_chart(_scatter(parts), across + up, place, font, size), sheet)


def bars_chart(panel: Bars, names: Sequence[str], place: Place, font: str, size: float) -> Drawn:
    """Return bars of parts, the first row uppermost, each part with its figure where that fits inside.

    Parameters
    ----------
    panel : Bars
    names : sequence of str
        Of the rows.
    place : Place
    font : str
    size : float
        Of the figures, points.
    """
    count = len(names)
    sheet = [
        Column("", list(names)),
        *(Column(part.name, [_known(one) for one in part.values]) for part in panel.parts),
    ]
    least = 0.03 * panel.most
    parts = []
    for at, part in enumerate(panel.parts):
        shown = "".join(
            f"<c:{name} val='{int(name == 'showVal')}'/>"
            for name in ("showLegendKey", "showVal", "showCatName", "showSerName", "showPercent", "showBubbleSize")
        )
        form = f"<c:numFmt formatCode={quoteattr(panel.form)} sourceLinked='0'/><c:spPr><a:noFill/></c:spPr>"
        each = []
        for row, value in enumerate(part.values):
            if not value >= least:
                each.append(f"<c:dLbl><c:idx val='{row}'/><c:delete val='1'/></c:dLbl>")
            elif part.each:
                words = _text(font, size, _ink_on(part.each[row]), bold=True)
                each.append(f"<c:dLbl><c:idx val='{row}'/>{form}{words}<c:dLblPos val='ctr'/>{shown}</c:dLbl>")
        words = _text(font, size, _ink_on(part.fill), bold=True)
        labels = f"<c:dLbls>{''.join(each)}{form}{words}<c:dLblPos val='ctr'/>{shown}</c:dLbls>"
        edge = f"<a:ln w='{POINT}'>{_solid(PAPER)}</a:ln>"
        own = "".join(
            f"<c:dPt><c:idx val='{row}'/><c:invertIfNegative val='0'/><c:bubble3D val='0'/>"
            f"<c:spPr>{_solid(fill)}{edge}</c:spPr></c:dPt>"
            for row, fill in enumerate(part.each)
        )
        parts.append(
            f"<c:ser><c:idx val='{at}'/><c:order val='{at}'/><c:tx>{_heading(sheet, at + 1)}</c:tx>"
            f"<c:spPr>{_solid(part.fill)}{edge}</c:spPr><c:invertIfNegative val='0'/>{own}{labels}"
            f"<c:cat>{_texts(sheet, 0, 0, count)}</c:cat><c:val>{_numbers(sheet, at + 1, 0, count)}</c:val></c:ser>"
        )
    plot = (
        "<c:barChart><c:barDir val='bar'/><c:grouping val='stacked'/><c:varyColors val='0'/>"
        f"{''.join(parts)}<c:gapWidth val='45'/><c:overlap val='100'/><c:axId val='1'/><c:axId val='2'/></c:barChart>"
    )
    axes = (
        "<c:catAx><c:axId val='1'/><c:scaling><c:orientation val='maxMin'/></c:scaling><c:delete val='1'/>"
        "<c:axPos val='l'/><c:majorTickMark val='none'/><c:minorTickMark val='none'/><c:tickLblPos val='none'/>"
        "<c:crossAx val='2'/><c:crosses val='autoZero'/></c:catAx>"
        f"<c:valAx><c:axId val='2'/><c:scaling><c:orientation val='minMax'/>"
        f"<c:max val='{panel.most!r}'/><c:min val='0'/></c:scaling><c:delete val='1'/><c:axPos val='b'/>"
        "<c:numFmt formatCode='General' sourceLinked='0'/>"
        "<c:majorTickMark val='none'/><c:minorTickMark val='none'/><c:tickLblPos val='none'/><c:crossAx val='1'/>"
        "<c:crosses val='max'/><c:crossBetween val='between'/></c:valAx>"
    )
    return Drawn(_chart(plot, axes, place, font, size), sheet)


def _chart(plot: str, axes: str, place: Place, font: str, size: float) -> str:
    edges = "".join(f"<c:{name} val='{value:.6f}'/>" for name, value in zip("xywh", place, strict=True))
    inner = "<c:layoutTarget val='inner'/><c:xMode val='edge'/><c:yMode val='edge'/>"
    return (
        f"<?xml version='1.0' encoding='UTF-8' standalone='yes'?><c:chartSpace {NAMESPACES}><c:date1904 val='0'/>"
        "<c:roundedCorners val='0'/><c:chart><c:autoTitleDeleted val='1'/>"
        f"<c:plotArea><c:layout><c:manualLayout>{inner}{edges}</c:manualLayout></c:layout>{plot}{axes}"
        "<c:spPr><a:noFill/></c:spPr></c:plotArea><c:plotVisOnly val='1'/><c:dispBlanksAs val='gap'/></c:chart>"
        f"<c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>{_text(font, size)}</c:chartSpace>"
    )


def _scatter(parts: Sequence[str]) -> str:
    return (
        "<c:scatterChart><c:scatterStyle val='lineMarker'/><c:varyColors val='0'/>"
        f"{''.join(parts)}<c:axId val='1'/><c:axId val='2'/></c:scatterChart>"
    )


def _value_axis(  # noqa: PLR0913 -- an axis has as many settings
    own: int,
    other: int,
    side: str,
    scale: Scale,
    words: str,
    *,
    rule: str = "",
    line: str = "",
    title: str = "",
    at: float | None = None,
) -> str:
    """Return an axis: `rule` colours its grid, `line` itself; `at` dashes it at that value of the other axis."""
    hidden = not words and at is None
    grid = (
        f"<c:majorGridlines><c:spPr><a:ln w='{round(0.75 * POINT)}'>{_solid(rule)}</a:ln></c:spPr></c:majorGridlines>"
    )
    stroke = "<a:ln><a:noFill/></a:ln>"
    if line:
        stroke = f"<a:ln w='{POINT}'>{_solid(line)}</a:ln>"
    if at is not None:
        stroke = f"<a:ln w='{round(1.25 * POINT)}'>{_solid(SOFT_INK)}<a:prstDash val='dash'/></a:ln>"
    cross = f"<c:crossesAt val='{at!r}'/>" if at is not None else "<c:crosses val='min'/>"
    return (
        f"<c:valAx><c:axId val='{own}'/><c:scaling><c:orientation val='minMax'/><c:max val='{scale.high!r}'/>"
        f"<c:min val='{scale.low!r}'/></c:scaling><c:delete val='{int(hidden)}'/><c:axPos val='{side}'/>"
        f"{grid if rule else ''}{title}<c:numFmt formatCode={quoteattr(scale.form)} sourceLinked='0'/>"
        f"<c:majorTickMark val='none'/><c:minorTickMark val='none'/><c:tickLblPos val='{'low' if words else 'none'}'/>"
        f"<c:spPr>{stroke}</c:spPr>{words}<c:crossAx val='{other}'/>{cross}<c:crossBetween val='midCat'/>"
        f"<c:majorUnit val='{scale.step!r}'/></c:valAx>"
    )


def _error_bars(ends: Sequence[str], color: str, width: float) -> str:
    plus, minus = ends
    return (
        f"<c:errBars><c:errDir val='y'/><c:errBarType val='both'/><c:errValType val='cust'/>"
        f"<c:noEndCap val='1'/><c:plus>{plus}</c:plus><c:minus>{minus}</c:minus>"
        f"<c:spPr><a:ln w='{round(width * POINT)}' cap='flat'>{_solid(color)}</a:ln></c:spPr></c:errBars>"
    )


def _marker(symbol: str, size: int, color: str, *, filled: bool) -> str:
    shape = SYMBOLS.get(symbol, "circle")
    inside = "<a:noFill/>" if shape in LINES_ONLY else _solid(color if filled else _light(color))
    edge = f"<a:ln w='{round(1.75 * POINT)}'>{_solid(color)}</a:ln>"
    return f"<c:marker><c:symbol val='{shape}'/><c:size val='{size}'/><c:spPr>{inside}{edge}</c:spPr></c:marker>"


def _title(text: str, font: str, size: float) -> str:
    run = f"<a:rPr lang='en' sz='{round(100 * size)}' b='0'>{_solid(SOFT_INK)}{_faces(font)}</a:rPr>"
    return (
        f"<c:title><c:tx><c:rich><a:bodyPr/><a:p><a:r>{run}<a:t>{escape(clean(text))}</a:t></a:r></a:p></c:rich></c:tx>"
        "<c:overlay val='0'/></c:title>"
    )


def _text(font: str, size: float, color: str = SOFT_INK, *, bold: bool = False) -> str:
    words = f"<a:defRPr sz='{round(100 * size)}' b='{int(bold)}'>{_solid(color)}{_faces(font)}</a:defRPr>"
    # Without a turn of its own a program turns what it finds too long.
    body = "<a:bodyPr rot='0' vert='horz'/><a:lstStyle/>"
    return f"<c:txPr>{body}<a:p><a:pPr>{words}</a:pPr><a:endParaRPr lang='en'/></a:p></c:txPr>"


def _faces(font: str) -> str:
    return f"<a:latin typeface={quoteattr(font)}/><a:cs typeface={quoteattr(font)}/>"


def _solid(color: str) -> str:
    return f"<a:solidFill><a:srgbClr val='{color.lstrip('#').upper()}'/></a:solidFill>"


def _light(color: str) -> str:
    """Mix a colour with as much white and more: some programs draw a marker by its fill alone."""
    parts = (int(color[place : place + 2], 16) for place in (1, 3, 5))
    return "#" + "".join(f"{round(LIGHT * 255 + (1.0 - LIGHT) * part):02x}" for part in parts)


def _ink_on(fill: str) -> str:
    """Return the ink that can be read on a fill."""
    return INK if _brightness(fill) > BRIGHT else PAPER


def _brightness(fill: str) -> float:
    red, green, blue = (int(fill[place : place + 2], 16) / 255.0 for place in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _numbers(sheet: Sequence[Column], column: int, first: int, end: int) -> str:
    points = (
        f"<c:pt idx='{place}'><c:v>{value!r}</c:v></c:pt>"
        for place, value in enumerate(sheet[column].values[first:end])
        if value is not None
    )
    cache = f"<c:formatCode>General</c:formatCode><c:ptCount val='{end - first}'/>{''.join(points)}"
    return f"<c:numRef><c:f>{_range(column, first, end)}</c:f><c:numCache>{cache}</c:numCache></c:numRef>"


def _across(sheet: Sequence[Column], row: int, first: int, end: int) -> str:
    """Refer to cells of one row, from column `first` to `end` - 1."""
    values = (sheet[column].values[row] for column in range(first, end))
    points = "".join(f"<c:pt idx='{at}'><c:v>{value!r}</c:v></c:pt>" for at, value in enumerate(values))
    where = f"{SHEET}!${letters(first)}${row + 2}"
    where += f":${letters(end - 1)}${row + 2}" if end - first > 1 else ""
    cache = f"<c:formatCode>General</c:formatCode><c:ptCount val='{end - first}'/>{points}"
    return f"<c:numRef><c:f>{where}</c:f><c:numCache>{cache}</c:numCache></c:numRef>"


def _texts(sheet: Sequence[Column], column: int, first: int, end: int) -> str:
    return _strings(_range(column, first, end), (str(value) for value in sheet[column].values[first:end]), end - first)


def _heading(sheet: Sequence[Column], column: int) -> str:
    return _strings(f"{SHEET}!${letters(column)}$1", [sheet[column].head], 1)


def _strings(where: str, values: Sequence[str] | Iterator[str], count: int) -> str:
    points = "".join(f"<c:pt idx='{at}'><c:v>{escape(clean(text))}</c:v></c:pt>" for at, text in enumerate(values))
    return f"<c:strRef><c:f>{where}</c:f><c:strCache><c:ptCount val='{count}'/>{points}</c:strCache></c:strRef>"


def _range(column: int, first: int, end: int) -> str:
    """Name the cells of rows `first` to `end` - 1 below the heading."""
    letter = letters(column)
    start = f"{SHEET}!${letter}${first + 2}"
    return start if end - first == 1 else f"{start}:${letter}${end + 1}"


def letters(column: int) -> str:
    """Return the letters of a column, 0 is A."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _reach(high: float, low: float) -> float | None:
    """Return how far an interval reaches; nothing where there is none."""
    return float(high) - float(low) if math.isfinite(high) and math.isfinite(low) else None
