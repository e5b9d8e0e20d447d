"""Oracles of firms: teams that are trained, causes that are fixed, an entrant's reach, ratings in public."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import numpy as np

from cxsim.checks.evidence import Evidence
from cxsim.checks.markets import crowd
from cxsim.checks.minds import QUALITY, mean_per_episode, normal_mean
from cxsim.checks.oracle import Case, Quantity, Read
from cxsim.checks.troubles import ratio, usual
from cxsim.model.plan import MONTH

HOURS_A_YEAR: Final = 32.0  # of organisation.yaml
ALIKE: Final = 0.5
HALF_LIFE: Final = 36.0  # months
ATTENDED: Final = 0.35  # share of the most frequent cause of design
WARM: Final = 3  # months of warm-up in talk.yaml
LASTS: Final = 11.5


def organisations() -> tuple[Case, ...]:
    """Return all cases of this module."""
    return (_trained(), _fixed(), _entrant(), _rated())


def skills(months: int, hours: float) -> list[float]:
    """Return a team's skill in each month: 1 - e^-k, where dk/dt = hours .05 - 1.04 k and k is brought up monthly.

    Parameters
    ----------
    months : int
    hours : float
        Training, a year.
    """
    steady = hours * usual("learning_per_hour") / usual("forgetting")
    stock = (steady * (1.0 - math.exp(-usual("forgetting") * month / 12.0)) for month in range(months))
    return [1.0 - math.exp(-k) for k in stock]


def _of_all(e: Evidence) -> float:
    return e.firm("spared") / (e.firm("spared") + e.firm("failures"))


def _trained() -> Case:
    skill = float(np.mean(skills(12, HOURS_A_YEAR)))
    return Case(
        name="training",
        title="a team trained for a year: fewer errors, more solved, more care",
        source="linear differential equation of the stock of knowledge",
        scenario="organisation",
        values={},
        quantities=(
            Quantity("share of employees' failures spared", usual("skill_on_errors") * skill, _of_all),
            Quantity("satisfaction, by care", usual("skill_on_care") * skill, mean_per_episode("satisfaction")),
            Quantity("share solved", 0.5 + 0.5 * usual("skill_on_solving") * skill, ratio("solved", "episodes")),
        ),
        full=crowd(1_000),
        plain=crowd(250),
        reference=True,
    )


def _fixed() -> Case:
    left = [0.5 ** (month / HALF_LIFE) for month in range(12)]
    return Case(
        name="fixing",
        title="the most frequent cause, halving",
        source="half-life of defects, Schneiderman (1988)",
        scenario="organisation",
        values={
            "Only.trouble_comes_from.employee": "0 %",
            "Only.trouble_comes_from.design": "100 %",
            "Only.process.fixing": "60 h a month",
            "Only.process.looks_at": "all failures",
            "defaults.fixing_half_life": f"{HALF_LIFE:g}",
            "defaults.fixing_floor": "0",
            "switches.training": "off",
            "switches.fixing": "on",
        },
        quantities=(Quantity("share of failures spared", ATTENDED * float(np.mean([1.0 - k for k in left])), _of_all),),
        full=crowd(4_800),
        plain=crowd(2_000),
        reference=True,
    )


# An entrant.


def _entrant() -> Case:
    def share(half: int) -> Read:
        def read(e: Evidence) -> float:
            bought = e.state.firm["purchases"][e.first + half].sum(axis=1)
            return float(bought[1] / bought.sum())

        return read

    return Case(
        name="entrant",
        title="a new firm's share grows in a line with its reach",
        source="linear reach, choice between equals",
        scenario="entrant",
        values={},
        quantities=(
            Quantity("share of purchases, months 6 to 12", ALIKE * 0.55, share(1)),
            Quantity("share of purchases, months 12 to 18", ALIKE * 0.85, share(2)),
            Quantity("share of purchases, months 18 to 24", ALIKE, share(3)),
        ),
        every=6 * MONTH,
        full=crowd(1_900),
        plain=crowd(400),
        reference=True,
    )


# Ratings in public.

ONE_STAR, FIVE_STARS = (1.0 - 3.85) / 1.35, (5.0 - 3.85) / 1.35


def _chance_to_rate(s: float) -> float:
    size = usual("public_by_gain") if s >= 0.0 else usual("public_by_loss")
    return min(usual("public_base") + size * s * s, 1.0)


def of_ratings(value: Callable[[float], float]) -> float:
    """Return E[value(S); rated in public] of a normal satisfaction S = 1.3 x, x normal around .3."""
    sure = math.sqrt((1.0 - usual("public_base")) / usual("public_by_loss"))
    bends = tuple(s / 1.3 for s in (-sure, ONE_STAR, 0.0, FIVE_STARS, sure))
    return normal_mean(lambda x: _chance_to_rate(1.3 * x) * value(1.3 * x), QUALITY, 1.0, bends)


def _weight(s: float) -> float:
    return usual("review_negative_weight") if s < 0.0 else 1.0


def _stars(s: float) -> float:
    return min(max(s, ONE_STAR), FIVE_STARS)


def months_that_count(warm: int, lasts: float) -> float:
    """Return the months of ratings that still count, each old month faded once a month, the last half not at all."""
    monthly = math.exp(-usual("reputation_fading") / 12.0)
    ticks = warm + int(lasts)
    return 0.5 + sum(monthly**k for k in range(1, ticks + 1))


def _rated() -> Case:
    good, bad = of_ratings(lambda s: float(s >= 0.0)), of_ratings(lambda s: float(s < 0.0))
    weights, total = of_ratings(_weight), of_ratings(lambda s: _weight(s) * _stars(s))
    counted = NEEDS_A_MONTH * months_that_count(WARM, LASTS) * weights
    return Case(
        name="ratings",
        title="who rates in public (a U), what the ratings come to, how they fade",
        source="Anderson (1998), integrated over the normal law; exponential fading",
        scenario="talk",
        values={"switches.talk": "off", "switches.reputation": "on", "lasts": f"{LASTS} months"},
        quantities=(
            Quantity("episodes rated, good", good, mean_per_episode("reviews_good")),
            Quantity("episodes rated, bad", bad, mean_per_episode("reviews_bad")),
            Quantity("ratings that count, per person", counted, _count_each),
            Quantity("their weighted mean, stars", 3.85 + 1.35 * total / weights, _score),
        ),
        full=crowd(8_600),
        plain=crowd(2_000),
        reference=True,
    )


NEEDS_A_MONTH: Final = 2.0


def _count_each(e: Evidence) -> float:
    return float(e.state.organisations["rating_count"][0]) / e.people


def _score(e: Evidence) -> float:
    ratings = e.state.organisations[0]
    return 3.85 + 1.35 * float(ratings["rating_sum"] / ratings["rating_count"])
