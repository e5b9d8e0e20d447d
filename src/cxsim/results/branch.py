"""Worlds under way in a notebook: advanced to a moment, forked into policies, saved, and finished."""

from __future__ import annotations

import json
import secrets
import shutil
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cxsim.errors import InputError, quoted
from cxsim.experiments import executor as executors
from cxsim.experiments.baselines import infer
from cxsim.experiments.compare import Experiment, Logs, RunStatus
from cxsim.experiments.inferred import Inference
from cxsim.experiments.rules import identities, replacements
from cxsim.experiments.simulate import Task, done_of, names_of
from cxsim.experiments.spec import MODEL_VERSION, RunSpec
from cxsim.experiments.tree import AS_IS, Step, costs_of_path, name_of, plan_of
from cxsim.measures.above import frames_with_costs
from cxsim.measures.layout import Layout, Names, layout_of
from cxsim.measures.tables import Run
from cxsim.results.branch_file import ABOUT, FORMAT, about_of, refusal
from cxsim.results.comparison import Comparison
from cxsim.results.result import Result
from cxsim.scenario import Scenario, load
from cxsim.scenario.forks import written

if TYPE_CHECKING:
    from cxsim.engines.compiled import Simulation
    from cxsim.model.plan import Plan


class Root(NamedTuple):
    """What all branches of a tree have in common."""

    scenario: Scenario
    names: Names
    inference: Inference
    layout: Layout
    seed: int
    log: bool
    jobs: int | None


class Branch:
    """Replications of a scenario, all at the same moment; made by `cxsim.start`, `fork` and `cxsim.resume`.

    Examples
    --------
    >>> trunk = cxsim.start("cable-town", replications=10).advance("month 6")  # doctest: +SKIP
    >>> faster = trunk.fork("train-the-front-line").advance("month 12")  # doctest: +SKIP
    >>> good = faster.fork("make-good-fast")  # doctest: +SKIP
    >>> trunk.compare(faster, good).answer()  # doctest: +SKIP
    """

    def __init__(self, root: Root, steps: Sequence[Step], worlds: Sequence[Simulation]) -> None:
        self._root, self._steps, self._worlds = root, tuple(steps), tuple(worlds)
        self._started, self._clock = datetime.now(UTC), time.monotonic()

    @property
    def name(self) -> str:
        """The policies so far: ``make-good-fast from month 12``."""
        return name_of(self._steps)

    @property
    def scenario(self) -> Scenario:
        """The scenario that it is a branch of."""
        return self._root.scenario

    @property
    def replications(self) -> int:
        """How many worlds there are."""
        return len(self._worlds)

    @property
    def now(self) -> str:
        """The moment everything before which has happened: ``month 12``; ``warm-up`` before the start."""
        at = self._worlds[0].now
        return written(at) if at >= 0 else "warm-up"

    def advance(self, until: str | None = None) -> Branch:
        """Let everything happen until a moment; to the end by default.

        Parameters
        ----------
        until : str, optional
            Such as ``month 6`` or a date of the scenario.

        Returns
        -------
        Branch
            This one.

        Raises
        ------
        InputError
            When it is no time of the scenario, or one that has gone by.
        RunError
            When a run does not end.
        """
        scenario = self.scenario
        end = scenario.document.lasts if until is None else scenario.time(until, where="advance")
        if end < self._worlds[0].now:
            message = f"advance: {until}; {self.now} or later is allowed; fork before a world goes on"
            raise InputError(message)
        with executors.own_executor("compiled", self._root.jobs, self.replications) as (executor, _):
            for future in [executor.submit(world.advance, end) for world in self._worlds]:
                future.result()
        return self

    def fork(self, policy: str | None = None) -> Branch:
        """Return a branch that goes on from here under another policy; this one stays as it is.

        The policy counts its time from now, and takes the place of the one before: what that had changed is taken back
        unless the new one changes it too, and it costs nothing from now on.

        Parameters
        ----------
        policy : str, optional
            Of the scenario; by default it goes on as it is.

        Raises
        ------
        InputError
            When there is no such policy, the world is not at time 0 yet, or at its end.
        """
        if policy is None:
            steps, plan = self._steps, None
        else:
            _check(self.scenario, policy, "fork")
            if self._worlds[0].now < 0:
                message = 'fork: a world in its warm-up; one at time 0 or later is allowed; advance("month 0") first'
                raise InputError(message)
            steps = (*self._steps, Step(policy, self.now))
            plan = plan_of(self.scenario, steps)
        worlds = [
            world.forked(world.plan if plan is None else _drawn(self._root, plan, world)) for world in self._worlds
        ]
        return Branch(self._root, steps, worlds)

    def result(self) -> Result:
        """Go to the end, and return the tables of this branch."""
        return Result(_experiment(self._root, [self], self._started, self._clock))

    def compare(self, *others: Branch) -> Comparison:
        """Go to the end, the others too, and return them beside this one, on the same luck.

        Raises
        ------
        InputError
            When a branch is of another tree, or two have the same name.
        """
        if any(other._root is not self._root for other in others):  # noqa: SLF001 -- of the same class
            message = (
                "compare: a branch of another start; branches forked from one start are allowed; fork them from one"
            )
            raise InputError(message)
        names = [branch.name for branch in (self, *others)]
        if len(set(names)) < len(names):
            message = f"compare: {', '.join(names)}; branches that differ are allowed; leave one out"
            raise InputError(message)
        return Comparison(_experiment(self._root, [self, *others], self._started, self._clock))

    def save(self, folder: str | Path) -> Path:
        """Save the worlds; `cxsim.resume` goes on from there. The folder is there whole or not at all.

        Parameters
        ----------
        folder : path
            New.

        Raises
        ------
        InputError
            When it is there already, or cannot be written.
        """
        from cxsim.engines import snapshot

        place = Path(folder)
        if place.exists():
            raise refusal(place, "something that is there already", "a new folder", "name another place")
        about = {
            "format": FORMAT,
            "model_version": MODEL_VERSION,
            "scenario": self.scenario.identity(),
            "name": self.scenario.name,
            "seed": self._root.seed,
            "replications": self.replications,
            "steps": [list(step) for step in self._steps],
        }
        partial = place.with_name(f".{place.name}.{secrets.token_hex(4)}.partial")
        try:
            partial.mkdir(parents=True)
            for world in self._worlds:
                run = _spec(self._root, self._steps, world.replication).identity()
                snapshot.save(world, partial / _file(world.replication), run=run, model_version=MODEL_VERSION)
            (partial / ABOUT).write_text(json.dumps(about, indent=1), encoding="utf-8")
            partial.rename(place)
        except OSError as error:
            what = error.strerror or type(error).__name__
            raise refusal(place, what, "a folder that can be written", "name another place") from error
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        return place

    def __repr__(self) -> str:
        """Say what it is and how far."""
        count = f"{self.replications} replication{'' if self.replications == 1 else 's'}"
        return f"<Branch of {self.scenario.name}: {self.name}, at {self.now}, {count}>"


