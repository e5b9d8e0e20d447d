"""From results to the page: what the report says about a comparison, and where it is written."""

from __future__ import annotations

import json
import os
import stat
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cxsim.charts.style import dressed, theme_in_force
from cxsim.charts.words import label, said
from cxsim.errors import Fault, InputError, ScenarioError
from cxsim.measures.catalog import CATALOG
from cxsim.report import assumptions as ledger
from cxsim.report.content import Content, Grounds, Met, Picture
from cxsim.report.page import page
from cxsim.report.prose import parsed
from cxsim.results import report_tables
from cxsim.results.answer import finding
from cxsim.results.explored import explorer_of
from cxsim.results.facts import Facts
from cxsim.results.in_a_minute import story_of
from cxsim.results.provenance import again
from cxsim.results.resting import resting_on
from cxsim.results.standing import records_of, rival_records_of
from cxsim.results.worded import figure, interval
from cxsim.results.wording import limits, quantity

if TYPE_CHECKING:
    from cxsim.charts.figure import Chart
    from cxsim.charts.theme import Theme
    from cxsim.results.tabled import Tabled

REPORT: Final = "report.html"
ENDING: Final = ".html"
IN_REPORT: Final = ("league", "differences", "retention", "dissatisfied", "rivals")
HASH_SHOWN: Final = 12
NEW_FILE: Final = 0o644


def report_of(  # noqa: PLR0913 -- what people may choose, each by its name
    results: Tabled,
    answer: str,
    manifest: Mapping[str, Any],
    *,
    title: str = "",
    client: str = "",
    charts: Mapping[str, Chart] | None = None,
    theme: Theme | None = None,
) -> str:
    """Return the report as one page of HTML.

    Parameters
    ----------
    results : Result or Comparison
    answer : str
        The sentences, as `answer.md` holds them.
    manifest : mapping
        As `manifest.json` holds it.
    title : str
        The finding by default.
    client : str
        For whom it is; named on the page.
    charts : mapping of str to Chart, optional
        Those of `results.plot.all()`, where they are there already.
    theme : Theme, optional
        A client's colours, font and logo; the one that is in force by default.
    """
    with dressed(theme):
        return _made(results, answer, manifest, title=title, client=client, charts=charts)


def _made(
    results: Tabled,
    answer: str,
    manifest: Mapping[str, Any],
    *,
    title: str,
    client: str,
    charts: Mapping[str, Chart] | None,
) -> str:
    facts = results.facts
    drawn = results.plot.all() if charts is None else charts
    found = parsed(answer)
    said = finding(facts)
    tables = report_tables.of_charts(facts)
    content = Content(
        title=title or said,
        finding=said,
        client=client,
        prose=found,
        story=story_of(found, facts),
        pictures=[Picture(name, drawn[name], tables.get(name)) for name in _chosen(facts, drawn)],
        tables=report_tables.of_policies(facts),
        records=_records(facts),
        grounds=_grounds(facts),
        provenance=provenance_of(manifest),
        again=found.again or again(manifest.get("command", ""), facts.experiment),
        explorer=explorer_of(facts),
    )
    return page(content, theme_in_force())


def save_report(  # noqa: PLR0913 -- what people may choose, each by its name
    results: Tabled,
    path: Path,
    answer: str,
    manifest: Mapping[str, Any],
    *,
    title: str = "",
    client: str = "",
    theme: Theme | None = None,
) -> Path:
    """Write the report, whole or not at all.

    Parameters
    ----------
    path : Path
        A file that ends in .html, or a folder, which gets a `report.html`.
    answer, manifest, title, client, theme
        As `report_of` takes them.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        When it cannot be written.
    """
    target = path if path.suffix.lower() == ENDING else path / REPORT
    text = report_of(results, answer, manifest, title=title, client=client, theme=theme)
    write_whole(target, text.encode("utf-8"))
    return target


