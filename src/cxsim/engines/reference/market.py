"""What people of the market and their stand-ins do on a journey, and anonymous callers do not."""

from __future__ import annotations

from cxsim.behaviour.experience import chance_of_loop, chance_of_return
from cxsim.behaviour.organisation import solving_with_skill
from cxsim.engines.reference.customer import Customer
from cxsim.engines.reference.desk import Desk
from cxsim.engines.reference.world import World, occasion
from cxsim.model import draws
from cxsim.model import events as ev
from cxsim.model import plan as pl
from cxsim.model.samplers import unit_exponential, whole


class MarketCustomer(Customer):
    """A person of the market, or a stand-in for one."""

    def chances(self, desk: Desk) -> tuple[float, float]:
        """Chances of being helped and of being sent round; skill solves more, a visible way out spares rounds."""
        solves, again = super().chances(desk)
        if solves > 0.0:
            solves = solving_with_skill(solves, desk.skill, self.default("skill_on_solving"))
        visible = desk.lever(pl.TOUCH_WAY_OUT, self.segment) > 0.0
        return solves, chance_of_loop(again, visible, self.default("visible_way_out"))

    def try_again(self) -> None:
        """Count one more try with the same matter."""


def comes_again(customer: MarketCustomer, outcome: int, tries: int) -> int | None:
    """After how many microseconds one comes again with what was not solved after `tries` more; None: never (B-19)."""
    world = customer.world
    row = world.rows.contacts[customer.contact]
    if outcome == ev.SOLVED or row.because == pl.BECAUSE_PURCHASE or not customer.is_on("persisting"):
        return None
    if customer.visit + 1 >= ev.MAX_VISITS:
        return None
    visit = occasion(customer.need, customer.visit)
    chance = chance_of_return(float(tries + 1), customer.default("persistence"), customer.default("most_contacts"))
    if world.draw(customer.entity, draws.COMES_AGAIN, visit) >= chance:
        return None
    customer.try_again()
    u = world.draw(customer.entity, draws.AGAIN_AFTER, visit)
    delay = whole(customer.default("return_delay") * pl.DAY * unit_exponential(u))
    customer.status = ev.AWAY
    customer.visit += 1
    customer.attempt = customer.waited = 0
    customer.step = row.first_step
    world.note(
        ev.LOG_AGAIN, customer.entity, customer.need, customer.visit, row.firm, cause=tries + 1, value=float(delay)
    )  # fmt: skip
    return delay


def repaired_at(world: World, contact: int) -> Desk | None:
    """Touchpoint where a failure is repaired, the last of the contact's journey."""
    row = world.rows.contacts[contact]
    if row.n_steps == 0:
        return None
    return world.desks[world.rows.steps[row.first_step + row.n_steps - 1].touchpoint]
