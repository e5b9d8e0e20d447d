"""A firm as an organisation: training, the causes that are fixed, the fading of its public ratings."""

from __future__ import annotations

from cxsim.behaviour.choice import left_of_ratings
from cxsim.behaviour.organisation import can_be_fixed, knowledge, remaining_share, skill
from cxsim.engines.reference.desk import Desk
from cxsim.engines.reference.world import World
from cxsim.model import events as ev
from cxsim.model import plan as pl

YEARS = pl.MONTH / pl.YEAR
# A cause this close to what cannot be fixed is not worth the attention any more.
NEARLY_FIXED = 0.05
QUARTER = 3


class Cause:
    """A way in which a firm fails; the fields of `cxsim.model.state.CAUSE`."""

    def __init__(self) -> None:
        self.remaining = 1.0
        self.failures = self.complaints = 0
        self.all_failures = self.all_complaints = 0

    def see_failure(self, now: int) -> None:
        """Count a failure that happened to a customer."""
        self.failures += 1
        self.all_failures += int(now >= 0)

    def hear_complaint(self, now: int) -> None:
        """Count a complaint."""
        self.complaints += 1
        self.all_complaints += int(now >= 0)


class Organisation:
    """What a firm learns and is known for; the fields of `cxsim.model.state.ORGANISATION`.

    Parameters
    ----------
    world : World
    firm : int
        Row of the plan's firms.

    Attributes
    ----------
    causes : list of Cause
        By failure mode.
    failed, spoke : float
        Journeys that failed and how many of them ended in a complaint, fading; counted for the stand-ins.
    """

    def __init__(self, world: World, firm: int) -> None:
        self.world = world
        self.firm = firm
        self.rating_sum = self.rating_count = 0.0
        self.attention = -1
        self.failed = self.spoke = 0.0
        self.causes = [Cause() for _ in range(ev.N_MODES)]

    def see_failed_journey(self) -> None:
        """Count a journey that failed; what was counted before fades."""
        self.failed = ev.LEFT_OF_FAILURES * self.failed + 1.0
        self.spoke *= ev.LEFT_OF_FAILURES

    @property
    def desks(self) -> list[Desk]:
        """The firm's touchpoints."""
        row = self.world.rows.firms[self.firm]
        return self.world.desks[row.first_touchpoint : row.first_touchpoint + row.n_touchpoints]

    def lever(self, column: int) -> float:
        """Value of one of the FIRM columns; what a firm does is the same for all segments."""
        return self.world.lever(self.world.rows.firms[self.firm].levers + column, 0)

    def default(self, name: str) -> float:
        """Value of a behaviour parameter or switch for the firm."""
        return self.world.default(name, 0)

    def plan_month(self, month: int, time: int) -> None:
        """Put the end of a month on the calendar."""
        self.world.schedule(time, ev.ORGANISE, self.firm, month, lambda: self.end_month(month), row=self.firm)

    def end_month(self, month: int) -> None:
        """Let a month of training, fixing and forgetting pass."""
        for desk in self.desks:
            self.train(desk)
        if self.lever(pl.FIRM_FIXING) > 0.0 and self.default("fixing") > 0.0:
            self.fix(month)
        fading = self.default("reputation_fading")
        self.rating_sum = left_of_ratings(self.rating_sum, YEARS, fading)
        self.rating_count = left_of_ratings(self.rating_count, YEARS, fading)
        self.plan_month(month + 1, self.world.now + pl.MONTH)

    def train(self, desk: Desk) -> None:
        """Let a team learn and forget for a month, and count what its hours cost (B-50)."""
        hours = desk.lever(pl.TOUCH_TRAINING, 0) if self.default("training") > 0.0 else 0.0
        if hours <= 0.0 and desk.knowledge == 0.0:
            return
        desk.knowledge = knowledge(
            desk.knowledge, hours, YEARS, self.default("learning_per_hour"), self.default("forgetting")
        )
        desk.skill = skill(desk.knowledge)
        staff = 0.0
        for shift in desk.shifts:
            staff += self.world.lever(shift.levers + pl.SHIFT_STAFF, 0)
        cost = hours * pl.MONTH / pl.YEAR * staff * self.lever(pl.FIRM_WAGES)
        self.world.of_firm(self.firm, 0)["training_cost"] += cost

    def fix(self, month: int) -> None:
        """Work a month on the cause that has the attention; every quarter that is the most frequent one (B-52)."""
        if self.attention < 0 or month % QUARTER == 0:
            self.look(month)
        hours = self.lever(pl.FIRM_FIXING)
        self.world.of_firm(self.firm, 0)["fixing_cost"] += hours * self.lever(pl.FIRM_WAGES)
        if self.attention >= 0:
            cause = self.causes[self.attention]
            cause.remaining = remaining_share(
                cause.remaining, hours, 1.0, self.default("fixing_half_life"), self.default("fixing_floor")
            )

    def look(self, month: int) -> None:
        """Give the attention to the cause that was seen most often since the last look, and can be fixed."""
        everything = self.lever(pl.FIRM_FIXING_ALL) > 0.0
        nearly = self.default("fixing_floor") + NEARLY_FIXED
        self.attention = -1
        most = 0
        for mode, cause in enumerate(self.causes):
            seen = cause.failures if everything else cause.complaints
            if can_be_fixed(mode) and seen > most and cause.remaining > nearly:
                self.attention = mode
                most = seen
        for cause in self.causes:
            cause.failures = cause.complaints = 0
        remaining = self.causes[self.attention].remaining if self.attention >= 0 else 0.0
        self.world.note(ev.LOG_ATTENTION, self.firm, month, 0, self.firm, cause=self.attention, value=remaining)
