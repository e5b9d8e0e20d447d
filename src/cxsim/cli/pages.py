"""`cxsim report`, `cxsim words` and `cxsim assumptions`: what stands behind an answer, without simulating."""

from __future__ import annotations

import shutil
import textwrap
import time
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from cxsim.cli.screen import Screen
from cxsim.errors import Fault, InputError, ScenarioError, quoted

if TYPE_CHECKING:
    from cxsim.charts.figure import Chart
    from cxsim.charts.theme import Theme
    from cxsim.charts.words import Words
    from cxsim.report.assumptions import Assumption
    from cxsim.results.stored import Stored

FORMATS: Final = ("html", "png", "svg", "pdf", "pptx", "xlsx")
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
            help=f"Which of {', '.join(FORMATS)}: charts png or svg, their book pdf, slides pptx, a workbook xlsx.",
        ),
    ] = "html",
    title: Annotated[str, typer.Option(metavar="T", help="Title of the report; by default the finding.")] = "",
    client: Annotated[str, typer.Option(metavar="NAME", help="For whom it was made.")] = "",
    theme: Annotated[Path | None, typer.Option(metavar="FILE", help="Colours, font and logo: a theme file.")] = None,
    words: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Labels in other words (see `cxsim words`); sentences stay English."),
    ] = None,
    charts: Annotated[
        str, typer.Option(metavar="A,B,...", help="Which charts of png, svg and pdf; by default all there are.")
    ] = "",
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to write; by default in the same folder.")
    ] = None,
) -> None:
    """Make the report, slides, a workbook and the charts again from stored results.

    The same tables and sentences, with another title, for somebody else, or in
    another format. Nothing is simulated, but for the charts that follow single
    customers: they take a run or two again.

    \b
    Examples:
      cxsim report results/local-shop-vs-chain/2026-03-01-140509-0a1b2c3d
      cxsim report out/shop --title "What a second person brings" --client Corner
      cxsim report out/shop --format html,png,svg --out slides
      cxsim report out/shop --format pptx,xlsx --client Corner --theme corner.yaml
      cxsim report out/shop --format pdf --theme corner.yaml --words magyar.yaml
      cxsim report out/shop --format png --charts league,retention
    """  # noqa: D301 -- typer keeps the lines after a backspace as they are
    from cxsim.charts.style import dressed
    from cxsim.charts.theme import load_theme
    from cxsim.charts.words import load_words, worded
    from cxsim.results.report import write_whole
    from cxsim.results.stored import read

    screen: Screen = context.obj
    wanted = _formats(formats)
    look = None if theme is None else load_theme(theme)
    called = None if words is None else load_words(words)
    _told_unknown(screen, words, called)
    chosen = [name.strip() for name in charts.split(",") if name.strip()] or None
    stored = read(folder)
    place = folder if out is None else out
    if look is not None and (doubts := look.remarks()):
        screen.remark(f"theme: {'; '.join(doubts)}")
    told = {"title": title.strip(), "client": client.strip()}
    made: dict[str, bytes] = {}
    with worded(called):
        office = _office(screen, wanted, stored, look, **told)
        with dressed(look):
            book = _book(wanted, stored, chosen)
            made |= _drawn(screen, wanted, stored, book, told["title"])
        page = _page(wanted, stored, place, look, **told)
    made |= office
    # Nothing is written until all of it is there.
    files = page | {place / name: data for name, data in made.items()}
    for path, data in files.items():
        write_whole(path, data)
    for path in files:
        screen.result(str(path))
    screen.document({"files": [str(path) for path in files]})


def _page(
    wanted: Sequence[str], stored: Stored, place: Path, look: Theme | None, *, title: str, client: str
) -> dict[Path, bytes]:
    """Return the report by its path."""
    from cxsim.charts.style import dressed
    from cxsim.results.report import ENDING, REPORT, report_of

    if "html" not in wanted:
        return {}
    with dressed(look):
        text = report_of(stored.results, stored.answer, stored.manifest, theme=look, title=title, client=client)
    return {place if place.suffix.lower() == ENDING else place / REPORT: text.encode("utf-8")}


