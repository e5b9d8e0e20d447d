"""What slides show, as plain data: titles, charts with their numbers, words; how a file is written is elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple


class Scale(NamedTuple):
    """An axis: where it begins and ends, its step, and the number format (as of spreadsheets) of what stands at it."""

    low: float
    high: float
    step: float
    form: str = "General"


class Mark(NamedTuple):
    """One figure with its interval, in the unit that is drawn; NaN in an interval: none.

    Attributes
    ----------
    name : str
        What the series is called.
    row : int
        In which row it stands, 0 is the uppermost.
    value, low, high : float
    color : str
        Such as ``#0072b2``.
    symbol : str
        As charts name markers: o, s, ^, D, v, P, X.
    filled : bool
    lift : float
        By how much of a row it stands higher.
    """

    name: str
    row: int
    value: float
    low: float
    high: float
    color: str
    symbol: str
    filled: bool = True
    lift: float = 0.0


class Dots(NamedTuple):
    """Marks on a common scale, one or two in a row.

    Attributes
    ----------
    head : str
        What is shown, and in which unit.
    marks : sequence of Mark
    texts : sequence of str
        What is written beside each row.
    scale : Scale
    rule : float, optional
        Where a line stands that the marks are compared with.
    """

    head: str
    marks: Sequence[Mark]
    texts: Sequence[str]
    scale: Scale
    rule: float | None = None


class Part(NamedTuple):
    """One part of stacked bars.

    Attributes
    ----------
    name, fill : str
    values : sequence of float
        How large it is in each row; NaN: nothing there.
    each : sequence of str
        Its fill in each row, where they differ; the key has `fill`.
    """

    name: str
    fill: str
    values: Sequence[float]
    each: Sequence[str] = ()


class Bars(NamedTuple):
    """Bars of parts, one in a row, that add up to no more than `most`."""

    head: str
    parts: Sequence[Part]
    texts: Sequence[str]
    most: float
    form: str = "0"


class Rows(NamedTuple):
    """Charts beside each other that share their rows, and are named once.

    Attributes
    ----------
    names : sequence of str
    panels : sequence of Dots or Bars
        All of one kind.
    shaded : int, optional
        The row of what the others are compared with.
    """

    names: Sequence[str]
    panels: Sequence[Dots] | Sequence[Bars]
    shaded: int | None = None


class Line(NamedTuple):
    """One line, with intervals at some of its points (NaN elsewhere), and what is written at its end."""

    name: str
    color: str
    symbol: str
    dashed: bool
    values: Sequence[float]
    lows: Sequence[float]
    highs: Sequence[float]
    end: str


class Lines(NamedTuple):
    """Lines over a common axis."""

    across: str
    xs: Sequence[float]
    lines: Sequence[Line]
    x_scale: Scale
    y_scale: Scale


class Words(NamedTuple):
    """Paragraphs, each with the words in front of it, below a question."""

    question: str
    paragraphs: Sequence[tuple[str, str]]


class Grid(NamedTuple):
    """A table of texts: widths are shares of the whole; the right half may hold a second one."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[float]


class Grids(NamedTuple):
    """Two tables side by side, and words below them."""

    left: Grid
    right: Grid
    below: str


class Slide(NamedTuple):
    """One slide.

    Attributes
    ----------
    title : str
        The message, one sentence.
    said : str
        What is shown, in which unit, and what the intervals are.
    body : Rows, Lines, Words or Grids
    notes : str
        For who speaks: where the data is from.
    alt : str
        The picture in words.
    """

    title: str
    said: str
    body: Rows | Lines | Words | Grids
    notes: str
    alt: str = ""


class Deck(NamedTuple):
    """All slides.

    Attributes
    ----------
    title, client : str
    source : str
        Source and number of runs; stands on every slide.
    made : datetime
        When the runs were made; it is written into the file, so that the same results give the same bytes.
    slides : sequence of Slide
    """

    title: str
    client: str
    source: str
    made: datetime
    slides: Sequence[Slide]
