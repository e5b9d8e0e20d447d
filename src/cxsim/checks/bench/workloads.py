"""The workloads in turn: each engine and each peer in a process of its own, A B C A B C."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from cxsim.checks.bench.figures import Row, column, ns_per_event, ratio, row_of
from cxsim.checks.bench.fresh import Found, built, has, program, python
from cxsim.checks.bench.peers.network import RATE
from cxsim.checks.bench.sizes import C_LOOP, COMPILED, PEERS, REFERENCE, SEED, SIMPY, Sizes

Say = Callable[[str], None]
Turns = dict[str, list[Found]]

# Staff of `million` by touchpoint, as the file says; it shrinks with the people.
FIRMS: Final = ("North", "South")
STAFF: Final[Mapping[str, int]] = {"store": 100, "phone": 180, "repair": 180}
MILLION: Final = 1_000_000


def simulated(scenario: str, engine: str, seed: int, values: Mapping[str, str], days: float | None = None) -> Found:
    """Run a scenario in a process of its own."""
    job = {"scenario": scenario, "values": dict(values), "engine": engine, "seed": seed, "days": days}
    return python("child", "simulate", json.dumps(job))


def network(work: str, sizes: Sizes, folder: Path, say: Say) -> list[Row]:
    """Run W1 or W2 in both engines, in C and in every peer that is installed.

    Parameters
    ----------
    work : {"w1", "w2"}
    sizes : Sizes
    folder : Path
        For the C program.
    say : callable
        Told what comes next.
    """
    limit = built("limit", folder)
    runs: dict[str, Callable[[int], Found]] = {
        engine: _engine(work, engine, sizes.customers[engine]) for engine in (COMPILED, REFERENCE)
    }
    if limit is not None:
        runs[C_LOOP] = lambda seed: _c(limit, sizes.customers[C_LOOP], seed, work)
    for name, (module, package) in PEERS.items():
        if has(package):
            runs[name] = _peer(module, sizes.customers[name], work)
    turns: Turns = {name: [] for name in runs}
    for turn in range(sizes.turns):
        for name, run in runs.items():
            say(f"{work}, {name}, turn {turn + 1} of {sizes.turns}")
            turns[name].append(run(SEED + turn))
    return compared(work, turns)


def compared(work: str, turns: Turns, time: str = "wall_s") -> list[Row]:
    """Make the rows of a workload, each beside SimPy and C; a ratio is None where one of the two is missing.

    Parameters
    ----------
    work : str
    turns : dict of str to list
        What each turn said, by engine or peer.
    time : str
        Seconds that are compared.
    """
    each = {name: ns_per_event(column(found, time), column(found, "events")) for name, found in turns.items()}
    rows = []
    for name, found in turns.items():
        to_simpy, to_c = ratio(each.get(SIMPY), each[name]), ratio(each[name], each.get(C_LOOP))
        row = row_of(work, name, found)
        row = row._replace(ratio_to_simpy=to_simpy and to_simpy.median, ratio_to_c=to_c and to_c.median)
        if name == COMPILED:
            fast = {other: ratio(theirs, each[name]) for other, theirs in each.items() if other != name}
            row = row._replace(times_as_fast={other: one.median for other, one in fast.items() if one})
        rows.append(row)
    return rows


def _engine(work: str, engine: str, customers: int) -> Callable[[int], Found]:
    values = {"lasts": f"{customers / RATE:.0f} min"}
    return lambda seed: simulated(f"benchmarks/{work}", engine, seed, values)


def _peer(module: str, customers: int, work: str) -> Callable[[int], Found]:
    return lambda seed: python(module, str(customers), str(seed), work)


def _c(limit: Path, customers: int, seed: int, work: str) -> Found:
    found: dict[str, Any] = program([limit, str(customers), str(seed), work])
    return {**found, "wall_s": found["wall_s"][0]}


def town(sizes: Sizes, say: Say) -> list[Row]:
    """Run the first days of `cable-town` in both engines, and all of it in the compiled one.

    The engines are compared without the time that building the world takes: it would be most of so few days.
    """
    turns: Turns = {COMPILED: [], REFERENCE: []}
    whole: list[Found] = []
    for turn in range(sizes.turns):
        for engine, made in turns.items():
            say(f"cable-town, {sizes.days:g} days, {engine}, turn {turn + 1} of {sizes.turns}")
            made.append(simulated("cable-town", engine, SEED + turn, sizes.town, sizes.days))
        say(f"cable-town, all of it, turn {turn + 1} of {sizes.turns}")
        whole.append(simulated("cable-town", COMPILED, SEED + turn, {}))
    fast, slow = compared("cable-town", turns, "advance_s")
    return [row_of("cable-town", COMPILED, whole)._replace(times_as_fast=fast.times_as_fast), slow]


def market(sizes: Sizes, say: Say) -> list[Row]:
    """Run `million` with a part of its people and staff, and with all of them."""
    rows = []
    for people, turns in sizes.markets.items():
        found = []
        for turn in range(turns):
            say(f"million, {people:,} people, turn {turn + 1} of {turns}")
            found.append(simulated("benchmarks/million", COMPILED, SEED + turn, shrunk(people)))
        rows.append(row_of("million", COMPILED, found))
    return rows


def shrunk(people: int) -> dict[str, str]:
    """Return what is to be set so that `million` has this many people and as much staff for each."""
    if people == MILLION:
        return {}
    staff = {
        f"{firm}.{desk}.staff": str(max(1, round(count * people / MILLION)))
        for firm in FIRMS
        for desk, count in STAFF.items()
    }
    return {"market.customers": str(people), **staff}
