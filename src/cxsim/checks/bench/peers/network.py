"""What every peer simulates, how it is called, and what it says at its end.

A peer is called with the number of customers, a seed, and ``w1`` or ``w2``. Times are in minutes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

RATE: Final = 1.9  # customers a minute
AGAIN: Final = 0.1  # share of those from the desk who need a remedy


class Station(NamedTuple):
    """One touchpoint.

    Attributes
    ----------
    name : str
    servers : int
    service : float
        Mean of the exponential service, minutes.
    patience : float
        Mean of the exponential patience, minutes; 0: nobody gives up.
    """

    name: str
    servers: int
    service: float
    patience: float = 0.0


PHONE: Final = Station("phone", 10, 5.0, 8.0)
NETWORKS: Final[Mapping[str, tuple[Station, ...]]] = {
    "w1": (PHONE,),
    "w2": (Station("web", 20, 8.0), PHONE, Station("desk", 6, 3.0), Station("remedy", 2, 8.0)),
}


class Job(NamedTuple):
    """What a peer is asked to do."""

    customers: int
    seed: int
    stations: tuple[Station, ...]

    @property
    def phone(self) -> int:
        """Place of the touchpoint whose exact values are known."""
        return self.stations.index(PHONE)


class Ledger:
    """What a modeller would keep: the wait of every customer, and waits and visits of every touchpoint.

    Attributes
    ----------
    waits : list of float
        Total wait of each customer who has left, minutes.
    gave_up : list of int
        1: the customer gave up.
    waited, visits : list
        Sum of waits and number of visits that have begun, by touchpoint.
    """

    def __init__(self, stations: Sequence[Station]) -> None:
        self.waits: list[float] = []
        self.gave_up: list[int] = []
        self.waited = [0.0] * len(stations)
        self.visits = [0] * len(stations)


def asked() -> Job:
    """Read the command line."""
    customers, seed, work = sys.argv[1:4]
    return Job(int(float(customers)), int(seed), NETWORKS[work])


def memory() -> int | None:
    """Largest memory of this process so far, bytes; None where it cannot be known.

    The figure of `getrusage` would be that of the parent where the process was forked from a larger one.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
    return 1024 * int(line.split()[1])


def tell(version: str, job: Job, ledger: Ledger, wall_s: float, before: int | None) -> None:
    """Write the result as one line of JSON.

    Parameters
    ----------
    version : str
        Of the library.
    job : Job
    ledger : Ledger
    wall_s : float
        Seconds from an empty world to the last event.
    before : int, optional
        Memory before the world was made, bytes.
    """
    phone, after = job.phone, memory()
    found = {
        "version": version,
        "customers": job.customers,
        # The arrival of a customer, and the end of each visit: a service that ends, or giving up.
        "events": job.customers + sum(ledger.visits),
        "wall_s": wall_s,
        "wait": ledger.waited[phone] / ledger.visits[phone],
        "abandoned": sum(ledger.gave_up) / ledger.visits[phone],
        "bytes": None if before is None or after is None else after - before,
    }
    sys.stdout.write(json.dumps(found) + "\n")
