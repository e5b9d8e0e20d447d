"""Net promoter score and satisfaction over time, as surveyed and as they truly are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cxsim.measures.catalog import CATALOG
from cxsim.results.book.entry import Entry
from cxsim.results.book.over_time import COLUMNS, begin_options, course
from cxsim.results.book.shown import shown
from cxsim.results.facts import Facts
from cxsim.results.wording import quantity

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.charts.figure import Draw

MOST: Final = 2  # policies, each with two lines
SCORES: Final = ("nps", "csat")


def scores_table(facts: Facts) -> pd.DataFrame:
    """Return both scores of our firm at the end of every period, under as-is and the best of the other policies."""
    import pandas as pd

    from cxsim.charts.scores import KINDS

    rows = [
        (CATALOG[name].title, CATALOG[name].unit, kind, policy, *point)
        for name in SCORES
        for policy in shown(facts, MOST)
        for kind, measure in zip(KINDS, (name, f"{name}_true"), strict=True)
        if facts.has(measure)
        for point in course(facts, measure, facts.firm, policy)
    ]
    table = pd.DataFrame(rows, columns=["score", "unit", "kind", "policy", *COLUMNS])
    # A line needs two points.
    known = table["value"].notna().groupby([table["score"], table["kind"], table["policy"]]).transform("sum")
    return table[known > 1].reset_index(drop=True)


def _title(facts: Facts) -> str:
    """Say what the survey shows at the end, and by how much it is beside the truth."""
    for name in SCORES:
        found = []
        for policy in shown(facts, MOST):
            row, true = facts.row(name, policy), facts.row(f"{name}_true", policy)
            if row is not None and np.isfinite(row.mean):
                beside = ""
                if true is not None and np.isfinite(true.mean) and policy == facts.reference:
                    beside = f" (truly {quantity(true.mean, true.unit)})"
                found.append(f"{quantity(row.mean, row.unit)} under {policy}{beside}")
        if found:
            when = " at the end" if CATALOG[name].aggregates == "last" else ""
            title = CATALOG[name].title
            return f"{title[:1].upper()}{title[1:]}{when}: {', '.join(found)}"
    return "Net promoter score and satisfaction"


def _options(facts: Facts) -> dict[str, Any]:
    return {"among": facts.policies, **begin_options(facts)}


def _draw() -> Draw:
    from cxsim.charts.scores import scores

    return scores


ENTRY: Final = Entry(
    "scores", "appendix", "Net promoter score and satisfaction over time", _draw, scores_table, _title, _options
)
