"""`cxsim sensitivity` and `cxsim discover`: which factors matter, and in which worlds a policy loses."""

from __future__ import annotations

import shlex
import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from cxsim.cli.screen import Screen, goes_on
from cxsim.cli.simulations import AS_IS, RESULTS, Engine, EngineOption, JobsOption, ScaleOption, SeedOption, announce
from cxsim.cli.spending import StoreOption

if TYPE_CHECKING:
    from cxsim.experiments.studies.study import Study
    from cxsim.results.discovery import Discovered
    from cxsim.results.sensitivity import Sensitivity

MOST_SAID: Final = 10


class Method(StrEnum):
    """How sensitivity is measured."""

    MORRIS = "morris"
    SOBOL = "sobol"
    PAWN = "pawn"
    ONE_AT_A_TIME = "one-at-a-time"


SourceArgument = Annotated[
    str, typer.Argument(metavar="STUDY|SCENARIO", help="A study or a scenario: a file, or a bundled name.")
]
MeasureOption = Annotated[
    str | None, typer.Option(metavar="NAME", help="The measure; by default the first that the file names.")
]
OutOption = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Result folder; by default results/<name>/<time>-<hash>.")
]
RepeatedOption = Annotated[int | None, typer.Option(min=2, metavar="R", help="Runs of each point.")]


def sensitivity(
    context: typer.Context,
    source: SourceArgument,
    method: Annotated[
        Method, typer.Option(help="Elementary effects, shares of variance, shifts of distribution, or both ends.")
    ] = Method.MORRIS,
    measure: MeasureOption = None,
    policy: Annotated[
        str, typer.Option(metavar="NAME", help="For as-is its value is looked at, else the difference from as-is.")
    ] = AS_IS,
    points: Annotated[
        int | None, typer.Option(metavar="N", help="Trajectories (morris, 10), base points (sobol, 64), points (256).")
    ] = None,
    replications: RepeatedOption = None,
    seed: SeedOption = None,
    engine: EngineOption = Engine.COMPILED,
    jobs: JobsOption = None,
    scale: ScaleOption = 1.0,
    store: StoreOption = None,
    out: OutOption = None,
) -> None:
    """Say which factors matter: a study's levers and uncertainties, or what a scenario is unsure of.

    Luck between runs is taken off the indices, and what it alone explains is said to be so.
    Needs SALib for morris and sobol: pip install "cxsim[sensitivity]".

    \b
    Examples:
      cxsim sensitivity restaurant
      cxsim sensitivity restaurant --method sobol --points 32 --replications 4 --store runs
      cxsim sensitivity cable-town --policy make-good-then-fix --measure retention --scale 0.1
      cxsim sensitivity my-study.yaml --method one-at-a-time --out out/ends
    """  # noqa: D301 -- typer keeps the lines after a backspace as they are
    from cxsim.results.sensitivity import sensitivity as look

    screen: Screen = context.obj
    study, folder = _prepared(source, "sensitivity", out)
    announce(screen, engine)
    with goes_on(store), screen.progress() as progress:
        found = look(
            study, method=method.value, measure=measure, policy=policy, points=points, replications=replications,
            seed=seed, engine=engine.value, jobs=jobs, scale=scale, store=store, progress=progress,
        )  # fmt: skip
    _finish(screen, found, folder)


def discover(
    context: typer.Context,
    source: SourceArgument,
    policy: Annotated[str, typer.Option(metavar="NAME", help="The policy that is held against as-is.")],
    measure: MeasureOption = None,
    worlds: Annotated[int, typer.Option(metavar="W", help="Worlds to draw, 20 or more.")] = 128,
    replications: RepeatedOption = None,
    seed: SeedOption = None,
    engine: EngineOption = Engine.COMPILED,
    jobs: JobsOption = None,
    scale: ScaleOption = 1.0,
    store: StoreOption = None,
    out: OutOption = None,
) -> None:
    """Say in which worlds a policy loses to as-is, of those drawn from what we are unsure of.

    \b
    Examples:
      cxsim discover restaurant --policy manager-at-the-table
      cxsim discover cable-town --policy make-good-then-fix --measure profit --worlds 64 --scale 0.1
      cxsim discover my-study.yaml --policy faster --out out/worlds
    """  # noqa: D301 -- typer keeps the lines after a backspace as they are
    from cxsim.results.discovery import discover as look

    screen: Screen = context.obj
    study, folder = _prepared(source, "discover", out)
    announce(screen, engine)
    with goes_on(store), screen.progress() as progress:
        found = look(
            study, policy, measure=measure, worlds=worlds, replications=replications, seed=seed, engine=engine.value,
            jobs=jobs, scale=scale, store=store, progress=progress,
        )  # fmt: skip
    _finish(screen, found, folder)


def _prepared(source: str, command: str, out: Path | None) -> tuple[Study, Path]:
    """Load what is asked about and find a place for the results, before any work is done."""
    from cxsim.results.asked import studied
    from cxsim.results.folder import check, default_folder

    study = studied(source, command)
    # Local time: the folder is for the eyes of whoever is at this machine.
    now = datetime.now().astimezone()
    folder = default_folder(Path(RESULTS), f"{study.name}-{command}", study.scenario.identity(), now)
    check(out or folder)
    return study, out or folder


def _finish(screen: Screen, found: Sensitivity | Discovered, folder: Path) -> None:
    """Print, write the folder, and say which runs failed."""
    from cxsim.results.answer_folder import failures_of

    command = shlex.join(["cxsim", *sys.argv[1:]])
    for line in found.answer().splitlines():
        if line.strip():
            screen.result(line.replace("**", ""))
    found.save(folder, command=command)
    screen.result(str(folder / "answer.md"))
    failures: list[dict[str, Any]] = failures_of(found.made)
    screen.document(
        {
            "schema": 1,
            "study": found.made.study.name,
            "scenario": found.made.study.scenario.name,
            "seed": found.made.seed,
            "replications": found.made.replications,
            "runs": found.made.runs,
            "wall_s": round(found.made.wall_s, 3),
            "folder": str(folder),
            "answer": found.answer(),
            **found.document(),
            "failures": failures,
        }
    )
    if failures:
        screen.fault(f"{len(found.made.failures)} of {found.made.runs} runs failed; what they belong to is left out:")
        for one in failures[:MOST_SAID]:
            world = ", ".join(f"{path}={text}" for path, text in one["changes"].items()) or "the world as written"
            screen.fault(f"  {one['policy']}, replication {one['replication']}, {world}: {one['why']}")
        raise typer.Exit(1)
