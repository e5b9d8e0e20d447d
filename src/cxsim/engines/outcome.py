"""What a run leaves behind, whichever engine ran it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxsim.model import events as ev
from cxsim.model.plan import DAY
from cxsim.model.state import State

_BROKEN = {
    ev.JOURNEY_TOO_LONG: f"a journey visited more than {ev.MAX_VISITS} touchpoints",
    ev.UNORDERED: "events came out of order; this is a defect of the engine",
}


def what_broke(status: int, replication: int, now: int) -> str:
    """Say which rule a run broke, and where it was."""
    return f"replication {replication}, day {now / DAY:.1f}: {_BROKEN.get(status, f'the engine stopped ({status})')}"


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
