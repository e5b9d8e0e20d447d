"""Two outcomes are equal when every byte is that means something."""

from __future__ import annotations

import numpy as np

from cxsim.engines.outcome import Outcome, live


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
