"""Who stayed, who came back, and why the others are gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cxsim.measures.catalog import CAME_BACK, LOST, LOST_TITLES
from cxsim.results.book.entry import Entry
from cxsim.results.facts import Facts
from cxsim.results.wording import PER_100, fixed

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.charts.figure import Draw

STAYED: Final = "stayed"
RETURNED: Final = "came back"


def leavers_table(facts: Facts) -> pd.DataFrame:
    """Return what became of every 100 starting customers, by policy."""
    import pandas as pd

    rows: list[tuple[str, str, float]] = []
    for policy in facts.policies if facts.has("retention") else ():
        kept, back = facts.values("retention", policy).mean(), facts.values(CAME_BACK, policy).mean()
        rows += [(policy, STAYED, PER_100 * (kept - back)), (policy, RETURNED, PER_100 * back)]
        rows += [
            (policy, title, PER_100 * float(facts.values(name, policy).mean()))
            for name, title in zip(LOST, LOST_TITLES, strict=True)
        ]
    table = pd.DataFrame(rows, columns=["policy", "reason", "per_100"])
    kept_rows = table["reason"].isin([STAYED, RETURNED])
    used = table.groupby("reason")["per_100"].transform("max") > 0.0
    return table[kept_rows | used].reset_index(drop=True)


def _leavers_title(facts: Facts) -> str:
    policy = facts.winner or facts.reference
    shares = {title: facts.row(name, policy) for name, title in zip(LOST, LOST_TITLES, strict=True)}
    known = {title: row.mean for title, row in shares.items() if row is not None and row.mean > 0.0}
    if not known:
        return "Nobody leaves"
    reason = max(known, key=lambda title: known[title])
    lost = fixed(PER_100 * known[reason])
    return f"Under {policy}, the most frequent reason to be gone: {reason}, {lost} of every 100 customers"


def _draw() -> Draw:
    from cxsim.charts.leavers import leavers

    return leavers


ENTRY: Final = Entry("leavers", "appendix", "Who left, and why", _draw, leavers_table, _leavers_title)
