"""The tables of the charts: what a comparison found, cut to what each chart takes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from cxsim.measures.catalog import CAME_BACK, CATALOG, LOST, LOST_TITLES, unit_of
from cxsim.model.plan import DAY, MONTH
from cxsim.results.facts import Facts
from cxsim.results.wording import PER_100
from cxsim.scenario.baselines import is_baseline
from cxsim.stats.intervals import mean_interval

if TYPE_CHECKING:
    import pandas as pd

STAYED: Final = "stayed"
RETURNED: Final = "came back"
MOST_FIGURES: Final = 6
# Figures in which firms are put side by side where nothing is known from outside, after those the scenario asks for.
USUAL_FIGURES: Final = ("retention", "nps", "nps_true", "churn", "csat", "csat_true", "wait_mean", "market_share")
NOT_OF_RIVALS: Final = frozenset(("policy_cost", "written_cost", "payback", "profit", "wages", "revenue", "customers"))
PRICE: Final = "price"


class Cell(NamedTuple):
    """One figure of one firm, for the chart that puts our firm beside each rival.

    Attributes
    ----------
    measure : str
        Name of the measure, or `price`.
    figure, unit : str
        What it is called, and in what it is counted.
    firm, policy : str
    row : str
        How the firm (ours: under a policy) is named on the chart.
    value, low, high : float
        With the margin of what is known, or the 95 % interval of what is simulated.
    origin : str
        published, recorded, simulated or inferred.
    """

    measure: str
    figure: str
    unit: str
    firm: str
    policy: str
    row: str
    value: float
    low: float
    high: float
    origin: str


def tables_of(facts: Facts) -> dict[str, pd.DataFrame]:
    """Return the table of every chart; an empty one where there is nothing to draw."""
    return {
        "league": league_table(facts),
        "differences": differences_table(facts),
        "retention": retention_table(facts),
        "dissatisfied": dissatisfied_table(facts),
        "rivals": rivals_table(facts),
        "waits": waits_table(facts),
        "leavers": leavers_table(facts),
    }


def league_table(facts: Facts) -> pd.DataFrame:
    """Return the rows of `comparison.csv` on the measure that ranks the policies, the reference among them."""
    table = facts.contrast
    return table[(table["firm"] == facts.firm) & (table["segment"] == "all") & (table["measure"] == facts.headline)]


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
    table = league_table(facts)
    return table[table["policy"] != facts.reference]


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


def dissatisfied_table(facts: Facts) -> pd.DataFrame:
    """Return what became of every 100 occasions on which a failure hurt a customer, by policy.

    Means over the replications in which anybody was hurt; none where failures hurt nobody under any policy.
    """
    import pandas as pd

    from cxsim.charts.dissatisfied import FATES, LEFT_AFTER

    rows: list[tuple[str, str, float]] = []
    known = facts.has("silent_exits") and facts.has("voice_rate")
    for policy in facts.policies if known else ():
        silent, spoke = facts.values("silent_exits", policy), facts.values("voice_rate", policy)
        # Nobody complained: nothing was made good.
        made_good = spoke * np.nan_to_num(_values(facts, "recovery_rate", policy, silent.size))
        after = _values(facts, "voiced_exits", policy, silent.size)
        parts = (silent, spoke - made_good, made_good, 1.0 - silent - spoke)
        rows += [(policy, fate, PER_100 * _mean(part)) for fate, part in zip(FATES, parts, strict=True)]
        rows.append((policy, LEFT_AFTER, PER_100 * _mean(after)))
    return pd.DataFrame(rows, columns=["policy", "fate", "per_100"])


def _values(facts: Facts, measure: str, policy: str, size: int) -> np.ndarray:
    values = facts.values(measure, policy)
    return values if values.size == size else np.full(size, np.nan)


def _mean(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else math.nan


def rivals_table(facts: Facts) -> pd.DataFrame:
    """Return our firm, under the reference and the winner, beside each rival on the figures that are known.

    Where nothing is known from outside, firms that are simulated in full stand side by side on the usual figures.
    """
    import pandas as pd

    cells = list(cells_of(facts))
    return pd.DataFrame(cells, columns=list(Cell._fields))


def cells_of(facts: Facts) -> Iterator[Cell]:
    """Yield what `rivals_table` holds, figure by figure."""
    document = facts.experiment.scenario.document
    if len(document.firms) < 2:  # noqa: PLR2004 -- one firm has no rivals
        return
    best = facts.winner
    ours = [facts.reference, *([best] if best is not None else [])]
    others = [name for name in document.firms if name != facts.firm]
    places = [(facts.firm, policy, f"{facts.firm}, {policy}") for policy in ours]
    places += [(name, facts.reference, name) for name in others]
    for measure in _figures(facts):
        for firm, policy, row in places:
            yield from _known(facts, measure, firm, policy, row)
            yield from _simulated(facts, measure, firm, policy, row)


def _figures(facts: Facts) -> list[str]:
    """Name the figures: those known of any firm; those asked for and the usual ones where nothing is known."""
    document = facts.experiment.scenario.document
    known = [name for firm in document.firms.values() if firm.known for name in firm.known.figures()]
    found = list(dict.fromkeys(name for name in known if name == PRICE or facts.has(name)))
    if not found:
        others = {row["measure"] for row in _of_rivals(facts)}
        usual = (*facts.wanted, *USUAL_FIGURES)
        found = [name for name in dict.fromkeys(usual) if name in others and facts.has(name)]
        found = [name for name in found if not (name.endswith("_true") and name.removesuffix("_true") in found)]
    return [name for name in found if name not in NOT_OF_RIVALS][:MOST_FIGURES]


def _of_rivals(facts: Facts) -> list[dict[str, object]]:
    table = facts.contrast
    rows = table[(table["firm"] != facts.firm) & (table["segment"] == "all") & (table["policy"] == facts.reference)]
    return [{str(key): value for key, value in row.items()} for row in rows[rows["mean"].notna()].to_dict("records")]


def _known(facts: Facts, measure: str, firm: str, policy: str, row: str) -> Iterator[Cell]:
    """Yield what is recorded of us (beside the policy that changes nothing) or published of a rival."""
    found = facts.experiment.scenario.document.firms[firm]
    figures = found.known.figures() if found.known else {}
    unit = unit_of(measure, facts.currency) if measure != PRICE else facts.currency
    title = CATALOG[measure].title if measure != PRICE else PRICE
    origin = "recorded" if firm == facts.firm else "published"
    if firm == facts.firm and policy != facts.reference:
        return
    if measure in figures:
        value, margin = figures[measure].value, figures[measure].margin
        yield Cell(measure, title, unit, firm, policy, row, value, value - margin, value + margin, origin)
    elif measure == PRICE and found.price is not None and found.price.amount > 0.0:
        value = found.price.amount
        yield Cell(measure, title, unit, firm, policy, row, value, value, value, origin)


def _simulated(facts: Facts, measure: str, firm: str, policy: str, row: str) -> Iterator[Cell]:
    """Yield the simulated figure of the time that known figures describe: a year, or until a new firm comes.

    A firm that comes later has no figure then, and is shown over the whole run.
    """
    table = facts.contrast
    chosen = (table["measure"] == measure) & (table["firm"] == firm) & (table["policy"] == policy)
    values = facts.described(measure, policy, firm)
    document = facts.experiment.scenario.document
    known = document.firms[firm].known
    inferred = is_baseline(document, firm) and not (known and measure in known.figures())
    for found in table[chosen & (table["segment"] == "all")].to_dict("records"):
        if math.isfinite(found["mean"]):
            numbers = found["mean"], found["ci_low"], found["ci_high"]
            if np.isfinite(values).all():
                then = mean_interval(values)
                numbers = then.mean, *CATALOG[measure].within(then.low, then.high)
            origin = "inferred" if inferred else "simulated"
            yield Cell(measure, CATALOG[measure].title, found["unit"], firm, policy, row, *numbers, origin)
