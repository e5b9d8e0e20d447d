"""Sobol indices of a noisy function: which factor makes how much of the variance, luck taken off.

A simulated value is f(x) plus luck, and a mean over replications still carries luck that looks like an effect of the
factors. Each estimator here is a quadratic form Q of the values at the points of the design. Replications are
independent of each other, whatever common random numbers do *within* one, so that for two different ones

    E[Q(Y_r, Y_s)] = Q(f, f)                                            r != s

and their mean over all ordered pairs, with Y the mean of the R replications,

    sum_{r != s} Q(Y_r, Y_s) / (R (R - 1)) = (R² Q(Y, Y) - sum_r Q(Y_r, Y_r)) / (R (R - 1)),

has the expectation Q(f, f) exactly (Hoeffding 1948). It is the form of the means less one R-th of the form of the
residuals. For Var(Y) that takes off s²/R where luck is independent between points, and nothing where it is the same at
all of them. The numerator of the total index, a mean square of differences, is biased by s²/R too; that of the first
order by whatever common random numbers make of E[e(B) (e(AB) - e(A))]. One rule corrects all of them.

References
----------
Sobol (2001), Mathematics and Computers in Simulation 55:271; Saltelli (2002), Computer Physics Communications 145:280;
Saltelli et al. (2010), Computer Physics Communications 181:259 (the estimators, as SALib has them, here from both
halves of the design). Marrel et al. (2012), Statistics and Computing 22:833, and Mazo (2021), SIAM/ASA Journal on
Uncertainty Quantification 9:1673 (indices of stochastic simulators). Hoeffding (1948), Annals of Mathematical
Statistics 19:293. Owen (2007), Annals of Applied Statistics 1:386 (crossed effects: what resampling rows misses,
resampling columns sees).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from cxsim.errors import InputError
from cxsim.stats import validation
from cxsim.stats.intervals import normal_quantile

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[np.float64]

LEAST_POINTS: Final = 4
RESAMPLES: Final = 200


class Forms(NamedTuple):
    """Variance and its parts, one for each column of values.

    Attributes
    ----------
    variance : (columns,) float64
    first, total : (factors, columns) float64
        Numerators of the first-order and of the total indices.
    second : (factors, factors, columns) float64
        Of pairs, above the diagonal; NaN elsewhere, and everywhere in a design without them.
    """

    variance: Array
    first: Array
    total: Array
    second: Array

    def joined(self) -> Array:
        """Return all of it as one array (parts, columns): what is linear can be done to all at once."""
        columns = self.variance.shape[-1]
        return np.concatenate([self.variance[None], self.first, self.total, self.second.reshape(-1, columns)])


class Index(NamedTuple):
    """An index with what luck would have made of it.

    Attributes
    ----------
    raw : ndarray
        From the means, as if they were exact.
    value : ndarray
        Luck taken off; NaN where luck explains all the variance.
    low, high : ndarray
        Interval of `value`.
    """

    raw: Array
    value: Array
    low: Array
    high: Array


class VarianceShares(NamedTuple):
    """What the factors make of the variance.

    Attributes
    ----------
    first, total : Index of (factors,) float64
    second : Index of (factors, factors) float64
        Above the diagonal; NaN elsewhere.
    variance : float
        Of f over the factors, luck taken off, in the square of the unit; may be below 0 where there is little but luck.
    variance_low : float
        Lower end of its interval; where it is not above 0, the factors may do nothing at all.
    noise : float
        Share of the variance of the means that is luck, between 0 and 1.
    points, replications : int
        Base points that could be used; replications.
    """

    first: Index
    total: Index
    second: Index
    variance: float
    variance_low: float
    noise: float
    points: int
    replications: int


def variance_shares(
    values: npt.ArrayLike,
    factors: int,
    *,
    seed: int,
    level: float = 0.95,
    resamples: int = RESAMPLES,
) -> VarianceShares:
    """Return Sobol indices with luck taken off, and intervals that know of points and of replications.

    Intervals are the corrected value plus and minus the normal quantile times a standard deviation. Base points are
    drawn anew, which shows what the choice of points and luck of their own does; replications are drawn anew (one never
    meets itself), which shows what the luck that points share does; the variances of the two add up. Luck that points
    do not share is counted twice: intervals are at most 1.4 times too wide, not too narrow.

    Parameters
    ----------
    values : array of shape (base points, D + 2 or 2 D + 2, replications)
        Each block in the order of Saltelli's design: A, A with one column of B for each factor, then (for pairs) B with
        one column of A for each factor, B. A block with a NaN is left out.
    factors : int
        D.
    seed : int
        Of the resampling; a generator of its own.
    level : float
    resamples : int
        Of base points, and as many of replications.

    Raises
    ------
    InputError
        When the array has another shape, there are fewer than 4 whole blocks, or one replication only.
    """
    cube = _blocks(values, factors)
    points, _, replications = cube.shape
    generator = np.random.default_rng(validation.count("sobol, seed", seed))
    weights = np.ones(replications)
    raw, corrected = _parts(cube, factors, weights)
    count = validation.count("sobol, resamples", resamples, minimum=2)
    drawn = [
        np.array([_parts(cube[generator.integers(points, size=points)], factors, weights)[1] for _ in range(count)]),
        np.array([_parts(cube, factors, drawn_weights(generator, replications))[1] for _ in range(count)]),
    ]
    with np.errstate(divide="ignore", invalid="ignore"):
        shares, raw_shares = corrected[1:] / corrected[0], raw[1:] / raw[0]
        spreads = [np.where(one[:, :1] > 0.0, one[:, 1:] / one[:, :1], np.nan) for one in drawn]
    half = normal_quantile(level) * np.hypot(*map(_deviation, spreads))
    if not corrected[0] > 0.0:
        shares, half = np.full_like(shares, np.nan), np.full_like(half, np.nan)
    parts = [_split(one, factors) for one in (raw_shares, shares, shares - half, shares + half)]
    found = [Index(*(part[order] for part in parts)) for order in range(3)]
    noise = 0.0 if raw[0] <= 0.0 else min(1.0, max(0.0, 1.0 - corrected[0] / raw[0]))
    low = float(corrected[0] - normal_quantile(level) * np.hypot(*(_deviation(one[:, 0]) for one in drawn)))
    first, total, second = found
    return VarianceShares(first, total, second, float(corrected[0]), low, float(noise), points, replications)


def forms(values: npt.ArrayLike, factors: int) -> Forms:
    """Return variance and numerators from the values of a design.

    V = Var(A, B); V_i = mean B (AB_i - A); T_i = mean (A - AB_i)² / 2; V_ij = mean (BA_i AB_j - A B) - V_i - V_j;
    of values less their mean, which makes the products less noisy. Where BA is there, each is the mean of this and of
    the same with A and B exchanged.

    Parameters
    ----------
    values : array of shape (base points, D + 2 or 2 D + 2, columns)
    factors : int
        D.
    """
    y = np.asarray(values, dtype=np.float64)
    y = y - y.mean(axis=(0, 1))
    a, ab, b = y[:, 0], y[:, 1 : 1 + factors], y[:, -1]
    variance = np.concatenate([a, b]).var(axis=0)
    first, total = _numerators(a, ab, b)
    second = np.full((factors, factors, y.shape[2]), np.nan)
    if y.shape[1] == 2 * factors + 2:
        ba = y[:, 1 + factors : -1]
        first, total = (0.5 * (one + other) for one, other in zip((first, total), _numerators(b, ba, a), strict=True))
        crossed = np.einsum("nic,njc->ijc", ba, ab) / len(y)
        crossed = 0.5 * (crossed + crossed.swapaxes(0, 1)) - (a * b).mean(axis=0)
        above = np.triu_indices(factors, 1)
        second[above] = (crossed - first[:, None] - first[None])[above]
    return Forms(variance, first, total, second)


def _numerators(a: Array, ab: Array, b: Array) -> tuple[Array, Array]:
    first = (b[:, None] * (ab - a[:, None])).mean(axis=0)
    total = 0.5 * ((a[:, None] - ab) ** 2).mean(axis=0)
    return first, total


def drawn_weights(generator: np.random.Generator, replications: int) -> Array:
    """Draw replications anew: how often each came, at least two different ones among them.

    Parameters
    ----------
    generator : numpy.random.Generator
    replications : int
        2 or more.
    """
    while True:
        weights = np.bincount(generator.integers(replications, size=replications), minlength=replications)
        if np.count_nonzero(weights) > 1:
            return weights.astype(np.float64)


def without_luck(of_means: Array, of_each: Array, weights: Array) -> Array:
    """Return a quadratic form with luck taken off, from that of the weighted mean and those of each replication.

    Parameters
    ----------
    of_means : array of shape (...)
    of_each : array of shape (..., replications)
    weights : array of shape (replications,)
        How often each came; two or more of them above 0.
    """
    total, squares = weights.sum(), (weights**2).sum()
    found: Array = (total**2 * of_means - of_each @ weights**2) / (total**2 - squares)
    return found


def _parts(cube: Array, factors: int, weights: Array) -> tuple[Array, Array]:
    """Return the parts from the means, and with luck taken off."""
    means = cube @ weights / weights.sum()
    joined = forms(np.concatenate([cube, means[:, :, None]], axis=2), factors).joined()
    return joined[:, -1], without_luck(joined[:, -1], joined[:, :-1], weights)


def _split(shares: Array, factors: int) -> tuple[Array, Array, Array]:
    """Return first-order, total and second-order indices out of one array."""
    return shares[:factors], shares[factors : 2 * factors], shares[2 * factors :].reshape(factors, factors)


def _deviation(rows: Array) -> Array:
    """Return the standard deviation of each column over the rows that have a value; NaN with fewer than two."""
    known = np.isfinite(rows)
    count = known.sum(axis=0)
    kept = np.where(known, rows, 0.0)
    mean = kept.sum(axis=0) / np.maximum(count, 1)
    squares = np.where(known, (rows - mean) ** 2, 0.0).sum(axis=0)
    found: Array = np.where(count > 1, np.sqrt(squares / np.maximum(count - 1, 1)), np.nan)
    return found


def _blocks(values: npt.ArrayLike, factors: int) -> Array:
    cube = np.asarray(values, dtype=np.float64)
    wanted = factors + 2, 2 * factors + 2
    if cube.ndim != 3 or cube.shape[1] not in wanted:
        message = (
            f"sobol: an array of shape {cube.shape}; base points x {wanted[0]} or {wanted[1]} x replications allowed; "
            "reshape it"
        )
        raise InputError(message)
    if cube.shape[2] < 2:
        message = "sobol: one replication; 2 or more are needed to tell luck from effect; raise the number"
        raise InputError(message)
    whole = cube[np.isfinite(cube).all(axis=(1, 2))]
    if len(whole) < LEAST_POINTS:
        message = (
            f"sobol: {len(whole)} base points with all values; {LEAST_POINTS} or more are needed; raise the number"
        )
        raise InputError(message)
    return whole
