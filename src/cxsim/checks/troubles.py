"""Oracles of what goes wrong: failures, exit, voice and silence, returns, bonds.

Times are in years of 365 days where nothing else is said.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from cxsim.behaviour.failure import MODE_ORIGINS, MODE_SEVERITIES, MODE_SHARES
from cxsim.behaviour.registry import REGISTRY
from cxsim.checks.evidence import NEVER_LEFT
from cxsim.checks.markets import NEEDS_A_YEAR, a_year, crowd, of_starters
from cxsim.checks.minds import normal_mean
from cxsim.checks.oracle import Case, Quantity, Read
from cxsim.model.plan import YEAR
from cxsim.stats.customers import logit_shares

Array = NDArray[np.float64]

FAILS: Final = 0.1
BURNT: Final = 0.15
EXIT_BASE: Final = -1.5  # of failures.yaml
ORIGINS: Final = ("employee", "customer", "design", "outside")
TROUBLE: Final = (0.2, 0.22, 0.58, 0.0)  # shares of the origins where a file says nothing


def troubles() -> tuple[Case, ...]:
    """Return all cases of this module."""
    return (
        _failures(),
        _returns(),
        _voice(),
        _bonds(),
    )


def usual(name: str) -> float:
    """Value of a behaviour parameter where a file says nothing."""
    return REGISTRY[name].default


def ratio(above: str, below: str) -> Read:
    """One tally of the firm over another."""
    return lambda e: e.firm(above) / e.firm(below)


# Failures, exits and returns.


def kinds_of_failure() -> list[tuple[float, float]]:
    """Return (chance, mean weight over the usual severity) of each way to fail, at the usual origins.

    A failure weighs its severity times ``1 + .5 blame + .5 stability``, blame = locus (1 + control) / 2.

    References
    ----------
    Weiner (1985), Psychological Review 92:548; Folkes (1984), Journal of Consumer Research 10:398.
    """
    rows = []
    for origin, share, severity in zip(MODE_ORIGINS, MODE_SHARES, MODE_SEVERITIES, strict=True):
        name = ORIGINS[origin]
        blame = usual(f"locus_{name}") * (1.0 + usual(f"control_{name}")) / 2.0
        weight = 1.0 + usual("blame_weight") * blame + usual("stability_weight") * usual(f"stability_{name}")
        rows.append((TROUBLE[origin] * share, severity * weight))
    return rows


def mean_over_failures(value: Callable[[float], float]) -> float:
    """Return E[value(W)] of the weight of a failure: lognormal severities, mixed over the ways to fail."""
    sigma, severity = usual("severity_spread"), usual("usual_severity")

    def mean(scale: float) -> float:
        return normal_mean(lambda z: value(scale * severity * math.exp(sigma * z - sigma**2 / 2)), 0.0, 1.0)

    return sum(chance * mean(scale) for chance, scale in kinds_of_failure() if chance > 0.0)


def answers_to_failure(weight: float, *, speaks: bool) -> tuple[float, float, float]:
    """Return the chances of exit and of voice after a failure, and of exit after a complaint without an answer.

    A multinomial logit whose silence has utility 0; without a bond, at neutral satisfaction, at average hope.

    References
    ----------
    Hirschman (1970), Exit, Voice, and Loyalty; McFadden (1974).
    """
    leaving = EXIT_BASE + usual("exit_by_loss") * weight
    voice = usual("voice_value") * usual("hope") * weight - usual("voice_cost")
    utilities = [leaving, voice, 0.0] if speaks else [leaving, 0.0]
    shares = logit_shares(utilities)
    after = logit_shares([leaving - usual("voiced"), 0.0])
    return float(shares[0]), float(shares[1]) if speaks else 0.0, float(after[0])


def exit_chance() -> float:
    """Chance that a failure of failures.yaml ends the relationship."""
    return mean_over_failures(lambda weight: answers_to_failure(weight, speaks=False)[0])


def _failures() -> Case:
    hazard = NEEDS_A_YEAR * FAILS * exit_chance()
    return Case(
        name="failures",
        title="exit after a failure by its weight, Poisson thinning",
        source="Kingman (1993), thinning of Poisson processes; integrated over lognormal severities",
        scenario="failures",
        values={},
        quantities=(
            Quantity("never left in a year", math.exp(-hazard), of_starters(NEVER_LEFT, 1)),
            Quantity("never left in half a year", math.exp(-hazard / 2), of_starters(NEVER_LEFT, 0)),
        ),
        every=YEAR // 2,
        reference=True,
        full=crowd(4_300),
        plain=crowd(1_100),
    )


def _returns() -> Case:
    leaving = FAILS * exit_chance()
    # With the firm before a need: pi = (pi + (1 - pi) burnt) (1 - leaving); a return buys at once.
    stays = BURNT * (1.0 - leaving) / (1.0 - (1.0 - BURNT) * (1.0 - leaving))
    bought = NEEDS_A_YEAR * (stays + (1.0 - stays) * BURNT)
    return Case(
        name="failures-returns",
        title="exits and returns in balance, two states",
        source="Kemeny & Snell (1960)",
        scenario="failures",
        values={"warm_up": "24 months"},
        quantities=(
            Quantity("returns per person and year", NEEDS_A_YEAR * (1.0 - stays) * BURNT, a_year("joined")),
            Quantity("episodes per person and year", bought, a_year("episodes")),
            Quantity("share of episodes that fail", FAILS, ratio("failed", "episodes")),
        ),
        reference=True,
        full=crowd(5_200),
        plain=crowd(1_700),
    )


def _voice() -> Case:
    def share(which: int) -> float:
        return mean_over_failures(lambda weight: answers_to_failure(weight, speaks=True)[which])

    def left_after(weight: float) -> float:
        _, speaks, leaves = answers_to_failure(weight, speaks=True)
        return speaks * leaves

    silence, voice = share(0), share(1)
    return Case(
        name="voice",
        title="exit, voice and silence after a failure, and exit after an unanswered complaint",
        source="Hirschman (1970); McFadden (1974); integrated over lognormal severities",
        scenario="failures",
        values={
            "switches.complaining": "on",
            "defaults.hope_learning": "0",
            "defaults.burnt": "1",
            "page.fails": "50 %",
        },
        quantities=(
            Quantity("share of the hurt who leave without a word", silence, ratio("silent_exits", "hurt")),
            Quantity("share of the hurt who complain", voice, ratio("complaints", "hurt")),
            Quantity(
                "share of complaints after which one leaves",
                mean_over_failures(left_after) / voice,
                ratio("voiced_exits", "complaints"),
            ),
        ),
        reference=True,
        full=crowd(3_900),
        plain=crowd(1_100),
    )


# Bonds.

BOND_FAILS: Final = 0.25
BOND_STEPS: Final = (1, -3)  # in tenths: a good episode adds .1, a failure takes .3
BOND_MOST: Final = 30


def bonds_after(episodes: float) -> Array:
    """Return the chances of the bonds 0, .1, ... 3 after a Poisson number of episodes, from no bond.

    A random walk between two walls.

    Parameters
    ----------
    episodes : float
        Mean number.

    References
    ----------
    Feller (1968), An Introduction to Probability Theory I, chapter XV; uniformization, Jensen (1953).
    """
    size = BOND_MOST + 1
    step = np.zeros((size, size))
    for bond in range(size):
        step[bond, min(bond + BOND_STEPS[0], BOND_MOST)] += 1.0 - BOND_FAILS
        step[bond, max(bond + BOND_STEPS[1], 0)] += BOND_FAILS
    return np.asarray(linalg.expm(episodes * (step - np.eye(size)))[0])


def _bonds() -> Case:
    chances = bonds_after(2 * NEEDS_A_YEAR)
    bond = np.arange(BOND_MOST + 1) / 10.0
    return Case(
        name="bond",
        title="a bond that good episodes build and failures break",
        source="random walk between two walls, Feller (1968)",
        scenario="failures",
        values={
            "lasts": "24 months",
            "Only.quality": "1",
            "page.fails": "25 %",
            "Only.trouble_comes_from.outside": "100 %",
            "switches.blaming": "off",
            "switches.exit_after_failure": "off",
            "switches.bonding": "on",
            "defaults.usual_severity": "3",
            "defaults.severity_spread": "0",
            "defaults.buffer": "0",
            "defaults.sensitivity": "1",
            "defaults.satisfaction_from_performance": "0",
        },
        quantities=(
            Quantity("mean bond after two years", float(chances @ bond), lambda e: float(e.minds("bond").mean())),
            Quantity("mean square", float(chances @ bond**2), lambda e: float((e.minds("bond") ** 2).mean())),
        ),
        full=crowd(5_200),
        plain=crowd(1_500),
        reference=True,
    )
