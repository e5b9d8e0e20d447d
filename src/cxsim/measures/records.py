"""Figures that a firm or a rival is known by, beside what the simulation shows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cxsim.stats.intervals import mean_interval

if TYPE_CHECKING:
    import numpy.typing as npt


class Record(NamedTuple):
    """One known figure and its simulated counterpart, both in the unit of the measure.

    Attributes
    ----------
    figure : str
        Name of the measure.
    recorded, margin : float
        As known, and its margin (95 %).
    simulated, ci_low, ci_high : float
        Mean over replications with its 95 % interval; NaN where it is not simulated, the interval also for one run.
    met : bool or None
        Whether the simulated mean lies within the margin of the recorded figure; None where it is not simulated.
    """

    figure: str
    recorded: float
    margin: float
    simulated: float
    ci_low: float
    ci_high: float
    met: bool | None


def records(known: Mapping[str, tuple[float, float]], measures: Mapping[str, npt.ArrayLike]) -> tuple[Record, ...]:
    """Hold known figures against simulated ones.

    A figure is met when the mean over replications differs from it by no more than its margin. A surveyed figure
    (`nps`, not `nps_true`) is to be compared with a recorded one, because the record comes from a survey.

    Parameters
    ----------
    known : mapping
        Name of a measure to (value, margin), in the unit of the measure: shares 0 to 1, churn a month, minutes, points.
    measures : mapping
        Name of a measure to its values, one per replication, of the same firm under as-is.

    Returns
    -------
    tuple of Record
        In the order of `known`; a figure that no measure answers to is a row that is not simulated.

    Raises
    ------
    ValueError
        When a margin is negative.
    """
    found = []
    for figure, (value, margin) in known.items():
        if not margin >= 0.0:
            message = f"{figure}: the margin {margin} is negative; 0 or more is needed"
            raise ValueError(message)
        sample = np.asarray(measures.get(figure, ()), dtype=np.float64)
        if not sample.size or not np.isfinite(sample).all():
            found.append(Record(figure, value, margin, math.nan, math.nan, math.nan, None))
            continue
        mean = mean_interval(sample)
        # A figure on the very edge is met, whatever rounding does.
        met = abs(mean.mean - value) <= margin + 1e-9 * max(abs(value), abs(mean.mean))
        found.append(Record(figure, value, margin, mean.mean, mean.low, mean.high, bool(met)))
    return tuple(found)
