"""Runs that are saved as they go, so that what was killed goes on where it was.

A folder holds one world for each run, saved at the end of a reporting period; see `cxsim.engines.snapshot`. A run
that has ended is saved at its end, and is not simulated again.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cxsim.errors import Fault, InputError, RunError, ScenarioError
from cxsim.experiments.held import LOCK
from cxsim.experiments.rules import require
from cxsim.experiments.spec import MODEL_VERSION, RunSpec

if TYPE_CHECKING:
    from cxsim.engines.compiled import Simulation
    from cxsim.experiments.simulate import Done, Task
    from cxsim.experiments.steering import Steering

ENDING: Final = ".world"
PARTIAL: Final = ".partial-"
# Saving may take this share of the time, and is not done more often than this.
SHARE: Final = 0.05
LEAST_S: Final = 2.0
NAMED: Final = 12


def file_of(folder: Path, spec: RunSpec) -> Path:
    """Return where the world of a run is saved."""
    return folder / f"{spec.policy}-{spec.replication:04d}-{spec.identity()[:NAMED]}{ENDING}"


def prepare(
    folder: Path, specs: Iterable[RunSpec], engine: str, unversioned: Sequence[str] = (), *, log: bool = False
) -> None:
    """Make the folder, and refuse one that holds something else than worlds of these runs, before any run.

    Parameters
    ----------
    folder : Path
    specs : iterable of RunSpec
        What shall be run.
    engine : str
    unversioned : sequence of str
        Names of steering rules that do not say which version they are.
    log : bool
        Whether what happens is asked for; a world that was saved without it cannot tell it any more.

    Raises
    ------
    InputError
        When the engine cannot be saved, or the folder cannot be used.
    """
    if engine != "compiled":
        allowed = "the compiled engine, which can be saved and gives the same values"
        raise _refusal(folder, f"a checkpoint of the {engine} engine", allowed, "leave out one of them")
    for name in unversioned:
        allowed = "rules that say which version they are, so that a run goes on under the same one"
        raise _refusal(folder, f"a checkpoint of runs steered by {name}", allowed, "write version=1 in its decorator")
    wanted = {file_of(folder, spec): spec for spec in specs}
    experiments = list({_experiment(spec) for spec in wanted.values()})  # a damaged note may be of any type
    try:
        folder.mkdir(parents=True, exist_ok=True)
        there = sorted(folder.iterdir())
    except OSError as error:
        what = "a file" if folder.is_file() else error.strerror or type(error).__name__
        raise _refusal(folder, what, "a folder that can be written", "name another place") from None
    partial = [path for path in there if path.name.startswith(PARTIAL) and path.is_file()]
    for path in there:
        if path in partial or path.name == LOCK:
            continue
        if path.suffix != ENDING or not path.is_file():
            raise _refusal(folder, f"a folder that holds {path.name}", "a new folder, or worlds", "name another place")
        _check(path, wanted.get(path), experiments, log=log)
    for path in partial:
        path.unlink()  # what was being written when it was killed; all else is as it should be


def _check(path: Path, spec: RunSpec | None, experiments: Container[str], *, log: bool) -> None:
    """Refuse a world that is damaged, or is none of the run, the experiments or the log that are wanted."""
    from cxsim.engines import snapshot

    about = snapshot.about_of(path)
    run = about.run if spec is None else spec.identity()
    snapshot.check(path, about, run=run, model_version=MODEL_VERSION)
    if about.notes.get("experiment") not in experiments:
        allowed = "one of the same scenario, policies, seed and rules"
        raise _refusal(path, "a world of another experiment", allowed, "name another place, or delete it")
    if log and about.notes.get("log") is not True:
        given, allowed = "a world saved without its events, which are asked for now", "one saved with its events"
        raise _refusal(path, given, allowed, "leave out --events (log=True), or name another place")
    snapshot.check_whole(path)


def saved_in(folder: Path) -> int:
    """Count the worlds that are saved in a folder."""
    return len(list(folder.glob(f"*{ENDING}")))


def remove(folder: Path) -> None:
    """Delete the worlds in a folder, and the folder where nothing else is in it."""
    for path in folder.glob(f"*{ENDING}"):
        if path.is_file():
            path.unlink()
    if folder.is_dir() and {path.name for path in folder.iterdir()} <= {LOCK}:
        with contextlib.suppress(OSError):  # where an open file cannot be deleted, an empty folder stays
            (folder / LOCK).unlink(missing_ok=True)
            folder.rmdir()


def simulate_saving(task: Task, folder: Path, progress: Callable[[float], None] | None = None) -> Done:
    """Make a run, or what is left of it, saving its world as it goes.

    Parameters
    ----------
    task : Task
        Of the compiled engine.
    folder : Path
    progress : callable, optional
        Called with the share done at the end of every period; when it raises, the world is saved first.

    Raises
    ------
    RunError
        When the engine stops, a steering rule fails, or this process does not know a rule that was replaced.
    """
    from cxsim.engines import snapshot
    from cxsim.engines.compiled import Simulation
    from cxsim.experiments.simulate import done_of, steer_of

    require(task.spec.rules)
    started = time.perf_counter()
    path, run = file_of(folder, task.spec), task.spec.identity()
    steer = steer_of(task)
    if path.exists():
        if steer is not None:
            try:
                steer.state = snapshot.about_of(path).notes["steering"]
            except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
                given, allowed = "what its steering rules remember is damaged", "a world that was saved whole"
                raise _refusal(path, given, allowed, snapshot.AGAIN) from error
        simulation = snapshot.load(path, task.plan, run=run, model_version=MODEL_VERSION)
    else:
        simulation = Simulation.begun(task.plan, task.spec.seed, task.spec.replication, log=task.log)
    saver = _Saver(path, task.spec)
    ends = task.plan.period_ends
    for end in ends[ends > simulation.now].tolist():
        simulation.advance(end, steer)
        saver.save(simulation, steer, now=end == ends[-1])
        if progress is not None:
            try:
                progress(float((ends <= end).mean()))
            except RunError:
                saver.save(simulation, steer, now=True)
                raise
    return done_of(task, simulation.outcome(), started, steer)


class _Saver:
    """Saves a world now and then, so that saving takes a small share of the time."""

    def __init__(self, path: Path, spec: RunSpec) -> None:
        self._path, self._spec = path, spec
        self._last, self._took = time.perf_counter(), 0.0

    def save(self, simulation: Simulation, steer: Steering | None, *, now: bool) -> None:
        from cxsim.engines import snapshot

        begun = time.perf_counter()
        if not now and begun - self._last < max(LEAST_S, self._took / SHARE):
            return
        notes = {
            "experiment": _experiment(self._spec),
            "log": bool(simulation.state.world[0]["logging"]),
            "steering": None if steer is None else steer.state,
        }
        try:
            snapshot.save(simulation, self._path, run=self._spec.identity(), model_version=MODEL_VERSION, notes=notes)
        except OSError as error:
            message = f"{self._path}: {error.strerror or type(error).__name__}; a folder that can be written; make room"
            raise RunError(message) from error
        self._last = time.perf_counter()
        self._took = self._last - begun


def _experiment(spec: RunSpec) -> str:
    """Return what all runs of an experiment have in common: everything but policy and replication."""
    return replace(spec, policy="", replication=0).identity()


def _refusal(place: Path, given: str, allowed: str, remedy: str) -> InputError:
    return ScenarioError([Fault(str(place), None, "", given, allowed, remedy)])
