import math

import numpy as np
import pytest

from cxsim.measures.waits import open_from, wait_quantile
from cxsim.model.state import N_WAIT_BINS
from cxsim.model.tallies import wait_bin, wait_bin_edges

SECOND = 1_000_000


def histogram(waits):
    counts = np.zeros(N_WAIT_BINS, np.int64)
    for wait in waits:
        counts[wait_bin(wait)] += 1
    return counts


def test_quantiles_come_within_a_bin_of_the_sorted_waits():
    waits = [round(SECOND * 1.01**k) for k in range(1000)]
    for share in (0.1, 0.5, 0.9, 0.99):
        exact = waits[round(share * 1000) - 1]
        assert wait_quantile(histogram(waits), share) == pytest.approx(exact, rel=0.02)


def test_nobody_has_no_quantile_and_no_wait_is_zero():
    assert math.isnan(wait_quantile(histogram([]), 0.9))
    assert wait_quantile(histogram([0] * 9 + [5 * SECOND]), 0.9) == 0.0


def test_waits_below_a_second_lie_evenly():
    assert wait_quantile(histogram([SECOND // 2] * 10), 0.9) == pytest.approx(0.9 * SECOND)


def test_the_open_bin_gives_its_lower_edge():
    forever = int(wait_bin_edges()[-2]) * 10
    assert wait_quantile(histogram([forever]), 0.9) == wait_bin_edges()[-2]


def test_rows_are_read_one_by_one():
    both = np.array([histogram([0]), histogram([SECOND // 2])])
    assert wait_quantile(both, 1.0).tolist() == [0.0, float(SECOND)]


def test_waits_are_told_apart_up_to_twenty_days():
    assert open_from() / (24 * 3600 * SECOND) == pytest.approx(10**6.25 / 86400, rel=1e-9)  # 20.58 days
    assert wait_quantile(histogram([int(0.98 * open_from())]), 0.9) < open_from()
    assert wait_quantile(histogram([int(1.02 * open_from())]), 0.9) == open_from()
