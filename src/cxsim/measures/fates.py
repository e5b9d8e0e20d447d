"""What became of each starting customer of our firm, and how two policies part on the same people.

Under common random numbers person 17 is the same person under every policy, with the same luck. So the customers whom
a policy keeps can be counted one by one: who is with us under it and would not have been (saved, by the reason for
which he or she would have left), and who would have stayed and did not (lost, by the reason of leaving). The customers
kept in addition are exactly the saved less the lost; who leaves under both, though for another reason, is in neither.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxsim.errors import RunError
from cxsim.measures.catalog import LOST, LOST_TITLES
from cxsim.measures.cohorts import stopped_buying
from cxsim.model.events import MARK_MADE_GOOD, MARK_SPARED, N_REASONS
from cxsim.model.plan import NEVER, Plan
from cxsim.model.state import State

# Twelve bytes a customer and run, held until the other policies of the replication are there.
MOST_PERSONS: Final = 200_000
FATE: Final = np.dtype([("segment", "i2"), ("reason", "i1"), ("marks", "u1"), ("paid", "f8")])
WITH_US: Final = -1
JOINT: Final = len(LOST)
JOINT_TITLE: Final = "joint"
# Why somebody is not with us: the reasons of `LOST`, then what carries none.
REASON_TITLES: Final = (*LOST_TITLES, JOINT_TITLE)

# Columns of `Parting.reasons`.
REFERENCE_LOST, POLICY_LOST, SAVED, SAVED_SPARED, SAVED_MADE_GOOD, SAVED_BOTH, NEWLY_LOST = range(7)
REASON_COLUMNS: Final = (
    "reference_lost", "policy_lost", "saved", "saved_spared", "saved_made_good", "saved_both", "lost",
)  # fmt: skip
# Columns of `Parting.credits`.
STARTED, CREDITED, STAYED_CREDITED, SAVED_CREDITED, CREDITS, STAYED_CREDITS, SAVED_CREDITS = range(7)
CREDIT_COLUMNS: Final = (
    "starting_customers", "credited", "stayed_credited", "saved_credited", "credits", "stayed_credits", "saved_credits",
)  # fmt: skip


class Parting(NamedTuple):
    """How a policy and the reference part on the starting customers of one replication.

    Attributes
    ----------
    reasons : (1 + n_segments, len(REASON_TITLES), len(REASON_COLUMNS)) int64
        Customers, all segments first. Lost at the horizon under the reference and under the policy, by reason; saved
        by the policy, by the reason under the reference, and of these: only spared a failure under the policy, only
        had a complaint made good under it, both; lost by the policy only, by the reason under it.
    credits : (1 + n_segments, len(CREDIT_COLUMNS)) float64
        Starting customers; of these with credits under the policy: all, those who are with us under both ("would have
        stayed anyway"), the saved; and the money that each of the three received.
    """

    reasons: NDArray[np.int64]
    credits: NDArray[np.float64]


def has_fates(plan: Plan) -> bool:
    """Tell whether single fates are kept: there are people, and not too many."""
    return 0 < int(plan.market[0]["n_persons"]) <= MOST_PERSONS


def fates_of(plan: Plan, state: State, firm: int) -> NDArray[np.void]:
    """Return what became of the starting customers of a firm.

    Parameters
    ----------
    plan : Plan
    state : State
        The final state of a run.
    firm : int

    Returns
    -------
    (n,) FATE
        In the order of the persons' numbers. `reason` is `WITH_US`, a position in `LOST`, or `JOINT` where nothing
        was noted; `marks` are the bits MARK_* of `cxsim.model.events`; `paid` is money, since time 0.
    """
    people = np.flatnonzero(state.cold["base_firm"] == firm)
    cold = state.cold[people]
    kept = (cold["gone"] == 0) & (cold["firm"] == firm) & (stopped_buying(plan, state)[people] >= NEVER)
    noted = np.where(cold["first_left"] < NEVER, cold["first_reason"], N_REASONS)
    found = np.zeros(people.size, FATE)
    found["segment"] = cold["segment"]
    found["reason"] = np.where(kept, WITH_US, np.where(noted >= 0, noted, JOINT))
    found["marks"] = cold["marks"]
    found["paid"] = cold["paid"]
    return found


def parting(reference: NDArray[np.void], policy: NDArray[np.void], n_segments: int) -> Parting:
    """Count how a policy and the reference part on the same people.

    Parameters
    ----------
    reference, policy : (n,) FATE
        Of the same replication; row i of both is the same person.
    n_segments : int

    Returns
    -------
    Parting
        For each class, the sum over reasons of saved less lost is the difference in customers kept.

    Raises
    ------
    RunError
        When the two do not start with the same people, which is a defect.
    """
    if reference.size != policy.size or (reference["segment"] != policy["segment"]).any():
        message = "two policies start with different customers; this is a defect of the engine"
        raise RunError(message)
    stays, kept = reference["reason"] == WITH_US, policy["reason"] == WITH_US
    saved = kept & ~stays
    spared = (policy["marks"] & MARK_SPARED) > 0
    made_good = (policy["marks"] & MARK_MADE_GOOD) > 0
    segment = reference["segment"].astype(np.intp)
    reasons = np.zeros((1 + n_segments, len(REASON_TITLES), len(REASON_COLUMNS)), np.int64)
    for column, fate, chosen in (
        (REFERENCE_LOST, reference, ~stays),
        (POLICY_LOST, policy, ~kept),
        (SAVED, reference, saved),
        (SAVED_SPARED, reference, saved & spared & ~made_good),
        (SAVED_MADE_GOOD, reference, saved & made_good & ~spared),
        (SAVED_BOTH, reference, saved & spared & made_good),
        (NEWLY_LOST, policy, stays & ~kept),
    ):
        np.add.at(reasons[..., column], (1 + segment[chosen], fate["reason"][chosen].astype(np.intp)), 1)
    reasons[0] = reasons[1:].sum(axis=0)
    return Parting(reasons, _credits(policy, segment, stays & kept, saved, n_segments))


def _credits(
    policy: NDArray[np.void],
    segment: NDArray[np.intp],
    stayed: NDArray[np.bool_],
    saved: NDArray[np.bool_],
    n_segments: int,
) -> NDArray[np.float64]:
    found = np.zeros((1 + n_segments, len(CREDIT_COLUMNS)))
    paid = policy["paid"]
    credited = paid > 0.0
    np.add.at(found[:, STARTED], 1 + segment, 1.0)
    for people, money, chosen in (
        (CREDITED, CREDITS, credited),
        (STAYED_CREDITED, STAYED_CREDITS, credited & stayed),
        (SAVED_CREDITED, SAVED_CREDITS, credited & saved),
    ):
        np.add.at(found[:, people], 1 + segment[chosen], 1.0)
        np.add.at(found[:, money], 1 + segment[chosen], paid[chosen])
    found[0] = found[1:].sum(axis=0)
    return found
