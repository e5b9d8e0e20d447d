"""The document of a benchmark as text: for the screen, and as the table of the README."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from cxsim.checks.bench.sizes import C_LOOP, CIW, COMPILED, NETWORKS, REFERENCE, SALABIM, SIMPY, TUNED

Document = Mapping[str, Any]
MIB: Final = 2**20
NAMES: Final[Mapping[str, str]] = {
    COMPILED: "cxsim",
    REFERENCE: "cxsim, reference engine",
    C_LOOP: "C, written for these two alone",
    SIMPY: "SimPy, idiomatic",
    TUNED: "SimPy, optimised by hand",
    CIW: "Ciw",
    SALABIM: "salabim",
}
ORDER: Final = (C_LOOP, COMPILED, TUNED, SIMPY, CIW, REFERENCE, SALABIM)


def screen(document: Document) -> Iterator[str]:
    """Write everything that was measured, each with what it means, and the aims beside it."""
    where = document["platform"]
    yield f"{where['processor']}, {where['cores']} cores, Python {where['python']}, C: {where['c'] or 'none'}"
    if document["results"]:
        yield from _rows(document["results"])
    for part, write in (("calendar", _calendar), ("start", _start), ("draws", _draws), ("workers", _workers)):
        if document[part]:
            yield ""
            yield from write(document[part])
    measured = [one for one in document["targets"] if one["measured"] is not None]
    if measured:
        yield ""
        yield "Aims"
        for one in measured:
            sign = "at most" if one["at_most"] else "at least"
            aim = f"{sign} {number(one['limit'])} {one['unit']}".rstrip()
            yield f"  {exact(one['measured']):>9}  {aim:24}  {'ok    ' if one['holds'] else 'missed'}  {one['what']}"
    if not document["full"]:
        yield "A quick look: one turn and small sizes. `cxsim bench` without --quick takes about ten minutes."


def _rows(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield ""
    yield "Workloads, medians of the turns; an event is an arrival, the end of a service, or giving up"
    head = ("ns/event", "low to high", "x SimPy", "/ C", "B/customer", "customers")
    yield f"  {'':36} {head[0]:>9} {head[1]:>17} {head[2]:>8} {head[3]:>8} {head[4]:>10} {head[5]:>10}"
    for row in rows:
        name = f"{row['workload']}, {row['engine']}"
        low_high = f"{number(row['ns_low'])} to {number(row['ns_high'])}"
        said = [number(row[key]) for key in ("ratio_to_simpy", "ratio_to_c", "bytes_per_customer")]
        wrong = "  NOT THE SAME MODEL" if row["agrees"] is False else ""
        customers = f"{row['customers']:>10,.0f}"
        yield (
            f"  {name:36} {number(row['ns_per_event']):>9} {low_high:>17} "
            f"{said[0]:>8} {said[1]:>8} {said[2]:>10} {customers}{wrong}"
        )
        fast = (row["times_as_fast"] or {}).get(REFERENCE)
        extra = [
            f"{number(row['visits_per_s'])} visits a second" if row["visits_per_s"] else "",
            f"{number(fast)} times the reference engine" if fast else "",
            f"{number(row['wall_s'])} s, peak {number(row['peak_bytes'] / MIB)} MiB" if row["peak_bytes"] else "",
        ]
        told = "; ".join(one for one in extra if one)
        if told:
            yield f"      {told}"


def _calendar(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield "Calendar alone (hold model): ns to take the first event out and put it back later"
    yield f"  {'pending':>10} {'ours':>8} {'C heap':>8} {'C timeline':>11} {'/ C timeline':>13}"
    for row in rows:
        cells = [number(row[key]) for key in ("ns", "ns_c_heap", "ns_c_timeline", "ratio_to_c")]
        yield f"  {row['pending']:>10,} {cells[0]:>8} {cells[1]:>8} {cells[2]:>11} {cells[3]:>13}"


def _start(found: Mapping[str, Any]) -> Iterator[str]:
    yield "Start of `cxsim run` with a tiny scenario, seconds"
    warm, over = number(found["warm_s"]), number(found["over_numpy_s"])
    yield f"  {warm} with compiled code in the cache, {over} over `import numpy`"
    if found["first_s"] is not None:
        yield f"  {number(found['first_s'])} the first time ever, of which {number(found['compile_s'])} compile"


def _draws(found: Mapping[str, Any]) -> Iterator[str]:
    yield "W1 with a keyed draw for each decision, over W1 with one shared stream"
    yield f"  {number(found['numba'])} in a small compiled loop, {number(found['c'])} in C"


def _workers(found: Mapping[str, Any]) -> Iterator[str]:
    yield "Two workers: time of one over twice the time of two, the same replications"
    same = "equal values" if found["equal"] else "VALUES DIFFER"
    ours, theirs, beside = (number(found[key]) for key in ("efficiency", "c", "ratio_to_c"))
    yield f"  {ours} ({same}); two C processes {theirs}; share {beside}"


def markdown(document: Document) -> str:
    """Return the README's tables: times as fast as SimPy, every aim beside what was reached, and markets by size."""
    rows = {(row["workload"], row["engine"]): row for row in document["results"]}
    lines = ["| | W1, a queue: times as fast as SimPy | W2, four queues: times as fast as SimPy |", "|---|---:|---:|"]
    for engine in ORDER:
        found = [rows.get((work, engine)) for work in NETWORKS]
        if any(found):
            cells = [number(row["ratio_to_simpy"]) if row else "–" for row in found]
            name = f"**{NAMES[engine]}**" if engine == COMPILED else NAMES[engine]
            lines.append(f"| {name} | {cells[0]} | {cells[1]} |")
    where = document["platform"]
    said = (
        f"Medians of turns taken in one run ({where['processor']}, {where['cores']} cores, Python {where['python']})."
    )
    return "\n".join([*lines, "", *_aims(document["targets"]), *_markets(document["results"]), said, ""])


