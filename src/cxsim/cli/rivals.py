"""`cxsim benchmark`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cxsim.cli.screen import Screen
from cxsim.cli.simulations import (
    AS_IS,
    Engine,
    EngineOption,
    JobsOption,
    ReplicationsOption,
    ScaleOption,
    ScenarioArgument,
    SeedOption,
    SetOption,
    SteeringOption,
    announce,
    changed,
    say_what_was_inferred,
)

TABLE = "benchmark.csv"


def benchmark(
    context: typer.Context,
    scenario: ScenarioArgument,
    set_: SetOption = None,
    replications: ReplicationsOption = None,
    seed: SeedOption = None,
    engine: EngineOption = Engine.COMPILED,
    jobs: JobsOption = None,
    scale: ScaleOption = 1.0,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help=f"Write the result folder with {TABLE} there.")
    ] = None,
    allow_steering: SteeringOption = False,
) -> None:
    """Put our firm beside each rival, on the figures that are known.

    Ours are simulated with nothing changed; a rival's are published, simulated,
    or inferred from what is published: inferred ones get no verdict.

    \b
    Examples:
      cxsim benchmark cable-town
      cxsim benchmark my-shop.yaml --set till.staff=2 --replications 30
      cxsim benchmark cable-town --out out/rivals
    """  # noqa: D301 -- typer keeps the lines after a backspace as they are
    from cxsim.results import run as simulate
    from cxsim.results.benchmark import benchmark_of
    from cxsim.results.folder import check
    from cxsim.results.league import lines_of

    screen: Screen = context.obj
    found = changed(scenario, set_, allow_steering=allow_steering)
    if out is not None:
        check(out)
    announce(screen, engine)
    with screen.progress() as progress:
        results = simulate(
            found,
            AS_IS,
            replications=replications,
            seed=seed,
            engine=engine.value,
            jobs=jobs,
            progress=progress,
            scale=scale,
        )
    say_what_was_inferred(screen, results)
    beside = benchmark_of(results.facts)
    for line in lines_of(beside, results.facts):
        screen.result(line)
    if out is not None:
        results.save(out)
        (out / TABLE).write_text(beside.table().to_csv(index=False, lineterminator="\n"), encoding="utf-8")
        screen.result(str(out / TABLE))
    screen.document(
        {
            "schema": 1,
            "scenario": found.name,
            "firm": beside.firm,
            "rivals": list(beside.rivals),
            "replications": results.replications,
            "seed": results.experiment.seed,
            "scale": results.experiment.scale,
            "figures": [line._asdict() for line in beside.lines],
            "lost_by_reason": [cause._asdict() for cause in beside.reasons],
            "touchpoints": [cause._asdict() for cause in beside.touchpoints],
            "inferred": [one.summary() for one in results.experiment.inference.firms],
        }
    )
