"""How much work comes to the touchpoints of our firm, beside what its people can do: before anything is simulated.

A mean of the week, as if nobody gave up, called again or left: customers at the start, times their contacts, times the
visits of a journey (`cxsim.scenario.journeys`), times the mean service. The offered load of queueing theory (Erlang).
"""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from cxsim.scenario.calendar import Hours
from cxsim.scenario.fields import UNLIMITED
from cxsim.scenario.journeys import journeys, visits_of
from cxsim.scenario.levers import mean_rate
from cxsim.scenario.models import Document, Firm, Touchpoint
from cxsim.scenario.resolve import given
from cxsim.scenario.sources import by_location
from cxsim.units import WEEK


class Load(NamedTuple):
    """The people a touchpoint needs for the work that comes to it, and those who are there, means while it is open."""

    touchpoint: str
    needed: float
    there: float

    @property
    def is_too_much(self) -> bool:
        """Whether more work comes than its people can do."""
        return self.needed > self.there


def offered(document: Document) -> list[Load]:
    """Return the load of each touchpoint of our firm whose people are written.

    Parameters
    ----------
    document
        A resolved scenario. Recorded logs (`trace`, `staffing`) are left out, and so are complaints: how many complain
        is what a simulation says.
    """
    name = given(document.our_firm)
    firm = document.firms[name]
    work = _work(document, name, firm)
    found = []
    for key, touchpoint in given(firm.touchpoints).items():
        hours = given(touchpoint.hours)
        if key in work and touchpoint.staff != UNLIMITED and touchpoint.staffing is None and hours.total > 0:
            found.append(Load(key, work[key] * WEEK / hours.total, _there(touchpoint, hours)))
    return found


def _work(document: Document, name: str, firm: Firm) -> dict[str, float]:
    """Return the work that comes to each touchpoint: a mean number of people at work, day and night."""
    customers = document.market.customers * given(firm.share) if document.market is not None else 0.0
    touchpoints, sources = given(firm.touchpoints), by_location(document)
    work: dict[str, float] = defaultdict(float)
    for location, steps in journeys(document):
        if location[1] != name or not steps:
            continue
        source = sources[location].source if location in sources else None
        rate = mean_rate(source) if source else customers * mean_rate(given(firm.contacts)[location[-1]])
        for step, visits in zip(steps, visits_of(steps, touchpoints), strict=True):
            own = given(source.takes).get(step.touchpoint) if source else None
            takes = own or given(touchpoints[step.touchpoint].takes)
            work[step.touchpoint] += rate * float(visits) * takes.mean
    return work


def _there(touchpoint: Touchpoint, hours: Hours) -> float:
    """Return the mean number of people on duty while it is open."""
    if touchpoint.shifts is None:
        return float(given(touchpoint.staff))
    return sum(shift.staff * _shared(shift.when, hours) for shift in touchpoint.shifts.values()) / hours.total


def _shared(one: Hours, other: Hours) -> int:
    """Return the time of a week that lies in both, microseconds."""
    return sum(max(0, min(a, b) - max(c, d)) for c, a in one.windows for d, b in other.windows)
