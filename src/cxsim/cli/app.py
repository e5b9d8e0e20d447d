"""The commands, the options they share, and what becomes of errors."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from cxsim import __version__
from cxsim.cli import (
    factors,
    files,
    live,
    pages,
    patterns,
    proof,
    rivals,
    selection,
    simulations,
    speed,
    spending,
    steady,
    stories,
    studies,
)
from cxsim.cli.screen import Screen
from cxsim.errors import CxsimError, InputError

FAILED: Final = 1
REFUSED: Final = 2
GLOBAL_OPTIONS: Final = ("--quiet", "--json", "--no-color")
EPILOG: Final = "--quiet, --json and --no-color may also stand after the command."


class Shell(TyperGroup):
    """Turns what goes wrong into one short block on standard error and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except CxsimError as error:
            _say(str(error))
            raise typer.Exit(REFUSED if isinstance(error, InputError) else FAILED) from None
        except KeyboardInterrupt:
            _say("stopped; nothing was written")
            raise typer.Exit(FAILED) from None
        except BrokenPipeError:
            # Whoever read the output has gone; there is nobody to tell.
            with contextlib.suppress(OSError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(FAILED) from None


def _say(text: str) -> None:
    with contextlib.suppress(OSError):
        sys.stderr.write(f"{text}\n")


def hoisted(arguments: Sequence[str]) -> list[str]:
    """Put the options that all commands share in front, wherever they stand before a ``--``."""
    given = list(arguments)
    end = given.index("--") if "--" in given else len(given)
    shared = [word for word in given[:end] if word in GLOBAL_OPTIONS]
    rest = [word for word in given[:end] if word not in GLOBAL_OPTIONS]
    return [*dict.fromkeys(shared), *rest, *given[end:]]


app = typer.Typer(
    cls=Shell,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EPILOG,
)


def _version(asked: bool) -> None:
    if asked:
        sys.stdout.write(f"cxsim {__version__}\n")
        raise typer.Exit


@app.callback()
def shared(
    context: typer.Context,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress, no remarks; results only.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
    no_color: Annotated[bool, typer.Option("--no-color", help="No colors.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Simulate customers, service and competitors; compare policies by the customers they keep."""
    del version
    context.obj = Screen(quiet=quiet, json=json, color=not no_color)


app.command()(simulations.run)
app.command()(simulations.compare)
app.command()(rivals.benchmark)
app.command()(selection.select)
app.command()(steady.steady)
app.command()(studies.sweep)
app.command()(factors.sensitivity)
app.command()(factors.discover)
app.command()(spending.optimise)
app.command()(spending.levers)
app.command()(spending.waterfall)
app.command()(stories.story)
app.command()(pages.report)
app.command()(pages.words)
app.command()(live.serve)
app.command()(files.validate)
app.command()(files.schema)
app.add_typer(files.scenarios_app, name="scenarios")
app.command()(files.new)
app.command()(pages.assumptions)
app.command()(proof.verify)
app.command()(patterns.facts)
app.command()(speed.bench)
