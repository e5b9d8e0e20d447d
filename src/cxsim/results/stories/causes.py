"""Why two lives part, as far as their logs say it."""

from __future__ import annotations

from typing import Final

import numpy as np

from cxsim.model import events as ev
from cxsim.results.stories.moments import NEVER_ANSWERED, moments_of
from cxsim.results.stories.told import Teller
from cxsim.results.stories.twins import Pair
from cxsim.results.stories.words import duration

NOTHING: Final = "nothing of the kind happened"


def happened(teller: Teller, row: np.void | None, customer: int) -> str:
    """Tell one row of a log in a few words.

    Parameters
    ----------
    teller : Teller
    row : LOG record, optional
        None: nothing happened.
    customer : int
        Whose life it is.
    """
    if row is None:
        return NOTHING
    kind, value = int(row["kind"]), float(row["value"])
    if kind not in SHORT:
        return _whole(teller, row, customer)
    place = teller.touchpoints[row["touchpoint"]] if row["touchpoint"] >= 0 else teller.firms[row["firm"]]
    if kind == ev.LOG_START and value <= 0.0:
        return f"they were served at {place} at once"
    return SHORT[kind].format(place=place, time=duration(int(value)))


def _whole(teller: Teller, row: np.void, customer: int) -> str:
    """Tell a row that stands for more than a step at a touchpoint."""
    kind, cause, value = int(row["kind"]), int(row["cause"]), float(row["value"])
    firm = teller.firms[row["firm"]]
    if kind == ev.LOG_NEED:
        return f"they turned to {firm} ({teller.contacts[cause]})"
    if kind == ev.LOG_FAILURE:
        return f"they {teller.met(int(row['firm']), cause, value, f' at {firm}')}"
    if kind == ev.LOG_DONE:
        return f"the matter ended at {firm} after {duration(int(value))}: {ev.OUTCOME_NAMES[cause]}"
    if kind == ev.LOG_EPISODE:
        return f"the matter was closed at {firm} and {teller.felt(value)}"
    if kind == ev.LOG_ANSWERED:
        found = f"answered the complaint, which {'made' if cause == 1 else 'did not make'} it good{teller.worth(value)}"
        return f"{firm} {'did not answer the complaint' if value == NEVER_ANSWERED else found}"
    (moment,) = moments_of(np.array([row]), customer)
    return f"they {teller.moment(moment).removesuffix('.')}"


SHORT: Final = {
    ev.LOG_ARRIVE: "they came to {place}",
    ev.LOG_QUEUE: "they stood in line at {place}, with about {time} of work ahead",
    ev.LOG_CALL_BACK: "they took a call-back at {place}",
    ev.LOG_START: "they were served at {place} after {time} of waiting",
    ev.LOG_END: "they were done at {place} after {time}",
    ev.LOG_ABANDON: "they gave up at {place} after {time} of waiting",
    ev.LOG_TURNED_AWAY: "they were turned away at {place} after {time} of waiting",
    ev.LOG_CLOSED: "they found {place} closed",
    ev.LOG_RETRY: "they decided to call {place} again in {time}",
    ev.LOG_AGAIN: "they decided to come again to {place} with the same matter in {time}",
}


def why(teller: Teller, pair: Pair, policies: tuple[str, str], changed: list[str], customer: int) -> str:
    """Say why the lives part, as far as the log says it.

    Parameters
    ----------
    teller : Teller
    pair : Pair
        Where they part.
    policies : (str, str)
        Whose lives they are.
    changed : list of str
        Paths of what the second policy had changed by then, and the first had not.
    customer : int
    """
    one, other = pair
    kinds = {int(row["kind"]) for row in pair if row is not None}
    first = one if one is not None else other
    by_then = f"By then {policies[1]} had changed {', '.join(changed)}." if changed else _unchanged(policies)
    if ev.LOG_SPARED in kinds:
        spared = one if one is not None and one["kind"] == ev.LOG_SPARED else other
        name = policies[0] if spared is one else policies[1]
        what = "The failure was spared"
        if spared is not None and teller.names_causes(int(spared["firm"])):
            what = f"The log gives the cause: {teller.mode(int(spared['cause']))}"
        return f"{what}; under {name} it had been worked on, or the team had learned. {by_then}"
    if first is not None and first["kind"] == ev.LOG_TOLD and first["other"] == customer:
        return f"The life of customer {int(first['customer'])}, who told the story, had parted before. {by_then}"
    if kinds == {ev.LOG_ANSWERED}:
        return f"The same complaint was answered in another way. {by_then}"
    if kinds & {ev.LOG_ABANDON, ev.LOG_TURNED_AWAY, ev.LOG_CLOSED, ev.LOG_CALL_BACK}:
        return f"The line or the hours at that moment were not the same. {by_then}"
    if kinds & {ev.LOG_LEFT, ev.LOG_NOTICE} and first is not None:
        leaving = next(row for row in pair if row is not None and row["kind"] in {ev.LOG_LEFT, ev.LOG_NOTICE})
        return f"The reason that the log gives: {ev.REASON_NAMES[int(leaving['cause'])]}. {by_then}"
    return f"The log gives no cause of its own for this. {by_then}"


def _unchanged(policies: tuple[str, str]) -> str:
    return f"By then {policies[1]} had changed nothing that {policies[0]} had not."
