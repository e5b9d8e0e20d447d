"""The lever table: every value that may change while a world runs, in the order of the plan's columns.

A row's key is the location of its value in the file, so that a path finds its slots.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from cxsim.behaviour.registry import REGISTRY
from cxsim.model import plan as pl
from cxsim.scenario import baselines
from cxsim.scenario.baselines import Contacts
from cxsim.scenario.calendar import Hours, RateTable
from cxsim.scenario.defaults import ATTRIBUTES
from cxsim.scenario.fields import UNLIMITED
from cxsim.scenario.firm_fields import RECOVERY_STEPS
from cxsim.scenario.models import CallBack, Cares, Contact, Document, Firm, Retries, Source, Touchpoint
from cxsim.scenario.resolve import given
from cxsim.scenario.sources import sources_of
from cxsim.scenario.tables import Tables
from cxsim.scenario.traces import Staffing
from cxsim.units import HOUR, MINUTE, RATE_UNITS, YEAR, Rate

Key = tuple[str, ...]
Row = tuple[Key, tuple[float, ...]]
StaffLogs = Mapping[tuple[str, str], Staffing]

# Values that are the same for everyone, whoever a policy is for.
FOR_EVERYONE: Final = frozenset({"staff", "hours", "wages", "when", "training", "fixing", "looks_at"})


def rows(document: Document, tables: Tables, staffing: StaffLogs, baseline: Mapping[str, Contacts]) -> list[Row]:
    """Return all rows of the lever table.

    Parameters
    ----------
    document
        A resolved scenario, perhaps with a policy laid over it.
    tables
        Receives the laws and opening hours that rows refer to by number.
    staffing
        Recorded staffing by (firm, touchpoint).
    baseline
        Contacts of the competitor baselines, which no policy changes, by firm.
    """
    found = [*_market(document), *_segments(document, tables), *_ledger(document)]
    for name, firm in document.firms.items():
        here, first = ("firms", name), len(found)
        found += [
            ((*here, "price"), (given(firm.price).amount,)),
            ((*here, "quality"), (given(firm.quality),)),
            ((*here, "spread"), (given(firm.spread),)),
            ((*here, "variable_cost"), (given(firm.variable_cost).amount,)),
            ((*here, "wages"), (given(firm.wages).amount,)),
        ]
        found += _organisation(here, firm)
        if len(found) - first != pl.FIRM_COLUMNS:
            raise AssertionError
        for key, touchpoint in given(firm.touchpoints).items():
            found += _touchpoint((*here, "touchpoints", key), touchpoint, tables)
            found += _shifts((*here, "touchpoints", key), touchpoint, tables, staffing.get((name, key)))
        found += _contacts(here, firm, baseline.get(name, given(firm.contacts)), tables)
    return found


def _market(document: Document) -> Iterator[Row]:
    market = document.market
    switching = given(market.switching) if market else None
    yield ("market", "switching", "notice"), (float(given(switching.notice)) if switching else 0.0,)
    yield ("market", "switching", "cost"), (given(switching.cost) if switching else 0.0,)
    yearly = given(market.leaves_anyway).per_microsecond * YEAR if market else 0.0
    yield ("market", "leaves_anyway"), (yearly,)


def _segments(document: Document, tables: Tables) -> Iterator[Row]:
    segments = list(given(document.market.segments).values()) if document.market else []
    here = ("market", "segments", "*")
    never = float(tables.law(None))
    patience = tuple(float(tables.law(given(segment.patience))) for segment in segments)
    yield (*here, "patience"), patience or (never,)
    yield (*here, "pays"), tuple(given(segment.pays) for segment in segments) or (1.0,)
    yield (*here, "price_weight"), tuple(given(segment.price_weight) for segment in segments) or (1.0,)
    for attribute in ATTRIBUTES:
        weights = tuple(_weight(given(s.cares_about), attribute) for s in segments)
        yield (*here, "cares_about", attribute), weights or (1.0,)


def _weight(cares: Cares, attribute: str) -> float:
    """Return how much an attribute weighs: half for everybody, and half by its share.

    The shares are scaled so that the weights, weighted by the shares, mean 1. Nobody is numb to what is not named.
    """
    scale = sum(given(getattr(cares, name)) ** 2 for name in ATTRIBUTES)
    return 0.5 + 0.5 * given(getattr(cares, attribute)) / scale if scale > 0.0 else 1.0


def _ledger(document: Document) -> Iterator[Row]:
    values, switches = given(document.defaults), given(document.switches)
    for name, parameter in REGISTRY.items():
        if parameter.role == "switch":
            yield ("switches", name), (1.0 if switches[name] else 0.0,)
        else:
            yield ("defaults", name), (values[name],)


def _organisation(here: Key, firm: Firm) -> list[Row]:
    """Return what a firm promises, how it makes good and what it fixes."""
    promises, recovery, process = given(firm.promises), given(firm.recovery), given(firm.process)
    trouble = given(firm.trouble_comes_from)
    bits = sum(1 << RECOVERY_STEPS.index(step) for step in given(recovery.steps))
    found: list[Row] = [
        ((*here, "promises", "experience"), (given(promises.experience),)),
        ((*here, "promises", "answer"), (float(given(promises.answer)),)),
        ((*here, "promises", "visit"), (float(given(promises.visit)),)),
        ((*here, "recovery", "steps"), (float(bits),)),
        ((*here, "recovery", "credit"), (given(recovery.credit),)),
        ((*here, "recovery", "without_approval"), (given(recovery.without_approval),)),
        ((*here, "recovery", "ease"), (given(recovery.ease),)),
        ((*here, "process", "fixing"), (given(process.fixing),)),
        ((*here, "process", "looks_at"), (1.0 if process.looks_at == "all failures" else 0.0,)),
    ]
    origins = ("employee", "customer", "design", "outside")
    found += [((*here, "trouble_comes_from", origin), (given(getattr(trouble, origin)),)) for origin in origins]
    found.append(((*here, "follow_up"), (given(firm.follow_up),)))
    # What figures say instead of touchpoints; nothing that a person writes there can change while the world runs.
    known = firm.known.figures() if firm.known else {}
    wait, solves, recovers = (
        known[name].value if name in known else usual for name, (usual, _, _) in baselines.UNKNOWN.items()
    )
    found += [
        ((*here, "baseline", "wait"), (wait * MINUTE,)),
        ((*here, "baseline", "solves"), (solves,)),
        ((*here, "baseline", "recovers"), (recovers,)),
    ]
    return found


def _touchpoint(here: Key, touchpoint: Touchpoint, tables: Tables) -> list[Row]:
    back = touchpoint.call_back if isinstance(touchpoint.call_back, CallBack) else None
    again = touchpoint.retries if isinstance(touchpoint.retries, Retries) else None
    found: list[Row] = [
        ((*here, "takes"), (float(tables.law(given(touchpoint.takes))),)),
        ((*here, "hours"), (float(tables.weekly(given(touchpoint.hours))),)),
        ((*here, "solves"), (given(touchpoint.solves),)),
        ((*here, "sends_back"), (given(touchpoint.sends_back),)),
        ((*here, "fails"), (given(touchpoint.fails),)),
        ((*here, "quality"), (given(touchpoint.quality),)),
        ((*here, "announces"), (1.0 if touchpoint.announces == "wait" else 0.0,)),
        ((*here, "call_back"), (1.0 if back else 0.0,)),
        ((*here, "call_back", "after"), (float(back.after) if back else 0.0,)),
        ((*here, "call_back", "accepted"), (back.accepted if back else 0.0,)),
        ((*here, "call_back", "answered"), (back.answered if back else 0.0,)),
        ((*here, "retries", "share"), (again.share if again else 0.0,)),
        ((*here, "retries", "after"), (float(tables.law(again.after if again else None)),)),
        ((*here, "answer_within"), (float(given(touchpoint.answer_within)),)),
        ((*here, "training"), (given(touchpoint.training),)),
        ((*here, "way_out"), (1.0 if touchpoint.way_out == "visible" else 0.0,)),
        ((*here, "explains"), (1.0 if touchpoint.explains == "why" else 0.0,)),
        ((*here, "must_be"), (given(touchpoint.must_be),)),
    ]
    if len(found) != pl.TOUCH_COLUMNS:
        raise AssertionError
    return found


def shifts_of(
    touchpoint: Touchpoint, log: Staffing | None
) -> list[tuple[Key, int, Hours | tuple[tuple[int, int], ...]]]:
    """Return (key, people, when) of the shifts of a touchpoint; none where staff is unlimited."""
    if touchpoint.shifts is not None:
        return [(("shifts", name), shift.staff, shift.when) for name, shift in touchpoint.shifts.items()]
    if log is not None:
        levels = sorted({people for _, _, people in log.rows if people > 0})
        return [
            (("staffing", str(level)), level, tuple((a, b) for a, b, people in log.rows if people == level))
            for level in levels
        ]
    staff = given(touchpoint.staff)
    return [] if staff == UNLIMITED else [(("staff",), staff, given(touchpoint.hours))]


def _shifts(here: Key, touchpoint: Touchpoint, tables: Tables, log: Staffing | None) -> Iterator[Row]:
    for key, staff, when in shifts_of(touchpoint, log):
        number = tables.weekly(when) if isinstance(when, Hours) else tables.dated(when)
        staff_key = (*here, *key, *(("staff",) if key[0] == "shifts" else ()))
        yield staff_key, (float(staff),)
        yield (*here, *key, "when"), (float(number),)


def _contacts(here: Key, firm: Firm, contacts: Contacts, tables: Tables) -> Iterator[Row]:
    never = float(tables.law(None))
    for name, contact in contacts.items():
        place = (*here, "contacts", name)
        yield (*place, "happens"), (contact.happens.per_microsecond,)
        yield (*place, "priority"), (float(given(contact.priority)),)
        yield (*place, "patience"), (-1.0,)
        yield (*place, "retries", "share"), (-1.0,)
        yield (*place, "retries", "after"), (never,)
        yield (*place, "stake"), (given(contact.stake),)
    for one in sources_of(here[1], firm):
        place, source = one.location, one.source
        again = source.retries if isinstance(source.retries, Retries) else None
        share = again.share if again else (0.0 if source.retries == "no" else -1.0)
        yield (*place, "rate"), (mean_rate(source),)
        yield (*place, "priority"), (float(given(source.priority)),)
        yield (*place, "patience"), (float(tables.law(given(source.patience))),)
        yield (*place, "retries", "share"), (share,)
        yield (*place, "retries", "after"), (float(tables.law(again.after if again else None)),)
        yield (*place, "stake"), (1.0,)
    yield from _routes_and_own_laws(here, firm, tables)


def _routes_and_own_laws(here: Key, firm: Firm, tables: Tables) -> Iterator[Row]:
    for name, touchpoint in given(firm.touchpoints).items():
        for target, share in given(touchpoint.goes_to).items():
            yield (*here, "touchpoints", name, "goes_to", target), (share,)
    for one in sources_of(here[1], firm):
        for target, law in given(one.source.takes).items():
            yield one.takes(target), (float(tables.law(law)),)


def mean_rate(source: Source | Contact) -> float:
    """Return arrivals per microsecond, averaged over the week; 0 for recorded arrivals."""
    rate = source.happens if isinstance(source, Contact) else source.rate
    if isinstance(rate, RateTable):
        quarters = rate.quarters()
        return sum(quarters) / len(quarters) / HOUR
    if isinstance(rate, Rate):
        return rate.amount / RATE_UNITS[rate.per]
    return 0.0
