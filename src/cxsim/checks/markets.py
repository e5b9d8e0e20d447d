"""Oracles of customers: contracts, switching, choice with inertia.

Times are in years of 365 days; a month is a twelfth of a year.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from cxsim.checks.evidence import CUSTOMERS, KEPT, NEVER_LEFT, Evidence
from cxsim.checks.oracle import Case, Quantity, Read
from cxsim.model.events import REASON_INVOLUNTARY
from cxsim.model.plan import YEAR
from cxsim.stats.customers import (
    constant_hazard,
    logit_inertia_repeat_rate,
    logit_inertia_shares,
    logit_inertia_transition,
    logit_shares,
    switching_path,
    switching_stationary,
)

Array = NDArray[np.float64]

UTILITIES: Final = (0.5, 0.0, -0.5)  # of switching.yaml: 3 utils per relative price, prices 10, 12 and 14
START: Final = (0.34, 0.33, 0.33)
NEEDS_A_YEAR: Final = 24.0
# Inertia, awareness, customers of a full and of a plain run.
SWITCHING: Final = ((0.0, 1.0, 200, 100), (1.0, 1.0, 400, 100), (2.0, 1.0, 1_250, 320), (1.0, 0.8, 600, 155))


def markets() -> tuple[Case, ...]:
    """Return all cases of this module."""
    return (
        _constant_hazard(),
        _half_in_five_years(),
        _two_contracts(),
        *(_switching(*row) for row in SWITCHING),
        _path(),
    )


# What is read from a run.


def of_starters(column: int, mark: int, firm: int = 0) -> Read:
    """Share of the people who were with a firm at time 0, by a count at the end of a period."""
    return lambda e: e.base(column, mark, firm) / e.started(firm)


def of_people(mark: int, firm: int) -> Read:
    """Share of all people who are with a firm at the end of a period."""
    return lambda e: e.base(CUSTOMERS, mark, firm) / e.people


def a_year(field: str) -> Read:
    """Count of a firm's tally per person and year."""
    return lambda e: e.firm(field) / e.people / (e.span / YEAR)


def purchases_at(firm: int) -> Read:
    """Share of all purchases."""
    return lambda e: e.firm("purchases", firm) / sum(e.firm("purchases", k) for k in range(len(UTILITIES)))


def repeated(e: Evidence) -> float:
    """Share of purchases at the firm of the purchase before."""
    switches = sum(e.firm("joined", k) for k in range(len(UTILITIES)))
    return 1.0 - switches / sum(e.firm("purchases", k) for k in range(len(UTILITIES)))


def crowd(people: int) -> dict[str, str]:
    """Size of a market, as laid over a scenario."""
    return {"market.customers": str(people)}


# Contracts.


def within_a_month(hazard: float) -> float:
    """Chance that a yearly hazard strikes within a month, 1 - exp(-h / 12)."""
    return -math.expm1(-hazard / 12.0)


def _constant_hazard() -> Case:
    notice, moving = within_a_month(0.25), within_a_month(0.03)
    involuntary = moving / (moving + (1.0 - moving) * notice)
    return Case(
        name="retention",
        title="constant hazards, .25 notice and .03 moving a year",
        source="exponential law, competing hazards",
        scenario="retention",
        values={},
        quantities=(
            Quantity("retention after 4 years", math.exp(-4 * 0.28), of_starters(KEPT, 3)),
            Quantity("retention after a year", math.exp(-0.28), of_starters(KEPT, 0)),
            Quantity(
                "share of exits that are involuntary", involuntary, lambda e: e.left(0, REASON_INVOLUNTARY) / e.left(0)
            ),
        ),
        every=YEAR,
        reference=True,
        full=crowd(52_000),
        plain=crowd(10_500),
    )


def _half_in_five_years() -> Case:
    exact = constant_hazard(5.0)
    return Case(
        name="half-in-five-years",
        title="half of the customers lost in five years",
        source="exponential law; Reichheld (1996) for the figure",
        scenario="retention",
        values={
            "defaults.base_hazard": f"{exact.hazard:.12f}",
            "market.leaves_anyway": "0 % a year",
            "lasts": "5 years",
        },
        quantities=(
            Quantity("retention after 5 years", 0.5, of_starters(KEPT, 4)),
            Quantity("retention after a year", exact.retention, of_starters(NEVER_LEFT, 0)),
        ),
        every=YEAR,
        reference=True,
        full=crowd(5_000),
        plain=crowd(1_200),
    )


