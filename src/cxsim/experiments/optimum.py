"""What a search for the best policy is asked, and what it finds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from cxsim.experiments.parts import Candidate, Space
from cxsim.experiments.selection import Selection
from cxsim.experiments.tables import Array
from cxsim.measures.catalog import CATALOG
from cxsim.stats.pareto import Better

COST: Final = "policy_cost"
OBJECTIVES: Final = (COST, "retention", "won_by_recommendation")
BESIDE: Final = "profit"  # shown beside the objectives: what a policy costs is not all that it changes in the accounts


class Effort(NamedTuple):
    """How much work a search is.

    Attributes
    ----------
    candidates : int
        That are tried.
    first, more : int
        Replications of every candidate, and in all of those near the front.
    finalists : int
        Members of the front that are run again on fresh luck, at most.
    confirm : int
        Replications of these, at least, after the selection.
    most : int
        Replications of each that the selection may take.
    """

    candidates: int = 120
    first: int = 3
    more: int = 8
    finalists: int = 10
    confirm: int = 20
    most: int = 60


EFFORT: Final = Effort()


@dataclass(frozen=True)
class Task:
    """What is searched for.

    Attributes
    ----------
    space : Space
    objectives : tuple of str
        Measures, the cost first; the second one says who is best.
    budget : float or None
        Highest mean of the cost over the horizon, in the scenario's currency.
    effort : Effort
    seed : int
        Of the choices that the search makes.
    delta : float or None
        A smaller difference in the second objective does not matter; by default a percentage point, or 2 % of as-is.
    """

    space: Space
    objectives: tuple[str, ...] = OBJECTIVES
    budget: float | None = None
    effort: Effort = EFFORT
    seed: int = 1
    delta: float | None = None

    @property
    def measures(self) -> tuple[str, ...]:
        """Return what is counted: the objectives, and what is shown beside them."""
        return tuple(dict.fromkeys((*self.objectives, BESIDE)))

    @property
    def better(self) -> tuple[Better, ...]:
        """Return which way each objective is wanted."""
        return tuple(CATALOG[name].better for name in self.objectives)


@dataclass(frozen=True)
class Tried:
    """A candidate and what became of it.

    Attributes
    ----------
    candidate : tuple of Chosen
        Empty: as-is.
    figures : (replications, measures) float64
        In the order of `Task.measures`.
    """

    candidate: Candidate
    figures: Array

    @property
    def means(self) -> Array:
        """Return the mean of every measure."""
        found: Array = self.figures.mean(axis=0)
        return found


@dataclass(frozen=True)
class Optimum:
    """What a search found, and what fresh luck says about it.

    Attributes
    ----------
    task : Task
    tried : tuple of Tried
        Every candidate once, as-is first, in the order in which they came up.
    front : tuple of int
        Places in `tried`: within the budget, near the front, and beaten by no other on all objectives; cheapest first.
    finalists : tuple of int
        Places in `tried`: as-is, the members of the front that were run again, and the best policy of the file.
    fresh : (finalists, replications, measures) float64
        On luck that neither the search nor the selection has seen.
    best : int
        Place among the finalists; 0, as-is, where nothing within the budget is better.
    selection : Selection or None
        How it was selected on fresh luck among as-is and the finalists that are not `dear`, and confirmed; None where
        there was nothing to select from.
    written : int or None
        Place among the finalists of the policy of the file that the search saw to be the best within the budget.
    """

    task: Task
    tried: tuple[Tried, ...]
    front: tuple[int, ...]
    finalists: tuple[int, ...]
    fresh: Array
    best: int
    selection: Selection | None
    written: int | None

    @property
    def dear(self) -> tuple[int, ...]:
        """Places among the finalists of those that cost more than the budget on fresh luck."""
        return too_dear(self.fresh, self.task.budget)


def too_dear(fresh: Array, budget: float | None) -> tuple[int, ...]:
    """Return the rows but as-is whose mean cost is above the budget; replications that failed are left out.

    Parameters
    ----------
    fresh : (finalists, replications, measures) float64
        The first row is as-is, the first measure the cost.
    budget : float or None
    """
    costs = np.ma.masked_invalid(fresh[1:, :, 0]).mean(axis=1).filled(-math.inf)
    return () if budget is None else tuple((1 + np.flatnonzero(costs > budget)).tolist())
