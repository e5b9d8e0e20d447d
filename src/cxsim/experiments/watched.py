"""Single customers, watched while a run goes on: what the log says of them, and what they feel, day by day.

A log of everybody does not fit the memory where the market is large. Rows of others are dropped as they come, so a
run that watches one customer holds one buffer of rows and that customer's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from cxsim.engines.compiled import Simulation
from cxsim.errors import InputError
from cxsim.experiments.inferred import Inference
from cxsim.experiments.scale import followed
from cxsim.experiments.simulate import ENGINES, costs_of, names_of
from cxsim.experiments.steering import Steering, steering_of
from cxsim.measures.fates import FATE, fates_of
from cxsim.measures.layout import Names
from cxsim.model import events as ev
from cxsim.model.draws import CALLER_SHIFT
from cxsim.model.plan import DAY, Plan
from cxsim.model.state import LOG

if TYPE_CHECKING:
    from cxsim.engines.outcome import Outcome
    from cxsim.model.steering import Steer
    from cxsim.scenario import Scenario

FEELING: Final = np.dtype([("time", "i8"), ("firm", "i2"), ("expectation", "f8"), ("satisfaction", "f8")])
CREDIT: Final = np.dtype([("time", "i8"), ("amount", "f8")])
# In rows of these kinds the column `customer` holds the number of a touchpoint, a lever or a firm.
OF_NOBODY: Final = (ev.LOG_SHIFT, ev.LOG_LEVER, ev.LOG_ATTENTION)


@dataclass(frozen=True)
class Luck:
    """A scenario and the luck that its customers have: what all policies share.

    Attributes
    ----------
    scenario : Scenario
    names : Names
    inference : Inference
        Of its competitors known by figures.
    seed, replication : int
    engine : {"compiled", "reference"}
    scale : float
        Share of the customers who are followed.
    """

    scenario: Scenario
    names: Names
    inference: Inference
    seed: int
    replication: int
    engine: str = "compiled"
    scale: float = 1.0

    def plan(self, policy: str) -> Plan:
        """Return the plan of a policy in this replication."""
        plan = followed(self.inference.bounded(self.scenario.plan(policy)), self.scale)
        return self.inference.drawn(plan, self.seed, self.replication)


class Life(NamedTuple):
    """What a run says of one customer.

    Attributes
    ----------
    policy : str
    customer : int
    segment : int
    rows : (n,) LOG
        Those of the customer from time 0 on, and those in which somebody tells him or her a story.
    feelings : (m,) FEELING
        The firm one is with, and what one expects of it and how content one is with it, latent SD: at time 0, and at
        the end of each day on which one of these changed. Firm -1: none, and the figures are not-a-number.
    credits : (k,) CREDIT
        Money from the firm of time 0, by the end of the day on which it came.
    first_firm, last_firm : int
        -1: none.
    gone : bool
        Has left the market.
    """

    policy: str
    customer: int
    segment: int
    rows: NDArray[np.void]
    feelings: NDArray[np.void]
    credits: NDArray[np.void]
    first_firm: int
    last_firm: int
    gone: bool


class Ended(NamedTuple):
    """What became of the starting customers of our firm.

    Attributes
    ----------
    policy : str
    people : (n,) int
        Their numbers.
    fates : (n,) FATE
    left : (n,) int64
        When they first left, microseconds; NEVER if they did not.
    """

    policy: str
    people: NDArray[np.intp]
    fates: NDArray[np.void]
    left: NDArray[np.int64]


class Glance(NamedTuple):
    """What one customer is like at a moment."""

    firm: int
    expectation: float
    satisfaction: float
    paid: float


class Watched(Protocol):
    """A run under way of which only some customers' rows are kept."""

    def advance(self, until: int, steer: Steer | None = None) -> None:
        """Let everything happen that is pending before `until`."""
        ...

    def glance(self, customer: int) -> Glance:
        """Look at one customer."""
        ...

    def outcome(self) -> Outcome:
        """Return the world as it is now; its log holds the rows that were kept, and maybe a few of others."""
        ...


