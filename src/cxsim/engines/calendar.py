"""The calendar of the compiled engine: pending events in their total order, as cheap with a million as with twenty.

Events that are near lie in a small heap; later ones lie unsorted in buckets of equal width around a circle, each a
chain of chunks, and enter the heap when their bucket is opened (a timeline: Brown 1988, Communications of the ACM 31,
1220; its days are heaps here because ties have an order). An event costs one write into a chunk, one copy and a few
steps in a heap that stays in the processor's cache. Few events get no buckets and the heap is all there is.
Whatever the layout, events come out in the order (time, kind, entity, other, ordinal).

Nothing here allocates; `laid_out` prepares the arrays, before and between calls of the kernel.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxsim.model.events import DONE, PENDING_FULL
from cxsim.model.jit import builder, part
from cxsim.model.state import BUCKET, CALENDAR, NEAR, PENDING, State
from cxsim.model.tables import passed

KIND_SHIFT = np.uint64(60)
# Sixteen events of forty bytes: ten cache lines, which the processor fetches ahead.
CHUNK = 16
CHUNK_BITS = 4
# Events of a bucket, on average: see docs/speed.md for the hold model that chose it.
PER_BUCKET = 32
# Below this a heap is faster.
FEWEST = 256
# Share of the events that one turn of the circle holds; later ones wait in their bucket for another turn.
ONE_TURN = 0.8
EVER = 62  # a shift that puts all times into the bucket that is open


class Calendar(NamedTuple):
    """The arrays of a calendar; the fields of the same names of `State`.

    Attributes
    ----------
    calendar : (1,) CALENDAR
    near : (n,) NEAR
        Four-ary heap of the events that are near: time, and the slot where the rest stands.
    slots : (n,) PENDING
    spare : (n,) int32
        Slots; the first belong to the heap's events in no order that matters, the others are free.
    chunks : (n_chunks * CHUNK,) PENDING
    links : (n_chunks,) int32
        Next chunk of the chain, -1: none.
    buckets : (a power of two,) BUCKET
    """

    calendar: NDArray[np.void]
    near: NDArray[np.void]
    slots: NDArray[np.void]
    spare: NDArray[np.int32]
    chunks: NDArray[np.void]
    links: NDArray[np.int32]
    buckets: NDArray[np.void]


@part
def order_of(kind: int, entity: np.uint64) -> np.uint64:
    """Pack kind and entity so that comparing numbers compares (kind, entity)."""
    return (np.uint64(kind) << KIND_SHIFT) | entity


@part
def precedes(s: State, one: int, other: int) -> bool:
    """Whether the event of one slot comes before that of another of the same time."""
    a, b = s.slots[one], s.slots[other]
    if a["order"] != b["order"]:
        return a["order"] < b["order"]
    if a["other"] != b["other"]:
        return a["other"] < b["other"]
    return a["ordinal"] < b["ordinal"]


@part
def push(s: State, time: int, order: np.uint64, other: int, ordinal: int, row: int, cause: int, value: float) -> None:
    """Add an event; the caller has made sure of room."""
    c = s.calendar[0]
    bucket = time >> c["shift"]
    if bucket <= c["open"]:
        n = c["near"]
        slot = s.spare[n]
        e = s.slots[slot]
        e["time"] = time
        e["order"] = order
        e["other"] = other
        e["ordinal"] = ordinal
        e["row"] = row
        e["cause"] = cause
        e["value"] = value
        rise(s, n, time, slot)
        c["near"] = n + 1
    else:
        place = place_in(s, bucket & c["mask"])
        e = s.chunks[place]
        e["time"] = time
        e["order"] = order
        e["other"] = other
        e["ordinal"] = ordinal
        e["row"] = row
        e["cause"] = cause
        e["value"] = value
        c["far"] += 1


@part
def place_in(s: State, bucket: int) -> int:
    """Take the next place of a bucket, with a new chunk where the last one is full."""
    b = s.buckets[bucket]
    n = b["count"]
    if (n & (CHUNK - 1)) == 0:
        c = s.calendar[0]
        chunk = c["free_chunk"]
        c["free_chunk"] = s.links[chunk]
        c["free_chunks"] -= 1
        s.links[chunk] = b["chunk"]
        b["chunk"] = chunk
    b["count"] = n + 1
    return (b["chunk"] << CHUNK_BITS) | (n & (CHUNK - 1))


@part
def rise(s: State, i: int, time: int, slot: int) -> None:
    """Let an event rise from place `i` of the heap to where it belongs."""
    while i > 0:
        parent = (i - 1) >> 2
        h = s.near[parent]
        if h["time"] < time or (h["time"] == time and precedes(s, h["slot"], slot)):
            break
        s.near[i]["time"] = h["time"]
        s.near[i]["slot"] = h["slot"]
        i = parent
    s.near[i]["time"] = time
    s.near[i]["slot"] = slot


@part
def pop(s: State) -> None:
    """Remove the first event of the heap; its slot keeps its content until the next `push`."""
    c = s.calendar[0]
    n = c["near"] - 1
    c["near"] = n
    s.spare[n] = s.near[0]["slot"]
    time = s.near[n]["time"]
    slot = s.near[n]["slot"]
    i = 0
    while True:
        child = 4 * i + 1
        if child >= n:
            break
        best = child
        soonest = s.near[child]["time"]
        for k in range(child + 1, min(child + 4, n)):
            t = s.near[k]["time"]
            if t < soonest or (t == soonest and precedes(s, s.near[k]["slot"], s.near[best]["slot"])):
                best = k
                soonest = t
        if time < soonest or (time == soonest and precedes(s, slot, s.near[best]["slot"])):
            break
        s.near[i]["time"] = soonest
        s.near[i]["slot"] = s.near[best]["slot"]
        i = best
    s.near[i]["time"] = time
    s.near[i]["slot"] = slot


@part
def open_next(s: State) -> int:
    """Open buckets until an event is near, if there is any; returns DONE or PENDING_FULL."""
    c = s.calendar[0]
    while c["near"] == 0 and c["far"] > 0:
        bucket = c["open"] + 1
        b = s.buckets[bucket & c["mask"]]
        n = b["count"]
        if n > 0:
            if n > s.near.size or c["free_chunks"] == 0:
                return PENDING_FULL
            chunk = b["chunk"]
            b["chunk"] = -1
            b["count"] = 0
            c["far"] -= n
            c["open"] = bucket
            k = ((n - 1) & (CHUNK - 1)) + 1
            while chunk >= 0:
                for place in range(chunk << CHUNK_BITS, (chunk << CHUNK_BITS) + k):
                    e = s.chunks[place]
                    if e["time"] >> c["shift"] == bucket:
                        push(s, e["time"], e["order"], e["other"], e["ordinal"], e["row"], e["cause"], e["value"])
                    else:
                        keep(s, bucket & c["mask"], place)
                after = s.links[chunk]
                s.links[chunk] = c["free_chunk"]
                c["free_chunk"] = chunk
                c["free_chunks"] += 1
                chunk = after
                k = CHUNK
        else:
            c["open"] = bucket
    return DONE


@part
def keep(s: State, bucket: int, place: int) -> None:
    """Leave an event of a later turn in its bucket."""
    e = s.chunks[place]
    to = s.chunks[place_in(s, bucket)]
    to["time"] = e["time"]
    to["order"] = e["order"]
    to["other"] = e["other"]
    to["ordinal"] = e["ordinal"]
    to["row"] = e["row"]
    to["cause"] = e["cause"]
    to["value"] = e["value"]
    s.calendar[0]["far"] += 1


@builder
def _fill(s: State, pending: NDArray[np.void]) -> None:
    for k in range(pending.size):
        e = pending[k]
        push(s, e["time"], e["order"], e["other"], e["ordinal"], e["row"], e["cause"], e["value"])


def laid_out(pending: NDArray[np.void], room: int, per_bucket: int = PER_BUCKET) -> Calendar:
    """Return a calendar that holds the given events, laid out for them, with room for more.

    Parameters
    ----------
    pending : (n,) PENDING
        In any order.
    room : int
        Further events that certainly fit, > 0.
    per_bucket : int
        Events of a bucket, on average.
    """
    n = pending.size
    shift, circle, first = EVER, 1, 1 << 40
    in_heap = n
    if n >= FEWEST:
        soon, late = np.partition(pending["time"], [0, int(ONE_TURN * n)])[[0, int(ONE_TURN * n)]]
        width = max(float(late - soon), 1.0) * per_bucket / (ONE_TURN * n)
        shift = min(max(round(math.log2(max(width, 1.0))), 0), EVER)
        circle = 1 << max(math.ceil(math.log2(n / per_bucket)), 1)
        first = (int(soon) >> shift) - 1
        in_heap = 0
    free = room + (0 if in_heap else n // CHUNK + circle)
    calendar = np.zeros(1, CALENDAR)
    calendar["shift"], calendar["mask"], calendar["open"] = shift, circle - 1, first
    calendar["free_chunks"], calendar["laid_out_for"] = free, n
    buckets = np.zeros(circle, BUCKET)
    buckets["chunk"] = -1
    made = Calendar(
        calendar=calendar,
        near=np.zeros(in_heap + room, NEAR),
        slots=np.zeros(in_heap + room, PENDING),
        spare=np.arange(in_heap + room, dtype=np.int32),
        chunks=np.zeros(free * CHUNK, PENDING),
        links=np.append(np.arange(1, free, dtype=np.int32), np.int32(-1)),
        buckets=buckets,
    )
    _fill(passed(made), np.ascontiguousarray(pending))  # type: ignore[arg-type]  # a calendar is all it needs
    return made


def pending_of(calendar: Calendar | State) -> NDArray[np.void]:
    """Return the pending events in the order in which they will happen; a copy, (n,) PENDING."""
    found = [calendar.slots[calendar.near["slot"][: int(calendar.calendar[0]["near"])]]]
    for bucket in calendar.buckets[calendar.buckets["count"] > 0]:
        chunk, n = int(bucket["chunk"]), int(bucket["count"])
        k = (n - 1) % CHUNK + 1
        while chunk >= 0:
            found.append(calendar.chunks[chunk * CHUNK : chunk * CHUNK + k])
            chunk, k = int(calendar.links[chunk]), CHUNK
    pending = np.concatenate(found)
    return pending[np.lexsort((pending["ordinal"], pending["other"], pending["order"], pending["time"]))]
