"""Oracles of what a firm does about trouble: answers that wait in queues, matters tried again, follow-ups."""

from __future__ import annotations

import math
from typing import Any, Final

from scipy import integrate

from cxsim.checks.evidence import NEVER_LEFT, Evidence
from cxsim.checks.markets import crowd, of_starters
from cxsim.checks.minds import mean_per_episode
from cxsim.checks.oracle import Case, Quantity
from cxsim.checks.troubles import ratio, usual
from cxsim.model.plan import YEAR

DECAY: Final = 0.4  # of answers.yaml, a day


def answers() -> tuple[Case, ...]:
    """Return all cases of this module."""
    return (
        _answers(),
        _approvals(),
        _contacts("contacts-per-matter", 0.67, 1.0, 15, "1 / FCR"),
        _contacts("persistence", 0.5, 0.8, 6, "a geometric series of six"),
        _followed("follow-up", "1", usual("follow_up_hazard")),
        _followed("follow-up-backfires", "-1", usual("follow_up_backfire")),
    )


# Answers to complaints in queues.

COMPLAINTS_A_DAY: Final = 1.5
DESK_A_DAY: Final = 2.0
OFFICE_A_DAY: Final = 3.0


def worth_kept(arrivals: float, service: float, decay: float) -> float:
    """Return E[exp(-decay T)] of the time T in an M/M/1 queue: exponential with rate service - arrivals.

    Parameters
    ----------
    arrivals, service, decay : float
        Rates, in one unit.

    References
    ----------
    Cooper (1981), Introduction to Queueing Theory, section 5.
    """
    return (service - arrivals) / (service - arrivals + decay)


def answer_at_once() -> float:
    """Worth of the answer of answers.yaml without delay: apologize, fix, and a credit of two thirds of the loss.

    The loss is three times half of what one pays, 15 of 10; `fix` comes without the explanation before it.
    """
    outcome = 1.0 - math.exp(-10.0 / 15.0 / 0.5)
    return 0.05 + 0.45 * outcome + 0.35 * 0.4 + 0.15 * 0.5 * 0.7


def _kept(e: Evidence) -> float:
    # Satisfaction with a failure is -3; an answer takes away a share of that in proportion to its worth.
    lifted = mean_per_episode("satisfaction")(e) + 3.0
    return lifted / (3.0 * usual("recovery_to_satisfaction") * answer_at_once())


def _answers() -> Case:
    desk = worth_kept(COMPLAINTS_A_DAY, DESK_A_DAY, DECAY)
    return Case(
        name="answers",
        title="answers to complaints, one M/M/1 queue",
        source="Cooper (1981); Laplace transform of the sojourn time",
        scenario="answers",
        values={},
        quantities=(Quantity("worth kept, E[exp(-.4 T)]", desk, _kept),),
        full={"lasts": "60 years"},
        plain={"lasts": "16 years"},
        load=COMPLAINTS_A_DAY / DESK_A_DAY,
        reference=True,
    )


def _approvals() -> Case:
    desk, office = (worth_kept(COMPLAINTS_A_DAY, pace, DECAY) for pace in (DESK_A_DAY, OFFICE_A_DAY))
    return Case(
        name="approvals",
        title="answers that wait for approval, two M/M/1 queues in a row",
        source="Burke (1956); Reich (1957): sojourn times in tandem are independent",
        scenario="answers",
        values={"ValleyWorks.recovery.without_approval": "0"},
        quantities=(Quantity("worth kept, E[exp(-.4 T)]", desk * office, _kept),),
        full={"lasts": "90 years"},
        plain={"lasts": "18 years"},
        load=COMPLAINTS_A_DAY / DESK_A_DAY,
    )


# Coming again.


def contacts_per_matter(solves: float, again: float, most: int) -> float:
    """Return the mean number of contacts until a matter is solved or given up.

    Parameters
    ----------
    solves, again : float
        Chances that a contact solves it, and that one who was not helped comes again.
    most : int
        Contacts after which nobody comes again.
    """
    return sum(((1.0 - solves) * again) ** k for k in range(most))


def _contacts(name: str, solves: float, again: float, most: int, source: str) -> Case:
    contacts = contacts_per_matter(solves, again, most)
    values: dict[str, Any] = {
        "page.solves": f"{solves:.0%}",
        "defaults.persistence": f"{again:g}",
        "defaults.most_contacts": f"{most}",
    }
    quantities = [
        Quantity("contacts per matter", contacts, ratio("contacts", "episodes")),
        Quantity("solved at the first contact", solves, ratio("first_contact", "episodes")),
    ]
    if again < 1.0:  # else everybody is helped in the end
        quantities.append(Quantity("solved at last", solves * contacts, ratio("solved", "episodes")))
    return Case(
        name=name,
        title=f"contacts per matter, {solves:.0%} solved at each, {again:.0%} come again",
        source=source,
        scenario="persistence",
        values=values,
        quantities=tuple(quantities),
        full=crowd(600),
        plain=crowd(200),
        reference=True,
    )


# Follow-ups.

FOLLOWED_A_YEAR: Final = 50.0
BASE_HAZARD: Final = 0.5


def followed_month(hazard: float, a_year_: float, shift: float, memory: float) -> float:
    """Return the chance to stay a month where the hazard is multiplied by exp(shift) at a follow-up, and fades.

    The time since the last follow-up is exponential: E[exp(-h / 12 exp(shift exp(-T / memory)))].

    Parameters
    ----------
    hazard, a_year_ : float
        Hazard without follow-ups, and follow-ups, a year.
    shift : float
        Log hazard ratio at once.
    memory : float
        Years.
    """

    def stays(since: float) -> float:
        ratio_ = math.exp(shift * math.exp(-since / memory))
        return a_year_ * math.exp(-a_year_ * since - hazard / 12.0 * ratio_)

    return float(integrate.quad(stays, 0.0, 1.0, points=[0.02, 0.1], epsrel=1e-12)[0])


def _followed(name: str, quality: str, hazard_ratio: float) -> Case:
    memory = usual("follow_up_memory") / 365.0
    stays = followed_month(BASE_HAZARD, FOLLOWED_A_YEAR, math.log(hazard_ratio), memory)
    return Case(
        name=name,
        title=f"the hazard of leaving after follow-ups, ratio {hazard_ratio:g} that fades",
        source="Poisson displacement, Kingman (1993); proportional hazards, Cox (1972)",
        scenario="follow-up",
        values={"Only.quality": quality},
        quantities=(
            Quantity("never left in two years", stays**24, of_starters(NEVER_LEFT, 1)),
            Quantity("never left in a year", stays**12, of_starters(NEVER_LEFT, 0)),
        ),
        every=YEAR,
        full=crowd(3_500 if hazard_ratio < 1.0 else 7_200),
        plain=crowd(1_000 if hazard_ratio < 1.0 else 2_000),
        reference=hazard_ratio < 1.0,
    )
