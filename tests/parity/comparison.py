"""Two outcomes are equal when every byte is that means something."""

from __future__ import annotations

import numpy as np

from cxsim.engines.outcome import Outcome, live
from cxsim.experiments.simulate import costs_of, names_of
from cxsim.experiments.steering import Steering, steering_of


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


def steer_of(scenario, policy, plan):
    """What steers a run of a policy; None where nothing does."""
    names = names_of(scenario)
    made = steering_of(scenario, policy, names, costs_of(scenario, policy, names))
    return None if made is None else Steering(made, plan)
