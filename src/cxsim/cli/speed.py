"""`cxsim bench`: how fast it is on this machine."""

from __future__ import annotations

import json as json_format
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from cxsim.cli.screen import Screen
from cxsim.errors import Fault, ScenarioError


def bench(
    context: typer.Context,
    workloads: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[WORKLOAD]...",
            help="w1, w2, cable-town, million, calendar, start, draws, workers; all.",
            show_default=False,
        ),
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="One turn, small sizes: under a minute.")] = False,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the JSON document here, too.")] = None,
) -> None:
    """Measure how fast it is on this machine.

    A queue (w1), a network (w2), `cable-town` and a market of a million people;
    the calendar alone, the first and later starts, keyed draws beside one
    stream, two workers beside one. Everything is compared in turn, each in a
    process of its own: with a loop in C where there is a C compiler, with
    SimPy, and with Ciw and salabim where they are installed
    (`pip install 'cxsim[bench]'`). Times are this machine's; ratios travel.
    A figure that cannot be taken is null. Takes about ten minutes.

    \b
    Examples:
      cxsim bench --quick
      cxsim bench w1 w2
      cxsim bench --json --out bench.json
    """  # noqa: D301 -- typer keeps the lines after a backspace as they are
    from cxsim.checks.bench.run import bench as measure
    from cxsim.checks.bench.run import checked
    from cxsim.checks.bench.sizes import FULL, QUICK
    from cxsim.checks.bench.tables import screen as lines
    from cxsim.engines.compiled import is_warm
    from cxsim.results.report import write_whole

    screen: Screen = context.obj
    names = checked(workloads or ())
    if out is not None:
        can_be_written(out)
    if not is_warm():
        screen.remark("compiling the engine, once for this version (a minute or two)")
    document = measure(names, QUICK if quick else FULL, screen.remark)
    if out is not None:
        write_whole(out, (json_format.dumps(document, indent=1, ensure_ascii=False) + "\n").encode())
    for line in lines(document):
        screen.result(line)
    screen.document(document)


def can_be_written(file: Path) -> None:
    """Refuse a file that cannot be written before ten minutes are spent; leaves nothing behind.

    Raises
    ------
    ScenarioError
        When it is a folder, or its folder takes no files.
    """
    given = "a folder" if file.is_dir() else ""
    near = file.parent
    while not near.exists():
        near = near.parent
    try:
        with tempfile.TemporaryFile(dir=near):
            pass
    except OSError as error:
        given = error.strerror or type(error).__name__
    if given:
        raise ScenarioError([Fault(str(file), None, "", given, "a file that can be written", "name another place")])