class _Compiled(Simulation):
    """The compiled engine; a full buffer of the log is sifted before it is put away."""

    watched: tuple[int, ...] = ()

    def _make_room(self, status: int) -> None:
        super()._make_room(status)
        if status == ev.LOG_FULL:
            kept = rows_of(self._written.pop(), self.watched)
            self._written += [kept] if kept.size else []

    def glance(self, customer: int) -> Glance:
        """Look at one customer."""
        cold = self.state.cold[customer]
        firm = int(cold["firm"])
        if firm < 0:
            return Glance(-1, np.nan, np.nan, float(cold["paid"]))
        mind = self.state.minds[customer * self.plan.firms.size + firm]
        return Glance(firm, float(mind["mean"]), float(mind["satisfaction"]), float(cold["paid"]))


def rows_of(rows: NDArray[np.void], customers: Sequence[int]) -> NDArray[np.void]:
    """Return the log rows of customers, and those in which they are told something.

    Parameters
    ----------
    rows : (n,) LOG
    customers : sequence of int
        Numbers of persons.
    """
    chosen = np.asarray(customers, np.uint64)
    own = np.isin(rows["customer"], chosen) & ~np.isin(rows["kind"], OF_NOBODY)
    heard = (rows["kind"] == ev.LOG_TOLD) & np.isin(rows["other"], chosen.astype(np.int64))
    kept: NDArray[np.void] = rows[own | heard]
    return kept


def checked(luck: Luck, plan: Plan, customers: Sequence[int], where: str = "customer") -> None:
    """Refuse customers whom nobody can watch.

    Raises
    ------
    InputError
        When the scenario follows no customers, a number is out of range, or it is that of an anonymous caller.
    """
    people, name = int(plan.market[0]["n_persons"]), luck.scenario.name
    for number in customers:
        given = f"{where}: {number}"
        if people == 0:
            message = (
                f"{given}; {name} has callers without a name, each there for one matter; a scenario with a market, "
                "whose customers live on, is allowed; `cxsim scenarios` lists those that come along"
            )
            raise InputError(message)
        if number >= 1 << int(CALLER_SHIFT):
            message = (
                f"{given}, which is a caller without a name; the customers of {name}, 0 to {people - 1}, are allowed"
            )
            raise InputError(f"{message}; choose one of these")
        if not 0 <= number < people:
            raise InputError(f"{given}; {name} has customers 0 to {people - 1}; choose one of these")


def lives(luck: Luck, policy: str, customers: Sequence[int]) -> list[Life]:
    """Run a policy, and return what became of some customers.

    Parameters
    ----------
    luck : Luck
    policy : str
    customers : sequence of int
        Numbers of persons.

    Raises
    ------
    InputError
        When there is no such customer.
    RunError
        When the run does not end.
    """
    plan = luck.plan(policy)
    checked(luck, plan, customers)
    steer = _steer(luck, policy, plan)
    simulation = _begun(luck, plan, tuple(customers))
    end = int(plan.clock[0]["horizon"])
    simulation.advance(0, steer)
    seen = {number: [(0, simulation.glance(number))] for number in customers}
    for until in range(min(int(DAY), end), end + 1, int(DAY)):
        simulation.advance(until, steer)
        _note(seen, simulation, until)
    simulation.advance(end, steer)
    _note(seen, simulation, end)
    outcome = simulation.outcome()
    log = rows_of(outcome.log, customers)
    log = log[log["time"] >= 0]
    return [_life(policy, number, rows_of(log, [number]), seen[number], outcome) for number in customers]


def ended(luck: Luck, policy: str) -> Ended:
    """Run a policy, and return what became of the starting customers of our firm.

    Raises
    ------
    InputError
        When the scenario follows no customers.
    RunError
        When the run does not end.
    """
    plan = luck.plan(policy)
    if int(plan.market[0]["n_persons"]) == 0:
        checked(luck, plan, [0])
    simulation = _begun(luck, plan, None)
    simulation.advance(int(plan.clock[0]["horizon"]), _steer(luck, policy, plan))
    state = simulation.outcome().state
    firm = luck.names.policy_firm
    people = np.flatnonzero(state.cold["base_firm"] == firm)
    return Ended(policy, people, fates_of(plan, state, firm).astype(FATE), state.cold["first_left"][people].copy())


