"""The result folder: written beside its place, then moved there whole, so that it is never half there."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cxsim.errors import Fault, InputError, ScenarioError
from cxsim.experiments.steered import rules_in
from cxsim.results.answer import answer
from cxsim.results.manifest import manifest_of
from cxsim.results.reasons import table_of
from cxsim.results.report import REPORT, report_of
from cxsim.results.worlds import worlds_found

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.results.tabled import Tabled

MANIFEST: Final = "manifest.json"
ANSWER: Final = "answer.md"
HASH_SHOWN: Final = 8
EVENTS: Final = "events.parquet"
STEERING: Final = "steering.parquet"


def default_folder(results: Path, scenario: str, identity: str, now: datetime) -> Path:
    """Return where results go that nobody gave a place: ``results/<scenario>/<time>-<short hash>``."""
    return results / scenario / f"{now:%Y-%m-%d-%H%M%S}-{identity[:HASH_SHOWN]}"


def check(folder: Path) -> None:
    """Refuse a folder that could not be written, before any work is done; leaves nothing behind.

    Parameters
    ----------
    folder : Path
        Where results shall go.

    Raises
    ------
    InputError
        When it is a file, holds something else than results, or cannot be written.
    """
    with _refusing(folder):
        if folder.exists() and not folder.is_dir():
            raise _refusal(folder, "a file", "a folder", "name another place")
        if folder.is_dir() and any(folder.iterdir()) and not (folder / MANIFEST).is_file():
            raise _refusal(folder, "a folder that holds something else", "a new folder or old results", "name another")
        near = folder if folder.is_dir() else folder.parent
        while not near.exists():
            near = near.parent
        beside = folder.parent if folder.parent.is_dir() else near
        with tempfile.TemporaryDirectory(prefix=".cxsim-", dir=beside):
            pass


def write(results: Tabled, folder: Path, *, command: str = "") -> Path:
    """Write the result folder: all of it, or nothing.

    Parameters
    ----------
    results : Result or Comparison
    folder : Path
        New, empty, or an earlier result folder, which is replaced at the end.
    command : str
        Written into the manifest.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InputError
        When it cannot be written, a replaced rule has no source that could be read later, or a steering rule no
        version; then nothing is.
    """
    for one in results.experiment.replaced:
        if not one.source:
            allowed = "rules whose source, and all that it names, can be read later"
            raise _refusal(folder, f"{one.rule} replaced by {one.by}", allowed, "define the function in a file")
    made_by = results.experiment
    for policy, rule in rules_in(made_by.scenario, made_by.policies):
        if rule.version is None:
            allowed = "rules that say which version they are"
            raise _refusal(folder, f"{policy} steered by {rule.name}", allowed, "write version=1 in its decorator")
    return write_whole(folder, lambda partial: _fill(results, partial, command))


def write_whole(folder: Path, fill: Callable[[Path], None]) -> Path:
    """Write a folder beside its place, wait until it is on the disk, and move it there: all of it, or nothing.

    Parameters
    ----------
    folder : Path
        New, empty, or an earlier result folder, which is replaced at the end.
    fill : callable
        Writes the files, ``manifest.json`` among them, into the folder it is given.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InputError
        When it cannot be written; then nothing is.
    """
    check(folder)
    made: list[Path] = []
    with _refusing(folder):
        try:
            made = _parents(folder)
            partial = folder.parent / f".{folder.name}.{secrets.token_hex(4)}.partial"
            try:
                partial.mkdir()
                fill(partial)
                for path in sorted(partial.rglob("*"), reverse=True):
                    _settle(path)
                _settle(partial)
                _move(partial, folder)
            except BaseException:
                shutil.rmtree(partial, ignore_errors=True)
                raise
        except BaseException:
            for parent in reversed(made):
                with contextlib.suppress(OSError):
                    parent.rmdir()
            raise
    return folder


def _parents(folder: Path) -> list[Path]:
    """Make the folders above, and return those that were not there."""
    missing = [parent for parent in folder.parents if not parent.exists()]
    folder.parent.mkdir(parents=True, exist_ok=True)
    return missing[::-1]


def _fill(results: Tabled, folder: Path, command: str) -> None:
    frames = results.experiment.frames
    for name, table in frames._asdict().items():
        _parquet(_with_worlds(results, table) if name == "measures" else table, folder / f"{name}.parquet")
    if results.experiment.logs:
        from cxsim.results.log import events

        _parquet(events(results.experiment), folder / EVENTS)
    if results.experiment.steering is not None:
        _parquet(results.experiment.steering, folder / STEERING)
    results.contrast.to_csv(folder / "comparison.csv", index=False, lineterminator="\n")
    if results.facts.others:
        table_of(results.facts).to_csv(folder / "why.csv", index=False, lineterminator="\n")
    worlds = worlds_found(results.facts)
    if worlds is not None:
        worlds.table.to_csv(folder / "worlds.csv", index=False, lineterminator="\n")
    said = answer(results.facts, command)
    (folder / ANSWER).write_text(said, encoding="utf-8")
    (folder / "scenario.resolved.yaml").write_text(_resolved(results), encoding="utf-8")
    charts = results.plot.all()
    if charts:
        (folder / "charts").mkdir()
    for name, chart in charts.items():
        for ending in ("png", "svg"):
            chart.save(folder / "charts" / f"{name}.{ending}")
    manifest = manifest_of(results.experiment, command)
    (folder / MANIFEST).write_text(manifest, encoding="utf-8")
    page = report_of(results, said, json.loads(manifest), charts=charts)
    (folder / REPORT).write_text(page, encoding="utf-8")


def _with_worlds(results: Tabled, table: pd.DataFrame) -> pd.DataFrame:
    """Add what other worlds kept; the world as written is number 0."""
    import pandas as pd

    made = results.experiment.worlds
    return table if made is None else pd.concat([table, made.measures], ignore_index=True)


def _resolved(results: Tabled) -> str:
    """Return every value that was used; what was inferred about competitors known by figures is noted, too."""
    notes = {path: note for one in results.experiment.inference.firms for path, note in one.notes().items()}
    return results.scenario.resolved(notes)


def _parquet(table: pd.DataFrame, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from cxsim.measures.tables import SCHEMA

    made = pa.Table.from_pandas(table, preserve_index=False)
    kept = dict(made.schema.metadata or {}) | {b"schema": str(SCHEMA).encode()}
    pq.write_table(made.replace_schema_metadata(kept), path, compression="zstd")


def _settle(path: Path) -> None:
    """Wait until a file or a folder is on the disk."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except PermissionError:  # a folder cannot be opened on Windows
        return
    try:
        os.fsync(handle)
    except OSError:
        if path.is_file():
            raise
    finally:
        os.close(handle)


def _move(partial: Path, folder: Path) -> None:
    """Put the finished folder in its place; an earlier one is moved away first and back if that fails."""
    if not folder.exists():
        partial.rename(folder)
        return
    earlier = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".earlier", dir=folder.parent))
    folder.rename(earlier / "was")
    try:
        partial.rename(folder)
    except OSError:
        (earlier / "was").rename(folder)
        earlier.rmdir()
        raise
    shutil.rmtree(earlier, ignore_errors=True)


@contextlib.contextmanager
def _refusing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        what = error.strerror or type(error).__name__
        raise _refusal(folder, what, "a folder that can be written", "name another with --out") from error


def _refusal(folder: Path, given: str, allowed: str, remedy: str) -> InputError:
    return ScenarioError([Fault(str(folder), None, "", given, allowed, remedy)])
