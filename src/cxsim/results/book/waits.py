"""Waits at every touchpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cxsim.measures.waits import open_from
from cxsim.model.plan import MINUTE
from cxsim.results.book.entry import Entry
from cxsim.results.facts import Facts
from cxsim.results.wording import quantity

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.charts.figure import Draw

ROUNDING: Final = 1e-9


def waits_table(facts: Facts) -> pd.DataFrame:
    """Return mean wait and ninth decile, minutes, of all who wanted an agent, by touchpoint and policy.

    `open` tells that in some run the ninth decile is as long as waits are kept apart, or longer.
    """
    import pandas as pd

    table = facts.experiment.frames.touchpoints
    own = table[(table["firm"] == facts.firm) & (table["segment"] == "all")]
    own = own[own["measure"].isin(["wait_all_mean", "wait_p90"])]
    groups = own.groupby(["touchpoint", "policy", "measure"], sort=False)["value"]
    means, longest, most = groups.mean(), groups.max(), open_from() / MINUTE
    rows = [
        (
            touchpoint,
            policy,
            means[touchpoint, policy, "wait_all_mean"],
            means[touchpoint, policy, "wait_p90"],
            bool(longest[touchpoint, policy, "wait_p90"] >= most * (1.0 - ROUNDING)),
        )
        for touchpoint in own["touchpoint"].drop_duplicates()
        for policy in facts.policies
    ]
    return pd.DataFrame(rows, columns=["touchpoint", "policy", "mean", "p90", "open"])


def _waits_title(facts: Facts) -> str:
    for measure in ("wait_all_mean", "wait_mean"):
        rows = [row for row in (facts.row(measure, policy) for policy in facts.others) if row is not None]
        apart = [row for row in rows if not row.tie]
        if apart:
            row = min(apart, key=lambda row: row.difference)
            if row.difference < 0.0:
                waits = f"{quantity(row.mean, row.unit)}, against {quantity(row.reference, row.unit)}"
                return f"The mean wait is shortest under {row.policy}: {waits} under {facts.reference}"
            return f"No policy shortens the waiting; {row.policy} adds {quantity(row.difference, row.unit)}"
        if rows:
            return "Waits under the policies cannot be told apart"
    return "Waits by touchpoint"


def _draw() -> Draw:
    from cxsim.charts.waits import waits

    return waits


ENTRY: Final = Entry("waits", "appendix", "Waits at each touchpoint", _draw, waits_table, _waits_title)
