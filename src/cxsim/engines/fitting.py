"""Whether arrays that were read from a file are a state of a plan: compiled code checks no index.

Types and shapes are compared with what this version declares and what the plan asks for; whatever an array says about
a place in another one has to lie in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from cxsim.engines.calendar import EVER, KIND_SHIFT, gathered
from cxsim.model import events as ev
from cxsim.model import state as st
from cxsim.model.pending import BUCKET, CALENDAR, CHUNK, NEAR, PENDING
from cxsim.model.plan import Plan
from cxsim.model.state import State

# Type and number of dimensions of every field of a state.
DECLARED: Final[Mapping[str, tuple[np.dtype[Any], int]]] = {
    "world": (st.WORLD, 1),
    "hot": (st.HOT, 1),
    "cold": (st.COLD, 1),
    "minds": (st.MIND, 1),
    "episodes": (st.EPISODE, 1),
    "organisations": (st.ORGANISATION, 1),
    "causes": (st.CAUSE, 2),
    "agents": (st.AGENT, 1),
    "desks": (st.DESK, 1),
    "queues": (np.dtype(np.int32), 3),
    "calendar": (CALENDAR, 1),
    "near": (NEAR, 1),
    "slots": (PENDING, 1),
    "spare": (np.dtype(np.int32), 1),
    "chunks": (PENDING, 1),
    "links": (np.dtype(np.int32), 1),
    "buckets": (BUCKET, 1),
    "levers": (np.dtype(np.float64), 2),
    "day_factors": (np.dtype(np.float64), 2),
    "tie_first": (np.dtype(np.int64), 1),
    "tie_other": (np.dtype(np.int32), 1),
    "tie_strong": (np.dtype(np.uint8), 1),
    "scratch": (np.dtype(np.float64), 1),
    "log": (st.LOG, 1),
    "touch": (st.TOUCH_TALLY, 3),
    "waits": (np.dtype(np.int64), 3),
    "areas": (st.AREA_TALLY, 2),
    "firm": (st.FIRM_TALLY, 3),
    "left": (np.dtype(np.int64), 4),
    "base": (np.dtype(np.int64), 4),
    "survey": (np.dtype(np.float64), 4),
}


def layout() -> str:
    """Return a hash of names, types and dimensions of the arrays of a state, as this version has them."""
    shape = [(name, npy.dtype_to_descr(dtype), dimensions) for name, (dtype, dimensions) in DECLARED.items()]
    return hashlib.sha256(repr(shape).encode()).hexdigest()


def misfits(plan: Plan, state: State) -> list[str]:
    """Return the names of arrays that cannot be of a world of this plan; empty when it can go on.

    Parameters
    ----------
    plan : Plan
    state : State
        Arrays of whatever types and shapes.
    """
    other = [
        name
        for name, (dtype, dimensions) in DECLARED.items()
        if (array := getattr(state, name)).dtype != dtype or array.ndim != dimensions
    ]
    # Each step reads what the one before has found to be there.
    for found in (other, _of_other_size(plan, state), _pointing_out(plan, state), _in_calendar(plan, state)):
        names = list(found)
        if names:
            return names
    return []


def _of_other_size(plan: Plan, state: State) -> Iterator[str]:
    persons, firms, desks = int(plan.market[0]["n_persons"]), plan.firms.size, plan.touchpoints.size
    segments, periods = plan.segments.size, plan.period_ends.size
    tallies = st.empty_tallies(periods, desks, firms, segments, st.n_classes(segments, plan.contacts))
    sizes: dict[str, Sequence[int]] = {
        "world": (1,),
        "cold": (persons,),
        "minds": (persons * firms,),
        "episodes": (persons,),
        "organisations": (firms,),
        "causes": (firms, ev.N_MODES),
        "agents": (int(plan.touchpoints["n_agents"].sum()),),
        "desks": (desks,),
        "queues": (desks, st.N_PRIORITIES, 3),
        "calendar": (1,),
        "near": (state.slots.size + 3,),
        "spare": (state.slots.size,),
        "chunks": (state.links.size * CHUNK,),
        "levers": plan.levers.shape,
        "tie_first": (persons + 1,),
        "tie_strong": (state.tie_other.size,),
        "scratch": (firms,),
        **{name: array.shape for name, array in tallies._asdict().items()},
    }
    yield from (name for name, size in sizes.items() if getattr(state, name).shape != tuple(size))
    if state.hot.size < persons:
        yield "hot"
    if state.day_factors.shape[0] != plan.contacts.size or state.day_factors.shape[1] < 1:
        yield "day_factors"
    if not state.buckets.size or state.buckets.size & (state.buckets.size - 1):
        yield "buckets"


def _pointing_out(plan: Plan, state: State) -> Iterator[str]:
    world, rows, agents = state.world[0], state.hot.size, state.agents.size
    periods, firms, segments = plan.period_ends.size, plan.firms.size, plan.segments.size
    clock = plan.clock[0]
    if not (
        clock["start"] <= world["now"] <= clock["horizon"]
        and 0 <= world["closed"] <= periods
        and 0 <= world["period"] <= periods
        and 0 <= world["n_log"] <= state.log.size
        and world["logging"] in {0, 1}
        and -1 <= world["free_row"] < rows
    ):
        yield "world"
    # A row that was never used holds zeros, also where there is nothing of that kind.
    ends = {"next": rows, "prev": rows, "agent": max(agents, 1), "contact": max(plan.contacts.size, 1)}
    if not (all(_within(state.hot[name], -1, end) for name, end in ends.items())
            and _within(state.hot["step"], -1, plan.steps.size + 1)
            and _within(state.hot["segment"], 0, segments)):  # fmt: skip
        yield "hot"
    if not (
        all(_within(state.cold[name], -1, firms) for name in ("firm", "base_firm"))
        and _within(state.cold["segment"], 0, segments)
    ):
        yield "cold"
    if not (
        all(_within(state.agents[name], -1, agents) for name in ("next", "prev"))
        and _within(state.agents["customer"], -1, rows)
    ):
        yield "agents"
    if not all(_within(state.desks[name], -1, agents) for name in ("free_first", "free_last")):
        yield "desks"
    if not (_within(state.queues[:, :, :2], -1, rows) and _within(state.queues[:, :, 2], 0, rows + 1)):
        yield "queues"
    if not _within(state.organisations["attention"], -1, ev.N_MODES):
        yield "organisations"
    ties = state.tie_first
    if ties[0] != 0 or ties[-1] != state.tie_other.size or (np.diff(ties) < 0).any():
        yield "tie_first"
    if not _within(state.tie_other, 0, state.cold.size):
        yield "tie_other"


def _in_calendar(plan: Plan, state: State) -> Iterator[str]:
    c, room, chunks = state.calendar[0], state.slots.size, state.links.size
    if not (
        0 <= c["near"] <= room
        and 0 <= c["shift"] <= EVER
        and c["mask"] == state.buckets.size - 1
        and -1 <= c["free_chunk"] < chunks
        and (state.buckets["count"] >= 0).all()
        and c["far"] == state.buckets["count"].sum(dtype=np.int64)
    ):
        yield "calendar"
        return
    near = int(c["near"])
    slots = np.concatenate([state.near["slot"][:near], state.spare[near:]])
    if not np.array_equal(np.sort(slots), np.arange(room)):
        yield "spare"
        return
    if not _chained(state):
        yield "links"
        return
    pending = gathered(state)
    kinds = pending["order"] >> KIND_SHIFT
    of_kind = {
        ev.LEVER: plan.changes.size,
        ev.SHIFT: plan.touchpoints.size,
        ev.ORGANISE: plan.firms.size,
        ev.ARRIVAL: plan.contacts.size + int(plan.market[0]["unfollowed"] > 0),  # stand-ins are one source more
    }
    ends = np.full(1 << 4, state.hot.size)
    for kind, end in of_kind.items():
        ends[kind] = end
    if not ((pending["row"] >= 0) & (pending["row"] < ends[kinds.astype(np.intp)])).all():
        yield "slots"


def _chained(state: State) -> bool:
    """Whether each chunk is in one chain, of a bucket or of the free ones, and each chain is as long as it must be."""
    links, free = state.links.tolist(), int(state.calendar[0]["free_chunks"])
    chains = [(chunk, -(-count // CHUNK)) for chunk, count in state.buckets.tolist() if count != 0 or chunk != -1]
    chains.append((int(state.calendar[0]["free_chunk"]), free))
    if min(length for _, length in chains) < 0 or sum(length for _, length in chains) != len(links):
        return False
    seen = set()
    for chunk, length in chains:
        at = chunk
        for _ in range(length):
            if not 0 <= at < len(links) or at in seen:
                return False
            seen.add(at)
            at = links[at]
        if at != -1:
            return False
    return True


def _within(numbers: NDArray[Any], least: int, end: int) -> bool:
    return not numbers.size or bool(numbers.min() >= least and numbers.max() < end)
