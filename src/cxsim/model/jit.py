"""How functions are compiled, and where their machine code is kept.

Numba's own cache looks only at the file of the cached function: a rule changed in another file would leave a
stale kernel behind. The cache folder is therefore named by a hash of every source that can end up in a kernel,
of the compile options and of the library versions. It lies in the user's cache, else in the temp folder.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import llvmlite
import numba
import numpy as np
from numba.core import config
from numba.core.options import DefaultOptions

from cxsim.model.cache import FolderLock, keep
from cxsim.model.parts import DISPATCHERS, Part, Pipeline, Rule

Function = TypeVar("Function", bound=Callable[..., Any])

COMPILED_ROOMS = ("model", "behaviour", "engines")

# Reference counting in the hot loop costs up to 2.8 times; Numba's private option removes it. Where a later
# Numba drops the option, code is compiled with reference counting: slower, and the same values.
NO_REFERENCE_COUNTING: dict[str, bool] = {"_nrt": False} if hasattr(DefaultOptions, "_nrt") else {}
OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy"}


def cache_folder(package: Path | None = None) -> Path:
    """Folder for compiled code, named by everything that decides what the code does.

    Parameters
    ----------
    package : Path, optional
        Root of the package whose sources are hashed; this one by default.

    Returns
    -------
    Path
        An absolute path that need not exist yet.
    """
    root = package or Path(__file__).resolve().parent.parent
    digest = hashlib.sha256()
    for room in COMPILED_ROOMS:
        for source in sorted((root / room).glob("*.py")):  # the reference engine, a folder, is never compiled
            digest.update(source.name.encode())
            digest.update(source.read_bytes())
    digest.update(repr((sorted(OPTIONS.items()), NO_REFERENCE_COUNTING)).encode())
    digest.update(f"{numba.__version__} {llvmlite.__version__} {np.__version__}".encode())
    return _writable_root() / "cxsim" / f"kernels-{digest.hexdigest()[:16]}"


def _writable_root() -> Path:
    for candidate in (os.environ.get("NUMBA_CACHE_DIR"), os.environ.get("XDG_CACHE_HOME"), Path.home() / ".cache"):
        if not candidate:
            continue
        folder = Path(candidate)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder
    return Path(tempfile.gettempdir())


_FOLDER = cache_folder()
_LOCK = FolderLock(_FOLDER)
_CONFIG: Any = config  # numba fills this module at run time


def _compile(function: Function, options: dict[str, Any]) -> Function:
    # The folder is read when a function is decorated; the caller's own Numba setting is left as it was.
    before = _CONFIG.CACHE_DIR
    _CONFIG.CACHE_DIR = str(_FOLDER)
    try:
        compiled: Function = numba.njit(pipeline_class=Pipeline, **options)(function)
        if not _CONFIG.DISABLE_JIT:
            keep(compiled, _LOCK)
            DISPATCHERS.append(compiled)
    finally:
        _CONFIG.CACHE_DIR = before
    return compiled


def rule(function: Function) -> Function:
    """Compile a small pure function on plain numbers, callable from Python and from kernels alike."""
    options = {**OPTIONS, **NO_REFERENCE_COUNTING}
    if _CONFIG.DISABLE_JIT:
        return cast("Function", Rule(function, function))
    return cast("Function", Part(function, _compile(function, options), options))


def in_memory(function: Function) -> Function:
    """Compile a function as a rule is, and keep its machine code in memory only."""
    options: dict[str, Any] = {**OPTIONS, **NO_REFERENCE_COUNTING}
    compiled: Function = numba.njit(**options)(function)
    DISPATCHERS.append(compiled)
    return compiled


def kernel(function: Function) -> Function:
    """Compile the entry of an event loop: it takes plan and state, never allocates and returns a status."""
    return _compile(function, {**OPTIONS, **NO_REFERENCE_COUNTING})


def part(function: Function) -> Function:
    """Compile a part of a kernel, called from compiled code only."""
    options = {**OPTIONS, **NO_REFERENCE_COUNTING}
    return function if _CONFIG.DISABLE_JIT else cast("Function", Part(function, function, options))


def builder(function: Function) -> Function:
    """Compile a function that prepares a world and may allocate arrays."""
    return _compile(function, OPTIONS)
