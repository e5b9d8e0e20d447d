"""What a report says, as plain data; everything is text that stands on the page as it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from cxsim.report.assumptions import Assumption
from cxsim.report.explorer import Explorer
from cxsim.report.prose import Prose, Said

if TYPE_CHECKING:
    from cxsim.charts.figure import Chart


class Table(NamedTuple):
    """A table that can be read and copied.

    Attributes
    ----------
    title : str
        What it shows, in which units, and what its marks mean.
    head : sequence of str
    rows : sequence of sequence of str
        The first cell of a row names it.
    numbers : sequence of sequence of str, optional
        The same cells as a spreadsheet takes them; the text of the cells by default.
    """

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: Sequence[Sequence[str]] | None = None

    @property
    def cells(self) -> list[list[tuple[str, str]]]:
        """Rows of (text, what is copied)."""
        copied = self.rows if self.numbers is None else self.numbers
        return [list(zip(row, raw, strict=True)) for row, raw in zip(self.rows, copied, strict=True)]


class Picture(NamedTuple):
    """A chart, and the figures in it for those who cannot see it."""

    name: str
    chart: Chart
    table: Table | None = None


class Met(NamedTuple):
    """One of our own figures, or of those a rival is known by, beside the simulated one."""

    figure: str
    recorded: str
    simulated: str
    met: bool
    rival: str = ""


class Grounds(NamedTuple):
    """Values of the mechanisms that the answer turns on, the others, and how many of the first are how sure."""

    first: Sequence[Assumption]
    rest: Sequence[Assumption]
    counts: Sequence[tuple[str, int]]
    why_first: str


class Story(NamedTuple):
    """The answer, told in the order in which people ask.

    Attributes
    ----------
    parts : sequence of Said
        Question, answer, how sure, cost, why, and what would make it wrong; each with its word.
    more : sequence of Said
        What else is said.
    warning : Said, optional
        What stands above all, because it puts the rest in doubt.
    """

    parts: Sequence[Said] = ()
    more: Sequence[Said] = ()
    warning: Said | None = None


class Content(NamedTuple):
    """Everything a report shows.

    Attributes
    ----------
    title : str
    finding : str
        The answer as one sentence.
    client : str
        For whom it was made; may be empty.
    prose : Prose
        The answer as it was written; the page shows its remarks and its last line.
    story : Story
        Its sentences, regrouped.
    pictures : sequence of Picture
    tables : sequence of Table
    records : sequence of Met
        Empty where nothing of our own is recorded.
    grounds : Grounds
    provenance : sequence of (str, str)
        What made it.
    again : str
        The command, or the call, that makes it again.
    explorer : Explorer, optional
        Of the charts that respond.
    """

    title: str
    finding: str
    client: str
    prose: Prose
    story: Story
    pictures: Sequence[Picture]
    tables: Sequence[Table]
    records: Sequence[Met]
    grounds: Grounds
    provenance: Sequence[tuple[str, str]]
    again: str
    explorer: Explorer | None = None
