"""Jobs in another process: the laboratory is sent once, and read once by every process.

A process on another machine may hold another version of something that decides values: it says so, and makes nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import pickle
import platform
import socket
import tempfile
from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

import cxsim
from cxsim.errors import InputError, RunError
from cxsim.experiments.studies.case import Row, Want
from cxsim.experiments.studies.lab import Lab, perform

LABS_KEPT: Final = 4
# What the values of a run depend on, beside the package itself.
LIBRARIES: Final = ("llvmlite", "numba", "numpy", "scipy")

Stamp = tuple[tuple[str, str], ...]


class ElsewhereError(RunError):
    """A process that makes runs is not like this one."""


@lru_cache(maxsize=1)
def stamp() -> Stamp:
    """Return what a process must have in common with another one, for the same runs to have the same values."""
    package = Path(cxsim.__file__).parent
    digest = hashlib.sha256()
    for source in sorted(package.rglob("*.py")):
        digest.update(source.relative_to(package).as_posix().encode() + b"\0" + source.read_bytes())
    return (
        ("cxsim", cxsim.__version__),
        ("the sources of cxsim", digest.hexdigest()[:12]),
        ("python", ".".join(platform.python_version_tuple()[:2])),
        ("a processor of the kind", platform.machine()),
        *((name, version(name)) for name in LIBRARIES),
    )


def packed(lab: Lab) -> bytes:
    """Return a laboratory as it is sent.

    Raises
    ------
    InputError
        When something in it exists in this process only.
    """
    try:
        return pickle.dumps(lab, pickle.HIGHEST_PROTOCOL)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        why = " ".join(str(error).split())
        message = (
            f"executor: other processes with something that exists in this one only ({why}); steering rules in a "
            "module that can be imported are allowed; put the rule into one, or use the executor threads"
        )
        raise InputError(message) from error


class Posted:
    """A laboratory in a file of this machine.

    Attributes
    ----------
    place : str
        The file's path; the folder is new for every study, so that a path never stands for two laboratories.
    """

    def __init__(self, lab: Lab) -> None:
        content = packed(lab)
        self._folder = tempfile.TemporaryDirectory(prefix="cxsim-")
        path = Path(self._folder.name) / "lab.pickle"
        path.write_bytes(content)
        self.place = str(path)

    def withdraw(self) -> None:
        """Delete the file."""
        with contextlib.suppress(OSError):
            self._folder.cleanup()


def perform_posted(place: str, wants: Sequence[Want]) -> list[Row]:
    """Make some runs of a laboratory that was posted."""
    return perform(_read(place), wants)


@lru_cache(maxsize=LABS_KEPT)
def _read(place: str) -> Lab:
    found: Lab = pickle.loads(Path(place).read_bytes())
    return found


def perform_elsewhere(wanted: Stamp, content: bytes, wants: Sequence[Want]) -> list[Row]:
    """Make some runs in a process that may be on another machine.

    Parameters
    ----------
    wanted : Stamp
        Of the process that asks.
    content : bytes
        The laboratory, see `packed`.
    wants : sequence of Want

    Raises
    ------
    ElsewhereError
        When this process is not like the one that asks.
    """
    own = dict(stamp())
    others = [f"{name} {own.get(name, 'none')} instead of {text}" for name, text in wanted if own.get(name) != text]
    if others:
        message = f"the worker on {socket.gethostname()} has {', '.join(others)}"
        raise ElsewhereError(message)
    return perform(_unpacked(content), wants)


@lru_cache(maxsize=LABS_KEPT)
def _unpacked(content: bytes) -> Lab:
    found: Lab = pickle.loads(content)
    return found
