"""The best policy under a budget: a search over what may be combined, how far and when, then confirmed on fresh luck.

Candidates are proposed by optuna, in batches of a fixed size; it is told what became of them in the order in which
they were asked for, so the search does not depend on how many runs are made at a time. By turns with these, steps from
the best so far are tried: one more part, one less, an earlier or later begin, a dial turned. Every candidate meets the
same luck. It is run a few times at first; one that may belong to the front is run more often before it is judged.

Whoever wins a search was lucky in it, too. Finalists are therefore run again, with another seed, and only these runs
say who is best and how good the front is; the difference to what the search saw is the optimism of the search.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import Final

import numpy as np

from cxsim.errors import InputError, RunError
from cxsim.experiments.executor import Progress, Report
from cxsim.experiments.neighbours import neighbours
from cxsim.experiments.optimum import Optimum, Task, Tried, too_dear
from cxsim.experiments.parts import Candidate
from cxsim.experiments.proposals import Proposals
from cxsim.experiments.selection import Selection, Wish, select
from cxsim.experiments.studies.case import Case
from cxsim.experiments.tables import Array, Tables, in_portions
from cxsim.measures.catalog import CATALOG, SHARE
from cxsim.stats.intervals import standard_error
from cxsim.stats.pareto import non_dominated
from cxsim.stats.selection import FIRST

BATCH: Final = 8
WIDE: Final = 0.25  # of the candidates are proposed before any step from the best so far is tried
POINT: Final = 0.01
SMALL: Final = 0.02


def optimise(task: Task, tables: Tables, fresh: Tables, report: Report | None = None) -> Optimum:
    """Search for the best policy under a budget, and confirm it.

    Parameters
    ----------
    task : Task
    tables : Tables
        Makes the runs of the search.
    fresh : Tables
        Makes those of the confirmation, with another seed.
    report : callable, optional
        Told of the progress.

    Raises
    ------
    InputError
        When there is nothing to choose from, or optuna is not installed.
    RunError
        When as-is cannot be simulated.
    """
    _check(task)
    search = _Search(task, tables, report)
    search.go()
    return search.confirmed(fresh)


def _check(task: Task) -> None:
    effort = task.effort
    if not task.space.parts:
        message = (
            f"optimise: nothing to choose from among the {task.space.source}; one policy or lever is needed; add it"
        )
        raise InputError(message)
    if len(task.objectives) < 2 or len(set(task.objectives)) < len(task.objectives):  # noqa: PLR2004 -- cost and gain
        message = f"objectives: {', '.join(task.objectives)}; a cost and one or more others are allowed; name them once"
        raise InputError(message)
    if task.budget is not None and not (math.isfinite(task.budget) and task.budget >= 0.0):
        message = f"budget: {task.budget:g}; 0 or more is allowed; write an amount, such as 100000"
        raise InputError(message)
    if effort.candidates < 1 or effort.first < 2 or effort.confirm < 2 or effort.finalists < 1:  # noqa: PLR2004
        message = (
            f"optimise: {effort}; 1 candidate, 2 replications and 1 finalist or more are allowed; raise the numbers"
        )
        raise InputError(message)


class _Search:
    """Asks, simulates and tells."""

    def __init__(self, task: Task, tables: Tables, report: Report | None) -> None:
        self.task, self.tables, self.report = task, tables, report
        self.found: dict[Candidate, Array] = {}
        self.signs = np.array([1.0 if way == "higher" else -1.0 for way in task.better])
        self._clock = time.monotonic()

    def go(self) -> None:
        task = self.task
        self._try([()], task.effort.more)
        if np.isnan(self.found[()][:, : len(task.objectives)]).any():
            message = f"optimise: as-is has no {' or no '.join(task.objectives)} in every run; see `cxsim run`"
            raise RunError(message)
        proposals = Proposals(task.space, task.better, task.seed, startup=3 * BATCH)
        asked, wanted, steps = 0, task.effort.candidates, False
        while asked < wanted:
            count = min(BATCH, wanted - asked)
            tried = self._near_the_best(proposals, count) if steps else self._proposed(proposals, count)
            tried = tried or (self._proposed(proposals, count) if steps else self._near_the_best(proposals, count))
            if not tried:
                break  # everything was tried
            asked += tried
            # First far and wide, then by turns: what is proposed, and steps from the best so far.
            steps = not steps and asked >= WIDE * wanted
            self._say(asked)

    def _proposed(self, proposals: Proposals, count: int) -> int:
        """Try what is proposed, and say what became of it; return how many there were."""
        batch = proposals.ask(count)
        self._judge([one.candidate for one in batch])
        for one in batch:
            means = self._objectives(one.candidate).mean(axis=0)
            budget = self.task.budget
            proposals.tell(one, means, 0.0 if budget is None else float(means[0]) - budget)
        return len(batch)

    def _near_the_best(self, proposals: Proposals, count: int) -> int:
        """Try candidates one step away from the best so far; return how many there were."""
        own = [one for one, figures in self.found.items() if len(figures) >= self.task.effort.more]
        known = {one: float(self.signs[1] * self._objectives(one)[:, 1].mean()) for one in own if self._affordable(one)}
        best = max(known, key=lambda one: known[one])
        near = [one for one in neighbours(self.task.space, best) if one not in self.found][:count]
        proposals.leave_out(near)
        self._judge(near)
        return len(near)

    def _judge(self, batch: Sequence[Candidate]) -> None:
        """Run new candidates a few times, and those that may belong to the front more often."""
        self._try(batch, self.task.effort.first)
        front = self._front()
        near = [candidate for candidate in dict.fromkeys(batch) if self._may_belong(candidate, front)]
        self._try(near, self.task.effort.more)

    def _try(self, candidates: Sequence[Candidate], replications: int) -> None:
        few = [
            candidate
            for candidate in dict.fromkeys(candidates)
            if candidate not in self.found or len(self.found[candidate]) < replications
        ]
        if not few:
            return
        cases = [self.task.space.case(candidate) for candidate in few]
        values = self.tables.table(cases, range(replications), self.task.measures)
        self.found |= zip(few, values, strict=True)

    def _objectives(self, candidate: Candidate) -> Array:
        found: Array = self.found[candidate][:, : len(self.task.objectives)]
        return found

    def _affordable(self, candidate: Candidate, slack: float = 0.0) -> bool:
        cost = self._objectives(candidate)[:, 0]
        if self.task.budget is None:
            return True
        return bool(cost.mean() - slack * standard_error(cost) <= self.task.budget)

    def _front(self) -> list[Candidate]:
        """Return the candidates that were run often, are affordable, and that no other one dominates."""
        own = [
            candidate
            for candidate in self.found
            if len(self.found[candidate]) >= self.task.effort.more and self._affordable(candidate)
        ]
        means = np.array([self._objectives(candidate).mean(axis=0) for candidate in own])
        chosen = non_dominated(means, self.task.better)
        return [candidate for candidate, inside in zip(own, chosen, strict=True) if inside]

    def _may_belong(self, candidate: Candidate, front: Sequence[Candidate]) -> bool:
        """Whether luck could be why a candidate is behind the front: it is given a standard error on each objective."""
        mine = self._objectives(candidate)
        if not np.isfinite(mine).all() or not self._affordable(candidate, slack=1.0):
            return False
        for other in front:
            gaps = (self._objectives(other)[: len(mine)] - mine) * self.signs  # above 0: the other one is better
            behind = gaps.mean(axis=0) - np.array([standard_error(gap) for gap in gaps.T])
            if (behind >= 0.0).all() and (behind > 0.0).any():
                return False
        return True

    def _say(self, asked: float) -> None:
        if self.report is not None:
            effort = self.task.effort
            # A finalist counts for as many candidates as its runs would be.
            total = effort.candidates + round((effort.finalists + 2) * self._worth)
            self.report(Progress(min(asked, total), total, time.monotonic() - self._clock, "candidates"))

    @property
    def _worth(self) -> float:
        """Return how many candidates take as many runs as a finalist."""
        runs = self.task.effort.confirm + FIRST
        return 2.0 * runs / (self.task.effort.first + self.task.effort.more)

    def confirmed(self, fresh: Tables) -> Optimum:
        """Select on fresh luck among as-is, members of the front, and the best policy of the file."""
        task = self.task
        order = list(self.found)
        cost = {candidate: float(self._objectives(candidate)[:, 0].mean()) for candidate in order}
        front = sorted((one for one in self._front() if one), key=lambda one: cost[one])
        known = self._best_of_file()
        finalists = list(dict.fromkeys([(), *self._thinned(front), *([known] if known is not None else [])]))
        best, selection, values = self._selected(fresh, finalists)
        return Optimum(
            task=task,
            tried=tuple(Tried(candidate, self.found[candidate]) for candidate in order),
            front=tuple(order.index(one) for one in front),
            finalists=tuple(order.index(one) for one in finalists),
            fresh=values,
            best=best,
            selection=selection,
            written=finalists.index(known) if known is not None else None,
        )

    def _selected(self, fresh: Tables, finalists: Sequence[Candidate]) -> tuple[int, Selection | None, Array]:
        """Return the best of the finalists, how it was selected, and values on luck that it was not selected by.

        Those that turn out to cost more than the budget are left out before anything is selected. The confirmation may
        take more runs, and so say of others that they cost more: then the selection is void, and another one made among
        what is left; its runs are there.
        """
        task, effort = self.task, self.task.effort
        cases = [task.space.case(one) for one in finalists]
        values = self._fresh(fresh, cases, effort.confirm)
        out = {*too_dear(values, task.budget)}
        while len(left := [place for place in range(len(cases)) if place not in out]) > 1:
            wish = Wish(task.objectives[1], self._delta(), most=max(effort.most, FIRST))
            names = [task.space.words(finalists[place]) for place in left]
            selection = select(fresh, [cases[place] for place in left], wish, names=names, seed=task.seed)
            if selection.confirmation.replications > values.shape[1]:
                values = self._fresh(fresh, cases, selection.confirmation.replications)
            dearer = {*too_dear(values, task.budget)}
            if dearer == out:
                return left[selection.place], selection, values
            out = dearer
        return 0, None, values

    def _fresh(self, fresh: Tables, cases: Sequence[Case], count: int) -> Array:
        """Return values on the replications that confirm a selection: none of them takes part in the choice."""
        effort = self.task.effort
        first = max(effort.most, FIRST)

        def say(done: int) -> None:
            self._say(effort.candidates + done * self._worth)

        values = in_portions(fresh, cases, range(first, first + count), self.task.measures, say)
        if np.isnan(values[0]).any():
            message = "optimise: as-is cannot be simulated on fresh luck; see `cxsim run`"
            raise RunError(message)
        return values

    def _delta(self) -> float:
        """Return the difference that is too small to matter: a percentage point, or 2 % of as-is."""
        if self.task.delta is not None:
            return self.task.delta
        if CATALOG[self.task.objectives[1]].unit == SHARE:
            return POINT
        return SMALL * abs(float(self._objectives(())[:, 1].mean())) or 1.0

    def _thinned(self, front: list[Candidate]) -> list[Candidate]:
        """Return members of a front that are run again: half of them the best, the others spread over the costs."""
        count = self.task.effort.finalists
        if len(front) <= count:
            return front
        gain = {one: float(self.signs[1] * self._objectives(one)[:, 1].mean()) for one in front}
        kept = sorted(front, key=lambda one: -gain[one])[: (count + 1) // 2]
        rest = [one for one in front if one not in kept]
        places = np.linspace(0, len(rest) - 1, count - len(kept)).round().astype(int)
        kept += [rest[place] for place in dict.fromkeys(places.tolist())]
        return [one for one in front if one in kept]

    def _best_of_file(self) -> Candidate | None:
        """Return the best affordable policy that the file has."""
        space = self.task.space
        written = [space.alone(number) for number, part in enumerate(space.parts) if part.listed]
        own = [one for one in (*written, *space.also) if one in self.found and self._affordable(one)]
        means = {one: float(self.signs[1] * self._objectives(one)[:, 1].mean()) for one in own}
        return max(own, key=lambda one: means[one], default=None)
