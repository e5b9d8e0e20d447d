"""From a resolved scenario and a policy to the plan: record arrays, and the lever moves of the policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cxsim.model import plan as pl
from cxsim.model.events import END_SOLVED
from cxsim.scenario import journeys, layout, levers
from cxsim.scenario.calendar import RateTable
from cxsim.scenario.fields import CHANNELS
from cxsim.scenario.models import Contact, Document
from cxsim.scenario.overlaid import Overlaid, Phase, highest
from cxsim.scenario.policies import Overlay
from cxsim.scenario.resolve import Resolved, given
from cxsim.scenario.sources import Named, by_location, sources_of
from cxsim.units import DAY, HOUR

IN_PERSON: Final = frozenset({"store", "phone", "chat", "web", "self-service", "voice menu"})
BECAUSE: Final = {
    "purchase": pl.BECAUSE_PURCHASE,
    "question": pl.BECAUSE_QUESTION,
    "failure": pl.BECAUSE_FAILURE,
}
DESKS: Final = {"complaint desk": "complaint_step", "back office": "approval_step"}
# Reporting periods are calendar months; short scenarios have days, very short ones hours.
LONG: Final = 62 * DAY
SHORT: Final = 3 * DAY

Records = NDArray[np.void]
# First step and number of steps of each journey, by the location of its contact.
Spans = Mapping[tuple[str, ...], tuple[int, int]]


def compiled(resolved: Resolved, overlay: Overlay) -> pl.Plan:
    """Return the plan of a scenario under a policy.

    Parameters
    ----------
    resolved
        The scenario.
    overlay
        One of its policies.

    Raises
    ------
    ScenarioError
        If a policy asks for what cannot be.
    """
    return _Compiler(resolved).plan(overlay.name)


def check_policies(resolved: Resolved) -> None:
    """Lay every policy over the scenario, so that faults are found before anything runs."""
    resolved.overlaid.faults.raise_if_any()


class _Compiler:
    """Numbers the entities of a scenario and fills the arrays."""

    def __init__(self, resolved: Resolved) -> None:
        self.resolved = resolved
        self.document: Document = resolved.document
        self.overlaid: Overlaid = resolved.overlaid
        self.slot: Mapping[levers.Key, int] = self.overlaid.slot
        self.tables = self.overlaid.tables
        self.highest = highest(self.overlaid.base, self.overlaid.phases, self.overlaid.reach)
        self.firm_numbers = {name: number for number, name in enumerate(self.document.firms)}
        self.touchpoint_numbers: dict[tuple[str, str], int] = {}
        self.groups = layout.group_names(resolved)

    def plan(self, policy: str) -> pl.Plan:
        phases, after = self.overlaid.phases[policy], self.overlaid.after_steering(policy)
        firms, touchpoints, shifts = self._firms()
        steps, routes, spans = self._steps()
        steps, firms = self._with_desks(steps, firms)
        contacts, traces = self._contacts(spans)
        need_bound, need_profile = self._needs()
        market = self._market(need_bound)
        profiles = self.tables.profile_array()
        laws, knots = self.tables.law_arrays()
        openings, windows = self.tables.opening_arrays()
        return pl.Plan(
            clock=self._clock(),
            market=market,
            segments=self._segments(),
            firms=firms,
            touchpoints=touchpoints,
            shifts=shifts,
            openings=openings,
            windows=windows,
            contacts=contacts,
            steps=steps,
            routes=routes,
            laws=laws,
            knots=knots,
            profiles=profiles,
            need_profile=need_profile,
            group_contact=self._group_contact(contacts),
            levers=self.overlaid.base.copy(),
            changes=np.sort(np.concatenate([changes(self.overlaid.base, phases), _records(pl.CHANGE, after)])),
            traces=traces,
            period_ends=period_ends(self.resolved.starts, given(self.document.warm_up), self.document.lasts),
        )

    def _clock(self) -> Records:
        starts = self.resolved.starts
        midnight = datetime.combine(starts.date(), datetime.min.time())
        since_monday = (starts - midnight + timedelta(days=starts.weekday())) // timedelta(microseconds=1)
        epoch = (starts - datetime(1970, 1, 1)) // timedelta(microseconds=1)
        return _records(pl.CLOCK, [(-given(self.document.warm_up), self.document.lasts, since_monday, epoch)])

    def _market(self, need_bound: float) -> Records:
        market = self.document.market
        ties = given(market.talk_to) if market else None
        prices = [given(firm.price).amount for firm in self.document.firms.values()]
        priced = [price for price in prices if price > 0.0]
        row = (
            market.customers if market else 0,
            market is not None and market.setting == "contractual",
            self.slot["market", "switching", "notice"],
            self.slot["market", "segments", "*", "patience"],
            self._first_default(),
            given(ties.friends) if ties else 0.0,
            given(ties.acquaintances) if ties else 0.0,
            need_bound,
            sum(priced) / len(priced) if priced else 0.0,
            0,
        )
        return _records(pl.MARKET, [row])

    def _first_default(self) -> int:
        return min(number for key, number in self.slot.items() if key[0] in {"defaults", "switches"})

    def _segments(self) -> Records:
        market = self.document.market
        shares = [given(segment.share) for segment in given(market.segments).values()] if market else [1.0]
        return _records(pl.SEGMENT, [(to,) for to in _cumulative(shares, complete=True)])

    def _firms(self) -> tuple[Records, Records, Records]:
        firms: list[tuple[Any, ...]] = []
        touchpoints: list[tuple[Any, ...]] = []
        shifts: list[tuple[int, int]] = []
        agents = 0
        shares = _cumulative([given(firm.share) for firm in self.document.firms.values()])
        for (name, firm), share_to in zip(self.document.firms.items(), shares, strict=True):
            own = given(firm.touchpoints)
            lever = self.slot["firms", name, "price"]
            arrives = given(firm.arrives).after(self.resolved.starts)
            # Who is there from the start is there in the warm-up too.
            arrives = -given(self.document.warm_up) if arrives <= 0 else min(arrives, int(pl.NEVER))
            reach = given(firm.reaches)
            reached = (arrives, reach.at_first, reach.everyone_after)
            baseline = name in self.overlaid.baseline_contacts
            firms.append((share_to, lever, len(touchpoints), len(own), *reached, -1, -1, baseline))
            for key, touchpoint in own.items():
                here = ("firms", name, "touchpoints", key)
                number = self.touchpoint_numbers[name, key] = len(touchpoints)
                mine = levers.shifts_of(touchpoint, self.resolved.staffing.get((name, key)))
                staffed = touchpoint.staffing is not None or bool(mine)
                most = self.overlaid.most_on_duty[name, key]
                touchpoints.append(
                    (
                        self.firm_numbers[name],
                        CHANNELS.index(touchpoint.channel),
                        self.slot[(*here, "takes")],
                        staffed,
                        touchpoint.channel in IN_PERSON,
                        len(shifts),
                        len(mine),
                        agents,
                        most,
                    )
                )
                agents += most
                for place, _, _ in mine:
                    staff = (*here, *place, "staff") if place[0] == "shifts" else (*here, *place)
                    shifts.append((number, self.slot[staff]))
        return _records(pl.FIRM, firms), _records(pl.TOUCHPOINT, touchpoints), _records(pl.SHIFT, shifts)

    def _steps(self) -> tuple[Records, Records, Spans]:
        steps: list[tuple[int, ...]] = []
        routes: list[tuple[int, int]] = []
        spans: dict[tuple[str, ...], tuple[int, int]] = {}
        sources = by_location(self.document)
        for location, own in journeys.journeys(self.document):
            first, firm, source = len(steps), location[1], sources.get(location)
            spans[location] = (first, len(own))
            for step in own:
                place = ("firms", firm, "touchpoints", step.touchpoint)
                takes = self.slot[(*place, "takes")]
                if source is not None and step.touchpoint in given(source.source.takes):
                    takes = self.slot[source.takes(step.touchpoint)]
                following = first + step.following if step.following >= 0 else step.following
                number = self.touchpoint_numbers[firm, step.touchpoint]
                steps.append((number, following, takes, len(routes), len(step.routes)))
                routes += [(first + to, self.slot[(*place, "goes_to", name)]) for to, name in step.routes]
        return _records(pl.STEP, steps), _records(pl.ROUTE, routes), spans

    def _with_desks(self, steps: Records, firms: Records) -> tuple[Records, Records]:
        """Add a step at each complaint desk and back office, for what no journey leads to."""
        more: list[tuple[int, ...]] = []
        for number, (name, firm) in enumerate(self.document.firms.items()):
            for key, touchpoint in given(firm.touchpoints).items():
                field = DESKS.get(touchpoint.channel)
                if field is not None:
                    takes = self.slot["firms", name, "touchpoints", key, "takes"]
                    firms[number][field] = len(steps) + len(more)
                    more.append((self.touchpoint_numbers[name, key], END_SOLVED, takes, 0, 0))
        return np.concatenate([steps, _records(pl.STEP, more)]), firms

    def _contacts(self, spans: Spans) -> tuple[Records, Records]:
        rows: list[tuple[Any, ...]] = []
        traces: list[tuple[int, int]] = []
        classes = len(self.overlaid.segments)
        for name, firm in self.document.firms.items():
            for key, contact in self.overlaid.contacts(name).items():
                span = spans.get(("firms", name, "contacts", key), (0, 0))  # a baseline has no journeys
                rows.append(self._person_contact(name, key, contact, span))
            for one in sources_of(name, firm):
                log = None if one.background else self.resolved.arrivals.get((name, one.name))
                own = list(zip(log.times, log.priorities, strict=True)) if log else []
                rows.append(self._source(one, spans[one.location], (len(traces), len(own)), classes))
                traces += own
                classes += 1
        return _records(pl.CONTACT, rows), _records(pl.TRACE, traces)

    def _person_contact(self, firm: str, name: str, contact: Contact, span: tuple[int, int]) -> tuple[Any, ...]:
        slot = self.slot["firms", firm, "contacts", name, "happens"]
        noncontractual = self.document.market is not None and self.document.market.setting == "noncontractual"
        return (
            self.firm_numbers[firm],
            self.groups.index(name),
            BECAUSE[contact.because],
            0,
            slot,
            *span,
            self.tables.profile(given(contact.when).quarters()),
            float(self.highest[slot]),
            0.0,
            0,
            0,
            noncontractual and contact.because == "purchase",
            -1,
        )

    def _source(self, one: Named, span: tuple[int, int], trace: tuple[int, int], number: int) -> tuple[Any, ...]:
        source = one.source
        slot = self.slot[(*one.location, "rate")]
        quarters = source.rate.quarters() if isinstance(source.rate, RateTable) else [1.0] * pl.WEEK_BINS
        return (
            self.firm_numbers[one.location[1]],
            -1,
            pl.BECAUSE_QUESTION,
            1,
            slot,
            *span,
            self.tables.profile(quarters),
            float(self.highest[slot]),
            given(source.day_variation),
            *trace,
            0,
            number,
        )

    def _needs(self) -> tuple[float, NDArray[np.float64]]:
        """Return the thinning bound of the persons' needs and its cumulative weekly profile.

        At every quarter hour the bound is at least what the needs of a customer of any firm add up to.
        """
        envelope = np.zeros(pl.WEEK_BINS)
        for group in self.groups:
            rates = [self._rates(name, group) for name in self.document.firms]
            envelope += np.max(rates, axis=0)
        bound = float(envelope.mean())
        weights = envelope / bound if bound > 0.0 else np.ones(pl.WEEK_BINS)
        profile = np.concatenate([[0.0], np.cumsum(weights)])
        return bound, profile * (pl.WEEK_BINS / profile[-1])

    def _rates(self, name: str, group: str) -> NDArray[np.float64]:
        contact = self.overlaid.contacts(name).get(group)
        if contact is None:
            return np.zeros(pl.WEEK_BINS)
        weights = np.array(given(contact.when).quarters())
        slot = self.slot["firms", name, "contacts", group, "happens"]
        return np.asarray(self.highest[slot] * weights / weights.mean())

    def _group_contact(self, contacts: Records) -> NDArray[np.int32]:
        found = np.full((len(self.groups), len(self.firm_numbers)), -1, np.int32)
        for number, contact in enumerate(contacts):
            if contact["group"] >= 0:
                found[contact["group"], contact["firm"]] = number
        return found


def _records(kind: np.dtype[Any], rows: Sequence[tuple[Any, ...]]) -> Records:
    return np.array(list(rows), kind)


def _cumulative(shares: Sequence[float], *, complete: bool = False) -> list[float]:
    sums = [float(value) for value in np.minimum(np.cumsum(shares), 1.0)]
    if complete:
        sums[-1] = 1.0
    return [1.0 if 1.0 - value < 1e-12 else value for value in sums]  # noqa: PLR2004 -- rounding of written shares


def changes(base: NDArray[np.float64], phases: Sequence[Phase]) -> Records:
    """Return the lever moves that lead from the base through all phases, sorted by time, slot and segment."""
    rows: list[tuple[int, int, int, float]] = []
    before = base
    for phase in phases:
        for slot, segment in np.argwhere(phase.values != before):
            rows.append((phase.begin, int(slot), int(segment), float(phase.values[slot, segment])))
        before = phase.values
    return _records(pl.CHANGE, rows)


def period_ends(starts: datetime, warm_up: int, lasts: int) -> NDArray[np.int64]:
    """Return the ends of the reporting periods: calendar months, days or hours; time 0 is always one.

    Parameters
    ----------
    starts
        Local time at 0.
    warm_up, lasts
        Microseconds before and after 0.
    """
    if warm_up + lasts > LONG:
        edges = _months(starts, warm_up, lasts)
    else:
        size = DAY if warm_up + lasts > SHORT else HOUR
        midnight = datetime.combine(starts.date(), datetime.min.time())
        offset = (starts - midnight) // timedelta(microseconds=1) % size
        edges = list(range(-((warm_up // size) + 2) * size - offset, lasts + size, size))
    inside = sorted({edge for edge in edges if -warm_up < edge < lasts} | {lasts} | ({0} if warm_up else set()))
    return np.array(inside, np.int64)


def _months(starts: datetime, warm_up: int, lasts: int) -> list[int]:
    edges: list[int] = []
    first = starts - timedelta(microseconds=warm_up)
    year, month = first.year, first.month
    while True:
        edge = (datetime(year, month, 1) - starts) // timedelta(microseconds=1)
        if edge >= lasts:
            return edges
        edges.append(edge)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)  # noqa: PLR2004 -- December
