"""The chance of leaving, by how long the starting customers have been followed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from cxsim.charts.words import label
from cxsim.results.book.entry import Entry
from cxsim.results.book.over_time import begin_options, month_of
from cxsim.results.book.shown import beside, shown
from cxsim.results.facts import Facts
from cxsim.results.wording import PER_100, fixed
from cxsim.stats.intervals import mean_interval

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.charts.figure import Draw

MOST: Final = 5  # policies: five bands can be told apart
PAUSES: Final = label("Who pauses near the end counts as gone, hence the rise there.")
SPANS: Final = 16  # at most; months are put together until there are no more
WHOLE: Final = 0.75  # of a span: a shorter one goes to the one before it


def tenure_table(facts: Facts) -> pd.DataFrame:
    """Return the chance of leaving in a month, by span of time since the start, with intervals over replications.

    Notes
    -----
    Discrete hazard of the life table on first leavings, all reasons together: of n at risk when a span of L months
    begins, d leave within it; the chance a month is h = 1 - (1 - d / n) ** (1 / L). Nobody is censored before the
    horizon. Kalbfleisch & Prentice (2002), The Statistical Analysis of Failure Time Data, section 1.4.
    """
    import pandas as pd

    table = facts.experiment.frames.cohorts
    own = table[(table["firm"] == facts.firm) & (table["segment"] == "all")]
    rows: list[tuple[str, float, float, float, float, float]] = []
    for policy in shown(facts, MOST) if facts.has("retention") else ():
        mine = own[own["policy"] == policy]
        if mine.empty:
            continue
        # The reasons of one leaving are rows of their own; who is at risk stands in each of them.
        both = mine.pivot_table(
            index="replication",
            columns="tenure_days",
            values=["left", "at_risk"],
            aggfunc={"left": "sum", "at_risk": "first"},
        )
        left, risk = (both[name].to_numpy(np.float64) for name in ("left", "at_risk"))
        ends = np.array([month_of(days) for days in sorted(set(mine["tenure_days"]))])
        for first, last in spans(ends):
            begin = float(ends[first - 1]) if first else 0.0
            length = float(ends[last]) - begin
            chance = monthly(risk[:, first], left[:, first : last + 1].sum(axis=1), length)
            if np.isfinite(chance).any():
                interval = mean_interval(chance)
                limits = max(interval.low, 0.0), min(interval.high, 1.0)
                rows.append((policy, begin, float(ends[last]), interval.mean, *limits))
    return pd.DataFrame(rows, columns=["policy", "begin", "end", "value", "ci_low", "ci_high"])


def monthly(at_risk: NDArray[np.float64], left: NDArray[np.float64], length: float) -> NDArray[np.float64]:
    """Return the chance of leaving in a month that leads to so many leaving in `length` months; NaN for nobody."""
    kept: NDArray[np.float64] = 1.0 - np.divide(left, at_risk, out=np.full(at_risk.shape, np.nan), where=at_risk > 0)
    chance: NDArray[np.float64] = 1.0 - np.power(kept, 1.0 / length)
    return chance


def spans(ends: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Put periods together into spans of equally many whole months; first and last period of each.

    Parameters
    ----------
    ends : (n,) float64
        Months from the start at which periods end, rising.
    """
    if not ends.size:
        return []
    months = max(1, math.ceil(float(ends[-1]) / SPANS - 1e-9))
    if ends[-1] < 1.0:  # less than a month: every period by itself
        return [(place, place) for place in range(ends.size)]
    found: list[tuple[int, int]] = []
    first, begin = 0, 0.0
    for place, end in enumerate(ends):
        if end - begin >= WHOLE + months - 1:
            found.append((first, place))
            first, begin = place + 1, float(end)
    if first < ends.size:
        if found and ends[-1] - begin < WHOLE * months:
            found[-1] = (found[-1][0], ends.size - 1)
        else:
            found.append((first, ends.size - 1))
    return found


def _title(facts: Facts) -> str:
    """Say how many leave in a month, under as-is and the best policy, and when most do."""
    table = tenure_table(facts)
    if table.empty:
        return "Chance of leaving by tenure"
    own = table[table["policy"] == facts.reference]
    policy = beside(facts)
    if policy is None or own.empty:
        own = table[table["policy"] == table["policy"].iloc[0]]
    told = f"{_all(own)} leave a month under {own['policy'].iloc[0]}"
    if policy is not None:
        told += f", {_all(table[table['policy'] == policy])} under {policy}"
    # Where nobody says good-bye, who pauses near the end counts as gone, and a peak there says nothing.
    if len(own) == 1 or not _is_contractual(facts):
        return f"Of 100 customers {told}"
    most = own.iloc[int(own["value"].to_numpy().argmax())]
    span = f"{fixed(round(most['begin']))} to {fixed(round(most['end']))}"
    return f"Of 100 customers {told}; {most['policy']} loses most in months {span}"


def _all(own: pd.DataFrame) -> str:
    """Write the chance of the whole time: the mean over the months."""
    length = own["end"] - own["begin"]
    return f"{PER_100 * float((own['value'] * length).sum() / length.sum()):.1f}"


def _is_contractual(facts: Facts) -> bool:
    market = facts.experiment.scenario.document.market
    return market is None or market.setting != "noncontractual"


def _options(facts: Facts) -> dict[str, Any]:
    note = "" if _is_contractual(facts) else PAUSES
    return {"among": facts.policies, "note": note, **begin_options(facts)}


def _draw() -> Draw:
    from cxsim.charts.tenure import tenure

    return tenure


ENTRY: Final = Entry("tenure", "appendix", "Chance of leaving by tenure", _draw, tenure_table, _title, _options)
