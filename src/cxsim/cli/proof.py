"""`cxsim verify`: the installation proves itself."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from cxsim.cli.screen import Screen

BROKEN: Final = 1


def verify(
    context: typer.Context,
    full: Annotated[bool, typer.Option("--full", help="The small standard errors of the slow suite.")] = False,
) -> None:
    """Prove the installation against exact results.

    Queues and customers, for each engine. Exit code 0 only if all hold.

    \b
    Examples:
      cxsim verify
      cxsim verify --full --json
    """  # noqa: D301 -- typer keeps the lines after a backspace as they are
    from cxsim.checks.verify import verify as prove

    screen: Screen = context.obj
    proved = prove(full=full, progress=None if screen.quiet else screen.remark)
    for check in proved.checks:
        mark = "holds" if check.holds else "DOES NOT HOLD"
        values = f"exact {check.exact:.6g}, simulated {check.simulated:.6g} ({check.ci_low:.6g} to {check.ci_high:.6g})"
        screen.result(f"{check.name} [{check.engine}]: {values}: {mark}")
    screen.result("all hold" if proved.holds else "not all hold")
    screen.document({"holds": proved.holds, "checks": [check._asdict() for check in proved.checks]})
    if not proved.holds:
        raise typer.Exit(BROKEN)
