"""A customer's way through touchpoints, from the contact's first step to the outcome."""

from __future__ import annotations

from cxsim.behaviour.experience import felt_inflation, perceived_wait
from cxsim.behaviour.patience import announced_patience, announced_wait
from cxsim.engines.reference.customer import Customer
from cxsim.engines.reference.desk import Agent, Desk
from cxsim.engines.reference.world import NEVER, Course, Due
from cxsim.model import draws
from cxsim.model import events as ev
from cxsim.model import plan as pl
from cxsim.model.clock import next_opening
from cxsim.model.samplers import whole
from cxsim.model.state import N_PRIORITIES
from cxsim.model.tallies import wait_bin

_AFRESH = ~(ev.FLAG_CALL_BACK | ev.FLAG_ANNOUNCED | ev.FLAG_UNREACHED)


def open_journey(customer: Customer, contact: int, need: int, whom: int = -1) -> None:
    """Begin the journey of a contact. `whom`: the person whom a stand-in was thinned like."""
    world = customer.world
    customer.began = customer.since = world.now
    customer.waited = 0
    customer.need = need
    customer.visit = customer.attempt = 0
    customer.flags &= ev.FLAG_OWN_PRIORITY
    customer.contact = contact
    world.note(ev.LOG_NEED, customer.entity, need, 0, world.rows.contacts[contact].firm, other=whom, cause=contact)


def journey(customer: Customer) -> Course:
    """Make the journey that was begun, again and again while it is not solved and one persists; returns its outcome.

    A contact without steps is solved at once.
    """
    world = customer.world
    row = world.rows.contacts[customer.contact]
    if row.n_steps == 0:
        return ev.SOLVED
    enter(customer, row.first_step)
    while True:
        outcome = yield from way(customer)
        delay = customer.comes_again(outcome)
        if delay is None:
            return outcome
        yield customer.sleep_until(world.now + delay, ev.RETURN)


def way(customer: Customer) -> Course:
    """Go from touchpoint to touchpoint until the way ends; returns its outcome."""
    while True:
        desk = customer.desk()
        outcome = yield from visit(customer, desk)
        if outcome is None:
            outcome, step = where_next(customer, desk)
        if outcome is not None:
            return outcome
        enter(customer, step)


def enter(customer: Customer, step: int) -> None:
    """Go to a step of the journey."""
    if customer.visit >= ev.MAX_VISITS:
        raise customer.world.broken(ev.JOURNEY_TOO_LONG)
    customer.visit += 1
    customer.step = step
    customer.waited = 0


def visit(customer: Customer, desk: Desk) -> Course:
    """Visit a touchpoint until served; returns None, or the outcome of a journey that ends here."""
    world = customer.world
    while True:
        customer.since = world.now
        customer.agent = -1
        world.visits += 1
        if not desk.open and (desk.in_person or not desk.staffed):
            yield come_back(customer, desk)
            continue
        customer.counts(desk)["arrivals"] += 1
        customer.note(desk, ev.LOG_ARRIVE)
        desk.account()
        customer.flags &= _AFRESH
        # Free agents and a line never exist together: hand-offs happen in the very moment an agent gets free.
        agent = desk.longest_idle() if desk.staffed else None
        if desk.staffed and agent is None:
            message = yield line_up(customer, desk)
            if message == ev.TURNED_AWAY:
                wait = end_wait(customer, desk)
                customer.counts(desk)["turned_away"] += 1
                customer.note(desk, ev.LOG_TURNED_AWAY, value=float(wait))
                customer.live_through(desk, fails=False)
                return ev.TURNED_AWAY
            if message is None:
                again = abandon(customer, desk)
                if again is None:
                    customer.live_through(desk, fails=False)
                    return ev.ABANDONED
                yield again
                continue
            agent = message
        return (yield from service(customer, desk, agent))


def come_back(customer: Customer, desk: Desk) -> Due | None:
    """Find it closed, and come back at a keyed moment of the next opening hours (never, if there are none)."""
    world = customer.world
    customer.counts(desk)["closed"] += 1
    customer.status = ev.AWAY
    customer.note(desk, ev.LOG_CLOSED)
    hours = int(desk.lever(pl.TOUCH_HOURS, customer.segment))
    begin, end = next_opening(world.plan.openings, world.plan.windows, hours, world.week_offset, world.now)
    if begin >= NEVER:
        return None
    return customer.sleep_until(begin + int(customer.draw(draws.REOPENING) * (end - begin)), ev.RETURN)


