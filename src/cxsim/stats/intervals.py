"""Confidence intervals from independent replications, for means, shares and ratios.

A value that is NaN (a measure that is undefined in one replication) makes the whole interval NaN:
dropping it silently would answer another question.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cxsim.errors import InputError
from cxsim.stats import validation

if TYPE_CHECKING:
    import numpy.typing as npt


class Interval(NamedTuple):
    """A point estimate with its confidence interval, in the unit of the values.

    ``low``, ``high`` and ``half_width`` are NaN where one sample cannot tell (n = 1).
    For an interval that is not symmetric about the estimate (Wilson), ``half_width`` is half its length.
    """

    mean: float
    low: float
    high: float
    half_width: float
    n: int


def student_quantile(level: float, degrees_of_freedom: float) -> float:
    """Return the two-sided Student quantile t with P(|T| <= t) = `level`.

    Parameters
    ----------
    level : float
        Confidence level, strictly between 0 and 1.
    degrees_of_freedom : float
        At least 1.

    Raises
    ------
    InputError
        When an argument is out of range.

    References
    ----------
    Student (1908), Biometrika 6:1; evaluated by ``scipy.special.stdtrit``.
    """
    validation.share("level", level, open_ends=True)
    validation.positive("degrees of freedom", degrees_of_freedom)
    from scipy import special

    return float(special.stdtrit(degrees_of_freedom, 0.5 + level / 2))


def normal_quantile(level: float) -> float:
    """Return the two-sided normal quantile z with P(|Z| <= z) = `level` (1.96 for 0.95).

    Raises
    ------
    InputError
        When `level` is not strictly between 0 and 1.
    """
    validation.share("level", level, open_ends=True)
    from scipy import special

    return float(special.ndtri(0.5 + level / 2))


def standard_error(values: npt.ArrayLike) -> float:
    """Return s / sqrt(n) of independent values, s² with n - 1 in the denominator; NaN for one value.

    Exactly 0 for a constant sample (the rounding of the mean must not invent a spread).

    Parameters
    ----------
    values : array of shape (n,)
        One number per replication.
    """
    sample = validation.vector("standard error", values)
    if sample.size == 1 or np.isnan(sample).any():
        return math.nan
    if np.ptp(sample) == 0:
        return 0.0
    return float(sample.std(ddof=1) / math.sqrt(sample.size))


def mean_interval(values: npt.ArrayLike, level: float = 0.95) -> Interval:
    """Return the mean and its t interval, mean -+ t(n-1) s / sqrt(n).

    Parameters
    ----------
    values : array of shape (n,)
        One number per independent replication, any unit.
    level : float
        Confidence level.

    Returns
    -------
    Interval
        In the unit of the values.

    Raises
    ------
    InputError
        When there are no values, one is infinite, or the level is not a share.

    References
    ----------
    Law (2015), Simulation Modeling and Analysis, 5th ed., section 4.5.
    """
    sample = validation.vector("mean interval", values)
    mean = float(sample[0]) if np.ptp(sample) == 0 else float(sample.mean())
    return _around(mean, half_width(sample, level), sample.size)


def half_width(values: npt.ArrayLike, level: float = 0.95) -> float:
    """Return the half-width t(n-1) s / sqrt(n) of the t interval; NaN for one value.

    Parameters
    ----------
    values : array of shape (n,)
        One number per independent replication.
    level : float
        Confidence level.

    Raises
    ------
    InputError
        As for :func:`mean_interval`.

    References
    ----------
    Law (2015), section 4.5.
    """
    sample = validation.vector("half-width", values)
    validation.share("level", level, open_ends=True)
    if sample.size == 1:
        return math.nan
    return student_quantile(level, sample.size - 1) * standard_error(sample)


def proportion_interval(successes: float, n: float, level: float = 0.95) -> Interval:
    """Return a share with its Wilson score interval.

    Centre (p + z²/2n) / (1 + z²/n), half-length z sqrt(p(1-p)/n + z²/4n²) / (1 + z²/n). The trials must be
    independent; contacts of one replication are not, so shares over replications use :func:`mean_interval`.

    Parameters
    ----------
    successes, n : int
        Counts, 0 <= successes <= n.
    level : float
        Confidence level.

    Returns
    -------
    Interval
        ``mean`` is successes / n; all NaN for n = 0.

    Raises
    ------
    InputError
        When the counts are impossible.

    References
    ----------
    Wilson (1927), Journal of the American Statistical Association 22:209.
    """
    trials = validation.count("proportion, trials", n)
    hits = validation.count("proportion, successes", successes)
    if hits > trials:
        message = f"proportion: {hits} successes of {trials}; at most {trials} allowed; check the counts"
        raise InputError(message)
    z = normal_quantile(level)
    if trials == 0:
        return Interval(math.nan, math.nan, math.nan, math.nan, 0)
    p = hits / trials
    scale = 1 + z * z / trials
    center = (p + z * z / (2 * trials)) / scale
    half = z * math.sqrt(p * (1 - p) / trials + z * z / (4 * trials * trials)) / scale
    # At 0 and n the exact bound is 0 or 1; rounding must not put it outside.
    low = 0.0 if hits == 0 else center - half
    high = 1.0 if hits == trials else center + half
    return Interval(p, low, high, (high - low) / 2, trials)


def ratio_interval(numerators: npt.ArrayLike, denominators: npt.ArrayLike, level: float = 0.95) -> Interval:
    """Return the ratio of means of paired totals, with its delta-method interval.

    r = mean(Y) / mean(X); s² = variance of (Y - r X); half-width t(n-1) s / (sqrt(n) |mean X|). For measures such
    as "mean wait over all contacts of all replications", where both totals are random.

    Parameters
    ----------
    numerators, denominators : array of shape (n,)
        Totals of each replication, for instance minutes waited and contacts.
    level : float
        Confidence level.

    Returns
    -------
    Interval
        NaN throughout when the denominators sum to 0.

    Raises
    ------
    InputError
        When the arrays differ in length.

    References
    ----------
    Cochran (1977), Sampling Techniques, ch. 6.
    """
    y = validation.vector("ratio, numerators", numerators)
    x = validation.vector("ratio, denominators", denominators)
    validation.same_length("ratio", y, x)
    total = float(x.sum())
    if total == 0 or math.isnan(total):
        return Interval(math.nan, math.nan, math.nan, math.nan, x.size)
    ratio = float(y.sum()) / total
    half = half_width(y - ratio * x, level) / abs(total / x.size)
    return _around(ratio, half, x.size)


def nps_standard_error(promoters: float, detractors: float, n: float) -> float:
    """Return the standard error of the net promoter score, sqrt((p + d - (p - d)²) / n).

    Parameters
    ----------
    promoters, detractors : float
        Shares of answers 9-10 and 0-6, between 0 and 1, summing to at most 1.
    n : int
        Number of independent answers.

    Returns
    -------
    float
        As a share; times 100 for NPS points.

    Raises
    ------
    InputError
        When the shares are impossible or there is no answer.

    References
    ----------
    Variance of a +1/0/-1 variable; evidence row D20.
    """
    p = validation.share("NPS, promoters", promoters)
    d = validation.share("NPS, detractors", detractors)
    answers = validation.count("NPS, answers", n, minimum=1)
    if p + d > 1 + 1e-12:
        message = f"NPS: promoters {p:g} and detractors {d:g} make {p + d:g}; at most 1 allowed; give shares of all"
        raise InputError(message)
    return math.sqrt(max(p + d - (p - d) ** 2, 0.0) / answers)


def _around(mean: float, half: float, n: int) -> Interval:
    return Interval(mean, mean - half, mean + half, half, n)