def start(
    scenario: Scenario | str | Path,
    policy: str = AS_IS,
    *,
    replications: int | None = None,
    seed: int | None = None,
    jobs: int | None = None,
    log: bool = False,
) -> Branch:
    """Begin the worlds of a scenario, to be advanced and forked.

    Parameters
    ----------
    scenario : Scenario or path or str
        A scenario, its file, or the name of a bundled one.
    policy : str
        The one that holds at first.
    replications, seed : int, optional
        The scenario's own by default.
    jobs : int, optional
        Worlds advanced at the same time, every processor by default; values do not depend on it.
    log : bool
        Whether to keep what happens, for `.result().events()`.

    Raises
    ------
    InputError
        When the scenario, the policy or a number is not allowed.
    """
    found = load(scenario) if isinstance(scenario, str | Path) else scenario
    _check(found, policy, "start")
    runs = found.document.runs
    count = replications if replications is not None else (runs.replications if runs else None) or 20
    if count < 1:
        message = f"replications: {count}; 1 or more is allowed; raise the number"
        raise InputError(message)
    number = seed if seed is not None else (runs.seed if runs and runs.seed is not None else 1)
    if not 0 <= number < 1 << 63:
        message = f"seed: {number}; a whole number from 0 to 2**63 - 1 is allowed; choose another"
        raise InputError(message)
    root, steps = _root(found, number, jobs, log=log), (Step(policy),)
    return Branch(root, steps, _begun(root, steps, count))


