"""What customers tell: in private and in public."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cxsim.results.book.entry import Entry
from cxsim.results.book.shown import beside
from cxsim.results.facts import Facts
from cxsim.results.wording import figures

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.charts.figure import Draw

# Measure, way of telling (place in charts.talk.WAYS), tone.
MEASURES: Final = (
    ("recommendations", 0, "good"), ("warnings", 0, "bad"),
    ("public_positive", 1, "good"), ("public_negative", 1, "bad"),
)  # fmt: skip


def talk_table(facts: Facts) -> pd.DataFrame:
    """Return recommendations, warnings and reviews per 100 customers a year, by policy, with 95 % intervals.

    A way of telling in which nobody tells anything under any policy is left out.
    """
    import pandas as pd

    from cxsim.charts.talk import WAYS

    rows = []
    for measure, way, tone in MEASURES:
        for policy in facts.policies:
            row = facts.row(measure, policy)
            if row is not None:
                rows.append((WAYS[way], tone, policy, row.mean, row.low, row.high))
    table = pd.DataFrame(rows, columns=["way", "tone", "policy", "value", "ci_low", "ci_high"])
    told = table["value"].fillna(0.0).groupby(table["way"]).transform("max") > 0.0
    return table[told].reset_index(drop=True)


def _title(facts: Facts) -> str:
    """Say how many warnings stand against a recommendation, and what the policy beside as-is does to it."""
    policy = beside(facts)
    texts = []
    for name, word in (("recommendations", "recommendations"), ("warnings", "warnings")):
        row = facts.row(name, policy or facts.reference)
        if row is None:
            return "What customers tell"
        if policy is None:
            texts.append(f"{figures(row.mean)} {word}")
            continue
        change = "no change to be told apart" if row.tie else f"{figures(row.reference)} under {facts.reference}"
        texts.append(f"{figures(row.mean)} {word} ({change})")
    under = f"under {policy}" if policy else ""
    return f"Per 100 customers and year {under}: {' and '.join(texts)}".replace(" :", ":")


def _draw() -> Draw:
    from cxsim.charts.talk import talk

    return talk


ENTRY: Final = Entry("talk", "appendix", "What customers tell, in private and in public", _draw, talk_table, _title)
