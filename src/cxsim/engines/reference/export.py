"""The live world as the record arrays that both engines leave behind."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from cxsim.engines.reference.world import World
from cxsim.model import events as ev
from cxsim.model import state as st
from cxsim.model.state import State
from cxsim.model.steering import Seen


def exported(world: World, state: State) -> State:
    """Return the world as a state; `state` is the one it began with, and lends what never changes."""
    tallies = {
        "touch": _counted(world.counts.touch, state.touch),
        "areas": _counted(world.counts.areas, state.areas),
        "firm": _counted(world.counts.firm, state.firm),
        "waits": world.counts.waits,
        "left": world.counts.left,
        "base": world.counts.base,
        "survey": world.counts.survey,
    }
    return state._replace(
        world=_world(world),
        hot=_customers(world),
        cold=_records(st.COLD, world.people),
        minds=_records(st.MIND, [mind for person in world.people for mind in person.minds]),
        episodes=_records(st.EPISODE, [person.episode for person in world.people]),
        organisations=_records(st.ORGANISATION, world.organisations),
        causes=_records(st.CAUSE, [cause for firm in world.organisations for cause in firm.causes]).reshape(
            len(world.organisations), ev.N_MODES
        ),
        agents=_agents(world),
        desks=_desks(world),
        queues=_queues(world),
        levers=world.levers,
        log=log_of(world),
        **tallies,
    )


def log_of(world: World) -> np.ndarray:
    """Log rows in the order in which they were written."""
    return np.array(world.log, st.LOG)


def pending_of(world: World) -> np.ndarray:
    """Return what is still on the calendar, in the order in which it would happen."""
    rows = [
        (due.time, due.key[0] << 60 | due.key[1], due.key[2], due.key[3], due.row, due.cause, due.value_carried)
        for due in sorted(world.pending, key=lambda due: (due.time, due.key))
    ]
    return np.array(rows, st.PENDING)


def seen(world: World, state: State, period: int, begin: int, end: int) -> Seen:
    """Return what a steering rule may know at the end of a period; `state` lends its shapes."""
    counts = world.counts
    return Seen(
        period,
        begin,
        end,
        _counted(counts.touch[period], state.touch[period]),
        _counted(counts.areas[period], state.areas[period]),
        _counted(counts.firm[period], state.firm[period]),
        counts.left[period].copy(),
        counts.base[period].copy(),
        counts.survey[period].copy(),
        world.levers.copy(),
    )


def _counted(counts: Any, like: np.ndarray) -> np.ndarray:
    array = np.zeros_like(like)
    for place in np.ndindex(like.shape):
        cell = counts
        for k in place:
            cell = cell[k]
        array[place] = tuple(cell.values())
    return array


def _records(record: np.dtype[Any], things: Any) -> np.ndarray:
    # One record for each thing, from the attributes of the same names; a record's padding is no attribute.
    fields = record.names or ()
    return np.array([tuple(getattr(thing, field, 0) for field in fields) for thing in things], record)


def _world(world: World) -> np.ndarray:
    record = np.zeros(1, st.WORLD)
    row = record[0]
    row["now"] = world.now
    row["key"] = world.key
    row["n_pending"] = len(world.pending)
    row["n_log"] = len(world.log)
    row["events"] = world.events
    row["visits"] = world.visits
    row["period"] = world.period
    row["closed"] = world.closed
    row["steered"] = world.steered
    row["free_row"] = world.free_rows[-1] if world.free_rows else -1
    row["n_queued"] = sum(desk.queued for desk in world.desks)
    row["logging"] = int(world.logging)
    time, key = world.last
    row["last_time"] = time
    if key:
        row["last_order"] = key[0] << 60 | key[1]
        row["last_rest"] = key[2] << 32 | key[3]
    return record


def _customers(world: World) -> np.ndarray:
    record = np.zeros(len(world.customers), st.HOT)
    fields = [name for name in st.HOT.names or () if name not in ("next", "prev")]
    for customer in world.customers:
        for name in fields:
            record[customer.row][name] = getattr(customer, name)
    record["next"] = record["prev"] = -1
    for desk in world.desks:
        for line in desk.lines:
            _link(record, [customer.row for customer in line])
    # Free rows are chained, the one that is lent next first.
    chain = [*reversed(world.free_rows), -1]
    for row, following in pairwise(chain):
        record[row]["next"] = following
    return record


def _link(record: np.ndarray, rows: list[int]) -> None:
    for before, after in pairwise(rows):
        record[before]["next"] = after
        record[after]["prev"] = before


def _agents(world: World) -> np.ndarray:
    agents = [agent for desk in world.desks for agent in desk.agents]
    record = np.zeros(len(agents), st.AGENT)
    record["next"] = record["prev"] = -1
    for agent in agents:
        row = record[agent.number]
        row["since"] = agent.since
        row["status"] = agent.status
        row["customer"] = agent.customer
    for desk in world.desks:
        _link(record, _free(desk))
    return record


def _free(desk: Any) -> list[int]:
    free = [agent for agent in desk.agents if agent.status == ev.FREE]
    return [agent.number for agent in sorted(free, key=lambda agent: (agent.since, agent.number))]


def _desks(world: World) -> np.ndarray:
    record = np.zeros(len(world.desks), st.DESK)
    for row, desk in zip(record, world.desks, strict=True):
        free = _free(desk) or [-1]
        row["free_first"], row["free_last"] = free[0], free[-1]
        for name in ("changed", "queued", "busy", "on_duty", "open", "epoch", "knowledge", "skill"):
            row[name] = getattr(desk, name)
    return record


def _queues(world: World) -> np.ndarray:
    queues = np.tile(np.array([-1, -1, 0], np.int32), (len(world.desks), st.N_PRIORITIES, 1))
    for desk in world.desks:
        for level, line in enumerate(desk.lines):
            if line:
                queues[desk.number, level] = line[0].row, line[-1].row, len(line)
    return queues
