"""How much work a benchmark is made of: all of it in about ten minutes, or a trial in under one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

SEED: Final = 20_260_301  # of the first turn; later turns count on
COMPILED: Final = "compiled"
REFERENCE: Final = "reference"
C_LOOP: Final = "C loop"
SIMPY: Final = "SimPy"
TUNED: Final = "SimPy by hand"
CIW: Final = "Ciw"
SALABIM: Final = "salabim"

# Module of each peer, and the package that it needs.
PEERS: Final[Mapping[str, tuple[str, str]]] = {
    SIMPY: ("peers.plain_simpy", "simpy"),
    TUNED: ("peers.tuned_simpy", "simpy"),
    CIW: ("peers.ciw_network", "ciw"),
    SALABIM: ("peers.salabim_network", "salabim"),
}
NETWORKS: Final = ("w1", "w2")
WORKLOADS: Final = (*NETWORKS, "cable-town", "million")
PARTS: Final = ("calendar", "start", "draws", "workers")


class Sizes(NamedTuple):
    """How much is done.

    Attributes
    ----------
    turns : int
        Turns of everything that is compared in turn.
    customers : mapping
        Customers of W1 and W2 for each engine and peer: few for the slow ones, whose time per customer is level.
    days : float
        Days of `cable-town` in both engines; the compiled one then runs all of it.
    town : mapping
        What is set in `cable-town` for these days.
    markets : mapping
        Turns of each size of `million`, by people.
    pending : tuple of int
        Sizes of the hold model.
    holds : int
        Operations of the hold model.
    draws : int
        Customers of the loops that compare keyed draws with one stream.
    replications, callers : int, int
        Replications of W2 for two workers, and customers of each.
    cold : bool
        Whether the engine is compiled once more, into an empty folder.
    """

    turns: int
    customers: Mapping[str, int]
    days: float
    town: Mapping[str, str]
    markets: Mapping[int, int]
    pending: tuple[int, ...]
    holds: int
    draws: int
    replications: int
    callers: int
    cold: bool


FULL: Final = Sizes(
    turns=5,
    customers={
        COMPILED: 1_000_000,
        C_LOOP: 1_000_000,
        SIMPY: 100_000,
        TUNED: 100_000,
        CIW: 30_000,
        SALABIM: 5_000,
        REFERENCE: 5_000,
    },
    days=30.0,
    town={},
    markets={10_000: 5, 100_000: 2, 1_000_000: 1},
    pending=(10_000, 100_000, 1_000_000),
    holds=3_000_000,
    draws=1_000_000,
    replications=8,
    callers=200_000,
    cold=True,
)
QUICK: Final = Sizes(
    turns=1,
    customers={
        COMPILED: 200_000,
        C_LOOP: 200_000,
        SIMPY: 20_000,
        TUNED: 20_000,
        CIW: 5_000,
        SALABIM: 500,
        REFERENCE: 1_000,
    },
    days=10.0,
    town={"market.customers": "1000"},  # building the world of the reference engine takes longer than its days
    markets={10_000: 1},
    pending=(10_000,),
    holds=300_000,
    draws=200_000,
    replications=4,
    callers=50_000,
    cold=False,
)
