"""What `optimise`, `levers` and `waterfall` share: where runs come from, what made an answer, and its folder."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cxsim import __version__
from cxsim.errors import InputError
from cxsim.experiments.executor import Report
from cxsim.experiments.parts import Space
from cxsim.experiments.parts_of import parts_of_policies, parts_of_study, parts_of_values
from cxsim.experiments.spec import MODEL_VERSION, RANDOM_SCHEME
from cxsim.experiments.store.store import Store
from cxsim.experiments.studies.lab import Lab, lab_of
from cxsim.experiments.studies.runs import Broken, Runs
from cxsim.experiments.studies.study import Study, load_study
from cxsim.measures.tables import SCHEMA
from cxsim.results.folder import ANSWER, MANIFEST, write_whole
from cxsim.results.manifest import made_with
from cxsim.scenario import Scenario, library, load
from cxsim.units import nearest

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.charts.figure import Chart

MOST_FAILURES: Final = 100

Source = Study | Scenario | str | Path


class How(NamedTuple):
    """How runs are made; values do not depend on the engine, the jobs or the store.

    Attributes
    ----------
    seed : int, optional
        The study's or scenario's own by default.
    engine : str
    jobs : int, optional
    scale : float
    store : Path, optional
        Folder in which runs are kept; what is there is not made again.
    progress : callable, optional
    """

    seed: int | None = None
    engine: str = "compiled"
    jobs: int | None = None
    scale: float = 1.0
    store: Path | None = None
    progress: Report | None = None


@dataclass(frozen=True)
class Origin:
    """What made an answer.

    Attributes
    ----------
    kind : str
        "optimise", "levers" or "waterfall".
    name : str
        Of the study or scenario.
    scenario : Scenario
    seeds : tuple of int
        Of the runs; a second one is that of the confirmation.
    engine : str
    scale : float
    runs : int
        That were made now.
    failures : tuple of Broken
    started : datetime
        UTC.
    wall_s : float
    """

    kind: str
    name: str
    scenario: Scenario
    seeds: tuple[int, ...]
    engine: str
    scale: float
    runs: int
    failures: tuple[Broken, ...]
    started: datetime
    wall_s: float

    @property
    def currency(self) -> str:
        """The scenario's currency; empty where it names none."""
        return self.scenario.document.currency or ""

    def small_print(self, what: str) -> str:
        """Say what made an answer, for the last line and for footnotes of charts."""
        scale = f" One customer in {1 / self.scale:.3g} was followed." if self.scale < 1.0 else ""
        failed = f" {len(self.failures)} runs failed." if self.failures else ""
        seeds = f"seed {self.seeds[0]}" + "".join(f", fresh luck: seed {seed}" for seed in self.seeds[1:])
        return f"Simulated by cxsim {__version__} from {self.name}: {what}, {seeds}.{scale}{failed}"


@dataclass
class Clock:
    """When something began."""

    started: datetime
    since: float

    @classmethod
    def now(cls) -> Clock:
        """Start."""
        return cls(datetime.now(UTC), time.monotonic())

    @property
    def wall_s(self) -> float:
        """Seconds since then."""
        return time.monotonic() - self.since


def space_of(source: Source, *, values: bool, policies: Sequence[str] | None = None, steering: bool = False) -> Space:
    """Return what can be chosen of a study or a scenario.

    Parameters
    ----------
    source : Study, Scenario, path or str
    values : bool
        Of a scenario, also each value that a policy changes.
    policies : sequence of str, optional
        Of a scenario, which may be chosen; all by default.
    steering : bool
        Whether Python functions that it names may be imported and run.
    """
    found = source if isinstance(source, Study | Scenario) else _loaded(source, steering=steering)
    if isinstance(found, Study):
        if policies is not None:
            message = f"policies: {', '.join(policies)}; those of a scenario are allowed; a study names its own"
            raise InputError(message)
        return parts_of_study(found)
    return parts_of_values(found) if values else parts_of_policies(found, policies)


def seed_of(source: Source) -> int | None:
    """Return the seed that a study names; a scenario's own is found by its laboratory."""
    return source.seed if isinstance(source, Study) else None


def opened(source: Source, *, steering: bool = False) -> Study | Scenario:
    """Return a study or a scenario that was given, or stands in a file."""
    return source if isinstance(source, Study | Scenario) else _loaded(source, steering=steering)


