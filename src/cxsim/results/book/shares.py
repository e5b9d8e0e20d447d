"""Shares of the market over time, of all firms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cxsim.results.book.entry import Entry
from cxsim.results.book.over_time import COLUMNS, begin_options, course
from cxsim.results.book.shown import beside, shown
from cxsim.results.facts import Facts
from cxsim.results.wording import quantity

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.charts.figure import Draw


def shares_table(facts: Facts) -> pd.DataFrame:
    """Return the share of every firm at the end of every period, under as-is and the policy beside it."""
    import pandas as pd

    firms = tuple(facts.experiment.scenario.document.firms)
    known = len(firms) > 1 and facts.has("market_share")
    rows = [
        (policy, firm, *point)
        for policy in (shown(facts, 2) if known else ())
        for firm in firms
        for point in course(facts, "market_share", firm, policy)
    ]
    return pd.DataFrame(rows, columns=["policy", "firm", *COLUMNS])


def _title(facts: Facts) -> str:
    """Say what share we have at the end, and whether the policy changes it."""
    policy = beside(facts)
    row = facts.row("market_share", policy or facts.reference)
    if row is None:
        return "Shares of the market"
    if policy is None:
        return f"{facts.firm} ends with {quantity(row.mean, row.unit)} of the market"
    both = f"{quantity(row.mean, row.unit)} of the market under {policy}, {quantity(row.reference, row.unit)} under"
    said = f"{facts.firm} ends with {both} {facts.reference}"
    return f"{said}, which cannot be told apart" if row.tie and facts.experiment.replications > 1 else said


def _options(facts: Facts) -> dict[str, Any]:
    return {"firm": facts.firm, **begin_options(facts)}


def _draw() -> Draw:
    from cxsim.charts.shares import shares

    return shares


ENTRY: Final = Entry("shares", "appendix", "Shares of the market over time", _draw, shares_table, _title, _options)
