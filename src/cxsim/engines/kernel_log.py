"""Compiled engine, what every part of it does: put events on the calendar, write log rows, tell who a row is."""

from __future__ import annotations

import numpy as np

from cxsim.engines.calendar import order_of, push
from cxsim.model import plan as pl
from cxsim.model.draws import occasion
from cxsim.model.jit import part
from cxsim.model.plan import Plan
from cxsim.model.state import State

NEVER = int(pl.NEVER)


@part
def schedule(s: State, time: int, kind: int, entity: np.uint64, other: int, ordinal: int, row: int) -> None:
    """Add a pending event; events at NEVER are not kept."""
    if time >= NEVER:
        return
    push(s, time, order_of(kind, entity), other, ordinal, row, 0, 0.0)


@part
def note(
    s: State,
    kind: int,
    entity: np.uint64,
    journey: int,
    step: int,
    firm: int,
    touchpoint: int,
    agent: int,
    other: int,
    cause: int,
    value: float,
) -> None:
    """Write a log row, if there is a log."""
    w = s.world[0]
    if w["logging"] == 0:
        return
    r = s.log[w["n_log"]]
    w["n_log"] += 1
    r["time"] = w["now"]
    r["kind"] = kind
    r["customer"] = entity
    r["journey"] = journey
    r["step"] = step
    r["firm"] = firm
    r["touchpoint"] = touchpoint
    r["agent"] = agent
    r["other"] = other
    r["cause"] = cause
    r["value"] = value


@part
def segment_of(p: Plan, s: State, row: int) -> int:
    """Lever column of a customer row: the segment; callers read column 0."""
    return int(s.hot[row]["segment"])


@part
def class_of(p: Plan, s: State, row: int) -> int:
    """Tally column of a customer row: the segment of a person or a stand-in, or the caller's source."""
    source = p.contacts[s.hot[row]["contact"]]["class_"]
    return int(source) if source >= 0 else int(s.hot[row]["segment"])


@part
def of_market(p: Plan, s: State, row: int) -> bool:
    """Whether a row is that of a person or a stand-in, not of an anonymous caller."""
    return p.contacts[s.hot[row]["contact"]]["anonymous"] == 0


@part
def occasion_of(s: State, row: int) -> np.uint64:
    """Ordinal of the draws of a customer's present visit."""
    h = s.hot[row]
    return occasion(np.uint64(h["need"]), np.uint64(h["visit"]), np.uint64(h["attempt"]))


@part
def note_visit(p: Plan, s: State, row: int, kind: int, agent: int, cause: int, value: float) -> None:
    """Log something that happens to a customer at the present touchpoint."""
    if s.world[0]["logging"] == 0:
        return
    h = s.hot[row]
    touchpoint = p.steps[h["step"]]["touchpoint"]
    note(
        s,
        kind,
        h["entity"],
        h["need"],
        h["visit"],
        p.contacts[h["contact"]]["firm"],
        touchpoint,
        agent,
        -1,
        cause,
        value,
    )
