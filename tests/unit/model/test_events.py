"""Codes are unique and named, and the order of events at one instant is the one that is promised."""

import numpy as np

from cxsim.model import events as ev
from cxsim.model import state as st


def codes(prefix, without=()):
    return {name: value for name, value in vars(ev).items() if name.startswith(prefix) and name not in without}


def test_kinds_of_pending_events_happen_in_the_promised_order():
    order = [
        ev.LEVER, ev.SHIFT, ev.ORGANISE, ev.SERVICE_END, ev.ABANDON, ev.ARRIVAL, ev.NEED, ev.RETURN, ev.REVIEW,
        ev.LEAVE, ev.FOLLOW_UP, ev.TALK,
    ]  # fmt: skip
    assert order == list(range(12))
    assert max(order) < 16  # four bits of the key


def test_log_codes_are_unique_and_named():
    kinds = codes("LOG_", {"LOG_NAMES", "LOG_FULL"})
    assert sorted(kinds.values()) == list(range(1, len(ev.LOG_NAMES)))
    assert len(set(ev.LOG_NAMES)) == len(ev.LOG_NAMES)


def test_outcomes_and_reasons_are_named_once():
    outcomes = [ev.SOLVED, ev.UNSOLVED, ev.ABANDONED, ev.TURNED_AWAY, ev.UNREACHED]
    assert outcomes == list(range(len(ev.OUTCOME_NAMES)))
    reasons = codes("REASON_", {"REASON_NAMES"})
    assert sorted(reasons.values()) == list(range(ev.N_REASONS))
    assert len(set(ev.REASON_NAMES)) == ev.N_REASONS
    assert ev.REASON_NAMES[ev.REASON_PRICE] == "the price"
    assert ev.REASON_NAMES[ev.REASON_INVOLUNTARY] == "moved or died"


def test_what_a_kernel_returns_is_unique():
    status = [ev.DONE, ev.PENDING_FULL, ev.ROWS_FULL, ev.LOG_FULL, ev.JOURNEY_TOO_LONG, ev.NO_OPENING, ev.UNORDERED]
    assert status == list(range(7))


def test_states_of_customers_and_agents_are_unique():
    assert len({ev.IDLE, ev.AWAY, ev.QUEUED, ev.IN_SERVICE, ev.GONE}) == 5
    assert len({ev.OFF, ev.FREE, ev.BUSY, ev.LEAVING}) == 4
    assert ev.IDLE == ev.OFF == 0  # what a new record holds


def test_flags_are_single_bits_of_one_byte():
    flags = sorted(codes("FLAG_").values())
    assert flags == [1, 2, 4, 8, 16, 32, 64]
    assert st.HOT["flags"] == np.uint8


def test_the_ends_of_a_journey_are_no_steps():
    assert ev.END_SOLVED != ev.END_UNSOLVED
    assert max(ev.END_SOLVED, ev.END_UNSOLVED) < 0


def test_limits_fit_their_fields():
    assert np.iinfo(st.HOT["visit"]).max >= ev.MAX_VISITS
    assert ev.MAX_VISITS < 1 << 12  # bits of an occasion
    assert ev.MAX_ATTEMPTS < 1 << 4
    assert ev.MAX_TOLD < 1 << 5  # stories of one need share an ordinal
