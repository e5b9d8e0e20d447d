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
from cxsim.model.pending import BUCKET, CALENDAR, CHUNK, NEAR, PENDING, Calendar
from cxsim.model.plan import NEVER as _NEVER
from cxsim.model.state import State
from cxsim.model.tables import passed

KIND_SHIFT = np.uint64(60)
CHUNK_BITS = 4
# Events of a bucket, on average: see docs/speed.md for the hold model that chose it.
PER_BUCKET = 64
# Below this a heap is faster.
FEWEST = 256
# Share of the events that one turn of the circle holds; later ones wait in their bucket for another turn.
ONE_TURN = 0.8
# The last event is at most so many turns ahead when a calendar is laid out.
MOST_TURNS = 32
NEVER = int(_NEVER)
EVER = 62  # a shift that puts all times into the bucket that is open


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
    s.near[n]["time"] = NEVER
    i = 0
    while True:
        child = 4 * i + 1
        if child >= n:
            break
        # Without branches, which nobody could predict; places beyond the last event hold NEVER.
        t0 = s.near[child]["time"]
        t1 = s.near[child + 1]["time"]
        t2 = s.near[child + 2]["time"]
        t3 = s.near[child + 3]["time"]
        left, right = min(t0, t1), min(t2, t3)
        soonest = min(left, right)
        best = child + (2 + int(t3 < t2) if right < left else int(t1 < t0))
        if int(t0 == soonest) + int(t1 == soonest) + int(t2 == soonest) + int(t3 == soonest) > 1:
            best = first_of(s, child, soonest)
        if time < soonest or (time == soonest and precedes(s, slot, s.near[best]["slot"])):
            break
        s.near[i]["time"] = soonest
        s.near[i]["slot"] = s.near[best]["slot"]
        i = best
    s.near[i]["time"] = time
    s.near[i]["slot"] = slot


@part
def first_of(s: State, child: int, time: int) -> int:
    """Among four brothers, the place of the event that comes first of those at a time."""
    best = -1
    for k in range(child, child + 4):
        if s.near[k]["time"] == time and (best < 0 or precedes(s, s.near[k]["slot"], s.near[best]["slot"])):
            best = k
    return best


@part
def open_next(s: State) -> int:
    """Open buckets until an event is near, if there is any; returns DONE or PENDING_FULL."""
    c = s.calendar[0]
    opened = 0
    while c["near"] == 0 and c["far"] > 0:
        bucket = c["open"] + 1
        n = s.buckets[bucket & c["mask"]]["count"]
        if n > 0 and (n > s.slots.size or c["free_chunks"] == 0):
            return PENDING_FULL
        c["open"] = bucket
        if n > 0:
            unload(s, bucket)
        opened += 1
        if opened > c["mask"] and c["near"] == 0:
            # A whole turn without an event: all that is pending is turns ahead, and is looked for (Brown 1988).
            c["open"] = next_bucket(s) - 1
            opened = 0
    return DONE


@part
def unload(s: State, bucket: int) -> None:
    """Take the events of the bucket that was just opened into the heap; those of a later turn stay in it."""
    c = s.calendar[0]
    b = s.buckets[bucket & c["mask"]]
    n = b["count"]
    chunk = b["chunk"]
    b["chunk"] = -1
    b["count"] = 0
    c["far"] -= n
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


@part
def next_bucket(s: State) -> int:
    """Return the number of the bucket, counted on over all turns, in which the next event lies."""
    c = s.calendar[0]
    soonest = NEVER
    for bucket in range(c["mask"] + 1):
        b = s.buckets[bucket]
        chunk = b["chunk"]
        k = ((b["count"] - 1) & (CHUNK - 1)) + 1
        while chunk >= 0:
            for place in range(chunk << CHUNK_BITS, (chunk << CHUNK_BITS) + k):
                soonest = min(soonest, s.chunks[place]["time"])
            chunk = s.links[chunk]
            k = CHUNK
    return soonest >> c["shift"]


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


class Coming(NamedTuple):
    """What a calendar is going to hold: how many events, the first, when `ONE_TURN` of them are over, and the last."""

    events: int
    soon: int
    late: int
    last: int


