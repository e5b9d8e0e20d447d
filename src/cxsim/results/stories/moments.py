"""The rows of a log about one customer, gathered into what a person would call a moment: a contact, a complaint."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cxsim.model import events as ev
from cxsim.model.plan import NEVER

CONTACT: Final = "contact"
COMPLAINT: Final = "complaint"
ANSWER: Final = "answer"
SPARED: Final = "spared a failure"
JOINED: Final = "joined"
NOTICE: Final = "gave notice"
LEFT: Final = "left"
TOLD: Final = "told"
HEARD: Final = "heard"
RATED: Final = "rated"
FOLLOWED: Final = "followed up"
KINDS: Final = (CONTACT, COMPLAINT, ANSWER, SPARED, JOINED, NOTICE, LEFT, TOLD, HEARD, RATED, FOLLOWED)

NEVER_ANSWERED: Final = -1.0
# What one row is by itself; contacts, complaints and answers are gathered from several.
ALONE: Final = {
    ev.LOG_SPARED: SPARED,
    ev.LOG_JOINED: JOINED,
    ev.LOG_NOTICE: NOTICE,
    ev.LOG_LEFT: LEFT,
    ev.LOG_RATED: RATED,
    ev.LOG_FOLLOWED_UP: FOLLOWED,
}


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure that was met: when, at which touchpoint (-1: none), in which way, and how severe."""

    time: int
    touchpoint: int
    mode: int
    severity: float


@dataclass(slots=True)
class Contact:
    """One matter, from the need to its end.

    Attributes
    ----------
    contact : int
        Number in the plan.
    ended : int
        Microseconds; -1 while it is open.
    waits : dict of int to int
        Microseconds waited at each touchpoint, in the order in which they were come to.
    gave_up : list of (int, int)
        Touchpoint and wait, each time that patience ended.
    turned_away, closed, call_backs, retries, returns : int
        How often.
    failures : list of Failure
    outcome : int
        A code of `OUTCOME_NAMES`; -1 while it is open.
    felt : float
        Satisfaction with it in the end, the answer to a complaint included, latent SD.
    """

    contact: int
    ended: int = -1
    waits: dict[int, int] = field(default_factory=dict)
    gave_up: list[tuple[int, int]] = field(default_factory=list)
    turned_away: int = 0
    closed: int = 0
    call_backs: int = 0
    retries: int = 0
    returns: int = 0
    failures: list[Failure] = field(default_factory=list)
    outcome: int = -1
    felt: float = float("nan")

    @property
    def uneventful(self) -> bool:
        """Whether it was solved and nothing went wrong."""
        trouble = self.gave_up or self.failures or self.turned_away or self.closed or self.retries or self.returns
        return self.outcome == ev.SOLVED and not trouble


@dataclass(slots=True)
class Moment:
    """Something that happened in a life.

    Attributes
    ----------
    time : int
        Microseconds since the start.
    kind : str
        One of `KINDS`.
    firm : int
    journey : int
        Number of the need that it belongs to.
    cause : int
        Column `cause` of the log: a failure mode, a reason for leaving, 1 for a good story or a healed complaint.
    value : float
        Column `value`: the worth of an answer, the satisfaction of who leaves, the stars of a rating.
    other : int
        Who told, or was told; -1 elsewhere.
    contact : Contact, optional
    waited : int
        Of a complaint: microseconds in line at its desks. Of an answer: since the complaint.
    credit : float
        Money that came with an answer.
    until : int
        When the last row that was added to it was written.
    """

    time: int
    kind: str
    firm: int
    journey: int
    cause: int = 0
    value: float = 0.0
    other: int = -1
    contact: Contact | None = None
    waited: int = 0
    credit: float = 0.0
    until: int = 0

    @property
    def key(self) -> tuple[str | int, ...]:
        """What makes it the same moment in another life of the same person, whenever it was."""
        return self.kind, self.firm, self.journey, self.cause, self.other

    @property
    def over(self) -> int:
        """When everything that is told of it had happened; NEVER where it was open at the end."""
        return int(NEVER) if self.contact is not None and self.contact.outcome < 0 else max(self.time, self.until)


