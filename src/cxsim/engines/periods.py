"""Compiled engine, what is noted at time 0 and at the end of every period."""

from __future__ import annotations

from cxsim.behaviour import slots
from cxsim.behaviour.survey import chance_of_response, is_poor, nps_group
from cxsim.engines.kernel_choice import pay_contract
from cxsim.model import plan as pl
from cxsim.model import state as st
from cxsim.model.jit import builder, part
from cxsim.model.plan import Plan
from cxsim.model.state import State
from cxsim.model.steering import Seen
from cxsim.model.tallies import is_with_firm, purchase_rate


@builder
def mark_start(plan: Plan, state: State, now: int) -> None:
    """At time 0: who is with which firm makes the starting cohort."""
    n_firms = plan.firms.size
    contractual = int(plan.market[0]["contractual"])
    for person in range(plan.market[0]["n_persons"]):
        c = state.cold[person]
        firm = int(c["firm"])
        if firm >= 0 and c["gone"] == 0:
            last = int(state.minds[person * n_firms + firm]["last"])
            rate = purchase_rate(plan.contacts, plan.group_contact, state.levers, firm, int(c["segment"]))
            if is_with_firm(contractual, last, now, rate):
                c["base_firm"] = firm


@builder
def close_period(plan: Plan, state: State, now: int) -> None:
    """Bring the areas up to date, count the customers of every firm, bill contracts, and begin the next period."""
    period = state.world[0]["period"]
    for touchpoint in range(plan.touchpoints.size):
        d = state.desks[touchpoint]
        a = state.areas[period, touchpoint]
        span = now - d["changed"]
        a["queue"] += span * d["queued"]
        a["busy"] += span * d["busy"]
        a["duty"] += span * d["on_duty"]
        d["changed"] = now
    _count_customers(plan, state, now)
    state.world[0]["closed"] = period + 1
    if period + 1 < plan.period_ends.size:
        state.world[0]["period"] = period + 1


@part
def _ask(plan: Plan, state: State, segment: int, firm: int, satisfaction: float) -> None:
    # What a customer would answer in a survey, counted as it is and by the chance of a response (B-36).
    first = plan.market[0]["defaults"]
    extremes = 0.0
    if state.levers[first + slots.RESPONSE_BIAS, segment] > 0.0:
        extremes = state.levers[first + slots.RESPOND_BY_EXTREMES, segment]
    chance = chance_of_response(satisfaction, state.levers[first + slots.RESPOND_BASE, segment], extremes)
    period = state.world[0]["period"]
    if is_poor(satisfaction, state.levers[first + slots.POOR_BELOW, segment]):
        state.base[period, firm, segment, st.BASE_POOR] += 1
        state.survey[period, firm, segment, st.SURVEY_POOR] += chance
    group = nps_group(
        satisfaction,
        state.levers[first + slots.PROMOTER_FROM, segment],
        state.levers[first + slots.DETRACTOR_BELOW, segment],
    )
    if group > 0:
        state.base[period, firm, segment, st.BASE_PROMOTERS] += 1
        state.survey[period, firm, segment, st.SURVEY_PROMOTERS] += chance
    elif group < 0:
        state.base[period, firm, segment, st.BASE_DETRACTORS] += 1
        state.survey[period, firm, segment, st.SURVEY_DETRACTORS] += chance
    else:
        state.base[period, firm, segment, st.BASE_PASSIVES] += 1
        state.survey[period, firm, segment, st.SURVEY_PASSIVES] += chance


@part
def _count_customers(plan: Plan, state: State, now: int) -> None:
    period = state.world[0]["period"]
    n_firms = plan.firms.size
    contractual = int(plan.market[0]["contractual"])
    for person in range(plan.market[0]["n_persons"]):
        c = state.cold[person]
        segment = int(c["segment"])
        base = c["base_firm"]
        if base >= 0 and c["first_left"] >= pl.NEVER:
            state.base[period, base, segment, st.BASE_NEVER_LEFT] += 1
        firm = int(c["firm"])
        if firm < 0 or c["gone"] == 1:
            continue
        last = int(state.minds[person * n_firms + firm]["last"])
        rate = purchase_rate(plan.contacts, plan.group_contact, state.levers, firm, segment)
        if not is_with_firm(contractual, last, now, rate):
            continue
        state.base[period, firm, segment, st.BASE_CUSTOMERS] += 1
        if firm == base:
            state.base[period, firm, segment, st.BASE_KEPT] += 1
        _ask(plan, state, segment, firm, float(state.minds[person * n_firms + firm]["satisfaction"]))
        if contractual == 1:
            pay_contract(plan, state, person, now)


def seen(state: State, period: int, begin: int, end: int) -> Seen:
    """Return what a steering rule may know at the end of a period."""
    return Seen(
        period=period,
        begin=begin,
        end=end,
        touch=state.touch[period].copy(),
        areas=state.areas[period].copy(),
        firm=state.firm[period].copy(),
        left=state.left[period].copy(),
        base=state.base[period].copy(),
        survey=state.survey[period].copy(),
        levers=state.levers.copy(),
    )
