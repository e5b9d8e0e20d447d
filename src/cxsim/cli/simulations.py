"""`cxsim run` and `cxsim compare`."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from cxsim.cli.screen import Screen
from cxsim.errors import Fault, RunError, ScenarioError, ValueRefusedError, quoted

if TYPE_CHECKING:
    from cxsim.experiments.precision import Precision
    from cxsim.results.tabled import Tabled
    from cxsim.scenario import Scenario

RESULTS: Final = "results"
AS_IS: Final = "as-is"
CAP: Final = 200
WORLD_REPLICATIONS: Final = 4


class Engine(StrEnum):
    """The two engines; they give the same values."""

    COMPILED = "compiled"
    REFERENCE = "reference"


ScenarioArgument = Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario file, or a bundled name.")]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Change a value, such as phone.staff=3; may be repeated."),
]
ReplicationsOption = Annotated[
    int | None, typer.Option(min=1, metavar="R", help="Runs of each policy; by default as the scenario says.")
]
SeedOption = Annotated[
    int | None, typer.Option(min=0, metavar="S", help="Seed of all luck; by default as the scenario says.")
]
EngineOption = Annotated[Engine, typer.Option(help="Both give the same values; compiled is fast.")]
JobsOption = Annotated[
    int | None, typer.Option(min=1, metavar="J", help="Runs at the same time; by default one for each processor.")
]
SteeringOption = Annotated[
    bool,
    typer.Option(
        "--allow-steering",
        help="Import and run the Python functions that policies name under `steering`; only for code you trust.",
    ),
]
ScaleOption = Annotated[
    float,
    typer.Option(
        "--scale",
        metavar="SHARE",
        help="Follow this share of the customers only, such as 0.1; mindless stand-ins keep the staff as busy.",
    ),
]
OutOption = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Result folder; by default results/<scenario>/<time>-<hash>.")
]


def run(
    context: typer.Context,
    scenario: ScenarioArgument,
    policy: Annotated[str, typer.Option(metavar="NAME", help="The policy to simulate.")] = AS_IS,
    set_: SetOption = None,
    replications: ReplicationsOption = None,
    seed: SeedOption = None,
    engine: EngineOption = Engine.COMPILED,
    jobs: JobsOption = None,
    scale: ScaleOption = 1.0,
    out: OutOption = None,
    allow_steering: SteeringOption = False,
    events: Annotated[bool, typer.Option("--events", help="Keep every event in events.parquet.")] = False,
    checkpoint: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Save worlds as they go; the same command goes on from there."),
    ] = None,
) -> None:
    """Simulate one policy; print its measures.

    \b
    Examples:
      cxsim run local-shop-vs-chain
      cxsim run bank-phone --policy call-back --replications 5 --seed 1
      cxsim run my-shop.yaml --set till.staff=2 --events --out out/two
      cxsim run default-market --scale 0.1
      cxsim run cable-town --replications 200 --checkpoint saved
      cxsim run steered-hotline --policy follow --allow-steering
    """  # noqa: D301 -- typer keeps the lines after a backspace as they are
    from cxsim.experiments.checkpoint import remove, saved_in
    from cxsim.experiments.held import held
    from cxsim.results import run as simulate

    screen: Screen = context.obj
    found, folder = _prepared(scenario, set_, out, allow_steering=allow_steering)
    found.policy(policy)
    announce(screen, engine)
    with held(checkpoint):
        saved = 0 if checkpoint is None else saved_in(checkpoint)
        if saved:
            screen.remark(f"goes on from {saved} saved world{'' if saved == 1 else 's'} in {checkpoint}")
        with screen.progress() as progress, _kept(checkpoint):
            result = simulate(
                found,
                policy,
                replications=replications,
                seed=seed,
                engine=engine.value,
                jobs=jobs,
                log=events,
                progress=progress,
                scale=scale,
                checkpoint=checkpoint,
                keep_checkpoint=True,
            )
        _finish(screen, result, folder)
        if checkpoint is not None:
            remove(checkpoint)


@contextmanager
def _kept(checkpoint: Path | None) -> Iterator[None]:
    """Say where a run that is interrupted goes on."""
    try:
        yield
    except KeyboardInterrupt:
        if checkpoint is None:
            raise
        message = f"stopped; what was simulated is in {checkpoint}: the same command goes on from there"
        raise RunError(message) from None


def compare(
    context: typer.Context,
    scenario: ScenarioArgument,
    policies: Annotated[str | None, typer.Option(metavar="A,B,...", help="Which policies; by default all.")] = None,
    set_: SetOption = None,
    replications: ReplicationsOption = None,
    precision: Annotated[
        str | None,
        typer.Option(metavar="MEASURE=WIDTH", help="Add runs until each difference is known to plus or minus this."),
    ] = None,
    most: Annotated[int, typer.Option(min=2, metavar="R", help="Most runs of each policy under --precision.")] = CAP,
    worlds: Annotated[
        int | None, typer.Option(min=1, metavar="W", help="Run all in W worlds drawn from what we are unsure of.")
    ] = None,
    world_replications: Annotated[
        int, typer.Option(min=2, metavar="R", help="Runs of each policy in each world.")
    ] = WORLD_REPLICATIONS,
    fork_at: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Change nothing before; policies count their time from there."),
    ] = None,
    seed: SeedOption = None,
    engine: EngineOption = Engine.COMPILED,
    jobs: JobsOption = None,
    scale: ScaleOption = 1.0,
    out: OutOption = None,
    allow_steering: SteeringOption = False,
) -> None:
    """Compare all policies with as-is, on the same luck.

    \b
    Examples:
      cxsim compare local-shop-vs-chain
      cxsim compare bank-phone --policies call-back,announce-the-wait --seed 1
      cxsim compare my-shop.yaml --precision retention=0.5pp --out out/shop
      cxsim compare my-shop.yaml --set market.customers=500 --replications 10
      cxsim compare my-shop.yaml --worlds 100
      cxsim compare cable-town --scale 0.1
      cxsim compare cable-town --fork-at "month 12"
      cxsim compare steered-hotline --allow-steering
    """  # noqa: D301 -- typer keeps the lines after a backspace as they are
    from cxsim.results import compare as simulate

    screen: Screen = context.obj
    wanted = _precision(precision, replications, most)
    found, folder = _prepared(scenario, set_, out, allow_steering=allow_steering)
    names = None if policies is None else named(policies)
    for name in names or ():
        found.policy(name)
    if fork_at is not None:
        found.forked(fork_at, where="--fork-at")  # what is not allowed is refused before any run
    announce(screen, engine)
    with screen.progress() as progress:
        comparison = simulate(
            found,
            names,
            replications=replications,
            precision=wanted,
            seed=seed,
            engine=engine.value,
            jobs=jobs,
            progress=progress,
            worlds=worlds,
            world_replications=world_replications,
            scale=scale,
            fork_at=fork_at,
        )
    _finish(screen, comparison, folder)


def _prepared(
    scenario: str, changes: Sequence[str] | None, out: Path | None, *, allow_steering: bool
) -> tuple[Scenario, Path]:
    """Load the scenario, change it as asked, and find a place for the results, before any work is done."""
    from cxsim.results.folder import check, default_folder

    found = changed(scenario, changes, allow_steering=allow_steering)
    # Local time: the folder is for the eyes of whoever is at this machine.
    now = datetime.now().astimezone()
    folder = default_folder(Path(RESULTS), found.name, found.identity(), now) if out is None else out
    check(folder)
    return found, folder


def changed(scenario: str, changes: Sequence[str] | None, *, allow_steering: bool) -> Scenario:
    """Load a scenario that may be run, and change it as asked."""
    from cxsim.scenario import load

    found = load(scenario, allow_steering=allow_steering)
    found.check_steering()
    values = _pairs(changes or ())
    return found.with_values(values) if values else found


def _pairs(texts: Sequence[str]) -> dict[str, str]:
    """Read all ``PATH=VALUE``; whatever is none is refused at once."""
    faults, values = [], {}
    for text in texts:
        path, sign, value = (part.strip() for part in text.partition("="))
        values[path] = value
        if not (sign and path and value):
            faults.append(Fault("--set", None, "", quoted(text), "PATH=VALUE", "write, for example, phone.staff=3"))
    if faults:
        raise ScenarioError(faults)
    return values


def named(policies: str) -> list[str]:
    """Read names with commas between."""
    names = [name.strip() for name in policies.split(",") if name.strip()]
    if not names:
        raise _refused("--policies", ValueRefusedError(policies, "names with commas between", "leave it out for all"))
    return names


def _precision(text: str | None, replications: int | None, most: int) -> Precision | None:
    from cxsim.experiments.precision import parse_precision

    if text is None:
        return None
    if replications is not None:
        error = ValueRefusedError("--replications and --precision", "one of them", "leave one out")
        raise _refused("compare", error)
    try:
        return parse_precision(text, most)
    except ValueRefusedError as error:
        raise _refused("--precision", error) from None


def _refused(where: str, error: ValueRefusedError) -> ScenarioError:
    return ScenarioError([Fault(where, None, "", quoted(error.given), error.allowed, error.remedy)])


def announce(screen: Screen, engine: Engine) -> None:
    """Say what takes a while before the first run."""
    if engine is Engine.COMPILED:
        from cxsim.engines.compiled import is_warm

        if not is_warm():
            screen.remark("compiling the engine (once for this version, a minute or so)")


def _finish(screen: Screen, results: Tabled, folder: Path) -> None:
    """Print, write the folder, and say which runs failed."""
    from cxsim.results.summary import summary

    say_what_was_inferred(screen, results)
    command = shlex.join(["cxsim", *sys.argv[1:]])
    for line in summary(results.facts, command):
        screen.result(line)
    _say_what_is_missing(screen, results)
    results.save(folder, command=command)
    screen.result(str(folder / "report.html"))
    failures = [f"{run.policy}, replication {run.replication}: {run.why}" for run in results.failures]
    screen.document(_document(results, folder, command))
    if failures:
        total = len(results.experiment.runs)
        screen.fault(f"{len(failures)} of {total} runs failed; their replications are left out:")
        for text in failures:
            screen.fault(f"  {text}")
    worlds = results.experiment.worlds
    if worlds is not None and worlds.failures:
        screen.fault(f"{len(worlds.failures)} of {len(worlds.drawn)} worlds failed and are left out:")
        for one in worlds.failures:
            screen.fault(f"  world {one.world.number} ({worlds.options(one.world.number)}): {one.why}")
    if failures or (worlds is not None and worlds.failures):
        raise typer.Exit(1)


def say_what_was_inferred(screen: Screen, results: Tabled) -> None:
    """Say in one line for each competitor known by figures what is behind them, and which figures are missed."""
    for one in results.experiment.inference.firms:
        missed = [record.figure for record in one.checked if not record.met]
        more = f"; not met within the margin: {', '.join(missed)}" if missed else ""
        more += f"; not in the model: {', '.join(one.unused)}" if one.unused else ""
        screen.remark(f"inferred for {one.sentence()}{more}")


def _say_what_is_missing(screen: Screen, results: Tabled) -> None:
    """Name the measures that the scenario asks for and that were not counted."""
    from cxsim.measures.catalog import ABOVE_AS_IS

    asked = results.scenario.document.measures or ()
    missing = [name for name in asked if not results.facts.has(name)]
    alone = [name for name in missing if name in ABOVE_AS_IS and len(results.experiment.policies) == 1]
    if alone:
        screen.remark(f"needs a comparison with as-is (`cxsim compare`): {', '.join(alone)}")
        missing = [name for name in missing if name not in alone]
    if missing:
        screen.remark(f"asked for, but not counted in this scenario or not yet: {', '.join(missing)}")


def _document(results: Tabled, folder: Path, command: str) -> dict[str, Any]:
    from cxsim.measures.tables import SCHEMA
    from cxsim.results.answer import sentences
    from cxsim.results.worlds import worlds_found

    made, worlds = results.experiment, worlds_found(results.facts)
    return {
        "schema": SCHEMA,
        "scenario": made.scenario.name,
        "policies": list(made.policies),
        "replications": made.replications,
        "seed": made.seed,
        "engine": made.engine,
        "scale": made.scale,
        "wall_s": round(made.wall_s, 3),
        "folder": str(folder),
        "answer": sentences(results.facts, command),
        "comparison": results.contrast.to_dict("records"),
        "worlds": None if worlds is None else worlds.document(),
        "failures": [
            {"policy": run.policy, "replication": run.replication, "why": run.why} for run in results.failures
        ],
    }