def moments_of(rows: NDArray[np.void], customer: int, received: NDArray[np.void] | None = None) -> list[Moment]:
    """Gather the log rows of one customer.

    Parameters
    ----------
    rows : (n,) LOG
        In order of time; rows of other customers only where they tell this one something.
    customer : int
    received : (k,) CREDIT, optional
        Money received, by the end of the day on which it came.

    Returns
    -------
    list of Moment
        In order of the time at which they began.
    """
    found: list[Moment] = []
    open_: Moment | None = None
    for row in rows:
        kind = int(row["kind"])
        if kind == ev.LOG_TOLD:
            found.append(_told(row, customer))
        elif kind == ev.LOG_NEED:
            open_ = _moment(row, CONTACT, contact=Contact(int(row["cause"])))
            found.append(open_)
        elif kind == ev.LOG_COMPLAINS:
            found.append(_moment(row, COMPLAINT))
        elif kind == ev.LOG_ANSWERED:
            asked = _last(found, COMPLAINT)
            since = 0 if asked is None else int(row["time"]) - asked.time
            found.append(_moment(row, ANSWER, waited=since))
        elif kind in ALONE:
            found.append(_moment(row, ALONE[kind]))
        elif open_ is not None and open_.contact is not None:
            asked = _last(found, COMPLAINT) if open_.contact.ended >= 0 else None
            _add(row, kind, open_, asked)
    _give(found, received)
    return found


def _moment(row: np.void, kind: str, *, contact: Contact | None = None, waited: int = 0) -> Moment:
    return Moment(
        int(row["time"]), kind, int(row["firm"]), int(row["journey"]), int(row["cause"]), float(row["value"]),
        contact=contact, waited=waited,
    )  # fmt: skip


def _told(row: np.void, customer: int) -> Moment:
    teller, listener = int(row["customer"]), int(row["other"])
    heard = listener == customer
    moment = _moment(row, HEARD if heard else TOLD)
    moment.other = teller if heard else listener
    return moment


def _last(found: Sequence[Moment], kind: str) -> Moment | None:
    return next((moment for moment in reversed(found) if moment.kind == kind), None)


def _add(row: np.void, kind: int, matter: Moment, complaint: Moment | None) -> None:
    """Add a row to the open matter, or to the complaint that followed it."""
    contact, time = matter.contact, int(row["time"])
    assert contact is not None
    if kind == ev.LOG_EPISODE:
        contact.felt, matter.until = float(row["value"]), time
    elif complaint is not None:
        complaint.waited += int(row["value"]) if kind in {ev.LOG_START, ev.LOG_ABANDON} else 0
        complaint.until = time
    elif kind == ev.LOG_DONE:
        contact.outcome, contact.ended, matter.until = int(row["cause"]), time, time
    else:
        _visit(row, kind, contact)


def _visit(row: np.void, kind: int, contact: Contact) -> None:
    place, value = int(row["touchpoint"]), float(row["value"])
    if kind == ev.LOG_START:
        contact.waits[place] = contact.waits.get(place, 0) + int(value)
    elif kind == ev.LOG_ABANDON:
        contact.gave_up.append((place, int(value)))
    elif kind == ev.LOG_FAILURE:
        contact.failures.append(Failure(int(row["time"]), place, int(row["cause"]), value))
    elif kind == ev.LOG_TURNED_AWAY:
        contact.turned_away += 1
    elif kind == ev.LOG_CLOSED:
        contact.closed += 1
    elif kind == ev.LOG_CALL_BACK:
        contact.call_backs += 1
    elif kind == ev.LOG_RETRY:
        contact.retries += 1
    elif kind == ev.LOG_AGAIN:
        contact.returns += 1


def _give(found: Sequence[Moment], received: NDArray[np.void] | None) -> None:
    """Put each credit to the last answer before it was seen; two answers in one day share what cannot be told apart."""
    for credit in () if received is None else received:
        answers = [
            one for one in found if one.kind == ANSWER and one.value != NEVER_ANSWERED and one.time <= credit["time"]
        ]
        if answers:
            answers[-1].credit += float(credit["amount"])


def condensed(found: Sequence[Moment], fewest: int = 3) -> Iterator[Moment | list[Moment]]:
    """Give moments one by one, and runs of uneventful ones together.

    Parameters
    ----------
    found : sequence of Moment
    fewest : int
        Contacts without trouble and stories that were heard or told are given together where so many follow each other.
    """
    run: list[Moment] = []
    for moment in found:
        if moment.kind in {HEARD, TOLD} or (moment.contact is not None and moment.contact.uneventful):
            run.append(moment)
            continue
        yield from _run(run, fewest)
        run = []
        yield moment
    yield from _run(run, fewest)


def _run(run: list[Moment], fewest: int) -> Iterator[Moment | list[Moment]]:
    if len(run) < fewest:
        yield from run
    else:
        yield run
