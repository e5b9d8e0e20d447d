"""`cxsim validate`, `schema`, `scenarios` and `new`: scenario and study files, without simulating."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from cxsim.cli.screen import Screen
from cxsim.errors import Fault, InputError, ScenarioError, UnreadableError

if TYPE_CHECKING:
    from cxsim.scenario import Scenario

INVALID: Final = 1
UNREADABLE: Final = 2

scenarios_app = typer.Typer(rich_markup_mode=None, add_completion=False)


def validate(
    context: typer.Context,
    scenario_files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="Scenario or study files, or bundled names.")
    ],
    allow_steering: Annotated[
        bool, typer.Option("--allow-steering", help="Import the steering rules that files name, and check them too.")
    ] = False,
) -> None:
    """Check scenario and study files; list every fault.

    A study is a file with a line `study:`; its scenario is checked with it, and the ends of its factors are tried.

    Of a valid scenario it says what to look at before a run: a touchpoint to which more work
    comes than its people can do, recovery steps that can make nobody whole, and how to see
    whether the model meets what is `known` of our firm. These hints change no exit code.

    Exit code 0: all valid; 1: a file is invalid; 2: a file is unreadable.

    \b
    Examples:
      cxsim validate my-shop.yaml
      cxsim validate scenarios/*.yaml
      cxsim validate steered-hotline --allow-steering
      cxsim validate staffing my-study.yaml
    """  # noqa: D301 -- typer keeps the lines after a backspace as they are
    screen: Screen = context.obj
    from cxsim.scenario.hints import hints

    worst = 0
    checked: list[dict[str, Any]] = []
    for name in scenario_files:
        faults, code, found = _faults(name, allow_steering=allow_steering)
        worst = max(worst, code)
        told = hints(found, name) if found is not None else []
        entry = {"file": name, "valid": not faults, "faults": [_described(fault) for fault in faults], "hints": told}
        checked.append(entry)
        if not faults:
            screen.result(f"{name}: valid")
            unread = _unread(found) if found is not None else []
            if unread:
                screen.remark(f"{name}: not looked at without --allow-steering: steering of {', '.join(unread)}")
            for hint in told:
                screen.remark(f"{name}: {hint}")
        elif not screen.json:
            screen.fault("\n".join(str(fault) for fault in faults))
    screen.document({"files": checked})
    raise typer.Exit(worst)


def _faults(name: str, *, allow_steering: bool) -> tuple[tuple[Fault, ...], int, Scenario | None]:
    """Return the faults of a file, the exit code they mean, and the scenario where it is one without a fault."""
    from cxsim.scenario import library, load

    try:
        if library.is_study(name):
            from cxsim.experiments.studies.study import load_study

            load_study(name, allow_steering=allow_steering)
            return (), 0, None
        found = load(name, allow_steering=allow_steering)
    except UnreadableError as error:
        return error.faults, UNREADABLE, None
    except ScenarioError as error:
        return error.faults, INVALID, None
    return (), 0, found


def _unread(scenario: Scenario) -> list[str]:
    """Name policies whose steering stayed unread."""
    return [name for name in scenario.policies if any(one.rule is None for one in scenario.policy(name).steering)]


def _described(fault: Fault) -> dict[str, Any]:
    return {
        "file": fault.file,
        "line": fault.line,
        "path": fault.path,
        "given": fault.given,
        "allowed": fault.allowed,
        "remedy": fault.remedy,
    }


def schema(
    context: typer.Context,
    study: Annotated[bool, typer.Option("--study", help="That of study files.")] = False,
    editor: Annotated[
        bool,
        typer.Option("--editor", help="Write both into .cxsim/ here, where files made by `cxsim new` look for them."),
    ] = False,
) -> None:
    """Print the JSON Schema of scenario files, or of study files; or put both where editors find them.

    A file whose first line is `# yaml-language-server: $schema=.cxsim/scenario.schema.json` is then
    completed, explained and checked while you write it. Write them anew after an update of cxsim.

    \b
    Examples:
      cxsim schema --editor
      cxsim schema > scenario.schema.json
      cxsim schema --study > study.schema.json
    """  # noqa: D301 -- typer keeps the lines after a backspace as they are
    from cxsim.scenario.editor import SCENARIO, STUDY, schemas, write_schemas

    screen: Screen = context.obj
    if editor:
        if study:
            raise InputError("schema: --editor and --study; one of them is allowed; --editor alone writes both")
        written = [str(path) for path in write_schemas(Path())]
        for path in written:
            screen.result(path)
        screen.document({"files": written})
        return
    content = schemas()[STUDY if study else SCENARIO]
    screen.result(json.dumps(content, indent=1, ensure_ascii=False))
    screen.document(content)


@scenarios_app.callback(invoke_without_command=True)
def scenarios(context: typer.Context) -> None:
    """List the bundled scenarios and studies, or show one.

    \b
    Examples:
      cxsim scenarios
      cxsim scenarios show local-shop-vs-chain
      cxsim scenarios show staffing
    """  # noqa: D301 -- typer keeps the lines after a backspace as they are
    if context.invoked_subcommand is not None:
        return
    screen: Screen = context.obj
    from cxsim.scenario import library

    _list(screen, library.names())


def _list(screen: Screen, names: Iterable[str], first: Sequence[tuple[str, str]] = ()) -> None:
    """Show scenarios and all bundled studies, each with its question, after others."""
    from cxsim.scenario import library

    found = {
        "scenarios": [*first, *((name, library.question(name)) for name in names)],
        "studies": [(name, library.question(name)) for name in library.studies()],
    }
    width = max(len(name) for listed in found.values() for name, _ in listed) + 2
    for kind, listed in found.items():
        if kind == "studies":
            screen.result("\nstudies:")
        for name, question in listed:
            screen.result(f"{name:<{width}}{question}".rstrip())
    screen.document(
        {kind: [{"name": name, "question": asked} for name, asked in listed] for kind, listed in found.items()}
    )


@scenarios_app.command("show")
def show(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of a bundled scenario or study.")],
) -> None:
    """Print a bundled scenario or study, comments and all.

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
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the new file; writes NAME.yaml here.")] = "",
    source: Annotated[
        str, typer.Option("--from", metavar="SCENARIO", help="The scenario or study to begin with.")
    ] = "starter",
    listed: Annotated[bool, typer.Option("--list", help="Show what one can begin from, and write nothing.")] = False,
) -> None:
    """Start a scenario or study file of one's own.

    It begins as a small firm with a rival and two policies, made to be changed, or as a copy of
    another file. What editors need to explain, complete and check it goes into .cxsim/ beside it.

    \b
    Examples:
      cxsim new my-shop
      cxsim new --list
      cxsim new my-calls --from bank-phone
      cxsim new my-study --from staffing
    """  # noqa: D301 -- typer keeps the lines after a backspace as they are
    from cxsim.scenario import library

    screen: Screen = context.obj
    if listed:
        # Those in folders are for proofs and timings; `cxsim scenarios` lists them, too.
        markets = [name for name in library.names() if "/" not in name]
        _list(screen, markets, [(library.STARTER, library.question(library.starter()))])
        return
    if not name:
        raise InputError("new: no name; a name of letters, digits, - and _ is allowed; write, for example, my-shop")
    path = library.new(name, Path(), source)
    screen.result(str(path))
    then = "sweep" if library.is_study(path) else "compare"
    screen.remark(f"next: edit it, then `cxsim validate {path}` and `cxsim {then} {path}`")
    screen.document({"file": str(path)})
