"""`cxsim select`."""

from __future__ import annotations

import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from cxsim.cli.screen import Screen, goes_on
from cxsim.cli.simulations import (
    Engine,
    EngineOption,
    JobsOption,
    ScaleOption,
    ScenarioArgument,
    SeedOption,
    SetOption,
    SteeringOption,
    announce,
    changed,
    named,
)
from cxsim.cli.spending import StoreOption

PER_CENT: Final = 100.0
MOST_SAID: Final = 5


class Method(StrEnum):
    """How runs are handed out."""

    KN = "kn"
    OCBA = "ocba"


def select(
    context: typer.Context,
    scenario: ScenarioArgument,
    policies: Annotated[str | None, typer.Option(metavar="A,B,...", help="Which policies; by default all.")] = None,
    measure: Annotated[str, typer.Option(metavar="MEASURE", help="What is best; of our firm.")] = "retention",
    delta: Annotated[
        str, typer.Option(metavar="AMOUNT", help="A smaller difference does not matter, such as 0.5pp, 10s or 2000.")
    ] = "0.5pp",
    confidence: Annotated[
        float, typer.Option(min=1.0, max=99.99, metavar="PER CENT", help="Chance with which the choice is right.")
    ] = 95.0,
    method: Annotated[
        Method, typer.Option(help="Kim and Nelson's procedure, or optimal computing budget allocation.")
    ] = Method.KN,
    set_: SetOption = None,
    most: Annotated[
        int, typer.Option(min=20, metavar="R", help="Most runs of a policy, in the choice and to confirm it.")
    ] = 500,
    seed: SeedOption = None,
    engine: EngineOption = Engine.COMPILED,
    jobs: JobsOption = None,
    scale: ScaleOption = 1.0,
    store: StoreOption = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Write tables, chart and answer there.")] = None,
    allow_steering: SteeringOption = False,
) -> None:
    """Choose the best policy with a stated guarantee; confirm it on fresh luck.

    Policies that fall behind get no more runs. As-is is always among them.
    Exit code 1: fresh luck contradicts the choice.

    \b
    Examples:
      cxsim select local-shop-vs-chain
      cxsim select bank-phone --measure wait_mean --delta 5s --confidence 99
      cxsim select my-shop.yaml --policies faster,cheaper --method ocba --out out/best
    """  # noqa: D301 -- typer keeps the lines after a backspace as they are
    from cxsim.results.folder import check
    from cxsim.results.selection import select as choose
    from cxsim.results.selection import wished
    from cxsim.results.selection_words import console

    screen: Screen = context.obj
    wished(measure, delta)  # what is not allowed is refused before any run
    found = changed(scenario, set_, allow_steering=allow_steering)
    if out is not None:
        check(out)
    announce(screen, engine)
    with goes_on(store):
        result = choose(
            found,
            None if policies is None else named(policies),
            measure=measure,
            delta=delta,
            confidence=confidence / PER_CENT,
            method=method.value,
            most=most,
            seed=seed,
            engine=engine.value,
            jobs=jobs,
            scale=scale,
            store=store,
            tell=screen.remark,
        )
    for line in console(result):
        screen.result(line)
    if out is not None:
        result.save(out, command=shlex.join(["cxsim", *sys.argv[1:]]))
        screen.result(str(out / "answer.md"))
    screen.document(result.document())
    if result.failures:
        screen.fault(f"{len(result.failures)} runs failed; their replications are left out:")
        for one in result.failures[:MOST_SAID]:
            screen.fault(f"  {one.want.case.policy}, replication {one.want.replication}: {one.why}")
    if result.failures or result.selection.confirmation.verdict == "disagrees":
        raise typer.Exit(1)
