"""What a study costs beside its simulations: store, hand-out of jobs, identities, tables.

``python -m cxsim.checks.bench.studies`` makes 10,000 small runs with one worker, then some with two, and prints what it
measured as JSON. Times of the processor, not of the clock, so that a neighbour counts little; all threads together.
"""

from __future__ import annotations

import argparse
import json
import pkgutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

RUNS: Final = 10_000
FEWER: Final = 1_000
REPLICATIONS: Final = 20
# Of the bundled shop: a run of some ten milliseconds.
SMALL: Final = {"lasts": "2 months", "warm_up": "0 months"}
PRICES: Final = "10 a visit to 20 a visit"
SEED: Final = 20260101
# What belongs to the simulations, and what else is counted apart.
SIMULATING: Final = (("cxsim.experiments.studies.lab", "_simulated"), ("cxsim.experiments.studies.lab", "ready"))
PARTS: Final = {
    "identities": (("cxsim.experiments.studies.runs.Runs", "identity"),),
    "journal": (
        ("cxsim.experiments.store.journal.Journal", "add"),
        ("cxsim.experiments.store.journal.Journal", "settle"),
    ),
    "shards": (("cxsim.experiments.store.store.Store", "compact"),),
    "hand_out": (
        ("cxsim.experiments.studies.desk.Desk", "hand_out"),
        ("cxsim.experiments.studies.desk.Desk", "taken"),
    ),
    "summary": (("cxsim.results.study", "_finished"),),
    "tables": (("cxsim.results.study", "write_study"),),
    "charts": (("cxsim.results.study", "_files"),),
}


def overhead(runs: int = RUNS, executor: str = "threads", jobs: int = 1) -> dict[str, Any]:
    """Make a study of small runs, and say what it cost beside them.

    Parameters
    ----------
    runs : int
        About as many are made.
    executor : {"threads", "processes"}
    jobs : int

    Returns
    -------
    dict
        ``runs``; ``wall_s`` of all; and for threads, in milliseconds of the processor a run: ``simulating_ms`` (with
        the plans), ``overhead_ms`` (all else), and ``parts_ms``, what of that is known by name.
    """
    import cxsim
    from cxsim.experiments.studies.study import study_of
    from cxsim.results.study import sweep

    scenario = cxsim.load("local-shop-vs-chain").with_values(SMALL)
    study = study_of(
        scenario, "overhead", policies=["as-is"], levers={"price": PRICES}, replications=REPLICATIONS, seed=SEED,
        design={"latin_hypercube": max(1, runs // REPLICATIONS - 1)}, measures=["retention", "profit"],
    )  # fmt: skip
    spent: dict[str, float] = defaultdict(float)
    with tempfile.TemporaryDirectory(prefix="cxsim-bench-") as folder, ExitStack() as stack:
        for name, places in ({"simulating": SIMULATING} | PARTS).items():
            for owner, function in places:
                stack.enter_context(_timed(spent, name, owner, function))
        wall, busy = time.perf_counter(), time.process_time()
        made = sweep(study, out=Path(folder) / "study", executor=executor, jobs=jobs).swept.made
        busy, wall = time.process_time() - busy, time.perf_counter() - wall
    found: dict[str, Any] = {"runs": made, "executor": executor, "jobs": jobs, "wall_s": wall}
    if executor == "threads":
        simulating = spent.pop("simulating")
        found |= {
            "simulating_ms": 1e3 * simulating / made,
            "overhead_ms": 1e3 * (busy - simulating) / made,
            "parts_ms": {name: 1e3 * seconds / made for name, seconds in spent.items()},
        }
    return found


def two_workers(runs: int = FEWER) -> dict[str, float]:
    """Return the time of one worker over twice that of two, on the clock, by who they are; it needs a quiet machine."""
    import cxsim
    from cxsim.experiments.studies.case import Case, Want
    from cxsim.experiments.studies.lab import lab_of
    from cxsim.experiments.studies.runs import Runs

    lab = lab_of(cxsim.load("local-shop-vs-chain").with_values(SMALL), seed=SEED)
    found = {}
    for executor in ("threads", "processes"):
        seconds = []
        for jobs in (1, 2):
            with Runs(lab, executor=executor, jobs=jobs) as made:
                list(made.made([Want(Case(), number) for number in range(8)]))  # workers are there, code is loaded
                begun = time.perf_counter()
                list(made.made([Want(Case(), number) for number in range(8, 8 + runs)]))
                seconds.append(time.perf_counter() - begun)
        found[executor] = seconds[0] / seconds[1] / 2
    return found


@contextmanager
def _timed(spent: dict[str, float], name: str, owner: str, function: str) -> Iterator[None]:
    """Count the time that a function takes in its thread."""
    place = pkgutil.resolve_name(owner)
    whole: Callable[..., Any] = getattr(place, function)

    def timed(*given: Any, **named: Any) -> Any:
        begun = time.thread_time()
        try:
            return whole(*given, **named)
        finally:
            spent[name] += time.thread_time() - begun

    with patch.object(place, function, timed):
        yield


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    given = parser.parse_args()
    measured = {"overhead": overhead(given.runs), "two_workers": two_workers(min(given.runs, FEWER))}
    sys.stdout.write(json.dumps(measured, indent=1) + "\n")
