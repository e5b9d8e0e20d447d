"""OCBA by hand, and in rounds on a case whose best is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.errors import InputError
from cxsim.stats.allocation import Allocation, ocba, ocba_paired

SEED = 20260101


def finished(values, delta, **more):
    rounds = Allocation(len(values), delta, **more)
    while rounds.selected is None:
        counts, wanted = rounds.counts, rounds.wanted()
        assert max(wanted) > 0
        rounds.tell({i: row[counts[i] : counts[i] + wanted[i]] for i, row in enumerate(values)})
    return rounds


def test_ocba_by_hand():
    # Leads 2, 1; weights 1/4, 1; the best sqrt(1/16 + 1) = 1.0308. Of 100: 10.96, 43.84, 45.19.
    assert ocba([1, 2, 3], [1, 1, 1], 100).tolist() == [11, 44, 45]
    assert ocba([3, 2, 1], [1, 1, 1], 100, "lower").tolist() == [11, 44, 45]
    # Twice the deviation: four times the replications; best sqrt(1 + 4²/2²) = sqrt(5). Of 100: 13.8, 55.3, 30.9.
    assert ocba([1, 1, 2], [1, 2, 1], 100).tolist() == [14, 55, 31]


def test_pairs_by_hand():
    # Weights (1/2)², (1/1)² and, for the best, that of the largest: 1/4, 1, 1.
    assert ocba_paired([2, 1, 0], [1, 1, 0], 2, 90).tolist() == [10, 40, 40]
    # A lead below the least one counts as the least: (1/.5)² = 4 against (1/1)² = 1.
    assert ocba_paired([1, 0.001, 0], [1, 1, 0], 2, 90, least_gap=0.5).tolist() == [10, 40, 40]


@given(
    st.lists(st.tuples(st.floats(-10, 10), st.floats(0, 5)), min_size=1, max_size=8),
    st.integers(1, 500),
    st.sampled_from(["higher", "lower"]),
)
def test_everything_is_handed_out(rows, total, better):
    means, deviations = zip(*rows, strict=True)
    found = ocba(means, deviations, total, better)
    assert found.sum() == total
    assert (found >= 0).all()


def test_rounds_find_the_best_and_spare_the_hopeless():
    stream = np.random.default_rng(SEED)
    values = stream.standard_normal(5000) + stream.standard_normal((4, 5000)) + np.array([[0.0], [1.0], [0.7], [-3.0]])
    found = finished(values, 0.2)
    assert found.selected == 1
    assert found.chance >= 0.95
    assert found.counts[3] == 20
    assert found.counts[1] == max(found.counts)
    assert finished(-values, 0.2, better="lower").counts == found.counts


def test_equals_end_at_once_with_the_first():
    row = np.random.default_rng(SEED).standard_normal(100)
    found = finished(np.array([row, row]), 0.1)
    assert (found.selected, found.counts) == (0, (20, 20))


def test_one_candidate_needs_no_run():
    assert Allocation(1, 0.1).wanted() == (0,)


def test_bad_input_is_refused():
    with pytest.raises(InputError, match="negative"):
        ocba([1, 2], [1, -1], 10)
    with pytest.raises(InputError, match="fewer than 2"):
        Allocation(2, 1.0).tell({0: [1.0, 2.0]})
    with pytest.raises(InputError, match="fewer than 2"):
        Allocation(2, 1.0).tell({0: [np.nan, 2.0], 1: [1.0, 2.0]})


def test_a_replication_without_a_value_is_left_out():
    stream = np.random.default_rng(SEED)
    values = stream.standard_normal((2, 40)) + np.array([[0.0], [3.0]])
    holed = values.copy()
    holed[0, 3] = np.nan
    found = Allocation(2, 0.5)
    found.tell(dict(enumerate(holed)))
    kept = Allocation(2, 0.5)
    kept.tell(dict(enumerate(np.delete(values, 3, axis=1))))
    assert (found.selected, found.chance) == (kept.selected, kept.chance) == (1, found.chance)
