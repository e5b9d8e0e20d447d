"""Loss and delay systems, M/G/1 and priorities: the exact tables of evidence rows D1, D3 and D4."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.errors import InputError
from cxsim.stats.queueing import (
    cobham,
    erlang_b,
    erlang_c,
    kella_yechiali,
    mmc,
    mmc_wait_tail,
    pollaczek_khinchine,
    preemptive_resume,
)

D1 = [
    # arrival rate, service rate, servers | P(W>0), Wq, W, Lq, P(W>.2), Erlang B
    (0.8, 1, 1, 0.8, 4, 5, 3.2, 0.768631551322, 0.444444444444),
    (1.6, 1, 2, 0.711111111111, 1.77777777778, 2.77777777778, 2.84444444444, 0.656438290764, 0.329896907216),
    (8, 1, 10, 0.409180150796, 0.204590075398, 1.2045900754, 1.63672060319, 0.274281657519, 0.121661064253),
    (9, 1, 10, 0.668731524108, 0.668731524108, 1.66873152411, 6.01858371697, 0.54751106434, 0.167963226292),
    (45, 1, 50, 0.363864467207, 0.0727728934414, 1.07277289344, 3.27478020486, 0.133858256858, 0.0541044721646),
    (95, 1, 100, 0.506456853913, 0.101291370783, 1.10129137078, 9.62268022435, 0.186315064395, 0.0488042061787),
]


@pytest.mark.parametrize("row", D1, ids=lambda row: f"load {row[0]} servers {row[2]}")
def test_erlang_c_table(row):
    rate, speed, servers, *exact, blocked = row
    queue = mmc(rate, speed, servers)
    tail = mmc_wait_tail(rate, speed, servers, 0.2)
    found = [queue.p_wait, queue.mean_wait, queue.mean_time, queue.mean_queue, tail]
    assert found == pytest.approx(exact, rel=1e-9)
    assert erlang_b(rate / speed, servers) == pytest.approx(blocked, rel=1e-9)
    assert queue.mean_number == pytest.approx(rate * queue.mean_time, rel=1e-12)
    assert queue.utilization == pytest.approx(rate / speed / servers, rel=1e-12)


def test_erlang_b_by_hand():
    # a = 2: 1, 2/3, (2 x 2/3)/(2 + 4/3) = .4
    assert [erlang_b(2, c) for c in (0, 1, 2)] == pytest.approx([1, 2 / 3, 0.4], rel=1e-14)
    assert erlang_b(0, 3) == 0


def test_units_scale():
    per_minute, per_hour = mmc(0.15, 1 / 6, 2), mmc(9, 10, 2)
    assert per_minute.mean_wait == pytest.approx(60 * per_hour.mean_wait, rel=1e-12)
    assert per_minute.p_wait == pytest.approx(per_hour.p_wait, rel=1e-12)
    assert per_hour.mean_time == pytest.approx(per_hour.mean_wait + 0.1, rel=1e-12)
    assert per_minute.mean_time == pytest.approx(per_minute.mean_wait + 6, rel=1e-12)


def test_everyone_waits_in_an_overloaded_queue():
    assert erlang_c(10, 10) == 1
    assert erlang_c(11, 10) == 1


@pytest.mark.parametrize("arguments", [(10, 1, 10), (1, 0, 1), (-1, 1, 1), (1, 2, 0), (1, 2, 1.5), (math.nan, 1, 1)])
def test_impossible_queues_are_refused(arguments):
    with pytest.raises(InputError):
        mmc(*arguments)


def test_refusals_tell_what_to_do():
    with pytest.raises(InputError, match="add servers, or use Erlang A"):
        mmc(10, 1, 10)


@given(st.floats(0.01, 200), st.integers(0, 200))
def test_erlang_b_falls_with_servers_and_rises_with_load(load, servers):
    here = erlang_b(load, servers)
    assert 0 <= here <= 1
    assert erlang_b(load, servers + 1) <= here
    assert erlang_b(load * 1.1, servers) >= here


@given(st.integers(1, 100), st.floats(0.01, 0.99))
def test_waiting_is_likelier_than_blocking(servers, utilization):
    load = servers * utilization
    assert erlang_b(load, servers) <= erlang_c(load, servers) + 1e-15
    assert erlang_c(load, servers) <= 1


@pytest.mark.parametrize(("cv2", "wait"), [(0, 2), (0.5, 3), (1, 4), (1.5, 5)])
def test_pollaczek_khinchine_table(cv2, wait):
    assert pollaczek_khinchine(0.8, 1, cv2).mean_wait == pytest.approx(wait, rel=1e-12)


def test_pollaczek_khinchine_of_the_call_center_shape():
    queue = pollaczek_khinchine(0.8, 1, 1.5)
    found = (queue.mean_wait, queue.mean_time, queue.mean_queue, queue.mean_number)
    assert found == pytest.approx((5, 6, 4, 4.8), rel=1e-12)
    assert pollaczek_khinchine(0.9, 1, 1.5).mean_wait == pytest.approx(11.25, rel=1e-12)
    assert pollaczek_khinchine(0.8, 1, 1) == pytest.approx(mmc(0.8, 1, 1), rel=1e-12)
    # half the time scale: times halve, shares stay
    assert pollaczek_khinchine(1.6, 0.5, 1.5).mean_wait == pytest.approx(2.5, rel=1e-12)


@pytest.mark.parametrize("rate", [1.0, 1.5])
def test_an_overloaded_single_server_is_refused(rate):
    with pytest.raises(InputError, match="load below 1"):
        pollaczek_khinchine(rate, 1, 1)


def test_cobham_table():
    assert cobham([0.3, 0.5], [1, 1]) == pytest.approx([1.14285714286, 5.71428571429], abs=1e-10)
    assert cobham([0.3, 0.3], [0.5, 1]) == pytest.approx([0.441176470588, 0.802139037433], abs=1e-11)


def test_cobham_conserves_work():
    waits = cobham([0.3, 0.5], [1, 1])
    assert (0.3 * waits[0] + 0.5 * waits[1]) / 0.8 == pytest.approx(4, rel=1e-12)


def test_one_class_is_pollaczek_khinchine():
    assert cobham([0.8], [1], 1.5)[0] == pytest.approx(5, rel=1e-12)
    assert preemptive_resume([0.8], [1], 1.5)[0] == pytest.approx(6, rel=1e-12)


def test_preemptive_resume_table():
    times = preemptive_resume([0.3, 0.5], [1, 1])
    assert times == pytest.approx([1.42857142857, 7.14285714286], abs=1e-10)
    assert 0.3 * times[0] + 0.5 * times[1] == pytest.approx(4, rel=1e-12)


def test_kella_yechiali_table():
    waits = kella_yechiali([2, 6], 1, 10)
    assert waits == pytest.approx([0.0511475188496, 0.255737594248], rel=1e-9)
    assert (2 * waits[0] + 6 * waits[1]) / 8 == pytest.approx(mmc(8, 1, 10).mean_wait, rel=1e-12)


def test_priorities_scale_with_the_unit_of_time():
    assert kella_yechiali([4, 12], 2, 10) == pytest.approx(kella_yechiali([2, 6], 1, 10) / 2, rel=1e-12)
    assert cobham([0.6, 1.0], [0.5, 0.5]) == pytest.approx(cobham([0.3, 0.5], [1, 1]) / 2, rel=1e-12)
    slow, fast = preemptive_resume([0.3, 0.5], [1, 0.5], [1, 4]), preemptive_resume([3, 5], [0.1, 0.05], [1, 4])
    assert fast == pytest.approx(slow / 10, rel=1e-12)


def test_one_server_is_cobham():
    assert kella_yechiali([0.2, 0.3, 0.4], 1, 1) == pytest.approx(cobham([0.2, 0.3, 0.4], [1, 1, 1]), rel=1e-12)


@given(st.lists(st.floats(0.01, 0.19), min_size=1, max_size=5), st.floats(0, 4))
def test_priorities_share_the_same_total_wait(loads, cv2):
    waits = cobham(loads, np.ones(len(loads)), cv2)
    fifo = pollaczek_khinchine(sum(loads), 1, cv2).mean_wait
    assert np.dot(loads, waits) == pytest.approx(sum(loads) * fifo, rel=1e-9)
    assert (np.diff(waits) >= 0).all()


def test_overloaded_priorities_are_refused():
    with pytest.raises(InputError, match="total load"):
        cobham([0.5, 0.5], [1, 1])
    with pytest.raises(InputError, match="load below 1"):
        kella_yechiali([5, 5], 1, 10)
    with pytest.raises(InputError, match="lengths"):
        cobham([0.5, 0.1], [1])
