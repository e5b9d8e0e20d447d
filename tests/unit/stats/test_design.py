"""Scores of simulated against exact values, and the look of a whole set of them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import special

from cxsim.errors import InputError
from cxsim.stats.design import looks_standard_normal, normal_score, oracle_score, z_scores

SEED = 1933  # published; chosen before the first run


def test_z_scores_by_hand():
    assert z_scores([1.2, 3, 5], [1, 4, 5], [0.1, 0.5, 1]) == pytest.approx([2, -2, 0], rel=1e-12)
    assert z_scores([1, 2, 0], [1, 1, 1], [0, 0, 0]).tolist() == [0, math.inf, -math.inf]


def test_z_scores_refusals():
    with pytest.raises(InputError, match="lengths"):
        z_scores([1, 2], [1], [1, 1])
    with pytest.raises(InputError, match="negative"):
        z_scores([1], [1], [-1])
    with pytest.raises(InputError, match="NaN"):
        z_scores([math.nan], [1], [1])


def test_normal_scores():
    # the two-sided .05 point of t(19), 2.093024, is the normal 1.959964
    assert normal_score(2.093024054, 19) == pytest.approx(1.959963985, abs=1e-8)
    assert normal_score(-2.093024054, 19) == pytest.approx(-1.959963985, abs=1e-8)
    assert normal_score(0, 19) == 0
    assert normal_score(2.5, 1e9) == pytest.approx(2.5, rel=1e-6)
    assert normal_score(math.inf, 19) == math.inf
    assert normal_score(300.0, 19) > 10


def test_oracle_score_by_hand():
    # mean 3, standard error sqrt(.5); t = (3 - 2) / .7071
    score = oracle_score([1, 2, 3, 4, 5], 2)
    assert score[:2] == (3, 2)
    assert score.standard_error == pytest.approx(math.sqrt(0.5), rel=1e-12)
    assert score.relative_error == pytest.approx(math.sqrt(0.5) / 2, rel=1e-12)
    assert score.t == pytest.approx(math.sqrt(2), rel=1e-12)
    assert score.z == pytest.approx(normal_score(math.sqrt(2), 4), rel=1e-12)
    assert 0 < score.z < score.t
    assert score.n == 5
    assert oracle_score([0.0, 0.0], 0.0).z == 0
    with pytest.raises(InputError, match="at least 2"):
        oracle_score([1], 1)


def test_scores_of_few_replications_look_standard_normal_and_plain_ones_do_not():
    samples = np.random.default_rng(SEED).normal(10, 3, (4000, 6))
    scores = [oracle_score(row, 10) for row in samples]
    fair, plain = looks_standard_normal([s.z for s in scores]), looks_standard_normal([s.t for s in scores])
    assert fair.passed
    assert fair.share_above_3 == pytest.approx(2 * special.ndtr(-3), abs=3 * math.sqrt(0.0027 / 4000))
    assert fair.mean == pytest.approx(0, abs=3 / math.sqrt(4000))
    assert fair.sd == pytest.approx(1, abs=3 / math.sqrt(8000))
    assert not plain.passed  # t with 5 degrees of freedom: 3 % above 3


def test_faults_are_seen():
    good = np.random.default_rng(SEED).normal(size=200)
    assert looks_standard_normal(good).passed
    assert not looks_standard_normal(good + 0.5).passed
    assert not looks_standard_normal(good * 0.3).passed  # standard errors too large: as wrong as too small
    assert not looks_standard_normal(np.append(good, 4.5)).passed
    assert not looks_standard_normal(np.append(good, [3.2, -3.3, 3.4])).passed
    wild = looks_standard_normal(np.append(good, math.inf))
    assert not wild.passed
    assert wild.largest == math.inf


def test_kolmogorov_p_by_hand():
    # two scores at the quartiles: largest gap 1/4; P(D2 >= 1/4) = 1, the least a sample of two can have
    check = looks_standard_normal(special.ndtri([0.25, 0.75]))
    assert check.ks_p == pytest.approx(1, abs=1e-9)
    assert (check.n, check.share_above_3) == (2, 0)
    assert check.largest == pytest.approx(0.67448975, abs=1e-8)


def test_too_little_to_judge_is_refused():
    with pytest.raises(InputError, match="fewer than two"):
        looks_standard_normal([1.0])
    with pytest.raises(InputError, match="NaN"):
        looks_standard_normal([1.0, math.nan])
