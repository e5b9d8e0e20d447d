"""A file that grows line by line, each line whole or not at all, whatever kills the process that writes it."""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from cxsim.errors import Fault, InputError, RunError, ScenarioError

CHECK: Final = 8
# Status of a run that ended; any other one failed.
DONE: Final = "done"


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

    A line is a check sum and a JSON document. A line without an end is the last one, cut off when the process died: its
    run was not finished. It is passed over when the journal is read, and cut away when the journal grows again; reading
    changes nothing, for another process may be writing.

    Parameters
    ----------
    path : Path
        Need not be there.

    Attributes
    ----------
    size : int
        Bytes of whole lines; known after `read`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self._handle: int | None = None
        self._seen = 0
        self._torn = True
        self._synced = 0

    def read(self) -> Iterator[Record]:
        """Yield the records.

        Raises
        ------
        ScenarioError
            When a whole line is damaged, or the file cannot be read.
        """
        self.size = self._seen = 0
        try:
            file = self.path.open("rb")
        except FileNotFoundError:
            return
        except OSError as error:
            raise _unreadable(self.path, error) from error
        with file:
            for number, line in enumerate(file, start=1):
                self._seen += len(line)
                if not line.endswith(b"\n"):
                    return
                record = decoded(line)
                if record is None:
                    raise _damaged(self.path, number)
                self.size += len(line)
                yield record

    def has_changed(self) -> bool:
        """Tell whether somebody else has written since this was read, or since what was written here."""
        try:
            return self.path.stat().st_size != self._seen
        except OSError:
            return self._seen > 0

    def add(self, record: Record) -> None:
        """Write a record.

        Raises
        ------
        RunError
            When it cannot be written: what hangs over is cut away, and what was there before is whole.
        """
        line = encoded(record)
        try:
            handle = self._opened()
            self._torn = True
            written = 0
            while written < len(line):
                written += os.write(handle, line[written:])
        except OSError as error:
            self._cut()
            raise unwritable(self.path, error) from error
        except BaseException:
            self._cut()
            raise
        self.size += len(line)
        self._seen = self.size
        self._torn = False

    def _opened(self) -> int:
        if self._handle is None:
            self._handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        if self._torn:
            os.ftruncate(self._handle, self.size)
            self._torn, self._seen = False, self.size
        return self._handle

    def _cut(self) -> None:
        """Cut away half a line; where even that is refused, it is done before the next line, whoever writes it."""
        with contextlib.suppress(OSError):
            self._opened()

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
        """Begin anew; what stood here stands in a shard now.

        Raises
        ------
        RunError
            When the file cannot be deleted.
        """
        self.close()
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise unwritable(self.path, error) from error
        self.size = self._seen = self._synced = 0

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
        if line[CHECK : CHECK + 1] != b" " or int(line[:CHECK], 16) != zlib.crc32(text):
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


def _unreadable(path: Path, error: OSError) -> InputError:
    given, allowed = error.strerror or type(error).__name__, "a file that can be read"
    return ScenarioError([Fault(str(path), None, "", given, allowed, "name another folder with --out")])
