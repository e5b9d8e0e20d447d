"""The total order of events, the codes of outcomes, and the codes a kernel returns. Written here and nowhere else.

Pending events are ordered by (time, kind, entity, other, ordinal); the five together are unique. At one instant
the environment comes first (policy levers, then shifts and opening hours), then service ends, abandonments,
arrivals, and talk last: a hand-off sees the staff on duty, and somebody who gives up in the very microsecond an
agent gets free is served.
"""

from __future__ import annotations

# Kinds of pending events, in the order in which they happen at one instant.
LEVER = 0
SHIFT = 1
ORGANISE = 2  # a firm's monthly look at what fails, and the fading of its ratings
SERVICE_END = 3
ABANDON = 4
ARRIVAL = 5
NEED = 6
RETURN = 7
REVIEW = 8
LEAVE = 9
FOLLOW_UP = 10
TALK = 11

# Kinds of log rows.
LOG_NEED = 1
LOG_ARRIVE = 2
LOG_QUEUE = 3
LOG_CALL_BACK = 4
LOG_START = 5
LOG_END = 6
LOG_ABANDON = 7
LOG_TURNED_AWAY = 8
LOG_CLOSED = 9
LOG_RETRY = 10
LOG_DONE = 11
LOG_EPISODE = 12
LOG_JOINED = 13
LOG_LEFT = 14
LOG_TOLD = 15
LOG_SHIFT = 16
LOG_LEVER = 17
LOG_NOTICE = 18
LOG_FAILURE = 19
LOG_COMPLAINS = 20
LOG_ANSWERED = 21
LOG_SPARED = 22
LOG_FOLLOWED_UP = 23
LOG_RATED = 24
LOG_ATTENTION = 25
LOG_AGAIN = 26

LOG_NAMES = (
    "",
    "need",
    "arrives",
    "queues",
    "takes call-back",
    "service starts",
    "service ends",
    "abandons",
    "turned away",
    "finds it closed",
    "calls again",
    "journey ends",
    "episode judged",
    "joins",
    "leaves",
    "is told",
    "shift changes",
    "lever moves",
    "gives notice",
    "meets a failure",
    "complains",
    "complaint answered",
    "is spared a failure",
    "is followed up",
    "rates in public",
    "cause gets attention",
    "comes again",
)

# How a journey ends.
SOLVED = 0
UNSOLVED = 1
ABANDONED = 2
TURNED_AWAY = 3
UNREACHED = 4
OUTCOME_NAMES = ("solved", "unsolved", "abandoned", "turned away", "not reached by call-back")

# Moves of a steering rule are numbered from here, those of a policy from 0.
STEERED = 1 << 30

# Where a step of a journey can lead instead of to another step.
END_UNSOLVED = -1
END_SOLVED = -2

# Why a customer leaves; every exit carries one. The four places where exits are decided are in MODEL terms:
# choice at a need, after a failure, contract hazard, involuntary. The reason names what weighed most.
REASON_FAILURE = 0
REASON_WAIT = 1
REASON_UNSOLVED = 2
REASON_PRICE = 3
REASON_BETTER_OFFER = 4
REASON_TALK = 5
REASON_INVOLUNTARY = 6
REASON_UNHEALED = 7
N_REASONS = 8
REASON_NAMES = (
    "a failure",
    "waiting",
    "an unsolved matter",
    "the price",
    "a better experience elsewhere",
    "what others said",
    "moved or died",
    "a complaint that was not made good",
)

# What a customer is doing.
IDLE = 0
AWAY = 1
QUEUED = 2
IN_SERVICE = 3
GONE = 4

# What an agent is doing.
OFF = 0
FREE = 1
BUSY = 2
LEAVING = 3

# Flags of an open journey.
FLAG_CALL_BACK = 1
FLAG_FAILED = 2
FLAG_UNREACHED = 4
FLAG_ANNOUNCED = 8
FLAG_OWN_PRIORITY = 16  # a recorded caller brings a priority; otherwise the contact's lever holds

FLAG_COMPLAINT = 32  # at the complaint desk, after the journey
FLAG_APPROVAL = 64  # the credit waits for approval

# Ways to fail (`cxsim.behaviour.failure` says which is what).
N_MODES = 10

# What happened to a person since time 0.
MARK_SPARED = 1
MARK_COMPLAINED = 2
MARK_MADE_GOOD = 4
MARK_PROMISE_BROKEN = 8

# What happened in an episode.
EPISODE_DATED = 1  # a promised date fell due at this visit
EPISODE_BROKEN = 2  # a promised date was not kept
EPISODE_ORDINARY = 4  # what went wrong, if anything, was not what disappointed

# What a kernel returns.
DONE = 0
PENDING_FULL = 1
ROWS_FULL = 2
LOG_FULL = 3
JOURNEY_TOO_LONG = 4
NO_OPENING = 5
UNORDERED = 6

# Which choice among firms a draw belongs to: at a need, or after a contract has ended.
AT_NEED = 0
AT_LEAVING = 1
AT_REVIEW = 2
AT_FAILURE = 3
AT_STAND_IN = 4  # what somebody who is not followed would choose
# Ordinals of notices: number of the month for those of a review, this bit and the need for those after a failure.
FAILURE_NOTICE = 1 << 30

UNREACHED_CALL_US = 30_000_000  # a call-back that nobody answers keeps the agent for half a minute
MAX_VISITS = 4000
MAX_ATTEMPTS = 15
MAX_TOLD = 24
# Share of the counts of failed journeys and complaints, from which stand-ins complain, that one more failure leaves.
LEFT_OF_FAILURES = 0.98
