"""The chart book as files: pictures, one each, and one PDF."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Final, Literal

from cxsim.charts.words import said
from cxsim.results.answer import finding
from cxsim.results.book.contents import BY_NAME, CHART_NAMES, chart_book
from cxsim.results.book.entry import source

if TYPE_CHECKING:
    from cxsim.charts.figure import Chart
    from cxsim.results.facts import Facts

Picture = Literal["png", "svg"]

BOOK: Final = "charts.pdf"
FOLDER: Final = "charts"


def pictures(
    charts: dict[str, Chart], forms: Iterable[Picture], told: Callable[[int, int], None] | None = None
) -> Iterator[tuple[str, bytes]]:
    """Return the charts as slides, one file after the other, by its path in the result folder.

    Parameters
    ----------
    charts : dict of str to Chart
    forms : iterable of {"png", "svg"}
    told : callable, optional
        Called after each chart with its number, from 1, and how many there are.
    """
    wanted = list(forms)
    for number, (name, chart) in enumerate(charts.items(), start=1):
        for form in wanted:
            yield f"{FOLDER}/{name}.{form}", chart.render(form, "slide")
        if told is not None:
            told(number, len(charts))


def book_of(
    facts: Facts, charts: dict[str, Chart], *, title: str = "", told: Callable[[int, int], None] | None = None
) -> bytes:
    """Return the charts as one PDF: an overview of the first page with contents, then a chart a page.

    Parameters
    ----------
    facts : Facts
    charts : dict of str to Chart
    title : str
        The finding by default.
    told : callable, optional
        Called after each page with its number, from 1, and how many there are.
    """
    from cxsim.charts.book import book_bytes

    names = {name: said(BY_NAME[name].what) for name in charts}
    first = [name for name in charts if BY_NAME[name].part == "first page"]
    return book_bytes(charts, title=title or finding(facts), names=names, first=first, source=source(facts), told=told)


def charts_there(facts: Facts, names: Iterable[str] | None = None) -> dict[str, Chart]:
    """Return the charts that stored results hold enough for, all by default.

    Parameters
    ----------
    facts : Facts
    names : iterable of str, optional
        Of `CHART_NAMES`. Some take runs of their own, which are made now.

    Raises
    ------
    InputError
        When a name is no chart.
    """
    return chart_book(facts, CHART_NAMES if names is None else names)
