"""Which of many differences to name: by hand, against scipy, and where luck makes all of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.errors import InputError
from cxsim.stats.false_discoveries import not_by_luck, paired_chances

SEED = 20260701


def test_the_rule_by_hand():
    # Limits are 0.01, 0.02 ... 0.05: the third passes, and takes the second with it, which did not pass its own.
    assert not_by_luck([0.9, 0.021, 0.005, 0.03, 0.2]).tolist() == [False, True, True, True, False]
    assert not_by_luck([0.9, 0.02, 0.04]).tolist() == [False, False, False]
    assert not_by_luck([0.05]).tolist() == [True]


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=30))
def test_it_is_scipys(chances):
    from scipy.stats import false_discovery_control  # noqa: TID251 -- the oracle

    ours, theirs = not_by_luck(chances), false_discovery_control(chances) <= 0.05
    edge = np.isclose(false_discovery_control(chances), 0.05, rtol=1e-9)
    assert (ours == theirs)[~edge].all()


def test_of_one_row_the_chance_is_that_of_a_t_test():
    from scipy.stats import ttest_1samp  # noqa: TID251 -- the oracle

    row = np.random.default_rng(SEED).normal(0.5, 1.0, 8)
    assert paired_chances([row])[0] == pytest.approx(ttest_1samp(row, 0.0).pvalue)


def test_where_nothing_varies_only_a_difference_counts():
    assert paired_chances([[0.0, 0.0], [2.0, 2.0], [-2.0, -2.0]]).tolist() == [1.0, 0.0, 0.0]


def test_what_cannot_be_compared_is_refused():
    for values in ([[1.0]], [1.0, 2.0], [[1.0, np.nan]]):
        with pytest.raises(InputError, match="2 or more finite"):
            paired_chances(values)
    with pytest.raises(InputError, match="below 0 or above 1"):
        not_by_luck([0.5, 1.5])
