"""Erlang A: the exact table of evidence row D2, Palm's closed form, and a phase type law by matrix exponential."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import linalg, special

from cxsim.errors import InputError
from cxsim.stats.queueing import (
    erlang_a,
    erlang_a_service_level,
    erlang_a_wait_tail,
    erlang_b,
    mmc,
    mmc_wait_tail,
    piecewise_erlang_a,
)

D2 = {
    # Keys: arrival, service and abandonment rate, servers. Values: first the share that waits, the share that
    # abandons, mean wait, mean queue, utilization; then mean wait if served, if abandoned, service level within .25.
    (8, 1, 0.5, 10): (
        (0.3174343542, 0.0388213923, 0.0776427846, 0.6211422768, 0.7689428862),
        (0.07194956564, 0.2186011569, 0.8524922071),
    ),
    (10, 1, 0.5, 10): (
        (0.6196552309, 0.1039132123, 0.2078264247, 2.078264247, 0.8960867877),
        (0.1995812072, 0.2789283594, 0.6131126831),
    ),
    (12, 1, 0.5, 10): (
        (0.8503849479, 0.195655944, 0.391311888, 4.695742656, 0.9652128672),
        (0.4008336954, 0.3521676176, 0.3335817384),
    ),
    (10, 1, 1, 10): (
        (0.5420702855, 0.1251100357, 0.1251100357, 1.251100357, 0.8748899643),
        (0.1149431228, 0.196206891, 0.7112465755),
    ),
    (10, 1, 0.1, 10): (
        (0.7786708955, 0.06046886956, 0.6046886956, 6.046886956, 0.9395311304),
        (0.6033103509, 0.6261046374, 0.3691055522),
    ),
    (48, 1, 0.5, 50): (
        (0.4677740686, 0.03091224916, 0.06182449832, 2.96757592, 0.9303242408),
        (0.06026500399, 0.1107140776, 0.9056254114),
    ),
    (50, 1, 0.5, 50): (
        (0.6011676518, 0.04668458591, 0.09336917183, 4.668458591, 0.9533154141),
        (0.09180936696, 0.1252209275, 0.8385055212),
    ),
    (60, 1, 0.5, 50): (
        (0.9752413935, 0.1682285894, 0.3364571789, 20.18743073, 0.9981256927),
        (0.3590178713, 0.2249105087, 0.2499255664),
    ),
    (100, 1, 0.5, 100): (
        (0.596703138, 0.03303015253, 0.06606030506, 6.606030506, 0.9669698475),
        (0.06529092245, 0.08858426343, 0.9230038764),
    ),
    (1.2, 1, 0.25, 1): (
        (0.8230931362, 0.3140890532, 1.256356213, 1.507627455, 0.8230931362),
        (1.230529965, 1.312755842, 0.2294872761),
    ),
}


@pytest.mark.parametrize(("case", "exact"), D2.items(), ids=str)
def test_erlang_a_table(case, exact):
    (*means, by_end) = exact[0], exact[1]
    queue = erlang_a(*case)
    assert tuple(queue[:5]) == pytest.approx(means[0], rel=2e-9)  # the table is printed to ten digits
    found = (queue.mean_wait_served, queue.mean_wait_abandoned, erlang_a_service_level(*case, 0.25))
    assert found == pytest.approx(by_end, rel=2e-9)


def palm(arrival_rate, service_rate, abandonment_rate, servers):
    """Palm's closed form: A = x e^y y^-x gamma(x, y); P(W>0) = A B / (1 + (A - 1) B); P(Ab | W>0)."""
    x, y = servers * service_rate / abandonment_rate, arrival_rate / abandonment_rate
    a = math.exp(math.log(x) + y - x * math.log(y) + special.gammaln(x)) * special.gammainc(x, y)
    blocked = erlang_b(arrival_rate / service_rate, servers)
    load = arrival_rate / (servers * service_rate)
    return a * blocked / (1 + (a - 1) * blocked), 1 / (load * a) + 1 - 1 / load


@pytest.mark.parametrize("case", D2, ids=str)
def test_birth_and_death_is_palms_closed_form(case):
    waits, leaves = palm(*case)
    queue = erlang_a(*case)
    assert queue.p_wait == pytest.approx(waits, rel=1e-9)
    assert queue.p_abandon_of_waiting == pytest.approx(leaves, rel=1e-9)


