"""Runs that were in the journal, in Parquet files that never change: each has the hash of its content in its name."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cxsim.errors import Fault, ScenarioError
from cxsim.experiments.store.journal import DONE, Record, unwritable

if TYPE_CHECKING:
    import pyarrow as pa

PREFIX: Final = "shard-"
ENDING: Final = ".parquet"
HASH: Final = 12
PARTIAL: Final = ".partial-"


def shards_in(folder: Path) -> list[Path]:
    """Return the shards of a store, oldest first."""
    return sorted(folder.glob(f"{PREFIX}*{ENDING}"), key=number_of)


def number_of(path: Path) -> int:
    """Return the number of a shard.

    Raises
    ------
    ScenarioError
        When the file is called like a shard, and is none.
    """
    number = path.name.removeprefix(PREFIX).partition("-")[0]
    if not (number.isascii() and number.isdigit()):
        raise _damaged(path, "a file that is called like a shard")
    return int(number)


def tidy(folder: Path) -> None:
    """Delete what a killed process left half-written; for the one process that writes."""
    for path in folder.glob(f"{PARTIAL}*"):
        with contextlib.suppress(OSError):
            path.unlink()


def write_shard(folder: Path, number: int, records: Sequence[Record]) -> Path:
    """Write records as a shard: whole, on the disk and under its final name, or not at all.

    Raises
    ------
    RunError
        When it cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(
        {
            "identity": pa.array([record.identity for record in records], pa.string()),
            "status": pa.array([record.status for record in records], pa.string()),
            "why": pa.array([record.why for record in records], pa.string()),
            "events": pa.array([record.events for record in records], pa.int64()),
            "wall_s": pa.array([record.wall_s for record in records], pa.float64()),
            "values": pa.array([record.values for record in records], pa.binary()),
        }
    )
    partial = folder / f"{PARTIAL}{number:06d}"
    try:
        pq.write_table(table, partial, compression="zstd")
        final = folder / f"{PREFIX}{number:06d}-{_hash(partial)}{ENDING}"
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.replace(final)
        settle_folder(folder)
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise unwritable(folder, error) from error
    return final


def settle_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, where a system has a way to say so."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def identities_in(path: Path) -> tuple[list[str], list[bool]]:
    """Return the identities in a shard, and which of the runs failed, after its content was checked.

    Raises
    ------
    ScenarioError
        When it is not what was written.
    """
    table = _read(path, ["identity", "status"], check=True)
    return table["identity"].to_pylist(), [status != DONE for status in table["status"].to_pylist()]


def records_in(path: Path) -> list[Record]:
    """Return the records of a shard, in their order.

    Raises
    ------
    ScenarioError
        When it cannot be read.
    """
    table = _read(path, list(Record._fields), check=False)
    columns = [table[name].to_pylist() for name in Record._fields]
    return [Record(*row) for row in zip(*columns, strict=True)]


def _read(path: Path, columns: list[str], *, check: bool) -> pa.Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        if check and _hash(path) != path.name.removesuffix(ENDING).rpartition("-")[2]:
            raise _damaged(path, "a shard whose content is not what was written")
        return pq.read_table(path, columns=columns)
    except (OSError, pa.ArrowException, KeyError) as error:
        raise _damaged(path, f"a shard that cannot be read ({type(error).__name__})") from error


def _hash(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()[:HASH]


def _damaged(path: Path, given: str) -> ScenarioError:
    remedy = "delete this file: its runs are made again by the same command, all others are kept"
    return ScenarioError([Fault(str(path), None, "", given, "shards as they were written", remedy)])
