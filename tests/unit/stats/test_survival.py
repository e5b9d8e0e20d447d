"""Survival: by hand, against scipy, and the books of competing reasons."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.errors import InputError
from cxsim.stats.survival import (
    censored_exponential_rate,
    cumulative_incidence,
    cumulative_incidence_grouped,
    kaplan_meier,
    kaplan_meier_grouped,
    restricted_mean,
    survival_at,
    survival_quantile,
)

SEED = 1958  # published; chosen before the first run


def test_kaplan_meier_by_hand():
    # 5 people: leave at 1, censored at 2, leave at 3, leave and censored at 4: S = 4/5, 4/5 x 2/3, ... x 1/2
    curve = kaplan_meier([1, 2, 3, 4, 4], [1, 0, 1, 1, 0])
    assert curve.times.tolist() == [1, 2, 3, 4]
    assert curve.at_risk.tolist() == [5, 4, 3, 2]
    assert curve.left.tolist() == [1, 0, 1, 1]
    assert curve.survival == pytest.approx([4 / 5, 4 / 5, 8 / 15, 4 / 15], rel=1e-14)


def test_greenwood_by_hand():
    # var S(3) = (8/15)² (1/(5 x 4) + 1/(3 x 2)); plain interval -+ 1.959964 se, cut at 0 and 1
    curve = kaplan_meier([1, 2, 3, 4, 4], [1, 0, 1, 1, 0], transform="plain")
    error = 8 / 15 * math.sqrt(1 / 20 + 1 / 6)
    assert curve.std_error[2] == pytest.approx(error, rel=1e-14)
    assert curve.low[2] == pytest.approx(8 / 15 - 1.9599639845 * error, abs=1e-9)
    assert curve.high[2] == pytest.approx(min(8 / 15 + 1.9599639845 * error, 1), abs=1e-9)


def test_log_log_by_hand():
    curve = kaplan_meier([1, 2, 3, 4, 4], [1, 0, 1, 1, 0])
    s = 8 / 15
    spread = 1.9599639845 * math.sqrt(1 / 20 + 1 / 6) / -math.log(s)
    assert curve.low[2] == pytest.approx(s ** math.exp(spread), abs=1e-9)
    assert curve.high[2] == pytest.approx(s ** math.exp(-spread), abs=1e-9)


def test_without_censoring_greenwood_is_the_binomial_variance():
    curve = kaplan_meier([1, 1, 2, 3, 3, 3, 4, 5, 6, 6], [1] * 10)
    s = curve.survival[:-1]
    assert s == pytest.approx([0.8, 0.7, 0.4, 0.3, 0.2], rel=1e-12)
    assert curve.std_error[:-1] == pytest.approx(np.sqrt(s * (1 - s) / 10), rel=1e-12)
    assert curve.survival[-1] == 0
    assert math.isnan(curve.low[-1])


@pytest.mark.parametrize("transform", ["plain", "log-log"])
@pytest.mark.parametrize("size", [7, 200])
def test_kaplan_meier_is_scipys(transform, size):
    from scipy import stats  # noqa: TID251 - the oracle

    generator = np.random.default_rng(SEED)
    lives = np.ceil(generator.weibull(1.3, size) * 12)  # whole months: many ties
    cut = np.ceil(generator.uniform(1, 24, size))
    durations, events = np.minimum(lives, cut), lives <= cut
    mine = kaplan_meier(durations, events, transform=transform)
    data = stats.CensoredData.right_censored(durations, ~events)
    theirs = stats.ecdf(data).sf
    assert mine.times == pytest.approx(theirs.quantiles)
    assert mine.survival == pytest.approx(theirs.probabilities, abs=1e-12)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scipy warns that limits are undefined where survival is 0 or 1
        limits = theirs.confidence_interval(0.95, method="linear" if transform == "plain" else "log-log")
    inside = (mine.survival > 0) & (mine.survival < 1)
    assert mine.low[inside] == pytest.approx(limits.low.probabilities[inside], abs=1e-12)
    assert mine.high[inside] == pytest.approx(limits.high.probabilities[inside], abs=1e-12)


def test_grouped_counts_are_the_same_curve():
    single = kaplan_meier([1, 2, 3, 4, 4], [1, 0, 1, 1, 0])
    grouped = kaplan_meier_grouped([5, 4, 3, 2], [1, 0, 1, 1], [0, 1, 0, 1])
    for mine, other in zip(grouped, single, strict=True):
        assert mine == pytest.approx(other, nan_ok=True)


def test_actuarial_counts_half_of_the_censored():
    # 100 present, 10 leave, 20 out of sight: 1 - 10 / 90
    curve = kaplan_meier_grouped([100], [10], [20], ties="actuarial")
    assert curve.survival[0] == pytest.approx(8 / 9, rel=1e-14)


def test_empty_periods_and_no_leavers():
    curve = kaplan_meier_grouped([10, 10, 0], [0, 0, 0])
    assert curve.survival.tolist() == [1, 1, 1]
    assert curve.low.tolist() == curve.high.tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([5], [6]), "at most those"),
        (([5], [-1]), "negative"),
        (([5, 4], [1]), "lengths"),
        (([5, 5], [3, 3], [1, 3]), "period 1: 6 gone of 5; at most those"),
    ],
)
def test_impossible_counts_are_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        kaplan_meier_grouped(*arguments)


def test_bad_words_and_times_are_refused():
    with pytest.raises(InputError, match="'log-log' or 'plain'"):
        kaplan_meier([1], [1], transform="logit")
    with pytest.raises(InputError, match="actuarial"):
        kaplan_meier_grouped([1], [1], ties="late")
    with pytest.raises(InputError, match="increase"):
        kaplan_meier_grouped([2, 1], [1, 1], times=[2, 1])
    with pytest.raises(InputError, match="neither 0 nor 1"):
        kaplan_meier([1, 2], [1, 2])
    with pytest.raises(InputError, match="renumber"):
        cumulative_incidence([1, 2], [1, 3], 2)


def test_reading_a_curve():
    curve = kaplan_meier([1, 2, 3, 4, 4], [1, 0, 1, 1, 0])
    assert [survival_at(curve, t) for t in (0.9, 1, 2.5, 99)] == pytest.approx([1, 0.8, 0.8, 4 / 15])
    assert survival_quantile(curve, 0.5) == 4
    assert survival_quantile(curve, 0.8) == 1
    assert math.isnan(survival_quantile(curve, 0.1))
    # area: 1 x 1 + .8 x 2 + 8/15 x 1 up to 4, half of it from 3 to 3.5
    assert restricted_mean(curve, 4) == pytest.approx(1 + 1.6 + 8 / 15, rel=1e-12)
    assert restricted_mean(curve, 3.5) == pytest.approx(1 + 1.6 + 4 / 15, rel=1e-12)
    assert restricted_mean(curve, 0.5) == 0.5


def test_two_reasons_by_hand():
    # 4 people: price at 1, service at 2, censored at 3, price at 4. F_price = 1/4, then + 1/2 x 1/1 at 4.
    curves = cumulative_incidence([1, 2, 3, 4], [1, 2, 0, 1], 2)
    assert curves.incidence[0] == pytest.approx([0.25, 0.25, 0.25, 0.75], rel=1e-14)
    assert curves.incidence[1] == pytest.approx([0, 0.25, 0.25, 0.25], rel=1e-14)
    assert curves.survival == pytest.approx([0.75, 0.5, 0.5, 0], abs=1e-14)


def test_incidence_without_censoring_is_a_share_with_its_binomial_error():
    curves = cumulative_incidence([1, 1, 2, 2, 3, 3, 4, 4], [1, 2, 1, 1, 2, 2, 1, 3], 3)
    assert curves.incidence[0] == pytest.approx([1 / 8, 3 / 8, 3 / 8, 4 / 8], rel=1e-12)
    share = curves.incidence[0][:3]
    assert curves.std_error[0][:3] == pytest.approx(np.sqrt(share * (1 - share) / 8), rel=1e-12)


def test_one_reason_is_kaplan_meier_with_greenwoods_error():
    durations, events = [1, 2, 2, 3, 4, 4, 5, 6], [1, 0, 1, 1, 1, 0, 1, 0]
    whole, curves = kaplan_meier(durations, events), cumulative_incidence(durations, events, 1)
    assert curves.incidence[0] == pytest.approx(1 - whole.survival, abs=1e-14)
    assert curves.std_error[0] == pytest.approx(whole.std_error, abs=1e-12)


@given(st.lists(st.tuples(st.integers(0, 10), st.integers(0, 3)), min_size=1, max_size=60))
def test_reasons_and_survival_sum_to_one(lives):
    durations, reasons = zip(*lives, strict=True)
    curves = cumulative_incidence(durations, reasons, 3)
    assert curves.incidence.sum(axis=0) + curves.survival == pytest.approx(np.ones(curves.times.size), abs=1e-12)
    assert (np.diff(curves.incidence, axis=1) >= 0).all()
    assert np.isfinite(curves.std_error).all()


def test_grouped_reasons():
    curves = cumulative_incidence_grouped([100, 80], [[10, 4], [5, 4]], [5, 0])
    assert curves.incidence == pytest.approx(
        np.array([[0.1, 0.1 + 0.85 * 0.05], [0.05, 0.05 + 0.85 * 0.05]]), rel=1e-12
    )
    with pytest.raises(InputError, match="negative"):
        cumulative_incidence_grouped([10], [[2], [-1]])


def test_aalen_johansen_error_matches_the_spread_over_samples():
    # Constant hazards .06 and .03, censoring .04: F_1(10) = 2/3 (1 - e^-.9).
    generator = np.random.default_rng(SEED)
    finals, errors = [], []
    for _ in range(400):
        clocks = generator.exponential([1 / 0.06, 1 / 0.03, 1 / 0.04], (150, 3))
        durations = clocks.min(axis=1)
        reasons = np.array([1, 2, 0])[clocks.argmin(axis=1)]
        curves = cumulative_incidence(durations, reasons, 2)
        at = int(np.searchsorted(curves.times, 10, side="right")) - 1
        finals.append(curves.incidence[0, at])
        errors.append(curves.std_error[0, at])
    exact = 2 / 3 * (1 - math.exp(-0.9))
    assert np.mean(finals) == pytest.approx(exact, abs=3 * np.std(finals) / 20)
    assert np.mean(errors) == pytest.approx(np.std(finals), rel=0.12)  # 3 / sqrt(2 x 400)


def test_patience_rate_is_abandonments_over_waiting():
    # 2 abandonments in 1 + 2 + 3 + 4 = 10 minutes; Poisson limits of 2: .242209 and 7.224688
    rate = censored_exponential_rate([1, 2, 3, 4], [1, 0, 1, 0])
    assert rate.mean == 0.2
    assert rate.low == pytest.approx(0.0242209, abs=5e-8)
    assert rate.high == pytest.approx(0.7224688, abs=5e-8)
    assert censored_exponential_rate([1, 2], [0, 0]).low == 0
    assert math.isnan(censored_exponential_rate([0, 0], [0, 0]).mean)
