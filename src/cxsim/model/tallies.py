"""What is counted at the end of a period, and the bins of waiting times."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from cxsim.model.jit import rule
from cxsim.model.plan import BECAUSE_PURCHASE, CONTACT_RATE, NEVER
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
def purchase_rate(
    contacts: NDArray[np.void],
    group_contact: NDArray[np.int32],
    levers: NDArray[np.float64],
    firm: int,
    segment: int,
) -> float:
    """Mean purchases per microsecond of a person of `segment` who buys at `firm`, by the levers of the moment.

    Parameters
    ----------
    contacts, group_contact : arrays
        Of the plan.
    levers : (n_slots, n_segments) float64
        Of the state.
    firm, segment : int
    """
    total = 0.0
    for group in range(group_contact.shape[0]):
        contact = group_contact[group, firm]
        if contact >= 0 and contacts[contact]["because"] == BECAUSE_PURCHASE:
            total += levers[contacts[contact]["levers"] + CONTACT_RATE, segment]
    return total


@rule
def is_with_firm(contractual: int, last_purchase: int, now: int, rate: float) -> bool:
    """Whether a person still counts as the customer of his or her present firm at `now`.

    Contractual: always. Noncontractual: while fewer than three of one's own mean purchase intervals have passed since
    the last purchase; the undecided count as with the firm.

    Parameters
    ----------
    contractual : int
        1 or 0.
    last_purchase, now : int
        Microseconds.
    rate : float
        Mean purchases per microsecond of the person, see `purchase_rate`; 0: none.
    """
    if contractual == 1 or rate <= 0.0:
        return True
    return (now - last_purchase) * rate < LOST_AFTER_INTERVALS
