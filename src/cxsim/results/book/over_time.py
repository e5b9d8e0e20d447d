"""Measures period by period, as lines with bands: what the charts over time are drawn from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cxsim.measures.catalog import CATALOG
from cxsim.model.plan import DAY, MONTH
from cxsim.results.facts import Facts
from cxsim.stats.intervals import mean_interval

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: Final = ("month", "value", "ci_low", "ci_high")
STUB: Final = 0.5  # months: what a shorter last period shows is little more than chance


def month_of(days: float) -> float:
    """Return days from the start as months."""
    return days * DAY / MONTH


def begin_options(facts: Facts) -> dict[str, Any]:
    """Return from which month policies count their time, where that is not the start."""
    made = facts.experiment
    return {"begin": made.scenario.time(made.fork_at) / MONTH} if made.fork_at and facts.others else {}


def course(facts: Facts, measure: str, firm: str, policy: str) -> list[tuple[float, float, float, float]]:
    """Return month, mean and 95 % interval over replications of a measure at the end of every period after the start.

    Parameters
    ----------
    facts : Facts
    measure, firm, policy : str

    Returns
    -------
    list of (float, float, float, float)
        Cut where no value of the measure can be. Without the warm-up, and without a last period of less than half a
        month where others are there. A period in which a replication has no value is not-a-number.
    """
    own = _of(facts.experiment.frames.timeseries, measure, firm)
    mine = own[own["policy"] == policy]
    found: list[tuple[float, float, float, float]] = []
    for days, values in mine.groupby("time_days", sort=True)["value"]:
        interval = mean_interval(values.to_numpy(np.float64))
        limits = CATALOG[measure].within(interval.low, interval.high)
        found.append((month_of(float(days)), interval.mean, *limits))  # type: ignore[arg-type]
    if len(found) > 1 and found[-1][0] - found[-2][0] < STUB:
        found.pop()
    return found


def _of(series: pd.DataFrame, measure: str, firm: str) -> pd.DataFrame:
    chosen = (series["measure"] == measure) & (series["firm"] == firm) & (series["segment"] == "all")
    return series[chosen & (series["period"] > 0)]
