"""The result folder of a question to a study: tables, charts, sentences and what made them, whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cxsim import __version__
from cxsim.experiments.spec import MODEL_VERSION, RANDOM_SCHEME
from cxsim.measures.tables import SCHEMA
from cxsim.results.folder import ANSWER, MANIFEST, write_whole
from cxsim.results.manifest import made_with

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.charts.figure import Chart
    from cxsim.experiments.studies.runs import Broken
    from cxsim.experiments.studies.study import Study

MOST_FAILURES: Final = 100


class Made(NamedTuple):
    """What made an answer.

    Attributes
    ----------
    kind : str
        Of the folder: "sensitivity", "discovery".
    study : Study
    engine : str
    seed : int
    scale : float
    replications : int
        Of each case.
    runs : int
        Different runs that were asked for.
    failures : tuple of Broken
        Runs that failed.
    started : datetime
        UTC.
    wall_s : float
    """

    kind: str
    study: Study
    engine: str
    seed: int
    scale: float
    replications: int
    runs: int
    failures: tuple[Broken, ...]
    started: datetime
    wall_s: float


class Content(NamedTuple):
    """What stands in the folder.

    Attributes
    ----------
    answer : str
        Markdown.
    tables : mapping of str to DataFrame
        By name, without ending; empty ones are left out.
    charts : mapping of str to Chart
    found : mapping
        What was asked and found, for the manifest.
    """

    answer: str
    tables: Mapping[str, pd.DataFrame]
    charts: Mapping[str, Chart]
    found: Mapping[str, Any]


def write_answer(folder: Path, made: Made, content: Content, command: str = "") -> Path:
    """Write tables (CSV), charts (PNG, SVG), the answer, the study with all it used, and the manifest.

    Parameters
    ----------
    folder : Path
        New, empty, or an earlier result folder, which is replaced at the end.
    made : Made
    content : Content
    command : str
        That made it; empty from Python.

    Raises
    ------
    InputError
        When it cannot be written; then nothing is.
    """

    def fill(partial: Path) -> None:
        for name, table in content.tables.items():
            if len(table):
                table.to_csv(partial / f"{name}.csv", index=False, lineterminator="\n")
        if content.charts:
            (partial / "charts").mkdir()
        for name, chart in content.charts.items():
            for ending in ("png", "svg"):
                chart.save(partial / "charts" / f"{name}.{ending}")
        (partial / ANSWER).write_text(content.answer, encoding="utf-8")
        (partial / "study.resolved.yaml").write_text(made.study.resolved(), encoding="utf-8")
        (partial / "scenario.resolved.yaml").write_text(made.study.scenario.resolved(), encoding="utf-8")
        manifest = json.dumps(manifest_for(made, content.found, command), indent=1, ensure_ascii=False, default=str)
        (partial / MANIFEST).write_text(f"{manifest}\n", encoding="utf-8")

    return write_whole(folder, fill)


def manifest_for(made: Made, found: Mapping[str, Any], command: str = "") -> dict[str, Any]:
    """Return what made an answer, for JSON."""
    scenario = made.study.scenario
    return {
        "schema": SCHEMA,
        "kind": made.kind,
        "cxsim": __version__,
        "model_version": MODEL_VERSION,
        "command": command,
        "study": made.study.name,
        "scenario": {"name": scenario.name, "sha256": scenario.identity()},
        "seed": made.seed,
        "random_scheme": RANDOM_SCHEME,
        "engine": made.engine,
        "scale": made.scale,
        "replications": made.replications,
        "runs": made.runs,
        "failed": len(made.failures),
        "failures": failures_of(made),
        "started": made.started.isoformat(timespec="seconds"),
        "wall_s": round(made.wall_s, 3),
        **found,
        **made_with("SALib"),
    }


def failures_of(made: Made) -> list[dict[str, Any]]:
    """Return the first failed runs, for JSON."""
    return [
        {
            "policy": one.want.case.policy,
            "changes": dict(one.want.case.changes),
            "written": one.want.case.blocks,
            "replication": one.want.replication,
            "why": one.why,
        }
        for one in made.failures[:MOST_FAILURES]
    ]


def provenance_of(made: Made, design: str) -> str:
    """Say what made an answer, in small print."""
    study = made.study
    failed = f" {len(made.failures)} failed." if made.failures else ""
    return (
        f"Simulated by cxsim {__version__} from {study.scenario.name}: {design}, {made.replications} replications each "
        f"on the same luck, seed {made.seed}; {made.runs} runs.{failed}"
    )
