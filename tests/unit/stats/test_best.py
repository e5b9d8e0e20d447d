"""The set around the best, leads and regret: by hand, against closed forms, and how often they are right."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from cxsim.errors import InputError
from cxsim.stats.best import expected_regret, margins, with_best

SEED = 20260103
T = 2.9199855803537  # one-sided .95, 2 degrees of freedom


def test_with_best_by_hand():
    # Differences 0, 2, 4: mean 2, S = 2, w = t 2 / sqrt(3).
    w = T * 2 / math.sqrt(3)
    found = with_best([[5.0, 7.0, 9.0], [5.0, 5.0, 5.0]])
    assert found.lead == pytest.approx([2.0, -2.0])
    assert found.low == pytest.approx([2 - w, -2 - w])
    assert found.high == pytest.approx([2 + w, w - 2])
    assert found.in_set.tolist() == [True, True]
    clear = with_best([[5.0, 7.0, 9.0], [0.0, 2.0, 0.0]])  # differences 5, 5, 9: mean 6.33, w = 3.89
    assert clear.in_set.tolist() == [True, False]
    assert (clear.low[0], clear.high[1]) == (0.0, 0.0)


def test_margins_by_hand():
    w = T * 2 / math.sqrt(3)
    low, high = margins([[5.0, 7.0, 9.0], [5.0, 5.0, 5.0]], 0)
    assert low == pytest.approx([0.0, 2 - w])
    assert high == pytest.approx([0.0, 2 + w])
    low, _ = margins([[5.0, 7.0, 9.0], [5.0, 5.0, 5.0]], 0, better="lower")
    assert low == pytest.approx([0.0, -2 - w])


def test_regret_of_two_has_a_closed_form():
    # Chick & Inoue: s ((nu + z²) / (nu - 1) f(z) - z F(-z)), Student's density and law with nu = n - 1, z = lead / s.
    differences = np.array([0.5, -1.0, 2.0, 1.0, 0.0, 0.5, 1.5, -0.5])
    nu, s = 7, differences.std(ddof=1) / math.sqrt(8)
    z = differences.mean() / s
    density = math.exp(math.lgamma(4) - math.lgamma(3.5)) / math.sqrt(7 * math.pi) * (1 + z * z / nu) ** -4
    loss = (nu + z * z) / (nu - 1) * density
    values = np.array([differences, np.zeros(8)])
    for chosen, exact in ((0, s * (loss - z * special.stdtr(nu, -z))), (1, s * (loss + z * special.stdtr(nu, z)))):
        found = expected_regret(values, chosen, seed=SEED, draws=200_000)
        assert found.mean == pytest.approx(exact, abs=4 * s * 1.2 / math.sqrt(200_000))
        assert found.low <= found.mean <= found.high
    assert expected_regret(-values, 0, "lower", seed=SEED) == expected_regret(values, 0, seed=SEED)


def test_equals_cost_nothing():
    row = np.random.default_rng(SEED).standard_normal(30)
    assert expected_regret([row, row, row], 1, seed=SEED)[:3] == (0.0, 0.0, 0.0)
    found = with_best([row, row, row])
    assert found.in_set.all()
    assert found.lead.tolist() == [0.0, 0.0, 0.0]
    assert with_best([row]).in_set.tolist() == [True]
    assert margins([row], 0)[0].tolist() == [0.0]


@given(st.integers(0, 5000), st.integers(2, 6), st.integers(2, 40))
def test_the_best_mean_is_always_in_the_set(seed, k, n):
    values = np.random.default_rng(seed).normal(0, 1, (k, n))
    found = with_best(values)
    best = int(values.mean(axis=1).argmax())
    assert found.in_set[best]
    assert found.lead[best] > 0 >= np.delete(found.lead, best).max()
    assert (found.low <= np.minimum(found.lead, 0) + 1e-12).all()
    assert (found.high >= np.maximum(found.lead, 0) - 1e-12).all()
    low, high = margins(values, best)
    assert (low <= high).all()
    regret = expected_regret(values, best, seed=1, draws=500)
    assert 0 <= regret.low <= regret.high
    assert regret.mean <= expected_regret(values, int(values.mean(axis=1).argmin()), seed=1, draws=500).mean + 0.2


def test_the_set_holds_the_best_as_often_as_it_says():
    # Five correlated candidates, all equal: the hardest case. 1,000 repetitions; the error of .95 is .007.
    held = covered = 0
    for repetition in range(1000):
        stream = np.random.default_rng(SEED + repetition)
        values = stream.standard_normal(15) + stream.standard_normal((5, 15)) * np.arange(1, 6)[:, None]
        found = with_best(values)
        held += found.in_set[4]
        covered += bool(((found.low <= 0) & (found.high >= 0)).all())
    assert held >= 950 - 4 * 7
    assert covered >= 950 - 4 * 7


def test_bad_input_is_refused():
    with pytest.raises(InputError, match="one replication"):
        with_best([[1.0], [2.0]])
    with pytest.raises(InputError, match="NaN"):
        expected_regret([[1.0, math.nan], [2.0, 1.0]], 0, seed=1)
