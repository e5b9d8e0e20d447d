"""What does not fit together in a firm's promises, recovery, causes, arrival and known figures."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from cxsim.errors import quoted
from cxsim.scenario import baselines
from cxsim.scenario.defaults import DESKS
from cxsim.scenario.faults import Faults
from cxsim.scenario.fields import UNLIMITED
from cxsim.scenario.models import Cares, Document, Firm, Trouble
from cxsim.units import format_number, format_share

ROUNDING: Final = 1e-9
FIRST_DAY: Final = datetime(2025, 1, 6)


def check(name: str, firm: Firm, document: Document, faults: Faults, *, overlaid: bool = False) -> None:
    """Note what does not fit together in a firm.

    Parameters
    ----------
    name, firm
        One of the firms.
    document
        As written, or resolved; what is left out is None.
    faults
        Receives what is found.
    overlaid
        Whether a policy is laid over it.
    """
    here = ("firms", name)
    _check_desks(here, firm, faults)
    _check_training(here, firm, faults)
    _check_credit((*here, "recovery"), firm, faults)
    _check_trouble((*here, "trouble_comes_from"), firm.trouble_comes_from, faults)
    _check_arrival(here, firm, document, faults)
    if firm.known is not None:
        _check_known(here, firm, faults)
    if baselines.is_baseline(document, name):
        _check_baseline(here, firm, document, faults)
        if not overlaid:  # a policy of ours may end our failures: a rival's happen as often as under as-is
            _check_failures(here, firm, document, faults)


def check_cares(here: tuple[str, ...], cares: Cares | None, faults: Faults) -> None:
    """Note weights of a segment that do not add up to 100 %."""
    if cares is None:
        return
    shares = {key: getattr(cares, key) for key in type(cares).model_fields}
    total = sum(share or 0.0 for share in shares.values())
    if abs(total - 1.0) > ROUNDING:
        given = f"shares that add up to {100.0 * total:.6g} %"
        faults.add(here, given, "shares that add up to 100 %", f"correct one of {', '.join(shares)}")


def check_arrivals(document: Document, faults: Faults) -> None:
    """Note a market in which there is no firm at the start."""
    firms = document.firms.values()
    if document.market is not None and firms and all(_comes_later(firm) for firm in firms):
        faults.add(("firms",), "no firm at the start", "at least one firm without `arrives`", "let one be there from 0")


def _comes_later(firm: Firm) -> bool:
    return firm.arrives is not None and firm.arrives.text != "0"


def _check_desks(here: tuple[str, ...], firm: Firm, faults: Faults) -> None:
    """Refuse a second complaint desk or back office: nobody could say to which of them a complaint goes."""
    for channel in DESKS:
        names = [name for name, touchpoint in (firm.touchpoints or {}).items() if touchpoint.channel == channel]
        for name in names[1:]:
            given = f"a second {channel} (the first is {quoted(names[0])})"
            allowed, remedy = f"at most one {channel} in a firm", "join them, or give one of them another channel"
            faults.add((*here, "touchpoints", name), given, allowed, remedy)


def _check_credit(here: tuple[str, ...], firm: Firm, faults: Faults) -> None:
    """Refuse a credit that nobody could ever grant in full."""
    recovery = firm.recovery
    if recovery is None or recovery.without_approval is None or "credit" not in (recovery.steps or ()):
        return
    channels = {touchpoint.channel for touchpoint in (firm.touchpoints or {}).values()}
    if (recovery.credit or 0.0) > recovery.without_approval and not set(DESKS) <= channels:
        given = f"{format_number(recovery.credit or 0.0)}, above {format_number(recovery.without_approval)} "
        allowed = "a credit above `without_approval` where there are a complaint desk and a back office to approve it"
        remedy = "make `without_approval` as large, or add touchpoints with these channels"
        faults.add((*here, "credit"), f"{given}without approval", allowed, remedy)


def _check_training(here: tuple[str, ...], firm: Firm, faults: Faults) -> None:
    for name, touchpoint in (firm.touchpoints or {}).items():
        people = touchpoint.staff not in {None, UNLIMITED} or touchpoint.shifts or touchpoint.staffing
        if touchpoint.training and not people:
            remedy = "write how many people work there, or leave out `training`"
            faults.add(
                (*here, "touchpoints", name, "training"), "training for nobody", "training of people on duty", remedy
            )


def _check_trouble(here: tuple[str, ...], trouble: Trouble | None, faults: Faults) -> None:
    if trouble is None:
        return
    shares = {key: getattr(trouble, key) for key in type(trouble).model_fields}
    written = {key: share for key, share in shares.items() if share is not None}
    total = sum(written.values())
    if total > 1.0 + ROUNDING or (len(written) == len(shares) and total < 1.0 - ROUNDING):
        terms = " + ".join(f"{key} {format_share(share)}" for key, share in written.items() if share)
        given = f"{terms or 'nothing'} = {100.0 * total:.6g} %"
        remedy = "correct one of them" if total < 1.0 else "make one of them smaller"
        faults.add(here, given, "shares of the origins of trouble, 100 % together", remedy)


def _check_arrival(here: tuple[str, ...], firm: Firm, document: Document, faults: Faults) -> None:
    if firm.arrives is None or not _comes_later(firm):
        return
    if firm.arrives.after(document.starts or FIRST_DAY) < 0:
        allowed = "a time from the start of the scenario on, `never`, or 0"
        faults.add((*here, "arrives"), quoted(str(firm.arrives)), allowed, "write 0 if it is there from the start")
    if firm.share:
        given = f"{format_share(firm.share)} of the customers at the start, and `arrives: {firm.arrives}`"
        remedy = "leave out `share`, or write arrives: 0"
        faults.add((*here, "share"), given, "no customers before the firm is there", remedy)


def _check_known(here: tuple[str, ...], firm: Firm, faults: Faults) -> None:
    known = firm.known.figures() if firm.known else {}
    if not known:
        remedy = "write at least one figure, such as {nps: -5 ± 6}, or leave out `known`"
        faults.add((*here, "known"), "no figure", "figures that are known", remedy)
    price = firm.known.price if firm.known else None
    if price is not None and firm.price is not None and price != firm.price:
        given = f"{quoted(str(price))}, but `price: {firm.price}`"
        faults.add((*here, "known", "price"), given, "one price", "leave one of them out")


def _check_baseline(here: tuple[str, ...], firm: Firm, document: Document, faults: Faults) -> None:
    """Refuse what a firm without touchpoints cannot do: it would have no effect."""
    if document.market is None:
        given, remedy = "a firm known by figures, without a market", "add `market`, or leave the firm out"
        faults.add((*here, "known"), given, "figures of a rival in a market", remedy)
        return
    recovery, process, promises = firm.recovery, firm.process, firm.promises
    pulled = {
        ("recovery", "steps"): bool(recovery and recovery.steps),
        ("recovery", "credit"): bool(recovery and recovery.credit),
        ("process", "fixing"): bool(process and process.fixing),
        ("follow_up",): bool(firm.follow_up),
        ("promises", "answer"): bool(promises and (promises.answer or 0) > 0),
        ("promises", "visit"): bool(promises and (promises.visit or 0) > 0),
    }
    for key, given_ in pulled.items():
        if given_:
            allowed = "what figures can say: `known`, `quality`, `spread`, `price`"
            remedy = "give the firm touchpoints and contacts, or remove this"
            faults.add((*here, *key), f"`{'.'.join(key)}` of a firm that is known by figures", allowed, remedy)


def _check_failures(here: tuple[str, ...], firm: Firm, document: Document, faults: Faults) -> None:
    """Refuse a rate of failures at a rival where we have none: nobody could say what they are about."""
    ours = document.firms.get(document.our_firm or "")
    failures = firm.known.failures if firm.known else None
    if failures is not None and ours is not None and baselines.failures_a_year(ours.contacts or {}) <= 0.0:
        given = f"{quoted(str(failures))}, and no contact of {document.our_firm} that a failure causes"
        allowed = "failures that bring customers to us, too"
        remedy = "add a contact with because: failure to our firm, or leave out `failures`"
        faults.add((*here, "known", "failures"), given, allowed, remedy)
