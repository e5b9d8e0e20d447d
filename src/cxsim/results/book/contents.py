"""What is in the chart book, in its order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from cxsim.errors import InputError, quoted
from cxsim.results.book import (
    departures,
    dissatisfied,
    frontier,
    league,
    leavers,
    retention,
    rivals,
    scores,
    shares,
    talk,
    tenure,
    waits,
    worlds,
)
from cxsim.results.book.entry import Entry
from cxsim.results.facts import Facts

if TYPE_CHECKING:
    from cxsim.charts.figure import Caption, Chart

ENTRIES: Final = (
    league.LEAGUE,
    league.DIFFERENCES,
    retention.ENTRY,
    dissatisfied.ENTRY,
    rivals.ENTRY,
    waits.ENTRY,
    leavers.ENTRY,
    departures.ENTRY,
    tenure.ENTRY,
    frontier.ENTRY,
    scores.ENTRY,
    talk.ENTRY,
    shares.ENTRY,
    worlds.ENTRY,
)
BY_NAME: Final[Mapping[str, Entry]] = MappingProxyType({entry.name: entry for entry in ENTRIES})
CHART_NAMES: Final = tuple(BY_NAME)
# Drawn with every result; the others when they are asked for, since drawing all takes longer than simulating.
USUAL: Final = ("league", "differences", "retention", "dissatisfied", "rivals", "waits", "leavers")


def chart_book(facts: Facts, names: Iterable[str] = USUAL) -> dict[str, Chart]:
    """Return the charts that there is something to draw for.

    Parameters
    ----------
    facts : Facts
    names : iterable of str
        Of `CHART_NAMES`.

    Returns
    -------
    dict of str to Chart
        In the order of the book.

    Raises
    ------
    InputError
        When a name is no chart.
    """
    wanted = set(names)
    if unknown := sorted(wanted - set(BY_NAME)):
        allowed = ", ".join(CHART_NAMES)
        raise InputError(f"charts: {', '.join(map(quoted, unknown))}; {allowed} are allowed; choose among these")
    tables = {entry: entry.table(facts) for entry in ENTRIES if entry.name in wanted}
    return {entry.name: entry.chart(facts, table) for entry, table in tables.items() if entry.shows(facts, table)}


def captions_of(facts: Facts, names: Iterable[str] = USUAL) -> dict[str, Caption]:
    """Return titles and footnotes by name."""
    return {name: BY_NAME[name].caption(facts) for name in names}
