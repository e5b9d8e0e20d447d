"""Both engines on the same world: every byte of the log, the tallies and the people must be equal."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from cxsim.engines.outcome import Outcome, live
from cxsim.experiments.simulate import costs_of, names_of
from cxsim.experiments.steering import Steering, SteeringPlan, steering_of
from cxsim.model.plan import Plan
from cxsim.scenario import load

if TYPE_CHECKING:
    from cxsim.scenario import Scenario

SEED: Final = 20_260_101
# Small enough for seconds; together they queue, abandon, call again, choose, learn, leave and talk.
WORLDS: Final[Mapping[str, Mapping[str, str]]] = {
    "bank-phone": {"lasts": "1 d"},
    "local-shop-vs-chain": {"lasts": "2 months", "warm_up": "1 month", "market.customers": "100"},
    "verification/contract-switching": {"lasts": "6 months", "market.customers": "200"},
    "verification/feedback-network": {"lasts": "3 h"},
}


class Parity(NamedTuple):
    """How many bytes of a world differ between the engines.

    Attributes
    ----------
    scenario : str
    differing : int
        Bytes that differ, or are there only once.
    compared : int
        Bytes of the compiled engine.
    rows : int
        Rows of its log.
    """

    scenario: str
    differing: int
    compared: int
    rows: int


def parity(scenario: str) -> Parity:
    """Run a world of `WORLDS` in both engines and count the bytes that differ."""
    return _parity(scenario, load(scenario).with_values(WORLDS[scenario]).plan(), SEED)


def check_parity(scenario: Scenario | str | Path, *, policy: str = "as-is", seed: int = SEED) -> Parity:
    """Run a scenario once in each engine and count the bytes that differ: 0 where they agree.

    Inside `cxsim.replaced` both engines run under the replaced rule; a steered policy is steered in both.

    Parameters
    ----------
    scenario : Scenario or path or str
        A scenario, its file, or the name of a bundled one, as long as it lasts; the reference engine is some hundred
        times slower than the compiled one, so shorten it first: ``scenario.with_values({"lasts": "1 month"})``.
    policy : str
    seed : int

    Raises
    ------
    InputError
        When the scenario or the policy is not allowed.
    RunError
        When a run does not end.
    """
    found = load(scenario) if isinstance(scenario, str | Path) else scenario
    plan = found.plan(policy)
    names = names_of(found)
    return _parity(found.name, plan, seed, steering_of(found, policy, names, costs_of(found, policy, names)))


def _parity(name: str, plan: Plan, seed: int, steering: SteeringPlan | None = None) -> Parity:
    from cxsim.engines import compiled, reference

    steers = [Steering(steering, plan) if steering is not None else None for _ in range(2)]
    engines = (compiled, reference)
    fast, readable = (
        engine.run(plan, seed, 0, log=True, steer=steer) for engine, steer in zip(engines, steers, strict=True)
    )
    pairs = list(zip(_arrays(fast), _arrays(readable), strict=True))
    return Parity(
        name, sum(differing_bytes(*pair) for pair in pairs), sum(one.nbytes for one, _ in pairs), fast.log.size
    )


def differing_bytes(one: np.ndarray, other: np.ndarray) -> int:
    """Count the bytes that differ between two arrays; what only one of them has differs."""
    ours, theirs = (np.frombuffer(array.tobytes(), np.uint8) for array in (one, other))
    shared = min(ours.size, theirs.size)
    return int(np.count_nonzero(ours[:shared] != theirs[:shared])) + max(ours.size, theirs.size) - shared


def _arrays(outcome: Outcome) -> list[np.ndarray]:
    return [outcome.log, outcome.pending, *live(outcome.state).values()]