def phase_type_chances(capacity, leaving, ahead, threshold):
    """P(served by t) and P(still waiting at t) with `ahead` people ahead, by matrix exponential."""
    stages = ahead + 1
    flow = np.zeros((stages + 2, stages + 2))  # the last two states: served, abandoned
    for i in range(stages):
        onward = capacity + (ahead - i) * leaving
        flow[i, i + 1] = onward
        flow[i, stages + 1] = leaving
        flow[i, i] = -onward - leaving
    row = linalg.expm(flow * threshold)[0]
    return row[stages], row[:stages].sum()


def test_the_beta_law_is_the_phase_type_law():
    case, t = (6, 1, 0.5, 5), 0.4
    # the chance that n are in system, from the balance equations
    weights = np.cumprod([1] + [6 / (min(n, 5) + 0.5 * max(n - 5, 0)) for n in range(1, 80)])
    weights = weights / weights.sum()
    chances = np.array([phase_type_chances(5, 0.5, k, t) for k in range(75)])
    served = weights[:5].sum() + weights[5:] @ chances[:, 0]
    assert erlang_a_service_level(*case, t) == pytest.approx(served, rel=1e-9)
    assert erlang_a_wait_tail(*case, t) == pytest.approx(weights[5:] @ chances[:, 1], rel=1e-9)


def test_patience_equal_to_service_is_poisson():
    # theta = mu: number in system ~ Poisson(10), P(N >= 10) = 1 - Q(10, 10)
    assert erlang_a(10, 1, 1, 10).p_wait == pytest.approx(float(special.gammainc(10, 10)), rel=1e-12)


def test_without_abandonment_it_is_erlang_c():
    queue, exact = erlang_a(9, 1, 0, 10), mmc(9, 1, 10)
    assert queue.p_abandon == 0
    assert (queue.p_wait, queue.mean_wait, queue.mean_queue) == pytest.approx(
        (exact.p_wait, exact.mean_wait, exact.mean_queue), rel=1e-9
    )
    assert queue.mean_wait_served == pytest.approx(exact.mean_wait, rel=1e-9)
    assert math.isnan(queue.mean_wait_abandoned)
    assert erlang_a_wait_tail(9, 1, 0, 10, 0.2) == pytest.approx(mmc_wait_tail(9, 1, 10, 0.2), rel=1e-9)
    assert erlang_a_service_level(9, 1, 0, 10, 0.2) == pytest.approx(1 - mmc_wait_tail(9, 1, 10, 0.2), rel=1e-9)


def test_the_limit_of_great_patience_is_reached_smoothly():
    assert erlang_a(9, 1, 1e-7, 10).mean_wait == pytest.approx(mmc(9, 1, 10).mean_wait, rel=1e-4)
    assert erlang_a_service_level(9, 1, 1e-7, 10, 0.2) == pytest.approx(1 - mmc_wait_tail(9, 1, 10, 0.2), rel=1e-4)


def test_nobody_serves():
    queue = erlang_a(3, 1, 0.5, 0)
    assert (queue.p_wait, queue.p_abandon, queue.mean_wait, queue.mean_queue) == pytest.approx((1, 1, 2, 6), rel=1e-12)
    assert math.isnan(queue.utilization)
    assert math.isnan(queue.mean_wait_served)
    assert queue.mean_wait_abandoned == pytest.approx(2, rel=1e-12)
    assert erlang_a_service_level(3, 1, 0.5, 0, 1) == 0
    assert erlang_a_wait_tail(3, 1, 0.5, 0, 1) == pytest.approx(math.exp(-0.5), rel=1e-12)


def test_a_queue_beyond_all_bounds_is_refused(monkeypatch):
    monkeypatch.setattr("cxsim.stats.queueing.abandonment.MAXIMUM_STATES", 1000)
    with pytest.raises(InputError, match="beyond 1000 people"):
        erlang_a(20, 1, 0.001, 10)


def test_nobody_calls():
    queue = erlang_a(0, 1, 0.5, 4)
    assert queue[:5] == (0, 0, 0, 0, 0)
    assert math.isnan(queue.mean_wait_of_waiting)


@pytest.mark.parametrize("arguments", [(10, 1, 0, 10), (1, 0, 1, 1), (-1, 1, 1, 1), (1, 1, -1, 1), (1, 1, 1, 0.5)])
def test_impossible_queues_are_refused(arguments):
    with pytest.raises(InputError):
        erlang_a(*arguments)


