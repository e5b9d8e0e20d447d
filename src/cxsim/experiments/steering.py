"""Steering rules at work in one run: asked between periods, held to their ranges, and remembered."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxsim.errors import CxsimError, InputError, RunError, ValueRefusedError, quoted
from cxsim.experiments.look import Look, Seat
from cxsim.measures.layout import Names
from cxsim.measures.money import WrittenCost
from cxsim.measures.totals import periods_of
from cxsim.model.plan import CHANGE, Plan
from cxsim.model.state import BASE_CUSTOMERS
from cxsim.model.steering import Move, Seen
from cxsim.scenario.steered import Lever, Steered
from cxsim.scenario.steering import KEEPS, remembered
from cxsim.units import nearest

if TYPE_CHECKING:
    from cxsim.scenario import Scenario

ROUNDING: Final = 1e-9


class Moved(NamedTuple):
    """A lever that a rule moved.

    Attributes
    ----------
    rule : str
    period : int
        Number of the period after which it moved; 0 is the last one of the warm-up.
    time : int
        Microseconds since the start.
    path : str
    before, value : float
        In the unit of the scenario file, durations in minutes.
    """

    rule: str
    period: int
    time: int
    path: str
    before: float
    value: float


class Levers(Mapping[str, float]):
    """The levers of a rule: ``levers["phone.staff"]`` reads one, ``levers["phone.staff"] = 5`` moves it.

    Numbers are in the unit of the scenario file, durations in minutes; text is read as in the file.
    """

    def __init__(self, levers: Sequence[Lever], table: NDArray[np.float64]) -> None:
        self._levers = {lever.path: lever for lever in levers}
        self._first = {lever.path: lever.from_table(float(table[lever.slot, 0])) for lever in levers}
        self._now = dict(self._first)

    def __getitem__(self, path: str) -> float:
        return self._now[self._named(path).path]

    def __setitem__(self, path: str, value: float | str) -> None:
        lever = self._named(path)
        try:
            number = lever.read(value)
        except ValueRefusedError as error:
            message = f"{path}: {quoted(error.given)}; {error.allowed}; {error.remedy}"
            raise InputError(message) from None
        slack = ROUNDING * max(abs(lever.low), abs(lever.high))
        if not lever.low - slack <= number <= lever.high + slack:
            message = (
                f"{path}: {number:g}; {lever.low:g} to {lever.high:g} is allowed; use levers.add, which stops at the "
                "ends, or declare a wider range"
            )
            raise InputError(message)
        # A hair beyond the end, from adding shares, is the end: what the plan was made for is not left.
        self._now[path] = min(max(number, lever.low), lever.high)

    def __iter__(self) -> Iterator[str]:
        return iter(self._levers)

    def __len__(self) -> int:
        return len(self._levers)

    def range(self, path: str) -> tuple[float, float]:
        """Return the lowest and the highest value that a lever may take."""
        lever = self._named(path)
        return lever.low, lever.high

    def add(self, path: str, amount: float) -> float:
        """Move a lever by an amount, no further than the end of its range; return by how much it moved."""
        low, high = self.range(path)
        before = self._now[path]
        self[path] = min(max(before + amount, low), high)
        return self._now[path] - before

    def moved(self) -> list[tuple[Lever, float, float]]:
        """Return the levers that have another value than at first, with both."""
        return [
            (lever, self._first[path], self._now[path])
            for path, lever in self._levers.items()
            if self._now[path] != self._first[path]
        ]

    def _named(self, path: str) -> Lever:
        if path not in self._levers:
            hint = nearest(str(path), self._levers) or "declare it in `levers` of the rule"
            message = f"{path}: a lever that the rule does not declare; {', '.join(self._levers)} is allowed; {hint}"
            raise InputError(message)
        return self._levers[path]


class SteeringPlan(NamedTuple):
    """What the rules of a policy need, whatever the run.

    Attributes
    ----------
    rules : tuple of (Steered, tuple of Lever)
    seat : Seat
    """

    rules: tuple[tuple[Steered, tuple[Lever, ...]], ...]
    seat: Seat


def steering_of(scenario: Scenario, policy: str, names: Names, costs: tuple[WrittenCost, ...]) -> SteeringPlan | None:
    """Return what steers a policy; None where nothing does.

    Parameters
    ----------
    scenario : Scenario
        Whose plans were made, so that its rules are known to be allowed.
    policy : str
    names : Names
        Of its plans.
    costs : tuple of WrittenCost
        Of the policy.
    """
    rules = scenario.content.overlaid.steered[policy]
    return SteeringPlan(rules, Seat(names, scenario.content.starts, costs)) if rules else None


class Steering:
    """The rules of a policy in one run; engines call it at the end of every period.

    Parameters
    ----------
    made : SteeringPlan
    plan : Plan
        Of the run.

    Attributes
    ----------
    moves : list of Moved
        So far.
    """

    def __init__(self, made: SteeringPlan, plan: Plan) -> None:
        self._made = made
        self._plan = plan
        self._first = periods_of(plan).first
        self._states = [remembered(dict(one.rule.state)) for one, _ in made.rules if one.rule is not None]
        self._customers: NDArray[np.int64] | None = None
        self._changes: list[tuple[int, int, int, float]] = []
        self.moves: list[Moved] = []

    @property
    def state(self) -> dict[str, Any]:
        """All that the rules remember, for a snapshot: JSON can hold it; setting it goes on from there."""
        return {
            "states": copy.deepcopy(self._states),
            "customers": None if self._customers is None else self._customers.tolist(),
            "changes": [list(row) for row in self._changes],
            "moves": [list(move) for move in self.moves],
        }

    @state.setter
    def state(self, content: Mapping[str, Any]) -> None:
        self._states = copy.deepcopy(content["states"])
        self._customers = None if content["customers"] is None else np.array(content["customers"], np.int64)
        self._changes = [(int(time), int(slot), int(n), float(x)) for time, slot, n, x in content["changes"]]
        self.moves = [Moved(*move) for move in content["moves"]]

    @property
    def counted(self) -> Plan:
        """The plan with all moves so far among its changes: what wages are counted by."""
        if not self._changes:
            return self._plan
        rows = np.concatenate((np.array(self._changes, CHANGE), self._plan.changes))
        return self._plan._replace(changes=rows[np.argsort(rows["time"], kind="stable")])

    def __call__(self, seen: Seen) -> list[Move]:
        """Ask the rules which levers move now.

        Raises
        ------
        RunError
            When a rule raises, or wants what it may not; names rule, policy and period.
        """
        number = seen.period - self._first + 1
        found: list[Move] = []
        before = None if self._customers is None else _by_class(self._customers, 1 + seen.touch.shape[-1])
        look = Look(self._made.seat, self.counted, seen, number, before)
        for position, (one, levers) in enumerate(self._made.rules):
            own = Levers(levers, seen.levers)
            if not max(0, one.begin) <= seen.end < one.end:
                continue
            self._asked(position, look, own)
            found += self._noted(one, own, seen, number)
        self._customers = seen.base[..., BASE_CUSTOMERS]
        return found

    def _asked(self, position: int, look: Look, levers: Levers) -> None:
        one = self._made.rules[position][0]
        rule, state = one.rule, self._states[position]
        if rule is None:
            raise AssertionError
        where = f"steering rule {rule.name} of {one.policy}, period {look.period} (to {look.end:%Y-%m-%d})"
        try:
            rule(look, levers, state)
        except CxsimError as error:
            message = f"{where}: {error}"
            raise RunError(message) from None
        except Exception as error:
            why = quoted(f"{type(error).__name__}: {error}")
            message = f"{where}: raised {why}; no exception is allowed; mend the function"
            raise RunError(message) from error
        try:
            self._states[position] = remembered(state)
        except ValueError as error:
            message = f"{where}: left a state {error}; {'; '.join(KEEPS)}"
            raise RunError(message) from None

    def _noted(self, one: Steered, levers: Levers, seen: Seen, number: int) -> list[Move]:
        name = one.rule.name if one.rule is not None else one.written
        found = []
        for lever, before, value in levers.moved():
            self.moves.append(Moved(name, number, seen.end, lever.path, before, value))
            found += [Move(lever.slot, segment, lever.in_table(value)) for segment in range(seen.levers.shape[1])]
        self._changes += [(seen.end, *move) for move in found]
        return found


def _by_class(people: NDArray[np.int64], classes: int) -> NDArray[np.float64]:
    """Put customers by segment, (n_firms, n_segments), into classes: all, the segments, and no sources."""
    wide = np.full((people.shape[0], classes), np.nan)
    wide[:, 0] = people.sum(axis=-1)
    wide[:, 1 : 1 + people.shape[1]] = people
    return wide
