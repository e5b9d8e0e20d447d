"""`cxsim sweep`: the runs of a study, made, gone on with, counted, or made again one by one."""

from __future__ import annotations

import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from cxsim.cli.screen import Screen, goes_on
from cxsim.cli.simulations import Engine, EngineOption, JobsOption, ScaleOption, SteeringOption, announce

if TYPE_CHECKING:
    from cxsim.experiments.studies.lab import Lab
    from cxsim.experiments.studies.study import Study
    from cxsim.results.study import StudyResult

RESULTS: Final = "results"
MOST_SAID: Final = 10


class Who(StrEnum):
    """Who makes the runs."""

    LOCAL = "local"
    THREADS = "threads"
    PROCESSES = "processes"
    DASK = "dask"


class Keep(StrEnum):
    """What is kept of a run."""

    ALL = "all"
    OURS = "ours"


def sweep(
    context: typer.Context,
    study: Annotated[str, typer.Argument(metavar="STUDY", help="A study file, or a bundled name.")],
    jobs: JobsOption = None,
    executor: Annotated[Who, typer.Option(help="Who makes the runs; values do not depend on it.")] = Who.LOCAL,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="A Dask scheduler, such as tcp://10.0.0.5:8786.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The study's folder; by default results/<study>.")
    ] = None,
    engine: EngineOption = Engine.COMPILED,
    scale: ScaleOption = 1.0,
    keep: Annotated[
        Keep, typer.Option(help="What is kept of a run: all firms and segments, or our firm's totals.")
    ] = Keep.ALL,
    status: Annotated[bool, typer.Option("--status", help="Count the runs that are there; make none.")] = False,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Try runs that failed again.")] = False,
    replay: Annotated[
        str | None, typer.Option(metavar="ID", help="Make one run again, by its identity in runs.parquet.")
    ] = None,
    allow_steering: SteeringOption = False,
) -> None:
    """Make the runs of a study; where it was stopped, go on with it.

    \b
    Examples:
      cxsim sweep staffing
      cxsim sweep my-study.yaml --jobs 2 --out out/study
      cxsim sweep my-study.yaml --status
      cxsim sweep my-study.yaml --executor dask --scheduler tcp://10.0.0.5:8786
      cxsim sweep my-study.yaml --replay 3f9a12
    """  # noqa: D301 -- typer keeps the lines after a backspace as they are
    from cxsim.experiments.studies.study import load_study
    from cxsim.experiments.studies.sweep import study_lab
    from cxsim.results.study import default_study_folder
    from cxsim.results.study import sweep as make

    screen: Screen = context.obj
    found = load_study(study, allow_steering=allow_steering)
    folder = default_study_folder(Path(RESULTS), found) if out is None else out
    lab = study_lab(found, engine=engine.value, scale=scale, keep=keep.value)
    if status:
        _say_status(screen, found, folder, lab)
        return
    announce(screen, engine)
    if replay is not None:
        _say_replay(screen, found, replay, lab)
        return
    with goes_on(folder), screen.progress() as progress:
        result = make(
            found,
            out=folder,
            jobs=jobs,
            executor=executor.value,
            scheduler=scheduler,
            engine=engine.value,
            scale=scale,
            keep=keep.value,
            retry_failed=retry_failed,
            progress=progress,
            command=shlex.join(["cxsim", *sys.argv[1:]]),
        )
    _say(screen, result, folder)


def _say_status(screen: Screen, study: Study, folder: Path, lab: Lab) -> None:
    from cxsim.results.study import status

    found = status(study, folder, lab)
    share = 100 * (found.done + found.failed) / max(found.total, 1)
    screen.result(
        f"{study.name} in {folder}: {found.done + found.failed} of {found.total} runs are there ({share:.0f} %)"
    )
    screen.result(f"  done {found.done}, failed {found.failed}, missing {found.missing}")
    if study.precision:
        screen.result("  counted are the replications that every point begins with; precision may ask for more")
    screen.document({"study": study.name, "folder": str(folder), **found._asdict(), "total": found.total})


def _say_replay(screen: Screen, study: Study, identity: str, lab: Lab) -> None:
    from cxsim.results.study import replay

    values = replay(study, identity, lab)
    for name, value in values.items():
        screen.result(f"{name} {value:.10g} {lab.columns.unit(name)}")
    screen.document({"measures": values})


def _say(screen: Screen, result: StudyResult, folder: Path) -> None:
    for line in result.answer().splitlines():
        if line.strip():
            screen.result(line.lstrip("# "))
    made, total = result.swept.made, result.swept.counts.total
    screen.result(f"{made} runs were made now, all others were there." if made < total else f"{made} runs were made.")
    screen.result(str(folder / "summary.csv"))
    failures: list[dict[Any, Any]] = []
    if result.failed:
        failures = result.failures.drop_duplicates("identity").head(MOST_SAID).to_dict("records")
        screen.fault(f"{result.failed} of {total} runs failed and are left out:")
        for one in failures:
            screen.fault(
                f"  point {one['point']}, world {one['world']}, {one['policy']}, {one['replication']}: {one['why']}"
            )
            screen.fault(f"    again: {one['replay']}")
        if result.failed > MOST_SAID:
            screen.fault(f"  and {result.failed - MOST_SAID} more: see {folder / 'runs.parquet'}")
    screen.document(
        {
            "study": result.study.name,
            "folder": str(folder),
            "runs": total,
            "made_now": made,
            "failed": result.failed,
            "failures": failures,
            "answer": result.answer(),
            "summary": result.summary.to_dict("records"),
        }
    )
    if result.failed:
        raise typer.Exit(1)