def line_up(customer: Customer, desk: Desk) -> Due | None:
    """Join the line: priority, announcement, offer of a call-back, patience; returns when patience ends, if it does."""
    world = customer.world
    segment = customer.segment
    contact = world.rows.contacts[customer.contact].levers
    if not customer.flags & ev.FLAG_OWN_PRIORITY:
        customer.priority = int(world.lever(contact + pl.CONTACT_PRIORITY, segment))
    customer.priority = min(max(customer.priority, 0), N_PRIORITIES - 1)
    mean_service = world.rows.laws[int(desk.lever(pl.TOUCH_TAKES, segment))].mean
    ahead = sum(len(line) for line in desk.lines[: customer.priority + 1])
    announced = announced_wait(float(ahead), float(desk.on_duty), mean_service)
    customer.status = ev.QUEUED
    customer.since = world.now
    desk.lines[customer.priority].append(customer)
    customer.counts(desk)["waited"] += 1
    offered = (
        not customer.flags & ev.FLAG_COMPLAINT
        and desk.lever(pl.TOUCH_CALL_BACK, segment) > 0.0
        and announced >= desk.lever(pl.TOUCH_CALL_BACK_AFTER, segment)
    )
    if offered and customer.draw(draws.CALL_BACK_TAKEN) < desk.lever(pl.TOUCH_CALL_BACK_ACCEPTED, segment):
        customer.flags |= ev.FLAG_CALL_BACK
        customer.counts(desk)["called_back"] += 1
        customer.note(desk, ev.LOG_CALL_BACK, cause=customer.priority, value=announced)
        return None
    if desk.lever(pl.TOUCH_ANNOUNCES, segment) > 0.0:
        customer.flags |= ev.FLAG_ANNOUNCED
    customer.note(desk, ev.LOG_QUEUE, cause=customer.priority, value=announced)
    at = customer.gives_up_complaining()
    if at is None and desk.in_person and world.default("abandonment", segment) > 0.0:
        length = patience(customer, contact, announced)
        at = world.now + length if length < NEVER else None
    if at is not None:
        customer.patience = customer.sleep_until(at, ev.ABANDON, customer.stamp)
    return customer.patience


def patience(customer: Customer, contact: int, announced: float) -> int:
    """How long this customer will wait, microseconds, or NEVER; an announced wait changes it (B-16)."""
    world = customer.world
    segment = customer.segment
    law = int(world.lever(contact + pl.CONTACT_PATIENCE, segment))
    if law < 0:
        law = int(world.lever(world.rows.market.segment_levers + pl.SEGMENT_PATIENCE, segment))
    length = world.duration(law, customer.draw(draws.PATIENCE))
    if customer.flags & ev.FLAG_ANNOUNCED and length < float(NEVER):
        calm = world.default("announcement_calm", segment)
        overdue = world.default("announcement_overdue", segment)
        length = announced_patience(length, announced, calm, overdue)
    return whole(length)


def end_wait(customer: Customer, desk: Desk) -> int:
    """Account for the wait that ends now, as long as it was and as long as it felt; returns it, microseconds."""
    world = customer.world
    wait = world.now - customer.since
    inflation = world.default("wait_inflation", customer.segment)
    if customer.flags & ev.FLAG_CALL_BACK:
        inflation *= world.default("call_back_wait_weight", customer.segment)
    elif customer.flags & ev.FLAG_ANNOUNCED:
        inflation = world.default("announced_wait_inflation", customer.segment)
    explains = desk.lever(pl.TOUCH_EXPLAINS, customer.segment) > 0.0
    inflation = felt_inflation(inflation, explains, world.default("unexplained_wait", customer.segment))
    if desk.in_person:  # where the matter waits and not the customer, nobody feels it pass
        customer.waited += int(perceived_wait(float(wait), inflation) + 0.5)
    customer.counts(desk)["wait_all"] += wait
    if world.now >= 0:
        world.counts.waits[desk.number, customer.class_, wait_bin(wait)] += 1
    return wait


