"""The manifest of a result folder: what made it, with what, and what became of every run."""

from __future__ import annotations

import json
import platform
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

from cxsim import __version__
from cxsim.experiments.compare import Experiment, RunStatus
from cxsim.experiments.spec import MODEL_VERSION, RANDOM_SCHEME
from cxsim.experiments.steered import rules_in
from cxsim.experiments.worlds import Worlds, WorldStatus
from cxsim.measures.catalog import CATALOG
from cxsim.measures.tables import SCHEMA
from cxsim.results.provenance import in_folder

LIBRARIES: Final = ("numba", "numpy", "pandas", "pyarrow", "scipy", "simpy")


def manifest_of(experiment: Experiment, command: str) -> str:
    """Return the manifest as JSON text.

    Parameters
    ----------
    experiment : Experiment
    command : str
        The command that made it; empty from Python.
    """
    content: dict[str, Any] = {
        "schema": SCHEMA,
        "cxsim": __version__,
        "model_version": MODEL_VERSION,
        "command": command,
        "again": in_folder(experiment),
        "scenario": {"name": experiment.scenario.name, "sha256": experiment.scenario.identity()},
        "seed": experiment.seed,
        "random_scheme": RANDOM_SCHEME,
        "engine": experiment.engine,
        "policies": list(experiment.policies),
        "fork_at": experiment.fork_at or None,
        "replications": experiment.replications,
        "scale": experiment.scale,
        "replaced": [asdict(one) for one in experiment.replaced],
        "steering": [
            {"policy": policy, **rule.described()}
            for policy, rule in rules_in(experiment.scenario, experiment.policies)
        ],
        "note": experiment.note,
        "inferred": [one.summary() for one in experiment.inference.firms],
        "worlds": _worlds(experiment),
        "started": experiment.started.isoformat(timespec="seconds"),
        "wall_s": round(experiment.wall_s, 3),
        **made_with(),
        "measures": {name: _described(name) for name in _measured(experiment)},
        "runs": [_run(status) for status in experiment.runs],
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _measured(experiment: Experiment) -> list[str]:
    there = set(experiment.frames.measures["measure"])
    return [name for name in CATALOG if name in there]


def _described(name: str) -> dict[str, str]:
    measure = CATALOG[name]
    return {
        "title": measure.title,
        "unit": measure.unit,
        "of_whom": measure.whom,
        "per": measure.per,
        "until": measure.until,
        "aggregates": measure.aggregates,
        "better": measure.better,
    }


def _worlds(experiment: Experiment) -> dict[str, Any] | None:
    made = experiment.worlds
    if made is None:
        return None
    return {
        "replications": made.replications,
        "ranges": {one.path: one.text for one in made.ranges},
        "drawn": [_world(made, one) for one in made.drawn],
        "wall_s": round(made.wall_s, 3),
    }


def _world(made: Worlds, one: WorldStatus) -> dict[str, Any]:
    found: dict[str, Any] = {"world": one.world.number, "status": one.status}
    if one.why:
        found["why"] = one.why
    return found | {"values": made.changes(one.world.number), "set": made.options(one.world.number)}


def _run(status: RunStatus) -> dict[str, Any]:
    found: dict[str, Any] = {"policy": status.policy, "replication": status.replication, "status": status.status}
    if status.why:
        found["why"] = status.why
    return found | {
        "identity": status.identity,
        "events": status.events,
        "visits": status.visits,
        "wall_s": status.wall_s,
    }


def made_with(*more: str) -> dict[str, dict[str, str]]:
    """Return the platform and the versions of libraries, `more` of them than usual, as every manifest holds them."""
    return {
        "platform": {
            "system": platform.system(),
            "machine": platform.machine(),
            "python": platform.python_version(),
        },
        "libraries": {name: _version(name) for name in (*LIBRARIES, *more)},
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
