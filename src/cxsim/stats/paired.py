"""Policies compared with as-is on common random numbers: differences, families, the chance of being best."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from cxsim.errors import InputError
from cxsim.stats import validation
from cxsim.stats.intervals import Interval, mean_interval, standard_error

if TYPE_CHECKING:
    import numpy.typing as npt

RESAMPLED_VALUES_AT_ONCE = 1_000_000  # bounds the memory of the bootstrap at 8 MB per policy


class PairedDifference(NamedTuple):
    """A paired difference ``treated - baseline`` with its test.

    ``difference`` carries the mean and interval; ``t`` and ``p`` test a mean difference of 0, two-sided;
    ``variance_reduction`` is how many times smaller the variance is than with independent seeds.
    """

    difference: Interval
    t: float
    p: float
    variance_reduction: float


def paired_difference(treated: npt.ArrayLike, baseline: npt.ArrayLike, level: float = 0.95) -> PairedDifference:
    """Return the paired-t comparison of two policies run on the same replications.

    Parameters
    ----------
    treated, baseline : array of shape (n,)
        One number per replication; position i of both comes from replication i.
    level : float
        Confidence level.

    Returns
    -------
    PairedDifference
        In the unit of the values. n = 1: no interval, t and p NaN. A constant difference has an interval of
        length 0; p is 1 when it is 0 (a policy that changes nothing) and 0 otherwise.

    Raises
    ------
    InputError
        When the arrays differ in length, are empty or hold an infinite value.

    References
    ----------
    Law (2015), section 10.2.1 (paired-t interval) and 11.2 (common random numbers).
    """
    a = validation.vector("paired difference, treated", treated)
    b = validation.vector("paired difference, baseline", baseline)
    validation.same_length("paired difference", a, b)
    differences = a - b
    interval = mean_interval(differences, level)
    t, p = t_test(differences)
    return PairedDifference(interval, t, p, variance_reduction(a, b))


def t_test(differences: npt.ArrayLike) -> tuple[float, float]:
    """Return t = mean / (s / sqrt(n)) and its two-sided p value with n - 1 degrees of freedom.

    Parameters
    ----------
    differences : array of shape (n,)
        One difference per replication.

    Raises
    ------
    InputError
        When there is no value or one is infinite.

    References
    ----------
    Student (1908), Biometrika 6:1.
    """
    sample = validation.vector("t test", differences)
    error = standard_error(sample)
    mean = mean_interval(sample).mean
    if math.isnan(error):
        return math.nan, math.nan
    if error == 0:
        return (0.0, 1.0) if mean == 0 else (math.copysign(math.inf, mean), 0.0)
    t = mean / error
    from scipy import special

    return t, float(2 * special.stdtr(sample.size - 1, -abs(t)))


def variance_reduction(a: npt.ArrayLike, b: npt.ArrayLike) -> float:
    """Return (var A + var B) / var(A - B): the gain of common random numbers over independent seeds.

    1 means no gain, 5 that a fifth of the replications suffice. Infinite when every difference is the same;
    NaN for a single replication or when nothing varies at all.

    Parameters
    ----------
    a, b : array of shape (n,)
        Paired values of two policies.

    Raises
    ------
    InputError
        When the arrays differ in length.

    References
    ----------
    Law (2015), section 11.2; Glasserman & Yao (1992), Management Science 38:884.
    """
    first = validation.vector("variance reduction", a)
    second = validation.vector("variance reduction", b)
    validation.same_length("variance reduction", first, second)
    independent = standard_error(first) ** 2 + standard_error(second) ** 2
    paired = standard_error(first - second) ** 2
    if paired == 0:
        return math.inf if independent > 0 else math.nan
    return independent / paired


def holm(p_values: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return Holm's step-down adjusted p values, in the order given.

    Sorted p(1) <= ... <= p(m): adjusted p(i) = min(1, max over j <= i of (m - j + 1) p(j)). Controls the chance of
    any false finding in the family. NaN stays NaN and does not count in m.

    Parameters
    ----------
    p_values : array of shape (m,)
        Raw p values of one family (all policies against as-is within one measure).

    Raises
    ------
    InputError
        When a p value lies outside [0, 1].

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics 6:65.
    """
    raw = validation.vector("Holm, p values", p_values, minimum_size=0)
    tested = ~np.isnan(raw)
    kept = raw[tested]
    if ((kept < 0) | (kept > 1)).any():
        message = "Holm: a p value outside 0 to 1; shares between 0 and 1 are allowed; check the test"
        raise InputError(message)
    order = np.argsort(kept, kind="stable")
    stepped = kept[order] * np.arange(kept.size, 0, -1)
    adjusted = np.empty_like(kept)
    adjusted[order] = np.minimum(np.maximum.accumulate(stepped), 1.0)
    result = np.full_like(raw, np.nan)
    result[tested] = adjusted
    return result


