"""What a process of its own does for a measurement: ``python -m cxsim.checks.bench.child TASK JSON``.

The last line on standard output is JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from cxsim.checks.bench.peers.network import memory
from cxsim.engines.outcome import Outcome
from cxsim.model.plan import MINUTE, Plan
from cxsim.model.state import State
from cxsim.scenario import load

DAY: Final = 24 * 60 * MINUTE
SMALL: Final = "benchmarks/w1"
SHORT: Final = {"lasts": "1 h"}


def simulate(job: Mapping[str, Any]) -> dict[str, Any]:
    """Run a scenario in one engine, warm.

    Parameters
    ----------
    job : mapping
        ``scenario``, ``values`` (paths and what they are set to), ``engine``, ``seed``, and ``days`` from the begin of
        the warm-up on; None: all of it.
    """
    begin = _engine(job["engine"])
    _run(begin, load(SMALL).with_values(SHORT).plan(), job["seed"], None)  # loads what has been compiled
    plan = load(job["scenario"]).with_values(job["values"]).plan()
    times = [time.perf_counter()]
    outcome = _run(begin, plan, job["seed"], job["days"], times=times)
    times.append(time.perf_counter())
    found = {"wall_s": times[2] - times[0], "advance_s": times[2] - times[1], "peak": memory()}
    return {**told(plan, outcome.state), **found}


def told(plan: Plan, state: State) -> dict[str, Any]:
    """Count what a run did, its warm-up included."""
    touch, people = state.touch, int(plan.market[0]["n_persons"])
    arrived = float(state.firm["needs"].sum()) if people else float(touch["arrivals"][:, 0].sum())
    found = {
        "customers": people or arrived,
        "events": arrived + float(touch["served"].sum() + touch["abandoned"].sum()),
        "taken": int(state.world[0]["events"]),
        "visits": int(state.world[0]["visits"]),
        # Callers who have gone leave their rows to others: what is kept is no matter of how many have come.
        "bytes": sum(array.nbytes for array in state) if people else None,
    }
    if not people:
        phone = touch[:, plan.touchpoints.size // 4]  # W1: its only touchpoint, W2: its second
        callers = int(phone["arrivals"].sum())
        found["wait"] = int(phone["wait_all"].sum()) / callers / MINUTE
        found["abandoned"] = int(phone["abandoned"].sum()) / callers
    return found


def workers(job: Mapping[str, Any]) -> dict[str, Any]:
    """Run replications one after another, then by several workers at a time.

    Parameters
    ----------
    job : mapping
        ``scenario``, ``values``, ``seed``, ``replications``, ``jobs``.

    Returns
    -------
    dict
        ``alone_s`` and ``together_s`` for the same replications, and whether their values are ``equal``.
    """
    from cxsim.experiments.executor import own_executor

    plan = load(job["scenario"]).with_values(job["values"]).plan()
    begin = _engine("compiled")
    _run(begin, load(SMALL).with_values(SHORT).plan(), 0, None)

    def taken(replication: int) -> int:
        state = _run(begin, plan, job["seed"], None, replication=replication).state
        return int(state.world[0]["events"])

    numbers = range(job["replications"])
    seconds, values = [], []
    for jobs in (1, job["jobs"]):
        with own_executor("compiled", jobs, len(numbers)) as (executor, _):
            executor.submit(taken, 0).result()  # starts a worker
            began = time.perf_counter()
            values.append(list(executor.map(taken, numbers)))
            seconds.append(time.perf_counter() - began)
    return {"alone_s": seconds[0], "together_s": seconds[1], "equal": values[0] == values[1]}


def hold(job: Mapping[str, Any]) -> dict[str, Any]:
    """Measure the calendar alone: see `cxsim.checks.bench.holding`."""
    from cxsim.checks.bench.holding import held

    return held(job["size"], job["operations"], job["seed"])


def streams(job: Mapping[str, Any]) -> dict[str, Any]:
    """Measure keyed draws beside one stream: see `cxsim.checks.bench.drawing`."""
    from cxsim.checks.bench.drawing import compared

    return compared(job["customers"], job["seed"], job["turns"])


def _engine(name: str) -> Callable[[Plan, int, int], Any]:
    """Return what begins a run: the two engines never see each other, and share this way of being driven."""
    if name == "reference":
        from cxsim.engines.reference.run import Simulation

        return Simulation.begun
    from cxsim.engines.compiled import Simulation as Fast

    return Fast.begun


def _run(
    begin: Callable[[Plan, int, int], Any],
    plan: Plan,
    seed: int,
    days: float | None,
    *,
    replication: int = 0,
    times: list[float] | None = None,
) -> Outcome:
    """Run a plan, or its first days; the moment at which its world is built is added to `times`."""
    simulation = begin(plan, seed, replication)
    if times is not None:
        times.append(time.perf_counter())
    horizon = int(plan.clock[0]["horizon"])
    simulation.advance(horizon if days is None else int(plan.clock[0]["start"] + days * DAY))
    outcome: Outcome = simulation.outcome()
    return outcome


TASKS: Final = {"simulate": simulate, "workers": workers, "hold": hold, "streams": streams}


def main() -> None:
    """Do the task of the command line."""
    task, job = sys.argv[1:3]
    sys.stdout.write(json.dumps(TASKS[task](json.loads(job))) + "\n")


if __name__ == "__main__":
    main()
