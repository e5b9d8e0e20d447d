"""How many of each thing a scenario may hold: the engines number them with 16 bits, in rows that are read all the time.

A number beyond them would wrap around without a word, and lead a customer to another step.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cxsim.scenario import journeys
from cxsim.scenario.faults import Faults
from cxsim.scenario.models import Contact, Document
from cxsim.scenario.resolve import given
from cxsim.scenario.sources import sources_of

MOST: Final = 32_767
DESKS: Final = frozenset({"complaint desk", "back office"})  # each has a step of its own, beside the journeys'


REMEDIES: Final = {
    "firms": "name fewer firms",
    "touchpoints": "put touchpoints that work alike into one",
    "contacts and sources of callers": "put those with the same journey into one",
    "steps of journeys": "make journeys shorter, or name fewer contacts and `goes_to`",
}


def counted(document: Document, baseline: Mapping[str, Mapping[str, Contact]]) -> dict[str, int]:
    """Count what the plan will hold of firms, touchpoints, contacts and steps, without making it.

    Parameters
    ----------
    document
        The scenario, resolved.
    baseline
        Contacts of the competitor baselines, by firm.
    """
    firms = document.firms
    touchpoints = [one for firm in firms.values() for one in given(firm.touchpoints).values()]
    contacts = sum(len(baseline.get(name, given(firm.contacts))) for name, firm in firms.items())
    callers = sum(1 for name, firm in firms.items() for _ in sources_of(name, firm))
    steps = sum(len(own) for _, own in journeys.journeys(document)) + sum(one.channel in DESKS for one in touchpoints)
    return dict(zip(REMEDIES, (len(firms), len(touchpoints), contacts + callers, steps), strict=True))


def check_entities(document: Document, baseline: Mapping[str, Mapping[str, Contact]], faults: Faults) -> None:
    """Note more firms, touchpoints, contacts or steps than there are numbers for; see `counted`."""
    for what, number in counted(document, baseline).items():
        _check(number, what, REMEDIES[what], faults)


def check_agents(most_on_duty: Mapping[tuple[str, str], int], faults: Faults) -> None:
    """Note more agents than there are numbers for.

    Parameters
    ----------
    most_on_duty
        Most people that any policy ever puts on duty, by (firm, touchpoint).
    faults
        Where it is noted.
    """
    remedy = "make staff smaller and the market with it, or write `staff: unlimited` where nobody ever waits"
    _check(sum(most_on_duty.values()), "people on duty at all touchpoints", remedy, faults)


def _check(number: int, what: str, remedy: str, faults: Faults) -> None:
    if number > MOST:
        faults.add(("firms",), f"{number:,} {what}", f"at most {MOST:,}", remedy)
