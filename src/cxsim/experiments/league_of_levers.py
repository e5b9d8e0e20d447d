"""Every lever pulled alone until it costs the same: what does it do for the money.

How far a lever must go to cost a given amount is found by bisection on common luck; what it does is then measured on
luck that was not used to find it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from cxsim.errors import InputError, RunError
from cxsim.experiments.executor import Progress, Report
from cxsim.experiments.parts import Candidate, Chosen, Space
from cxsim.experiments.studies.case import Case
from cxsim.experiments.tables import Array, Tables, in_portions

if TYPE_CHECKING:
    from cxsim.experiments.parts import Dial

COST: Final = "policy_cost"
GAINS: Final = ("retention", "won_by_recommendation")
BESIDE: Final = "profit"
STEPS: Final = 5  # strengths at which the cost is looked at first
ROUNDS: Final = 3
NEAR: Final = 0.02  # of the spend: so close is close enough
LITTLE: Final = 0.1  # of the spend: what costs less is not told apart by its cost

FOUND: Final = "found"
STEPPED: Final = "stepped"  # comes in steps; the nearest from below
AT_MOST: Final = "at most"  # cannot cost that much
AT_LEAST: Final = "at least"  # cannot cost that little
FIXED: Final = "fixed"  # has no strength


class Effort(NamedTuple):
    """Replications: of every look at what a lever costs, and of what it does at the strength that was found."""

    search: int = 3
    measure: int = 15


EFFORT: Final = Effort()


@dataclass(frozen=True)
class Pulled:
    """A lever at the strength at which it costs about the spend.

    Attributes
    ----------
    name, words : str
        The lever, and what becomes of it.
    candidate : tuple of Chosen
    how : str
        "found", "stepped", "at most", "at least" or "fixed".
    figures : (replications, measures) float64
        On luck that was not used to find the strength.
    """

    name: str
    words: str
    candidate: Candidate
    how: str
    figures: Array


@dataclass(frozen=True)
class League:
    """All levers at about equal spend.

    Attributes
    ----------
    space : Space
    spend : float
    measures : tuple of str
        The cost, the gains, the profit.
    as_is : (replications, measures) float64
    pulled : tuple of Pulled
        In the order of the space.
    """

    space: Space
    spend: float
    measures: tuple[str, ...]
    as_is: Array
    pulled: tuple[Pulled, ...]


def league_of_levers(
    space: Space,
    tables: Tables,
    spend: float,
    *,
    gains: Sequence[str] = GAINS,
    effort: Effort = EFFORT,
    report: Report | None = None,
) -> League:
    """Pull every lever alone, at equal spend.

    Parameters
    ----------
    space : Space
        Its parts are the levers.
    tables : Tables
    spend : float
        Mean `policy_cost` over the horizon that each lever shall have, in the scenario's currency.
    gains : sequence of str
        Measures of what it does.
    effort : Effort
    report : callable, optional

    Raises
    ------
    InputError
        When the spend is not more than 0, or there is no lever.
    RunError
        When as-is cannot be simulated.
    """
    if not (math.isfinite(spend) and spend > 0.0):
        message = f"spend: {spend:g}; more than 0 is allowed; write an amount, such as 50000"
        raise InputError(message)
    if not space.parts:
        message = f"levers: none among the {space.source}; one policy or lever is needed; add it"
        raise InputError(message)
    if effort.search < 1 or effort.measure < 2:  # noqa: PLR2004 -- an interval needs two
        message = f"levers: {effort}; 1 and 2 replications or more are allowed; raise the numbers"
        raise InputError(message)
    begun = time.monotonic()
    total = len(space.parts)
    # A look at all levers, and the measurement at the end, in runs of one lever; later looks are few.
    looks, whole = effort.search * STEPS, effort.search * STEPS + effort.measure

    def say(weight: int, before: int, share: float) -> None:
        if report is not None:
            report(Progress(total * (before + weight * share) / whole, total, time.monotonic() - begun, "levers"))

    levers = [_Lever(space, number) for number in range(total)]
    for number in range(ROUNDS + 1):
        _look(levers, tables, spend, effort.search, (lambda share: say(looks, 0, share)) if number == 0 else None)
    measures = tuple(dict.fromkeys((COST, *gains, BESIDE)))
    fresh = range(effort.search, effort.search + effort.measure)
    chosen = [lever.nearest(spend) for lever in levers]
    cases = [space.case(candidate) for candidate, _ in chosen]
    values = in_portions(
        tables, [Case(), *cases], fresh, measures, lambda done: say(effort.measure, looks, done / (total + 1))
    )
    if np.isnan(values[0]).any():
        message = "levers: as-is cannot be simulated, or has none of the measures in some run; see `cxsim run`"
        raise RunError(message)
    pulled = [
        Pulled(part.name, space.words(candidate), candidate, how, own)
        for part, (candidate, how), own in zip(space.parts, chosen, values[1:], strict=True)
    ]
    return League(space, spend, measures, values[0], tuple(pulled))


def _look(
    levers: Sequence[_Lever],
    tables: Tables,
    spend: float,
    replications: int,
    say: Callable[[float], None] | None,
) -> None:
    """Look at what levers cost at the strengths that say most."""
    wanted = [(lever, strength) for lever in levers for strength in lever.wanted(spend)]
    if not wanted:
        return
    cases = [lever.case(strength) for lever, strength in wanted]

    def done(count: int) -> None:
        if say is not None:
            say(count / len(cases))

    costs = in_portions(tables, cases, range(replications), (COST,), done)[:, :, 0].mean(axis=1)
    for (lever, strength), cost in zip(wanted, costs.tolist(), strict=True):
        lever.seen[strength] = cost


class _Lever:
    """One lever, and what it was seen to cost."""

    def __init__(self, space: Space, number: int) -> None:
        self.space, self.number = space, number
        self.dials = space.parts[number].dials
        self.stepped = any(dial.stepped for dial in self.dials)
        # At strength 0 a value of a policy stays as it is; a lever of a study has a value there, too.
        self.strengths = sorted(
            {
                strength
                for dial in self.dials
                for strength in dial.strengths
                if strength > 0.0 or math.isnan(dial.written)
            }
        ) or [1.0]
        self.seen: dict[float, float] = {}

    def candidate(self, strength: float) -> Candidate:
        """Return the lever alone, all its dials at one strength."""
        return (Chosen(self.number, 0, tuple(_allowed(dial, strength) for dial in self.dials)),)

    def case(self, strength: float) -> Case:
        return self.space.case(self.candidate(strength))

    def wanted(self, spend: float) -> list[float]:
        """Return strengths to look at next: some over the whole range, then where the cost passes the spend."""
        if not self.seen:
            if self.stepped or len(self.strengths) == 1:
                return self.strengths
            return [float(one) for one in np.linspace(self.strengths[0], self.strengths[-1], STEPS)]
        if self.stepped or len(self.strengths) == 1 or self._close(spend):
            return []
        ends = self._passing(spend)
        if ends is None:
            return []
        (low, below), (high, above) = ends
        # Where a straight line would meet the spend, but never at an end again: costs are no straight lines.
        share = min(max((spend - below) / (above - below), 0.1), 0.9)
        return [low + share * (high - low)]

    def _close(self, spend: float) -> bool:
        return any(abs(cost - spend) <= NEAR * spend for cost in self.seen.values())

    def _passing(self, spend: float) -> tuple[tuple[float, float], tuple[float, float]] | None:
        """Return the two neighbouring strengths between which the cost passes the spend first."""
        points = sorted((strength, cost) for strength, cost in self.seen.items() if math.isfinite(cost))
        for one, other in pairwise(points):
            if min(one[1], other[1]) <= spend <= max(one[1], other[1]) and one[1] != other[1]:
                return one, other
        return None

    def nearest(self, spend: float) -> tuple[Candidate, str]:
        """Return the lever at the strength whose cost is nearest the spend, and how near it can come."""
        known = {strength: cost for strength, cost in self.seen.items() if math.isfinite(cost)}
        if len(self.strengths) == 1 or not known:
            return self.candidate(self.strengths[-1]), FIXED
        below = {strength: cost for strength, cost in known.items() if cost <= spend}
        if not below and min(known.values()) > spend * (1.0 + NEAR):
            return self.candidate(min(known, key=lambda strength: known[strength])), AT_LEAST
        if self.stepped and below:
            if len(below) == len(known) and max(below.values()) < spend * (1.0 - NEAR):
                return self.candidate(self._farthest(known, spend)), AT_MOST
            return self.candidate(max(below, key=lambda strength: (below[strength], -strength))), STEPPED
        if max(known.values()) < spend * (1.0 - NEAR):
            return self.candidate(self._farthest(known, spend)), AT_MOST
        return self.candidate(min(known, key=lambda strength: abs(known[strength] - spend))), FOUND

    def _farthest(self, known: dict[float, float], spend: float) -> float:
        """Return how far a lever goes that cannot cost the spend: where it is dearest, or as far as it can."""
        dearest = max(known, key=lambda strength: known[strength])
        if known[dearest] > LITTLE * spend:
            return dearest
        far = self.dials[0].far
        return far if far in known else max(known)


def _allowed(dial: Dial, strength: float) -> float:
    """Return the strength of a dial that is nearest to a wanted one; of a stepped one, the nearest from below."""
    if not dial.stepped:
        return min(max(strength, dial.strengths[0]), dial.strengths[-1])
    below = [one for one in dial.strengths if one <= strength]
    return max(below) if below else dial.strengths[0]
