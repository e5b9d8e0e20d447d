"""A world at the start of its run: people with their first states, ties, agents, day factors. For both engines."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

from cxsim.behaviour import slots
from cxsim.engines.calendar import laid_out
from cxsim.model import draws
from cxsim.model import plan as pl
from cxsim.model import state as st
from cxsim.model.clock import need_after
from cxsim.model.draws import draw, run_key
from cxsim.model.events import IDLE, N_MODES
from cxsim.model.jit import builder, part
from cxsim.model.plan import Plan
from cxsim.model.samplers import unit_exponential
from cxsim.model.state import State
from cxsim.model.tables import passed
from cxsim.model.ties import build_ties

FIRST_CALLER_ROWS = 256
FIRST_PENDING_ROWS = 1024
FIRST_LOG_ROWS = 4096


def new_world(plan: Plan, seed: int, replication: int, *, log: bool, room: int | None = None) -> State:
    """Build the state of a run before its first event.

    Parameters
    ----------
    plan : Plan
    seed, replication : int
        Any integers >= 0; both are hashed into the key of the run.
    log : bool
        Whether log rows are written.
    room : int, optional
        First size of the buffers that grow (callers, pending events, log); by default generous.

    Returns
    -------
    State
    """
    with np.errstate(over="ignore"):
        key = np.uint64(run_key(np.uint64(seed), np.uint64(replication)))
        n_persons = int(plan.market[0]["n_persons"])
        n_segments = plan.segments.size
        n_periods = plan.period_ends.size
        n_touchpoints = plan.touchpoints.size
        world = np.zeros(1, st.WORLD)
        world["now"] = world["last_time"] = plan.clock[0]["start"]
        world["key"] = key
        world["logging"] = int(log)
        world["free_row"] = -1
        cold = np.zeros(n_persons, st.COLD)
        minds = np.zeros(n_persons * plan.firms.size, st.MIND)
        hot = np.zeros(n_persons, st.HOT)
        first, other, strong = build_ties(
            key, n_persons, float(plan.market[0]["friends"]), float(plan.market[0]["acquaintances"])
        )
        tallies = st.empty_tallies(
            n_periods, n_touchpoints, plan.firms.size, n_segments, st.n_classes(n_segments, plan.contacts)
        )
        desks = np.zeros(n_touchpoints, st.DESK)
        desks["changed"] = plan.clock[0]["start"]
        desks["free_first"] = desks["free_last"] = -1
        episodes = np.zeros(n_persons, st.EPISODE)
        episodes["mode"] = episodes["trouble"] = -1
        organisations = np.zeros(plan.firms.size, st.ORGANISATION)
        organisations["attention"] = -1
        causes = np.zeros((plan.firms.size, N_MODES), st.CAUSE)
        causes["remaining"] = 1.0
        agents = np.zeros(int(plan.touchpoints["n_agents"].sum()), st.AGENT)
        agents["next"] = agents["prev"] = agents["customer"] = -1
        state = State(
            world=world,
            hot=hot,
            cold=cold,
            minds=minds,
            episodes=episodes,
            organisations=organisations,
            causes=causes,
            agents=agents,
            desks=desks,
            queues=np.tile(np.array([-1, -1, 0], np.int32), (n_touchpoints, st.N_PRIORITIES, 1)),
            levers=plan.levers.copy(),
            day_factors=_day_factors(plan, key),
            tie_first=first,
            tie_other=other,
            tie_strong=strong,
            scratch=np.zeros(plan.firms.size),
            log=np.zeros((room or FIRST_LOG_ROWS) if log else 0, st.LOG),
            **laid_out(np.zeros(0, st.PENDING), room or FIRST_PENDING_ROWS)._asdict(),
            **tallies._asdict(),
        )
        _populate(passed(plan), passed(state), key)
        return more_rows(plan, state, room or FIRST_CALLER_ROWS) if _lends_rows(plan) else state


def _lends_rows(plan: Plan) -> bool:
    return bool(plan.contacts["anonymous"].any()) or int(plan.market[0]["unfollowed"]) > 0


def more_rows(plan: Plan, state: State, extra: int) -> State:
    """Return the state with `extra` more rows to lend to callers, chained in front of the free ones."""
    old = state.hot.size
    hot = np.zeros(old + extra, st.HOT)
    hot[:old] = state.hot
    rows = np.arange(old, old + extra)
    hot["next"][old:] = np.append(rows[1:], state.world[0]["free_row"])
    state.world["free_row"] = old
    return state._replace(hot=hot)


def _day_factors(plan: Plan, key: np.uint64) -> NDArray[np.float64]:
    # Gamma factors of mean 1 by inversion of one keyed draw for each source and day (overdispersed days).
    start, horizon = int(plan.clock[0]["start"]), int(plan.clock[0]["horizon"])
    days = (horizon - start) // pl.DAY + 2 if plan.contacts["anonymous"].any() else 1
    factors = np.ones((plan.contacts.size, days))
    for contact in range(plan.contacts.size):
        variation = float(plan.contacts[contact]["day_variation"])
        if variation > 0.0:
            shape = 1.0 / variation**2
            entity = draws.SOURCES + np.uint64(contact)
            u = np.array([draw(key, entity, draws.DAY_FACTOR, np.uint64(day)) for day in range(days)])
            factors[contact] = gammaincinv(shape, u) / shape
    return factors


@part
def _pick(rows: NDArray[np.void], u: float) -> int:
    """First row whose cumulative share exceeds `u`; -1 beyond the last."""
    for k in range(rows.size):
        if u < rows[k]["share_to"]:
            return k
    return -1


@builder
def _populate(plan: Plan, state: State, key: np.uint64) -> None:
    # People, by their own draws: segment, first firm, what they expect, when they first need something.
    n_firms = plan.firms.size
    start = plan.clock[0]["start"]
    for person in range(plan.market[0]["n_persons"]):
        me = np.uint64(person)
        h = state.hot[person]
        c = state.cold[person]
        h["entity"] = me
        h["status"] = IDLE
        h["agent"] = -1
        h["next"] = -1
        h["prev"] = -1
        segment = _pick(plan.segments, draw(key, me, draws.SEGMENT, np.uint64(0)))
        c["segment"] = segment if segment >= 0 else plan.segments.size - 1
        h["segment"] = c["segment"]
        c["firm"] = _pick(plan.firms, draw(key, me, draws.FIRST_FIRM, np.uint64(0)))
        c["base_firm"] = -1
        c["first_reason"] = -1
        c["last_reason"] = -1
        c["first_left"] = pl.NEVER
        c["joined"] = start
        c["deserved"] = plan.levers[plan.market[0]["defaults"] + slots.START_EXPECTATION, c["segment"]]
        expectation = plan.levers[plan.market[0]["defaults"] + slots.START_EXPECTATION, c["segment"]]
        for firm in range(n_firms):
            m = state.minds[person * n_firms + firm]
            m["mean"] = expectation
            m["hope"] = plan.levers[plan.market[0]["defaults"] + slots.HOPE, c["segment"]]
            m["hurt_at"] = -pl.NEVER
            m["cared_at"] = -pl.NEVER
            m["last"] = start if firm == c["firm"] else -pl.NEVER
        gap = unit_exponential(draw(key, me, draws.NEED_GAP, np.uint64(0)))
        bound = float(plan.market[0]["need_bound"])
        c["next_need"] = need_after(plan.need_profile, bound, int(plan.clock[0]["week_offset"]), int(start), gap)
