"""Pending events as records, and the arrays of the compiled engine's calendar."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# Events of a chunk: sixteen of forty bytes are ten cache lines, which the processor fetches ahead.
CHUNK = 16

# Ordered by (time, order, other, ordinal); order packs the kind (4 bits) and the entity (60 bits).
PENDING = np.dtype(
    [
        ("time", "i8"),
        ("order", "u8"),
        ("other", "u4"),
        ("ordinal", "u4"),
        ("row", "i4"),
        ("cause", "i4"),
        ("value", "f8"),
    ]
)
# A calendar; see `cxsim.engines.calendar`.
CALENDAR = np.dtype(
    [
        ("near", "i8"),  # events in the heap
        ("far", "i8"),  # events in buckets
        ("open", "i8"),  # number of the bucket that was opened last: what falls into it or before goes to the heap
        ("shift", "i8"),  # a bucket is 2**shift microseconds wide
        ("mask", "i8"),  # buckets around the circle, less 1
        ("free_chunk", "i8"),  # first of the free chunks
        ("free_chunks", "i8"),
        ("laid_out_for", "i8"),  # events that this layout was chosen for
    ]
)
NEAR = np.dtype([("time", "i8"), ("slot", "i4"), ("pad", "i4")])
BUCKET = np.dtype([("chunk", "i4"), ("count", "i4")])


class Calendar(NamedTuple):
    """The arrays of a calendar; the fields of the same names of `State`.

    Attributes
    ----------
    calendar : (1,) CALENDAR
    near : (n + 3,) NEAR
        Four-ary heap of the events that are near: time, and the slot where the rest stands; NEVER behind the last.
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


def no_calendar() -> Calendar:
    """Return arrays without any event, for a world that is not scheduled here."""
    return Calendar(
        calendar=np.zeros(1, CALENDAR),
        near=np.zeros(0, NEAR),
        slots=np.zeros(0, PENDING),
        spare=np.zeros(0, np.int32),
        chunks=np.zeros(0, PENDING),
        links=np.zeros(0, np.int32),
        buckets=np.zeros(0, BUCKET),
    )
