"""salabim in its form with ``yield``: a component for each customer, ``request`` with a delay after which it fails."""

from __future__ import annotations

import random
import time
from collections.abc import Generator
from typing import Any

import salabim

from cxsim.checks.bench.peers.network import AGAIN, RATE, Job, Ledger, asked, memory, tell


def run(job: Job, ledger: Ledger) -> None:
    """Simulate until every customer has left."""
    luck = random.Random(job.seed)
    draw = luck.expovariate
    salabim.yieldless(False)  # noqa: FBT003 -- salabim's own signature
    env = salabim.Environment(trace=False, random_seed=job.seed, yieldless=False)
    desks = [
        (salabim.Resource(station.name, capacity=station.servers, monitor=False), station) for station in job.stations
    ]
    last = len(desks) - 1

    class Customer(salabim.Component):  # type: ignore[misc] # salabim is untyped
        def process(self) -> Generator[Any, Any, None]:
            total = 0.0
            for at, (resource, station) in enumerate(desks):
                if at and at == last and luck.random() >= AGAIN:
                    break
                began = env.now()
                if station.patience:
                    yield self.request(resource, fail_delay=draw(1.0 / station.patience))
                else:
                    yield self.request(resource)
                wait = env.now() - began
                total += wait
                ledger.waited[at] += wait
                ledger.visits[at] += 1
                if station.patience and self.failed():
                    ledger.waits.append(total)
                    ledger.gave_up.append(1)
                    return
                yield self.hold(draw(1.0 / station.service))
                self.release()
            ledger.waits.append(total)
            ledger.gave_up.append(0)

    class Arrivals(salabim.Component):  # type: ignore[misc] # salabim is untyped
        def process(self) -> Generator[Any, Any, None]:
            for _ in range(job.customers):
                yield self.hold(draw(RATE))
                Customer()

    Arrivals()
    env.run()


def main() -> None:
    """Do what the command line asks."""
    job = asked()
    before, ledger = memory(), Ledger(job.stations)
    began = time.perf_counter()
    run(job, ledger)
    tell(salabim.__version__, job, ledger, time.perf_counter() - began, before)


if __name__ == "__main__":
    main()
