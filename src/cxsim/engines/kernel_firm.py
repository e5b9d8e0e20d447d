"""Compiled engine, a firm as an organisation: training, the causes that are fixed, the fading of its ratings."""

from __future__ import annotations

import numpy as np

from cxsim.behaviour import slots
from cxsim.behaviour.choice import left_of_ratings
from cxsim.behaviour.organisation import can_be_fixed, knowledge, remaining_share, skill
from cxsim.engines.kernel_choice import default
from cxsim.engines.kernel_log import note
from cxsim.model import events as ev
from cxsim.model import plan as pl
from cxsim.model.jit import part
from cxsim.model.plan import Plan
from cxsim.model.state import State


@part
def train(p: Plan, s: State, firm: int) -> None:
    """Let a month of training and forgetting pass in each team of a firm, and count the hours (B-50)."""
    wages = s.levers[p.firms[firm]["levers"] + pl.FIRM_WAGES, 0]
    first = p.firms[firm]["first_touchpoint"]
    t = s.firm[s.world[0]["period"], firm, 0]
    for touchpoint in range(first, first + p.firms[firm]["n_touchpoints"]):
        tp = p.touchpoints[touchpoint]
        hours = s.levers[tp["levers"] + pl.TOUCH_TRAINING, 0]
        if default(p, s, slots.TRAINING, 0) <= 0.0:
            hours = 0.0
        d = s.desks[touchpoint]
        if hours <= 0.0 and d["knowledge"] == 0.0:
            continue
        d["knowledge"] = knowledge(
            d["knowledge"], hours, pl.MONTH / pl.YEAR, default(p, s, slots.LEARNING_PER_HOUR, 0),
            default(p, s, slots.FORGETTING, 0),
        )  # fmt: skip
        d["skill"] = skill(d["knowledge"])
        people = 0.0
        for k in range(tp["first_shift"], tp["first_shift"] + tp["n_shifts"]):
            people += s.levers[p.shifts[k]["levers"] + pl.SHIFT_STAFF, 0]
        t["training_cost"] += hours * pl.MONTH / pl.YEAR * people * wages


@part
def most_frequent(p: Plan, s: State, firm: int, everything: bool) -> int:
    """Return the cause that was seen most often since the last look and can still be fixed, -1: none was seen."""
    floor = default(p, s, slots.FIXING_FLOOR, 0)
    best = -1
    most = 0
    for mode in range(ev.N_MODES):
        cause = s.causes[firm, mode]
        seen = cause["failures"] if everything else cause["complaints"]
        if can_be_fixed(mode) and seen > most and cause["remaining"] > floor + 0.05:
            best = mode
            most = seen
    return best


@part
def fix(p: Plan, s: State, firm: int, month: int) -> None:
    """Work a month on the cause that has the attention; every quarter it goes to the most frequent one (B-52)."""
    base = p.firms[firm]["levers"]
    hours = s.levers[base + pl.FIRM_FIXING, 0]
    f = s.organisations[firm]
    if hours <= 0.0 or default(p, s, slots.FIXING, 0) <= 0.0:
        return
    if f["attention"] < 0 or month % 3 == 0:
        f["attention"] = most_frequent(p, s, firm, s.levers[base + pl.FIRM_FIXING_ALL, 0] > 0.0)
        for mode in range(ev.N_MODES):
            s.causes[firm, mode]["failures"] = 0
            s.causes[firm, mode]["complaints"] = 0
        remaining = 0.0
        if f["attention"] >= 0:
            remaining = s.causes[firm, f["attention"]]["remaining"]
        note(s, ev.LOG_ATTENTION, np.uint64(firm), month, 0, firm, -1, -1, -1, f["attention"], remaining)
    s.firm[s.world[0]["period"], firm, 0]["fixing_cost"] += hours * s.levers[base + pl.FIRM_WAGES, 0]
    if f["attention"] >= 0:
        cause = s.causes[firm, f["attention"]]
        cause["remaining"] = remaining_share(
            cause["remaining"], hours, 1.0, default(p, s, slots.FIXING_HALF_LIFE, 0),
            default(p, s, slots.FIXING_FLOOR, 0),
        )  # fmt: skip


@part
def organise(p: Plan, s: State, firm: int, month: int) -> None:
    """Let a month pass for a firm as an organisation."""
    train(p, s, firm)
    fix(p, s, firm, month)
    f = s.organisations[firm]
    fading = default(p, s, slots.REPUTATION_FADING, 0)
    f["rating_sum"] = left_of_ratings(f["rating_sum"], pl.MONTH / pl.YEAR, fading)
    f["rating_count"] = left_of_ratings(f["rating_count"], pl.MONTH / pl.YEAR, fading)
