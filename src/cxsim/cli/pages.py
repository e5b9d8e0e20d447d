"""`cxsim report` and `cxsim assumptions`: what stands behind an answer, without simulating."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cxsim.cli.screen import Screen
from cxsim.errors import Fault, ScenarioError, quoted

if TYPE_CHECKING:
    from cxsim.charts.theme import Theme
    from cxsim.report.assumptions import Assumption
    from cxsim.results.stored import Stored

FORMATS: Final = ("html", "png", "svg", "pptx", "xlsx")
NARROWEST: Final = 80
WIDEST: Final = 120
INDENT: Final = "  "
PATH_SHARE: Final = 0.54  # of the width
CONFIDENCE: Final = 11  # columns of the longest word for it


def report(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A result folder.")],
    formats: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="A,B,...",
            help=f"Which of {', '.join(FORMATS)}: charts are png or svg, slides pptx, a workbook xlsx.",
        ),
    ] = "html",
    title: Annotated[str, typer.Option(metavar="T", help="Title of the report; by default the finding.")] = "",
    client: Annotated[str, typer.Option(metavar="NAME", help="For whom it was made.")] = "",
    theme: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A file with the colours, font and logo of page, slides and workbook."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to write; by default in the same folder.")
    ] = None,
) -> None:
    """Make the report, slides, a workbook and the charts again from stored results.

    Nothing is simulated: the same tables and sentences, with another title,
    for somebody else, or in another format.

    \b
    Examples:
      cxsim report results/local-shop-vs-chain/2026-03-01-140509-0a1b2c3d
      cxsim report out/shop --title "What a second person brings" --client Corner
      cxsim report out/shop --format html,png,svg --out slides
      cxsim report out/shop --format pptx,xlsx --client Corner --theme corner.yaml
    """  # noqa: D301 -- typer keeps the lines after a backspace as they are
    from cxsim.charts.theme import load_theme
    from cxsim.results.report import save_report, write_whole
    from cxsim.results.stored import read

    screen: Screen = context.obj
    wanted = _formats(formats)
    stored = read(folder)
    place = folder if out is None else out
    written = []
    look = None if theme is None else load_theme(theme)
    words = {"title": title.strip(), "client": client.strip()}
    made = _office(wanted, stored, look, **words)
    if "html" in wanted:
        written.append(save_report(stored.results, place, stored.answer, stored.manifest, theme=look, **words))
    drawn = stored.results.plot.all() if {"png", "svg"} & set(wanted) else {}
    for name, chart in drawn.items():
        for form in ("png", "svg"):
            if form in wanted:
                target = place / "charts" / f"{name}.{form}"
                write_whole(target, chart.render(form, "slide"))
                written.append(target)
    for name, data in made.items():
        write_whole(place / name, data)
        written.append(place / name)
    for path in written:
        screen.result(str(path))
    screen.document({"files": [str(path) for path in written]})


def _office(wanted: Sequence[str], stored: Stored, look: Theme | None, *, title: str, client: str) -> dict[str, bytes]:
    """Return slides and workbook by name of their file; made before anything is written."""
    from cxsim.results.slides import SLIDES, slides_of
    from cxsim.results.workbook import WORKBOOK, workbook_of

    words = {"title": title, "client": client}
    found: dict[str, bytes] = {}
    results, answer, manifest, why = stored
    if "pptx" in wanted:
        found[SLIDES] = slides_of(results, answer, manifest, theme=look, **words)
    if "xlsx" in wanted:
        found[WORKBOOK] = workbook_of(results, answer, manifest, theme=look, why=why, **words)
    return found


def _formats(text: str) -> list[str]:
    names = [name.strip().lower() for name in text.split(",") if name.strip()]
    wrong = [name for name in names if name not in FORMATS]
    if wrong or not names:
        given = quoted(", ".join(wrong) or text)
        raise ScenarioError([Fault("--format", None, "", given, ", ".join(FORMATS), "write, for example, html,png")])
    return names


def assumptions(
    context: typer.Context,
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario file, or a bundled name.")],
) -> None:
    """List every behavioural value that a scenario uses, with source and confidence.

    The ledger of the behaviour rules, what is assumed of customers and firms,
    and the mechanisms that are switched off. `written` stands in the scenario;
    everything else is a default.

    \b
    Examples:
      cxsim assumptions local-shop-vs-chain
      cxsim assumptions my-shop.yaml --json
    """  # noqa: D301 -- typer keeps the lines after a backspace as they are
    from cxsim.report.assumptions import assumptions as listed
    from cxsim.report.assumptions import counts
    from cxsim.scenario import load

    screen: Screen = context.obj
    found = listed(load(scenario))
    width = min(max(shutil.get_terminal_size((NARROWEST, 24)).columns, NARROWEST), WIDEST)
    for line in lines(found, width):
        screen.result(line)
    number = counts(found)
    for line in textwrap.wrap(f"{len(found)} values: {', '.join(f'{count} {name}' for name, count in number)}", width):
        screen.result(line)
    screen.document({"assumptions": [one._asdict() for one in found], "counts": dict(number)})


def lines(found: Sequence[Assumption], width: int) -> Iterator[str]:
    """Write assumptions group by group, each with its range and source below, within a width."""
    groups = list(dict.fromkeys(one.group for one in found))
    for group, members in groupby(sorted(found, key=lambda one: groups.index(one.group)), key=lambda one: one.group):
        yield group
        for one in members:
            yield from _entry(one, width)
        yield ""


def _entry(one: Assumption, width: int) -> Iterator[str]:
    """Write path, value and confidence on a line where they fit, and the rest below."""
    value = f"{one.value} {one.unit}".rstrip()
    first = f"{INDENT}{one.path}"
    path_column = round(PATH_SHARE * width)
    value_column = width - path_column - CONFIDENCE
    if len(first) < path_column and len(value) < value_column:
        yield f"{first:<{path_column}}{value:<{value_column}}{one.confidence}"
    else:
        yield from _below(one.path, width, 1)
        yield from _below(f"{value}; {one.confidence}", width, 3)
    parts = [f"{one.low} to {one.high}"] if one.low else []
    parts += [f"unsure: {one.unsure}"] if one.unsure else []
    parts.append(one.source if one.origin == "written" else f"default; {one.source}")
    yield from _below("; ".join(parts), width, 3)


def _below(text: str, width: int, levels: int) -> list[str]:
    indent = levels * INDENT
    return textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=indent)
