"""Simulated against exact: z scores, and whether a whole set of them looks standard normal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import special

from cxsim.errors import InputError
from cxsim.stats import validation
from cxsim.stats.intervals import mean_interval, standard_error

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[np.float64]

SHARE_ABOVE_3_ALLOWED = 0.01
Z_ALLOWED = 4.0
KS_P_ALLOWED = 0.01


class OracleScore(NamedTuple):
    """One simulated value beside its exact one.

    ``relative_error`` is the standard error over the absolute exact value; ``t`` the plain ratio of error to standard
    error; ``z`` the normal score of that t, comparable between numbers of replications.
    """

    mean: float
    exact: float
    standard_error: float
    relative_error: float
    t: float
    z: float
    n: int


class NormalCheck(NamedTuple):
    """How a set of z scores compares with the standard normal law.

    ``ks_p`` is the p value of the Kolmogorov-Smirnov test, exact for independent scores; measures of one run are not
    independent, so it is a warning light and not a verdict.
    """

    n: int
    mean: float
    sd: float
    ks_p: float
    share_above_3: float
    largest: float

    @property
    def passed(self) -> bool:
        """Whether at most 1 in 100 exceeds 3, none exceeds 4, and the Kolmogorov-Smirnov p is at least 0.01."""
        return self.share_above_3 <= SHARE_ABOVE_3_ALLOWED and self.largest <= Z_ALLOWED and self.ks_p >= KS_P_ALLOWED


def z_scores(simulated: npt.ArrayLike, exact: npt.ArrayLike, standard_errors: npt.ArrayLike) -> Array:
    """Return (simulated - exact) / standard error, case by case.

    A standard error of 0 gives 0 where the values agree and an infinite score where they do not.

    Parameters
    ----------
    simulated, exact, standard_errors : array of shape (cases,)
        In the unit of each case.

    Raises
    ------
    InputError
        When lengths differ, a value is NaN, or a standard error is negative.

    References
    ----------
    Law (2015), ch. 5 (verification against known results).
    """
    x = validation.finite("z scores, simulated", validation.vector("z scores, simulated", simulated))
    m = validation.finite("z scores, exact", validation.vector("z scores, exact", exact))
    s = validation.non_negative("z scores", validation.vector("z scores, standard errors", standard_errors))
    validation.same_length("z scores", x, m, s)
    gap = x - m
    endless = np.where(gap == 0, 0.0, np.copysign(np.inf, gap))
    return np.divide(gap, s, out=endless, where=s > 0)


def normal_score(t: float, degrees_of_freedom: float) -> float:
    """Return the z with the same two-sided p value as Student's t, so that few replications do not look like faults.

    With 20 replications |t| > 3 happens 7 times in 1000 where |z| > 3 happens 2.7 times.

    Parameters
    ----------
    t : float
        Ratio of error to standard error.
    degrees_of_freedom : float
        Replications minus 1.

    Raises
    ------
    InputError
        When the degrees of freedom are not positive.

    References
    ----------
    Probability integral transform; Wallace (1959), Annals of Mathematical Statistics 30.
    """
    validation.positive("normal score, degrees of freedom", degrees_of_freedom)
    if math.isnan(t) or math.isinf(t):
        return t
    return math.copysign(float(special.ndtri(special.stdtr(degrees_of_freedom, -abs(t)))), t)


def oracle_score(values: npt.ArrayLike, exact: float) -> OracleScore:
    """Return how far the mean of independent replications lies from an exact value.

    Parameters
    ----------
    values : array of shape (n,)
        One number per replication, n at least 2.
    exact : float
        The known value, in the same unit.

    Raises
    ------
    InputError
        When fewer than two values are given or one is NaN.

    References
    ----------
    Law (2015), ch. 5.
    """
    sample = validation.finite("oracle", validation.vector("oracle", values, minimum_size=2))
    mean, error = mean_interval(sample).mean, standard_error(sample)
    t = float(z_scores([mean], [exact], [error])[0])
    relative = error / abs(exact) if exact != 0 else math.inf
    return OracleScore(mean, float(exact), error, relative, t, normal_score(t, sample.size - 1), sample.size)


def looks_standard_normal(z: npt.ArrayLike) -> NormalCheck:
    """Compare a whole set of z scores with the standard normal law.

    Parameters
    ----------
    z : array of shape (cases,)
        Scores of all oracles, infinite ones included; at least 2.

    Returns
    -------
    NormalCheck
        n, mean, sd, Kolmogorov-Smirnov p, share of |z| above 3 and the largest |z|.

    Raises
    ------
    InputError
        When fewer than two scores are given or one is NaN.

    References
    ----------
    Kolmogorov (1933); Smirnov (1948).
    """
    from scipy import stats  # noqa: TID251 - takes a second to import; the exact Kolmogorov law lives only there

    scores = np.atleast_1d(np.asarray(z, dtype=np.float64))
    if scores.ndim != 1 or scores.size < 2 or np.isnan(scores).any():
        message = "oracle scores: fewer than two scores, or one that is NaN; numbers are allowed; repair the case"
        raise InputError(message)
    largest = float(np.abs(scores).max())
    bounded = np.isfinite(scores).all()
    return NormalCheck(
        scores.size,
        float(scores.mean()) if bounded else math.nan,
        float(scores.std(ddof=1)) if bounded else math.nan,
        float(stats.kstest(scores, "norm").pvalue),
        float(np.mean(np.abs(scores) > 3)),
        largest,
    )
