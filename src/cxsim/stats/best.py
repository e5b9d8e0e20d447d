"""Around the best: who cannot be told apart from it, how far each is from it, and what a wrong choice costs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cxsim.errors import InputError
from cxsim.stats import validation
from cxsim.stats.paired import bonferroni_level
from cxsim.stats.selection import Better, sign_of

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[np.float64]

DRAWS = 4000  # of the posterior; the error of the mean is about 1.6 % of the spread of the regret


class WithBest(NamedTuple):
    """Candidates beside the best of the others; all arrays by candidate.

    Attributes
    ----------
    lead : (k,) float64
        Mean less the best mean of the others; above 0 for the best alone. Positive is good, whichever way is better.
    low, high : (k,) float64
        Simultaneous interval of it, constrained: low is at most 0 and high at least 0.
    in_set : (k,) bool
        Whether the candidate cannot be told apart from the best.
    """

    lead: Array
    low: Array
    high: Array
    in_set: npt.NDArray[np.bool_]


class Regret(NamedTuple):
    """What a choice is expected to lose against the best there is, in the unit of the values.

    Attributes
    ----------
    mean : float
        Posterior mean; 0 or above.
    low, high : float
        Central credible interval at `level`.
    level : float
    """

    mean: float
    low: float
    high: float
    level: float


def with_best(values: npt.ArrayLike, level: float = 0.95, better: Better = "higher") -> WithBest:
    """Return multiple comparisons with the best, and the set that is not distinguishable from it.

    With w(i, j) = t S(i, j) / sqrt(n), t one-sided with n - 1 degrees of freedom at 1 - alpha / (k - 1), and S(i, j) of
    the paired difference: i belongs to the set when its mean is above mean(j) - w(i, j) for every other j. The interval
    of i's lead over the best of the others runs from min(0, min over j in the set of (mean(i) - mean(j) - w)) to
    max(0, min over j of (mean(i) - mean(j) + w)).

    Guarantee: for replications of a normal vector, fixed in number, the set contains the best with probability `level`
    or more, whatever the covariance.

    Parameters
    ----------
    values : array of shape (k, n)
        Column r of every row comes from replication r. Two replications or more.
    level : float
    better : {"higher", "lower"}

    Raises
    ------
    InputError
        When the array does not fit or holds NaN.

    References
    ----------
    Hsu (1984), Annals of Statistics 12:1136; Nelson & Matejcik (1995), Management Science 41:1935 (common random
    numbers); Nelson, Swann, Goldsman & Song (2001), Operations Research 49:950 (the subset).
    """
    table = sign_of(better) * _replicated(values)
    k, n = table.shape
    if k == 1:
        return WithBest(np.zeros(1), np.zeros(1), np.zeros(1), np.ones(1, dtype=bool))
    t = _one_sided(bonferroni_level(level, k - 1), n - 1)
    # Differences replication by replication: equal rows differ by exactly nothing.
    gap = np.array([[(a - b).mean() for b in table] for a in table])
    width = np.array([[(a - b).std(ddof=1) for b in table] for a in table]) * (t / math.sqrt(n))
    others = ~np.eye(k, dtype=bool)
    slack = 1e-12 * float(np.abs(table).max())
    in_set = np.logical_and.reduce((gap + width >= -slack) | ~others, axis=1)
    lead = np.where(others, gap, np.inf).min(axis=1)
    high = np.maximum(0.0, np.where(others, gap + width, np.inf).min(axis=1))
    low = np.minimum(0.0, np.where(others & in_set, gap - width, np.inf).min(axis=1))
    return WithBest(lead, low, high, in_set)


def confirmation(delta: str, confidence: float) -> str:
    """Return what confirming a choice by :func:`margins` on fresh replications promises, for people.

    Parameters
    ----------
    delta : str
        With its unit.
    confidence : float
    """
    return (
        f"A choice that is worse than the best by {delta} or more is confirmed with a chance of at most "
        f"{100 * (1 - confidence):.4g} % (exact for replications that vary normally), however it was made."
    )


def margins(values: npt.ArrayLike, chosen: int, level: float = 0.95, better: Better = "higher") -> tuple[Array, Array]:
    """Return simultaneous one-sided bounds of the lead of one candidate over each other.

    Parameters
    ----------
    values : array of shape (k, n)
        Paired, as for :func:`with_best`, and not used to choose the candidate.
    chosen : int
    level : float
        Of the family, for the lower bounds together and for the upper bounds together (Bonferroni).
    better : {"higher", "lower"}

    Returns
    -------
    low, high : (k,) float64
        Positive is good, whichever way is better; 0 for the candidate itself.

    Raises
    ------
    InputError
        As for :func:`with_best`.

    References
    ----------
    Law (2015), section 10.3 (comparisons with a standard).
    """
    table = sign_of(better) * _replicated(values)
    k, n = table.shape
    gaps = table[chosen] - table
    mean = gaps.mean(axis=1)
    if k == 1:
        return mean, mean
    half = _one_sided(bonferroni_level(level, k - 1), n - 1) * gaps.std(axis=1, ddof=1) / math.sqrt(n)
    return mean - half, mean + half


def expected_regret(
    values: npt.ArrayLike, chosen: int, better: Better = "higher", *, seed: int, level: float = 0.95, draws: int = DRAWS
) -> Regret:
    """Return the expected opportunity cost of a choice, from the Bayesian posterior of the means.

    Given the replications, and nothing known before, the vector of means is taken as Student with n - 1 degrees of
    freedom around the averages, with covariance of the errors S / n; each difference then has the posterior of Chick &
    Inoue. The regret of a draw is the best mean less that of the chosen candidate.

    Parameters
    ----------
    values : array of shape (k, n)
        Paired, as for :func:`with_best`.
    chosen : int
    better : {"higher", "lower"}
    seed : int
        Of the draws; a generator of its own.
    level : float
        Of the credible interval.
    draws : int

    Raises
    ------
    InputError
        As for :func:`with_best`.

    References
    ----------
    Chick & Inoue (2001), Operations Research 49:732.
    """
    table = sign_of(better) * _replicated(values)
    n = table.shape[1]
    validation.share("regret, level", level, open_ends=True)
    generator = np.random.default_rng(validation.count("regret, seed", seed))
    short = table - table[chosen]
    mean = short.mean(axis=1)
    # A weighted sum of the replications around their mean has the covariance S / n without any matrix to factor.
    around = (short - mean[:, None]) / math.sqrt(n * (n - 1))
    made = validation.count("regret, draws", draws, minimum=1)
    scale = np.sqrt((n - 1) / generator.chisquare(n - 1, size=made))
    drawn = mean[:, None] + around @ generator.standard_normal((n, made)) * scale
    loss = np.maximum(drawn.max(axis=0), 0.0)
    low, high = np.quantile(loss, [(1 - level) / 2, (1 + level) / 2])
    return Regret(float(loss.mean()), float(low), float(high), level)


def _replicated(values: npt.ArrayLike) -> Array:
    table = validation.finite("selection", validation.matrix("selection", values))
    if table.shape[1] < 2:
        message = "selection: one replication; 2 or more are allowed; raise the number"
        raise InputError(message)
    return table


def _one_sided(level: float, freedom: int) -> float:
    from scipy import special

    return float(special.stdtrit(freedom, level))
