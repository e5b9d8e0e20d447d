"""What is aimed for, beside what was measured. A target whose figure is missing neither holds nor fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from cxsim.checks.bench.figures import Row
from cxsim.checks.bench.sizes import CIW, COMPILED, NETWORKS, REFERENCE, SALABIM, SIMPY, TUNED

TIMES_AS_FAST: Final[Mapping[str, float]] = {SIMPY: 70.0, TUNED: 25.0, CIW: 80.0, SALABIM: 400.0}
TO_C: Final = 1.5
TO_REFERENCE: Final = 50.0
VISITS_A_SECOND: Final = 1.5e6
MILLION_S: Final = 60.0
GIB: Final = 2**30
GROWTH: Final = 2.5
SMALL_MARKET, LARGE_MARKET = 10_000, 1_000_000
WARM_S: Final = 2.0
COMPILE_S: Final = 30.0
KEYED: Final = 1.1
WORKERS: Final = 0.93


class Target(NamedTuple):
    """One aim.

    Attributes
    ----------
    id : str
    what : str
        What was measured, in words.
    measured : float or None
    limit : float
    at_most : bool
        Whether less is better.
    unit : str
    """

    id: str
    what: str
    measured: float | None
    limit: float
    at_most: bool = True
    unit: str = "times"

    @property
    def holds(self) -> bool | None:
        """Whether it is reached; None where it was not measured."""
        if self.measured is None:
            return None
        return self.measured <= self.limit if self.at_most else self.measured >= self.limit


def targets(rows: Sequence[Row], parts: Mapping[str, Any]) -> list[Target]:
    """Set every aim beside its figure.

    Parameters
    ----------
    rows : sequence of Row
    parts : mapping
        What `cxsim.checks.bench.parts` measured, by part; a part that was not asked for is missing.
    """
    begin, draws, workers = (parts.get(name) or {} for name in ("start", "draws", "workers"))
    return [
        *(one for work in NETWORKS for one in _network(work, rows)),
        *_town(rows),
        *_market(rows),
        Target(
            "workers",
            "two workers over one, as a share of what two C processes reach",
            workers.get("ratio_to_c"),
            WORKERS,
            at_most=False,
            unit="",
        ),
        Target(
            "warm",
            "warm `cxsim run` of a tiny scenario, over `import numpy`",
            begin.get("over_numpy_s"),
            WARM_S,
            unit="s",
        ),
        Target("compile", "compilation before the first run ever", begin.get("compile_s"), COMPILE_S, unit="s"),
        Target("keyed", "W1 with keyed draws over one shared stream, small compiled loop", draws.get("numba"), KEYED),
        Target("keyed-c", "W1 with keyed draws over one shared stream, C loop", draws.get("c"), KEYED),
    ]


def _network(work: str, rows: Sequence[Row]) -> list[Target]:
    ours = _row(rows, work, COMPILED)
    name = work.upper()
    found = [Target(f"{work}-c", f"{name}: time over the C loop", ours and ours.ratio_to_c, TO_C)]
    fast = (ours.times_as_fast if ours else None) or {}
    for peer, limit in TIMES_AS_FAST.items():
        beside = fast.get(peer)
        key = peer.lower().replace(" ", "-")
        found.append(Target(f"{work}-{key}", f"{name}: times as fast as {peer}", beside, limit, at_most=False))
    return found


def _town(rows: Sequence[Row]) -> list[Target]:
    ours = _row(rows, "cable-town", COMPILED)
    to_reference = ((ours.times_as_fast if ours else None) or {}).get(REFERENCE)
    visits = ours.visits_per_s if ours else None
    what = "cable-town: times as fast as the reference engine"
    return [
        Target("town-reference", what, to_reference, TO_REFERENCE, at_most=False),
        Target("town-visits", "cable-town: visits a second", visits, VISITS_A_SECOND, at_most=False, unit="a second"),
    ]


def _market(rows: Sequence[Row]) -> list[Target]:
    sizes = {row.customers: row for row in rows if row.workload == "million"}
    small, large = sizes.get(SMALL_MARKET), sizes.get(LARGE_MARKET)
    growth = large.ns_per_event / small.ns_per_event if small and large else None
    peak = large.peak_bytes / GIB if large and large.peak_bytes else None
    return [
        Target("million-s", "million: a year of 1,000,000 customers", large and large.wall_s, MILLION_S, unit="s"),
        Target("million-gib", "million: largest memory of the process", peak, 1.0, unit="GiB"),
        Target("million-growth", "million: time per event at 1,000,000 customers over that at 10,000", growth, GROWTH),
    ]


def _row(rows: Sequence[Row], workload: str, engine: str) -> Row | None:
    return next((row for row in rows if (row.workload, row.engine) == (workload, engine)), None)
