"""The fast engine: drives the compiled event loop period by period, and makes room when a buffer is full."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from cxsim.engines import kernel
from cxsim.engines.calendar import (
    FEWEST,
    KIND_SHIFT,
    Coming,
    calendar_of,
    gathered,
    laid_out,
    pending_of,
    with_wider_heap,
)
from cxsim.engines.outcome import Outcome, what_broke
from cxsim.engines.periods import close_period, mark_start, seen
from cxsim.engines.world import FIRST_LOG_ROWS, FIRST_PENDING_ROWS, more_rows, new_world
from cxsim.errors import InputError, RunError
from cxsim.model import events as ev
from cxsim.model.jit import cache_folder
from cxsim.model.pending import PENDING
from cxsim.model.plan import MONTH, Plan
from cxsim.model.state import LOG, State
from cxsim.model.steering import Steer
from cxsim.model.tables import passed


def is_warm() -> bool:
    """Whether compiled code of this very version lies in the cache."""
    folder = cache_folder()
    return folder.exists() and any(Path(folder).rglob("kernel.advance*.nbc"))


def run(  # noqa: PLR0913 -- what a run is, and what is asked of it
    plan: Plan,
    seed: int,
    replication: int,
    *,
    log: bool = False,
    progress: Callable[[float], None] | None = None,
    steer: Steer | None = None,
    room: int | None = None,
) -> Outcome:
    """Simulate one replication of a plan.

    Parameters
    ----------
    plan : Plan
    seed, replication : int
        The same pair gives the same values, whatever else runs.
    log : bool
        Whether to keep every log row.
    progress : callable, optional
        Called with the share done after every period.
    steer : Steer, optional
        Asked at the end of every period but the last which levers move.
    room : int, optional
        First size of the buffers; any size gives the same values.

    Returns
    -------
    Outcome

    Raises
    ------
    RunError
        If a journey does not end; the message names replication, time and customer.
    """
    simulation = Simulation.begun(plan, seed, replication, log=log, room=room)
    for period, end in enumerate(plan.period_ends.tolist()):
        simulation.advance(end, steer)
        if progress is not None:
            progress((period + 1) / plan.period_ends.size)
    return simulation.outcome()


class Simulation:
    """A run under way: advanced to any moment, and from there on again, it gives what one stretch gives.

    Parameters
    ----------
    plan : Plan
    state : State
        With the pending events of a run that has begun.
    replication : int
        For messages.
    written : ndarray, optional
        Log rows that no longer lie in the state.
    """

    def __init__(self, plan: Plan, state: State, replication: int, written: np.ndarray | None = None) -> None:
        self.plan = plan
        self.state = state
        self.replication = replication
        self._written = [] if written is None else [written]
        self._plan_tables = passed(plan)
        self._state_tables = passed(state)

    @classmethod
    def begun(
        cls, plan: Plan, seed: int, replication: int, *, log: bool = False, room: int | None = None
    ) -> Simulation:
        """Build the world of a run, with its first events pending."""
        with np.errstate(over="ignore"):
            state = new_world(plan, seed, replication, log=log, room=room)
            ample = FIRST_PENDING_ROWS + state.agents.size + state.desks.size
            calendar = laid_out(np.zeros(0, PENDING), room or ample, coming=_first_events(plan))
            state = state._replace(**calendar._asdict())
            kernel.begin(passed(plan), passed(state))
        return cls(plan, state, replication)

    @property
    def _tables(self) -> State:
        # Wrapping takes a while, and a state is replaced only when something needs more room.
        if self._state_tables.arrays is not self.state:  # type: ignore[attr-defined]  # it is a `Tables`
            self._state_tables = passed(self.state)
        return self._state_tables

    @property
    def now(self) -> int:
        """Simulated time, microseconds: everything before it has happened."""
        return int(self.state.world[0]["now"])

    @property
    def log(self) -> np.ndarray:
        """Log rows so far; empty unless there is a log."""
        rows = [*self._written, self.state.log[: self.state.world[0]["n_log"]]]
        return np.concatenate(rows) if self.state.world[0]["logging"] else np.zeros(0, LOG)

    def earlier_log(self) -> np.ndarray:
        """Log rows that no longer lie in the state."""
        return np.concatenate(self._written) if self._written else np.zeros(0, LOG)

    def forked(self, plan: Plan) -> Simulation:
        """Return a copy of this world that goes on under another plan; this one stays as it is.

        Parameters
        ----------
        plan : Plan
            The same in everything but the levers that move from now on.

        Raises
        ------
        InputError
            When the history would have been another one under that plan.
        """
        first = shared_past(self.plan, plan, self.now)
        pending = gathered(self.state)
        pending = pending[(pending["order"] >> KIND_SHIFT) != ev.LEVER]
        state = State(**{name: array.copy() for name, array in self.state._asdict().items()})
        state = state._replace(**laid_out(pending, plan.changes.size + FIRST_PENDING_ROWS)._asdict())
        kernel.plan_levers(passed(plan), passed(state), first)
        return Simulation(plan, state, self.replication, self.earlier_log())

    def advance(self, until: int, steer: Steer | None = None) -> None:
        """Let everything happen that is pending before `until`; periods that end by then are closed.

        Raises
        ------
        RunError
            As `run` does.
        """
        ends = self.plan.period_ends
        with np.errstate(over="ignore"):
            while (closed := int(self.state.world[0]["closed"])) < ends.size:
                end = int(ends[closed])
                if self.now == _begin(self.plan, closed) and _is_first_from_zero(self.plan, closed):
                    mark_start(self._plan_tables, self._tables, 0)
                if self.now < min(end, until):
                    self._let_happen(min(end, until))
                if until < end:
                    return
                close_period(self._plan_tables, self._tables, end)
                self._look_after_calendar()
                if steer is not None and closed + 1 < ends.size:
                    self._steered(steer, closed, end)

    def outcome(self) -> Outcome:
        """Return the world as it is now; the run may go on, and the state of what was returned goes on with it."""
        c = self.state.calendar[0]
        self.state.world["n_pending"] = c["near"] + c["far"]
        return Outcome(self.state, self.log.copy(), partial(pending_of, self.state), "compiled")

    def _let_happen(self, until: int) -> None:
        while (status := kernel.advance(self._plan_tables, self._tables, until)) != ev.DONE:
            self._make_room(status)

    def _look_after_calendar(self) -> None:
        # A layout for a market that has grown or shrunk is right, but slow.
        c = self.state.calendar[0]
        if not c["laid_out_for"] // 4 <= c["near"] + c["far"] <= 2 * c["laid_out_for"] + FEWEST:
            self.state = _with_calendar(self.state, FIRST_PENDING_ROWS)

    def _steered(self, steer: Steer, period: int, end: int) -> None:
        for move in steer(seen(self.state, period, _begin(self.plan, period), end)):
            slot, segment, value = move
            while (status := kernel.steer(self._plan_tables, self._tables, slot, segment, value, end)) != ev.DONE:
                self._make_room(status)

    def _make_room(self, status: int) -> None:
        state = self.state
        if status == ev.ROWS_FULL:
            self.state = more_rows(self.plan, state, max(state.hot.size - int(self.plan.market[0]["n_persons"]), 16))
        elif status == ev.PENDING_FULL:
            self.state = _with_room(state)
        elif status == ev.LOG_FULL:
            n = int(state.world[0]["n_log"])
            self._written.append(state.log[:n].copy())
            state.world["n_log"] = 0
            if n < FIRST_LOG_ROWS:
                self.state = state._replace(log=np.zeros(2 * state.log.size + 1024, LOG))
        else:
            raise RunError(what_broke(status, self.replication, self.now))


def shared_past(plan: Plan, other: Plan, now: int) -> int:
    """Return how many levers have moved before `now` under two plans that share their history.

    Parameters
    ----------
    plan, other : Plan
    now : int
        Microseconds.

    Raises
    ------
    InputError
        When the plans differ in more than the levers that move from now on.
    """
    for name in Plan._fields:
        mine, others = getattr(plan, name), getattr(other, name)
        if name == "changes":
            mine, others = mine[mine["time"] < now], others[others["time"] < now]
        if mine is not others and (mine.shape != others.shape or mine.tobytes() != others.tobytes()):
            message = (
                f"fork: a plan with other {name.replace('_', ' ')}; one that differs only in what moves from now on is "
                "allowed; fork another policy of the same scenario"
            )
            raise InputError(message)
    return int((plan.changes["time"] < now).sum())


def _first_events(plan: Plan) -> Coming:
    """Tell what a run begins with: a need and a review of each person; of the rest one event each."""
    people, start = int(plan.market[0]["n_persons"]), int(plan.clock[0]["start"])
    others = plan.changes.size + plan.touchpoints.size + plan.contacts.size + plan.firms.size
    # Reviews are spread over a month, first needs exponential: 1.6 means hold four fifths of them.
    bound = float(plan.market[0]["need_bound"])
    spread = 0.4 * MONTH + (0.8 / bound if bound > 0.0 else 0.0)
    late = start + int(min(spread, float(plan.clock[0]["horizon"] - start) + 1.0))
    return Coming(2 * people + others, start, late, late)


def _begin(plan: Plan, period: int) -> int:
    return int(plan.period_ends[period - 1] if period else plan.clock[0]["start"])


def _is_first_from_zero(plan: Plan, period: int) -> bool:
    return _begin(plan, period) >= 0 and (period == 0 or _begin(plan, period - 1) < 0)


def _with_calendar(state: State, room: int) -> State:
    """Return the state with its calendar laid out anew for what is pending, and room for so many more events."""
    return state._replace(**laid_out(gathered(state), room)._asdict())


def _with_room(state: State) -> State:
    """Return the state with a calendar that holds more: a wider heap, or a new layout where chunks ran out."""
    room = state.slots.size + 16
    if state.calendar[0]["free_chunks"] > room:
        return state._replace(**with_wider_heap(calendar_of(state), room)._asdict())
    return _with_calendar(state, 2 * room)
