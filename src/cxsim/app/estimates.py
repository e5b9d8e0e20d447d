"""What the runs of a setting say so far: each measure, its difference from as-is, and intervals."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxsim.app.live import LiveColumns, Pairs
from cxsim.measures.catalog import ABOVE_AS_IS, CATALOG
from cxsim.stats.intervals import mean_interval

Array = NDArray[np.float64]

# What the page shows large, the first three that a scenario has; cost is shown beside them.
HEADLINES: Final = (
    "retention", "won_by_recommendation", "profit", "nps", "abandonment_rate", "wait_mean", "service_level",
)  # fmt: skip
LARGE: Final = 3
COST: Final = "policy_cost"
FEW: Final = 5  # below so many paired replications an interval of their spread means little, and nothing is claimed


class Estimate(NamedTuple):
    """A measure of a setting, from the replications that are there.

    Attributes
    ----------
    measure : str
    unit : str
        Of all values.
    n : int
        Paired replications.
    mean, as_is : float
        NaN before the first, and where one of the runs has no such value.
    difference, low, high : float
        Mean of the paired differences and its 95 % t interval; the ends are NaN before the second replication. Of what
        is counted above as-is anyway, such as the cost of a policy, it is that itself.
    """

    measure: str
    unit: str
    n: int
    mean: float
    as_is: float
    difference: float
    low: float
    high: float

    @property
    def told(self) -> bool:
        """Whether there are runs enough, and the interval lies on one side of 0."""
        return not self.early and (self.low > 0.0 or self.high < 0.0)

    @property
    def early(self) -> bool:
        """Whether there are too few runs yet to claim anything."""
        return self.n < FEW

    @property
    def ends(self) -> tuple[float, float]:
        """Ends of the interval as they are shown: NaN where it is too early for one, or it has no width."""
        return (math.nan, math.nan) if self.early or not self.low < self.high else (self.low, self.high)

    @property
    def good(self) -> bool:
        """Whether the difference goes the way that a firm wants."""
        return (self.difference > 0.0) == (CATALOG[self.measure].better == "higher")


class Curve(NamedTuple):
    """Retention month by month: means, and the interval of the paired difference laid around the setting's mean.

    The interval is cut at 0 and 1, and NaN before there are runs enough.
    """

    months: Array
    setting: Array
    as_is: Array
    low: Array
    high: Array


def shown_measures(columns: LiveColumns, wished: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the measures that the page shows: three large ones, and the cost of the policy.

    Parameters
    ----------
    columns : LiveColumns
    wished : tuple of str
        The `measures` of the scenario, which fill up where the usual ones do not exist.
    """
    known = columns.measures()
    large = [name for name in dict.fromkeys((*HEADLINES, *wished)) if name in known and name not in ABOVE_AS_IS]
    return (*large[:LARGE], *([COST] if COST in known else []))


def estimate(columns: LiveColumns, pairs: Pairs, measure: str) -> Estimate:
    """Return what is known of a measure.

    Parameters
    ----------
    columns : LiveColumns
    pairs : Pairs
    measure : str
        Of `shown_measures`.

    References
    ----------
    Law (2015), sections 10.2.1 (paired-t interval) and 11.2 (common random numbers).
    """
    unit = columns.unit(measure)
    runs = np.array([columns.value(measure, run, base) for run, base in zip(pairs.runs, pairs.as_is, strict=True)])
    if measure in ABOVE_AS_IS:
        base = np.zeros(len(runs))
    else:
        base = np.array([columns.value(measure, row, None) for row in pairs.as_is])
    if not runs.size:
        return Estimate(measure, unit, 0, *(math.nan,) * 5)
    mean, low, high = mean_interval(runs - base)[:3]
    return Estimate(measure, unit, len(runs), float(runs.mean()), float(base.mean()), mean, low, high)


def curve(columns: LiveColumns, pairs: Pairs, base: Pairs) -> Curve | None:
    """Return retention month by month; None without customers, or before the first run of as-is.

    Parameters
    ----------
    columns : LiveColumns
    pairs : Pairs
        Of the setting; while it has none, only the line of as-is is known.
    base : Pairs
        Of as-is.
    """
    known = pairs.as_is if pairs.n else base.runs
    as_is = np.array([columns.curve(row) for row in known])
    if not as_is.size:
        return None
    nothing = np.full(as_is.shape[1], math.nan)
    runs = np.array([columns.curve(row) for row in pairs.runs])
    mean, low, high = (runs.mean(axis=0) if runs.size else nothing), nothing, nothing
    if len(runs) >= FEW:
        ends = [mean_interval(column)[:3] for column in (runs - as_is).T]
        gaps = (np.array([one[side] for one in ends]) for side in (1, 2))
        low, high = (np.clip(as_is.mean(axis=0) + gap, 0.0, 1.0) for gap in gaps)
    return Curve(columns.months, mean, as_is.mean(axis=0), low, high)
