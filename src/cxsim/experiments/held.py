"""A folder that one command at a time may write to."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from cxsim.errors import Fault, ScenarioError

LOCK: Final = ".lock"
_mine = threading.local()


@contextlib.contextmanager
def held(folder: Path | None) -> Iterator[None]:
    """Keep other commands out of a folder while a block runs; it is made, and unmade where it ends up empty.

    The system gives the folder back when the process ends, however it ends. Within a block of the same thread the
    folder is held already; another thread is kept out like another process.

    Parameters
    ----------
    folder : Path or None
        None: nothing is held.

    Raises
    ------
    ScenarioError
        When another command holds it, or it cannot be written.
    """
    places: set[Path] = _mine.__dict__.setdefault("places", set())
    if folder is None or (place := folder.absolute()) in places:
        yield
        return
    missing = [each for each in (place, *place.parents) if not each.exists()]
    try:
        place.mkdir(parents=True, exist_ok=True)
        handle = _locked(place / LOCK)
    except OSError as error:
        _unmade(missing)
        what = "a file" if folder.is_file() else error.strerror or type(error).__name__
        raise _refusal(folder, what, "a folder that can be written", "name another place") from None
    if handle is None:
        given = "a folder that another command is writing to"
        raise _refusal(folder, given, "one command at a time", "wait until that has ended, or name another place")
    places.add(place)
    try:
        yield
    finally:
        places.discard(place)
        if os.name == "nt":  # an open file cannot be deleted there
            os.close(handle)
        with contextlib.suppress(OSError):
            (place / LOCK).unlink(missing_ok=True)
        if os.name != "nt":
            os.close(handle)
        _unmade(missing)


def _locked(path: Path) -> int | None:
    """Open and lock a file; None where somebody else has locked it."""
    from cxsim.model.cache import is_taken  # it wakes numba

    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            taken = is_taken(handle)
        except OSError:
            return handle  # a file system without locks
        if not taken:
            os.close(handle)
            return None
        with contextlib.suppress(OSError):
            if os.path.samestat(os.fstat(handle), path.stat()):
                return handle
        os.close(handle)  # whoever held it deleted it meanwhile


def _unmade(folders: list[Path]) -> None:
    with contextlib.suppress(OSError):  # one that is not empty stays, and those above it
        for folder in folders:
            folder.rmdir()


def _refusal(folder: Path, given: str, allowed: str, remedy: str) -> ScenarioError:
    return ScenarioError([Fault(str(folder), None, "", given, allowed, remedy)])
