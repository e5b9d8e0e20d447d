"""Planted worlds: what is there is found with the numbers worked by hand, and nothing is found where nothing is."""

import math

import numpy as np
import pytest

from cxsim.errors import InputError
from cxsim.stats import robustness
from cxsim.stats.robustness import leaders, one_split, partial_information, perfect_information, regrets
from cxsim.stats.space_filling import sobol_points

WORLDS = 100


def cube(*worlds):
    """Worlds x choices x replications."""
    return np.array(worlds, dtype=float)


def test_the_leader_of_each_world_and_who_is_level_with_it():
    # Differences of the two choices: world 0: 4 and 6; world 1: 0 and 2. Around their means -1, 1, -1, 1: s² = 4 / 2,
    # half-width t(2) s / sqrt(2) = 4.303: world 0 (5) is clear, world 1 (1) is not.
    found = leaders(cube([[14, 16], [10, 10]], [[10, 12], [10, 10]]))
    assert found.means.tolist() == [[15, 10], [11, 10]]
    assert found.best.tolist() == [0, 0]
    assert found.level.tolist() == [[True, False], [True, True]]
    assert found.clear.tolist() == [True, False]
    assert leaders(cube([[14, 16], [10, 10]], [[10, 12], [10, 10]]), "lower").best.tolist() == [1, 1]
    # At 99 % the quantile is 9.92 and world 0 is level too.
    assert leaders(cube([[14, 16], [10, 10]], [[10, 12], [10, 10]]), level=0.99).clear.tolist() == [False, False]


def test_common_luck_does_not_blur_the_leader():
    luck = np.array([-50.0, 0.0, 50.0])
    found = leaders(cube([luck + 1, luck]))
    assert found.clear.tolist() == [True]


def test_equal_choices_are_level_and_one_alone_leads():
    found = leaders(cube([[1, 2], [1, 2], [0, 1]]))
    assert found.level.tolist() == [[True, True, False]]
    assert leaders(cube([[1, 2]])).clear.tolist() == [True]


@pytest.mark.parametrize(
    ("values", "word"), [([[1.0]], "reshape"), (cube([[1, np.nan]]), "leave the world out"), (cube([[1]]), "2 or more")]
)
def test_what_cannot_be_ranked_is_refused(values, word):
    with pytest.raises(InputError, match=word):
        leaders(values)


def test_regret_is_what_the_choice_falls_short_where_it_can_be_told():
    found = robustness.Leaders(
        means=np.array([[5.0, 9.0], [5.0, 6.0], [7.0, 1.0]]),
        best=np.array([1, 1, 0]),
        level=np.array([[False, True], [True, True], [True, False]]),
    )
    assert regrets(found, 0).tolist() == [4.0, 0.0, 0.0]
    assert regrets(found, 1).tolist() == [0.0, 0.0, 6.0]


def test_a_planted_threshold_is_found():
    x = np.arange(20.0)
    split = one_split(x, x < 6)
    assert (split.threshold, split.low, split.high, split.above) == (5.5, 5.0, 6.0, False)
    assert (split.inside, split.turned, split.gain) == (6, 6, 1.0)
    # One of the 38,760 ways to draw 6 of 20, either side of the 15 thresholds with three worlds on each side.
    assert split.p == pytest.approx(30 / math.comb(20, 6))
    assert one_split(x, x < 6, tried=10).p == pytest.approx(300 / math.comb(20, 6))
    above = one_split(x, x > 13)
    assert (above.threshold, above.above, above.inside) == (13.5, True, 6)


def test_a_threshold_with_some_worlds_on_the_wrong_side():
    x = np.arange(40.0)
    turned = x < 12
    turned[[3, 30]] = False, True  # 12 turned; at 11.5 one beyond has not, one on this side has
    split = one_split(x, turned)
    assert (split.threshold, split.inside, split.turned) == (11.5, 12, 11)
    assert split.gain == pytest.approx(1 - 2 / 12)


