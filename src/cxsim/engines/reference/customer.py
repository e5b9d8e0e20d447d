"""Somebody on a journey: what people of the market and anonymous callers have in common."""

from __future__ import annotations

from typing import Any

from cxsim.engines.reference.desk import Agent, Desk
from cxsim.engines.reference.world import Course, Due, World, occasion
from cxsim.model import events as ev
from cxsim.model import plan as pl


class Customer:
    """Somebody on a journey: a person of the market, or the caller to whom a row is lent.

    Parameters
    ----------
    world : World
    row : int
        Place among the world's customers.

    Attributes
    ----------
    entity : int
        Who draws: the person's number, or the caller's source and ordinal.
    segment : int
        Column of the levers that hold for this customer.
    class_ : int
        Column of the touchpoints' counts.
    patience : Due or None
        Moment at which the customer will give up waiting.

    The others are described with the fields of `cxsim.model.state.HOT`.
    """

    def __init__(self, world: World, row: int) -> None:
        self.world = world
        self.row = row
        self.entity = row
        self.segment = 0
        self.class_ = 0
        self.since = self.began = self.waited = 0
        self.need = self.stamp = 0
        self.agent = -1
        self.step = self.visit = self.contact = 0
        self.status = ev.IDLE
        self.flags = self.priority = self.attempt = 0
        self.patience: Due | None = None
        self.course: Course | None = None

    def set_out(self, course: Course) -> None:
        """Begin to live by a course."""
        self.course = course
        self.wake()

    def wake(self, message: Agent | int | None = None) -> None:
        """Go on until the next sleep. The message says who woke the sleeper; None: the time has come."""
        assert self.course is not None
        try:
            self.course.send(message)
        except StopIteration:
            self.course = None

    def sleep_until(self, time: int, kind: int, ordinal: int = 0) -> Due | None:
        """Put the moment at which this customer wakes on the calendar."""
        return self.world.schedule(time, kind, self.entity, ordinal, self.wake, row=self.row)

    def occasion(self) -> int:
        """Ordinal of the draws of the present visit."""
        return occasion(self.need, self.visit, self.attempt)

    def draw(self, decision: Any) -> float:
        """Draw for a decision of the present visit."""
        return self.world.draw(self.entity, decision, self.occasion())

    def counts(self, desk: Desk) -> dict[str, Any]:
        """Return the counts of a touchpoint to which this customer adds."""
        return self.world.touched(desk.number, self.class_)

    def desk(self) -> Desk:
        """Return the touchpoint of the present step."""
        return self.world.desks[self.world.rows.steps[self.step].touchpoint]

    def note(self, desk: Desk, kind: int, *, agent: int = -1, cause: int = 0, value: float = 0.0) -> None:
        """Log something that happens to this customer at a touchpoint."""
        firm = self.world.rows.contacts[self.contact].firm
        self.world.note(
            kind, self.entity, self.need, self.visit, firm,
            touchpoint=desk.number, agent=agent, cause=cause, value=value,
        )  # fmt: skip

    def default(self, name: str) -> float:
        """Value of a behaviour parameter for this customer's segment."""
        return self.world.default(name, self.segment)

    def is_on(self, switch: str) -> bool:
        """Whether a mechanism is switched on."""
        return self.default(switch) > 0.0

    def of_firm(self, firm: int, column: int) -> float:
        """Value of one of the FIRM columns of a firm, for this customer's segment."""
        return self.world.lever(self.world.rows.firms[firm].levers + column, self.segment)

    # --- what only people of the market do; a caller is served and forgotten

    def live_through(self, _desk: Desk, /, *, fails: bool) -> bool:
        """Take in the visit that ends now; returns whether it failed."""
        return fails

    def keep_date(self, wait: int) -> None:
        """Compare the moment at which a service off-line begins with the promised one."""

    def gives_up_complaining(self) -> int | None:
        """When one takes a complaint for unanswered; None where nobody complains."""
        return None

    def chances(self, desk: Desk) -> tuple[float, float]:
        """Chances that the present visit solves the matter, and that it leads back to where one is."""
        return desk.lever(pl.TOUCH_SOLVES, self.segment), desk.lever(pl.TOUCH_SENDS_BACK, self.segment)

    def go_round(self) -> None:
        """Be sent back."""

    def be_passed_on(self) -> None:
        """Be transferred."""

    def comes_again(self, _outcome: int, /) -> int | None:
        """After how many microseconds one comes again with what was not solved; None: never."""
        return None
