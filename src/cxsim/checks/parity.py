"""Both engines on the same world: every byte of the log, the tallies and the people must be equal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np

from cxsim.engines.outcome import Outcome, live
from cxsim.model.plan import Plan
from cxsim.scenario import load

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
    from cxsim.engines import compiled, reference

    plan: Plan = load(scenario).with_values(WORLDS[scenario]).plan()
    fast, readable = (engine.run(plan, SEED, 0, log=True) for engine in (compiled, reference))
    pairs = list(zip(_arrays(fast), _arrays(readable), strict=True))
    return Parity(
        scenario, sum(differing_bytes(*pair) for pair in pairs), sum(one.nbytes for one, _ in pairs), fast.log.size
    )


def differing_bytes(one: np.ndarray, other: np.ndarray) -> int:
    """Count the bytes that differ between two arrays; what only one of them has differs."""
    ours, theirs = (np.frombuffer(array.tobytes(), np.uint8) for array in (one, other))
    shared = min(ours.size, theirs.size)
    return int(np.count_nonzero(ours[:shared] != theirs[:shared])) + max(ours.size, theirs.size) - shared


def _arrays(outcome: Outcome) -> list[np.ndarray]:
    return [outcome.log, outcome.pending, *live(outcome.state).values()]
