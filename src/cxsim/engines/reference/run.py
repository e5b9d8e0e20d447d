"""One run of the reference engine, from the first event to the horizon."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cxsim.engines.outcome import Outcome
from cxsim.engines.reference.callers import Source
from cxsim.engines.reference.desk import Desk
from cxsim.engines.reference.export import exported, log_of, pending_of, seen
from cxsim.engines.reference.organisation import Organisation
from cxsim.engines.reference.period import close_period, is_first_from_zero, mark_start
from cxsim.engines.reference.person import Person
from cxsim.engines.reference.relationship import plan_review
from cxsim.engines.reference.standins import StandIns
from cxsim.engines.reference.world import World
from cxsim.engines.world import new_world
from cxsim.model import events as ev
from cxsim.model import plan as pl
from cxsim.model.plan import Plan
from cxsim.model.state import State
from cxsim.model.steering import Steer


def run(
    plan: Plan,
    seed: int,
    replication: int,
    *,
    log: bool = False,
    progress: Callable[[float], None] | None = None,
    steer: Steer | None = None,
) -> Outcome:
    """Simulate one replication of a plan, as `cxsim.engines.compiled.run` does, readably and slowly.

    Parameters
    ----------
    plan : Plan
    seed, replication : int
        The same pair gives the same values as in the compiled engine, byte for byte.
    log : bool
        Whether to keep every log row.
    progress : callable, optional
        Called with the share done after every period.
    steer : Steer, optional
        Asked at the end of every period but the last which levers move.

    Returns
    -------
    Outcome

    Raises
    ------
    RunError
        If a journey does not end; the message names replication and time.
    """
    simulation = Simulation.begun(plan, seed, replication, log=log)
    for period, end in enumerate(plan.period_ends.tolist()):
        simulation.advance(end, steer)
        if progress is not None:
            progress((period + 1) / plan.period_ends.size)
    return simulation.outcome()


class Simulation:
    """A run under way; what `cxsim.engines.compiled.Simulation` is there.

    Parameters
    ----------
    world : World
        With its first events on the calendar.
    state : State
        The one it began with.
    """

    def __init__(self, world: World, state: State) -> None:
        self.world = world
        self._state = state

    @classmethod
    def begun(cls, plan: Plan, seed: int, replication: int, *, log: bool = False) -> Simulation:
        """Build the world of a run, with its first events on the calendar."""
        with np.errstate(over="ignore"):
            state = new_world(plan, seed, replication, log=log)
            world = populated(plan, state, replication)
            begin(world)
        return cls(world, state)

    @property
    def now(self) -> int:
        """Simulated time, microseconds: everything before it has happened."""
        return self.world.now

    def advance(self, until: int, steer: Steer | None = None) -> None:
        """Let everything happen that is pending before `until`; periods that end by then are closed.

        Raises
        ------
        RunError
            As `run` does.
        """
        world = self.world
        ends: list[int] = world.plan.period_ends.tolist()
        with np.errstate(over="ignore"):
            while world.closed < len(ends):
                end = ends[world.closed]
                if world.now == world.period_begin and is_first_from_zero(world):
                    mark_start(world)
                if world.now < min(end, until):
                    world.env.run(until=min(end, until))
                if until < end:
                    return
                period, began = world.closed, world.period_begin
                close_period(world, end)
                if steer is not None and world.closed < len(ends):
                    for move in steer(seen(world, self._state, period, began, end)):
                        set_lever(world, ev.STEERED + world.steered, *move)
                        world.steered += 1

    def outcome(self) -> Outcome:
        """Return the world as it is now; the run may go on."""
        world = self.world
        return Outcome(exported(world, self._state), log_of(world), pending_of(world), "reference")


def populated(plan: Plan, state: State, replication: int) -> World:
    """Build the live world from the state of a run before its first event."""
    world = World(plan, state, replication)
    world.desks = [Desk(world, number) for number in range(plan.touchpoints.size)]
    n_firms = plan.firms.size
    world.organisations = [Organisation(world, firm) for firm in range(n_firms)]
    world.people = [
        Person(
            world,
            number,
            state.cold[number],
            state.minds[number * n_firms : (number + 1) * n_firms],
            state.episodes[number],
        )
        for number in range(world.rows.market.n_persons)
    ]
    world.customers = [*world.people]
    return world


def begin(world: World) -> None:
    """Put the first events on the calendar: levers, shifts, callers, needs, reviews, the firms' months."""
    for number in range(len(world.rows.changes)):
        plan_lever(world, number)
    for desk in world.desks:
        desk.plan_shift(world.start)
    for contact, row in enumerate(world.rows.contacts):
        if row.anonymous == 1:
            Source(world, contact).plan_next(0, world.start)
    if world.rows.market.unfollowed > 0:
        StandIns(world).plan_next(0, world.start)
    for person in world.people:
        person.set_out(person.life())
        plan_review(person, 0)
    if world.people:
        for organisation in world.organisations:
            organisation.plan_month(0, world.start + pl.MONTH)


def plan_lever(world: World, number: int) -> None:
    """Put a move of the policy on the calendar."""
    change = world.rows.changes[number]

    def move() -> None:
        set_lever(world, number, change.slot, change.segment, change.value)

    world.schedule(change.time, ev.LEVER, number, 0, move, row=number)


def set_lever(world: World, number: int, slot: int, segment: int, value: float) -> None:
    """Set a lever, as move `number` of the run; hours and staff follow at once."""
    world.levers[slot, segment] = value
    world.note(ev.LOG_LEVER, number, 0, 0, -1, other=segment, cause=slot & 32767, value=value)
    for desk in world.desks:
        desk.epoch = number + 1
        desk.change_shift()
