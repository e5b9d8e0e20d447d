"""The state of a world: record arrays that both engines read and write, and nothing else.

Rules receive plain numbers, never the state. The row of a customer that every visit touches is 64 bytes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxsim.model.events import N_REASONS

N_WAIT_BINS = 128

# What every visit touches. Rows 0 .. n_persons - 1 are people; later rows are lent to callers and stand-ins.
HOT = np.dtype(
    [
        ("entity", "u8"),  # who draws: the person's number, or (source + 1) << 48 | ordinal
        ("since", "i8"),  # when the present wait or service began
        ("began", "i8"),  # when the journey began
        ("waited", "i8"),  # waited so far in this journey, as it is felt (off-line waiting counts less)
        ("need", "u4"),  # number of the need (people), of the try (stand-ins); 0 for callers
        ("stamp", "u4"),  # raised whenever a wait ends: an older abandonment no longer counts
        ("next", "i4"),  # queue links; `next` of a free caller row is the next free row
        ("prev", "i4"),
        ("agent", "i4"),
        ("step", "i2"),
        ("segment", "i2"),  # column of the levers; 0 for anonymous callers
        ("visit", "u2"),  # visits so far in this journey
        ("contact", "i2"),
        ("status", "u1"),
        ("flags", "u1"),
        ("priority", "u1"),
        ("attempt", "u1"),
    ]
)
# What an episode or a need touches; people only.
COLD = np.dtype(
    [
        ("next_need", "i8"),  # time of candidate need number `needs`
        ("joined", "i8"),
        ("first_left", "i8"),  # when the base firm was first left, NEVER: not left
        ("needs", "u4"),  # candidate needs so far
        ("segment", "i2"),
        ("firm", "i2"),  # -1: no firm
        ("base_firm", "i2"),  # firm at time 0, -1: none
        ("first_reason", "i2"),  # why the base firm was first left, -1: not left
        ("last_reason", "i2"),  # what went wrong last: a reason code, -1: nothing
        ("notice", "u1"),  # 1: notice was given
        ("gone", "u1"),  # 1: left the market
        ("due", "u1"),  # 1: the candidate need's event is pending
        ("leaving_for", "u1"),  # reason code of a notice that was given
        ("marks", "u1"),  # what happened to one since time 0: bits MARK_* of model.events
        ("pad", "u1"),
        ("pad2", "i4"),
        ("deserved", "f8"),  # what one thinks one deserves, latent SD (the should-expectation)
        ("paid", "f8"),  # credits received from the base firm since time 0, money
    ]
)
# What a person believes about a firm: row person * n_firms + firm.
MIND = np.dtype(
    [
        ("mean", "f8"),
        ("variance", "f8"),
        ("encounters", "f8"),
        ("satisfaction", "f8"),  # cumulative, latent SD
        ("last", "i8"),  # last purchase or joining, -NEVER: none
        ("heard", "f4"),  # sum of stories since one last joined or left, good less bad
        ("burnt", "u4"),  # 1: left after a failure
        ("bond", "f8"),  # strength of the relationship, 0 to 3
        ("hope", "f8"),  # belief that complaining helps, probability
        ("scars", "f8"),  # failures that were not made good, as of `hurt_at`
        ("hurt_at", "i8"),  # when the last failure was, -NEVER: never
        ("care", "i8"),  # 1: was content when the firm followed up, -1: was not, 0: never followed up
        ("cared_at", "i8"),
    ]
)
# What a person has gone through in the open journey, and what is to be settled when it ends.
EPISODE = np.dtype(
    [
        ("luck", "f8"),  # of the whole encounter, standard normal
        ("first", "f8"),  # experience of the first touchpoint, latent SD
        ("extreme", "f8"),  # of the one that was farthest from what was expected, losses weighed more
        ("distance", "f8"),  # how far that was, as a value
        ("last", "f8"),
        ("total", "f8"),  # sum over the touchpoints
        ("lost_wait", "f8"),  # by waiting, and by broken dates, in latent SD
        ("lost_failure", "f8"),
        ("late", "f8"),  # days after the promised one, negative: before; NaN-free: 0 where nothing was promised
        ("severity", "f8"),  # of the worst failure, 0: none
        ("weight", "f8"),  # of the failure once it was judged: severity and blame
        ("experience", "f8"),  # of the whole visit, once it was judged
        ("transaction", "f8"),  # satisfaction with it
        ("beyond", "f8"),  # how far outside the zone of tolerance it was
        ("leaving", "f8"),  # wish to leave after the failure, log odds
        ("complained_at", "i8"),
        ("elements", "i4"),
        ("repeats", "i4"),  # times one came again with the same matter
        ("transfers", "i4"),
        ("loops", "i4"),  # times a voice menu sent one back
        ("mode", "i2"),  # what the worst failure was, -1: nothing
        ("spoilt", "u1"),  # 1: a must-be element failed
        ("outcome", "u1"),
        ("flags", "u1"),  # bits EPISODE_* of model.events
        ("trouble", "i1"),  # reason code of what cost most, -1: nothing
        ("pad", "i2"),
    ]
)
# A firm as an organisation that learns.
ORGANISATION = np.dtype(
    [
        ("rating_sum", "f8"),  # public ratings, weighted, fading
        ("rating_count", "f8"),
        ("attention", "i8"),  # failure mode that is being fixed, -1: none
        *[(name, "f8") for name in ("failed", "spoke")],  # journeys that failed, those with a complaint; fading
    ]
)
# A way in which a firm fails.
CAUSE = np.dtype(
    [
        ("remaining", "f8"),  # share of such failures that still happens
        ("failures", "i8"),  # since the last look
        ("complaints", "i8"),
        ("all_failures", "i8"),  # since time 0
        ("all_complaints", "i8"),
    ]
)
AGENT = np.dtype([("since", "i8"), ("next", "i4"), ("prev", "i4"), ("status", "i4"), ("customer", "i4")])
# Running state of a touchpoint; areas are integrals over time for Little's law.
DESK = np.dtype(
    [
        ("changed", "i8"),  # when the areas were last brought up to date
        ("queued", "i8"),
        ("busy", "i8"),
        ("on_duty", "i8"),
        ("open", "i4"),
        ("free_first", "i4"),  # longest idle agent, -1: none
        ("free_last", "i4"),
        ("epoch", "i4"),  # raised when a lever may have moved hours or staff: older shift events no longer count
        ("knowledge", "f8"),  # what the team has learned in training and not forgotten
        ("skill", "f8"),  # 0 as the file describes the team, towards 1 as training goes on
    ]
)
# Ordered by (time, order, other, ordinal); order packs the kind (4 bits) and the entity (60 bits).
PENDING = np.dtype(
    [
        ("time", "i8"),
        ("order", "u8"),
        ("other", "u4"),
        ("ordinal", "u4"),
        ("row", "i4"),
        ("cause", "i4"),
        ("value", "f8"),
    ]
)
# A calendar; see `cxsim.engines.calendar`.
CALENDAR = np.dtype(
    [
        ("near", "i8"),  # events in the heap
        ("far", "i8"),  # events in buckets
        ("open", "i8"),  # number of the bucket that was opened last: what falls into it or before goes to the heap
        ("shift", "i8"),  # a bucket is 2**shift microseconds wide
        ("mask", "i8"),  # buckets around the circle, less 1
        ("free_chunk", "i8"),  # first of the free chunks
        ("free_chunks", "i8"),
        ("laid_out_for", "i8"),  # events that this layout was chosen for
    ]
)
NEAR = np.dtype([("time", "i8"), ("slot", "i4"), ("pad", "i4")])
BUCKET = np.dtype([("chunk", "i4"), ("count", "i4")])
LOG = np.dtype(
    [
        ("time", "i8"),
        ("customer", "u8"),
        ("other", "i8"),
        ("value", "f8"),
        ("journey", "u4"),
        ("step", "i4"),
        ("kind", "i2"),
        ("firm", "i2"),
        ("touchpoint", "i2"),
        ("agent", "i2"),
        ("cause", "i2"),
        ("pad", "i2"),
        ("pad2", "i4"),
    ]
)
TOUCH_TALLY = np.dtype(
    [
        (name, "i8")
        for name in (
            "arrivals",
            "answered",
            "served",
            "waited",
            "abandoned",
            "turned_away",
            "closed",
            "called_back",
            "unreached",
            "retries",
            "within",
            "failures",
            "wait_all",
            "wait_served",
            "wait_abandoned",
            "service",
        )
    ]
)
AREA_TALLY = np.dtype([("queue", "i8"), ("busy", "i8"), ("duty", "i8")])
FIRM_TALLY = np.dtype(
    [
        (name, "i8")
        for name in (
            "needs",
            "purchases",
            "episodes",
            "solved",
            "unsolved",
            "failed",
            "joined",
            "won_by_talk",
            "notices",
            "satisfied",
            "talked_good",
            "talked_bad",
            "told_good",
            "told_bad",
            "failures",  # failures that happened to customers
            "spared",  # failures that no longer happen, because of training or of fixing
            "hurt",  # episodes after which exit, voice or silence was decided
            "complaints",
            "silent_exits",
            "voiced_exits",
            "answered_complaints",
            "recovered",  # complaints that were made good
            "answer_time",  # from the complaint to its answer, microseconds
            "approvals",
            "contacts",  # tries to get a matter solved
            "first_contact",  # matters solved at the first
            "repeats",
            "bad",  # grades of episodes
            "neutral",
            "good",
            "excellent",
            "reviews_good",
            "reviews_bad",
            "followed",
            "promises",  # dated promises that fell due
            "promises_broken",
            "credited",
        )
    ]
    + [
        (name, "f8")
        for name in (
            "satisfaction",
            "revenue",
            "variable_cost",
            "credits",
            "training_cost",
            "fixing_cost",
            "rated",  # sum of public ratings, latent SD
            "ease",  # sum of what a survey of effort would show, 1 to 7, weighed by the chance of a response
            "response",  # sum of the chances that a survey after the episode is answered
            "satisfied_response",
            "poor_response",
        )
    ]
)
WORLD = np.dtype(
    [
        ("now", "i8"),
        ("key", "u8"),
        ("n_pending", "i8"),
        ("n_log", "i8"),
        ("events", "i8"),
        ("visits", "i8"),
        ("period", "i8"),
        ("closed", "i8"),  # periods that are over
        ("steered", "i8"),  # levers that a steering rule has moved
        ("free_row", "i8"),  # first free caller row, -1: none
        ("n_queued", "i8"),  # customers waiting anywhere
        ("logging", "i8"),
        ("last_time", "i8"),  # key of the last event: the next one must be later, which is checked
        ("last_order", "u8"),
        ("last_rest", "u8"),  # other and ordinal, packed
    ]
)


class Tallies(NamedTuple):
    """Counts and sums of fixed size.

    Attributes
    ----------
    touch : (n_periods, n_touchpoints, n_classes) TOUCH_TALLY
        Classes are the segments, then the anonymous sources.
    waits : (n_touchpoints, n_classes, N_WAIT_BINS) int64
        Waits that ended after time 0, in log-spaced bins (see `wait_bin`).
    areas : (n_periods, n_touchpoints) AREA_TALLY
        Integrals over time of the queue, of busy agents (or customers in service) and of agents on duty; microseconds.
    firm : (n_periods, n_firms, n_segments) FIRM_TALLY
    left : (n_periods, n_firms, n_segments, N_REASONS) int64
    base : (n_periods, n_firms, n_segments, BASE_COLUMNS) int64
        At the end of each period: customers of the firm; of those at time 0, how many are with it;
        promoters; passives; detractors; starting customers who never left; those who would rate it poor.
    survey : (n_periods, n_firms, n_segments, SURVEY_COLUMNS) float64
        The same customers as a survey would count them, each with the chance of a response: promoters, passives,
        detractors, those who rate it poor.
    """

    touch: NDArray[np.void]
    waits: NDArray[np.int64]
    areas: NDArray[np.void]
    firm: NDArray[np.void]
    left: NDArray[np.int64]
    base: NDArray[np.int64]
    survey: NDArray[np.float64]


class State(NamedTuple):
    """A world at one moment.

    Attributes
    ----------
    world : (1,) WORLD
    hot : (n_rows,) HOT
    cold : (n_persons,) COLD
    minds : (n_persons * n_firms,) MIND
    episodes : (n_persons,) EPISODE
    organisations : (n_firms,) ORGANISATION
    causes : (n_firms, N_MODES) CAUSE
    agents : (n_agents,) AGENT
    desks : (n_touchpoints,) DESK
    queues : (n_touchpoints, N_PRIORITIES, 3) int32
        First and last customer row waiting with each priority, -1: nobody; and how many wait.
    calendar, near, slots, spare, chunks, links, buckets : arrays
        Pending events, see `cxsim.engines.calendar.Calendar`; the reference engine leaves them empty.
    levers : (n_slots, n_segments) float64
    day_factors : (n_contacts, n_days) float64
    tie_first, tie_other, tie_strong : ties between people, see `build_ties`
    scratch : (n_firms,) float64
        Room for choice weights.
    log : LOG
    touch, waits, areas, firm, left, base, survey : arrays
        Tallies, flattened here because kernels read one tuple.
    """

    world: NDArray[np.void]
    hot: NDArray[np.void]
    cold: NDArray[np.void]
    minds: NDArray[np.void]
    episodes: NDArray[np.void]
    organisations: NDArray[np.void]
    causes: NDArray[np.void]
    agents: NDArray[np.void]
    desks: NDArray[np.void]
    queues: NDArray[np.int32]
    calendar: NDArray[np.void]
    near: NDArray[np.void]
    slots: NDArray[np.void]
    spare: NDArray[np.int32]
    chunks: NDArray[np.void]
    links: NDArray[np.int32]
    buckets: NDArray[np.void]
    levers: NDArray[np.float64]
    day_factors: NDArray[np.float64]
    tie_first: NDArray[np.int64]
    tie_other: NDArray[np.int32]
    tie_strong: NDArray[np.uint8]
    scratch: NDArray[np.float64]
    log: NDArray[np.void]
    touch: NDArray[np.void]
    waits: NDArray[np.int64]
    areas: NDArray[np.void]
    firm: NDArray[np.void]
    left: NDArray[np.int64]
    base: NDArray[np.int64]
    survey: NDArray[np.float64]


# Columns of the `base` tally.
BASE_CUSTOMERS = 0
BASE_KEPT = 1
BASE_PROMOTERS = 2
BASE_PASSIVES = 3
BASE_DETRACTORS = 4
BASE_NEVER_LEFT = 5
BASE_POOR = 6
BASE_COLUMNS = 7

# Columns of the `survey` tally.
SURVEY_PROMOTERS = 0
SURVEY_PASSIVES = 1
SURVEY_DETRACTORS = 2
SURVEY_POOR = 3
SURVEY_COLUMNS = 4

N_PRIORITIES = 8


def n_classes(plan_segments: int, contacts: NDArray[np.void]) -> int:
    """Count the columns of the touchpoint tallies: the segments, then the anonymous sources."""
    return plan_segments + int(np.count_nonzero(contacts["anonymous"]))


def empty_tallies(n_periods: int, n_touchpoints: int, n_firms: int, n_segments: int, classes: int) -> Tallies:
    """Return tallies of zeros for a plan's shape."""
    return Tallies(
        touch=np.zeros((n_periods, n_touchpoints, classes), TOUCH_TALLY),
        waits=np.zeros((n_touchpoints, classes, N_WAIT_BINS), np.int64),
        areas=np.zeros((n_periods, n_touchpoints), AREA_TALLY),
        firm=np.zeros((n_periods, n_firms, n_segments), FIRM_TALLY),
        left=np.zeros((n_periods, n_firms, n_segments, N_REASONS), np.int64),
        base=np.zeros((n_periods, n_firms, n_segments, BASE_COLUMNS), np.int64),
        survey=np.zeros((n_periods, n_firms, n_segments, SURVEY_COLUMNS)),
    )
