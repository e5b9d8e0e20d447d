"""What no single value can show: names that must exist, shares that must add up, sections that need each other."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from cxsim.behaviour.registry import REGISTRY
from cxsim.errors import ValueRefusedError, quoted
from cxsim.scenario import baselines, firm_checks
from cxsim.scenario.calendar import RateTable
from cxsim.scenario.defaults import EVERYTHING, STAFFED
from cxsim.scenario.faults import Faults
from cxsim.scenario.models import Contact, Document, Firm, Market, Source, Touchpoint
from cxsim.scenario.sources import sources_of
from cxsim.units import HOUR, YEAR, Price, format_number, format_share, parse_duration, parse_number, parse_share

# fmt: off
MEASURES: Final = (
    "retention", "retention_1y", "repeat_rate", "churn", "market_share", "customers", "conversion", "won_back", "nps",
    "csat", "ces", "review_score", "rated_poor", "nps_true", "csat_true", "recommendations", "warnings",
    "won_by_recommendation", "wait_mean", "wait_p90", "service_level", "abandonment_rate", "first_contact_resolution",
    "failures", "voice_rate", "complaints_per_1000", "silent_exits", "recovery_rate", "complaint_answer_time",
    "revenue", "policy_cost", "cost_to_serve", "profit", "payback", "clv", "customer_equity", "occupancy",
    "staff_turnover", "staff_morale", "delivery_gap", "days_to_visit", "satisfaction", "solved_rate",
    "involuntary_churn", "never_left", "came_back", "lost_to_failure", "lost_to_waiting", "lost_unsolved",
    "lost_to_price", "lost_to_better_offer", "lost_to_talk", "lost_involuntary", "lost_lapsed", "share_queued",
    "wait_all_mean", "wages", "variable_cost", "written_cost", "lost_after_complaint", "rated_poor_true", "graded_bad",
    "graded_neutral", "graded_good", "graded_excellent", "reviews", "public_positive", "public_negative",
    "contacts_per_matter", "promises_broken", "spared", "hurt", "voiced_exits", "followed_up", "credits",
    "training_cost", "fixing_cost",
)
# fmt: on
# `-20 points`, `200 000 EUR`, `0.7 % a month`, `2 a year`.
_AMOUNT: Final = re.compile(
    r"[-+\u2212]?\d[\d ]*(?:\.\d+)?\s*(?:%|points|stars|[A-Z]{3})?(?:\s*(?:a|per) (?:day|week|month|year))?"
)
# Tables of the top level that may be called as somebody would call a contact: a path could mean either.
TABLES: Final = frozenset({"runs", "unsure", "assumptions"})
ROUNDING: Final = 1e-9
MOST_FIRMS: Final = 100
MOST_CONTACTS: Final = 1e10


def check(document: Document, faults: Faults, *, overlaid: bool = False) -> None:
    """Note everything in a document that does not fit together.

    Parameters
    ----------
    document
        As written; what is left out is None.
    faults
        Receives what is found.
    overlaid
        Whether a policy is laid over it; rivals that are known by figures stay what they are without it.
    """
    _check_firms(document, faults)
    if document.market is not None:
        _check_market(document.market, faults)
        if document.market.setting == "noncontractual":
            _check_purchases(document, faults)
    _check_ledger(document, faults)
    _check_wishes(document, faults)
    for name, firm in document.firms.items():
        _check_firm(name, firm, document.market, faults)
        _check_amount(name, firm, document, faults)
        firm_checks.check(name, firm, document, faults, overlaid=overlaid)
    firm_checks.check_arrivals(document, faults)


def _check_firms(document: Document, faults: Faults) -> None:
    names = list(document.firms)
    if not 1 <= len(names) <= MOST_FIRMS:
        faults.add(("firms",), f"{len(names)} firms", f"1 to {MOST_FIRMS} firms", "write at least one firm")
    if document.our_firm is None and len(names) > 1:
        faults.add((), "no `our_firm`", f"one of {', '.join(names)}", "say which firm the policies change")
    if document.our_firm is not None and document.our_firm not in document.firms:
        faults.unknown(("our_firm",), document.our_firm, names, "one of the firms")
    for name in names:
        if name in Document.model_fields:
            faults.add(("firms", name), quoted(name), "a name that is no key of the file", "choose another name")
    total = sum(firm.share or 0.0 for firm in document.firms.values())
    if total > 1.0 + ROUNDING:
        faults.add(("firms",), f"shares that add up to {_percent(total)}", "at most 100 %", "make one smaller")
    if document.lasts > 100 * YEAR or (document.warm_up or 0) > 100 * YEAR:
        faults.add(("lasts",), "a time of more than 100 years", "at most 100 years", "make it shorter")


def _percent(share: float) -> str:
    return f"{100.0 * share:.6g} %"


def _check_market(market: Market, faults: Faults) -> None:
    segments = market.segments
    if segments is None:
        return
    if not segments:
        faults.add(("market", "segments"), "no segment", "at least one", "remove the key, or add a segment")
    missing = [name for name, segment in segments.items() if segment.share is None]
    for name in missing if len(segments) > 1 else ():
        faults.add(
            ("market", "segments", name), "no share", "a share for each segment", "add, for example, share: 25 %"
        )
    for name, segment in segments.items():
        firm_checks.check_cares(("market", "segments", name, "cares_about"), segment.cares_about, faults)
    total = sum(1.0 if segment.share is None else segment.share for segment in segments.values())
    if not missing and abs(total - 1.0) > ROUNDING:
        given = f"shares that add up to {_percent(total)}"
        faults.add(("market", "segments"), given, "shares that add up to 100 %", "correct one of them")


def _check_ledger(document: Document, faults: Faults) -> None:
    worlds = [name for name, parameter in REGISTRY.items() if parameter.role != "switch"]
    switches = [name for name, parameter in REGISTRY.items() if parameter.role == "switch"]
    for name, value in (document.defaults or {}).items():
        if name not in worlds:
            faults.unknown(("defaults", name), name, worlds, "a value of the assumption ledger")
            continue
        low, high = REGISTRY[name].low, REGISTRY[name].high
        if not low <= value <= high:
            allowed = f"{format_number(low)} to {format_number(high)} ({REGISTRY[name].unit})"
            faults.add(("defaults", name), quoted(format_number(value)), allowed, "give a value in this range")
    for name in document.switches or {}:
        if name not in {*switches, EVERYTHING}:
            faults.unknown(("switches", name), name, switches, "a mechanism")


def _check_wishes(document: Document, faults: Faults) -> None:
    for name in document.measures or ():
        if name not in MEASURES:
            faults.unknown(("measures",), name, MEASURES, "a measure")
    for name, text in (document.goals or {}).items():
        if name not in MEASURES:
            faults.unknown(("goals", name), name, MEASURES, "a measure")
        words = text.split(maxsplit=2 if text.startswith("at ") else 1)
        sign = " ".join(words[:-1])
        if sign not in {"at least", "at most", "within"} or not _is_amount(words[-1]):
            allowed = "`at least`, `at most` or `within` and a value"
            faults.add(("goals", name), quoted(text), allowed, "write, for example, at least 70 %")


def _is_amount(text: str) -> bool:
    """Tell whether this can be an amount of some measure; that it fits the measure is seen where goals are judged."""
    if _AMOUNT.fullmatch(text.strip()):
        return True
    for parse in (parse_share, parse_number, parse_duration):
        try:
            parse(text)
        except ValueRefusedError:
            continue
        return True
    return False


def _check_firm(name: str, firm: Firm, market: Market | None, faults: Faults) -> None:
    here = ("firms", name)
    _check_names(here, firm, faults)
    contacts = firm.contacts or {}
    if market is None and contacts:
        given, remedy = "contacts without customers", "add `market: {customers: ..., setting: ...}`, or use `arrivals`"
        faults.add((*here, "contacts"), given, "contacts where there is a market", remedy)
    if market is not None:
        _check_price(here, firm, market, faults)
    touchpoints = firm.touchpoints or {}
    for key, contact in contacts.items():
        _check_journey((*here, "contacts", key), contact, touchpoints, faults)
    for key, source in (firm.arrivals or {}).items():
        _check_journey((*here, "arrivals", key), source, touchpoints, faults)
        _check_source((*here, "arrivals", key), source, touchpoints, faults)
    for key, touchpoint in touchpoints.items():
        _check_touchpoint((*here, "touchpoints", key), key, touchpoint, touchpoints, faults)


def _check_purchases(document: Document, faults: Faults) -> None:
    """Refuse purchases that some firms only have: a person who chooses another firm then would buy nothing there."""
    sellers: dict[str, str] = {}
    for firm, content in document.firms.items():
        for name, contact in (content.contacts or {}).items():
            if contact.because == "purchase":
                sellers.setdefault(name, firm)
    for firm, content in document.firms.items():
        own = content.contacts or {}
        if baselines.is_baseline(document, firm):
            continue  # it sells what we sell
        if not any(contact.because == "purchase" for contact in own.values()):
            allowed = "at least one contact with `because: purchase`"
            remedy = "customers of a noncontractual market choose at a purchase; add one"
            faults.add(("firms", firm), "no purchase", allowed, remedy)
            continue
        for name, seller in sellers.items():
            allowed = f"the purchase {quoted(name)} at every firm, as at {seller}"
            if name not in own:
                remedy = "whoever chooses this firm then would buy nothing; add it, or give a contact this name"
                faults.add(("firms", firm, "contacts"), f"no {quoted(name)}", allowed, remedy)
            elif own[name].because != "purchase":
                remedy = "write because: purchase, or rename one of the two contacts"
                faults.add(("firms", firm, "contacts", name), f"`because: {own[name].because}`", allowed, remedy)


def _check_amount(name: str, firm: Firm, document: Document, faults: Faults) -> None:
    """Refuse a world so large that no machine would come to its end."""
    time = document.lasts + (document.warm_up or 0)
    people = document.market.customers if document.market else 0
    expected: dict[tuple[str, ...], float] = {
        ("contacts", key): people * c.happens.per_microsecond * time for key, c in (firm.contacts or {}).items()
    }
    for one in sources_of(name, firm):
        rate = one.source.rate
        an_hour = max(rate.quarters()) if isinstance(rate, RateTable) else rate.per_microsecond * HOUR if rate else 0.0
        expected[one.location[2:]] = an_hour / HOUR * time
    for place, amount in expected.items():
        if amount > MOST_CONTACTS:
            given = f"{amount:.1e} contacts over the whole time"
            faults.add(
                ("firms", name, *place), given, f"at most {MOST_CONTACTS:.0e}", "make the rate or the time smaller"
            )


def _check_names(here: tuple[str, ...], firm: Firm, faults: Faults) -> None:
    seen: dict[str, str] = {}
    for section in ("touchpoints", "contacts", "arrivals"):
        for name in getattr(firm, section) or {}:
            if name in seen:
                given = f"{quoted(name)} again (also in {seen[name]})"
                faults.add((*here, section, name), given, "each name once in a firm", "rename one of them")
            if name in Firm.model_fields:
                faults.add((*here, section, name), quoted(name), "a name that is no key of a firm", "rename it")
            if name in TABLES:
                faults.add((*here, section, name), quoted(name), "a name that is no table of the file", "rename it")
            seen[name] = section


def _check_price(here: tuple[str, ...], firm: Firm, market: Market, faults: Faults) -> None:
    per = "month" if market.setting == "contractual" else "visit"
    known = firm.known.price if firm.known else None
    written: dict[tuple[str, ...], Price | None] = {("price",): firm.price, ("known", "price"): known}
    written["variable_cost",] = firm.variable_cost
    for key, price in written.items():
        if price is not None and price.per != per:
            allowed = f"money a {per} in a {market.setting} market"
            faults.add((*here, *key), quoted(str(price)), allowed, f"write, for example, {price.amount:g} a {per}")


def _check_journey(here: tuple[str, ...], owner: Contact | Source, touchpoints: Iterable[str], faults: Faults) -> None:
    for name in owner.journey or ():
        if name not in touchpoints:
            faults.unknown((*here, "journey"), name, touchpoints, "a touchpoint of this firm")
    if len(owner.journey or ()) > 50:  # noqa: PLR2004 -- longer ones are mistakes
        faults.add((*here, "journey"), "a long journey", "at most 50 steps", "shorten it")


def _check_source(here: tuple[str, ...], source: Source, touchpoints: Iterable[str], faults: Faults) -> None:
    if (source.rate is None) == (source.trace is None):
        given = "both `rate` and `trace`" if source.rate is not None else "neither `rate` nor `trace`"
        faults.add(here, given, "one of them", "write, for example, rate: 60 an hour")
    if not source.journey:
        faults.add(here, "callers without a journey", "at least one touchpoint", "write, for example, journey: [phone]")
    for name in source.takes or {}:
        if name not in touchpoints:
            faults.unknown((*here, "takes", name), name, touchpoints, "a touchpoint of this firm")
    if source.only is not None and source.trace is None:
        faults.add((*here, "only"), "`only` without `trace`", "a source of a trace", "remove it")


def _check_touchpoint(
    here: tuple[str, ...], name: str, touchpoint: Touchpoint, touchpoints: Iterable[str], faults: Faults
) -> None:
    _check_staff(here, touchpoint, faults)
    parts = {"solves": touchpoint.solves or 0.0, "sends_back": touchpoint.sends_back or 0.0}
    for target, share in (touchpoint.goes_to or {}).items():
        parts[f"goes_to {target}"] = share
        if target == name:
            faults.add(
                (*here, "goes_to", target), quoted(target), "another touchpoint", "use `sends_back` for a repeat"
            )
        elif target not in touchpoints:
            faults.unknown((*here, "goes_to", target), target, touchpoints, "a touchpoint of this firm")
    total = sum(parts.values())
    if total > 1.0 + ROUNDING:
        written = " + ".join(f"{key} {format_share(share)}" for key, share in parts.items() if share)
        faults.add(here, f"{written} = {_percent(total)}", "at most 100 % together", "make one of them smaller")


def _check_staff(here: tuple[str, ...], touchpoint: Touchpoint, faults: Faults) -> None:
    written = [key for key in ("staff", "shifts", "staffing") if getattr(touchpoint, key) is not None]
    if len(written) > 1:
        given = " and ".join(f"`{key}`" for key in written)
        faults.add(here, given, "one of `staff`, `shifts` and `staffing`", "remove the others")
    example = "write, for example, staff: 2"
    people = [shift.staff for shift in (touchpoint.shifts or {}).values()]
    if not written and touchpoint.channel in STAFFED:
        given = f"a {touchpoint.channel} without staff"
        faults.add(here, given, "`staff`, `shifts` or `staffing`", example)
    elif touchpoint.staff == 0 or (touchpoint.shifts is not None and not any(people)):
        faults.add(here, "nobody on duty", "at least one person, or `unlimited`", example)
    if touchpoint.shifts and touchpoint.hours is not None and not _any_overlap(touchpoint):
        faults.add(here, "shifts outside the hours", "people on duty while it is open", "let `when` and `hours` meet")
    if touchpoint.takes is None and touchpoint.channel in STAFFED:
        faults.add(here, "no `takes`", "how long a service takes", "write, for example, takes: 8 min")


def _any_overlap(touchpoint: Touchpoint) -> bool:
    """Whether somebody is on duty at some time at which the touchpoint is open."""
    windows = touchpoint.hours.windows if touchpoint.hours else ()
    shifts = [shift.when.windows for shift in (touchpoint.shifts or {}).values() if shift.staff]
    return not shifts or any(a < d and c < b for own in shifts for a, b in own for c, d in windows)
