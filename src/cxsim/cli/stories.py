"""`cxsim story`: the lives of single customers."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

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
    named,
)
from cxsim.errors import InputError

if TYPE_CHECKING:
    from cxsim.results.stories.story import Story

WIDTH: Final = 100


def story(
    context: typer.Context,
    scenario: ScenarioArgument,
    customer: Annotated[int | None, typer.Option(metavar="N", help="Number of the customer, from 0.")] = None,
    policies: Annotated[
        str, typer.Option(metavar="A,B", help="One policy, or two whose lives are put side by side.")
    ] = AS_IS,
    pick: Annotated[
        str | None,
        typer.Option(
            metavar="KIND",
            help="Instead of --customer: the first who is saved, lost or paid-for-nothing by the second policy.",
        ),
    ] = None,
    set_: SetOption = None,
    replication: Annotated[int, typer.Option(min=0, metavar="R", help="Which run of a comparison, from 0.")] = 0,
    seed: SeedOption = None,
    engine: EngineOption = Engine.COMPILED,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the chart there: .png, .svg or .pdf.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Tell every moment, for example --customer 17 --full.")] = False,
    allow_steering: SteeringOption = False,
) -> None:
    """Tell the life of one customer, or where it parts under two policies.

    Without --customer and --pick it says whom the second policy saves, loses and
    pays for nothing, with the numbers of some of them. Everything happens on the
    luck of one run of `cxsim compare` with the same seed.

    \b
    Examples:
      cxsim story cable-town --customer 17
      cxsim story cable-town --customer 17 --full
      cxsim story cable-town --policies as-is,make-good-fast
      cxsim story cable-town --policies as-is,make-good-fast --pick saved
      cxsim story cable-town --policies as-is,make-good-fast --customer 17 --out life.png
    """  # noqa: D301 -- typer keeps the lines after a backspace as they are
    from cxsim.experiments.watched import luck_of
    from cxsim.results.stories.fated import fates_on
    from cxsim.results.stories.story import TWO, checked_policies, story_of

    screen: Screen = context.obj
    found = changed(scenario, set_, allow_steering=allow_steering)
    names = checked_policies(found, named(policies))
    _check(customer, pick, out, two=len(names) == TWO)
    announce(screen, engine)
    luck = luck_of(found, seed=seed, replication=replication, engine=engine.value)
    if customer is not None:
        _show(screen, story_of(luck, customer, names), out, full=full)
        return
    fated = fates_on(luck, (names[0], names[1]))
    if pick is None:
        for line in fated.sentences():
            screen.result(_wrapped(line))
        screen.document(fated.document())
        return
    examples = fated.examples(pick)
    told = fated.story(pick)
    others = ", ".join(str(number) for number in examples["customer"].tolist()[1:])
    screen.result(f"{pick}: {fated.chosen(pick).size}{f'; others are {others}' if others else ''}.")
    _show(screen, told, out, full=full)


def _check(customer: int | None, pick: str | None, out: Path | None, *, two: bool) -> None:
    """Refuse what does not go together, before any work is done."""
    from cxsim.results.stories.fated import KINDS
    from cxsim.units import nearest

    if customer is not None and pick is not None:
        raise InputError("story: both --customer and --pick; one of them is allowed; leave one out")
    if pick is not None and pick not in KINDS:
        hint = nearest(pick, KINDS) or "choose one of these"
        raise InputError(f"--pick: `{pick}`; {', '.join(KINDS)} is allowed; {hint}")
    if customer is None and not two:
        what = "--customer: nothing" if pick is None else f"--pick: {pick} of one policy"
        raise InputError(f"{what}; a customer, or two policies are allowed; write, for example, --customer 17")
    if out is None:
        return
    if customer is None and pick is None:
        raise InputError(
            "--out: a chart of all customers; one of a single customer is allowed; add --customer or --pick"
        )
    if out.suffix.lower() not in {".png", ".svg", ".pdf"}:
        raise InputError(f"--out: `{out.name}`; an ending .png, .svg or .pdf is allowed; write, for example, life.png")


def _show(screen: Screen, told: Story, out: Path | None, *, full: bool) -> None:
    from cxsim.charts.figure import Chart
    from cxsim.results.report import write_whole

    for line in told.sentences(full=full):
        screen.result(_wrapped(line))
    document = told.document()
    if out is not None:
        chart = told.plot()
        assert isinstance(chart, Chart)
        form = out.suffix.lower().removeprefix(".")
        write_whole(out, chart.render(form, "slide"))  # type: ignore[arg-type]  # checked before the run
        screen.result(str(out))
        document["chart"] = str(out)
    screen.document(document)


def _wrapped(line: str) -> str:
    """Wrap a line to the screen, what follows set in."""
    indent = line[: len(line) - len(line.lstrip())]
    return textwrap.fill(line, WIDTH, subsequent_indent=f"{indent}    ", break_on_hyphens=False) if line else ""