def bonferroni_level(level: float, m: int) -> float:
    """Return the level 1 - (1 - level) / m of each of `m` intervals that hold together with at least `level`.

    Raises
    ------
    InputError
        When the level is not a share or m is below 1.

    References
    ----------
    Bonferroni inequality; Law (2015), section 9.7.
    """
    validation.share("level", level, open_ends=True)
    return 1 - (1 - level) / validation.count("family size", m, minimum=1)


def simultaneous_intervals(differences: npt.ArrayLike, level: float = 0.95) -> tuple[Interval, ...]:
    """Return t intervals that cover all `m` mean differences together with at least `level` (Bonferroni).

    Parameters
    ----------
    differences : array of shape (m, n)
        One row per policy, one column per replication.
    level : float
        Level of the whole family.

    Raises
    ------
    InputError
        When the array is not two-dimensional or is empty.

    References
    ----------
    Law (2015), section 9.7.
    """
    rows = validation.matrix("simultaneous intervals", differences)
    each = bonferroni_level(level, rows.shape[0])
    return tuple(mean_interval(row, each) for row in rows)


def probability_best(
    values: npt.ArrayLike, better: Literal["higher", "lower"] = "higher", *, resamples: int = 2000, seed: int
) -> npt.NDArray[np.float64]:
    """Return the share of bootstrap resamples in which each policy has the best mean.

    Whole replications are resampled, so the pairing by common random numbers is kept. Policies that tie for best
    in a resample share it equally. All NaN when any value is NaN.

    Parameters
    ----------
    values : array of shape (policies, replications)
        Column i of every row comes from replication i.
    better : {"higher", "lower"}
        Which way is better for this measure.
    resamples : int
        Number of bootstrap resamples; the Monte Carlo error of a share is at most 0.5 / sqrt(resamples).
    seed : int
        Seed of a generator of its own; the same seed gives the same shares.

    Returns
    -------
    array of shape (policies,)
        Sums to 1.

    Raises
    ------
    InputError
        When `better` is unknown, the array is empty or the seed is negative.

    References
    ----------
    Efron (1979), Annals of Statistics 7:1; Kim & Nelson (2006) on selecting the best system.
    """
    table = validation.matrix("probability best", values)
    draws = validation.count("probability best, resamples", resamples, minimum=1)
    validation.count("probability best, seed", seed)
    if better not in {"higher", "lower"}:
        message = f"probability best: better = {better!r}; 'higher' or 'lower' is allowed; choose one"
        raise InputError(message)
    if np.isnan(table).any():
        return np.full(table.shape[0], np.nan)
    generator = np.random.default_rng(seed)
    n = table.shape[1]
    wins = np.zeros(table.shape[0])
    step = max(1, RESAMPLED_VALUES_AT_ONCE // n)
    for start in range(0, draws, step):
        chosen = generator.integers(0, n, size=(min(step, draws - start), n))
        # One policy at a time: equal rows must give bitwise equal means, or an exact tie would be broken by rounding.
        means = np.array([row[chosen].mean(axis=1) for row in table])
        best = means.max(axis=0) if better == "higher" else means.min(axis=0)
        is_best = means == best
        wins += (is_best / is_best.sum(axis=0)).sum(axis=1)
    return wins / draws