def _loaded(source: str | Path, *, steering: bool) -> Study | Scenario:
    if library.is_study(source):
        return load_study(source, allow_steering=steering)
    return load(source, allow_steering=steering)


@contextmanager
def runs_of(scenario: Scenario, how: How, seed: int | None, name: str) -> Iterator[Runs]:
    """Lend what makes runs of a scenario.

    Parameters
    ----------
    scenario : Scenario
    how : How
    seed : int, optional
    name : str
        Of the folder within the store.
    """
    scenario.check_steering()
    lab = lab_of(scenario, seed=seed, engine=how.engine, scale=how.scale, keep="ours")
    with Runs(lab, store=store_of(lab, how.store, name), jobs=how.jobs) as runs:
        yield runs


def store_of(lab: Lab, folder: str | Path | None, name: str) -> Store | None:
    """Return where runs are kept, in a folder within a folder; None where none is wanted."""
    return None if folder is None else Store(Path(folder) / name, lab.columns.described())


def check_measures(lab: Lab, measures: Sequence[str]) -> None:
    """Refuse measures that this scenario does not have.

    Raises
    ------
    InputError
        Naming the first of them.
    """
    known = lab.columns.measures()
    for measure in measures:
        if measure not in known:
            hint = nearest(measure, known) or f"known here are {', '.join(known)}"
            message = f"measure: {measure}; a measure of {lab.scenario.name} is allowed; {hint}"
            raise InputError(message)


def write_found(  # noqa: PLR0913 -- what is in the folder
    folder: str | Path,
    origin: Origin,
    said: str,
    tables: Mapping[str, pd.DataFrame],
    charts: Mapping[str, Chart],
    *,
    more: Mapping[str, str] | None = None,
    found: Mapping[str, Any] | None = None,
    command: str = "",
) -> Path:
    """Write the result folder: tables, charts, the answer and what made it; all of it, or nothing.

    Parameters
    ----------
    folder : path
        New, empty, or an earlier result folder, which is replaced.
    origin : Origin
    said : str
        The answer, as Markdown.
    tables : mapping of str to DataFrame
        By name; ``.csv``, or ``.parquet`` where the name says so.
    charts : mapping of str to Chart
        Written as PNG and SVG.
    more : mapping of str to str
        Other files by name.
    found : mapping
        What was asked and found, for the manifest.
    command : str
        That made it; empty from Python.

    Raises
    ------
    InputError
        When it cannot be written; then nothing is.
    """

    def fill(partial: Path) -> None:
        for name, table in tables.items():
            if name.endswith(".parquet"):
                table.to_parquet(partial / name, index=False)
            else:
                table.to_csv(partial / f"{name}.csv", index=False, lineterminator="\n")
        (partial / "charts").mkdir()
        for name, chart in charts.items():
            for ending in ("png", "svg"):
                chart.save(partial / "charts" / f"{name}.{ending}")
        (partial / ANSWER).write_text(said, encoding="utf-8")
        (partial / "scenario.resolved.yaml").write_text(origin.scenario.resolved(), encoding="utf-8")
        for name, text in (more or {}).items():
            (partial / name).write_text(text, encoding="utf-8")
        manifest = json.dumps(_manifest(origin, found or {}, command), indent=1, ensure_ascii=False)
        (partial / MANIFEST).write_text(f"{manifest}\n", encoding="utf-8")

    return write_whole(Path(folder), fill)


def _manifest(origin: Origin, found: Mapping[str, Any], command: str) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "kind": origin.kind,
        "cxsim": __version__,
        "model_version": MODEL_VERSION,
        "command": command,
        "source": origin.name,
        "scenario": {"name": origin.scenario.name, "sha256": origin.scenario.identity()},
        "seeds": list(origin.seeds),
        "random_scheme": RANDOM_SCHEME,
        "engine": origin.engine,
        "scale": origin.scale,
        "runs_made": origin.runs,
        "failed": len(origin.failures),
        "failures": failures_of(origin),
        "started": origin.started.isoformat(timespec="seconds"),
        "wall_s": round(origin.wall_s, 3),
        **found,
        **made_with("optuna"),
    }


def failures_of(origin: Origin) -> list[dict[str, Any]]:
    """Return the first failed runs, for JSON."""
    return [
        {
            "policy": one.want.case.policy,
            "written": one.want.case.blocks,
            "replication": one.want.replication,
            "identity": one.identity,
            "why": one.why,
        }
        for one in origin.failures[:MOST_FAILURES]
    ]
