"""What a person carries in mind: beliefs about each firm, and the journey that is open."""

from __future__ import annotations

import numpy as np

from cxsim.behaviour.failure import remembered
from cxsim.model import events as ev
from cxsim.model import plan as pl


class Mind:
    """What a person believes about a firm; the fields of `cxsim.model.state.MIND`."""

    __slots__ = (
        "bond", "burnt", "care", "cared_at", "encounters", "heard", "hope", "hurt_at", "last", "mean", "satisfaction",
        "scars", "variance",
    )  # fmt: skip

    mean: float
    variance: float
    encounters: float
    satisfaction: float
    last: int
    heard: float
    burnt: int
    bond: float
    hope: float
    scars: float
    hurt_at: int
    care: int
    cared_at: int

    def __init__(self, row: np.void) -> None:
        for name in self.__slots__:
            setattr(self, name, row[name].item())

    def unhealed(self, now: int, memory: float) -> float:
        """Failures that were not made good and are still remembered; `memory` in days."""
        if self.scars == 0.0:
            return 0.0
        return remembered(self.scars, (now - self.hurt_at) / pl.DAY, memory)


class Episode:
    """What a person has gone through in a journey, and what is settled at its end; the fields of `EPISODE`."""

    __slots__ = (
        "beyond", "complained_at", "distance", "elements", "experience", "extreme", "first", "flags", "last", "late",
        "leaving", "loops", "lost_failure", "lost_wait", "luck", "mode", "outcome", "repeats", "severity", "spoilt",
        "total", "transaction", "transfers", "trouble", "weight",
    )  # fmt: skip

    luck: float
    first: float
    extreme: float
    distance: float
    last: float
    total: float
    lost_wait: float
    lost_failure: float
    late: float
    severity: float
    weight: float
    experience: float
    transaction: float
    beyond: float
    leaving: float
    complained_at: int
    elements: int
    repeats: int
    transfers: int
    loops: int
    mode: int
    spoilt: bool
    outcome: int
    flags: int
    trouble: int

    def __init__(self, row: np.void) -> None:
        for name in self.__slots__:
            setattr(self, name, row[name].item())

    def begin(self, luck: float) -> None:
        """Forget the last journey; what is only known at the end of one stands until this one ends."""
        self.luck = luck
        self.first = self.extreme = self.distance = self.last = self.total = 0.0
        self.lost_wait = self.lost_failure = self.late = 0.0
        self.severity = self.weight = 0.0
        self.elements = self.repeats = self.transfers = self.loops = 0
        self.mode = self.trouble = -1
        self.spoilt = False
        self.flags = 0

    def add(self, x: float, far: float) -> None:
        """Add a moment: the first, the most extreme, the last and the sum are remembered; `far` weighs losses more."""
        if self.elements == 0:
            self.first = x
        if self.elements == 0 or far > self.distance:
            self.extreme = x
            self.distance = far
        self.last = x
        self.total += x
        self.elements += 1

    def blames(self, mode: int, severity: float, weight: float) -> None:
        """Remember a failure if it is the worst of the journey."""
        if weight > self.weight:
            self.severity = severity
            self.weight = weight
            self.mode = mode

    @property
    def broken(self) -> bool:
        """Whether a promised date was not kept."""
        return bool(self.flags & ev.EPISODE_BROKEN)
