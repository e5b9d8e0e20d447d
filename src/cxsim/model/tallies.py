"""What is counted at the end of a period, and the bins of waiting times."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from cxsim.model.jit import rule
from cxsim.model.plan import NEVER
from cxsim.model.state import N_WAIT_BINS

# Bin 0 holds waits of zero, bin 1 all below a second; then twenty bins a decade, up to about 20 days.
_PER_DECADE = 20
_SECOND = 1_000_000.0
_NEVER = int(NEVER)
LOST_AFTER_INTERVALS = 3


@rule
def wait_bin(wait_us: int) -> int:
    """Bin of a waiting time; see `wait_bin_edges`."""
    if wait_us <= 0:
        return 0
    if wait_us < _SECOND:
        return 1
    return min(2 + int(_PER_DECADE * math.log10(wait_us / _SECOND)), N_WAIT_BINS - 1)


def wait_bin_edges() -> NDArray[np.float64]:
    """Upper edges of the wait bins, microseconds; the last one is infinite."""
    k = np.arange(N_WAIT_BINS, dtype=float)
    edges = _SECOND * 10.0 ** ((k - 1) / _PER_DECADE)
    edges[0] = 0.0
    edges[1] = _SECOND
    edges[-1] = math.inf
    return edges


@rule
def is_with_firm(firm: int, asked: int, contractual: int, last_purchase: int, now: int, need_bound: float) -> bool:
    """Whether a person counts as the firm's customer at `now`.

    Contractual: the firm is the present one. Noncontractual: the present one, and fewer than three of one's own mean
    need intervals have passed since the last purchase; the undecided count as with the firm.

    Parameters
    ----------
    firm, asked : int
        The person's present firm and the firm that is asked about.
    contractual : int
        1 or 0.
    last_purchase, now : int
        Microseconds.
    need_bound : float
        Mean needs per microsecond of the person, 0: no needs.
    """
    if firm != asked:
        return False
    if contractual == 1 or need_bound <= 0.0:
        return True
    return (now - last_purchase) * need_bound < LOST_AFTER_INTERVALS
