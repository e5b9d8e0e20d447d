"""The calendar's heap gives events in their total order, as Python and as compiled code."""

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.engines.calendar import earlier, order_of, pop, push
from cxsim.model.state import PENDING

MOST = 64
FIELDS = ("time", "order", "other", "ordinal")

# Few values, so that ties reach down to the last part of the key; the order of a talk does not fit 63 bits.
KEYS = st.tuples(
    st.integers(-2, 2) | st.sampled_from([-(1 << 62), (1 << 62) - 1]),
    st.builds(lambda kind, entity: kind << 60 | entity, st.integers(0, 9), st.sampled_from([0, 1, (1 << 60) - 1])),
    st.sampled_from([0, 1, (1 << 32) - 1]),
    st.sampled_from([0, 1, (1 << 32) - 1]),
)
# An act is a key to push, or None: take the first one out.
ACTS = st.lists(KEYS | st.none(), max_size=MOST)


def act(heap, n, pushes, keys, first):
    """Push or pop as told; the place of the popped entries is noted in `first`."""
    taken = 0
    for k in range(pushes.size):
        if pushes[k]:
            push(heap, n, keys[k]["time"], keys[k]["order"], keys[k]["other"], keys[k]["ordinal"], k, -k, 0.5 * k)
            n += 1
        elif n > 0:
            first[taken] = heap[0]["row"]
            taken += 1
            pop(heap, n)
            n -= 1
    return n, taken


@pytest.fixture(scope="module", params=["python", "compiled"])
def driver(request):
    return act if request.param == "python" else numba.njit(act)


@given(acts=ACTS)
def test_the_heap_agrees_with_a_sorted_list(driver, acts):
    heap, keys = np.zeros(MOST, PENDING), np.zeros(len(acts), PENDING)
    pushes = np.array([key is not None for key in acts], bool)
    for k, key in enumerate(acts):
        if key is not None:
            keys[k]["time"], keys[k]["order"], keys[k]["other"], keys[k]["ordinal"] = key
    first = np.full(MOST, -1)
    n, taken = driver(heap, 0, pushes, keys, first)
    waiting, expected = [], []
    for k, key in enumerate(acts):
        if key is not None:
            waiting.append((key, k))
        elif waiting:
            earliest = min(key for key, _ in waiting)
            # Keys of a world are unique; where the test's are not, any of the equal ones may come.
            expected.append(earliest)
            waiting.remove(next(pair for pair in waiting if pair[0] == earliest))
    assert [acts[k] for k in first[:taken]] == expected
    assert n == len(waiting)
    left = sorted(tuple(int(heap[k][name]) for name in FIELDS) for k in range(n))
    assert left == sorted(key for key, _ in waiting)


@given(acts=ACTS)
def test_an_entry_keeps_what_it_carries(driver, acts):
    heap, keys = np.zeros(MOST, PENDING), np.zeros(len(acts), PENDING)
    for k, key in enumerate(acts):
        if key is not None:
            keys[k]["time"], keys[k]["order"], keys[k]["other"], keys[k]["ordinal"] = key
    pushes = np.array([key is not None for key in acts], bool)
    n, _ = driver(heap, 0, pushes, keys, np.full(MOST, -1))
    for entry in heap[:n]:
        k = int(entry["row"])
        assert tuple(int(entry[name]) for name in FIELDS) == acts[k]
        assert (entry["cause"], entry["value"]) == (-k, 0.5 * k)


@given(one=KEYS, other=KEYS)
def test_earlier_is_the_order_of_the_whole_key(one, other):
    heap = np.zeros(1, PENDING)
    heap[0]["time"], heap[0]["order"], heap[0]["other"], heap[0]["ordinal"] = one
    assert bool(earlier(heap, np.uint64(0), *other)) == (one < other)


@given(kind=st.integers(0, 9), entity=st.integers(0, (1 << 60) - 1))
def test_kind_and_entity_share_a_number(kind, entity):
    assert int(order_of(kind, np.uint64(entity))) == kind << 60 | entity
