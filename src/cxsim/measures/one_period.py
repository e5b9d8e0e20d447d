"""The measures of one period while a run is under way: what a manager can know when it ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxsim.measures.desks import DESK_MEASURES, Desk, desk_sums
from cxsim.measures.money import WrittenCost
from cxsim.measures.totals import Totals, by_period, for_everybody
from cxsim.model.plan import Plan
from cxsim.model.state import COLD, N_WAIT_BINS
from cxsim.model.steering import Seen

Array = NDArray[np.float64]

# Counted by the firm itself, surveyed, or public. What people feel and tell each other in private is not among them,
# nor what belongs to the run as a whole.
KNOWN: Final = (
    "churn", "involuntary_churn", "market_share", "customers", "nps", "rated_poor", "csat", "ces", "review_score",
    "reviews", "public_positive", "public_negative", "won_by_recommendation", "wait_mean", "wait_all_mean",
    "share_queued", "service_level", "abandonment_rate", "days_to_visit", "solved_rate", "first_contact_resolution",
    "contacts_per_matter", "promises_broken", "failures", "voice_rate", "silent_exits", "voiced_exits",
    "complaints_per_1000", "recovery_rate", "complaint_answer_time", "followed_up", "revenue", "variable_cost",
    "credits", "wages", "written_cost", "training_cost", "fixing_cost", "cost_to_serve", "profit", "occupancy",
)  # fmt: skip
# The histogram of waits is kept for the run as a whole.
KNOWN_AT_TOUCHPOINTS: Final = tuple(name for name in DESK_MEASURES if name != "wait_p90")


class _Tallies(NamedTuple):
    touch: NDArray[np.void]
    areas: NDArray[np.void]
    firm: NDArray[np.void]
    left: NDArray[np.int64]
    base: NDArray[np.int64]
    survey: NDArray[np.float64]
    cold: NDArray[np.void]


def totals_of(plan: Plan, seen: Seen, costs: Sequence[WrittenCost], before: Array | None) -> Totals:
    """Return the totals of one period, shape (n_firms, n_classes).

    Those who stopped buying without a word are not yet among those who left, and the starting cohort is not known.

    Parameters
    ----------
    plan : Plan
        With the lever moves so far among its changes, for wages.
    seen : Seen
    costs : sequence of WrittenCost
        What the policy costs beyond what the model counts.
    before : (n_firms, n_classes) float64, optional
        Customers at the begin of the period; by default as many as at its end.
    """
    clock = plan.clock.copy()
    clock[0]["start"] = seen.begin
    alone = plan._replace(clock=clock, period_ends=np.array([seen.end], np.int64))
    tallies = _Tallies(
        seen.touch[None],
        seen.areas[None],
        seen.firm[None],
        seen.left[None],
        seen.base[None],
        seen.survey[None],
        np.zeros(0, COLD),
    )
    found = by_period(alone, tallies, costs)
    customers = found.customers[0]
    mean = (customers + (customers if before is None else before)) / 2.0
    time = mean * float(seen.end - seen.begin)
    whole = for_everybody(plan, found._replace(customer_time=time[None]))
    return Totals(**{name: values[0] for name, values in whole._asdict().items()})


def desks_of(seen: Seen) -> Desk:
    """Return the sums of one period at every touchpoint; class 0 holds all customers."""
    none = np.zeros((*seen.touch.shape, N_WAIT_BINS), np.int64)
    return desk_sums(seen.touch[None], seen.areas[None], none, float(seen.end - seen.begin))
