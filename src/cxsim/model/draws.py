"""Keyed randomness: a draw is a function of who, which decision and which occasion, never of what came before.

``draw(run_key, entity, decision, ordinal)`` hashes its arguments with the splitmix64 finalizer (Steele, Lea and
Flood 2014) and maps 52 bits to the open interval (0, 1). User seeds and replication numbers are hashed first:
unhashed consecutive seeds share state. The same person therefore meets the same luck under every policy.
"""

from __future__ import annotations

import numpy as np

from cxsim.model.jit import rule

SCHEME = "splitmix64-keyed-2"

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_ODD = np.uint64(0xD1342543DE82EF95)
_MULTIPLIER_1 = np.uint64(0xBF58476D1CE4E5B9)
_MULTIPLIER_2 = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S12 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(12)
_S48, _S16, _S4 = np.uint64(48), np.uint64(16), np.uint64(4)
_ONE = np.uint64(1)

# Decisions: what a draw is for. A number is never used twice and never reused for something else.
SEGMENT = np.uint64(1)
FIRST_FIRM = np.uint64(2)
NEED_GAP = np.uint64(3)
NEED_KIND = np.uint64(4)
FIRM_CHOICE = np.uint64(5)
CONSIDERED = np.uint64(6)
TAKES = np.uint64(7)
ROUTE = np.uint64(8)
SERVICE_FAILS = np.uint64(9)
PATIENCE = np.uint64(10)
CALL_BACK_TAKEN = np.uint64(11)
CALL_BACK_ANSWERED = np.uint64(12)
RETRY = np.uint64(13)
RETRY_AFTER = np.uint64(14)
REOPENING = np.uint64(15)
PERFORMANCE = np.uint64(16)
EXIT = np.uint64(17)
TALKS = np.uint64(18)
TOLD = np.uint64(19)
LISTENER = np.uint64(20)
TALK_DELAY = np.uint64(21)
REVIEW_TIME = np.uint64(22)
REVIEW = np.uint64(23)
INVOLUNTARY = np.uint64(24)
ARRIVAL_GAP = np.uint64(25)
ARRIVAL_KEPT = np.uint64(26)
DAY_FACTOR = np.uint64(27)
TIE_COUNT = np.uint64(28)
TIE_TARGET = np.uint64(29)
START_STATE = np.uint64(30)
TOUCH_LUCK = np.uint64(31)
FAILURE_MODE = np.uint64(32)
SEVERITY = np.uint64(33)
SPARED = np.uint64(34)
COMES_AGAIN = np.uint64(35)
AGAIN_AFTER = np.uint64(36)
EXIT_AFTER_COMPLAINT = np.uint64(37)
MADE_GOOD = np.uint64(38)
RATES = np.uint64(39)
FOLLOWED = np.uint64(40)
FOLLOWED_AFTER = np.uint64(41)
REACHED = np.uint64(42)
BASELINE_SOLVES = np.uint64(43)
STANDS_FOR = np.uint64(44)

# Entities that are not people live in their own part of the number space.
CALLER_SHIFT = np.uint64(48)
FIRMS = np.uint64(0xFFF0_0000_0000_0000)
SOURCES = np.uint64(0xFFF1_0000_0000_0000)


@rule
def mixed(z: np.uint64) -> np.uint64:
    """Return the splitmix64 finalizer of a 64-bit word."""
    z = (z ^ (z >> _S30)) * _MULTIPLIER_1
    z = (z ^ (z >> _S27)) * _MULTIPLIER_2
    return z ^ (z >> _S31)


@rule
def run_key(seed: np.uint64, replication: np.uint64) -> np.uint64:
    """Key of one run: the user's seed and the replication number, both hashed.

    Parameters
    ----------
    seed, replication : uint64
        Any 64-bit numbers; consecutive ones give unrelated runs.
    """
    key = mixed(mixed(seed + _GOLDEN) + _ODD)
    return mixed(key + _GOLDEN * (replication + _ONE))


@rule
def occasion(need: np.uint64, visit: np.uint64, attempt: np.uint64) -> np.uint64:
    """Pack need number (32 bits), visit in the journey (12 bits) and attempt (4 bits) into an ordinal."""
    return (need << _S16) | (visit << _S4) | attempt


@rule
def draw(key: np.uint64, entity: np.uint64, decision: np.uint64, ordinal: np.uint64) -> float:
    """Uniform number in the open interval (0, 1), a pure function of its arguments.

    Parameters
    ----------
    key : uint64
        Of the run, from `run_key`.
    entity : uint64
        Who draws: a person's number, a caller's (source, ordinal), a firm, a source.
    decision : uint64
        What for: one of this module's constants, below 2**16.
    ordinal : uint64
        Which occasion, below 2**48: need, visit and attempt packed by `occasion`.
    """
    z = mixed(key + _GOLDEN * (entity + _ONE))
    z = mixed(z + _ODD * ((decision << _S48) + ordinal + _ONE))
    # 52 bits and a half are exact in a double; with 53 the largest would round up to 1.
    return (np.float64(z >> _S12) + 0.5) * 2.220446049250313e-16
