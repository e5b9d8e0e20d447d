"""Anonymous callers: open sources with a rate that follows the clock, and recorded arrivals."""

from __future__ import annotations

from cxsim.engines.reference.customer import Customer
from cxsim.engines.reference.journey import journey, open_journey
from cxsim.engines.reference.world import Course, World
from cxsim.model import draws
from cxsim.model import events as ev
from cxsim.model import plan as pl
from cxsim.model.clock import arrival_after
from cxsim.model.samplers import unit_exponential


class Source:
    """An open source of callers, keyed by their ordinals.

    Parameters
    ----------
    world : World
    contact : int
        Row of the plan's contacts.
    """

    def __init__(self, world: World, contact: int) -> None:
        self.world = world
        self.contact = contact
        self.row = world.rows.contacts[contact]
        self.entity = int(draws.SOURCES) + contact

    def plan_next(self, number: int, since: int) -> None:
        """Put candidate caller `number` on the calendar."""
        world = self.world
        if self.row.n_trace > 0:
            if number >= self.row.n_trace:
                return
            at = int(world.plan.traces[self.row.first_trace + number]["time"])
        else:
            amount = unit_exponential(world.draw(self.entity, draws.ARRIVAL_GAP, number))
            at = arrival_after(
                world.plan.profiles, self.row.profile, self.row.bound, world.day_factors, self.contact,
                world.start, world.week_offset, since, world.horizon, amount,
            )  # fmt: skip
        world.schedule(at, ev.ARRIVAL, self.contact, number, lambda: self.let_in(number), row=self.contact)

    def let_in(self, number: int) -> None:
        """Let a candidate caller in: kept with the ratio of the rate to its bound."""
        world = self.world
        self.plan_next(number + 1, world.now)
        if self.row.n_trace == 0:
            u = world.draw(self.entity, draws.ARRIVAL_KEPT, number)
            if u * self.row.bound >= world.lever(self.row.levers + pl.CONTACT_RATE, 0):
                return
        caller = Customer(world, len(world.customers))
        caller.entity = (self.contact + 1 << int(draws.CALLER_SHIFT)) | number
        caller.class_ = self.row.class_
        lend_row(caller)
        caller.flags = 0
        if self.row.n_trace > 0:
            priority = int(world.plan.traces[self.row.first_trace + number]["priority"])
            if priority >= 0:
                caller.flags = ev.FLAG_OWN_PRIORITY
                caller.priority = priority
        caller.set_out(self.call(caller))

    def call(self, caller: Customer) -> Course:
        """Make the journey, and give the row back."""
        world = self.world
        open_journey(caller, self.contact, 0)
        outcome = yield from journey(caller)
        world.note(
            ev.LOG_DONE, caller.entity, 0, caller.visit, self.row.firm,
            cause=outcome, value=float(world.now - caller.began),
        )  # fmt: skip
        caller.status = ev.GONE
        world.free_rows.append(caller.row)


def lend_row(customer: Customer) -> None:
    """Give a customer a row: the one that was given back last, with what its last customer left there, else a new one.

    What was left is never read as one's own, but it stands in the record of the world.
    """
    world = customer.world
    if not world.free_rows:
        world.customers.append(customer)
        return
    before = world.customers[world.free_rows.pop()]
    own = {name: getattr(customer, name) for name in ("entity", "segment", "class_")}
    vars(customer).update(vars(before))
    vars(customer).update(own)
    world.customers[customer.row] = customer