def test_the_order_of_the_worlds_does_not_matter():
    x = np.arange(20.0)
    mixed = np.random.default_rng(20260101).permutation(20)
    assert one_split(x[mixed], (x < 6)[mixed]) == one_split(x, x < 6)


def test_equal_positions_are_never_parted():
    x = np.repeat([1.0, 2.0, 3.0], 10)
    split = one_split(x, x > 2)
    assert (split.low, split.high, split.threshold) == (2.0, 3.0, 2.5)
    assert one_split(np.ones(30), np.arange(30) < 10) is None


@pytest.mark.parametrize(
    "turned",
    [
        np.zeros(40, bool),
        np.ones(40, bool),
        np.arange(40) % 2 == 0,  # nothing to do with x
        np.abs(np.arange(40) - 19.5) < 8,  # in the middle: one threshold cannot tell
        np.arange(40) < 2,  # too few worlds
        (np.arange(40) % 3 == 0) & (np.arange(40) < 20),  # more often below, but never most of them
    ],
    ids=["never", "always", "every other", "middle", "two worlds", "a third"],
)
def test_no_threshold_is_claimed_where_there_is_none(turned):
    assert one_split(np.arange(40.0), turned) is None


def test_chance_rarely_makes_a_threshold():
    # 400 shuffles of 30 turned of 100 worlds; at most 1 in 100 may pass, three standard errors above that are 10.
    rng = np.random.default_rng(20260102)
    x = np.arange(float(WORLDS))
    found = sum(one_split(x, rng.permutation(WORLDS) < 30) is not None for _ in range(400))
    assert found <= 10


def test_perfect_information_by_hand():
    # Best of each world 5, 4, 9: mean 6; the best of the means 14/3.
    assert perfect_information([[5, 1], [4, 3], [0, 9]]) == pytest.approx(6 - 13 / 3)
    assert perfect_information([[5, 1], [4, 3], [0, 9]], "lower") == pytest.approx(3 - 4 / 3)


def test_the_unknown_that_decides_is_worth_knowing_and_the_other_is_not():
    # Choice 1 gains 10 (x - 0.5) more than choice 0: knowing x is worth 10 E max(0, x - 0.5) = 1.25.
    x = sobol_points(512, 2, 7)
    means = np.column_stack((np.zeros(512), 10.0 * (x[:, 0] - 0.5) - 1e-9))
    decides, other = partial_information(x, means, seed=1)
    # Bins of an eighth make the same sums here, since 0.5 is an edge; shuffles take off a little.
    assert decides.value == pytest.approx(1.25, abs=0.2)
    assert decides.p == pytest.approx(1 / 501)
    assert other.value < 0.1
    assert other.p > robustness.P_WORTH
    assert perfect_information(means) == pytest.approx(1.25, abs=0.01)


def test_what_changes_no_choice_is_worth_nothing():
    x = sobol_points(WORLDS, 2, 7)
    means = np.column_stack((np.zeros(WORLDS), 5.0 + x[:, 0]))
    for found in partial_information(x, means, seed=1):
        assert (found.value, found.p) == (0.0, 1.0)


def test_few_worlds_tell_nothing_about_what_to_measure():
    (found,) = partial_information(np.ones((19, 1)), np.ones((19, 2)), seed=1)
    assert math.isnan(found.value)
    assert math.isnan(found.p)


def test_bins_are_even_and_keep_equal_values_together():
    # Eighths of 0 to 99 lie at 12.375, 24.75, 37.125, 49.5, 61.875, 74.25 and 86.625.
    assert np.bincount(robustness._binned(np.arange(100.0))).tolist() == [13, 12, 13, 12, 12, 13, 12, 13]
    assert len(np.unique(robustness._binned(np.repeat([1.0, 2.0], 50)))) == 2
    assert np.bincount(robustness._binned(np.arange(20.0))).tolist() == [10, 10]
