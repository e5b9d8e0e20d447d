"""Decisions in many possible worlds: which choice is best in each, what turns it, what being wrong costs.

A world is a draw of everything we do not know. Doubt of this kind does not shrink with replications; luck within a
world does, and is kept apart: whatever luck can explain is not called a difference.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from cxsim.errors import InputError
from cxsim.stats import validation
from cxsim.stats.intervals import student_quantile
from cxsim.stats.paired import bonferroni_level

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]

# When a threshold is said, fixed before any result was seen: it must put right a quarter of the worlds in which saying
# always the same would be wrong, hold three worlds on either side, most of those beyond it must have turned, and luck
# must not explain it (all thresholds, paths and alternatives that were tried counted, Bonferroni).
LEAST_GAIN = 0.25
LEAST_WORLDS = 3
P_ALLOWED = 0.01
# When a figure is said to be worth measuring: shuffled worlds reach its value in fewer than 5 of 100.
P_WORTH = 0.05
LEAST_FOR_BINS = 20
MOST_BINS = 8
WORLDS_A_BIN = 10

Better = Literal["higher", "lower"]


class Leaders(NamedTuple):
    """Who leads in each world.

    Attributes
    ----------
    means : (worlds, choices) float64
        Means of the replications.
    best : (worlds,) int
        The choice with the best mean; ties to the first.
    level : (worlds, choices) bool
        Who cannot be told apart from the best; the best itself is level.
    """

    means: Array
    best: npt.NDArray[np.intp]
    level: Flags

    @property
    def clear(self) -> Flags:
        """(worlds,) Whether one choice alone leads."""
        found: Flags = self.level.sum(axis=1) == 1
        return found


class Split(NamedTuple):
    """A threshold beyond which the answer turns.

    Attributes
    ----------
    threshold : float
        Midway between the two neighbouring worlds it parts, `low` and `high`.
    above : bool
        Whether the answer turns above it; else below.
    inside, turned : int
        Worlds beyond the threshold, and how many of these turned.
    gain : float
        Share put right of the worlds in which saying always the same is wrong; 1: all.
    p : float
        Chance of as many turned beyond a given threshold if it meant nothing (hypergeometric), times the number of
        thresholds that were tried.
    """

    threshold: float
    low: float
    high: float
    above: bool
    inside: int
    turned: int
    gain: float
    p: float


class Information(NamedTuple):
    """What it is worth to know an unknown before choosing, in the unit of the values.

    Attributes
    ----------
    value : float
        Expected value of partial perfect information, less what shuffled worlds show by chance; not below 0.
    p : float
        Share of shuffles in which some unknown seems worth as much as this one.
    """

    value: float
    p: float


def leaders(values: npt.ArrayLike, better: Better = "higher", level: float = 0.95) -> Leaders:
    """Return who is best in each world, and who cannot be told apart from the best.

    The spread of a paired difference within a world is pooled over the worlds, because a few replications tell little
    about it: s² = sum over worlds of the squares around the world's mean / (W (R - 1)). Half-width
    t(W (R - 1)) s / sqrt(R), Bonferroni over the other choices.

    Parameters
    ----------
    values : array of shape (worlds, choices, replications)
        Paired: replication r is the same luck under every choice. No NaN; two replications or more.
    better : {"higher", "lower"}
    level : float

    Raises
    ------
    InputError
        When the array has another shape, holds NaN, or has one replication only.

    References
    ----------
    Law (2015), section 11.2 (common random numbers); Hsu (1984), Annals of Statistics 12:1136 (comparisons with the
    best).
    """
    cube = _cube(values)
    worlds, choices, replications = cube.shape
    means = cube.mean(axis=2)
    towards = means if better == "higher" else -means
    best = towards.argmax(axis=1)
    found = np.ones((worlds, choices), dtype=bool)
    if choices > 1:
        freedom = worlds * (replications - 1)
        quantile = student_quantile(bonferroni_level(level, choices - 1), freedom)
        around = cube - means[:, :, None]
        covariance = np.einsum("wir,wjr->ij", around, around) / freedom
        spread = np.diag(covariance)[:, None] + np.diag(covariance)[None] - 2.0 * covariance
        half = quantile * np.sqrt(np.maximum(spread, 0.0) / replications)
        gap = towards[np.arange(worlds), best][:, None] - towards
        # Rounding must not part what is the same.
        found = gap <= half[best] + 1e-12 * np.abs(means).max()
    return Leaders(means, best, found)


def _cube(values: npt.ArrayLike) -> Array:
    cube = np.asarray(values, dtype=np.float64)
    if cube.ndim != 3 or not cube.size:
        message = f"worlds: an array of shape {cube.shape}; worlds x choices x replications allowed; reshape it"
        raise InputError(message)
    if not np.isfinite(cube).all():
        message = "worlds: a value that is not a number; finite numbers are allowed; leave the world out"
        raise InputError(message)
    if cube.shape[2] < 2:
        message = "worlds: one replication in each; 2 or more are allowed; raise the number"
        raise InputError(message)
    return cube


def regrets(found: Leaders, choice: int) -> Array:
    """Return how much a choice falls short of the best in each world, 0 where it cannot be told apart from it.

    Parameters
    ----------
    found : Leaders
    choice : int

    Returns
    -------
    (worlds,) float64
        0 or above, in the unit of the values. The mean is the expected regret, the largest the most it can cost.

    References
    ----------
    Savage (1951), Journal of the American Statistical Association 46:55.
    """
    rows = np.arange(found.best.size)
    short: Array = np.abs(found.means[rows, found.best] - found.means[:, choice])
    short[found.level[:, choice]] = 0.0
    return short


def one_split(positions: npt.ArrayLike, turned: npt.ArrayLike, *, tried: int = 1) -> Split | None:
    """Return the threshold that tells best where the answer turns, if it tells enough; a tree of one split.

    The threshold is the one with the fewest worlds on the wrong side; the first of equals. It is returned only when
    it puts right at least `LEAST_GAIN` of the worlds in which the better constant answer is wrong, has `LEAST_WORLDS`
    on either side, most of those beyond it have turned, and p is at most `P_ALLOWED`.

    Parameters
    ----------
    positions : array of shape (worlds,)
        What was drawn for one unknown.
    turned : array of shape (worlds,)
        Whether the answer is another one in the world.
    tried : int
        How many unknowns and alternatives are looked at together.

    Raises
    ------
    InputError
        When the arrays differ in length.

    References
    ----------
    Breiman et al. (1984), Classification and Regression Trees; Goodman & Kruskal (1954), Journal of the American
    Statistical Association 49:732 (the gain is their lambda).
    """
    x = validation.finite("threshold, positions", validation.vector("threshold, positions", positions))
    y = np.asarray(turned, dtype=bool)
    validation.same_length("threshold", x, y.astype(np.float64))
    order = np.argsort(x, kind="stable")
    x, y = x[order], y[order]
    n, total = x.size, int(y.sum())
    wrong_before = min(total, n - total)
    cuts = np.flatnonzero(np.diff(x) > 0.0) + 1  # worlds below the threshold
    cuts = cuts[(cuts >= LEAST_WORLDS) & (cuts <= n - LEAST_WORLDS)]
    if not wrong_before or not cuts.size:
        return None
    below = np.cumsum(y)[cuts - 1]
    # Turned worlds that are missed, and worlds beyond the threshold that have not turned.
    wrong = np.array([(total - below) + (cuts - below), below + (n - cuts) - (total - below)])
    side, at = np.unravel_index(int(wrong.argmin()), wrong.shape)
    cut, above = int(cuts[at]), bool(side)
    inside = n - cut if above else cut
    hit = int(total - below[at]) if above else int(below[at])
    gain = 1.0 - float(wrong[side, at]) / wrong_before
    p = min(1.0, _at_least(hit, n, total, inside) * 2 * cuts.size * tried)
    if gain < LEAST_GAIN or 2 * hit <= inside or p > P_ALLOWED:
        return None
    low, high = float(x[cut - 1]), float(x[cut])
    return Split((low + high) / 2.0, low, high, above, inside, hit, gain, p)


def _at_least(hits: int, worlds: int, turned: int, inside: int) -> float:
    """Chance of `hits` or more turned worlds among `inside` drawn without replacement."""
    ways = math.comb(worlds, inside)
    top = min(turned, inside)
    return sum(math.comb(turned, k) * math.comb(worlds - turned, inside - k) for k in range(hits, top + 1)) / ways


def perfect_information(means: npt.ArrayLike, better: Better = "higher") -> float:
    """Return the expected value of perfect information: mean of the best less best of the means.

    Parameters
    ----------
    means : array of shape (worlds, choices)
    better : {"higher", "lower"}

    References
    ----------
    Raiffa & Schlaifer (1961), Applied Statistical Decision Theory.
    """
    table = validation.matrix("information, means", means)
    towards = table if better == "higher" else -table
    return float(towards.max(axis=1).mean() - towards.mean(axis=0).max())


def partial_information(
    positions: npt.ArrayLike,
    means: npt.ArrayLike,
    better: Better = "higher",
    *,
    seed: int,
    shuffles: int = 500,
) -> tuple[Information, ...]:
    """Return what knowing each unknown before choosing would be worth, by binning.

    Worlds are put into bins of equal size by the unknown; the value is the mean over worlds of the best mean of their
    bin, less the best mean of all. Bins of few worlds show something even where there is nothing: the mean over
    shuffled worlds is taken off.

    Parameters
    ----------
    positions : array of shape (worlds, unknowns)
        What was drawn.
    means : array of shape (worlds, choices)
    better : {"higher", "lower"}
    seed : int
        Of the shuffles; a generator of its own.
    shuffles : int

    Returns
    -------
    tuple of Information
        One for each unknown; value and p NaN with fewer than `LEAST_FOR_BINS` worlds.

    Raises
    ------
    InputError
        When the arrays do not fit together.

    References
    ----------
    Strong & Oakley (2013), Medical Decision Making 33:755; Felli & Hazen (1998), Medical Decision Making 18:95.
    """
    x = validation.matrix("information, positions", positions)
    table = validation.matrix("information, means", means)
    validation.same_length("information", x[:, 0], table[:, 0])
    towards = table if better == "higher" else -table
    worlds, unknowns = x.shape
    if worlds < LEAST_FOR_BINS:
        return tuple(Information(math.nan, math.nan) for _ in range(unknowns))
    bins = np.column_stack([_binned(column) for column in x.T])
    known = np.array([_worth(column, towards) for column in bins.T])
    generator = np.random.default_rng(validation.count("information, seed", seed))
    chance = np.array(
        [
            [_worth(column, towards) for column in bins[generator.permutation(worlds)].T]
            for _ in range(validation.count("information, shuffles", shuffles, minimum=1))
        ]
    )
    highest = chance.max(axis=1)
    pairs = zip(known.tolist(), chance.mean(axis=0).tolist(), strict=True)
    return tuple(
        Information(max(0.0, value - usual), float((1 + (highest >= value).sum()) / (1 + shuffles)))
        for value, usual in pairs
    )


def _binned(column: Array) -> npt.NDArray[np.intp]:
    """Return the number of the bin of each value; bins are of about the same size, and equal values share one."""
    count = min(MOST_BINS, column.size // WORLDS_A_BIN)
    edges = np.unique(np.quantile(column, np.arange(1, count) / count))
    return np.searchsorted(edges, column, side="right")


def _worth(bins: npt.NDArray[np.intp], towards: Array) -> float:
    sums = np.array([np.bincount(bins, column) for column in towards.T])
    worth = float((sums.max(axis=0).sum() - towards.sum(axis=0).max()) / bins.size)
    # What only rounding makes is nothing.
    return worth if worth > 1e-12 * float(np.abs(towards).max()) else 0.0
