"""What the numbers of a plan stand for: names of firms, segments, touchpoints, contacts and lever slots."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cxsim.scenario import paths
from cxsim.scenario.overlaid import segment_names
from cxsim.scenario.resolve import Resolved, given
from cxsim.scenario.sources import sources_of


@dataclass(frozen=True)
class Layout:
    """Names by the numbers that a plan uses.

    Attributes
    ----------
    our_firm
        Number of the firm that the policies change.
    firms, segments
        Names.
    touchpoints
        (firm, name) of each touchpoint.
    channels
        Channel of each touchpoint.
    contacts
        (firm, name) of each contact and source.
    groups
        Names of the contacts of persons, by group.
    classes
        Columns of the touchpoint tallies: the segments, then the sources of callers.
    slots
        Path of each lever slot, as a person writes it.
    starts
        Local time at 0.
    currency
        Of all money.
    """

    our_firm: int
    firms: tuple[str, ...]
    segments: tuple[str, ...]
    touchpoints: tuple[tuple[str, str], ...]
    channels: tuple[str, ...]
    contacts: tuple[tuple[str, str], ...]
    groups: tuple[str, ...]
    classes: tuple[str, ...]
    slots: tuple[str, ...]
    starts: datetime
    currency: str


def layout_of(resolved: Resolved) -> Layout:
    """Return the names of a scenario's plan."""
    document = resolved.document
    firms = tuple(document.firms)
    touchpoints, channels, contacts, sources = [], [], [], []
    for name, firm in document.firms.items():
        for key, touchpoint in given(firm.touchpoints).items():
            touchpoints.append((name, key))
            channels.append(touchpoint.channel)
        contacts += [(name, key) for key in resolved.overlaid.contacts(name)]
        callers = [one.name for one in sources_of(name, firm)]
        contacts += [(name, key) for key in callers]
        prefix = "" if len(firms) == 1 else f"{name}."
        sources += [f"{prefix}{key}" for key in callers]
    slots = tuple(paths.written_path(resolved.tree, key) for key in resolved.overlaid.keys)
    segments = segment_names(document)
    return Layout(
        firms.index(given(document.our_firm)),
        firms,
        segments,
        tuple(touchpoints),
        tuple(channels),
        tuple(contacts),
        group_names(resolved),
        (*segments, *sources),
        slots,
        resolved.starts,
        given(document.currency),
    )


def group_names(resolved: Resolved) -> tuple[str, ...]:
    """Return the names of persons' contacts, each once; the number of a name is its group."""
    names = [name for firm in resolved.document.firms.values() for name in given(firm.contacts)]
    return tuple(dict.fromkeys(names))
