"""Oracles of what customers expect and feel: learning, promises, the treadmill, satisfaction."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import integrate, special

from cxsim.checks.evidence import CUSTOMERS, DETRACTORS, KEPT, PROMOTERS, Evidence
from cxsim.checks.markets import NEEDS_A_YEAR, crowd, of_people, of_starters
from cxsim.checks.oracle import Case, Quantity, Read
from cxsim.stats.expectations import disconfirmation_variance, expectation_variance, expected_loss_averse

LEARNING: Final = 0.3
AVERSION: Final = 2.25
SATISFIED_FROM: Final = -0.1
MEMORY: Final = 0.5
PROMISE: Final = 0.6


def minds() -> tuple[Case, ...]:
    """Return all cases of this module."""
    return (_learning(), _treadmill(), _bayes(), _promised(), _deserved(), _zone(), _loyal())


def mean_per_episode(field: str) -> Read:
    """Tally of the firm per episode."""
    return lambda e: e.firm(field) / e.firm("episodes")


def expected(e: Evidence) -> float:
    """Mean expectation of the firm at the horizon."""
    return float(e.minds("mean").mean())


def normal_mean(value: Callable[[float], float], mean: float, sd: float, breaks: tuple[float, ...] = ()) -> float:
    """Return E[value(X)] of a normal X by adaptive quadrature, split where `value` bends.

    Parameters
    ----------
    value : callable
    mean, sd : float
    breaks : tuple of float
        Places where `value` has a kink or a jump.
    """
    edges = sorted({mean - 10 * sd, *(b for b in breaks if abs(b - mean) < 10 * sd), mean + 10 * sd})

    def density(x: float) -> float:
        return math.exp(-(((x - mean) / sd) ** 2) / 2) / (sd * math.sqrt(2 * math.pi))

    parts = (
        integrate.quad(lambda x: value(x) * density(x), low, high, epsabs=1e-12, epsrel=1e-11, limit=200)[0]
        for low, high in itertools.pairwise(edges)
    )
    return float(sum(parts))


# Learning from experience.


def _learning() -> Case:
    surprise = disconfirmation_variance(LEARNING)
    sd = math.sqrt(surprise)
    satisfied = float(special.ndtr(-SATISFIED_FROM / AVERSION / sd))
    return Case(
        name="expectation",
        title="smoothed expectation, loss aversion",
        source="exponential smoothing; Tversky & Kahneman (1992); Poisson needs",
        scenario="expectation",
        values={},
        quantities=(
            Quantity("variance of the expectation", expectation_variance(LEARNING), _spread_of_expectation),
            Quantity("its variance, as customers track it", (1 - LEARNING) * surprise, _tracked),
            Quantity("mean satisfaction", expected_loss_averse(0.0, sd, AVERSION), mean_per_episode("satisfaction")),
            Quantity("share satisfied", satisfied, mean_per_episode("satisfied")),
            Quantity("still customers: bought within 3 intervals", 1 - math.exp(-3.0), of_people(0, 0)),
            Quantity("retention, undecided included", 1 - math.exp(-3.0), of_starters(KEPT, 0)),
        ),
        full=crowd(8_200),
        plain=crowd(2_100),
        reference=True,
    )


def _spread_of_expectation(e: Evidence) -> float:
    return float((e.minds("mean") ** 2).mean())


def _tracked(e: Evidence) -> float:
    return float(e.minds("variance").mean())


def _treadmill() -> Case:
    needs = NEEDS_A_YEAR / 12.0
    left = math.exp(-LEARNING * needs)  # E[(1 - alpha)^N], N Poisson
    return Case(
        name="treadmill",
        title="quality rises by 1 for good; the gain wears off",
        source="exponential smoothing at Poisson times, E[(1 - a)^N] = exp(-a E[N])",
        scenario="expectation",
        values={"lasts": "1 month", "defaults.loss_aversion": "1"},
        policy="better",
        quantities=(
            Quantity("mean expectation after a month", 1 - left, expected),
            Quantity("satisfaction in that month, per person", (1 - left) / LEARNING, _satisfaction_each),
        ),
        full=crowd(5_500),
        plain=crowd(1_400),
        reference=True,
    )


def _satisfaction_each(e: Evidence) -> float:
    return e.firm("satisfaction") / e.people


def poisson(mean: float) -> NDArray[np.float64]:
    """Return the chances of 0 to 199 encounters, Poisson."""
    number = np.arange(200)
    return np.asarray(np.exp(number * math.log(mean) - mean - special.gammaln(number + 1)))


def _bayes() -> Case:
    number = np.arange(200)
    chance = poisson(NEEDS_A_YEAR / 4.0)
    return Case(
        name="bayes",
        title="a first belief worth three encounters",
        source="normal law with known variance; Rust et al. (1999)",
        scenario="expectation",
        values={
            "warm_up": "0 s",
            "lasts": "3 months",
            "defaults.expectation_learning": "0",
            "defaults.start_expectation": "1",
        },
        quantities=(Quantity("mean expectation after 3 months", float(chance @ (3.0 / (3.0 + number))), expected),),
        full=crowd(2_000),
        plain=crowd(500),
        reference=True,
        quick=True,
    )


def in_a_quarter(each: NDArray[np.float64]) -> float:
    """Return the mean sum over a person's encounters in a quarter, `each` by the number of those before."""
    happened = 1.0 - np.cumsum(poisson(NEEDS_A_YEAR / 4.0))  # encounter n happens if there are more than n
    return float(happened @ each)


