"""What every run of a study has in common, and how a worker makes some of them.

A laboratory is small and can be sent to another process or machine; what it makes of a case (the scenario in its
world, what is inferred there, the plan) is kept by the worker for the next runs of the same case.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cxsim.errors import CxsimError, InputError
from cxsim.experiments.baselines import infer
from cxsim.experiments.executor import Failure, why_of
from cxsim.experiments.families import MOST_PEOPLE, simulate_family
from cxsim.experiments.inferred import Inference
from cxsim.experiments.rules import identities
from cxsim.experiments.scale import check_scale, followed
from cxsim.experiments.simulate import ENGINES, Done, Task, costs_of, names_of, simulate
from cxsim.experiments.spec import RunSpec
from cxsim.experiments.steering import SteeringPlan, steering_of
from cxsim.experiments.studies.case import AS_IS, Case, Row, Want
from cxsim.experiments.studies.columns import Columns
from cxsim.experiments.studies.identity import base_of, files_of, identity_of, prefix_of
from cxsim.measures.layout import layout_of
from cxsim.measures.money import WrittenCost
from cxsim.model.plan import Plan

if TYPE_CHECKING:
    from cxsim.scenario import Scenario

DONE: Final = "done"
FAILED: Final = "failed"
# Worlds and cases whose plans a worker keeps: a block of runs under way needs no more.
WORLDS_KEPT: Final = 4
CASES_KEPT: Final = 64


class Ready(NamedTuple):
    """A case that can be run: its plan, bounded and followed, what its policy costs, and what steers it.

    `shape` is what plans that may share a history have in common.
    """

    plan: Plan
    costs: tuple[WrittenCost, ...]
    steering: SteeringPlan | None
    inference: Inference
    shape: bytes


@dataclass(frozen=True, eq=False)
class Lab:
    """What every run of a study has in common.

    Attributes
    ----------
    scenario : Scenario
        As written.
    seed : int
        Of all luck: replication r is the same luck in every case.
    engine : str
        "compiled" or "reference"; both give the same values.
    scale : float
        Share of the customers who are followed.
    columns : Columns
        What is kept of a run.
    base : str
        Hash of all that decides the values of a run but its case and its replication.
    key : str
        Of this very laboratory: what a worker keeps for it is no other's.
    files : dict of str to str
        Digests of files that worlds name, as they were when they were first met.
    """

    scenario: Scenario
    seed: int
    engine: str
    scale: float
    columns: Columns
    base: str
    key: str
    files: dict[str, str] = field(default_factory=dict)

    def prefix(self, case: Case) -> str:
        """Return the hash that the identities of a case's runs begin from."""
        return prefix_of(self.base, self.scenario, case, self.files)

    def identity(self, want: Want) -> str:
        """Return the identity of a run, 32 hexadecimal digits."""
        return identity_of(self.prefix(want.case), want.replication)


def lab_of(
    scenario: Scenario,
    *,
    seed: int | None = None,
    engine: str = "compiled",
    scale: float = 1.0,
    keep: str = "all",
) -> Lab:
    """Return the laboratory of a scenario.

    Parameters
    ----------
    scenario : Scenario
    seed : int, optional
        The scenario's own by default.
    engine : {"compiled", "reference"}
    scale : float
        Share of the customers who are followed, as for `cxsim.run`.
    keep : {"all", "ours"}
        What is kept of a run: all measures of every firm and segment, or those of our firm and all customers.

    Raises
    ------
    InputError
        When the engine, the scale or the seed is not allowed.
    ScenarioError
        When a policy cannot be.
    """
    if engine not in ENGINES:
        message = f"engine: {engine!r}; {' or '.join(ENGINES)} is allowed; choose one"
        raise InputError(message)
    runs = scenario.document.runs
    chosen = seed if seed is not None else (runs.seed if runs is not None and runs.seed is not None else 1)
    if not 0 <= chosen < 1 << 63:
        message = f"seed: {chosen}; a whole number from 0 to 2**63 - 1 is allowed; choose another"
        raise InputError(message)
    plan = scenario.plan(AS_IS)
    check_scale(plan, scale)
    columns = Columns(layout_of(plan, names_of(scenario)), keep)
    base = base_of(scenario, chosen, int(plan.clock[0]["horizon"]), scale, columns.digest)
    return Lab(scenario, chosen, engine, scale, columns, base, secrets.token_hex(8))


