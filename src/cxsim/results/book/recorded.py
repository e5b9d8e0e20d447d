"""Runs of a comparison made again with a log, once for all the charts that take one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from cxsim.errors import InputError, ScenarioError
from cxsim.experiments.rules import replacements
from cxsim.model.plan import MONTH
from cxsim.results.book.shown import beside
from cxsim.results.facts import Facts
from cxsim.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.experiments.recorded import Recording
    from cxsim.experiments.watched import Luck
    from cxsim.model.plan import Plan

LUCK: Final = "luck"
NOT_NOW: Final = "leave this chart out"


class NotMadeAgainError(InputError):
    """A run of the comparison cannot be made again here; the message says why."""


def shown(facts: Facts) -> tuple[str, ...]:
    """Name the policies that are recorded: the reference, and the one that stands beside it (`shown.beside`)."""
    other = beside(facts)
    return (facts.reference,) if other is None else (facts.reference, other)


def replication_of(facts: Facts) -> int:
    """Return the replication that is made again: the first that is complete."""
    return int(facts.experiment.frames.measures["replication"].min())


def luck_of(facts: Facts) -> Luck:
    """Return the luck of that replication, from a comparison in memory or one that was read back.

    Raises
    ------
    NotMadeAgainError
        When behaviour rules were replaced then and are not now, or now and not then.
    """
    if LUCK not in facts.made_again:
        facts.made_again[LUCK] = _luck(facts)
    found: Luck = facts.made_again[LUCK]
    return found


def _luck(facts: Facts) -> Luck:
    from cxsim.experiments.baselines import infer
    from cxsim.experiments.simulate import names_of
    from cxsim.experiments.watched import Luck

    made = facts.experiment
    then, now = ({(one.rule, one.by) for one in rules} for rules in (made.replaced, replacements()))
    if then != now:
        rules = ", ".join(sorted(rule for rule, _ in then ^ now))
        message = f"chart: runs made with other behaviour rules ({rules}) than those in force; the same are needed"
        raise NotMadeAgainError(f"{message}; put the same in place with `cxsim.replaced`, or {NOT_NOW}")
    try:
        scenario = _runnable(made.scenario)
        names = names_of(scenario)
        # A folder does not hold what was inferred about rivals; it is found again, by the same rule.
        inference = made.inference if made.inference.firms else infer(scenario, names)
    except InputError as error:
        message = f"chart: the runs of {made.scenario.name} cannot be made again from their folder: {error}"
        raise NotMadeAgainError(f"{message}; {NOT_NOW}") from error
    return Luck(scenario, names, inference, made.seed, replication_of(facts), made.engine, made.scale)


def _runnable(scenario: Scenario) -> Scenario:
    """Return a scenario that can be run; one that was read back from a folder is loaded whole.

    Functions that steer are not run from there: that takes the say-so of a person.
    """
    from cxsim.scenario import load

    return scenario if scenario.policies else load(Path(scenario.content.file))


def recording(facts: Facts, policy: str) -> Recording:
    """Return the run of a policy in that replication, made again with its log when it is first asked for.

    Raises
    ------
    NotMadeAgainError
        When it cannot be: the scenario has no such policy, or what it names is not there.
    RunError
        When the run does not end.
    """
    from cxsim.experiments.recorded import record

    if policy not in facts.made_again:
        luck = luck_of(facts)
        _check(luck.scenario, policy)
        try:
            facts.made_again[policy] = record(luck, policy)
        except NotMadeAgainError:
            raise
        except (InputError, ScenarioError) as error:
            raise NotMadeAgainError(f"chart: the run of {policy} cannot be made again: {error}; {NOT_NOW}") from error
    found: Recording = facts.made_again[policy]
    return found


def recordings(facts: Facts) -> dict[str, Recording]:
    """Return the recorded runs by policy."""
    return {policy: recording(facts, policy) for policy in shown(facts)}


def plan_of(facts: Facts, policy: str) -> Plan:
    """Return the plan under which a policy was recorded."""
    return luck_of(facts).plan(policy)


def desks_of(plan: Plan, firm: int, *, staffed: bool = True) -> NDArray[np.intp]:
    """Return the numbers of a firm's touchpoints in the plan, by default of those with people."""
    own = plan.touchpoints["firm"] == firm
    return np.flatnonzero(own & (plan.touchpoints["staffed"] == 1) if staffed else own)


def lever_of(plan: Plan, slot: int, segment: int = 0) -> float:
    """Return the value that a slot has at the end, after all that the policy changes."""
    moves = plan.changes[(plan.changes["slot"] == slot) & np.isin(plan.changes["segment"], (-1, segment))]
    return float(moves["value"][-1]) if moves.size else float(plan.levers[slot, segment])


def default_of(plan: Plan, name: str, segment: int = 0) -> float:
    """Return the value of a behaviour parameter at the end."""
    from cxsim.behaviour.registry import ORDER

    return lever_of(plan, int(plan.market[0]["defaults"]) + ORDER[name], segment)


def has_people(facts: Facts) -> bool:
    """Tell whether the scenario has customers who live on, and who could expect, complain or leave."""
    return facts.has("retention")


def kept(facts: Facts, name: str, make: Callable[[Facts], pd.DataFrame]) -> pd.DataFrame:
    """Return a table that is made once: title and chart both take it."""
    if name not in facts.made_again:
        facts.made_again[name] = make(facts)
    found: pd.DataFrame = facts.made_again[name]
    return found


def among(facts: Facts) -> dict[str, Any]:
    """Return the option by which policies keep the look that they have among all that were compared."""
    return {"among": facts.policies}


def begin_month(facts: Facts) -> float | None:
    """Return the month from which the other policy changes something; None where that is not after the start."""
    reference, *others = shown(facts)
    if not others:
        return None
    plans = [plan_of(facts, policy).changes for policy in (reference, others[0])]
    usual, changed = ({tuple(move) for move in moves[["time", "slot", "segment", "value"]].tolist()} for moves in plans)
    first = min((move[0] for move in changed ^ usual), default=0)
    return first / MONTH if first > 0 else None


def one_run(facts: Facts) -> str:
    """Return the footnote: which runs are shown, and that they are the comparison's own."""
    made = facts.experiment
    runs = f"replication {replication_of(facts)} of {made.replications}" if made.replications > 1 else "its one run"
    again = "made again with its log; one run, so no intervals"
    return f"Simulated by cxsim from {made.scenario.name}: {runs}, seed {made.seed}, {again}."


def _check(scenario: Scenario, policy: str) -> None:
    try:
        scenario.policy(policy)
    except InputError as error:
        message = f"chart: {policy}, which is no policy of {scenario.name} as written; runs made step by step cannot be"
        raise NotMadeAgainError(f"{message} made again; {NOT_NOW}") from error
