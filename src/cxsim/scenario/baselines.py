"""Competitor baselines: firms of which a few figures are known, and neither touchpoints nor contacts.

Their customers have the same needs as ours. For each contact of our firm a baseline has one of the same name, without
a journey, as often as ours; those `because: failure` happen as often in sum as the known `failures` say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from cxsim.scenario.models import Contact, Document, Firm
from cxsim.units import YEAR

SERVED: Final = ("touchpoints", "contacts", "arrivals")
# What is put in the place of figures that are not known: minutes or share, source, confidence. In lever order.
UNKNOWN: Final[Mapping[str, tuple[float, str, str]]] = {
    "wait_mean": (3.0, "assumption: a short line", "assumption"),
    "first_contact_resolution": (0.7, "assumption: .6 to .8 of matters", "assumption"),
    "recovery_rate": (0.32, "National Customer Rage Study (2020): complainers who were satisfied", "survey"),
}

Contacts = Mapping[str, Contact]


def is_known_by_figures(name: str, firm: Mapping[str, Any], our_firm: str | None) -> bool:
    """Whether a firm, as nested text, is a baseline; our own firm never is."""
    return name != our_firm and "known" in firm and not any(firm.get(section) for section in SERVED)


def is_baseline(document: Document, name: str) -> bool:
    """Whether a firm is known by figures only; our own firm never is."""
    firm = document.firms[name]
    return name != document.our_firm and firm.known is not None and not any(getattr(firm, key) for key in SERVED)


def contacts_of(document: Document) -> dict[str, Contacts]:
    """Return the contacts of the persons at each baseline, by firm.

    Parameters
    ----------
    document
        A resolved scenario without a policy laid over it: what our firm changes does not change its rivals.
    """
    ours = document.firms[document.our_firm].contacts if document.our_firm else None
    found: dict[str, Contacts] = {}
    for name, firm in document.firms.items():
        if is_baseline(document, name) and document.market is not None:
            found[name] = _like_ours(firm, ours or {})
    return found


def figures_of_baselines(document: Document) -> dict[str, dict[str, tuple[float, float]]]:
    """Return the figures that each baseline is known by, as (value, margin) in the unit of the measure."""
    return {
        name: {key: (figure.value, figure.margin) for key, figure in firm.known.figures().items()}
        for name, firm in document.firms.items()
        if firm.known is not None and is_baseline(document, name)
    }


def failures_a_year(contacts: Contacts) -> float:
    """Return how often contacts `because: failure` happen, per customer and year."""
    return sum(c.happens.per_microsecond * YEAR for c in contacts.values() if c.because == "failure")


def _like_ours(firm: Firm, ours: Contacts) -> Contacts:
    known = firm.known.failures if firm.known else None
    usual = failures_a_year(ours)
    found = {}
    for name, contact in ours.items():
        happens = contact.happens
        if contact.because == "failure" and known is not None and usual > 0.0:
            happens = replace(happens, amount=happens.amount * known.value / usual)
        found[name] = contact.model_copy(update={"journey": (), "happens": happens})
    return found
