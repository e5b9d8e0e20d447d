"""SimPy's clock and calendar under this project's total order of events; the log; the counts; the levers."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

import numpy as np
import simpy

from cxsim.behaviour.registry import ORDER
from cxsim.engines.outcome import what_broke
from cxsim.engines.reference.rows import Counts, Rows
from cxsim.errors import RunError
from cxsim.model import draws
from cxsim.model import events as ev
from cxsim.model import plan as pl
from cxsim.model.plan import Plan
from cxsim.model.samplers import quantile, whole
from cxsim.model.state import State

if TYPE_CHECKING:
    from cxsim.engines.reference.customer import Customer
    from cxsim.engines.reference.desk import Desk
    from cxsim.engines.reference.organisation import Organisation
    from cxsim.engines.reference.person import Person

NEVER = int(pl.NEVER)

# What a customer does next: a generator that yields the event on which it sleeps, or None to sleep until it is woken.
Course = Generator["Due | None", Any, Any]

# SimPy's own priorities are 0 and 1; the stop at the end of a period is urgent (0) and so precedes everything here.
_AFTER_SIMPY = 1 << 160


class Due(simpy.Event):
    """Something that is going to happen at a known moment.

    Parameters
    ----------
    world : World
    time : int
        Microseconds.
    key : (kind, entity, other, ordinal)
        Orders the events of one instant; unique together with the time.
    then : callable
        What happens; `cancel` makes it nothing, but the event still passes.
    row, cause : int
    value : float
        Carried along for the record of pending events.
    """

    def __init__(
        self,
        world: World,
        time: int,
        key: tuple[int, int, int, int],
        then: Callable[[], object],
        row: int,
        cause: int,
        value: float,
    ) -> None:
        super().__init__(world.env)
        self._ok = True
        self._value = None
        self.world = world
        self.time = time
        self.key = key
        self.then = then
        self.row = row
        self.cause = cause
        self.value_carried = value
        self.callbacks = [_happen]

    def cancel(self) -> None:
        """Let the event pass without effect."""
        self.then = _nothing


def _nothing() -> None:
    pass


def _happen(event: simpy.Event) -> None:
    assert isinstance(event, Due)
    world = event.world
    del world.pending[event]
    moment = (world.now, event.key)
    if moment <= world.last:
        raise world.broken(ev.UNORDERED)
    world.last = moment
    world.events += 1
    event.then()


class World:
    """Everything that lives during a run.

    Parameters
    ----------
    plan : Plan
    state : State
        At the start, from `cxsim.engines.world.new_world`.
    replication : int
        For messages.

    Attributes
    ----------
    env : simpy.Environment
        Its clock counts whole microseconds.
    levers : (n_slots, n_segments) float64
        As the policy has moved them so far.
    customers : list of Customer
        By row: the people of the market, then the rows that are lent to callers.
    free_rows : list of int
        Rows whose callers have gone; the last one is lent next.
    """

    def __init__(self, plan: Plan, state: State, replication: int) -> None:
        self.plan = plan
        self.replication = replication
        clock = plan.clock[0]
        self.start = int(clock["start"])
        self.week_offset = int(clock["week_offset"])
        self.horizon = int(clock["horizon"])
        self.env = simpy.Environment(initial_time=self.start)
        self.key = np.uint64(state.world[0]["key"])
        self.rows = Rows(plan)
        self.levers = state.levers
        self.day_factors = state.day_factors
        self.ties = (state.tie_first.tolist(), state.tie_other.tolist(), state.tie_strong.tolist())
        self.desks: list[Desk] = []
        self.organisations: list[Organisation] = []
        self.people: list[Person] = []
        self.customers: list[Customer] = []
        self.free_rows: list[int] = []
        self.pending: dict[Due, None] = {}
        self.last: tuple[int, tuple[int, ...]] = (self.start, ())
        self.period = 0
        self.period_begin = self.start
        self.closed = 0
        self.steered = 0
        self.events = 0
        self.visits = 0
        self.counts = Counts(state)
        self.logging = bool(state.world[0]["logging"])
        self.log: list[tuple[Any, ...]] = []

    @property
    def now(self) -> int:
        """Simulated time, microseconds."""
        return self.env.now  # type: ignore[return-value]  # whole numbers go in, whole numbers come out

    def schedule(
        self,
        time: int,
        kind: int,
        entity: int,
        ordinal: int,
        then: Callable[[], object],
        *,
        row: int,
        other: int = 0,
        cause: int = 0,
        value: float = 0.0,
    ) -> Due | None:
        """Put an event on the calendar; what would happen at NEVER is not kept."""
        if time >= NEVER:
            return None
        due = Due(self, time, (kind, entity, other, ordinal), then, row, cause, value)
        order = ((kind << 60 | entity) << 64) | other << 32 | ordinal
        self.env.schedule(due, _AFTER_SIMPY | order, time - self.now)  # type: ignore[arg-type]
        self.pending[due] = None
        return due

    def draw(self, entity: int, decision: np.uint64, ordinal: int = 0) -> float:
        """Keyed draw of this run: uniform in (0, 1), a function of who, what for and which occasion."""
        return draws.draw(self.key, np.uint64(entity), decision, np.uint64(ordinal))

    def duration(self, law: int, u: float) -> float:
        """Quantile of a law of the plan, microseconds."""
        return quantile(self.plan.laws, self.plan.knots, law, u)

    def whole_duration(self, law: int, u: float) -> int:
        """Quantile of a law, rounded once to whole microseconds."""
        return whole(self.duration(law, u))

    def lever(self, slot: int, segment: int) -> float:
        """Value of a lever now."""
        return self.levers.item(slot, segment)

    def default(self, name: str, segment: int) -> float:
        """Value that a behaviour parameter or switch has for a segment now."""
        return self.lever(self.rows.market.defaults + ORDER[name], segment)

    def touched(self, desk: int, class_: int) -> dict[str, Any]:
        """Return the counts of a touchpoint in this period, for a segment or a source of callers."""
        return self.counts.touch[self.period][desk][class_]

    def of_firm(self, firm: int, segment: int) -> dict[str, Any]:
        """Return the counts of a firm in this period."""
        return self.counts.firm[self.period][firm][segment]

    def note(
        self,
        kind: int,
        entity: int,
        journey: int,
        step: int,
        firm: int,
        *,
        touchpoint: int = -1,
        agent: int = -1,
        other: int = -1,
        cause: int = 0,
        value: float = 0.0,
    ) -> None:
        """Write a log row, if there is a log; in the order of the fields of LOG."""
        if self.logging:
            self.log.append((self.now, entity, other, value, journey, step, kind, firm, touchpoint, agent, cause, 0, 0))

    def broken(self, status: int) -> RunError:
        """Error for a run that cannot go on."""
        return RunError(what_broke(status, self.replication, self.now))


def occasion(need: int, visit: int = 0, attempt: int = 0) -> int:
    """Ordinal of a draw: number of the need, visit in the journey, attempt at the visit."""
    return int(draws.occasion(np.uint64(need), np.uint64(visit), np.uint64(attempt)))
