"""Results read back from their folder, so that charts and report can be made again without a run."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from cxsim.errors import Fault, InputError, ScenarioError
from cxsim.experiments.compare import Experiment, RunStatus
from cxsim.experiments.rules import Replacement
from cxsim.experiments.unsure import drawn, ranges_of
from cxsim.experiments.worlds import Worlds, WorldStatus
from cxsim.measures.layout import Layout, Names
from cxsim.measures.tables import SCHEMA, Frames
from cxsim.results.comparison import Comparison
from cxsim.results.folder import ANSWER, MANIFEST, STEERING
from cxsim.results.result import Result

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.results.tabled import Tabled
    from cxsim.scenario import Scenario

WHY: Final = "why.csv"
NEEDED: Final = ("scenario.resolved.yaml", *(f"{name}.parquet" for name in Frames._fields), ANSWER)


class Stored(NamedTuple):
    """What a result folder holds.

    Attributes
    ----------
    results : Result or Comparison
        With tables and charts; logs and single fates are not read.
    answer : str
        The sentences as they were written then, Markdown.
    manifest : dict
    why : DataFrame, optional
        Rows of `why.csv`: single fates are not read, so these tell more than the tables do.
    """

    results: Tabled
    answer: str
    manifest: dict[str, Any]
    why: pd.DataFrame | None = None


def read(folder: Path) -> Stored:
    """Read a result folder.

    Parameters
    ----------
    folder : Path
        As `Tabled.save` wrote it.

    Raises
    ------
    InputError
        When it is no result folder, of a later version, or not whole.
    """
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise _refusal(folder, f"no {MANIFEST}" if folder.is_dir() else "no such folder") from error
    except ValueError as error:
        raise _refusal(path, "no JSON") from error
    if not isinstance(manifest, dict) or manifest.get("schema") != SCHEMA:
        raise _refusal(path, f"results of format {manifest.get('schema') if isinstance(manifest, dict) else 'unknown'}")
    try:
        said = (folder / ANSWER).read_text(encoding="utf-8")
        return Stored(_results(folder, manifest), said, manifest, _why(folder / WHY))
    except InputError:
        raise
    except (OSError, KeyError, TypeError, ValueError) as error:
        lacking = [name for name in NEEDED if not (folder / name).is_file()]
        what = f"no {', '.join(lacking)}" if lacking else f"results that cannot be read ({type(error).__name__})"
        raise _refusal(folder, what) from error


def _results(folder: Path, manifest: dict[str, Any]) -> Tabled:
    scenario = _scenario(folder / "scenario.resolved.yaml", manifest["scenario"]["name"])
    document = scenario.document
    names = Names(
        firms=tuple(document.firms),
        segments=tuple(document.market.segments or ()) if document.market else (),
        sources=(),
        touchpoints=tuple(name for firm in document.firms.values() for name in firm.touchpoints or ()),
        currency=document.currency or "",
        policy_firm=list(document.firms).index(document.our_firm or ""),
    )
    threes, fours = np.zeros((0, 3), np.intp), np.zeros((0, 4), np.intp)
    made = Experiment(
        scenario=scenario,
        policies=tuple(manifest["policies"]),
        replications=int(manifest["replications"]),
        seed=int(manifest["seed"]),
        engine=manifest["engine"],
        layout=Layout(names, threes, fours, threes, fours, np.zeros((0, 2), np.int64), np.zeros(0, np.intp)),
        frames=Frames(*(_table(folder / f"{name}.parquet") for name in Frames._fields)),
        runs=tuple(_status(run) for run in manifest["runs"]),
        logs=(),
        note=manifest.get("note", ""),
        started=datetime.fromisoformat(manifest["started"]),
        wall_s=float(manifest["wall_s"]),
        worlds=_worlds(folder, manifest, scenario),
        scale=float(manifest.get("scale", 1.0)),
        fork_at=manifest.get("fork_at") or "",
        replaced=tuple(Replacement(**one) for one in manifest.get("replaced", [])),
        steering=_table(folder / STEERING) if (folder / STEERING).is_file() else None,
    )
    return Comparison(made) if len(made.policies) > 1 else Result(made)


def _scenario(path: Path, name: str) -> Scenario:
    """Return what was written, without the recorded logs that it may name: they lie elsewhere, and nothing is run."""
    from cxsim.scenario import Scenario
    from cxsim.scenario.faults import Faults, validated
    from cxsim.scenario.reader import read_file
    from cxsim.scenario.resolve import Resolved

    _, tree = read_file(path)
    document = validated(tree, Faults(str(path), tree))
    return Scenario(Resolved(name, document.tree(), document, {}, folder=path.parent, file=str(path)))


def _status(run: dict[str, Any]) -> RunStatus:
    numbers = run.get("events", 0), run.get("visits", 0), run.get("wall_s", 0.0)
    return RunStatus(run["policy"], run["replication"], run["identity"], run["status"], run.get("why", ""), *numbers)


def _table(path: Path) -> pd.DataFrame:
    import pandas as pd

    table: pd.DataFrame = pd.read_parquet(path)
    # Those of other worlds are kept apart from those of the world as written.
    return table[table["world"] == 0].reset_index(drop=True)


def _worlds(folder: Path, manifest: dict[str, Any], scenario: Scenario) -> Worlds | None:
    """Return the worlds that were drawn; None without any, or where this version would draw others."""
    import pandas as pd

    told = manifest.get("worlds")
    if not told or not told.get("drawn"):
        return None
    ranges = tuple(one for one in ranges_of(scenario) if one.path in told["ranges"])
    if {one.path: one.text for one in ranges} != told["ranges"]:
        return None
    made = drawn(ranges, len(told["drawn"]), int(manifest["seed"]))
    statuses = []
    for world, one in zip(made, told["drawn"], strict=True):
        if dict(zip((range_.path for range_ in ranges), world.texts, strict=True)) != one["values"]:
            return None
        statuses.append(WorldStatus(world, one["status"], one.get("why", "")))
    table = pd.read_parquet(folder / "measures.parquet")
    others = table[table["world"] > 0].reset_index(drop=True)
    return Worlds(ranges, tuple(statuses), int(told["replications"]), others, float(told["wall_s"]))


def _why(path: Path) -> pd.DataFrame | None:
    import pandas as pd

    if not path.is_file():
        return None
    names = dict.fromkeys(("policy", "segment", "reason"), str)
    # A policy may be called "null" or "NA".
    return pd.read_csv(path, dtype=names, keep_default_na=False, na_values={name: [""] for name in _numbers(path)})


def _numbers(path: Path) -> list[str]:
    """Name the columns of numbers."""
    with path.open(encoding="utf-8") as stream:
        head = stream.readline().strip().split(",")
    return [name for name in head if name not in {"policy", "segment", "reason"}]


def _refusal(place: Path, given: str) -> InputError:
    allowed = f"a result folder of this version (format {SCHEMA})"
    return ScenarioError([Fault(str(place), None, "", given, allowed, "name the folder that --out named")])
