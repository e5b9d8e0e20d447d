"""What a workbook holds, as plain data; how a file of it is written is elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple


class Figure(NamedTuple):
    """A number and how it is shown (a number format of spreadsheets); NaN leaves the cell empty."""

    value: float
    form: str = "General"


class Formula(NamedTuple):
    """A formula of ours, never of anybody's text, and what it gives.

    `{row}` in the text stands for the number of its row.
    """

    text: str
    value: float | str
    form: str = "General"


Cell = str | Figure | Formula | None


class Curve(NamedTuple):
    """One series of a chart.

    Attributes
    ----------
    column : int
        Of its sheet.
    color : str
    dashed : bool
    below, above : int, optional
        Columns that say how far its intervals reach.
    each : sequence of str
        The colour of each bar, where they differ.
    """

    column: int
    color: str
    dashed: bool = False
    below: int | None = None
    above: int | None = None
    each: Sequence[str] = ()


class Plot(NamedTuple):
    """A native chart: below its table where that is short, else beside it.

    Attributes
    ----------
    kind : {"bar", "stacked", "lines"}
    title : str
        The finding.
    across, up : str
        What the axes show; empty for none.
    names : int
        The column of categories, or of what lines run along.
    curves : sequence of Curve
    rows : int
        So many rows from the first are drawn.
    form : str
        Of the numbers at the axis.
    """

    kind: Literal["bar", "stacked", "lines"]
    title: str
    across: str
    up: str
    names: int
    curves: Sequence[Curve]
    rows: int
    form: str


class Sheet(NamedTuple):
    """One sheet: a table that begins in the first cell.

    Attributes
    ----------
    name : str
        At most 31 letters.
    holds : str
        What it shows, for the list of sheets.
    head : sequence of str
    rows : sequence of sequence of cells
    widest : int
        Columns are no wider than so many letters; longer texts are wrapped.
    filtered : bool
        Whether rows can be chosen by what they hold; not where sums stand below them.
    plot : Plot, optional
    printed : bool
        Whether all of it is printed with the book; of long tables for programs the first rows are.
    """

    name: str
    holds: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    widest: int = 48
    filtered: bool = True
    plot: Plot | None = None
    printed: bool = True


class Book(NamedTuple):
    """A workbook; `made` is written into it, so that the same results give the same bytes."""

    title: str
    made: datetime
    font: str
    ink: str
    sheets: Sequence[Sheet]
