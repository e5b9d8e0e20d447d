"""What a run leaves behind, whichever engine ran it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxsim.model import events as ev
from cxsim.model.plan import DAY
from cxsim.model.state import State

CALENDAR_FIELDS = ("calendar", "near", "slots", "spare", "chunks", "links", "buckets")
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


def live(state: State) -> dict[str, NDArray[np.void]]:
    """Return what both engines leave equal to the byte: all but links and rows that nobody reads any more."""
    arrays = {name: array.copy() for name, array in state._asdict().items()}
    world = arrays["world"]
    # The compiled engine chains fresh rows too, and empties its log now and then.
    world["free_row"] = world["n_log"] = 0
    hot = arrays["hot"]
    lent = np.flatnonzero(hot["entity"])
    used = max(arrays["cold"].size, lent[-1] + 1 if lent.size else 0)
    hot = arrays["hot"] = hot[:used]
    waiting = hot["status"] == ev.QUEUED
    hot["next"][~waiting] = hot["prev"][~waiting] = -1
    agents = arrays["agents"]
    idle = agents["status"] == ev.FREE
    agents["next"][~idle] = agents["prev"][~idle] = -1
    # What a run leaves of these stands in the outcome itself; scratch is nobody's.
    for name in (*CALENDAR_FIELDS, "log", "scratch"):
        del arrays[name]
    return arrays
