"""Quantiles of waiting times from log-spaced histograms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cxsim.model.tallies import wait_bin_edges


def open_from() -> float:
    """Return the wait, microseconds, from which waits are only known to be as long or longer: about 20.6 days."""
    return float(wait_bin_edges()[-2])


def wait_quantile(counts: NDArray[np.int64], share: float) -> NDArray[np.float64]:
    """Return the wait that a share of the customers does not exceed.

    Within a bin, waits are taken to lie evenly on the bin's scale: even below a second, log-even above. The bins are
    a twentieth of a decade wide, so the error is below 12 % of the wait.

    Parameters
    ----------
    counts : (..., n_bins) int64
        Waits in each bin of `cxsim.model.tallies.wait_bin`.
    share : float
        Between 0 and 1, for instance 0.9.

    Returns
    -------
    (...) float64
        Microseconds; NaN where there is no wait. The last bin is open: its lower edge is given, which stands for that
        wait or any longer one (`open_from`).
    """
    upper = wait_bin_edges()
    lower = np.concatenate(([0.0], upper[:-1]))
    total = counts.sum(axis=-1)
    wanted = share * total
    reached = np.cumsum(counts, axis=-1)
    last = counts.shape[-1] - 1
    at = np.minimum((reached < wanted[..., None]).sum(axis=-1), last)
    inside = np.take_along_axis(counts, at[..., None], axis=-1)[..., 0]
    before = np.take_along_axis(reached, at[..., None], axis=-1)[..., 0] - inside
    part = (wanted - before) / np.maximum(inside, 1)
    low, high = lower[at], np.where(at == last, lower[at], upper[at])
    with np.errstate(divide="ignore", invalid="ignore"):
        log_even = low * (high / low) ** part
    wait = np.where(at >= 2, log_even, low + part * (high - low))  # noqa: PLR2004 -- bins 0 and 1 hold less than a second
    return np.where(total > 0, wait, np.nan)
