"""Journeys as steps and routes, and the check that every journey ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cxsim.model.events import END_SOLVED, END_UNSOLVED
from cxsim.scenario.models import Document, Touchpoint
from cxsim.scenario.resolve import given
from cxsim.scenario.sources import sources_of
from cxsim.units import format_number

MOST_VISITS: Final = 200.0


@dataclass(frozen=True)
class Step:
    """One visit of a journey.

    Attributes
    ----------
    touchpoint
        Name of the touchpoint.
    following
        Number of the step that comes next, counted from the first of the journey, or END_SOLVED or END_UNSOLVED.
    routes
        (target step, name of the target) of each transfer.
    """

    touchpoint: str
    following: int
    routes: tuple[tuple[int, str], ...]


def steps_of(journey: Sequence[str], touchpoints: Mapping[str, Touchpoint]) -> tuple[Step, ...]:
    """Return the steps of a journey: those written, then those that only transfers reach.

    A transfer to a touchpoint of the journey goes to its next place in the journey, or else to its first.
    """
    names = list(journey)
    for name in names:  # grows while it is read: transfers lead to further touchpoints
        names += [target for target in given(touchpoints[name].goes_to) if target not in names]
    steps = []
    for number, name in enumerate(names):
        end = END_SOLVED if touchpoints[name].ends == "solved" else END_UNSOLVED
        following = number + 1 if number + 1 < len(journey) else end
        routes = tuple((_place(names, target, number), target) for target in given(touchpoints[name].goes_to))
        steps.append(Step(name, following, routes))
    return tuple(steps)


def _place(names: Sequence[str], target: str, number: int) -> int:
    later = [n for n, name in enumerate(names) if name == target and n > number]
    return later[0] if later else names.index(target)


def journeys(document: Document) -> list[tuple[tuple[str, ...], tuple[Step, ...]]]:
    """Return (location, steps) of every contact and source, in the order of the plan."""
    found: list[tuple[tuple[str, ...], tuple[Step, ...]]] = []
    for firm, content in document.firms.items():
        touchpoints = given(content.touchpoints)
        for name, contact in given(content.contacts).items():
            found.append((("firms", firm, "contacts", name), steps_of(given(contact.journey), touchpoints)))
        found += [(one.location, steps_of(given(one.source.journey), touchpoints)) for one in sources_of(firm, content)]
    return found


def endless(document: Document) -> list[tuple[tuple[str, ...], str]]:
    """Return (location, what is wrong) of every journey that never ends or takes more than 200 visits on average."""
    found = []
    for location, steps in journeys(document):
        visits = expected_visits(steps, given(document.firms[location[1]].touchpoints)) if steps else 0.0
        if visits > MOST_VISITS:
            mean = "for ever" if np.isinf(visits) else f"for {format_number(round(visits))} visits on average"
            found.append((location, f"a journey that goes on {mean}"))
    return found


def expected_visits(steps: Sequence[Step], touchpoints: Mapping[str, Touchpoint]) -> float:
    """Return the mean number of visits from the first step to the end; infinite where the end cannot be reached."""
    return float(visits_of(steps, touchpoints).sum())


def visits_of(steps: Sequence[Step], touchpoints: Mapping[str, Touchpoint]) -> NDArray[np.float64]:
    """Return the mean number of visits to each step; infinite where the end cannot be reached.

    First row of the fundamental matrix of an absorbing Markov chain (Kemeny & Snell 1960).
    """
    n = len(steps)
    moves = np.zeros((n, n))
    for number, step in enumerate(steps):
        touchpoint = touchpoints[step.touchpoint]
        again = given(touchpoint.sends_back)
        moves[number, number] += again
        left = 1.0 - again - given(touchpoint.solves)
        for target, name in step.routes:
            share = given(touchpoint.goes_to)[name]
            moves[number, target] += share
            left -= share
        if step.following >= 0:
            moves[number, step.following] += max(0.0, left)
    reached = _reached(moves)
    ends = moves.sum(axis=1) < 1.0 - 1e-12
    if not _reaches(moves, ends)[reached].all():
        return np.full(n, np.inf)
    inside = moves[np.ix_(reached, reached)]
    first = np.zeros(len(inside))
    first[0] = 1.0
    found = np.zeros(n)
    found[reached] = np.linalg.solve((np.eye(len(inside)) - inside).T, first)
    return found


def _reached(moves: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which steps the first one leads to."""
    found = np.zeros(len(moves), bool)
    found[0] = True
    for _ in range(len(moves)):
        found |= (moves[found] > 0.0).any(axis=0)
    return found


def _reaches(
    moves: np.ndarray[tuple[int, int], np.dtype[np.float64]], ends: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which steps lead to an end."""
    found = ends.copy()
    for _ in range(len(moves)):
        found |= (moves[:, found] > 0.0).any(axis=1)
    return found