class Kept:
    """What was made last, by its key; two threads that want the same thing make it once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._found: OrderedDict[Hashable, Any] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return what a key stands for; what `make` raises is not kept."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
            own = self._making.setdefault(key, threading.Lock())
        with own:
            with self._lock:
                if key in self._found:
                    return self._found[key]
            try:
                made = make()
            finally:
                with self._lock:
                    self._making.pop(key, None)
            with self._lock:
                self._found[key] = made
                while len(self._found) > self._most:
                    self._found.popitem(last=False)
            return made


_worlds = Kept(WORLDS_KEPT)
_cases = Kept(CASES_KEPT)


def ready(lab: Lab, case: Case) -> Ready:
    """Return a case in the form in which it is run.

    Raises
    ------
    CxsimError
        When the scenario refuses the world or the policy, or figures contradict each other there.
    """
    found: Ready = _cases.get((lab.key, case), lambda: _prepared(lab, case))
    return found


def _world(lab: Lab, changes: tuple[tuple[str, str], ...]) -> tuple[Scenario, Inference]:
    there = lab.scenario.with_values(dict(changes)) if changes else lab.scenario
    # A rival that is known by figures must be another one in another world to have the same figures; the jobs of a
    # study are its workers, so that what is inferred for one of them is inferred by one of them.
    return there, infer(there, lab.columns.layout.names, check=False, jobs=1)


def inference_of(lab: Lab, changes: tuple[tuple[str, str], ...]) -> Inference:
    """Return what is behind the figures of rivals in a world; its runs are those that the runs of the study needed.

    Raises
    ------
    CxsimError
        When the scenario refuses the world, or figures contradict each other there.
    """
    found: tuple[Scenario, Inference] = _worlds.get((lab.key, changes), lambda: _world(lab, changes))
    return found[1]


def _prepared(lab: Lab, case: Case) -> Ready:
    there, inference = _worlds.get((lab.key, case.changes), lambda: _world(lab, case.changes))
    scenario = there.with_blocks(case.blocks, where="study") if case.written else there
    _check_files(lab, scenario, case)
    plan = followed(inference.bounded(scenario.plan(case.policy)), lab.scale)
    names = lab.columns.layout.names
    costs = costs_of(scenario, case.policy, names)
    return Ready(plan, costs, steering_of(scenario, case.policy, names, costs), inference, _shape(plan))


def _check_files(lab: Lab, scenario: Scenario, case: Case) -> None:
    """Refuse a world whose files are not those that the identities of its runs speak of: somebody edits them."""
    known = {*lab.scenario.content.digests.values(), *(lab.files.get(name) for name in files_of(case))}
    for (firm, key, name), digest in scenario.content.digests.items():
        if digest not in known:
            message = (
                f"{firm}.{name}.{key}: a file that has changed since the study began; files that stay as they are "
                "while it runs; give the command again, with --retry-failed"
            )
            raise InputError(message)


def task_of(lab: Lab, want: Want, found: Ready) -> Task:
    """Return a run as the engines take it."""
    plan = found.inference.drawn(found.plan, lab.seed, want.replication)
    spec = RunSpec(
        lab.base, want.case.policy, want.replication, lab.seed, int(plan.clock[0]["horizon"]),
        rules=identities(), inferred=found.inference.rule, scale=lab.scale,
    )  # fmt: skip
    return Task(spec, plan, lab.columns.layout, found.costs, lab.engine, steering=found.steering)


def perform(lab: Lab, wants: Sequence[Want], progress: Callable[[float], None] | None = None) -> list[Row]:
    """Make some runs; one that fails leaves the others as they are.

    Parameters
    ----------
    lab : Lab
    wants : sequence of Want
    progress : callable, optional
        Called with the share done of whatever is under way; what it raises ends the run.

    Returns
    -------
    list of Row
        In the order of `wants`.
    """
    prefixes = {case: lab.prefix(case) for case in {want.case for want in wants}}
    broken: dict[Case, str] = {}
    found: dict[Case, Ready] = {}
    for case in prefixes:
        try:
            found[case] = ready(lab, case)
        except CxsimError as error:
            broken[case] = " ".join(str(error).split())
        except Exception as error:  # noqa: BLE001 -- whatever it is, it is why these runs cannot be made
            broken[case] = why_of(error)
    made: dict[Want, Done | Failure] = {}
    for group in _families(lab, [want for want in wants if want.case in found], found):
        made |= zip(group, _simulated(lab, group, found, progress), strict=True)
    rows = []
    for want in wants:
        identity = identity_of(prefixes[want.case], want.replication)
        result = made.get(want, Failure(broken.get(want.case, "never ran")))
        if isinstance(result, Failure):
            rows.append(Row(want, identity, FAILED, result.why, b"", 0, 0.0))
        else:
            values = lab.columns.packed(result.values)
            rows.append(Row(want, identity, DONE, "", values, result.events, round(result.wall_s, 6)))
    return rows


def _families(lab: Lab, wants: Sequence[Want], found: dict[Case, Ready]) -> list[list[Want]]:
    """Return which runs share their history: one replication, plans that differ in moves of levers."""
    groups: OrderedDict[Hashable, list[Want]] = OrderedDict()
    for want in wants:
        steered = found[want.case].steering is not None
        alone = lab.engine != "compiled" or steered
        key = (want,) if alone else (want.replication, want.case.changes, found[want.case].shape)
        groups.setdefault(key, []).append(want)
    return list(groups.values())


def _shape(plan: Plan) -> bytes:
    digest = hashlib.sha256()
    for name in Plan._fields:
        if name != "changes":
            digest.update(getattr(plan, name).tobytes())
    return digest.digest()


def _simulated(
    lab: Lab, wants: Sequence[Want], found: dict[Case, Ready], progress: Callable[[float], None] | None
) -> Sequence[Done | Failure]:
    """Make runs that may share their history; whatever goes wrong is why they did not end."""
    try:
        tasks = [task_of(lab, want, found[want.case]) for want in wants]
        # Points of a design have one policy's name and other levers: they share their history as policies do.
        if len(tasks) > 1 and int(tasks[0].plan.market[0]["n_persons"]) <= MOST_PEOPLE:
            return simulate_family(tasks, progress)
    except Exception as error:  # noqa: BLE001
        return [Failure(why_of(error))] * len(wants)
    made: list[Done | Failure] = []
    for task in tasks:
        try:
            made.append(simulate(task, progress))
        except Exception as error:  # noqa: BLE001
            made.append(Failure(why_of(error)))
    return made
