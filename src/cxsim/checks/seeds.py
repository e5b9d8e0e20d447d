"""The seeds of the oracles: chosen before the first run, published here, and never changed.

A seed that is picked after its result has been seen proves nothing. A new case gets the next number; a case that fails
is reported, with its seed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SEEDS: Final[Mapping[str, int]] = {
    "erlang-c-0.8-1-1": 20260101,
    "erlang-c-1.6-1-2": 20260102,
    "erlang-c-8-1-10": 20260103,
    "erlang-c-9-1-10": 20260104,
    "erlang-c-95-1-100": 20260105,
    "erlang-a-8-1-0.5-10": 20260106,
    "erlang-a-10-1-0.5-10": 20260107,
    "erlang-a-12-1-0.5-10": 20260108,
    "erlang-a-10-1-1-10": 20260109,
    "erlang-a-10-1-0.1-10": 20260110,
    "erlang-a-48-1-0.5-50": 20260111,
    "erlang-a-50-1-0.5-50": 20260112,
    "erlang-a-60-1-0.5-50": 20260113,
    "erlang-a-100-1-0.5-100": 20260114,
    "erlang-a-1.2-1-0.25-1": 20260115,
    "erlang-a-priorities": 20260116,
    "mg1-constant-0.8": 20260117,
    "mg1-erlang-2-0.8": 20260118,
    "mg1-uniform-0.8": 20260119,
    "mg1-triangular-0.7": 20260120,
    "mg1-weibull-0.7": 20260121,
    "mg1-gamma-0.5": 20260122,
    "mg1-lognormal-0.5": 20260123,
    "mg1-lognormal-0.8": 20260124,
    "mg1-hyperexponential-0.7": 20260125,
    "kella-yechiali-2-2-5": 20260126,
    "kella-yechiali-2-6-10": 20260127,
    "cobham-.3-.5": 20260128,
    "cobham-.2-.3": 20260129,
    "feedback-network": 20260130,
    "mg-infinity": 20260131,
    "rush-hours": 20260132,
    "busy-days": 20260133,
    "retention": 20260134,
    "half-in-five-years": 20260135,
    "contract-switching": 20260136,
    "switching-0": 20260137,
    "switching-1": 20260138,
    "switching-2": 20260139,
    "switching-1-0.8": 20260140,
    "switching-path": 20260141,
    "failures": 20260142,
    "failures-returns": 20260143,
    "expectation": 20260144,
    "treadmill": 20260145,
    "bayes": 20260146,
    "tolerance": 20260147,
    "promoters": 20260148,
    "talk": 20260149,
    "talk-effect": 20260150,
    "promise": 20260151,
    "deserved": 20260152,
    "voice": 20260153,
    "bond": 20260154,
    "answers": 20260155,
    "approvals": 20260156,
    "contacts-per-matter": 20260157,
    "persistence": 20260158,
    "follow-up": 20260159,
    "follow-up-backfires": 20260160,
    "training": 20260161,
    "fixing": 20260162,
    "entrant": 20260163,
    "ratings": 20260164,
}
# Patterns, by the number of their row; C5 is read from the runs of C4.
PATTERN_SEEDS: Final[Mapping[str, int]] = {
    "C2": 20260602,
    "C3": 20260603,
    "C4": 20260604,
    "C12": 20260612,
    "C13": 20260613,
    "C18": 20260618,
    "C20": 20260620,
    "C24": 20260624,
    "C31": 20260631,
    "C32": 20260632,
    "C33": 20260633,
    "C35": 20260635,
}
# The reference engine has seeds of its own: on equal seeds both engines give the same numbers, which would say twice
# what was seen once.
REFERENCE_OFFSET: Final = 10_000


def seed_of(case: str, engine: str) -> int:
    """Return the seed of a case for an engine; replications are numbered from 0.

    Raises
    ------
    KeyError
        When the case has no seed: give it the next number.
    """
    return SEEDS[case] + (REFERENCE_OFFSET if engine == "reference" else 0)
