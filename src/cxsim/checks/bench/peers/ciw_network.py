"""Ciw: a network with reneging. The time leaves out reading its records, which is done afterwards."""

from __future__ import annotations

import time
from typing import Any

import ciw

from cxsim.checks.bench.peers.network import AGAIN, RATE, Job, Ledger, asked, memory, tell


def run(job: Job) -> Any:
    """Simulate until every customer has left, and return Ciw's simulation."""
    ciw.seed(job.seed)
    size = len(job.stations)
    routing = [[1.0 if to == at + 1 else 0.0 for to in range(size)] for at in range(size)]
    if size > 1:
        routing[-2][-1] = AGAIN
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(RATE)] + [None] * (size - 1),
        service_distributions=[ciw.dists.Exponential(1.0 / station.service) for station in job.stations],
        reneging_time_distributions=[
            ciw.dists.Exponential(1.0 / station.patience) if station.patience else None for station in job.stations
        ],
        number_of_servers=[station.servers for station in job.stations],
        routing=routing,
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(job.customers, method="Finish")
    return simulation


def read(simulation: Any, ledger: Ledger) -> None:
    """Take waits and visits from Ciw's records."""
    for customer in simulation.nodes[-1].all_individuals:
        total, gave_up = 0.0, 0
        for record in customer.data_records:
            at = record.node - 1
            total += record.waiting_time
            ledger.waited[at] += record.waiting_time
            ledger.visits[at] += 1
            gave_up |= record.record_type == "renege"
        ledger.waits.append(total)
        ledger.gave_up.append(gave_up)


def main() -> None:
    """Do what the command line asks."""
    job = asked()
    before, ledger = memory(), Ledger(job.stations)
    began = time.perf_counter()
    simulation = run(job)
    wall_s = time.perf_counter() - began
    read(simulation, ledger)
    tell(ciw.__version__, job._replace(customers=len(ledger.waits)), ledger, wall_s, before)


if __name__ == "__main__":
    main()
