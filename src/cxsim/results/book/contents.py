"""What is in the chart book, in its order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from cxsim.errors import InputError, quoted
from cxsim.results.book import (
    causes,
    control,
    departures,
    dissatisfied,
    expectation,
    frontier,
    journey,
    league,
    leavers,
    lives,
    load,
    recovery,
    retention,
    rivals,
    scores,
    shares,
    talk,
    tenure,
    wait_distribution,
    waits,
    worlds,
)
from cxsim.results.book.entry import Entry
from cxsim.results.book.recorded import NotMadeAgainError
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
    journey.ENTRY,
    wait_distribution.ENTRY,
    load.ENTRY,
    recovery.ENTRY,
    causes.ENTRY,
    control.ENTRY,
    expectation.ENTRY,
    lives.ENTRY,
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
    found = {}
    for entry in ENTRIES:
        if entry.name not in wanted:
            continue
        try:
            table = entry.table(facts)
        except NotMadeAgainError:
            continue  # asked for by its own name, the chart says why
        if entry.shows(facts, table):
            found[entry.name] = entry.chart(facts, table)
    return found


def captions_of(facts: Facts, names: Iterable[str] = USUAL) -> dict[str, Caption]:
    """Return titles and footnotes by name."""
    return {name: BY_NAME[name].caption(facts) for name in names}
