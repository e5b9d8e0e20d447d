"""The result folder of a study: the store that survives, and tables that are made from it again at every end."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shlex
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cxsim import __version__
from cxsim.errors import Fault, ScenarioError
from cxsim.experiments.spec import MODEL_VERSION, RANDOM_SCHEME
from cxsim.experiments.store.journal import unwritable
from cxsim.experiments.store.store import FOLDER as STORE
from cxsim.experiments.studies.columns import KEPT
from cxsim.experiments.studies.tables import (
    blocks_of,
    measures_table,
    rows_of,
    runs_table,
)
from cxsim.measures.tables import SCHEMA
from cxsim.results.manifest import made_with
from cxsim.results.provenance import AGAIN, RESOLVED

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from cxsim.experiments.studies.sweep import Swept

MANIFEST: Final = "manifest.json"
MEASURES: Final = "measures.parquet"
RUNS: Final = "runs.parquet"
SUMMARY: Final = "summary.csv"
POINTS: Final = "points.csv"
STUDY: Final = "study.resolved.yaml"


def check_study_folder(folder: Path) -> None:
    """Refuse a folder that holds something else than a study, before any work is done.

    Raises
    ------
    ScenarioError
        When it is a file, or holds what no study has written.
    """
    if folder.exists() and not folder.is_dir():
        raise _refusal(folder, "a file", "a folder", "name another place with --out")
    if not folder.is_dir() or not any(folder.iterdir()) or (folder / STORE).is_dir():
        return
    kind = None
    with contextlib.suppress(OSError, ValueError, AttributeError):
        kind = json.loads((folder / MANIFEST).read_text(encoding="utf-8")).get("study")
    if kind is None and {path.name for path in folder.iterdir()} != {".lock"}:
        allowed = "a new folder, or that of a study"
        raise _refusal(folder, "a folder that holds something else", allowed, "name another with --out")


def write_study(
    made: Swept, folder: Path, command: str, again: str, summary: pd.DataFrame, files: Mapping[str, str | bytes]
) -> None:
    """Write the tables of a study from its store; each file is put in its place whole, the manifest last.

    Parameters
    ----------
    made : Swept
    folder : Path
    command : str
        The command that made it, as it was given.
    again : str
        The command that makes a run again, with its identity.
    summary : DataFrame
    files : mapping
        Content of further files by name.

    Raises
    ------
    RunError
        When there is no room; the store and earlier tables stay as they are.
    """
    with _writing(folder) as place, _Growing(place(MEASURES)) as measures, _Growing(place(RUNS)) as runs:
        for cells in blocks_of(made.cells):
            rows = rows_of(made, cells)
            measures.add(measures_table(made, rows))
            runs.add(runs_table(rows, again))
        summary.to_csv(place(SUMMARY), index=False, lineterminator="\n")
        made.study.points_table().to_csv(place(POINTS), index=False, lineterminator="\n")
        resolved = {
            STUDY: made.study.resolved(RESOLVED),
            RESOLVED: made.study.scenario.resolved(),
        }
        for name, content in {**resolved, **files}.items():
            place(name).write_bytes(content.encode() if isinstance(content, str) else content)
        place(MANIFEST).write_text(_manifest(made, command), encoding="utf-8")


class _Growing:
    """A Parquet file to which tables are added."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: Any = None

    def __enter__(self) -> _Growing:
        return self

    def __exit__(self, *_: object) -> None:
        if self._writer is not None:
            self._writer.close()

    def add(self, table: pa.Table) -> None:
        """Write some rows."""
        import pyarrow.parquet as pq

        if self._writer is None:
            schema = table.schema.with_metadata({b"schema": str(SCHEMA).encode()})
            self._writer = pq.ParquetWriter(self._path, schema, compression="zstd")
        self._writer.write_table(table.replace_schema_metadata(self._writer.schema.metadata))


@contextlib.contextmanager
def _writing(folder: Path) -> Iterator[Callable[[str], Path]]:
    """Lend places for files that are moved to their names when all of them are whole, in the order of their writing."""
    mark = secrets.token_hex(4)
    partial: dict[str, Path] = {}

    def place(name: str) -> Path:
        final = folder / name
        final.parent.mkdir(parents=True, exist_ok=True)
        partial[name] = final.with_name(f".{final.name}.{mark}.partial")
        return partial[name]

    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield place
        for path in partial.values():
            with path.open("rb") as file:
                os.fsync(file.fileno())
        for name in sorted(partial, key=lambda name: name == MANIFEST):
            partial[name].replace(folder / name)
    except OSError as error:
        raise unwritable(folder, error) from error
    finally:
        for path in partial.values():
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)


def _manifest(made: Swept, command: str) -> str:
    study, lab = made.study, made.runs.lab
    content: dict[str, Any] = {
        "schema": SCHEMA,
        "cxsim": __version__,
        "model_version": MODEL_VERSION,
        "command": command,
        "again": in_folder(made),
        "study": study.name,
        "question": study.question,
        "scenario": {"name": study.scenario.name, "sha256": study.scenario.identity()},
        "seed": study.seed,
        "random_scheme": RANDOM_SCHEME,
        "engine": lab.engine,
        "scale": lab.scale,
        "policies": list(study.policies),
        "points": made.points,
        "worlds": made.worlds,
        "replications": sorted({cell.replications for cell in made.cells}),
        "note": made.note,
        "runs": made.counts._asdict(),
        "made_now": made.made,
        "ended": datetime.now(UTC).isoformat(timespec="seconds"),
        "wall_s": round(made.wall_s, 3),
        **made_with(),
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def settings_of(made: Swept) -> list[str]:
    """Return the options that the runs of a study depend on, as a command line has them."""
    lab = made.runs.lab
    more = [] if lab.scale == 1.0 else ["--scale", f"{lab.scale:g}"]
    more += [] if lab.columns.keep == KEPT[0] else ["--keep", lab.columns.keep]
    return more + (["--allow-steering"] if made.study.scenario.content.rules else [])


def in_folder(made: Swept) -> str:
    """Return the command that makes a study again in its own folder."""
    return shlex.join(("cxsim", "sweep", STUDY, *settings_of(made), "--out", AGAIN))


def _refusal(folder: Path, given: str, allowed: str, remedy: str) -> ScenarioError:
    return ScenarioError([Fault(str(folder), None, "", given, allowed, remedy)])
