"""How a life ends, and what there was in it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cxsim.experiments.watched import Life
from cxsim.model import events as ev
from cxsim.results.stories import moments as mo
from cxsim.results.stories.moments import Moment
from cxsim.results.stories.told import Teller
from cxsim.results.stories.words import counted, day


def totals(found: Sequence[Moment]) -> dict[str, int]:
    """Count what there was in a life."""
    contacts = [one.contact for one in found if one.contact is not None]
    answers = [one for one in found if one.kind == mo.ANSWER]
    return {
        "contacts": len(contacts),
        "unsolved": sum(one.outcome > ev.SOLVED for one in contacts),
        "failures": sum(len(one.failures) for one in contacts),
        "spared": _count(found, mo.SPARED),
        "complaints": _count(found, mo.COMPLAINT),
        "made_good": sum(one.cause == 1 for one in answers),
        "told": _count(found, mo.TOLD),
        "heard": _count(found, mo.HEARD),
        "left": _count(found, mo.LEFT),
    }


def ending(teller: Teller, life: Life, found: Sequence[Moment], horizon: int) -> str:
    """Tell how a life ends and what there was in it.

    Parameters
    ----------
    teller : Teller
    life : Life
    found : sequence of Moment
        Of this life.
    horizon : int
        The end of the run, microseconds.
    """
    exits = [one for one in found if one.kind == mo.LEFT and one.firm == life.first_firm]
    since = f"; left {teller.firms[life.first_firm]} on {day(teller.starts, exits[0].time)}" if exits else ""
    if life.gone:
        state = "no longer in the market"
    elif life.last_firm < 0:
        state = "no firm's customer"
    else:
        last = life.feelings[-1]
        state = (
            f"{'back with' if exits and life.last_firm == life.first_firm else 'with'} {teller.firms[life.last_firm]}"
        )
        felt = f"{teller.mood(float(last['satisfaction']))}, {teller.hope(float(last['expectation']))}"
        state = f"{state} ({felt})"
    return f"At the end, {day(teller.starts, horizon)}: {state}{since}. In all: {_in_all(teller, life, totals(found))}."


def _in_all(teller: Teller, life: Life, count: dict[str, int]) -> str:
    said = [counted(count["contacts"], "contact")]
    for name, one, many in (
        ("unsolved", "of them never solved", "of them never solved"),
        ("failures", "failure met", "failures met"),
        ("spared", "failure spared", "failures spared"),
        ("complaints", "complaint", "complaints"),
        ("made_good", "of them made good", "of them made good"),
    ):
        said += [counted(count[name], one, many)] if count[name] else []
    paid = float(np.sum(life.credits["amount"]))
    said += [f"credits of {paid:g} {teller.currency}"] if paid > 0.0 else []
    said.append(f"{counted(count['told'], 'story', 'stories')} told and {count['heard']} heard")
    return ", ".join(said)


def _count(found: Sequence[Moment], kind: str) -> int:
    return sum(one.kind == kind for one in found)
