"""Two outcomes are equal when every byte is that means something."""

from __future__ import annotations

import numpy as np

from cxsim.engines.outcome import Outcome
from cxsim.model import events as ev
from cxsim.model.state import State


def live(state: State) -> dict[str, np.ndarray]:
    """Return the state's arrays without what is left over: links and rows that nobody reads any more."""
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
    for name in ("pending", "log", "scratch"):
        del arrays[name]
    return arrays


def differences(one: Outcome, other: Outcome) -> list[str]:
    """Name what differs between two outcomes, with the first place; empty when every byte is equal."""
    found = [_first("log", one.log, other.log), _first("pending", one.pending, other.pending)]
    ours, theirs = live(one.state), live(other.state)
    found += [_first(name, ours[name], theirs[name]) for name in ours]
    return [line for line in found if line]


def _first(name: str, one: np.ndarray, other: np.ndarray) -> str:
    if one.shape == other.shape and one.tobytes() == other.tobytes():
        return ""
    flat, flat_other = one.reshape(-1), other.reshape(-1)
    n = min(flat.size, flat_other.size)
    places = [k for k in range(n) if flat[k].tobytes() != flat_other[k].tobytes()]
    place = places[0] if places else n
    mine = flat[place] if place < flat.size else "nothing"
    yours = flat_other[place] if place < flat_other.size else "nothing"
    return f"{name}: {one.shape} and {other.shape}, first at {place}: {mine} and {yours}"
