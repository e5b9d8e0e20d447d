"""What a run leaves behind, whichever engine ran it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxsim.model.state import State


class Outcome(NamedTuple):
    """The final world of one replication.

    Attributes
    ----------
    state : State
        With the tallies; see `cxsim.model.state`.
    log : (n,) LOG
        In the order in which things happened; empty unless asked for.
    pending : (m,) PENDING
        What was still going to happen at the horizon, sorted.
    engine : str
        "compiled" or "reference".
    """

    state: State
    log: NDArray[np.void]
    pending: NDArray[np.void]
    engine: str
