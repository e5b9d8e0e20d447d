"""Customers still with the firm, month by month."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from cxsim.measures.catalog import CATALOG
from cxsim.model.plan import DAY, MONTH
from cxsim.results.book.entry import Entry
from cxsim.results.facts import Facts
from cxsim.results.wording import PER_100, fixed
from cxsim.stats.intervals import mean_interval

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.charts.figure import Draw


def retention_table(facts: Facts) -> pd.DataFrame:
    """Return the share of starting customers with us by month, with intervals over replications."""
    import pandas as pd

    series = facts.experiment.frames.timeseries
    own = series[(series["measure"] == "retention") & (series["firm"] == facts.firm) & (series["segment"] == "all")]
    rows: list[tuple[str, float, float, float, float]] = []
    for policy in facts.policies if facts.has("retention") else ():
        rows.append((policy, 0.0, 1.0, 1.0, 1.0))
        mine = own[own["policy"] == policy]
        for days in sorted(set(mine["time_days"])):
            interval = mean_interval(mine.loc[mine["time_days"] == days, "value"].to_numpy(np.float64))
            limits = CATALOG["retention"].within(interval.low, interval.high)
            rows.append((policy, days * DAY / MONTH, interval.mean, *limits))
    return pd.DataFrame(rows, columns=["policy", "month", "value", "ci_low", "ci_high"])


def _retention_title(facts: Facts) -> str:
    best = facts.winner
    row = facts.row("retention", best or facts.reference)
    if row is None:
        return "Customers kept"
    kept = fixed(PER_100 * row.mean)
    if best is None:
        return f"Of every 100 customers, {kept} are still with {facts.firm} at the end"
    base = fixed(PER_100 * row.reference)
    return f"Under {best}, {kept} of every 100 customers are still with us at the end; {facts.reference}, {base}"


def _options(facts: Facts) -> dict[str, object]:
    made = facts.experiment
    return {"begin": made.scenario.time(made.fork_at) / MONTH} if made.fork_at and facts.others else {}


def _draw() -> Draw:
    from cxsim.charts.retention import retention

    return retention


ENTRY: Final = Entry(
    "retention", "first page", "Customers still with the firm", _draw, retention_table, _retention_title, _options
)