def abandon(customer: Customer, desk: Desk) -> Due | None:
    """Give up waiting; returns when the customer calls again, None if never (B-15)."""
    world = customer.world
    desk.account()
    desk.leave_line(customer)
    wait = end_wait(customer, desk)
    counts = customer.counts(desk)
    counts["abandoned"] += 1
    counts["wait_abandoned"] += wait
    customer.note(desk, ev.LOG_ABANDON, value=float(wait))
    contact = world.rows.contacts[customer.contact].levers
    share = world.lever(contact + pl.CONTACT_RETRIES, customer.segment)
    law = world.lever(contact + pl.CONTACT_RETRY_AFTER, customer.segment)
    if share < 0.0:
        share = desk.lever(pl.TOUCH_RETRIES, customer.segment)
        law = desk.lever(pl.TOUCH_RETRY_AFTER, customer.segment)
    if customer.flags & ev.FLAG_COMPLAINT or customer.attempt >= ev.MAX_ATTEMPTS:
        return None
    if customer.draw(draws.RETRY) >= share:
        return None
    delay = world.whole_duration(int(law), customer.draw(draws.RETRY_AFTER))
    customer.status = ev.AWAY
    customer.attempt += 1
    counts["retries"] += 1
    customer.note(desk, ev.LOG_RETRY, cause=customer.attempt, value=float(delay))
    return customer.sleep_until(world.now + delay, ev.RETURN)


def service(customer: Customer, desk: Desk, agent: Agent | None) -> Course:
    """Be served (by nobody, where there is no staff); returns None, or UNREACHED after a call-back in vain."""
    length = begin_service(customer, desk, agent)
    yield customer.sleep_until(customer.world.now + length, ev.SERVICE_END)
    end_service(customer, desk)
    if agent:
        desk.release(agent)
    return ev.UNREACHED if customer.flags & ev.FLAG_UNREACHED else None


def begin_service(customer: Customer, desk: Desk, agent: Agent | None) -> int:
    """End the wait and begin the service; returns how long it will take, microseconds."""
    world = customer.world
    wait = end_wait(customer, desk)
    counts = customer.counts(desk)
    customer.status = ev.IN_SERVICE
    customer.since = world.now
    desk.busy += 1
    if agent:
        customer.agent = agent.number
        agent.status = ev.BUSY
        agent.customer = customer.row
    answered = desk.lever(pl.TOUCH_CALL_BACK_ANSWERED, customer.segment)
    if customer.flags & ev.FLAG_CALL_BACK and customer.draw(draws.CALL_BACK_ANSWERED) >= answered:
        customer.flags |= ev.FLAG_UNREACHED
        length = ev.UNREACHED_CALL_US
    else:
        counts["answered"] += 1
        counts["wait_served"] += wait
        counts["within"] += int(wait <= desk.lever(pl.TOUCH_ANSWER_WITHIN, customer.segment))
        law = int(world.lever(world.rows.steps[customer.step].takes, customer.segment))
        length = world.whole_duration(law, customer.draw(draws.TAKES))
    if agent and desk.is_dated:
        customer.keep_date(wait)
    in_vain = customer.flags & ev.FLAG_UNREACHED
    customer.note(desk, ev.LOG_START, agent=customer.agent, cause=int(in_vain != 0), value=float(wait))
    return length


def end_service(customer: Customer, desk: Desk) -> None:
    """Account for a service, which may have failed."""
    world = customer.world
    desk.account()
    desk.busy -= 1
    length = world.now - customer.since
    counts = customer.counts(desk)
    counts["service"] += length
    failed = False
    if customer.flags & ev.FLAG_UNREACHED:
        counts["unreached"] += 1
    else:
        counts["served"] += 1
        failed = customer.draw(draws.SERVICE_FAILS) < desk.lever(pl.TOUCH_FAILS, customer.segment)
    failed = customer.live_through(desk, fails=failed)
    counts["failures"] += int(failed)
    customer.note(desk, ev.LOG_END, agent=customer.agent, cause=int(failed), value=float(length))


def where_next(customer: Customer, desk: Desk) -> tuple[int | None, int]:
    """Where the journey leads after a service, by one draw: (outcome, -) at its end, else (None, step)."""
    world = customer.world
    step = customer.step
    left = customer.draw(draws.ROUTE)
    solves, again = customer.chances(desk)
    if left < solves:
        return ev.SOLVED, step
    left -= solves
    customer.attempt = 0
    if left < again:
        customer.go_round()
        return None, step
    left -= again
    row = world.rows.steps[step]
    for route in world.rows.routes[row.first_route : row.first_route + row.n_routes]:
        chance = world.lever(route.slot, customer.segment)
        if left < chance:
            customer.be_passed_on()
            return None, route.target
        left -= chance
    if row.next == ev.END_SOLVED:
        return ev.SOLVED, step
    if row.next == ev.END_UNSOLVED:
        return ev.UNSOLVED, step
    return None, row.next
