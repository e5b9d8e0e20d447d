"""`cxsim optimise`, `cxsim levers` and `cxsim waterfall`: what to spend money on."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Protocol

import typer

from cxsim.cli.screen import Screen, goes_on
from cxsim.cli.simulations import Engine, EngineOption, JobsOption, ScaleOption, SeedOption, SteeringOption, announce
from cxsim.errors import Fault, ScenarioError, quoted

if TYPE_CHECKING:
    from cxsim.experiments.studies.study import Study
    from cxsim.results.searched import Origin
    from cxsim.scenario import Scenario

RESULTS: Final = "results"
MOST_SAID: Final = 5

SourceArgument = Annotated[
    str, typer.Argument(metavar="SOURCE", help="A scenario or study: a file, or a bundled name.")
]
StoreOption = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR", help="Keep runs there: stopped and started again, the same command goes on where it was."
    ),
]
OutOption = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Result folder; by default results/<scenario>/<time>-<hash>.")
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Change a value of a scenario; may be repeated."),
]
BudgetOption = Annotated[
    float | None, typer.Option(metavar="AMOUNT", help="Highest mean cost over the horizon; no limit by default.")
]
ObjectivesOption = Annotated[
    str | None,
    typer.Option(
        metavar="COST,GAIN,...",
        help="Measures: the cost, what says who is best, others of the front; "
        "by default policy_cost,retention,won_by_recommendation.",
    ),
]
PoliciesOption = Annotated[
    str | None, typer.Option(metavar="A,B,...", help="Which policies of a scenario may be combined; all.")
]
CandidatesOption = Annotated[int, typer.Option(min=1, metavar="N", help="How many are tried.")]
FreshOption = Annotated[
    int, typer.Option(min=2, metavar="R", help="Fresh runs of each finalist, beside those that select.")
]
FinalistsOption = Annotated[int, typer.Option(min=1, metavar="N", help="Members of the front that are run again.")]
DeltaOption = Annotated[
    float | None,
    typer.Option(metavar="D", help="A smaller difference in the gain does not matter, such as 0.005; 0.01 for shares."),
]
SaveOption = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write the scenario with the best as one more policy.")
]


class By(StrEnum):
    """What a bundle is taken apart into."""

    POLICY = "policy"
    CHANGE = "change"


def optimise(
    context: typer.Context,
    source: SourceArgument,
    budget: BudgetOption = None,
    objectives: ObjectivesOption = None,
    policies: PoliciesOption = None,
    candidates: CandidatesOption = 120,
    replications: FreshOption = 20,
    finalists: FinalistsOption = 10,
    delta: DeltaOption = None,
    set_: SetOption = None,
    seed: SeedOption = None,
    engine: EngineOption = Engine.COMPILED,
    jobs: JobsOption = None,
    scale: ScaleOption = 1.0,
    store: StoreOption = None,
    out: OutOption = None,
    save_to: SaveOption = None,
    allow_steering: SteeringOption = False,
) -> None:
    """Find the best policy under a budget, and confirm it on fresh luck.

    Of a scenario: which policies are combined, when each begins, how far each
    value goes. Of a study: which levers are pulled, and how far. Needs optuna:
    pip install "cxsim[optimise]". The price that customers pay less is no cost.

    \b
    Examples:
      cxsim optimise cable-town --budget 300000
      cxsim optimise cable-town --budget 300000 --policies make-good-fast,fix-the-causes --save-to best.yaml
      cxsim optimise cable-town-levers --budget 100000 --store runs --out out/best
      cxsim optimise my-shop.yaml --objectives policy_cost,profit --candidates 60
    """  # noqa: D301 -- typer keeps the lines after a backspace as they are
    from cxsim.experiments.optimum import OBJECTIVES
    from cxsim.results.optimum import optimise as search
    from cxsim.results.report import write_whole

    screen: Screen = context.obj
    found = _opened(source, set_, allow_steering=allow_steering)
    folder = _folder(found, out)
    if save_to is not None:
        _check_file(save_to)
    announce(screen, engine)
    with goes_on(store), screen.progress() as progress:
        result = search(
            found,
            budget,
            objectives=OBJECTIVES if objectives is None else _names("--objectives", objectives),
            policies=None if policies is None else _names("--policies", policies),
            candidates=candidates,
            replications=replications,
            finalists=finalists,
            delta=delta,
            seed=seed,
            engine=engine.value,
            jobs=jobs,
            scale=scale,
            store=store,
            progress=progress,
        )
    _say(screen, result, folder)
    if save_to is not None:
        write_whole(save_to, result.scenario().resolved().encode())
        screen.result(str(save_to))
    _end(screen, result, folder)


def levers(
    context: typer.Context,
    source: SourceArgument,
    spend: Annotated[
        float, typer.Option(metavar="AMOUNT", help="Mean cost over the horizon to which each lever is pulled.")
    ] = 50_000.0,
    measures: Annotated[
        str | None,
        typer.Option(metavar="A,B,...", help="What a lever shall do; by default retention,won_by_recommendation."),
    ] = None,
    replications: Annotated[int, typer.Option(min=2, metavar="R", help="Runs that measure what each does.")] = 15,
    set_: SetOption = None,
    seed: SeedOption = None,
    engine: EngineOption = Engine.COMPILED,
    jobs: JobsOption = None,
    scale: ScaleOption = 1.0,
    store: StoreOption = None,
    out: OutOption = None,
    allow_steering: SteeringOption = False,
) -> None:
    """Pull every lever alone, at equal spend; rank them by what they do for the money.

    Of a scenario: every value that a policy changes, and every policy whole.
    Of a study: its levers.

    \b
    Examples:
      cxsim levers cable-town --spend 50000
      cxsim levers cable-town-levers --spend 50000 --out out/levers
      cxsim levers my-shop.yaml --spend 10000 --measures retention,nps
    """  # noqa: D301 -- typer keeps the lines after a backspace as they are
    from cxsim.experiments.league_of_levers import GAINS
    from cxsim.results.lever_league import levers as pull

    screen: Screen = context.obj
    found = _opened(source, set_, allow_steering=allow_steering)
    folder = _folder(found, out)
    announce(screen, engine)
    with goes_on(store), screen.progress() as progress:
        result = pull(
            found,
            spend,
            gains=GAINS if measures is None else _names("--measures", measures),
            replications=replications,
            seed=seed,
            engine=engine.value,
            jobs=jobs,
            scale=scale,
            store=store,
            progress=progress,
        )
    _say(screen, result, folder)
    _end(screen, result, folder)


def waterfall(
    context: typer.Context,
    source: SourceArgument,
    policy: Annotated[
        str, typer.Option(metavar="NAME", help="One that combines others, or changes more than one value.")
    ],
    measure: Annotated[str, typer.Option(metavar="M", help="What the parts add to.")] = "retention",
    by: Annotated[By, typer.Option(help="Parts are the policies that it combines, or its single changes.")] = By.POLICY,
    replications: Annotated[int, typer.Option(min=2, metavar="R", help="Runs of every combination.")] = 20,
    orders: Annotated[
        int, typer.Option(min=4, metavar="N", help="Orders that are looked at where there are more than 8 parts.")
    ] = 24,
    set_: SetOption = None,
    seed: SeedOption = None,
    engine: EngineOption = Engine.COMPILED,
    jobs: JobsOption = None,
    scale: ScaleOption = 1.0,
    store: StoreOption = None,
    out: OutOption = None,
    allow_steering: SteeringOption = False,
) -> None:
    """Say what each part of a bundle adds: Shapley values, on the same luck.

    \b
    Examples:
      cxsim waterfall cable-town --policy make-good-then-fix --measure retention
      cxsim waterfall cable-town --policy make-good-then-fix --by change --replications 10
      cxsim waterfall my-shop.yaml --policy all-at-once --measure profit --out out/parts
    """  # noqa: D301 -- typer keeps the lines after a backspace as they are
    from cxsim.results.bundle import waterfall as take_apart

    screen: Screen = context.obj
    found = _opened(source, set_, allow_steering=allow_steering)
    folder = _folder(found, out)
    announce(screen, engine)
    with goes_on(store), screen.progress() as progress:
        result = take_apart(
            found,
            policy,
            measure=measure,
            by=by.value,
            replications=replications,
            orders=orders,
            seed=seed,
            engine=engine.value,
            jobs=jobs,
            scale=scale,
            store=store,
            progress=progress,
        )
    _say(screen, result, folder)
    _end(screen, result, folder)


class Answer(Protocol):
    """What the three commands have in common."""

    @property
    def origin(self) -> Origin:
        """What made it."""
        ...

    def answer(self) -> str:
        """Return the answer as Markdown."""
        ...

    def document(self) -> dict[str, Any]:
        """Return the answer for JSON."""
        ...

    def save(self, folder: str | Path, *, command: str = "") -> Path:
        """Write the result folder."""
        ...


def _opened(source: str, changes: Sequence[str] | None, *, allow_steering: bool) -> Study | Scenario:
    """Load a study, or a scenario and change it as asked."""
    from cxsim.cli.simulations import changed
    from cxsim.results.searched import opened
    from cxsim.scenario import library

    if library.is_study(source):
        if changes:
            remedy = "write it as a factor or level of the study, or in its scenario"
            raise ScenarioError([Fault("--set", None, "", quoted(changes[0]), "values of a scenario", remedy)])
        return opened(source, steering=allow_steering)
    return changed(source, changes, allow_steering=allow_steering)


def _folder(found: Study | Scenario, out: Path | None) -> Path:
    """Return a place for the results, before any work is done."""
    from cxsim.results.folder import check, default_folder
    from cxsim.scenario import Scenario

    scenario = found if isinstance(found, Scenario) else found.scenario
    now = datetime.now().astimezone()
    folder = default_folder(Path(RESULTS), found.name, scenario.identity(), now) if out is None else out
    check(folder)
    return folder


def _names(option: str, text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        allowed = "names with commas between"
        raise ScenarioError([Fault(option, None, "", quoted(text), allowed, "leave it out for the usual ones")])
    return names


def _check_file(path: Path) -> None:
    """Refuse a file that could not be written, before any work is done."""
    if path.is_dir() or not path.parent.is_dir():
        given = "a folder" if path.is_dir() else "no such folder"
        raise ScenarioError([Fault("--save-to", None, str(path), given, "a file in a folder that is there", "name it")])


def _say(screen: Screen, result: Answer, folder: Path) -> None:
    """Print the answer and write the folder."""
    for line in result.answer().splitlines():
        if line.strip():
            screen.result(line.replace("**", ""))
    result.save(folder, command=shlex.join(["cxsim", *sys.argv[1:]]))
    screen.result(str(folder / "answer.md"))


def _end(screen: Screen, result: Answer, folder: Path) -> None:
    """Print the document, say which runs failed, and end with what that means."""
    from cxsim.results.searched import failures_of

    failures = failures_of(result.origin)
    screen.document(
        {
            "schema": 1,
            "kind": result.origin.kind,
            "source": result.origin.name,
            "seeds": list(result.origin.seeds),
            "engine": result.origin.engine,
            "scale": result.origin.scale,
            "wall_s": round(result.origin.wall_s, 3),
            "folder": str(folder),
            "answer": result.answer(),
            **result.document(),
            "failures": failures,
        }
    )
    if failures:
        screen.fault(f"{len(result.origin.failures)} runs failed and are left out:")
        for one in failures[:MOST_SAID]:
            screen.fault(f"  {one['policy']}, replication {one['replication']}: {one['why']}")
        raise typer.Exit(1)
