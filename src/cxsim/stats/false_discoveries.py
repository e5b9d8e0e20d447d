"""Many comparisons at once: which differences to name so that luck made only a small share of those named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from cxsim.errors import InputError
from cxsim.stats import validation

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[np.float64]


def paired_chances(differences: npt.ArrayLike) -> Array:
    """Return for each row the chance of a mean as far from 0, either way, if luck alone made it.

    t = mean / (s / sqrt(R)), with s pooled over the rows as in `cxsim.stats.robustness.leaders`, because a few
    replications of one row tell little about it.

    Parameters
    ----------
    differences : array of shape (rows, replications)
        Paired; two replications or more, no NaN.

    Returns
    -------
    (rows,) float64
        1 where the mean is 0 but for rounding, even if nothing varies.

    Raises
    ------
    InputError
        When the array has another shape, or holds NaN.
    """
    gaps = np.asarray(differences, dtype=np.float64)
    if gaps.ndim != 2 or not gaps.shape[0] or gaps.shape[1] < 2 or not np.isfinite(gaps).all():
        message = f"differences: an array of shape {gaps.shape}; rows x 2 or more finite values allowed; check it"
        raise InputError(message)
    rows, replications = gaps.shape
    means = gaps.mean(axis=1)
    freedom = rows * (replications - 1)
    error = float(np.sqrt(((gaps - means[:, None]) ** 2).sum() / freedom / replications))
    sizes = np.abs(means)
    sizes[sizes <= 1e-12 * np.abs(gaps).max()] = 0.0  # rounding is not a difference
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(sizes > 0.0, sizes / error, 0.0)
    found: Array = 2.0 * special.stdtr(freedom, -t)
    return found


def not_by_luck(chances: npt.ArrayLike, share: float = 0.05) -> npt.NDArray[np.bool_]:
    """Return which of many are named so that, on average, luck made at most a `share` of them.

    The step-up rule: the k smallest are named for the largest k with p(k) <= k share / m. It holds for independent
    chances, and for many kinds of those that rise together, as on common luck. If luck made all of them, none is named
    with a chance of 1 - share.

    Parameters
    ----------
    chances : array of shape (m,)
        p values.
    share : float
        False discovery rate.

    Raises
    ------
    InputError
        When a chance is not a share.

    References
    ----------
    Benjamini & Hochberg (1995), Journal of the Royal Statistical Society B 57:289; Benjamini & Yekutieli (2001), Annals
    of Statistics 29:1165 (dependence).
    """
    p = validation.finite("false discoveries, chances", validation.vector("false discoveries, chances", chances))
    if ((p < 0.0) | (p > 1.0)).any():
        message = "false discoveries, chances: one below 0 or above 1; shares are allowed; check them"
        raise InputError(message)
    ordered = np.sort(p)
    passed = np.flatnonzero(ordered <= share * np.arange(1, p.size + 1) / p.size)
    return p <= ordered[passed[-1]] if passed.size else np.zeros(p.size, dtype=bool)
