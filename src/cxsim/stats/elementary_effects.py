"""Elementary effects of a noisy function: which factors matter at all, and which effects luck alone would make.

The effect of factor i in trajectory t is the change of the value over the change of the position, which runs from 0 to
1 over the range of the factor: it is in the unit of the values, for the whole range. With replications on common luck
it is a paired difference, known to within its standard error s / sqrt(R).

References
----------
Morris (1991), Technometrics 33:161; Campolongo, Cariboni & Saltelli (2007), Environmental Modelling & Software 22:1509
(mu*); Hoeffding (1948), Annals of Mathematical Statistics 19:293 (products of different replications only).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from cxsim.errors import InputError
from cxsim.stats import validation
from cxsim.stats.intervals import normal_quantile, student_quantile
from cxsim.stats.paired import bonferroni_level
from cxsim.stats.variance_shares import RESAMPLES, drawn_weights, without_luck

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[np.float64]

LEAST_TRAJECTORIES: Final = 2


class Effects(NamedTuple):
    """What moving each factor through its range does, each of shape (factors,), in the unit of the values.

    Attributes
    ----------
    mu : float64
        Mean effect: which way it goes.
    mu_se : float64
        Its standard error from luck alone, over replications.
    mu_low, mu_high : float64
        Its interval, over trajectories and replications.
    mu_star_raw : float64
        Mean size of the effects of the means: luck makes it too large.
    mu_star : float64
        The same with the sign of each effect taken from the other replications: 0 on average where there is nothing,
        the size where the sign is sure, never too large on average.
    mu_star_low, mu_star_high : float64
        Its interval, over trajectories and replications.
    sigma_raw, sigma : float64
        Standard deviation of the effects over trajectories (interactions and bends), as found and with luck taken off.
    noise : float64
        Share of the mean square of the effects that is luck, between 0 and 1.
    told_apart : bool
        Whether some effect is more than luck explains.
    trajectories, replications : int
        Trajectories that could be used; replications.
    """

    mu: Array
    mu_se: Array
    mu_low: Array
    mu_high: Array
    mu_star_raw: Array
    mu_star: Array
    mu_star_low: Array
    mu_star_high: Array
    sigma_raw: Array
    sigma: Array
    noise: Array
    told_apart: npt.NDArray[np.bool_]
    trajectories: int
    replications: int


def elementary_effects(
    positions: npt.ArrayLike,
    values: npt.ArrayLike,
    *,
    seed: int,
    level: float = 0.95,
    resamples: int = RESAMPLES,
) -> Effects:
    """Return elementary effects, with the part that luck plays in them.

    A factor is told apart from luck when the mean of its effects is (paired t over replications), or when one of its
    effects is beyond what luck gives any of all effects (Bonferroni; the spread within points is pooled over
    trajectories, or the effect's own where that is larger). Both are tested at half of 1 - `level`.

    Parameters
    ----------
    positions : array of shape (trajectories, factors + 1, factors)
        Between 0 and 1; each step of a trajectory moves one factor.
    values : array of shape (trajectories, factors + 1, replications)
        A trajectory with a NaN is left out.
    seed : int
        Of the resampling; a generator of its own.
    level : float
    resamples : int

    Raises
    ------
    InputError
        When the arrays do not fit, a step moves no factor or two, or there are fewer than two whole trajectories or
        replications.
    """
    effects = _effects(positions, values)
    trajectories, _, replications = effects.shape
    generator = np.random.default_rng(validation.count("morris, seed", seed))
    weights = np.ones(replications)
    means = effects.mean(axis=2)
    of_each = effects.mean(axis=0)  # factors x replications
    mu_se = of_each.std(axis=1, ddof=1) / np.sqrt(replications)
    squares = (means**2).mean(axis=0)
    kept = without_luck(squares, (effects**2).mean(axis=0), weights)
    variance = without_luck(means.var(axis=0, ddof=1), effects.var(axis=0, ddof=1), weights)
    count = validation.count("morris, resamples", resamples, minimum=2)
    # As for Sobol indices: points and replications drawn anew apart, the variances added.
    drawn = [
        np.array([_both(effects[generator.integers(trajectories, size=trajectories)], weights) for _ in range(count)]),
        np.array([_both(effects, drawn_weights(generator, replications)) for _ in range(count)]),
    ]
    size = _sizes(effects, weights)
    mean_half, half = normal_quantile(level) * np.hypot(*(one.std(axis=0, ddof=1) for one in drawn))
    with np.errstate(divide="ignore", invalid="ignore"):
        noise = np.where(squares > 0.0, np.clip(1.0 - kept / squares, 0.0, 1.0), 0.0)
    mu = means.mean(axis=0)
    return Effects(
        mu=mu,
        mu_se=mu_se,
        mu_low=mu - mean_half,
        mu_high=mu + mean_half,
        mu_star_raw=np.abs(means).mean(axis=0),
        mu_star=size,
        mu_star_low=size - half,
        mu_star_high=size + half,
        sigma_raw=means.std(axis=0, ddof=1),
        sigma=np.sqrt(np.maximum(variance, 0.0)),
        noise=noise,
        told_apart=_told_apart(effects, mu_se, level),
        trajectories=trajectories,
        replications=replications,
    )


def _sizes(effects: Array, weights: Array) -> Array:
    """Mean size of the effects, each replication signed by the mean of the others."""
    total = effects @ weights
    others = total[:, :, None] - effects * weights
    found: Array = (effects * np.sign(others) @ weights).mean(axis=0) / weights.sum()
    return found


def _both(effects: Array, weights: Array) -> Array:
    """Mean effects, and below them their mean sizes."""
    return np.array([(effects @ weights).mean(axis=0) / weights.sum(), _sizes(effects, weights)])


def _told_apart(effects: Array, mu_se: Array, level: float) -> npt.NDArray[np.bool_]:
    trajectories, factors, replications = effects.shape
    half_level = bonferroni_level(level, 2)
    means = effects.mean(axis=2)
    mean_level = bonferroni_level(half_level, factors)
    on_average = np.abs(means.mean(axis=0)) > student_quantile(mean_level, replications - 1) * mu_se
    spread = effects.var(axis=2, ddof=1)
    pooled = np.maximum(spread, spread.mean(axis=0))
    quantile = student_quantile(bonferroni_level(half_level, trajectories * factors), trajectories * (replications - 1))
    # Rounding is not an effect.
    limit = quantile * np.sqrt(pooled / replications) + 1e-12 * np.abs(effects).max()
    found: npt.NDArray[np.bool_] = on_average & (means != 0.0).any(axis=0) | (np.abs(means) > limit).any(axis=0)
    return found


def _effects(positions: npt.ArrayLike, values: npt.ArrayLike) -> Array:
    """Return the effects, (trajectories, factors, replications)."""
    x, y = np.asarray(positions, dtype=np.float64), np.asarray(values, dtype=np.float64)
    if x.ndim != 3 or y.ndim != 3 or x.shape[:2] != y.shape[:2] or x.shape[1] != x.shape[2] + 1:
        message = (
            f"morris: positions of shape {x.shape} and values of shape {y.shape}; trajectories x (factors + 1) x "
            "factors and the same points x replications allowed; reshape them"
        )
        raise InputError(message)
    if y.shape[2] < 2:
        message = "morris: one replication; 2 or more are needed to tell luck from effect; raise the number"
        raise InputError(message)
    moves = np.diff(x, axis=1)
    moved = np.abs(moves) > 1e-9
    if not (moved.sum(axis=2) == 1).all() or not (moved.sum(axis=1) == 1).all():
        message = "morris: a step that moves no factor or two; one in each step is needed; check the design"
        raise InputError(message)
    whole = np.isfinite(y).all(axis=(1, 2))
    if whole.sum() < LEAST_TRAJECTORIES:
        message = (
            f"morris: {int(whole.sum())} whole trajectories; {LEAST_TRAJECTORIES} or more are needed; raise the number"
        )
        raise InputError(message)
    moves, moved, steps = moves[whole], moved[whole], np.diff(y[whole], axis=1)
    order = moved.argmax(axis=1)  # in which step each factor moves
    found: Array = np.take_along_axis(steps, order[:, :, None], axis=1) / np.take_along_axis(
        moves, order[:, None, :], axis=1
    ).swapaxes(1, 2)
    return found
