"""The pending events of the compiled engine: a binary heap over one record array, total order, unsigned indices."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cxsim.model.jit import part

_U0, _U1, _U2 = np.uint64(0), np.uint64(1), np.uint64(2)
KIND_SHIFT = np.uint64(60)


@part
def order_of(kind: int, entity: np.uint64) -> np.uint64:
    """Pack kind and entity so that comparing numbers compares (kind, entity)."""
    return (np.uint64(kind) << KIND_SHIFT) | entity


@part
def earlier(heap: NDArray[np.void], i: np.uint64, time: int, order: np.uint64, other: int, ordinal: int) -> bool:
    """Whether heap entry `i` comes before the given key; written so that two entries of one time are rare work."""
    t = heap[i]["time"]
    if t != time:
        return t < time
    o = heap[i]["order"]
    if o != order:
        return o < order
    x = heap[i]["other"]
    if x != other:
        return x < other
    return heap[i]["ordinal"] < ordinal


@part
def move(heap: NDArray[np.void], to: np.uint64, source: np.uint64) -> None:
    """Copy one heap entry over another."""
    heap[to]["time"] = heap[source]["time"]
    heap[to]["order"] = heap[source]["order"]
    heap[to]["other"] = heap[source]["other"]
    heap[to]["ordinal"] = heap[source]["ordinal"]
    heap[to]["row"] = heap[source]["row"]
    heap[to]["cause"] = heap[source]["cause"]
    heap[to]["value"] = heap[source]["value"]


@part
def push(
    heap: NDArray[np.void],
    n: int,
    time: int,
    order: np.uint64,
    other: int,
    ordinal: int,
    row: int,
    cause: int,
    value: float,
) -> None:
    """Add an entry to a heap of `n` entries; the caller has made room."""
    i = np.uint64(n)
    while i > _U0:
        parent = (i - _U1) >> _U1
        if earlier(heap, parent, time, order, other, ordinal):
            break
        move(heap, i, parent)
        i = parent
    heap[i]["time"] = time
    heap[i]["order"] = order
    heap[i]["other"] = other
    heap[i]["ordinal"] = ordinal
    heap[i]["row"] = row
    heap[i]["cause"] = cause
    heap[i]["value"] = value


@part
def pop(heap: NDArray[np.void], n: int) -> None:
    """Remove the first of `n` entries; afterwards the heap holds n - 1."""
    last = np.uint64(n - 1)
    time = heap[last]["time"]
    order = heap[last]["order"]
    other = heap[last]["other"]
    ordinal = heap[last]["ordinal"]
    i = _U0
    while True:
        child = _U2 * i + _U1
        if child >= last:
            break
        right = child + _U1
        if right < last and earlier(
            heap, right, heap[child]["time"], heap[child]["order"], heap[child]["other"], heap[child]["ordinal"]
        ):
            child = right
        if not earlier(heap, child, time, order, other, ordinal):
            break
        move(heap, i, child)
        i = child
    move(heap, i, last)
