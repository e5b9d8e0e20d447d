"""`cxsim validate`, `schema`, `scenarios` and `new`: scenario files, without simulating."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from cxsim.cli.screen import Screen
from cxsim.errors import Fault, ScenarioError, UnreadableError

INVALID: Final = 1
UNREADABLE: Final = 2

scenarios_app = typer.Typer(rich_markup_mode=None, add_completion=False)


def validate(
    context: typer.Context,
    scenario_files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Scenario files, or bundled names.")],
    allow_steering: Annotated[
        bool, typer.Option("--allow-steering", help="Import the steering rules that files name, and check them too.")
    ] = False,
) -> None:
    """Check scenario files; list every fault.

    Exit code 0: all valid; 1: a file is invalid; 2: a file is unreadable.

    \b
    Examples:
      cxsim validate my-shop.yaml
      cxsim validate scenarios/*.yaml
      cxsim validate steered-hotline --allow-steering
    """  # noqa: D301 -- typer keeps the lines after a backspace as they are
    screen: Screen = context.obj
    worst = 0
    checked: list[dict[str, Any]] = []
    for name in scenario_files:
        faults, code, unread = _faults(name, allow_steering=allow_steering)
        worst = max(worst, code)
        checked.append({"file": name, "valid": not faults, "faults": [_described(fault) for fault in faults]})
        if not faults:
            screen.result(f"{name}: valid")
            if unread:
                screen.remark(f"{name}: not looked at without --allow-steering: steering of {', '.join(unread)}")
        elif not screen.json:
            screen.fault("\n".join(str(fault) for fault in faults))
    screen.document({"files": checked})
    raise typer.Exit(worst)


def _faults(name: str, *, allow_steering: bool) -> tuple[tuple[Fault, ...], int, list[str]]:
    """Return the faults of a file, the exit code they mean, and policies whose steering stayed unread."""
    from cxsim.scenario import load

    try:
        found = load(name, allow_steering=allow_steering)
    except UnreadableError as error:
        return error.faults, UNREADABLE, []
    except ScenarioError as error:
        return error.faults, INVALID, []
    unread = [policy for policy in found.policies if any(one.rule is None for one in found.policy(policy).steering)]
    return (), 0, unread


def _described(fault: Fault) -> dict[str, Any]:
    return {
        "file": fault.file,
        "line": fault.line,
        "path": fault.path,
        "given": fault.given,
        "allowed": fault.allowed,
        "remedy": fault.remedy,
    }


def schema(context: typer.Context) -> None:
    """Print the JSON Schema of scenario files.

    \b
    Example:
      cxsim schema > scenario.schema.json
    """  # noqa: D301 -- typer keeps the lines after a backspace as they are
    from cxsim.scenario.schema import json_schema

    screen: Screen = context.obj
    content = json_schema()
    screen.result(json.dumps(content, indent=1, ensure_ascii=False))
    screen.document(content)


@scenarios_app.callback(invoke_without_command=True)
def scenarios(context: typer.Context) -> None:
    """List the bundled scenarios, or show one.

    \b
    Examples:
      cxsim scenarios
      cxsim scenarios show local-shop-vs-chain
    """  # noqa: D301 -- typer keeps the lines after a backspace as they are
    from cxsim.scenario import library, load

    if context.invoked_subcommand is not None:
        return
    screen: Screen = context.obj
    found = [(name, load(name).document.question or "") for name in library.names()]
    width = max((len(name) for name, _ in found), default=0) + 2
    for name, question in found:
        screen.result(f"{name:<{width}}{question}".rstrip())
    screen.document({"scenarios": [{"name": name, "question": question} for name, question in found]})


@scenarios_app.command("show")
def show(
    context: typer.Context, name: Annotated[str, typer.Argument(metavar="NAME", help="Name of a bundled scenario.")]
) -> None:
    """Print a bundled scenario, comments and all.

    \b
    Example:
      cxsim scenarios show local-shop-vs-chain > mine.yaml
    """  # noqa: D301 -- typer keeps the lines after a backspace as they are
    from cxsim.scenario import library

    screen: Screen = context.obj
    text = library.show(name)
    screen.result(text.removesuffix("\n"))
    screen.document({"name": name, "text": text})


def new(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the new scenario; writes NAME.yaml here.")],
    source: Annotated[
        str, typer.Option("--from", metavar="SCENARIO", help="The scenario to begin with.")
    ] = "local-shop-vs-chain",
) -> None:
    """Start a scenario file of one's own from another.

    \b
    Examples:
      cxsim new my-shop
      cxsim new my-calls --from bank-phone
    """  # noqa: D301 -- typer keeps the lines after a backspace as they are
    from cxsim.scenario import library

    screen: Screen = context.obj
    path = library.new(name, Path(), source)
    screen.result(str(path))
    screen.remark(f"next: edit it, then `cxsim validate {path}` and `cxsim compare {path}`")
    screen.document({"file": str(path)})
