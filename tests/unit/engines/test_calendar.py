"""The calendar gives events in their total order, however it is laid out, as Python and as compiled code."""

import functools

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.engines import calendar
from cxsim.engines.calendar import laid_out, open_next, order_of, pending_of, pop, precedes, push
from cxsim.model.events import DONE, PENDING_FULL
from cxsim.model.pending import PENDING
from cxsim.model.tables import passed

MOST = 64
FIELDS = ("time", "order", "other", "ordinal")

# Few values, so that ties reach down to the last part of the key; the order of a talk does not fit 63 bits. A bucket of
# the layout below is 4 or 8 microseconds wide: times fall into the same bucket, into later ones, and turns ahead.
KEYS = st.tuples(
    st.integers(-40, 40) | st.sampled_from([-500, 300, 1 << 40]),
    st.builds(lambda kind, entity: kind << 60 | entity, st.integers(0, 9), st.sampled_from([0, 1, (1 << 60) - 1])),
    st.sampled_from([0, 1, (1 << 32) - 1]),
    st.sampled_from([0, 1, (1 << 32) - 1]),
)
# An act is a key to push, or None: take the first one out.
ACTS = st.lists(KEYS | st.none(), max_size=MOST)


def act(s, pushes, keys, taken):
    """Push or pop as told; which entries were taken out is noted in `taken`. Returns how many, or -1: no room."""
    n = 0
    for k in range(pushes.size):
        if pushes[k]:
            e = keys[k]
            push(s, e["time"], e["order"], e["other"], e["ordinal"], k, -k, 0.5 * k)
        elif s.calendar[0]["near"] + s.calendar[0]["far"] > 0:
            if open_next(s) != DONE:
                return -1
            taken[n] = s.slots[s.near[0]["slot"]]["row"]
            n += 1
            pop(s)
    return n


@pytest.fixture(scope="module", params=["python", "compiled"])
def driver(request):
    return act if request.param == "python" else compiled_act()


@pytest.fixture(scope="module", params=["heap", "buckets"])
def fewest(request):
    return 1 << 60 if request.param == "heap" else 1


def records(keys):
    rows = np.zeros(len(keys), PENDING)
    for k, key in enumerate(keys):
        if key is not None:
            rows[k]["time"], rows[k]["order"], rows[k]["other"], rows[k]["ordinal"] = key
            rows[k]["row"], rows[k]["cause"], rows[k]["value"] = k, -k, 0.5 * k
    return rows


def made(fewest, begins, room=2 * MOST):
    before = calendar.FEWEST
    calendar.FEWEST = fewest
    try:
        return laid_out(records(begins), room, per_bucket=2)
    finally:
        calendar.FEWEST = before


@given(begins=st.lists(KEYS, max_size=MOST), acts=ACTS)
def test_events_come_out_as_from_a_sorted_list(driver, fewest, begins, acts):
    # Those of the start get the numbers below 1000, those of the acts the numbers from 0: told apart by their cause.
    kept = made(fewest, begins)
    kept.slots["cause"] += 1000
    kept.chunks["cause"] += 1000
    taken = np.full(MOST, -1)
    pushes = np.array([key is not None for key in acts], bool)
    n = driver(passed(kept), pushes, records(acts), taken)
    waiting = list(begins)
    expected = []
    for key in acts:
        if key is not None:
            waiting.append(key)
        elif waiting:
            expected.append(min(waiting))
            waiting.remove(expected[-1])
    assert n == len(expected)
    left = pending_of(kept)
    assert [tuple(int(row[name]) for name in FIELDS) for row in left] == sorted(waiting)
    assert int(kept.calendar[0]["near"] + kept.calendar[0]["far"]) == len(waiting)
    # Keys of a world are unique; where the test's are not, any of the equal ones may have come.
    assert all(expected[k] in (*acts, *begins) for k in range(n))
    for row in left:
        number = int(row["row"])
        mine = begins[number] if row["cause"] > 0 else acts[number]
        assert tuple(int(row[name]) for name in FIELDS) == mine
        assert row["value"] == 0.5 * number


