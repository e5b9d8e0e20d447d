"""Ties between people: symmetric, of the wanted mean, close to each other, and untouched by newcomers."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxsim.model.draws import run_key
from cxsim.model.ties import STRONG_REACH, build_ties

SEED = 20260141
FRIENDS, ACQUAINTANCES = 6.0, 30.0


def ties(n, friends=FRIENDS, acquaintances=ACQUAINTANCES, seed=SEED):
    with np.errstate(over="ignore"):
        key = np.uint64(run_key(np.uint64(seed), np.uint64(0)))
        return build_ties(key, n, friends, acquaintances)


def pairs(first, other, strong):
    """Return (person, other, strong) of every end of every tie."""
    person = np.repeat(np.arange(first.size - 1), np.diff(first))
    return np.column_stack([person, other, strong])


def in_order(rows):
    return rows[np.lexsort(rows.T[::-1])]


@pytest.fixture(scope="module")
def town():
    return ties(4_000)


@settings(max_examples=30)
@given(st.integers(0, 120), st.floats(0, 12), st.floats(0, 40), st.integers(0, 2**40))
def test_ties_are_symmetric_and_nobody_knows_only_himself(n, friends, acquaintances, seed):
    first, other, strong = ties(n, friends, acquaintances, seed)
    assert first[0] == 0
    assert first[-1] == other.size == strong.size
    assert np.all(np.diff(first) >= 0)
    ends = pairs(first, other, strong)
    assert np.all((ends[:, 1] >= 0) & (ends[:, 1] < max(n, 1)))
    assert np.all(ends[:, 0] != ends[:, 1])
    assert set(np.unique(strong)) <= {0, 1}
    assert np.array_equal(in_order(ends), in_order(ends[:, [1, 0, 2]]))


def test_degrees_have_the_wanted_means(town):
    first, other, strong = town
    n = first.size - 1
    ends = pairs(first, other, strong)
    for kind, mean in [(1, FRIENDS), (0, ACQUAINTANCES)]:
        # Each person names mean / 2 ties, a whole number here; only person 0 names nobody.
        named = (ends[:, 2] == kind).sum() / 2
        assert named == (n - 1) * mean / 2


def test_fractions_of_a_tie_are_drawn():
    n = 20_000
    _, _, strong = ties(n, 2.5, 0.7)
    for kind, mean in [(1, 2.5), (0, 0.7)]:
        half = mean / 2
        share = half - math.floor(half)
        named = (strong == kind).sum() / 2
        error = math.sqrt(n * share * (1 - share))
        assert abs(named - (n - 1) * half) < 4 * error


@pytest.mark.parametrize("n", [2, 11, 12, 300])
def test_a_newcomer_changes_no_tie_between_others(n):
    before, after = ties(n), ties(n + 1)
    old = pairs(*after)
    old = old[(old[:, 0] < n) & (old[:, 1] < n)]
    assert np.array_equal(old, pairs(*before))  # the order in each row too
    named = np.diff(after[0])[n]
    assert named == (FRIENDS + ACQUAINTANCES) / 2


def test_friends_live_within_reach_and_acquaintances_anywhere(town):
    ends = pairs(*town)
    distance = np.abs(ends[:, 0] - ends[:, 1])
    assert distance[ends[:, 2] == 1].max() == STRONG_REACH
    assert distance[ends[:, 2] == 0].max() > 3_000
    # Named friends are uniform on the ten nearest lower numbers.
    below = ends[(ends[:, 1] < ends[:, 0]) & (ends[:, 2] == 1) & (ends[:, 0] >= STRONG_REACH)]
    found = np.bincount(below[:, 0] - below[:, 1], minlength=STRONG_REACH + 1)[1:]
    chi_square = ((found - found.mean()) ** 2 / found.mean()).sum()
    df = STRONG_REACH - 1
    assert abs(chi_square - df) < 4 * math.sqrt(2 * df)


def triples_of(town, kind, people):
    """Count paths of two ties through `people`, and those whose ends are tied as well."""
    rows = pairs(*town)
    known = [set() for _ in range(town[0].size - 1)]
    for a, b, _ in rows[rows[:, 2] == kind]:
        known[a].add(int(b))
    triples = closed = 0
    for me in people:
        for a, b in itertools.combinations(sorted(known[me]), 2):
            triples += 1
            closed += b in known[a]
    return triples, closed


def test_friends_of_friends_know_each_other(town):
    # Three friends are named of ten: one by 1 - .9^3 = .271, two given ones by 1 - 2 (.9^3) + .8^3 = .054. Of the
    # pairs around a person 45 lie above, 45 below, 100 on both sides (45 within reach of each other), so that
    # triples are as 45 (.271^2) + 45 (.054) + 100 (.271^2) = 13.08, closed ones as 3 (45) (.054) (.271) = 1.976.
    triples, closed = triples_of(town, 1, range(100, 3_900))
    error = math.sqrt(3.0 / closed)  # a triangle is counted from each of its corners
    assert closed / triples == pytest.approx(1.976 / 13.08, rel=4 * error)


def test_acquaintances_of_acquaintances_hardly_do(town):
    triples, closed = triples_of(town, 0, range(3_000, 4_000))
    assert closed / triples < 0.03


def test_other_runs_have_other_ties_and_the_same_run_the_same():
    again, other = ties(500), ties(500, seed=SEED + 1)
    for a, b in zip(ties(500), again, strict=True):
        assert np.array_equal(a, b)
    assert not np.array_equal(again[1], other[1])
