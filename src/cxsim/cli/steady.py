"""`cxsim steady`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from cxsim.cli.screen import Screen
from cxsim.cli.simulations import (
    AS_IS,
    Engine,
    EngineOption,
    ScenarioArgument,
    SeedOption,
    SetOption,
    SteeringOption,
    announce,
    changed,
)

PER_CENT: Final = 100.0


class Question(StrEnum):
    """What is asked of the steady state."""

    WAIT_MEAN = "wait_mean"
    SHARE_QUEUED = "share_queued"


def steady(
    context: typer.Context,
    scenario: ScenarioArgument,
    measure: Annotated[Question, typer.Option(help="Of those who are answered.")] = Question.WAIT_MEAN,
    touchpoint: Annotated[
        str | None, typer.Option(metavar="NAME", help="By default the one with most services.")
    ] = None,
    policy: Annotated[str, typer.Option(metavar="NAME", help="The policy to simulate.")] = AS_IS,
    set_: SetOption = None,
    seed: SeedOption = None,
    confidence: Annotated[float, typer.Option(min=1.0, max=99.99, metavar="PER CENT", help="Of the interval.")] = 95.0,
    engine: EngineOption = Engine.COMPILED,
    chart: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw how the run settles; .png, .svg or .pdf.")
    ] = None,
    allow_steering: SteeringOption = False,
) -> None:
    """Say what a queue settles to, from one long run.

    The warm-up is found by MSER-5, the interval is that of batch means.
    For desks whose calls and staff are the same all day.
    Exit code 1: the run is too short to say.

    \b
    Examples:
      cxsim steady my-line.yaml --set lasts="30 d"
      cxsim steady my-line.yaml --measure share_queued --chart settles.png
    """  # noqa: D301 -- typer keeps the lines after a backspace as they are
    from cxsim.experiments.steady import steady as settle
    from cxsim.results import steady as said

    screen: Screen = context.obj
    found = changed(scenario, set_, allow_steering=allow_steering)
    announce(screen, engine)
    level = confidence / PER_CENT
    result = settle(
        found, policy, measure=measure.value, touchpoint=touchpoint, seed=seed, engine=engine.value, level=level
    )
    for line in said.lines_of(result, found.name, level):
        screen.result(line)
    if chart is not None:
        said.chart(result, found.name).save(chart)
        screen.result(str(chart))
    screen.document(said.document(result, found.name, level))
    if not result.trusted:
        raise typer.Exit(1)