@settings(max_examples=50)
@given(st.floats(0.1, 60), st.floats(0.1, 5), st.floats(0.01, 5), st.integers(1, 40), st.floats(0, 3))
def test_the_books_balance(rate, speed, leaving, servers, threshold):
    queue = erlang_a(rate, speed, leaving, servers)
    assert rate * (1 - queue.p_abandon) == pytest.approx(servers * speed * queue.utilization, rel=1e-9)
    mixed = (1 - queue.p_abandon) * queue.mean_wait_served + queue.p_abandon * queue.mean_wait_abandoned
    assert mixed == pytest.approx(queue.mean_wait, rel=1e-6)
    level = erlang_a_service_level(rate, speed, leaving, servers, threshold)
    tail = erlang_a_wait_tail(rate, speed, leaving, servers, threshold)
    assert -1e-12 <= level <= 1 - tail + 1e-9
    assert erlang_a_service_level(rate, speed, leaving, servers, 1e4) == pytest.approx(1 - queue.p_abandon, rel=1e-9)
    assert erlang_a(rate, speed, leaving, servers + 1).p_abandon <= queue.p_abandon


def test_piecewise_totals_by_hand():
    rows = [erlang_a(8, 1, 0.5, 10), erlang_a(12, 1, 0.5, 10)]
    day = piecewise_erlang_a([8, 12], 1, 0.5, [10, 10], 30)
    assert day.arrivals == 600
    assert day.intervals == tuple(rows)
    assert day.p_wait == pytest.approx(0.4 * 0.3174343542 + 0.6 * 0.8503849479, rel=1e-9)
    abandoned = 0.4 * 0.0388213923 + 0.6 * 0.195655944
    assert day.p_abandon == pytest.approx(abandoned, rel=1e-9)
    assert day.mean_wait == pytest.approx(2 * abandoned, rel=1e-9)
    assert day.p_abandon_of_waiting == pytest.approx(day.p_abandon / day.p_wait, rel=1e-12)
    assert day.mean_wait_of_waiting == pytest.approx(day.mean_wait / day.p_wait, rel=1e-12)
    assert day.utilization == pytest.approx((0.7689428862 + 0.9652128672) / 2, rel=1e-9)


def test_one_interval_is_erlang_a():
    day, queue = piecewise_erlang_a([10], [1], [0.5], [10], [7]), erlang_a(10, 1, 0.5, 10)
    assert (day.p_wait, day.p_abandon, day.mean_wait) == pytest.approx(queue[:3], rel=1e-12)
    assert day.utilization == pytest.approx(queue.utilization, rel=1e-12)


def test_piecewise_scales_with_the_unit_of_time():
    minutes = piecewise_erlang_a([8, 12], [1, 2], 0.5, 10, [30, 15])
    hours = piecewise_erlang_a([480, 720], [60, 120], 30, 10, [0.5, 0.25])
    assert hours.mean_wait_of_waiting == pytest.approx(minutes.mean_wait_of_waiting / 60, rel=1e-9)
    assert (hours.arrivals, hours.p_abandon, hours.utilization) == pytest.approx(
        (minutes.arrivals, minutes.p_abandon, minutes.utilization), rel=1e-9
    )
    staffed = [row.utilization for row in minutes.intervals]
    assert minutes.utilization == pytest.approx((30 * staffed[0] + 15 * staffed[1]) / 45, rel=1e-9)


def test_closed_and_unstaffed_intervals():
    day = piecewise_erlang_a([8, 0, 2], 1, 0.5, [10, 0, 0], [30, 30, 15])
    assert day.arrivals == 270
    assert day.p_abandon == pytest.approx((240 * 0.0388213923 + 30) / 270, rel=1e-9)
    assert day.utilization == pytest.approx(0.7689428862, rel=1e-9)
    empty = piecewise_erlang_a([0, 0], 1, 0.5, 0)
    assert math.isnan(empty.p_wait)


def test_piecewise_refusals():
    with pytest.raises(InputError, match="different lengths"):
        piecewise_erlang_a([1, 2], [1, 1, 1], 0.5, 3)
    with pytest.raises(InputError, match="interval length"):
        piecewise_erlang_a([1, 2], 1, 0.5, 3, 0)
    with pytest.raises(InputError, match="servers"):
        piecewise_erlang_a([1, 2], 1, 0.5, 2.5)