def _promised() -> Case:
    # Experience is 0, so satisfaction is less what was expected: 3 / (3 + n) of the first belief 1, and the promise.
    known: NDArray[np.float64] = np.asarray(3.0 / (3.0 + np.arange(200)))
    expected_ = known + 0.5 * known * (PROMISE - known)
    return Case(
        name="promise",
        title="a promise in the expectation, less believed with experience",
        source="Boulding et al. (1993); Rust et al. (1999); Poisson needs",
        scenario="expectation",
        values={
            "warm_up": "0 s",
            "lasts": "3 months",
            "Only.spread": "0",
            "Only.promises.experience": f"{PROMISE}",
            "switches.promising": "on",
            "switches.loss_averse": "off",
            "defaults.expectation_learning": "0",
            "defaults.start_expectation": "1",
        },
        quantities=(Quantity("satisfaction in 3 months, per person", -in_a_quarter(expected_), _satisfaction_each),),
        full=crowd(500),
        plain=crowd(200),
        reference=True,
    )


def deserved_after(encounters: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return what is thought deserved after n encounters with experience 1, from 0: 1 - 1.35 .9^n + .35 .7^n.

    The expectation is 1 - .7^n, and the standard closes a tenth of the gap to it: d(n) = .9 d(n - 1) + .1 E(n).
    """
    return np.asarray(1.0 - 1.35 * 0.9**encounters + 0.35 * 0.7**encounters)


def _deserved() -> Case:
    number = np.arange(200)
    before, standard = 1.0 - (1.0 - LEARNING) ** number, deserved_after(number)
    # Perceived is 1 + .2 E - .3 D, satisfaction that less E.
    felt_: NDArray[np.float64] = np.asarray(1.0 + 0.2 * before - 0.3 * standard - before)
    return Case(
        name="deserved",
        title="the standard that people think they deserve rises to the best they know",
        source="Boulding et al. (1993); linear recursion at Poisson times",
        scenario="expectation",
        values={
            "warm_up": "0 s",
            "lasts": "3 months",
            "Only.quality": "1",
            "Only.spread": "0",
            "switches.deserving": "on",
            "switches.loss_averse": "off",
        },
        quantities=(
            Quantity("mean standard after 3 months", float(poisson(NEEDS_A_YEAR / 4.0) @ standard), _standard),
            Quantity("satisfaction in 3 months, per person", in_a_quarter(felt_), _satisfaction_each),
        ),
        full=crowd(1_000),
        plain=crowd(250),
        reference=True,
    )


def _standard(e: Evidence) -> float:
    return float(e.state.cold["deserved"].mean())


# Satisfaction without learning: the expectation stays 0, so satisfaction is a function of a normal experience.

QUALITY: Final = 0.3


def felt(x: float) -> float:
    """Satisfaction with experience x at expectation 0, default rules: .3 x + value beyond the zone (-.5, .5)."""
    beyond = x - 0.5 if x > 0.5 else min(x + 0.5, 0.0)  # noqa: PLR2004 -- half the zone's width
    worth = beyond**0.88 if beyond >= 0 else -AVERSION * (-beyond) ** 0.88
    return float(0.3 * x + worth)


def _zone() -> Case:
    # Inside the zone S = .3 x, which passes -.1 at x = -1/3.
    satisfied = float(special.ndtr(QUALITY - SATISFIED_FROM / 0.3))
    return Case(
        name="tolerance",
        title="zone of tolerance and prospect value, all defaults",
        source="Zeithaml et al. (1993), Tversky & Kahneman (1992), integrated over the normal law",
        scenario="expectation",
        values={
            "Only.quality": f"{QUALITY}",
            "switches.tolerance": "on",
            "switches.learning": "off",
            "defaults.sensitivity": "0.88",
            "defaults.satisfaction_from_performance": "0.3",
            "warm_up": "0 s",
        },
        quantities=(
            Quantity(
                "mean satisfaction", normal_mean(felt, QUALITY, 1.0, (-0.5, 0.5)), mean_per_episode("satisfaction")
            ),
            Quantity("share satisfied", satisfied, mean_per_episode("satisfied")),
        ),
        full=crowd(20_000),
        plain=crowd(5_000),
        reference=True,
    )


def _loyal() -> Case:
    # S = 1.3 x; cumulative satisfaction is its exponential smoothing with memory w: sd sqrt((1 - w) / (1 + w)).
    sd = 1.3 * math.sqrt((1 - MEMORY) / (1 + MEMORY))
    promoters, detractors = float(special.ndtr(-0.9 / sd)), float(special.ndtr(-0.5 / sd))

    def group(column: int) -> Read:
        return lambda e: e.base(column, 0) / e.base(CUSTOMERS, 0)

    return Case(
        name="promoters",
        title="cumulative satisfaction, promoters and detractors",
        source="exponential smoothing of normal satisfaction",
        scenario="expectation",
        values={
            "switches.loss_averse": "off",
            "switches.learning": "off",
            "defaults.satisfaction_from_performance": "0.3",
            "defaults.satisfaction_memory": f"{MEMORY}",
            "defaults.promoter_from": "0.9",
            "defaults.detractor_below": "-0.5",
            "lasts": "1 d",
            "warm_up": "8 months",
        },
        quantities=(
            Quantity("share of promoters", promoters, group(PROMOTERS)),
            Quantity("share of detractors", detractors, group(DETRACTORS)),
        ),
        full=crowd(34_000),
        plain=crowd(8_600),
        reference=True,
    )