def laid_out(
    pending: NDArray[np.void], room: int, per_bucket: int = PER_BUCKET, coming: Coming | None = None
) -> Calendar:
    """Return a calendar that holds the given events, laid out for them or for those that are coming.

    Parameters
    ----------
    pending : (n,) PENDING
        In any order.
    room : int
        Further events that certainly fit, > 0.
    per_bucket : int
        Events of a bucket, on average.
    coming : Coming, optional
        What is going to be pushed before anything is taken out.
    """
    coming = coming or _coming(pending)
    n = coming.events
    shift, circle, first = EVER, 1, 1 << 40
    in_heap = n
    if n >= FEWEST:
        circle = 1 << max(math.ceil(math.log2(n / per_bucket)), 1)
        width = (coming.late - coming.soon) * per_bucket / (ONE_TURN * n)
        # Where many wait for one moment, buckets for them alone would be passed in vain for ever after.
        width = max(width, (coming.last - coming.soon) / (MOST_TURNS * circle), 1.0)
        shift = min(round(math.log2(width)), EVER)
        first = (coming.soon >> shift) - 1
        in_heap = 0
    # A chunk of each bucket is only begun; an eighth more, because stories that are being told come and go.
    free = room + (0 if in_heap else n // CHUNK + n // (8 * CHUNK) + circle)
    calendar = np.zeros(1, CALENDAR)
    calendar["shift"], calendar["mask"], calendar["open"] = shift, circle - 1, first
    calendar["free_chunks"], calendar["laid_out_for"] = free, n
    buckets = np.zeros(circle, BUCKET)
    buckets["chunk"] = -1
    made = Calendar(
        calendar=calendar,
        near=_empty_heap(in_heap + room),
        slots=np.zeros(in_heap + room, PENDING),
        spare=np.arange(in_heap + room, dtype=np.int32),
        chunks=np.zeros(free * CHUNK, PENDING),
        links=np.append(np.arange(1, free, dtype=np.int32), np.int32(-1)),
        buckets=buckets,
    )
    _fill(passed(made), np.ascontiguousarray(pending))  # type: ignore[arg-type]  # a calendar is all it needs
    return made


def _coming(pending: NDArray[np.void]) -> Coming:
    n = pending.size
    if n < FEWEST:
        return Coming(n, 0, 0, 0)
    soon, late = np.partition(pending["time"], [0, int(ONE_TURN * n)])[[0, int(ONE_TURN * n)]].tolist()
    return Coming(n, soon, late, int(pending["time"].max()))


def _empty_heap(room: int) -> NDArray[np.void]:
    # Three places more: a family of four is always read whole.
    near = np.zeros(room + 3, NEAR)
    near["time"] = NEVER
    return near


def with_wider_heap(calendar: Calendar, room: int) -> Calendar:
    """Return the calendar with room for so many more events in its heap; its buckets stay as they are."""
    n = calendar.slots.size
    near = _empty_heap(n + room)
    near[: calendar.near.size] = calendar.near
    return calendar._replace(
        near=near,
        slots=np.concatenate([calendar.slots, np.zeros(room, PENDING)]),
        spare=np.concatenate([calendar.spare, np.arange(n, n + room, dtype=np.int32)]),
    )


def calendar_of(state: State) -> Calendar:
    """Return the calendar of a world."""
    return Calendar(*(getattr(state, name) for name in Calendar._fields))


def gathered(calendar: Calendar | State) -> NDArray[np.void]:
    """Return the pending events in no order that matters; a copy, (n,) PENDING."""
    found = [calendar.slots[calendar.near["slot"][: int(calendar.calendar[0]["near"])]]]
    for bucket in calendar.buckets[calendar.buckets["count"] > 0]:
        chunk, n = int(bucket["chunk"]), int(bucket["count"])
        k = (n - 1) % CHUNK + 1
        while chunk >= 0:
            found.append(calendar.chunks[chunk * CHUNK : chunk * CHUNK + k])
            chunk, k = int(calendar.links[chunk]), CHUNK
    return np.concatenate(found)


def pending_of(calendar: Calendar | State) -> NDArray[np.void]:
    """Return the pending events in the order in which they will happen; a copy, (n,) PENDING."""
    pending = gathered(calendar)
    return pending[np.lexsort((pending["ordinal"], pending["other"], pending["order"], pending["time"]))]
