"""The charts of a comparison: tables cut to what each chart takes, with titles that state the finding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cxsim.measures.catalog import CAME_BACK, CATALOG, LOST, LOST_TITLES
from cxsim.model.plan import DAY, MONTH
from cxsim.results.answer import finding, winner
from cxsim.results.facts import Facts
from cxsim.results.wording import PER_100, difference, fixed, quantity
from cxsim.stats.intervals import mean_interval

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from cxsim.charts.book import Caption
    from cxsim.charts.figure import Chart

STAYED: Final = "stayed"
RETURNED: Final = "came back"


class Plots:
    """Charts of our firm; each draws on the Axes it is given, or makes a `Chart` of its own.

    Parameters
    ----------
    facts : Facts
    """

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def retention(self, ax: Axes | None = None) -> Axes | Chart:
        """Draw how many of the starting customers are with us, month by month, with intervals."""
        from cxsim.charts.retention import retention

        return self._draw("retention", retention, retention_table(self._facts), ax)

    def differences(self, ax: Axes | None = None) -> Axes | Chart:
        """Draw the difference of every policy from as-is on the measure that ranks them."""
        from cxsim.charts.differences import differences

        return self._draw("differences", differences, differences_table(self._facts), ax)

    def waits(self, ax: Axes | None = None) -> Axes | Chart:
        """Draw mean waits and slowest tenths at every touchpoint."""
        from cxsim.charts.waits import waits

        return self._draw("waits", waits, waits_table(self._facts), ax)

    def leavers(self, ax: Axes | None = None) -> Axes | Chart:
        """Draw who stayed, who came back, and why the others are gone."""
        from cxsim.charts.leavers import leavers

        return self._draw("leavers", leavers, leavers_table(self._facts), ax)

    def all(self) -> dict[str, Chart]:
        """Return all charts that there is something to draw for, by name."""
        from cxsim.charts.book import chart_book

        options = {name: _options(self._facts, name) for name in ("retention", "differences", "waits", "leavers")}
        return chart_book(tables_of(self._facts), captions_of(self._facts), options)

    def _draw(self, name: str, draw: Any, table: pd.DataFrame, ax: Axes | None) -> Axes | Chart:
        from cxsim.charts.figure import make_chart

        options = _options(self._facts, name)
        if ax is None:
            return make_chart(draw, table, captions_of(self._facts)[name], **options)
        drawn: Axes = draw(table, ax, **options)
        return drawn


def _options(facts: Facts, name: str) -> dict[str, object]:
    more = {"measure": CATALOG[facts.headline].title} if name == "differences" else {}
    return {"reference": facts.reference, **more}


def tables_of(facts: Facts) -> dict[str, pd.DataFrame]:
    """Return the table of every chart; an empty one where there is nothing to draw."""
    return {
        "retention": retention_table(facts),
        "differences": differences_table(facts),
        "waits": waits_table(facts),
        "leavers": leavers_table(facts),
    }


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
            rows.append((policy, days * DAY / MONTH, interval.mean, interval.low, interval.high))
    return pd.DataFrame(rows, columns=["policy", "month", "value", "ci_low", "ci_high"])


def differences_table(facts: Facts) -> pd.DataFrame:
    """Return the rows of `comparison.csv` on the measure that ranks the policies."""
    table = facts.contrast
    own = (table["firm"] == facts.firm) & (table["segment"] == "all") & (table["measure"] == facts.headline)
    return table[own & (table["policy"] != facts.reference)]


def waits_table(facts: Facts) -> pd.DataFrame:
    """Return mean wait and ninth decile, minutes, of all who wanted an agent, by touchpoint and policy."""
    import pandas as pd

    table = facts.experiment.frames.touchpoints
    own = table[(table["firm"] == facts.firm) & (table["segment"] == "all")]
    own = own[own["measure"].isin(["wait_all_mean", "wait_p90"])]
    means = own.groupby(["touchpoint", "policy", "measure"], sort=False)["value"].mean()
    rows = [
        (touchpoint, policy, means[touchpoint, policy, "wait_all_mean"], means[touchpoint, policy, "wait_p90"])
        for touchpoint in own["touchpoint"].drop_duplicates()
        for policy in facts.policies
    ]
    return pd.DataFrame(rows, columns=["touchpoint", "policy", "mean", "p90"])


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


def captions_of(facts: Facts) -> dict[str, Caption]:
    """Return titles that state the finding, and a footnote with source and n."""
    from cxsim.charts.book import Caption

    made = facts.experiment
    runs = f"{made.replications} replication{'s' if made.replications != 1 else ''}"
    source = f"Simulated by cxsim from {made.scenario.name}, {runs}, seed {made.seed}."
    titles = {
        "retention": _retention_title(facts),
        "differences": finding(facts),
        "waits": _waits_title(facts),
        "leavers": _leavers_title(facts),
    }
    return {name: Caption(title, source) for name, title in titles.items()}


def _retention_title(facts: Facts) -> str:
    best = winner(facts)
    row = facts.row("retention", best or facts.reference)
    if row is None:
        return "Customers kept"
    kept = fixed(PER_100 * row.mean)
    if best is None:
        return f"Of every 100 customers, {kept} are still with {facts.firm} at the end"
    base = fixed(PER_100 * row.reference)
    return f"Under {best}, {kept} of every 100 customers are still with us at the end; {facts.reference}, {base}"


def _waits_title(facts: Facts) -> str:
    for measure in ("wait_all_mean", "wait_mean"):
        rows = [row for row in (facts.row(measure, policy) for policy in facts.others) if row is not None]
        apart = [row for row in rows if not row.tie]
        if apart:
            row = min(apart, key=lambda row: row.difference)
            if row.difference < 0.0:
                waits = f"{quantity(row.mean, row.unit)}, against {quantity(row.reference, row.unit)}"
                return f"The mean wait is shortest under {row.policy}: {waits} under {facts.reference}"
            return f"No policy shortens the waiting; {row.policy} adds {difference(row.difference, row.unit)}"
        if rows:
            return "Waits under the policies cannot be told apart"
    return "Waits by touchpoint"


def _leavers_title(facts: Facts) -> str:
    policy = winner(facts) or facts.reference
    shares = {title: facts.row(name, policy) for name, title in zip(LOST, LOST_TITLES, strict=True)}
    known = {title: row.mean for title, row in shares.items() if row is not None and row.mean > 0.0}
    if not known:
        return "Nobody leaves"
    reason = max(known, key=lambda title: known[title])
    lost = fixed(PER_100 * known[reason])
    return f"Under {policy}, the most frequent reason to be gone is {reason}: {lost} of every 100 customers"
