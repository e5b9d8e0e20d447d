"""How a behavioural parameter is declared: once, beside the rule that uses it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Confidence = Literal["measured", "published", "survey", "assumption"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number of the behaviour rules, with where it comes from and how sure we are.

    Attributes
    ----------
    name : str
        As written in scenario files: ``defaults.<name>``.
    default : float
        In `unit`.
    unit : str
        For a reader; "switch" for a mechanism that is on (1) or off (0).
    low, high : float
        Range that sweeps and checks accept.
    source : str
        Author and year, data set, or "assumption".
    confidence : str
        measured (real data), published (peer-reviewed), survey (industry), assumption.
    meaning : str
        One sentence.
    role : str
        "world" for what nobody chooses, "switch" for a mechanism.
    """

    name: str
    default: float
    unit: str
    low: float
    high: float
    source: str
    confidence: Confidence
    meaning: str
    role: Literal["world", "switch"] = "world"


def switch(name: str, meaning: str) -> Parameter:
    """Declare the switch of a mechanism, on by default."""
    return Parameter(name, 1.0, "switch", 0.0, 1.0, "-", "assumption", meaning, "switch")