def write_whole(target: Path, data: bytes) -> None:
    """Write a file beside its place and move it there, so that it is never half there.

    A link stays one, and what it leads to is written; who may read a file that is there stays as it is.

    Raises
    ------
    InputError
        When it cannot be written; then what was there before still is.
    """
    place = Path(os.path.realpath(target))
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        mode = stat.S_IMODE(place.stat().st_mode) if place.exists() else NEW_FILE
        with tempfile.NamedTemporaryFile(dir=place.parent, prefix=".cxsim-", delete=False) as stream:
            partial = Path(stream.name)
            try:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            except BaseException:
                with suppress(OSError):
                    partial.unlink()
                raise
        partial.chmod(mode)
        partial.replace(place)
    except OSError as error:
        raise refused(target, error) from error


def refused(place: Path, error: OSError) -> InputError:
    """Return the error that says a file cannot be written."""
    what = error.strerror or type(error).__name__
    return ScenarioError([Fault(str(place), None, "", what, "a file that can be written", "name another place")])


def _chosen(facts: Facts, drawn: Mapping[str, Chart]) -> list[str]:
    """Name the charts of the report; a queue without customers of its own has its waits instead."""
    names = [name for name in IN_REPORT if name in drawn]
    return names if facts.has("retention") else [*names, *(["waits"] if "waits" in drawn else [])]


def _records(facts: Facts) -> list[Met]:
    found = []
    own = [("", record) for record in records_of(facts)]
    for firm, record in (*own, *rival_records_of(facts)):
        measure = CATALOG[record.figure]
        unit = facts.currency if measure.unit == "money" else measure.unit
        recorded, margin, simulated = (
            figure(quantity(value, unit), unit) for value in (record.recorded, record.margin, record.simulated)
        )
        known = f"{recorded} ± {margin}"
        seen = f"{simulated} ({interval(limits(record.ci_low, record.ci_high, unit))})"
        found.append(Met(measure.title, known, seen, bool(record.met), firm))
    return found


def _grounds(facts: Facts) -> Grounds:
    """Part the assumptions: what is behind the reasons for which customers stay or go under the winner comes first."""
    first, rest, reasons = resting_on(facts)
    why = ""
    if reasons:
        titles = [said(CATALOG[reason].title.rpartition(": ")[2]) for reason in reasons]
        why = said(
            "They are behind the reasons for which customers are kept or lost here: {reasons}.",
            reasons=", ".join(titles),
        )
    return Grounds(first, rest, ledger.counts(first), why)


def provenance_of(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what made the results, line by line."""
    scenario, machine = manifest["scenario"], manifest["platform"]
    failed = sum(run["status"] != "done" for run in manifest["runs"])
    libraries = ", ".join(f"{name} {version}" for name, version in manifest["libraries"].items())
    replaced = manifest.get("replaced", [])
    return [
        (label("scenario"), f"{scenario['name']} (SHA-256 {scenario['sha256'][:HASH_SHOWN]}…)"),
        (label("policies"), ", ".join(manifest["policies"])),
        *(
            [(label("policies from"), f"{manifest['fork_at']}; nothing is changed before")]
            if manifest.get("fork_at")
            else []
        ),
        (label("replications"), f"{manifest['replications']}{', ' + str(failed) + ' runs failed' if failed else ''}"),
        (label("seed"), f"{manifest['seed']} (random scheme {manifest['random_scheme']})"),
        (
            label("program"),
            f"cxsim {manifest['cxsim']}, model {manifest['model_version']}, {manifest['engine']} engine",
        ),
        (label("made on"), f"{machine['system']} {machine['machine']}, Python {machine['python']}; {libraries}"),
        (label("started"), f"{manifest['started']}, {manifest['wall_s']:.0f} s"),
        *((f"{one['rule']} replaced", f"by {one['by']} (SHA-256 {one['sha256'][:HASH_SHOWN]}…)") for one in replaced),
        *([(label("note"), manifest["note"])] if manifest.get("note") else []),
    ]


def manifest_now(results: Tabled, command: str = "") -> dict[str, Any]:
    """Return the manifest of results that were not stored."""
    from cxsim.results.manifest import manifest_of

    found: dict[str, Any] = json.loads(manifest_of(results.experiment, command))
    return found
