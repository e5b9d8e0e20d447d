"""Idiomatic SimPy: a process for each customer, a Resource for each touchpoint, ``request | timeout`` for patience."""

from __future__ import annotations

import random
import time
from collections.abc import Generator
from typing import Any

import simpy

from cxsim.checks.bench.peers.network import AGAIN, RATE, Job, Ledger, Station, asked, memory, tell

Steps = Generator[Any, Any, Any]


def run(job: Job, ledger: Ledger) -> None:
    """Simulate until every customer has left."""
    luck = random.Random(job.seed)
    draw = luck.expovariate
    env = simpy.Environment()
    desks = [(simpy.Resource(env, capacity=station.servers), station) for station in job.stations]

    def caller() -> Steps:
        resource, station = desks[0]
        began = env.now
        with resource.request() as request:
            answer = yield request | env.timeout(draw(1.0 / station.patience))
            wait = env.now - began
            ledger.waits.append(wait)
            ledger.waited[0] += wait
            ledger.visits[0] += 1
            ledger.gave_up.append(request not in answer)
            if request in answer:
                yield env.timeout(draw(1.0 / station.service))

    def visit(at: int, resource: simpy.Resource, station: Station) -> Steps:
        began = env.now
        with resource.request() as request:
            if station.patience:
                answer = yield request | env.timeout(draw(1.0 / station.patience))
                answered = request in answer
            else:
                yield request
                answered = True
            wait = env.now - began
            ledger.waited[at] += wait
            ledger.visits[at] += 1
            if answered:
                yield env.timeout(draw(1.0 / station.service))
        return answered, wait

    def visitor() -> Steps:
        total = 0.0
        for at, (resource, station) in enumerate(desks):
            if at == len(desks) - 1 and luck.random() >= AGAIN:
                break
            answered, wait = yield from visit(at, resource, station)
            total += wait
            if not answered:
                ledger.waits.append(total)
                ledger.gave_up.append(1)
                return
        ledger.waits.append(total)
        ledger.gave_up.append(0)

    customer = caller if len(desks) == 1 else visitor

    def arrivals() -> Steps:
        for _ in range(job.customers):
            yield env.timeout(draw(RATE))
            env.process(customer())

    env.process(arrivals())
    env.run()


def main() -> None:
    """Do what the command line asks."""
    job = asked()
    before, ledger = memory(), Ledger(job.stations)
    began = time.perf_counter()
    run(job, ledger)
    tell(simpy.__version__, job, ledger, time.perf_counter() - began, before)


if __name__ == "__main__":
    main()