def _book(wanted: Sequence[str], stored: Stored, chosen: Sequence[str] | None) -> dict[str, Chart]:
    """Return the charts that are asked for; names that there are not are refused before anything is drawn."""
    from cxsim.results.chart_files import charts_there

    if not {"png", "svg", "pdf"} & set(wanted):
        if chosen is not None:
            raise InputError("--charts: no charts are written; png, svg or pdf are allowed; add one to --format")
        return {}
    found = charts_there(stored.results.facts, chosen)
    if not found:
        named = ", ".join(chosen) if chosen else "none"
        raise InputError(f"--charts: {named}; charts that these results hold enough for are allowed; name others")
    return found


def _drawn(
    screen: Screen, wanted: Sequence[str], stored: Stored, book: dict[str, Chart], title: str
) -> Iterator[tuple[str, bytes]]:
    """Return pictures and PDF by path, one after the other, and show how far it is."""
    from cxsim.experiments.executor import Progress
    from cxsim.results.chart_files import BOOK, book_of, pictures

    forms: list[Literal["png", "svg"]] = [form for form in ("png", "svg") if form in wanted]
    begin = time.monotonic()
    with screen.progress("drawing") as report:

        def told(done: int, total: int, what: str) -> None:
            if report is not None:
                report(Progress(float(done), total, time.monotonic() - begin, what))

        if forms:
            yield from pictures(book, forms, lambda done, total: told(done, total, "charts"))
        if "pdf" in wanted:
            pages = book_of(
                stored.results.facts, book, title=title, told=lambda done, total: told(done, total, "pages")
            )
            yield BOOK, pages


def _office(
    screen: Screen, wanted: Sequence[str], stored: Stored, look: Theme | None, *, title: str, client: str
) -> dict[str, bytes]:
    """Return slides and workbook by name of their file; made before anything is written."""
    from cxsim.results.book.recorded import has_people
    from cxsim.results.slides import SLIDES, slides_of
    from cxsim.results.workbook import WORKBOOK, workbook_of

    found: dict[str, bytes] = {}
    results, answer, manifest, why = stored
    if "pptx" in wanted:
        if results.facts.others and has_people(results.facts):
            screen.remark("slides: runs of one customer's two lives are made again")
        found[SLIDES] = slides_of(results, answer, manifest, theme=look, title=title, client=client)
    if "xlsx" in wanted:
        found[WORKBOOK] = workbook_of(results, answer, manifest, theme=look, why=why, title=title, client=client)
    return found


def words(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="A words file: its labels are kept, the others are added.")
    ] = None,
) -> None:
    """Write all labels of charts, report, slides and workbook, to be translated.

    Change what stands after the colons and give the file to --words of
    `cxsim report`. What is left out stays English, and so do titles and the
    sentences of the answer. Labels of FILE that there are no more are named
    and left out.

    \b
    Examples:
      cxsim words > magyar.yaml
      cxsim report out/shop --format html,png,pptx --words magyar.yaml
      cxsim words magyar.yaml > magyar-new.yaml
    """  # noqa: D301 -- typer keeps the lines after a backspace as they are
    from cxsim.charts.words import ENGLISH, labels, load_words, template

    screen: Screen = context.obj
    known = ENGLISH if file is None else load_words(file)
    _told_unknown(screen, file, known)
    screen.result(template(known).rstrip("\n"))
    every = [text for texts in labels().values() for text in texts]
    if file is not None:
        left = sum(text not in known.labels for text in every)
        screen.remark(f"{len(every) - left} of {len(every)} labels are translated")
    screen.document({"labels": {text: known.labels.get(text, text) for text in every}})


def _told_unknown(screen: Screen, file: Path | None, known: Words | None) -> None:
    """Name the labels of a words file that there are not; they are left out."""
    for line in () if known is None else known.unknown:
        screen.remark(f"{file}, {line}; left out")


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
