# mypy: ignore-errors
# ruff: noqa: SLF001 - numba offers no other way in
"""Machine code on the disk: compiled by one process at a time, and loaded without waking the compiler.

Numba writes each file whole, so that a cache is never torn; yet processes that start together on an empty cache all
compile. Here the first locks the folder, and the others wait and load what it has made.

Numba also prepares its whole compiler (a quarter of a second) before it looks into a cache. Code that is loaded
needs none of it, only the addresses of what it calls in Numba's own runtime.
"""

from __future__ import annotations

import contextlib
import gc
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from numba.core.caching import FunctionCache
from numba.core.runtime import rtsys

try:
    import fcntl
except ImportError:  # Windows has no fcntl
    fcntl = None
    import msvcrt

LOCK: Final = ".lock"
PATIENCE_S: Final = 600.0
LOOK_AGAIN_S: Final = 0.05


class FolderLock:
    """A lock on a folder, between processes; the system gives it back when the process that holds it ends.

    Parameters
    ----------
    folder : Path
        Made when it is locked.
    patience_s : float
        Longest wait; who has waited that long goes on without the lock, and at worst does work that is done already.
    """

    def __init__(self, folder: Path, patience_s: float = PATIENCE_S) -> None:
        self._path = folder / LOCK
        self._patience_s = patience_s
        self._handle: int | None = None
        self._depth = 0
        self._threads = threading.RLock()

    def acquire(self) -> None:
        """Take the lock, or take it once more where this thread has it."""
        self._threads.acquire()
        self._depth += 1
        try:
            if self._depth == 1:
                self._wait()
        except BaseException:  # Ctrl-C while it waits: other threads shall not wait for this one
            self.release()
            raise

    def _wait(self) -> None:
        with contextlib.suppress(OSError):  # a folder that cannot be written, a file system without locks
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666)
            until = time.monotonic() + self._patience_s
            while not is_taken(self._handle) and time.monotonic() < until:
                time.sleep(LOOK_AGAIN_S)

    def release(self) -> None:
        """Give the lock back, as often as it was taken."""
        self._depth -= 1
        if self._depth == 0 and self._handle is not None:
            os.close(self._handle)
            self._handle = None
        self._threads.release()


def is_taken(handle: int) -> bool:
    """Lock an open file without waiting; False where somebody else has locked it.

    Raises
    ------
    OSError
        When the file system has no locks.
    """
    try:
        if fcntl is None:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


class _Held(threading.local):
    """How often a thread has taken a lock: a thread that comes while another compiles must not see that one's count."""

    count = 0


class CodeCache(FunctionCache):
    """Numba's cache of one function, with a lock around what is missing in it.

    Parameters
    ----------
    function : callable
    lock : FolderLock
    """

    def __init__(self, function: Callable[..., Any], lock: FolderLock) -> None:
        super().__init__(function)
        self._lock = lock
        self._held = _Held()

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Load machine code; None, and the lock held, where it has to be compiled."""
        rtsys.initialize(target_context)
        with self._guard_against_spurious_io_errors():
            found = self._load_overload(sig, target_context)
            if found is not None:
                return found
        self._lock.acquire()
        self._held.count += 1
        with self._guard_against_spurious_io_errors():
            return self._load_overload(sig, target_context)  # another process may have made it meanwhile
        return None

    def settled(self, compile_: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Return a dispatcher's way to load or compile, which gives back the lock whatever happens."""

        def compiled(sig: Any) -> Any:
            before = self._held.count
            collecting = gc.isenabled()
            gc.disable()  # a compiler makes many objects and little garbage: looking for it costs a tenth
            try:
                return compile_(sig)
            finally:
                if collecting:
                    gc.enable()
                while self._held.count > before:
                    self._held.count -= 1
                    self._lock.release()

        return compiled


def keep(dispatcher: Any, lock: FolderLock) -> None:
    """Let a dispatcher keep its machine code on the disk.

    Parameters
    ----------
    dispatcher : numba dispatcher
        Not called yet.
    lock : FolderLock
        Of the folder that numba is set to.
    """
    cache = CodeCache(dispatcher.py_func, lock)
    dispatcher._cache = cache
    dispatcher.compile = cache.settled(dispatcher.compile)
