"""Who of the starting customers left, when and why: counts for survival curves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cxsim.measures.catalog import CAME_BACK, LOST
from cxsim.measures.totals import periods_of, starting_customers
from cxsim.model.events import N_REASONS
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
    left : (n_bins, n_firms, 1 + n_segments, N_REASONS) int64
        Left for the first time within the bin, by reason.
    censored : (n_bins, n_firms, 1 + n_segments) int64
        Out of sight at the end of the bin without having left: everybody who stayed, in the last bin.
    """
    periods = periods_of(plan)
    ends = periods.ends[periods.first :]
    left = np.zeros((ends.size, plan.firms.size, plan.segments.size, N_REASONS), np.int64)
    gone = state.cold[(state.cold["base_firm"] >= 0) & (state.cold["first_left"] < ends[-1])]
    bins = np.searchsorted(ends, gone["first_left"], side="right")
    np.add.at(left, (bins, gone["base_firm"], gone["segment"], gone["first_reason"]), 1)
    left = np.concatenate((left.sum(axis=2, keepdims=True), left), axis=2)
    base = starting_customers(plan, state)
    base = np.concatenate((base.sum(axis=1, keepdims=True), base), axis=1)
    leavers = left.sum(axis=-1)
    at_risk = base[None] - np.concatenate((np.zeros_like(leavers[:1]), np.cumsum(leavers, axis=0)[:-1]))
    censored = np.zeros_like(leavers)
    censored[-1] = at_risk[-1] - leavers[-1]
    return at_risk, left, censored


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
        One entry for each of `LOST`, and `CAME_BACK`; with the retention, `LOST` adds up to 1. NaN without customers.
    """
    base = starting_customers(plan, state)
    people = np.flatnonzero(state.cold["base_firm"] >= 0)
    cold = state.cold[people]
    kept = _with_base_firm(plan, state, people)
    left = cold["first_left"] < NEVER
    counts = np.zeros((len(LOST) + 1, *base.shape))
    code = np.where(left, cold["first_reason"], N_REASONS)
    for row, chosen in ((code, ~kept), (np.full(people.size, len(LOST)), kept & left)):
        np.add.at(counts, (row[chosen], cold["base_firm"][chosen], cold["segment"][chosen]), 1.0)
    counts = np.concatenate((counts.sum(axis=2, keepdims=True), counts), axis=2)
    present = np.concatenate((base.sum(axis=1, keepdims=True), base), axis=1).astype(np.float64)
    shares = np.divide(counts, present, out=np.full(counts.shape, np.nan), where=present > 0)
    return dict(zip((*LOST, CAME_BACK), shares, strict=True))


def _with_base_firm(plan: Plan, state: State, people: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Tell who is with the firm of time 0 at the horizon, by the rule of `cxsim.model.tallies.is_with_firm`."""
    cold, market, n = state.cold[people], plan.market[0], plan.segments.size
    same = (cold["gone"] == 0) & (cold["firm"] == cold["base_firm"])
    if market["contractual"] == 1:
        return np.asarray(same)
    rates = np.array(
        [
            [purchase_rate(plan.contacts, plan.group_contact, state.levers, firm, segment) for segment in range(n)]
            for firm in range(plan.firms.size)
        ]
    )
    rate = rates[cold["base_firm"], cold["segment"]]
    last = state.minds["last"][people * plan.firms.size + cold["base_firm"]]
    recent = (rate <= 0.0) | ((plan.clock[0]["horizon"] - last) * rate < LOST_AFTER_INTERVALS)
    return np.asarray(same & recent)
