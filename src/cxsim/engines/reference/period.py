"""What is noted at time 0 and at the end of every period."""

from __future__ import annotations

from cxsim.behaviour.survey import nps_group
from cxsim.engines.reference.person import Person
from cxsim.engines.reference.world import NEVER, World
from cxsim.model import state as st
from cxsim.model.tallies import is_with_firm, purchase_rate


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
                person.pay(end)
    if world.period + 1 < world.plan.period_ends.size:
        world.period += 1
        world.period_begin = end


def count_customer(person: Person) -> None:
    """Count a customer, and by what a survey would show."""
    world = person.world
    counts = world.counts.base[world.period, person.firm, person.segment]
    counts[st.BASE_CUSTOMERS] += 1
    counts[st.BASE_KEPT] += int(person.firm == person.base_firm)
    group = nps_group(
        person.minds[person.firm].satisfaction, person.default("promoter_from"), person.default("detractor_below")
    )
    counts[{1: st.BASE_PROMOTERS, 0: st.BASE_PASSIVES, -1: st.BASE_DETRACTORS}[group]] += 1
