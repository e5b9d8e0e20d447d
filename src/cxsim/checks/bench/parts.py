"""What is measured beside the workloads: the calendar, the starts, the draws, and two workers."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from cxsim.checks.bench.figures import NS, median, ratio, spread
from cxsim.checks.bench.fresh import Found, at_once, built, program, python, seconds
from cxsim.checks.bench.peers.network import RATE
from cxsim.checks.bench.sizes import SEED, Sizes
from cxsim.checks.bench.workloads import Say

JOBS: Final = 2
MIB: Final = 2**20
TINY: Final = ("run", "benchmarks/w1", "--set", "lasts=1 h", "--replications", "1", "--seed", "1")
IN_C: Final = ("heap", "timeline")


def calendar(sizes: Sizes, folder: Path, say: Say) -> list[dict[str, Any]]:
    """Hold model: nanoseconds to take the first pending event out and put it back, by how many are pending.

    Returns
    -------
    list of dict
        For each size: ``pending``, ``ns``, ``ns_c_heap``, ``ns_c_timeline``, ``ratio_to_c``: ours over the C timeline.
    """
    program_ = built("hold", folder)
    rows = []
    for pending in sizes.pending:
        taken: dict[str, list[float]] = {"ours": []}
        for turn in range(sizes.turns):
            say(f"calendar, {pending:,} pending, turn {turn + 1} of {sizes.turns}")
            job = {"size": pending, "operations": sizes.holds, "seed": SEED + turn}
            taken["ours"].append(_ns(python("child", "hold", json.dumps(job))))
            for kind in IN_C if program_ else ():
                words = [str(program_), kind, str(pending), str(sizes.holds), str(SEED + turn)]
                taken.setdefault(kind, []).append(_ns(program(words)))
        beside = ratio(taken["ours"], taken.get("timeline"))
        rows.append(
            {
                "pending": pending,
                "ns": median(taken["ours"]),
                "ns_c_heap": median(taken.get("heap")),
                "ns_c_timeline": median(taken.get("timeline")),
                "ratio_to_c": beside and beside.median,
            }
        )
    return rows


def _ns(found: Found) -> float:
    return NS * float(found["wall_s"]) / float(found["operations"])


def start(sizes: Sizes, folder: Path, say: Say) -> dict[str, Any]:
    """First start ever, with an empty folder for compiled code, and later ones, beside ``import numpy``.

    Returns
    -------
    dict
        ``first_s``, ``compile_s`` (first less a later one), ``remarks`` (its lines about compiling),
        ``warm_s``, ``numpy_s``, ``over_numpy_s``, ``cache_mib``.
    """
    command = [sys.executable, "-m", "cxsim", *TINY]
    env: dict[str, str] = {}
    first, said = None, ""
    if sizes.cold:
        say("first start ever (compiles)")
        env = {"NUMBA_CACHE_DIR": str(folder / "empty")}
        first, said = seconds(command, folder, env)
    else:
        seconds(command, folder, env)
    taken: dict[str, list[float]] = {"numpy": [], "warm": []}
    for turn in range(max(sizes.turns, 3)):
        say(f"warm start, turn {turn + 1}")
        taken["numpy"].append(seconds([sys.executable, "-c", "import numpy"], folder)[0])
        taken["warm"].append(seconds(command, folder, env)[0])
    warm = spread(taken["warm"])
    over = median([a - b for a, b in zip(taken["warm"], taken["numpy"], strict=True)])
    return {
        "first_s": first,
        "compile_s": None if first is None or warm is None else first - warm.median,
        "remarks": sum("compil" in line for line in said.splitlines()) if sizes.cold else None,
        "warm_s": warm and warm.median,
        "numpy_s": median(taken["numpy"]),
        "over_numpy_s": over,
        "cache_mib": _mib(folder / "empty") if sizes.cold else None,
    }


def _mib(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / MIB


def draws(sizes: Sizes, folder: Path, say: Say) -> dict[str, Any]:
    """W1 with keyed draws over W1 with one shared stream: in our small compiled loop, and in C.

    Returns
    -------
    dict
        ``numba`` and ``c``: keyed time over shared time; null without a compiler.
    """
    say("draws, keyed and from one stream")
    # Turns cost little here, and a few per cent are to be seen.
    turns = 3 * sizes.turns
    job = {"customers": sizes.draws, "seed": SEED, "turns": turns}
    ours = python("child", "streams", json.dumps(job))
    keyed, shared = built("limit", folder), built("limit", folder, "-DKEYED=0")
    in_c: dict[str, list[float]] = {"keyed": [], "shared": []}
    for turn in range(turns if keyed and shared else 0):
        for name, limit in (("keyed", keyed), ("shared", shared)):
            found = program([str(limit), str(sizes.draws), str(SEED + turn), "w1"])
            in_c[name] += found["wall_s"]
    numba_, c_ = ratio(ours["keyed"], ours["shared"]), ratio(in_c["keyed"], in_c["shared"])
    return {"numba": numba_ and numba_.median, "c": c_ and c_.median}


def workers(sizes: Sizes, folder: Path, say: Say) -> dict[str, Any]:
    """Two workers over one, and two C processes over one: what the machine gives, and what we take of it.

    Returns
    -------
    dict
        ``efficiency``: time of all replications by one worker over twice that by two. ``c``: a C process alone over two
        at once. ``ratio_to_c``: ours over that of C, turn by turn. ``equal``: one and two workers gave the same values.
    """
    limit = built("limit", folder)
    values = {"lasts": f"{sizes.callers / RATE:.0f} min"}
    job = {"scenario": "benchmarks/w2", "values": values, "seed": SEED, "jobs": JOBS}
    job["replications"] = sizes.replications
    ours, theirs, equal = [], [], True
    for turn in range(sizes.turns):
        say(f"two workers, turn {turn + 1} of {sizes.turns}")
        found = python("child", "workers", json.dumps(job))
        ours.append(found["alone_s"] / (JOBS * found["together_s"]))
        equal = equal and bool(found["equal"])
        if limit is not None:
            theirs.append(_at_once(limit, sizes))
    beside = ratio(ours, theirs)
    return {
        "jobs": JOBS,
        "efficiency": median(ours),
        "c": median(theirs),
        "ratio_to_c": beside and beside.median,
        "equal": equal,
    }


def _at_once(limit: Path, sizes: Sizes) -> float:
    # As long as our replications take together, for neighbours on the machine disturb short runs most.
    command: Sequence[str] = [str(limit), str(sizes.callers), str(SEED), "w2", str(sizes.replications)]
    alone = at_once(command, 1)
    return alone / at_once(command, JOBS)
