"""Oracles of talk: who tells a story, who hears it, and what it moves."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import special

from cxsim.checks.evidence import Evidence
from cxsim.checks.markets import NEEDS_A_YEAR, a_year, crowd
from cxsim.checks.minds import QUALITY, mean_per_episode, normal_mean
from cxsim.checks.oracle import Case, Quantity

MOST_TOLD: Final = 24


def stories() -> tuple[Case, ...]:
    """Return all cases of this module."""
    return (_stories(), _moved())


def _stories() -> Case:
    # S = 1.3 x with x normal around .3: talk with chance .02 + .04 S^2 (good) or .02 + .06 S^2 (bad).
    def chance(x: float) -> float:
        s = 1.3 * x
        return min(0.02 + (0.04 if s >= 0 else 0.06) * s * s, 1.0)

    bends = (-math.sqrt(0.98 / 0.06) / 1.3, 0.0, math.sqrt(0.98 / 0.04) / 1.3)
    good = normal_mean(lambda x: chance(x) if x >= 0 else 0.0, QUALITY, 1.0, bends)
    bad = normal_mean(lambda x: chance(x) if x < 0 else 0.0, QUALITY, 1.0, bends)
    return Case(
        name="talk",
        title="who talks (asymmetric U), to how many",
        source="Anderson (1998), integrated over the normal law; Poisson listeners",
        scenario="talk",
        values={},
        quantities=(
            Quantity("episodes told, good", good, mean_per_episode("talked_good")),
            Quantity("episodes told, bad", bad, mean_per_episode("talked_bad")),
            Quantity("good stories heard over the exact number of the network", 1.0, _heard("told_good", good, 4.5)),
            Quantity("bad stories heard over the exact number of the network", 1.0, _heard("told_bad", bad, 9.5)),
            Quantity("episodes per person and year", NEEDS_A_YEAR, a_year("episodes")),
        ),
        full=crowd(4_700),
        plain=crowd(1_200),
        reference=True,
    )


def _moved() -> Case:
    return Case(
        name="talk-effect",
        title="stories move what others expect, for the friends drawn",
        source="exponential functional of a Poisson process, Kingman (1993)",
        scenario="talk",
        values={
            "warm_up": "0 s",
            "Only.spread": "0",
            "Only.quality": "1",
            "defaults.talk_effect": "0.15",
            "defaults.talk_base": "0.1",
            "defaults.talk_by_gain": "0",
            "defaults.talk_delay": "0",
            "lasts": "3 months",
        },
        quantities=(Quantity("mean expectation over the exact one of the network", 1.0, _moved_ratio),),
        full=crowd(5_500),
        plain=crowd(1_400),
        reference=True,
    )


def _moved_ratio(e: Evidence) -> float:
    first, other = e.state.tie_first, e.state.tie_other
    times = NEEDS_A_YEAR / 4.0 * 0.1
    return float(e.minds("mean").sum()) / float(moved_by_talk(first, other, times, 0.15, 4.5).sum())


def moved_by_talk(
    first: NDArray[np.int64], other: NDArray[np.int32], times: float, effect: float, told: float
) -> NDArray[np.float64]:
    """Return the mean expectation of each person when everybody tells that experience was 1.

    Each teller j talks a Poisson number of times (mean `times`), each time along a Poisson number of ties (mean `told`,
    at most MOST_TOLD) drawn one by one; who is drawn again is not told again, and a story closes the share `effect` of
    the gap. A listener with a_ij ties to j of degree d_j hears it with the chance h_ij = 1 - E[(1 - a_ij / d_j)^n], and
    keeps the share 1 - effect h_ij of the gap each time j talks.

    Parameters
    ----------
    first, other : arrays
        Ties in compressed rows, see `cxsim.model.ties.build_ties`.
    times : float
        Mean number of times a person talks.
    effect, told : float
        Share of the gap; mean number of listeners.

    References
    ----------
    Campbell's theorem for the exponential functional of a Poisson process; Kingman (1993), section 3.2.
    """
    pairs, chance = chances_to_hear(first, other, told)
    gap = np.zeros(first.size - 1)
    np.add.at(gap, pairs[0], -times * effect * chance)
    return np.asarray(1 - np.exp(gap))


def chances_to_hear(
    first: NDArray[np.int64], other: NDArray[np.int32], told: float
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return who can hear from whom, (2, n_pairs) listeners and tellers, and the chance of hearing a told story."""
    degree = np.diff(first)
    teller = np.repeat(np.arange(degree.size), degree)
    pairs, count = np.unique(np.stack((other, teller)), axis=1, return_counts=True)
    n = np.arange(MOST_TOLD + 1)
    chance = np.exp(n * math.log(told) - told - special.gammaln(n + 1))
    chance[-1] += special.pdtrc(MOST_TOLD, told)
    missed = 1 - count / degree[pairs[1]]
    return np.asarray(pairs), np.asarray(1 - (missed[:, None] ** n) @ chance)


def _heard(tally: str, talked: float, told: float) -> Callable[[Evidence], float]:
    # Stories heard per episode, over the exact number: who talks does not depend on how many ties one has.
    per_episode = mean_per_episode(tally)

    def ratio(e: Evidence) -> float:
        _, chance = chances_to_hear(e.state.tie_first, e.state.tie_other, told)
        return per_episode(e) / (talked * float(chance.sum()) / (e.state.tie_first.size - 1))

    return ratio