def contract_chain(base: float, pull: float, utilities: Sequence[float]) -> Array:
    """Return the monthly transitions between two contracts, T[i, j].

    A customer of i gives notice at the hazard base exp(pull (V_j - V_i)) and joins the other firm.

    Parameters
    ----------
    base : float
        Hazard at equal firms, per year.
    pull : float
        Log hazard per util by which the other firm is better.
    utilities : sequence of two floats
        V of the firms.

    References
    ----------
    Kemeny & Snell (1960), Finite Markov Chains; Bolton (1998) for proportional hazards.
    """
    ahead = utilities[1] - utilities[0]
    first, second = (within_a_month(base * math.exp(pull * gap)) for gap in (ahead, -ahead))
    return np.array([[1.0 - first, first], [second, 1.0 - second]])


def _two_contracts() -> Case:
    chain = contract_chain(0.6, 0.5, (-0.5, 0.5))
    start = np.array([0.6, 0.4])
    path = switching_path(start, chain, 48)
    kept = np.linalg.matrix_power(chain, 24)
    exits = float(path[:48, 0].sum() * chain[0, 1])
    return Case(
        name="contract-switching",
        title="two contracts, hazards by price, returners counted",
        source="Kemeny & Snell (1960)",
        scenario="contract-switching",
        values={},
        quantities=(
            Quantity("with Dear after 4 years", float(path[48, 0]), of_people(3, 0)),
            Quantity("retention of Dear after 2 years", float(kept[0, 0]), of_starters(KEPT, 1, 0)),
            Quantity("retention of Cheap after 2 years", float(kept[1, 1]), of_starters(KEPT, 1, 1)),
            Quantity("never left Dear in 2 years", float(chain[0, 0] ** 24), of_starters(NEVER_LEFT, 1, 0)),
            Quantity("exits from Dear, per person", exits, lambda e: e.left(0) / e.people),
        ),
        every=YEAR,
        reference=True,
        full=crowd(40_000),
        plain=crowd(10_000),
    )


# Choice anew at every need.


def choice_chain(utilities: Sequence[float], inertia: float, awareness: float) -> Array:
    """Return T[i, j], the chance to choose j after i, when each other firm is considered with chance `awareness`.

    A mixture of logit choices over all consideration sets, each holding the last firm.

    Parameters
    ----------
    utilities : sequence of float
        V of the firms.
    inertia : float
        Utility added to the last firm.
    awareness : float
        Chance that a firm other than the last one is considered.

    References
    ----------
    Manski (1977), Theory and Decision 8:229; Guadagni & Little (1983).
    """
    n = len(utilities)
    chain = np.zeros((n, n))
    for last in range(n):
        others = [k for k in range(n) if k != last]
        for seen in itertools.product((False, True), repeat=n - 1):
            chance = math.prod(awareness if yes else 1.0 - awareness for yes in seen)
            among = [last, *(k for k, yes in zip(others, seen, strict=True) if yes)]
            chain[last, among] += chance * logit_shares([utilities[k] + inertia * (k == last) for k in among])
    return chain


def _switching(inertia: float, awareness: float, full: int, plain: int) -> Case:
    if awareness == 1.0:
        shares = logit_inertia_shares(UTILITIES, inertia)
        repeat = logit_inertia_repeat_rate(UTILITIES, inertia)
    else:
        chain = choice_chain(UTILITIES, inertia, awareness)
        shares = switching_stationary(chain)
        repeat = float(shares @ np.diag(chain))
    seen = "" if awareness == 1.0 else f", each rival considered with chance {awareness:g}"
    return Case(
        name=f"switching-{inertia:g}" + ("" if awareness == 1.0 else f"-{awareness:g}"),
        title=f"logit choice of three firms, inertia {inertia:g}{seen}",
        source="McFadden (1974); Guadagni & Little (1983)" + (seen and "; Manski (1977)"),
        scenario="switching",
        values={"defaults.inertia": f"{inertia:g}", "defaults.awareness": f"{awareness:g}", "lasts": "4 years"},
        quantities=(
            Quantity("purchases at the smallest firm", float(shares[2]), purchases_at(2)),
            Quantity("purchases at the leader", float(shares[0]), purchases_at(0)),
            Quantity("purchases that repeat the last", repeat, repeated),
        ),
        reference=True,
        full=crowd(full),
        plain=crowd(plain),
    )


def _path() -> Case:
    chain = logit_inertia_transition(UTILITIES, 1.0)
    month = linalg.expm(NEEDS_A_YEAR / 12.0 * (chain - np.eye(len(UTILITIES))))
    after = np.array(START) @ month
    return Case(
        name="switching-path",
        title="shares one month after the start, Poisson needs",
        source="Kemeny & Snell (1960); uniformization, Jensen (1953)",
        scenario="switching",
        values={"warm_up": "0 s", "lasts": "1 month"},
        quantities=(
            Quantity("customers of the smallest firm", float(after[2]), of_people(0, 2)),
            Quantity("customers of the leader", float(after[0]), of_people(0, 0)),
            Quantity("still or again with the smallest firm", float(month[2, 2]), of_starters(KEPT, 0, 2)),
        ),
        reference=True,
        full=crowd(23_000),
        plain=crowd(5_800),
    )