def luck_of(scenario: Scenario, *, seed: int | None, replication: int, engine: str = "compiled") -> Luck:
    """Check what was asked for, and find what is behind the figures of competitors.

    Raises
    ------
    InputError
        When the seed, the replication or the engine is not allowed.
    ScenarioError
        When the figures that a competitor is known by contradict each other.
    """
    from cxsim.experiments.baselines import infer

    if engine not in ENGINES:
        raise InputError(f"engine: {engine!r}; {' or '.join(ENGINES)} is allowed; choose one")
    if replication < 0:
        raise InputError(f"replication: {replication}; 0 or more is allowed; 0 is the first one")
    runs = scenario.document.runs
    number = seed if seed is not None else (runs.seed if runs and runs.seed is not None else 1)
    if not 0 <= number < 1 << 63:
        raise InputError(f"seed: {number}; a whole number from 0 to 2**63 - 1 is allowed; choose another")
    names = names_of(scenario)
    return Luck(scenario, names, infer(scenario, names), number, replication, engine)


def _steer(luck: Luck, policy: str, plan: Plan) -> Steering | None:
    made = steering_of(luck.scenario, policy, luck.names, costs_of(luck.scenario, policy, luck.names))
    return None if made is None else Steering(made, plan)


def _begun(luck: Luck, plan: Plan, customers: tuple[int, ...] | None) -> Watched:
    """Begin a run that watches customers; None: that keeps no log."""
    log = customers is not None
    if luck.engine == "reference":
        return _reference(luck, plan, customers)
    simulation = _Compiled.begun(plan, luck.seed, luck.replication, log=log)
    assert isinstance(simulation, _Compiled)
    simulation.watched = customers or ()
    return simulation


def _reference(luck: Luck, plan: Plan, customers: tuple[int, ...] | None) -> Watched:
    """Begin a run of the reference engine, which is imported only where it is wanted."""
    from cxsim.engines.reference.run import Simulation as Reference

    class Watching(Reference):
        """The reference engine; its log is sifted whenever it stops."""

        def advance(self, until: int, steer: Steer | None = None) -> None:
            super().advance(until, steer)
            if customers is not None:
                rows = np.array(self.world.log, LOG)
                self.world.log[:] = rows_of(rows, customers).tolist()

        def glance(self, customer: int) -> Glance:
            person = self.world.people[customer]
            if person.firm < 0:
                return Glance(-1, np.nan, np.nan, person.paid)
            mind = person.minds[person.firm]
            return Glance(person.firm, mind.mean, mind.satisfaction, person.paid)

    simulation = Watching.begun(plan, luck.seed, luck.replication, log=customers is not None)
    assert isinstance(simulation, Watching)
    return simulation


def _note(seen: dict[int, list[tuple[int, Glance]]], simulation: Watched, now: int) -> None:
    for number, glances in seen.items():
        glance, before = simulation.glance(number), glances[-1][1]
        # Not-a-number is unequal to itself; without a firm there is nothing that could have changed.
        if glance != before and not (glance.firm == before.firm == -1 and glance.paid == before.paid):
            glances.append((now, glance))


def _life(
    policy: str, number: int, rows: NDArray[np.void], glances: list[tuple[int, Glance]], outcome: Outcome
) -> Life:
    cold = outcome.state.cold[number]
    feelings = [(time, one.firm, one.expectation, one.satisfaction) for time, one in glances]
    paid = [0.0, *(one.paid for _, one in glances)]
    times = [0, *(time for time, _ in glances)]
    received = [
        (time, after - before)
        for time, before, after in zip(times[1:], paid[:-1], paid[1:], strict=True)
        if after > before
    ]
    return Life(
        policy, number, int(cold["segment"]), rows, np.array(feelings, FEELING), np.array(received, CREDIT),
        int(cold["base_firm"]), int(cold["firm"]), bool(cold["gone"]),
    )  # fmt: skip