def _aims(targets: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Set what was reached beside what was aimed for; an aim that is missed is marked."""
    measured = [one for one in targets if one["measured"] is not None]
    if not measured:
        return
    yield "| What was aimed for | aim | reached | |"
    yield "|---|---:|---:|---|"
    for one in measured:
        sign, mark = "at most" if one["at_most"] else "at least", "" if one["holds"] else "missed"
        unit = one["unit"]
        aim, reached = (f"{told} {unit}".rstrip() for told in (number(one["limit"]), exact(one["measured"])))
        yield f"| {one['what']} | {sign} {aim} | {reached} | {mark} |"
    yield ""


def _markets(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Say how `million` grows with its people."""
    found = [row for row in rows if row["workload"] == "million"]
    if not found:
        return
    yield "| `million` with so many customers | ns an event | bytes a customer | seconds | largest memory, MiB |"
    yield "|---:|---:|---:|---:|---:|"
    for row in found:
        peak = number(row["peak_bytes"] / MIB) if row["peak_bytes"] else "–"
        cells = [number(row[key]) for key in ("ns_per_event", "bytes_per_customer", "wall_s")]
        yield f"| {number(row['customers'])} | {' | '.join(cells)} | {peak} |"
    yield ""


def exact(value: float) -> str:
    """Write a number with three digits: it shall be seen why an aim is missed."""
    return number(value) if value >= 100 else f"{value:.3g}"  # noqa: PLR2004


def number(value: float | None) -> str:
    """Write a number with two or three digits that say something; a dash where there is none."""
    if value is None or not math.isfinite(value):
        return "–"
    if value >= 100:  # noqa: PLR2004 -- three digits before the point
        digits = 2 - math.floor(math.log10(value))
        return f"{round(value, min(digits, 0)):,.0f}".replace(",", " ")
    if value >= 10:  # noqa: PLR2004
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 2 else f"{value:.2f}"  # noqa: PLR2004
