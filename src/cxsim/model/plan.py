"""The plan: everything a run reads and never changes, as plain record arrays.

A scenario that a person wrote is resolved into a plan: every default explicit, every unit converted. Times are
int64 microseconds since the start of the scenario (warm-up lies before 0); rates are per microsecond; money is in
the scenario's currency; quality, expectation and satisfaction are on the latent scale.

What a policy, a ``--set`` or a sweep may change is not stored here as a value but as the number of a *slot* in the
lever table (see `Levers` columns below): ``levers[slot, segment]``. A plan holds the values the slots start with and
the moves a policy makes, sorted by time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

MICROSECOND = 1
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY
YEAR = 365 * DAY
MONTH = YEAR // 12

# Weekly profiles are tables of quarter hours, beginning on Monday 00:00.
BIN = 15 * MINUTE
WEEK_BINS = WEEK // BIN

# A time later than any horizon: "never".
NEVER = np.int64(1) << np.int64(62)
# A level that nobody set: nothing is promised, no element must be there.
NONE = -1e9

# Columns of the lever table after an entity's first slot (`levers` field of its record).
FIRM_PRICE = 0
FIRM_QUALITY = 1
FIRM_SPREAD = 2
FIRM_VARIABLE_COST = 3
FIRM_WAGES = 4
FIRM_PROMISE = 5  # latent scale, NONE: nothing is promised
FIRM_PROMISE_ANSWER = 6  # microseconds, -1: none
FIRM_PROMISE_VISIT = 7  # microseconds, -1: none
FIRM_STEPS = 8  # bits of the recovery steps
FIRM_CREDIT = 9  # money
FIRM_LIMIT = 10  # money that a clerk may grant alone
FIRM_EASE = 11  # of complaining, 0 to 1
FIRM_FIXING = 12  # hours a month
FIRM_FIXING_ALL = 13  # 0: attention goes to what is complained about, 1: to all failures
FIRM_TROUBLE_EMPLOYEE = 14  # shares of the origins of failures
FIRM_TROUBLE_CUSTOMER = 15
FIRM_TROUBLE_DESIGN = 16
FIRM_TROUBLE_OUTSIDE = 17
FIRM_FOLLOW_UP = 18  # share of the solved episodes
FIRM_BASE_WAIT = 19  # microseconds; of a firm that is known by figures: its mean wait
FIRM_BASE_SOLVES = 20  # its first-contact resolution
FIRM_BASE_RECOVERS = 21  # share of the complaints that it makes good
FIRM_COLUMNS = 22

TOUCH_TAKES = 0
TOUCH_HOURS = 1
TOUCH_SOLVES = 2
TOUCH_SENDS_BACK = 3
TOUCH_FAILS = 4
TOUCH_QUALITY = 5
TOUCH_ANNOUNCES = 6
TOUCH_CALL_BACK = 7
TOUCH_CALL_BACK_AFTER = 8
TOUCH_CALL_BACK_ACCEPTED = 9
TOUCH_CALL_BACK_ANSWERED = 10
TOUCH_RETRIES = 11
TOUCH_RETRY_AFTER = 12
TOUCH_ANSWER_WITHIN = 13
TOUCH_TRAINING = 14  # hours a year for each person
TOUCH_WAY_OUT = 15  # 0 hidden, 1 visible
TOUCH_EXPLAINS = 16  # 1: says why one waits
TOUCH_MUST_BE = 17  # level below which the whole visit is spoilt, NONE: nothing spoils it
TOUCH_COLUMNS = 18

CONTACT_RATE = 0
CONTACT_PRIORITY = 1
CONTACT_PATIENCE = 2  # number of a law, -1: the segment's
CONTACT_RETRIES = 3  # share that calls again, -1: the touchpoint's
CONTACT_RETRY_AFTER = 4
CONTACT_STAKE = 5  # >= 1, how much is at stake
CONTACT_COLUMNS = 6

SHIFT_STAFF = 0
SHIFT_WHEN = 1
SHIFT_COLUMNS = 2

SEGMENT_PATIENCE = 0
SEGMENT_PAYS = 1
SEGMENT_PRICE_WEIGHT = 2
SEGMENT_CARES_RELIABILITY = 3  # five times the written share; 1 where nothing is written
SEGMENT_CARES_SPEED = 4
SEGMENT_CARES_CARE = 5
SEGMENT_CARES_EASE = 6
SEGMENT_CARES_PRICE = 7
SEGMENT_COLUMNS = 8

MARKET_NOTICE = 0
MARKET_SWITCHING_COST = 1
MARKET_LEAVES_ANYWAY = 2
MARKET_COLUMNS = 3

# Sampling laws (see model.samplers).
LAW_NEVER = 0
LAW_CONSTANT = 1
LAW_EXPONENTIAL = 2
LAW_LOGNORMAL = 3
LAW_WEIBULL = 4
LAW_UNIFORM = 5
LAW_TRIANGULAR = 6
LAW_HAZARD = 7
LAW_QUANTILES = 8
LAW_TABLE = 9

# Channels where a day is promised: delivery and field visit, by their place among the channels of scenario files.
DATED_CHANNELS = (6, 7)

# Why a customer has a contact.
BECAUSE_PURCHASE = 0
BECAUSE_QUESTION = 1
BECAUSE_FAILURE = 2

CLOCK = np.dtype(
    [
        ("start", "i8"),  # begin of the warm-up, <= 0
        ("horizon", "i8"),
        ("week_offset", "i8"),  # time since Monday 00:00 at time 0
        ("epoch", "i8"),  # time 0 as microseconds since 1970-01-01 00:00 local
    ]
)
MARKET = np.dtype(
    [
        ("n_persons", "i8"),
        ("contractual", "i8"),
        ("levers", "i4"),  # first of MARKET_COLUMNS slots
        ("segment_levers", "i4"),  # first of SEGMENT_COLUMNS slots; the column is the segment
        ("defaults", "i4"),  # first slot of the behaviour parameters, in the registry's order
        ("friends", "f8"),  # mean number of strong ties
        ("acquaintances", "f8"),  # mean number of weak ties
        ("need_bound", "f8"),  # candidate needs per microsecond, mean over the week; the thinning bound
        ("price_reference", "f8"),  # mean list price at the start, to make prices comparable
        ("unfollowed", "i8"),  # people beyond `n_persons` who are not followed: stand-ins come for them
    ]
)
SEGMENT = np.dtype([("share_to", "f8")])  # cumulative share
FIRM = np.dtype(
    [
        ("share_to", "f8"),  # cumulative share of the customers at the start
        ("levers", "i4"),
        ("first_touchpoint", "i4"),
        ("n_touchpoints", "i4"),
        ("arrives", "i8"),  # 0: there from the start, NEVER: never comes
        ("reach_first", "f8"),  # share of the people whom it reaches on arrival
        ("reach_all_after", "i8"),  # from arrival until it reaches everyone
        ("complaint_step", "i4"),  # step at the complaint desk, -1: none
        ("approval_step", "i4"),  # step at the back office that approves credits, -1: none
        ("baseline", "i1"),  # 1: known by figures, without touchpoints
    ]
)
TOUCHPOINT = np.dtype(
    [
        ("firm", "i4"),
        ("channel", "i4"),
        ("levers", "i4"),
        ("staffed", "i1"),
        ("in_person", "i1"),  # those waiting at closing are turned away, and people abandon
        ("first_shift", "i4"),
        ("n_shifts", "i4"),
        ("first_agent", "i4"),
        ("n_agents", "i4"),  # the most that any policy ever puts on duty
    ]
)
SHIFT = np.dtype([("touchpoint", "i4"), ("levers", "i4")])
# Weekly opening sets: set k has windows first..first+n, sorted, [begin, end) in microseconds since Monday 00:00.
# A dated set (a staffing file) has `weekly` 0 and windows in scenario time.
OPENING = np.dtype([("first", "i4"), ("n", "i4"), ("weekly", "i1")])
WINDOW = np.dtype([("begin", "i8"), ("end", "i8")])
CONTACT = np.dtype(
    [
        ("firm", "i4"),
        ("group", "i4"),  # contacts of the same name at different firms
        ("because", "i4"),
        ("anonymous", "i1"),  # 1: an open source of callers, 0: contacts of persons
        ("levers", "i4"),
        ("first_step", "i4"),
        ("n_steps", "i4"),  # 0: a need without visits
        ("profile", "i4"),  # row of `profiles`
        ("bound", "f8"),  # mean candidate arrivals per microsecond; the thinning bound, the same for all policies
        ("day_variation", "f8"),  # coefficient of variation of the gamma day factor
        ("first_trace", "i4"),
        ("n_trace", "i4"),  # > 0: recorded arrivals instead of a rate
        ("paid", "i1"),  # 1: the price is paid at each such contact (noncontractual)
        ("class_", "i4"),  # column of the touchpoint tallies: n_segments + source, or -1 for persons
    ]
)
STEP = np.dtype(
    [
        ("touchpoint", "i4"),
        ("next", "i4"),  # step row, END_UNSOLVED or END_SOLVED
        ("takes", "i4"),  # slot that holds the number of the service law
        ("first_route", "i4"),
        ("n_routes", "i4"),
    ]
)
ROUTE = np.dtype([("target", "i4"), ("slot", "i4")])  # slot holds the probability
LAW = np.dtype(
    [("kind", "i4"), ("first_knot", "i4"), ("n_knots", "i4"), ("a", "f8"), ("b", "f8"), ("c", "f8"), ("mean", "f8")]
)
KNOT = np.dtype([("p", "f8"), ("x", "f8")])
CHANGE = np.dtype([("time", "i8"), ("slot", "i4"), ("segment", "i4"), ("value", "f8")])
TRACE = np.dtype([("time", "i8"), ("priority", "i4")])


class Plan(NamedTuple):
    """What a run reads. All fields are arrays; the engines take the tuple whole.

    Attributes
    ----------
    clock, market : (1,)
        Scalars of the run.
    segments, firms, touchpoints, shifts, contacts, steps, routes : records
        The entities, in the order in which the scenario names them.
    openings, windows : records
        Opening-hour sets that TOUCH_HOURS and SHIFT_WHEN slots refer to by number.
    laws, knots : records
        Laws that TAKES, PATIENCE and RETRY_AFTER slots refer to by number.
    profiles : (n, WEEK_BINS) float64
        Weekly weights of mean 1.
    need_profile : (WEEK_BINS + 1,) float64
        Cumulative weight of the persons' candidate needs over the week, from 0 to WEEK_BINS.
    group_contact : (n_groups, n_firms) int32
        Contact of a group at a firm, -1 where the firm has none.
    levers : (n_slots, n_segments) float64
        Values at the start. Callers, who have no segment, read column 0.
    changes : records
        Lever moves of the policy, sorted by (time, slot, segment).
    traces : records
        Recorded arrivals, sorted by time within a source.
    period_ends : (n_periods,) int64
        Ends of the reporting periods, warm-up periods first; the last one is the horizon.
    """

    clock: NDArray[np.void]
    market: NDArray[np.void]
    segments: NDArray[np.void]
    firms: NDArray[np.void]
    touchpoints: NDArray[np.void]
    shifts: NDArray[np.void]
    openings: NDArray[np.void]
    windows: NDArray[np.void]
    contacts: NDArray[np.void]
    steps: NDArray[np.void]
    routes: NDArray[np.void]
    laws: NDArray[np.void]
    knots: NDArray[np.void]
    profiles: NDArray[np.float64]
    need_profile: NDArray[np.float64]
    group_contact: NDArray[np.int32]
    levers: NDArray[np.float64]
    changes: NDArray[np.void]
    traces: NDArray[np.void]
    period_ends: NDArray[np.int64]