@given(acts=st.lists(KEYS, min_size=1, max_size=MOST, unique=True))
def test_what_is_taken_out_is_what_comes_first(driver, fewest, acts):
    kept = made(fewest, [])
    taken = np.full(MOST, -1)
    orders = [*acts, *[None] * len(acts)]
    pushes = np.array([key is not None for key in orders], bool)
    assert driver(passed(kept), pushes, records(orders), taken) == len(acts)
    assert [acts[k] for k in taken[: len(acts)]] == sorted(acts)


def test_a_bucket_that_does_not_fit_the_heap_asks_for_room_and_loses_nothing(driver):
    begins = [(5, k, 0, 0) for k in range(40)]
    kept = made(1, begins, room=8)
    orders = np.zeros(1, bool)
    assert driver(passed(kept), orders, records([None]), np.full(1, -1)) == -1
    assert [int(order) for order in pending_of(kept)["order"]] == list(range(40))
    assert open_next(kept) == PENDING_FULL
    roomy = laid_out(pending_of(kept), 64, per_bucket=2)
    assert driver(passed(roomy), orders, records([None]), np.full(1, -1)) == 1


@pytest.mark.parametrize(
    "others", [[1 << 40], [60_000_000 * k for k in range(1, 200)], [(1 << 61) + k for k in range(9)]]
)
def test_many_events_of_one_moment_do_not_hold_up_the_later_ones(others):
    # Hired hands of one shift: 300 services end at one microsecond, and the next event is minutes or ages away.
    times = [*[5] * 300, *others]
    kept = laid_out(records([(time, k, 0, 0) for k, time in enumerate(times)]), 400)
    tables = passed(kept)
    taken = np.full(len(times), -1)
    assert compiled_act()(tables, np.zeros(len(times), bool), records([None] * len(times)), taken) == len(times)
    assert taken.tolist() == list(range(len(times)))


@functools.cache
def compiled_act():
    return numba.njit(act)


def test_events_that_are_turns_ahead_are_looked_for(driver):
    """Eight buckets of one microsecond, and nothing in them: the next event is found at once, not in 2**40 turns."""
    kept = made(1, [(k, k, 0, 0) for k in range(8)])
    later = [(1 << 58, 1, 0, 0), ((1 << 58) - 7, 2, 0, 0)]
    orders = [None] * 8 + later + [None] * 2
    pushes = np.array([order is not None for order in orders], bool)
    taken = np.full(10, -1)
    assert driver(passed(kept), pushes, records(orders), taken) == 10
    assert taken[8:].tolist() == [9, 8]


@pytest.mark.parametrize("n", [300, 20_000])
def test_buckets_hold_about_as_many_events_as_wanted(n):
    rows = np.zeros(n, PENDING)
    rows["time"] = -1e9 * np.log(np.random.default_rng(20260101).random(n))
    kept = laid_out(rows, 1024, per_bucket=32)
    filled = kept.buckets["count"][kept.buckets["count"] > 0]
    assert filled.sum() == n
    # The width is rounded to a power of two, and exponential times thin out: within a factor of three.
    assert 32 / 3 < filled.mean() < 3 * 32


@given(one=KEYS, other=KEYS)
def test_events_of_one_time_are_ordered_by_the_rest_of_the_key(one, other):
    kept = made(1 << 60, [(0, *one[1:]), (0, *other[1:])])
    where = {int(row["row"]): k for k, row in enumerate(kept.slots[:2])}
    assert bool(precedes(kept, where[0], where[1])) == (one[1:] < other[1:])


@given(kind=st.integers(0, 9), entity=st.integers(0, (1 << 60) - 1))
def test_kind_and_entity_share_a_number(kind, entity):
    assert int(order_of(kind, np.uint64(entity))) == kind << 60 | entity
