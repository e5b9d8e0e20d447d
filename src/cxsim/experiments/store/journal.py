"""A file that grows line by line, each line whole or not at all, whatever kills the process that writes it."""

from __future__ import annotations

import base64
import binascii
import json
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from cxsim.errors import Fault, InputError, RunError, ScenarioError

CHECK: Final = 8


class Record(NamedTuple):
    """A run in the store; see `cxsim.experiments.studies.case.Row`."""

    identity: str
    status: str
    why: str
    values: bytes
    events: int
    wall_s: float


class Journal:
    """Records in the order in which they came.

    A line is a check sum and a JSON document. A line that was cut off when the process died is the last one, and is
    cut away when the journal is opened: its run was not finished.

    Parameters
    ----------
    path : Path
        Need not be there.

    Raises
    ------
    ScenarioError
        When a line before the last is damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self._handle: int | None = None
        self._synced = 0

    def read(self) -> Iterator[Record]:
        """Yield the records; afterwards the end is known, and what hangs over is cut away."""
        if not self.path.exists():
            return
        good = 0
        with self.path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                record = decoded(line)
                if record is None:
                    if file.read(1):
                        raise _damaged(self.path, number)
                    break
                good += len(line)
                yield record
        self.size = good
        if good < self.path.stat().st_size:
            os.truncate(self.path, good)

    def add(self, record: Record) -> None:
        """Write a record.

        Raises
        ------
        RunError
            When it cannot be written: what hangs over is cut away, and what was there before is whole.
        """
        line = encoded(record)
        try:
            if self._handle is None:
                self._handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
            written = 0
            while written < len(line):
                written += os.write(self._handle, line[written:])
        except OSError as error:
            self._cut()
            raise unwritable(self.path, error) from error
        self.size += len(line)

    def _cut(self) -> None:
        """Cut away half a line; where even that is refused, the next one who opens the journal does it."""
        if self._handle is None:
            return
        try:
            os.ftruncate(self._handle, self.size)
        except OSError:
            return

    def settle(self) -> None:
        """Wait until everything is on the disk.

        Raises
        ------
        RunError
            When the disk refuses.
        """
        if self._handle is None or self._synced == self.size:
            return
        try:
            os.fsync(self._handle)
        except OSError as error:
            raise unwritable(self.path, error) from error
        self._synced = self.size

    def empty(self) -> None:
        """Begin anew; what stood here stands in a shard now."""
        self.close()
        self.path.unlink(missing_ok=True)
        self.size = self._synced = 0

    def close(self) -> None:
        """Let go of the file."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def encoded(record: Record) -> bytes:
    """Return the line of a record."""
    content: dict[str, Any] = {"id": record.identity, "status": record.status}
    if record.why:
        content["why"] = record.why
    content |= {"events": record.events, "wall_s": record.wall_s}
    content["values"] = base64.b64encode(record.values).decode()
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return f"{zlib.crc32(text):08x} ".encode() + text + b"\n"


def decoded(line: bytes) -> Record | None:
    """Return the record of a line; None where the line is damaged."""
    text = line[CHECK + 1 : -1]
    try:
        if not line.endswith(b"\n") or int(line[:CHECK], 16) != zlib.crc32(text):
            return None
        content = json.loads(text)
        values = base64.b64decode(content["values"], validate=True)
        return Record(
            content["id"], content["status"], content.get("why", ""), values, content["events"], content["wall_s"]
        )
    except (ValueError, KeyError, TypeError, binascii.Error):
        return None


def unwritable(path: Path, error: OSError) -> RunError:
    """Say that a store cannot grow, and how to go on."""
    what = error.strerror or type(error).__name__
    message = (
        f"{path}: {what}; room and the right to write are needed; all runs that were stored are whole: make room, and "
        "the same command goes on from there"
    )
    return RunError(message)


def _damaged(path: Path, number: int) -> InputError:
    given, allowed = "a line that is damaged", "lines as they were written"
    remedy = f"delete line {number} (its run is made again), or name another folder with --out"
    return ScenarioError([Fault(str(path), number, "", given, allowed, remedy)])
