"""`cxsim verify`: the installation proves itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cxsim.cli.screen import Screen

if TYPE_CHECKING:
    from cxsim.checks.verify import Check, Proof

BROKEN: Final = 1


class Engines(StrEnum):
    """Which engines have to prove themselves."""

    BOTH = "both"
    COMPILED = "compiled"
    REFERENCE = "reference"


def verify(
    context: typer.Context,
    full: Annotated[
        bool, typer.Option("--full", help="Standard errors of .33 % instead of 1 %; one to two hours on two cores.")
    ] = False,
    engine: Annotated[Engines, typer.Option(help="The reference engine runs the short cases only.")] = Engines.BOTH,
    jobs: Annotated[int | None, typer.Option(min=1, help="Runs at the same time; every processor.")] = None,
    keyed: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Instead: the keyed draws under load; FILE keeps what is done."),
    ] = None,
) -> None:
    """Prove the installation against exact results.

    Queues, networks, contracts, choice, expectations and talk whose answers
    are known in closed form, for each engine, on published seeds; and the
    equality of the engines, byte for byte. A line holds
    when its z score is at most 4 on a standard error that is small enough; at
    most one score in a hundred may be above 3. Exit code 0 only if all hold.

    --keyed runs a queue and a network over 10^9 customers each, on consecutive
    seeds, and holds mean wait and abandonment to 3 standard errors. It takes up
    to half an hour on two cores; started again, it goes on where it was.

    \b
    Examples:
      cxsim verify
      cxsim verify --engine compiled --jobs 1
      cxsim verify --full --json
      cxsim verify --keyed out/keyed.jsonl
    """  # noqa: D301 -- typer keeps the lines after a backspace as they are
    from cxsim.checks.verify import verify as prove
    from cxsim.engines.compiled import is_warm

    screen: Screen = context.obj
    if engine is not Engines.REFERENCE and not is_warm():
        screen.remark("compiling the engine, once for this version (a minute or two)")
    if keyed is not None:
        under_load(screen, keyed, jobs)
        return
    with screen.progress() as progress:
        proof = prove(full=full, engine=engine.value, jobs=jobs, report=progress)
    for line in table((*proof.parity, *proof.checks)):
        screen.result(line)
    screen.result(summary(proof))
    screen.document(
        {
            "holds": proof.holds,
            "checks": [check._asdict() for check in (*proof.parity, *proof.checks)],
            "scores": proof.scores._asdict(),
            "independent_scores": proof.independent._asdict(),
        }
    )
    if not proof.holds:
        raise typer.Exit(BROKEN)


def under_load(screen: Screen, file: Path, jobs: int | None) -> None:
    """Run the keyed draws under load, and leave with exit code 1 where they do not hold."""
    from cxsim.checks.keyed import keyed

    with screen.progress() as progress:
        checks = keyed(file, jobs=jobs, report=progress)
    for line in table(checks):
        screen.result(line)
    holds = all(check.holds for check in checks)
    screen.result("all hold" if holds else "not all hold")
    screen.document({"holds": holds, "checks": [check._asdict() for check in checks]})
    if not holds:
        raise typer.Exit(BROKEN)


def table(checks: Sequence[Check]) -> Iterator[str]:
    """Write the checks as lines of a table, one heading for each case."""
    wide = max((len(check.quantity) for check in checks), default=0)
    header = f"  {'quantity':{wide}}  {'exact':>10}  {'simulated':>10} +- {'std. error':<10}  {'z':>6}  ok"
    before = None
    yield header
    for check in checks:
        case = (check.case, check.engine)
        if case != before:
            title = check.name.removesuffix(f": {check.quantity}")
            yield f"{title} [{check.engine}; {check.arrivals:,} {check.counted} in {check.replications} replications]"
            before = case
        numbers = f"{check.exact:>10.6g}  {check.simulated:>10.6g} +- {check.standard_error:<10.2g}  {check.z:>6.2f}"
        yield f"  {check.quantity:{wide}}  {numbers}  {verdict(check)}"


def verdict(check: Check) -> str:
    """Say whether a check holds, and if not, why."""
    if check.holds:
        return "ok"
    if check.standard_error > check.allowed_error * abs(check.exact):
        return f"STANDARD ERROR ABOVE {100 * check.allowed_error:g} %"
    return "DOES NOT HOLD"


def summary(proof: Proof) -> str:
    """Say in two lines what all checks say together."""
    scores, independent = proof.scores, proof.independent
    above = round(scores.share_above_3 * scores.n)
    return (
        f"{scores.n} lines: largest |z| {scores.largest:.2f}, {above} above 3; "
        f"{independent.n} independent cases: mean {independent.mean:.2f}, sd {independent.sd:.2f}, "
        f"Kolmogorov-Smirnov p {independent.ks_p:.2g}\n" + ("all hold" if proof.holds else "not all hold")
    )
