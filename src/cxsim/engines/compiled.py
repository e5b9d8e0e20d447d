"""The fast engine: drives the compiled event loop period by period, and makes room when a buffer is full."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from cxsim.engines import kernel
from cxsim.engines.outcome import Outcome, what_broke
from cxsim.engines.periods import close_period, mark_start, sorted_pending
from cxsim.engines.world import FIRST_LOG_ROWS, more_rows, new_world
from cxsim.errors import RunError
from cxsim.model import events as ev
from cxsim.model.jit import cache_folder
from cxsim.model.plan import Plan
from cxsim.model.state import LOG, PENDING, State
from cxsim.model.tables import passed


def is_warm() -> bool:
    """Whether compiled code of this very version lies in the cache."""
    folder = cache_folder()
    return folder.exists() and any(Path(folder).rglob("kernel.advance*.nbc"))


def run(
    plan: Plan,
    seed: int,
    replication: int,
    *,
    log: bool = False,
    progress: Callable[[float], None] | None = None,
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
    with np.errstate(over="ignore"):
        state = new_world(plan, seed, replication, log=log, room=room)
        state = _begun(plan, state)
        tables = passed(plan)
        marked = False
        rows: list[np.ndarray] = []
        for period, end in enumerate(plan.period_ends):
            if not marked and (plan.period_ends[period - 1] if period else plan.clock[0]["start"]) >= 0:
                mark_start(tables, passed(state), 0)
                marked = True
            state = _advanced(plan, state, int(end), rows, replication)
            close_period(tables, passed(state), int(end))
            if progress is not None:
                progress((period + 1) / plan.period_ends.size)
        rows.append(state.log[: state.world[0]["n_log"]].copy())
        pending = sorted_pending(state.pending[: state.world[0]["n_pending"]])
        return Outcome(state, np.concatenate(rows) if log else np.zeros(0, LOG), pending, "compiled")


def _begun(plan: Plan, state: State) -> State:
    # People schedule a need and a review each; levers, touchpoints and sources one event each.
    needed = 2 * int(plan.market[0]["n_persons"]) + plan.changes.size + plan.touchpoints.size + plan.contacts.size + 8
    if state.pending.size < needed:
        state = _more_pending(state, needed)
    kernel.begin(passed(plan), passed(state))
    return state


def _advanced(plan: Plan, state: State, until: int, rows: list[np.ndarray], replication: int) -> State:
    tables = passed(plan)
    while True:
        status = kernel.advance(tables, passed(state), until)
        if status == ev.DONE:
            return state
        if status == ev.ROWS_FULL:
            state = more_rows(plan, state, max(state.hot.size - int(plan.market[0]["n_persons"]), 16))
        elif status == ev.PENDING_FULL:
            state = _more_pending(state, 2 * state.pending.size + 1024)
        elif status == ev.LOG_FULL:
            n = int(state.world[0]["n_log"])
            rows.append(state.log[:n].copy())
            state.world["n_log"] = 0
            if n < FIRST_LOG_ROWS:
                state = state._replace(log=np.zeros(2 * state.log.size + 1024, LOG))
        else:
            raise RunError(what_broke(status, replication, int(state.world[0]["now"])))


def _more_pending(state: State, size: int) -> State:
    pending = np.zeros(size, PENDING)
    n = int(state.world[0]["n_pending"])
    pending[:n] = state.pending[:n]
    return state._replace(pending=pending)
