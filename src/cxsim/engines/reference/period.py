"""What is noted at time 0 and at the end of every period."""

from __future__ import annotations

from cxsim.behaviour.survey import is_poor, nps_group
from cxsim.engines.reference.person import Person
from cxsim.engines.reference.relationship import pay
from cxsim.engines.reference.world import NEVER, World
from cxsim.model import state as st
from cxsim.model.tallies import is_with_firm, purchase_rate

# Columns by the group that `nps_group` tells.
BASE_GROUP = {1: st.BASE_PROMOTERS, 0: st.BASE_PASSIVES, -1: st.BASE_DETRACTORS}
SURVEY_GROUP = {1: st.SURVEY_PROMOTERS, 0: st.SURVEY_PASSIVES, -1: st.SURVEY_DETRACTORS}


def is_first_from_zero(world: World) -> bool:
    """Whether the present period is the first that begins at time 0 or later."""
    if world.closed == 0:
        return world.start >= 0
    before = world.plan.period_ends[world.closed - 2] if world.closed > 1 else world.start
    return world.period_begin >= 0 > before


def mark_start(world: World) -> None:
    """At time 0: who is with which firm makes the starting cohort."""
    for person in world.people:
        if is_customer(person, 0):
            person.base_firm = person.firm


def is_customer(person: Person, now: int) -> bool:
    """Whether a person counts as a customer of his or her present firm."""
    if person.firm < 0 or person.gone:
        return False
    world = person.world
    rate = purchase_rate(world.plan.contacts, world.plan.group_contact, world.levers, person.firm, person.segment)
    return is_with_firm(world.rows.market.contractual, person.minds[person.firm].last, now, rate)


def close_period(world: World, end: int) -> None:
    """Bring the areas up to date, count the customers of every firm, bill contracts, and begin the next period."""
    for desk in world.desks:
        desk.account()
    for person in world.people:
        if person.base_firm >= 0 and person.first_left >= NEVER:
            world.counts.base[world.period, person.base_firm, person.segment, st.BASE_NEVER_LEFT] += 1
        if is_customer(person, end):
            count_customer(person)
            if world.rows.market.contractual == 1:
                pay(person, end)
    world.closed += 1
    if world.closed < world.plan.period_ends.size:
        world.period += 1
        world.period_begin = end


def count_customer(person: Person) -> None:
    """Count a customer as he or she is, and by the chance of a response, as a survey would show it (B-36)."""
    world = person.world
    satisfaction = person.minds[person.firm].satisfaction
    counts = world.counts.base[world.period, person.firm, person.segment]
    answers = world.counts.survey[world.period, person.firm, person.segment]
    counts[st.BASE_CUSTOMERS] += 1
    counts[st.BASE_KEPT] += int(person.firm == person.base_firm)
    chance = person.chance_of_response(satisfaction)
    if is_poor(satisfaction, person.default("poor_below")):
        counts[st.BASE_POOR] += 1
        answers[st.SURVEY_POOR] += chance
    group = nps_group(satisfaction, person.default("promoter_from"), person.default("detractor_below"))
    counts[BASE_GROUP[group]] += 1
    answers[SURVEY_GROUP[group]] += chance
