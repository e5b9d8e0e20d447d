"""`cxsim facts`: published patterns beside the simulated ones."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cxsim.cli.screen import Screen

if TYPE_CHECKING:
    from cxsim.checks.patterns import Fact

BROKEN: Final = 1
WIDE: Final = 40


def facts(
    context: typer.Context,
    only: Annotated[list[str] | None, typer.Option(help="Patterns by number, such as C4 or C4,C5; all.")] = None,
    replications: Annotated[int | None, typer.Option(min=2, help="Fewer, for a trial; the verdicts need 30.")] = None,
    ablations: Annotated[bool, typer.Option(help="Run each experiment also without its mechanism.")] = True,
) -> None:
    """Set published patterns beside simulated ones.

    Small experiments on published seeds, all with one set of behavioural
    defaults. A figure holds when its 95 % interval lies inside the tolerance
    (a sign: excludes the wrong one), does not hold when it lies outside, and
    cannot be told when it crosses the edge. With its mechanism switched off a
    pattern has to vanish. Exit code 0 only if every figure holds. All of them
    take five to ten minutes on one core.

    \b
    Examples:
      cxsim facts
      cxsim facts --only C4
      cxsim facts --only C2,C3 --json
    """  # noqa: D301 -- typer keeps the lines after a backspace as they are
    from cxsim.checks.patterns import facts as observe
    from cxsim.checks.patterns import parameters_hash
    from cxsim.engines.compiled import is_warm
    from cxsim.experiments.spec import MODEL_VERSION

    screen: Screen = context.obj
    if not is_warm():
        screen.remark("compiling the engine, once for this version (a minute or two)")
    with screen.progress() as progress:
        found = observe(only or (), replications=replications, ablations=ablations, report=progress)
    for line in table(found):
        screen.result(line)
    screen.result(f"behavioural defaults {parameters_hash()}, model version {MODEL_VERSION}")
    screen.document(
        {
            "holds": all(fact.holds for fact in found),
            "parameters": parameters_hash(),
            "model_version": MODEL_VERSION,
            "facts": [{**fact._asdict(), "holds": fact.holds} for fact in found],
        }
    )
    if not all(fact.holds for fact in found):
        raise typer.Exit(BROKEN)


def table(found: Sequence[Fact]) -> Iterator[str]:
    """Write the facts as lines: one heading for each pattern, one line for each figure."""
    for _, group in itertools.groupby(found, key=lambda fact: fact.id):
        facts_ = list(group)
        first = facts_[0]
        yield f"{first.id} {first.fact}"
        yield f"   {first.source}; {first.replications} replications"
        for fact in facts_:
            label = fact.figure if len(fact.figure) <= WIDE else fact.figure[: WIDE - 1] + "…"
            interval = f"{number(fact.simulated)} ({number(fact.ci_low)} to {number(fact.ci_high)})"
            yield f"   {label:{WIDE}} {fact.target}: {interval}  {fact.verdict}"
        if first_key := next((fact for fact in facts_ if fact.ablation_vanishes is not None), None):
            gone = [fact for fact in facts_ if fact.ablation_vanishes is not None]
            kept = [fact.figure for fact in gone if not fact.ablation_vanishes]
            said = "it vanishes" if not kept else f"still there: {'; '.join(kept)}"
            yield f"   without {first_key.mechanism}: {said}"
    held = sum(fact.holds for fact in found)
    yield f"{held} of {len(found)} figures hold"


def number(value: float) -> str:
    """Write a number with three digits."""
    return "-" if math.isnan(value) else f"{value:.3g}"
