"""A world under way in one file: saved whole or not at all, and refused when it could not go on exactly.

The file is a zip archive: `about.json` says what the world is, `notes.json` holds whatever else is to be found again,
and every array of the state lies beside them in numpy's own format, by name. Nothing in it is executed when it is
read, and what is read is compared with the plan before it goes on.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.lib import format as npy

from cxsim.engines import fitting
from cxsim.engines.compiled import Simulation
from cxsim.errors import Fault, ScenarioError, quoted
from cxsim.model.plan import Plan
from cxsim.model.state import LOG, State

FORMAT: Final = 1
ABOUT: Final = "about.json"
NOTES: Final = "notes.json"
LOG_SO_FAR: Final = "log-so-far"
LARGEST_ABOUT: Final = 1 << 20
AGAIN: Final = "delete it and begin the run anew"
NUMBERS: Final = ("format", "model_version", "replication", "now")
WORDS: Final = ("cxsim", "run", "plan", "layout")


class About(NamedTuple):
    """What a snapshot says of itself.

    Attributes
    ----------
    format : int
        Of the file.
    cxsim : str
        Version that wrote it.
    model_version : int
        Of the behaviour; a world goes on under the same one only.
    run : str
        Identity of the run.
    replication : int
    now : int
        Simulated time, microseconds: everything before it has happened.
    plan : str
        Hash of the plan it goes on under.
    layout : str
        Hash of names, types and dimensions of the arrays of a state; see `cxsim.engines.fitting`.
    notes : mapping
        Whatever else whoever saved it wants to find again; JSON, of any length.
    """

    format: int
    cxsim: str
    model_version: int
    run: str
    replication: int
    now: int
    plan: str
    layout: str
    notes: Mapping[str, Any]


def plan_hash(plan: Plan) -> str:
    """Return a hash of everything in a plan."""
    digest = hashlib.sha256()
    for name, array in plan._asdict().items():
        digest.update(f"{name} {npy.dtype_to_descr(array.dtype)} {array.shape}\n".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def save(
    simulation: Simulation, path: Path, *, run: str, model_version: int, notes: Mapping[str, Any] | None = None
) -> None:
    """Save a world; the file is there whole or not at all, and an earlier one stays until then.

    Parameters
    ----------
    simulation : Simulation
    path : Path
        Its folder exists.
    run : str
        Identity of the run.
    model_version : int
    notes : mapping, optional
        More to find again; JSON.

    Raises
    ------
    OSError
        When it cannot be written.
    """
    from cxsim import __version__

    about = About(
        FORMAT,
        __version__,
        model_version,
        run,
        simulation.replication,
        simulation.now,
        plan_hash(simulation.plan),
        fitting.layout(),
        notes or {},
    )
    handle, partial = tempfile.mkstemp(prefix=".partial-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            # Stored, not packed: a world is saved while others wait, and packing takes ten times as long.
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
                said = about._asdict()
                archive.writestr(NOTES, json.dumps(said.pop("notes")))
                archive.writestr(ABOUT, json.dumps(said))
                for name, array in {**simulation.state._asdict(), LOG_SO_FAR: simulation.earlier_log()}.items():
                    with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                        npy.write_array(member, array, allow_pickle=False)
            file.flush()
            os.fsync(file.fileno())
        Path(partial).replace(path)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise


def load(path: Path, plan: Plan, *, run: str, model_version: int) -> Simulation:
    """Load a world that goes on exactly as if it had never been saved.

    Parameters
    ----------
    path : Path
    plan : Plan
        The one it was saved under.
    run : str
        Identity of the run it must be.
    model_version : int
        Of this version of the behaviour.

    Returns
    -------
    Simulation

    Raises
    ------
    ScenarioError
        When it cannot be read whole, or is a world of another run, plan, layout, model version or a newer format.
    """
    about = about_of(path)
    check(path, about, run=run, model_version=model_version)
    if about.plan != plan_hash(plan):
        raise _refusal(path, "a world under another plan", "one of the same scenario, policy and changes", AGAIN)
    with _reading(path), zipfile.ZipFile(path) as archive:
        names = {name.removesuffix(".npy") for name in archive.namelist()} - {ABOUT, NOTES}
        if names != {*State._fields, LOG_SO_FAR}:
            raise _another_layout(path, about)
        arrays = {name: _array(archive, name) for name in names}
        written = arrays.pop(LOG_SO_FAR)
        state = State(**arrays)
    misfits = fitting.misfits(plan, state) if written.dtype == LOG and written.ndim == 1 else [LOG_SO_FAR]
    if misfits:
        raise _refusal(path, f"{', '.join(misfits)} of another world", "a world of this plan, saved whole", AGAIN)
    if state.world[0]["now"] != about.now:
        raise _damaged(path)
    return Simulation(plan, state, about.replication, written)


def about_of(path: Path) -> About:
    """Read what a snapshot says of itself.

    Raises
    ------
    ScenarioError
        When the file is none, is damaged, or has a newer format.
    """
    with _reading(path), zipfile.ZipFile(path) as archive:
        if archive.getinfo(ABOUT).file_size > LARGEST_ABOUT:
            raise _damaged(path)
        content = json.loads(archive.read(ABOUT))
        # A member that is stored is no larger than the file.
        plain = NOTES in archive.namelist() and archive.getinfo(NOTES).compress_type == zipfile.ZIP_STORED
        notes = json.loads(archive.read(NOTES)) if plain else None
    number = content.get("format") if isinstance(content, dict) else None
    if isinstance(number, int) and number > FORMAT:
        remedy = "install a newer cxsim, which reads it"
        raise _refusal(path, f"a snapshot of format {number}", f"format {FORMAT} and older", remedy)
    if not (
        isinstance(content, dict)
        and content.keys() == {*NUMBERS, *WORDS}
        and all(type(content[name]) is int and content[name] < 1 << 63 for name in NUMBERS)
        and all(isinstance(content[name], str) for name in WORDS)
        and content["replication"] >= 0
        and isinstance(notes, dict)
    ):
        raise _damaged(path)
    return About(**content, notes=notes)


def check(path: Path, about: About, *, run: str, model_version: int) -> None:
    """Refuse a world of another model version or run, or one whose arrays are laid out otherwise.

    Raises
    ------
    ScenarioError
    """
    if about.model_version != model_version:
        given = f"a world of model version {about.model_version}, saved by cxsim {about.cxsim}"
        raise _refusal(path, given, f"model version {model_version}", f"{AGAIN}, or go on with that version of cxsim")
    if about.layout != fitting.layout():
        raise _another_layout(path, about)
    if about.run != run:
        given = f"a world of another run ({quoted(about.run[:12])})"
        allowed = f"one of this run ({quoted(run[:12])}): same scenario, policy, seed and replication"
        raise _refusal(path, given, allowed, "name another place, or delete it")


def check_whole(path: Path) -> None:
    """Read a snapshot to its end and refuse it where a byte is not what was written.

    Raises
    ------
    ScenarioError
    """
    with _reading(path), zipfile.ZipFile(path) as archive:
        if archive.testzip() is not None:
            raise _damaged(path)


def _array(archive: zipfile.ZipFile, name: str) -> np.ndarray:
    with archive.open(f"{name}.npy") as member:
        array = npy.read_array(member, allow_pickle=False)
        if member.read(1):  # the check sum is compared when the end is reached
            raise zipfile.BadZipFile
    return np.ascontiguousarray(array)


class _reading:  # noqa: N801 -- used as a statement
    """Turn whatever a damaged file leads to into one refusal."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, FileNotFoundError):
            raise _refusal(self._path, "nothing", "a world that was saved", "name another file") from error
        if isinstance(error, OSError) and not isinstance(error, zipfile.BadZipFile):
            what = error.strerror or type(error).__name__
            raise _refusal(self._path, what, "a file that can be read", "name another file") from error
        # Numbers and depths that no file of ours has: OverflowError, MemoryError, RecursionError (a RuntimeError).
        broken = (
            *(zipfile.BadZipFile, zlib.error, ValueError, KeyError, EOFError, RuntimeError, NotImplementedError),
            *(OverflowError, MemoryError, TypeError, AttributeError, struct.error),
        )
        if isinstance(error, broken) and not isinstance(error, ScenarioError):
            raise _damaged(self._path) from error


def _another_layout(path: Path, about: About) -> ScenarioError:
    given = f"a world laid out otherwise, saved by cxsim {about.cxsim}"
    return _refusal(path, given, "the layout of this version", f"{AGAIN}, or go on with that version of cxsim")


def _damaged(path: Path) -> ScenarioError:
    return _refusal(path, "a damaged file, or no snapshot", "a world that was saved whole", AGAIN)


def _refusal(path: Path, given: str, allowed: str, remedy: str) -> ScenarioError:
    return ScenarioError([Fault(str(path), None, "", given, allowed, remedy)])
