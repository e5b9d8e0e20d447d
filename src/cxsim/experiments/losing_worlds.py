"""Worlds in which a policy loses to as-is: drawn, run on the same luck, told apart from luck."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxsim.errors import InputError, RunError
from cxsim.experiments.sensitivity import CaseOf, Factor, Output, Table
from cxsim.experiments.studies.case import AS_IS
from cxsim.measures.catalog import CATALOG
from cxsim.stats.discovery import Discovery, discover
from cxsim.stats.false_discoveries import not_by_luck, paired_chances
from cxsim.stats.robustness import Leaders, leaders
from cxsim.stats.space_filling import sobol_points

Array = NDArray[np.float64]

WORLDS: Final = 128
REPLICATIONS: Final = 4
MOST_WORLDS: Final = 10_000
LEAST_WORLDS: Final = 20
FALSE_SHARE: Final = 0.05
LOSES: Final = "loses"
UNDECIDED: Final = "cannot be told apart"
WINS: Final = "wins"


class Drawn(NamedTuple):
    """Worlds that were drawn.

    Attributes
    ----------
    factors : tuple of Factor
    positions : (worlds, factors) float64
        Between 0 and 1.
    numbers : (worlds, factors) float64
        Values in the unit of the range; the number of the level, from 0, where there are levels.
    texts : tuple of tuple of str
        As ``--set`` takes them.
    """

    factors: tuple[Factor, ...]
    positions: Array
    numbers: Array
    texts: tuple[tuple[str, ...], ...]

    def changes(self, world: int) -> tuple[tuple[str, str], ...]:
        """Return what makes a world, counted from 0."""
        return tuple((factor.path, text) for factor, text in zip(self.factors, self.texts[world], strict=True))


@dataclass(frozen=True, eq=False)
class LosingWorlds:
    """What was found.

    Attributes
    ----------
    drawn : Drawn
        All worlds.
    kept : (worlds,) int
        Those in which all runs ended; what follows is of these.
    leaders : Leaders
        Of the policy (0) and as-is (1).
    states : (worlds,) str
        "loses", "cannot be told apart" or "wins": of those that are said to lose or win, luck made 5 % at most, on
        average.
    p : (worlds,) float64
        Chance of as large a difference in this world, either way, if luck alone made it.
    discovery : Discovery
        Boxes in which it loses.
    replications : int
    """

    drawn: Drawn
    kept: NDArray[np.intp]
    leaders: Leaders
    states: NDArray[np.str_]
    p: Array
    discovery: Discovery
    replications: int

    def count(self, state: str) -> int:
        """Return in how many worlds it is so."""
        return int((self.states == state).sum())


def worlds_of(factors: Sequence[Factor], count: int, seed: int) -> Drawn:
    """Draw worlds by a scrambled Sobol sequence; fewer worlds are the first of more.

    Raises
    ------
    InputError
        When the number is not allowed, or nothing is unsure.
    """
    if not factors:
        message = "discover: nothing is unsure; one uncertainty or more is needed; write `unsure` or `uncertainties`"
        raise InputError(message)
    if not LEAST_WORLDS <= count <= MOST_WORLDS:
        message = f"worlds: {count}; {LEAST_WORLDS} to {MOST_WORLDS} are allowed; choose another number"
        raise InputError(message)
    positions = sobol_points(count, len(factors), seed)
    rows = [list(zip(factors, row, strict=True)) for row in positions.tolist()]
    numbers = np.array([[number_at(factor, at) for factor, at in row] for row in rows])
    texts = tuple(tuple(factor.at(at) for factor, at in row) for row in rows)
    return Drawn(tuple(factors), positions, numbers, texts)


def number_at(factor: Factor, position: float) -> float:
    """Return the value at a position in the unit of the range, or the number of the level, from 0."""
    if factor.span is not None:
        return factor.span.at(position)
    return float(min(int(position * len(factor.levels)), len(factor.levels) - 1))


def losing_worlds(
    drawn: Drawn,
    output: Output,
    case_of: CaseOf,
    runs: Table,
    replications: int,
    *,
    seed: int,
) -> LosingWorlds:
    """Run a policy and as-is in every world, and look for where it loses.

    It loses where as-is is better and luck cannot explain it: paired differences, their spread pooled over the worlds,
    all worlds tested together so that luck makes 5 % at most of those that are told apart (Benjamini & Hochberg 1995).
    A test of each world by itself would let a policy that does nothing lose in one of forty, and win in another.

    Parameters
    ----------
    drawn : Drawn
    output : Output
        The measure, and the policy.
    case_of : callable
        Makes a case of a world (paths and texts) and a policy.
    runs : Table
    replications : int
        2 or more.
    seed : int
        Of the shuffled searches.

    Raises
    ------
    InputError
        When there is one replication only.
    RunError
        When fewer than 20 worlds have all their runs.
    """
    if replications < 2:  # noqa: PLR2004 -- one cannot tell luck from difference
        message = f"replications: {replications}; 2 or more are needed to tell luck from difference; raise the number"
        raise InputError(message)
    cases = [
        case_of(drawn.changes(world), name) for world in range(len(drawn.texts)) for name in (output.policy, AS_IS)
    ]
    chosen = {case: place for place, case in enumerate(dict.fromkeys(cases))}
    made = runs.table(list(chosen), range(replications), [output.measure])[:, :, 0]
    cube = made[[chosen[case] for case in cases]].reshape(-1, 2, replications)
    kept = np.flatnonzero(np.isfinite(cube).all(axis=(1, 2)))
    if kept.size < LEAST_WORLDS:
        message = (
            f"discover: {kept.size} worlds with all their runs; {LEAST_WORLDS} or more are needed; see why they failed"
        )
        raise RunError(message)
    found = leaders(cube[kept], CATALOG[output.measure].better)
    p = paired_chances(cube[kept, 0] - cube[kept, 1])
    apart = not_by_luck(p, FALSE_SHARE)
    loses, wins = apart & (found.best == 1), apart & (found.best == 0)
    states = np.where(loses, LOSES, np.where(wins, WINS, UNDECIDED))
    discovery = discover(drawn.numbers[kept], loses, seed=seed)
    return LosingWorlds(drawn, kept, found, states, p, discovery, replications)
