"""The arithmetic of every measure that is made of totals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cxsim.measures.totals import Totals
from cxsim.model.plan import DAY, MINUTE, MONTH, YEAR

Array = NDArray[np.float64]
PER_CUSTOMERS: Final = 100.0
PER_THOUSAND: Final = 1000.0
# Public ratings in stars: 3.85 at the market's standard, 1.35 a standard deviation; retail reviews, B-3.
STARS_AT_STANDARD: Final = 3.85
STARS_PER_SD: Final = 1.35
STARS: Final = (1.0, 5.0)


def ratio(top: Array, bottom: Array) -> Array:
    """Divide; NaN where there is nothing to divide by."""
    empty = np.full(np.broadcast_shapes(top.shape, bottom.shape), np.nan)
    return np.asarray(np.divide(top, bottom, out=empty, where=bottom > 0))


def _ended_waits(t: Totals) -> Array:
    return t.answered + t.unreached + t.abandoned + t.turned_away


def _market_share(t: Totals) -> Array:
    return ratio(t.customers, t.customers.sum(axis=-2, keepdims=True) + 0.0 * t.customers)


def _net(promoters: Array, passives: Array, detractors: Array) -> Array:
    return 100.0 * ratio(promoters - detractors, promoters + passives + detractors)


def _a_year(events: Array, t: Totals, customers: float = 1.0) -> Array:
    """Return events per so many customers and year."""
    return ratio(customers * events * YEAR, t.customer_time)


def _graded(name: str) -> Callable[[Totals], Array]:
    return lambda t: ratio(getattr(t, name), t.bad + t.neutral + t.good + t.excellent)


def _matters(t: Totals) -> Array:
    """Count the matters: a contact that is no repetition begins one."""
    return t.contacts - t.repeats


def _stars(t: Totals) -> Array:
    latent = ratio(t.rated, t.reviews_good + t.reviews_bad)
    return np.asarray(np.clip(STARS_AT_STANDARD + STARS_PER_SD * latent, *STARS))


def _cost_to_serve(t: Totals) -> Array:
    return t.wages + t.variable_cost + t.credits + t.training_cost + t.fixing_cost


FORMULAS: Final[Mapping[str, Callable[[Totals], Array]]] = MappingProxyType(
    {
        "retention": lambda t: ratio(t.kept, t.base),
        "never_left": lambda t: ratio(t.never_left, t.base),
        "churn": lambda t: ratio(t.left * MONTH, t.customer_time),
        "involuntary_churn": lambda t: ratio(t.left_involuntary * MONTH, t.customer_time),
        "market_share": _market_share,
        "customers": lambda t: t.customers,
        "nps": lambda t: _net(t.asked_promoters, t.asked_passives, t.asked_detractors),
        "nps_true": lambda t: _net(t.promoters, t.passives, t.detractors),
        "rated_poor": lambda t: ratio(t.asked_poor, t.asked_promoters + t.asked_passives + t.asked_detractors),
        "rated_poor_true": lambda t: ratio(t.poor, t.promoters + t.passives + t.detractors),
        "csat": lambda t: ratio(t.satisfied_response, t.response),
        "csat_true": lambda t: ratio(t.satisfied, t.episodes),
        "satisfaction": lambda t: ratio(t.satisfaction, t.episodes),
        "graded_bad": _graded("bad"),
        "graded_neutral": _graded("neutral"),
        "graded_good": _graded("good"),
        "graded_excellent": _graded("excellent"),
        "ces": lambda t: ratio(t.ease, t.response),
        "review_score": _stars,
        "recommendations": lambda t: _a_year(t.told_good, t, PER_CUSTOMERS),
        "warnings": lambda t: _a_year(t.told_bad, t, PER_CUSTOMERS),
        "reviews": lambda t: _a_year(t.reviews_good + t.reviews_bad, t, PER_CUSTOMERS),
        "public_positive": lambda t: _a_year(t.reviews_good, t, PER_CUSTOMERS),
        "public_negative": lambda t: _a_year(t.reviews_bad, t, PER_CUSTOMERS),
        "won_by_recommendation": lambda t: ratio(t.won_by_talk * YEAR, t.span),
        "wait_mean": lambda t: ratio(t.wait_served, t.answered * MINUTE),
        "wait_all_mean": lambda t: ratio(t.wait_all, _ended_waits(t) * MINUTE),
        "share_queued": lambda t: ratio(t.waited, t.arrivals),
        "service_level": lambda t: ratio(t.within, t.arrivals),
        "abandonment_rate": lambda t: ratio(t.abandoned, t.arrivals),
        "days_to_visit": lambda t: ratio(t.wait_visits, t.visits * DAY),
        "solved_rate": lambda t: ratio(t.solved, t.episodes),
        "first_contact_resolution": lambda t: ratio(t.first_contact, _matters(t)),
        "contacts_per_matter": lambda t: ratio(t.contacts, _matters(t)),
        "promises_broken": lambda t: ratio(t.promises_broken, t.promises),
        "failures": lambda t: _a_year(t.failures, t),
        "spared": lambda t: _a_year(t.spared, t),
        "hurt": lambda t: _a_year(t.hurt, t),
        "voice_rate": lambda t: ratio(t.complaints, t.hurt),
        "silent_exits": lambda t: ratio(t.silent_exits, t.hurt),
        "voiced_exits": lambda t: ratio(t.voiced_exits, t.hurt),
        "complaints_per_1000": lambda t: _a_year(t.complaints, t, PER_THOUSAND),
        "recovery_rate": lambda t: ratio(t.recovered, t.complaints),
        "complaint_answer_time": lambda t: ratio(t.answer_time, t.answered_complaints * DAY),
        "followed_up": lambda t: _a_year(t.followed, t, PER_CUSTOMERS),
        "revenue": lambda t: t.revenue,
        "variable_cost": lambda t: t.variable_cost,
        "credits": lambda t: t.credits,
        "wages": lambda t: t.wages,
        "written_cost": lambda t: t.written_cost,
        "training_cost": lambda t: t.training_cost,
        "fixing_cost": lambda t: t.fixing_cost,
        "cost_to_serve": _cost_to_serve,
        "profit": lambda t: t.revenue - _cost_to_serve(t) - t.written_cost,
        "occupancy": lambda t: ratio(t.busy, t.duty),
    }
)
