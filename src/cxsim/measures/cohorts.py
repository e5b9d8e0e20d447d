"""Who of the starting customers left, when and why: counts for survival curves.

In a noncontractual market nobody says good-bye: who has not bought for three of his or her own mean purchase intervals
at the horizon has stopped buying, and was lost when the third interval ended. Whoever made a longer pause and bought
again before the horizon was not lost by it; whose pause is shorter is undecided, and censored.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cxsim.measures.catalog import CAME_BACK, LOST
from cxsim.measures.totals import Totals, periods_of, starting_customers
from cxsim.model.events import N_REASONS, REASON_INVOLUNTARY
from cxsim.model.plan import NEVER, Plan
from cxsim.model.state import State
from cxsim.model.tallies import LOST_AFTER_INTERVALS, purchase_rate


def starting_cohort(plan: Plan, state: State) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Count the starting customers at risk, leaving for the first time, and censored, by period after time 0.

    Parameters
    ----------
    plan : Plan
    state : State
        The final state of a run.

    Returns
    -------
    at_risk : (n_bins, n_firms, 1 + n_segments) int64
        Never left before the bin began; class 0 holds all segments.
    left : (n_bins, n_firms, 1 + n_segments, len(LOST)) int64
        Left for the first time within the bin, by reason; the last one has stopped buying.
    censored : (n_bins, n_firms, 1 + n_segments) int64
        Out of sight at the end of the bin without having left: everybody who stayed, in the last bin.
    """
    periods = periods_of(plan)
    ends = periods.ends[periods.first :]
    left = np.zeros((ends.size, plan.firms.size, plan.segments.size, len(LOST)), np.int64)
    own = state.cold["base_firm"] >= 0
    cold, stopped = state.cold[own], np.maximum(stopped_buying(plan, state)[own], 0)
    has_left = cold["first_left"] < NEVER
    when = np.where(has_left, cold["first_left"], stopped)
    reason = np.where(has_left, cold["first_reason"], N_REASONS)
    gone = when <= ends[-1]
    np.add.at(left, (_period(ends, when[gone]), cold["base_firm"][gone], cold["segment"][gone], reason[gone]), 1)
    left = np.concatenate((left.sum(axis=2, keepdims=True), left), axis=2)
    base = starting_customers(plan, state)
    base = np.concatenate((base.sum(axis=1, keepdims=True), base), axis=1)
    leavers = left.sum(axis=-1)
    at_risk = base[None] - np.concatenate((np.zeros_like(leavers[:1]), np.cumsum(leavers, axis=0)[:-1]))
    censored = np.zeros_like(leavers)
    censored[-1] = at_risk[-1] - leavers[-1]
    return at_risk, left, censored


def stopped_buying(plan: Plan, state: State) -> NDArray[np.int64]:
    """Return when people who are lost without having left were lost: three mean intervals after the last purchase.

    Parameters
    ----------
    plan : Plan
    state : State
        The final state of a run.

    Returns
    -------
    (n_persons,) int64
        Microseconds, at most the horizon; NEVER for who is with a firm by the rule of
        `cxsim.model.tallies.is_with_firm`, or with none.
    """
    cold, n = state.cold, plan.segments.size
    found = np.full(cold.size, NEVER, np.int64)
    people = np.flatnonzero((cold["gone"] == 0) & (cold["firm"] >= 0))
    if plan.market[0]["contractual"] == 1 or not people.size:
        return found
    rates = np.array(
        [
            [purchase_rate(plan.contacts, plan.group_contact, state.levers, firm, segment) for segment in range(n)]
            for firm in range(plan.firms.size)
        ]
    )
    firm = cold["firm"][people].astype(np.intp)
    rate, horizon = rates[firm, cold["segment"][people]], int(plan.clock[0]["horizon"])
    last = state.minds["last"][people * plan.firms.size + firm]
    lost = (rate > 0.0) & ((horizon - last) * rate >= LOST_AFTER_INTERVALS)
    after = (LOST_AFTER_INTERVALS / rate[lost]).astype(np.int64)
    found[people[lost]] = np.minimum(last[lost] + after, horizon)
    return found


def with_those_who_stopped(plan: Plan, state: State, totals: Totals) -> Totals:
    """Count who has stopped buying among those who left, in the period of the loss; the engines see no such event.

    Parameters
    ----------
    plan : Plan
    state : State
        The final state of a run.
    totals : Totals
        Of every period.
    """
    ends = plan.period_ends
    stopped = stopped_buying(plan, state)
    lost = np.flatnonzero(stopped < NEVER)
    cold = state.cold[lost]
    exits = np.zeros((ends.size, plan.firms.size, plan.segments.size))
    np.add.at(exits, (_period(ends, stopped[lost]), cold["firm"], cold["segment"]), 1.0)
    first = np.zeros_like(exits)
    mine = (cold["base_firm"] >= 0) & (cold["first_left"] >= NEVER)
    when = np.maximum(stopped[lost][mine], 0)
    np.add.at(first, (_period(ends, when), cold["base_firm"][mine], cold["segment"][mine]), 1.0)
    left, never_left = totals.left.copy(), totals.never_left.copy()
    classes = slice(1, 1 + plan.segments.size)
    for field, change in ((left, exits), (never_left, -np.cumsum(first, axis=0))):
        field[..., 0] += change.sum(axis=-1)
        field[..., classes] += change
    return totals._replace(left=left, never_left=never_left)


def _period(ends: NDArray[np.int64], times: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return the period of each time; the last one holds its end."""
    return np.minimum(np.searchsorted(ends, times, side="right"), ends.size - 1)


def lost_by_reason(plan: Plan, state: State) -> dict[str, NDArray[np.float64]]:
    """Share of the starting customers lost at the horizon, by the reason for which each first left.

    Parameters
    ----------
    plan : Plan
    state : State
        The final state of a run.

    Returns
    -------
    dict of (n_firms, 1 + n_segments) float64
        One entry for each of `LOST`, and `CAME_BACK`; with the retention, `LOST` adds up to 1. And `won_back`: of
        those who left by their own decision, the share with the firm at the horizon. NaN without customers.
    """
    base = starting_customers(plan, state)
    people = np.flatnonzero(state.cold["base_firm"] >= 0)
    cold = state.cold[people]
    left = cold["first_left"] < NEVER
    there = (cold["gone"] == 0) & (cold["firm"] == cold["base_firm"])
    kept = there & (stopped_buying(plan, state)[people] >= NEVER)
    counts = np.zeros((len(LOST) + 1, *base.shape))
    code = np.where(left, cold["first_reason"], N_REASONS)
    for row, chosen in ((code, ~kept), (np.full(people.size, len(LOST)), kept & left)):
        np.add.at(counts, (row[chosen], cold["base_firm"][chosen], cold["segment"][chosen]), 1.0)
    counts = np.concatenate((counts.sum(axis=2, keepdims=True), counts), axis=2)
    present = np.concatenate((base.sum(axis=1, keepdims=True), base), axis=1).astype(np.float64)
    shares = np.divide(counts, present, out=np.full(counts.shape, np.nan), where=present > 0)
    found = dict(zip((*LOST, CAME_BACK), shares, strict=True))
    back = counts[len(LOST)]
    decided = counts[:N_REASONS].sum(axis=0) - counts[REASON_INVOLUNTARY] + back
    return found | {"won_back": np.divide(back, decided, out=np.full(back.shape, np.nan), where=decided > 0)}
