"""What an answer turns on: the values behind the reasons for which customers stay or go under the winner."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from cxsim.report import assumptions as ledger
from cxsim.report.assumptions import Assumption
from cxsim.results.at_work import idle
from cxsim.results.facts import Facts

# The behaviour modules that a reason for leaving came about through, in the order of the reasons' codes. Giving up is
# waiting too, and ends in an unsolved matter, after which one may leave.
BEHIND: Final[Mapping[str, tuple[str, ...]]] = {
    "lost_to_failure": ("failure", "complaint", "leaving", "organisation"),
    "lost_to_waiting": ("patience", "experience", "leaving"),
    "lost_unsolved": ("experience", "leaving"),
    "lost_to_price": ("choice", "leaving"),
    "lost_to_better_offer": ("choice", "expectation", "leaving"),
    "lost_to_talk": ("talk",),
    "lost_after_complaint": ("complaint", "recovery", "failure"),
    "lost_lapsed": ("choice",),
}
ALWAYS: Final = ("satisfaction",)
CHOSEN: Final = frozenset(("choice", "expectation"))  # how one leaves, for any reason, where nobody gives notice
FELT: Final = 0.1  # share of all that changes, from which a reason matters


def resting_on(facts: Facts) -> tuple[list[Assumption], list[Assumption], list[str]]:
    """Part the values into those of the mechanisms that the answer turns on and the others; name the reasons.

    Left out of the first are values that cannot matter here (`cxsim.results.at_work`). What was inferred about rivals
    belongs to them: every policy is compared beside it.

    Parameters
    ----------
    facts : Facts
    """
    scenario = facts.experiment.scenario
    unused = {f"defaults.{name}" for name in idle(scenario)}
    everything = [*ledger.assumptions(scenario), *_inferred(facts)]
    used = [one for one in everything if one.path not in unused]
    reasons = _moving(facts)
    if facts.has("retention"):
        modules = {*ALWAYS, *(module for reason in reasons for module in BEHIND[reason])}
        market = scenario.document.market
        if reasons and market is not None and market.setting == "noncontractual" and len(scenario.document.firms) > 1:
            modules |= CHOSEN
    else:
        modules = {"patience"}
    first, _ = ledger.resting_on(used, modules)
    chosen = {one.path for one in first}
    return first, [one for one in everything if one.path not in chosen], reasons


def _inferred(facts: Facts) -> list[Assumption]:
    """Return what was inferred about rivals known by figures."""
    return [
        Assumption(
            path, note["value"], "", "", "", note["source"], note["confidence"], ledger.DEFAULT, ledger.FIRMS,
            module=ALWAYS[0],
        )
        for firm in facts.experiment.inference.firms
        for path, note in firm.notes().items()
    ]  # fmt: skip


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
