"""SimPy optimised by hand: servers counted and queues kept by ourselves, events only for those who really wait.

Patience is a bare callback instead of a condition, and random numbers come from NumPy in blocks. This is about as far
as one gets without leaving SimPy.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from typing import Any

import numpy as np
import simpy
from simpy.events import PENDING, Event, Timeout

from cxsim.checks.bench.peers.network import AGAIN, RATE, Job, Ledger, Station, asked, memory, tell

BLOCK = 65_536


def drawn(block: Callable[[int], np.ndarray]) -> Callable[[], float]:
    """Return a function that gives one number after the other from blocks."""

    def numbers() -> Iterator[float]:
        while True:
            yield from block(BLOCK).tolist()

    return numbers().__next__


class Desk:
    """A touchpoint: free servers, who waits, and its durations."""

    __slots__ = ("at", "free", "patience", "service", "waiting")

    def __init__(self, at: int, station: Station, luck: np.random.Generator) -> None:
        self.at, self.free = at, station.servers
        self.waiting: deque[Event] = deque()
        self.service = drawn(lambda size: luck.exponential(station.service, size))
        self.patience = drawn(lambda size: luck.exponential(station.patience, size)) if station.patience else None

    def wait(self, env: simpy.Environment) -> Event:
        """Join the queue; the event says whether one was answered."""
        event = Event(env)
        self.waiting.append(event)
        if self.patience is not None:

            def give_up(_: Any) -> None:
                if event._value is PENDING:
                    event.succeed(value=False)

            Timeout(env, self.patience()).callbacks.append(give_up)
        return event

    def leave(self) -> None:
        """Serve the next who still waits, or be free."""
        while self.waiting:
            event = self.waiting.popleft()
            if event._value is PENDING:
                event.succeed(value=True)
                return
        self.free += 1


def run(job: Job, ledger: Ledger) -> None:
    """Simulate until every customer has left."""
    luck = np.random.default_rng(job.seed)
    env = simpy.Environment()
    desks = [Desk(at, station, luck) for at, station in enumerate(job.stations)]
    gap = drawn(lambda size: luck.exponential(1.0 / RATE, size))
    chance = drawn(luck.random)
    last = len(desks) - 1

    def customer() -> Generator[Any, Any, None]:
        total = 0.0
        for desk in desks:
            if desk.at and desk.at == last and chance() >= AGAIN:
                break
            ledger.visits[desk.at] += 1
            if desk.free:
                desk.free -= 1
            else:
                began = env._now
                answered = yield desk.wait(env)
                wait = env._now - began
                total += wait
                ledger.waited[desk.at] += wait
                if not answered:
                    ledger.waits.append(total)
                    ledger.gave_up.append(1)
                    return
            yield Timeout(env, desk.service())
            desk.leave()
        ledger.waits.append(total)
        ledger.gave_up.append(0)

    def arrivals() -> Generator[Any, Any, None]:
        for _ in range(job.customers):
            yield Timeout(env, gap())
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
