"""What an answer rests on: the assumptions behind the reasons for which customers stay or go under the winner."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from cxsim.report import assumptions as ledger
from cxsim.report.assumptions import Assumption
from cxsim.results.facts import Facts

# The behaviour modules that a reason for leaving came about through, in the order of the reasons' codes.
BEHIND: Final[Mapping[str, tuple[str, ...]]] = {
    "lost_to_failure": ("failure", "complaint", "leaving", "organisation"),
    "lost_to_waiting": ("patience", "experience"),
    "lost_unsolved": ("experience", "leaving"),
    "lost_to_price": ("choice", "leaving"),
    "lost_to_better_offer": ("choice", "expectation", "leaving"),
    "lost_to_talk": ("talk",),
    "lost_after_complaint": ("complaint", "recovery", "failure"),
    "lost_lapsed": ("choice",),
}
ALWAYS: Final = ("satisfaction",)
FELT: Final = 0.1  # share of all that changes, from which a reason matters


def resting_on(facts: Facts) -> tuple[list[Assumption], list[Assumption], list[str]]:
    """Part the assumptions into those the answer rests on and the others; name the reasons that part them.

    Parameters
    ----------
    facts : Facts
    """
    everything = ledger.assumptions(facts.experiment.scenario)
    reasons = _moving(facts)
    if facts.has("retention"):
        modules = {*ALWAYS, *(module for reason in reasons for module in BEHIND[reason])}
    else:
        modules = {"patience"}
    first, rest = ledger.resting_on(everything, modules)
    return first, rest, reasons


def _moving(facts: Facts) -> list[str]:
    """Name the reasons for leaving that the winner changes most, or, where nothing wins, for which most leave."""
    best = facts.winner
    moved: dict[str, float] = {}
    for reason in BEHIND:
        row = facts.row(reason, best or facts.reference)
        value = math.nan if row is None else row.difference if best is not None else row.mean
        if math.isfinite(value):
            moved[reason] = abs(value)
    whole = sum(moved.values())
    return [reason for reason, value in moved.items() if value > 0.0 and value >= FELT * whole]