def resume(folder: str | Path, scenario: Scenario | str | Path, *, jobs: int | None = None) -> Branch:
    """Go on with worlds that were saved; values are those of worlds that never were.

    Parameters
    ----------
    folder : path
        As `Branch.save` wrote it.
    scenario : Scenario or path or str
        The one that they are worlds of.
    jobs : int, optional
        As for `start`.

    Raises
    ------
    InputError
        When the folder holds no branch, a damaged one, or one of another scenario, seed or model version.
    """
    from cxsim.engines import snapshot

    found = load(scenario) if isinstance(scenario, str | Path) else scenario
    place = Path(folder)
    about = about_of(place)
    if about["model_version"] != MODEL_VERSION:
        given = f"worlds of model version {about['model_version']}"
        raise refusal(place, given, f"model version {MODEL_VERSION}", "begin anew, or use the version that saved them")
    if about["scenario"] != found.identity():
        given = f"worlds of another scenario ({quoted(str(about['name']))})"
        raise refusal(
            place, given, f"worlds of {found.name} as it is now", "name the scenario that they were saved with"
        )
    steps = [Step(*step) for step in about["steps"]]
    root = _root(found, int(about["seed"]), jobs, log=False)
    plan = plan_of(found, steps)
    worlds = []
    for replication in range(int(about["replications"])):
        run = _spec(root, steps, replication).identity()
        own = root.inference.drawn(root.inference.bounded(plan), root.seed, replication)
        path = place / _file(replication)
        worlds.append(snapshot.load(path, own, run=run, model_version=MODEL_VERSION))
    log = bool(worlds[0].state.world[0]["logging"])
    return Branch(root._replace(log=log), steps, worlds)


def _check(scenario: Scenario, policy: str, what: str) -> None:
    """Refuse a policy that there is not, or one with a steering rule, whose state a branch does not carry."""
    if scenario.policy(policy).steering:
        message = f"{what}: {policy} is steered; a policy without a steering rule is allowed; compare it with fork_at"
        raise InputError(message)


def _file(replication: int) -> str:
    return f"replication-{replication:04d}.world"


def _root(scenario: Scenario, seed: int, jobs: int | None, *, log: bool) -> Root:
    names = names_of(scenario)
    inference = infer(scenario, names, jobs=jobs)
    layout = layout_of(inference.bounded(scenario.plan()), names)
    return Root(scenario, names, inference, layout, seed, log, jobs)


def _begun(root: Root, steps: Sequence[Step], count: int) -> list[Simulation]:
    from cxsim.engines.compiled import Simulation

    plan = root.inference.bounded(plan_of(root.scenario, steps))
    return [
        Simulation.begun(root.inference.drawn(plan, root.seed, number), root.seed, number, log=root.log)
        for number in range(count)
    ]


def _drawn(root: Root, plan: Plan, world: Simulation) -> Plan:
    return root.inference.drawn(root.inference.bounded(plan), root.seed, world.replication)


def _spec(root: Root, steps: Sequence[Step], replication: int) -> RunSpec:
    lasts = root.scenario.document.lasts
    return RunSpec(
        root.scenario.identity(),
        name_of(steps),
        replication,
        root.seed,
        lasts,
        inferred=root.inference.rule,
        rules=identities(),
    )


def _experiment(root: Root, branches: Sequence[Branch], started: datetime, clock: float) -> Experiment:
    runs: list[Run] = []
    statuses: list[RunStatus] = []
    logs: list[Logs] = []
    for branch in branches:
        branch.advance()
        costs = costs_of_path(root.scenario, branch._steps, root.names)  # noqa: SLF001 -- of the same module
        for world in branch._worlds:  # noqa: SLF001
            spec = _spec(root, branch._steps, world.replication)  # noqa: SLF001
            task = Task(spec, world.plan, root.layout, costs, "compiled", log=root.log)
            done = done_of(task, world.outcome(), time.perf_counter())
            runs.append(Run(branch.name, world.replication, done.values))
            place = branch.name, world.replication, spec.identity()
            statuses.append(RunStatus(*place, "done", "", done.events, done.visits, 0.0))
            logs += [Logs(branch.name, world.replication, done.log)] if root.log else []
    return Experiment(
        scenario=root.scenario,
        policies=tuple(branch.name for branch in branches),
        replications=branches[0].replications,
        seed=root.seed,
        engine="compiled",
        layout=root.layout,
        frames=frames_with_costs(root.layout, runs, branches[0].name),
        runs=tuple(statuses),
        logs=tuple(logs),
        note="Branches of one history, made step by step.",
        started=started,
        wall_s=time.monotonic() - clock,
        replaced=replacements(),
        inference=root.inference,
    )
