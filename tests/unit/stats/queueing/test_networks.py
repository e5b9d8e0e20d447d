"""Networks and unlimited servers: evidence rows D5 and D6."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.errors import InputError
from cxsim.stats.queueing import jackson, mg_infinity_mean, mg_infinity_probability, mmc

# a telephone menu that contains 40 %, six agents, one supervisor; 20 % come back, 10 % are passed on
EXTERNAL, SERVICE, SERVERS = [5, 0, 0], [2, 1, 1.5], [math.inf, 6, 1]
ROUTING = [[0, 0.6, 0], [0.2, 0, 0.1], [0, 0, 0]]


def test_feedback_network_table():
    network = jackson(EXTERNAL, ROUTING, SERVICE, SERVERS)
    assert network.arrival_rates == pytest.approx([5.68181818182, 3.40909090909, 0.340909090909], rel=1e-9)
    assert network.mean_numbers == pytest.approx([2.84090909091, 3.62108430009, 0.294117647059], rel=1e-9)
    assert network.mean_waits[1] == pytest.approx(0.0621847280263, rel=1e-9)
    assert network.mean_waits[0] == 0
    assert network.mean_number == pytest.approx(6.75611103806, rel=1e-9)


def test_little_gives_the_time_in_system():
    assert jackson(EXTERNAL, ROUTING, SERVICE, SERVERS).mean_time_in_system == pytest.approx(1.35122220761, rel=1e-9)


def test_one_station_without_feedback_is_mmc():
    network, queue = jackson([8], [[0]], [1], [10]), mmc(8, 1, 10)
    assert network.mean_time_in_system == pytest.approx(queue.mean_time, rel=1e-12)


def test_traffic_by_hand():
    # half of the visits come back: lambda = 1 / (1 - .5) = 2, M/M/1 at load .5: L = 1, time in system 1
    network = jackson([1], [[0.5]], [4], [1])
    assert (network.arrival_rates[0], network.mean_number, network.mean_time_in_system) == pytest.approx((2, 1, 1))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1], [[1.0]], [4], [1]), "never leave"),
        (([1], [[1.2]], [4], [1]), "above 1"),
        (([1], [[-0.2]], [4], [1]), "negative"),
        (([1], [[0.9]], [4], [1]), "load below 1"),
        (([1, 1], [[0.1]], [4, 4], [1, 1]), "shape"),
        (([1], [[0.1]], [4, 4], [1]), "lengths"),
        (([1, 0], [[0, 0], [0, 0]], [4, 0], [1, math.inf]), "service rate"),
        (([0], [[0.1]], [4], [1]), "no arrivals"),
        (([1], [[0.1]], [4], [0]), "servers"),
    ],
)
def test_impossible_networks_are_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        jackson(*arguments)


@given(st.lists(st.floats(0, 0.3), min_size=9, max_size=9), st.lists(st.floats(0.1, 5), min_size=3, max_size=3))
def test_what_enters_leaves(shares, external):
    routing = np.array(shares).reshape(3, 3)
    network = jackson(external, routing, [1, 1, 1], [math.inf] * 3)
    leaving = network.arrival_rates @ (1 - routing.sum(axis=1))
    assert leaving == pytest.approx(sum(external), rel=1e-9)


def test_unlimited_servers_are_poisson():
    assert mg_infinity_mean(5, 0.5) == 2.5
    # Poisson of mean 2.5: e^-2.5 times 1, 2.5 and 2.5²/2
    assert mg_infinity_probability(5, 0.5, [0, 1, 2]) == pytest.approx(
        np.exp(-2.5) * np.array([1, 2.5, 3.125]), rel=1e-12
    )
    assert mg_infinity_probability(5, 0.5, np.arange(60)).sum() == pytest.approx(1, abs=1e-12)
    assert mg_infinity_probability(0, 0.5, [0, 1]).tolist() == [1, 0]
    with pytest.raises(InputError):
        mg_infinity_probability(5, 0.5, [-1])
