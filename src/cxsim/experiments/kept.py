"""Values of short runs, kept in the user's cache: they save time and never change a result."""

from __future__ import annotations

import contextlib
import json
import math
import os
import tempfile
from pathlib import Path
from typing import Final

from cxsim.model.jit import cache_folder

FOLDER: Final = "baselines"
MOST_FILES: Final = 500


def folder() -> Path:
    """Return where values are kept: beside the compiled kernels, apart for each version of what they compute."""
    kernels = cache_folder()
    return kernels.parent / FOLDER / kernels.name


class Kept:
    """Values of the runs of one problem, by the identity of the run.

    Parameters
    ----------
    problem : str
        Hash of everything that the runs have in common.
    in_use : bool
        Whether to read and write the cache.
    """

    def __init__(self, problem: str, *, in_use: bool = True) -> None:
        self.path = folder() / f"{problem}.json"
        self.in_use = in_use
        self._values: dict[str, dict[str, float]] = _read(self.path) if in_use else {}
        self._new = False

    def __contains__(self, identity: str) -> bool:
        """Tell whether a run's values are there."""
        return identity in self._values

    def __getitem__(self, identity: str) -> dict[str, float]:
        """Return a run's values."""
        return self._values[identity]

    def __setitem__(self, identity: str, values: dict[str, float]) -> None:
        """Add a run's values."""
        self._values[identity] = values
        self._new = True

    def write(self) -> None:
        """Write what is new, whole or not at all; a cache that cannot be written is done without."""
        if not (self.in_use and self._new):
            return
        content = {
            identity: {name: value if math.isfinite(value) else None for name, value in values.items()}
            for identity, values in self._values.items()
        }
        with contextlib.suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle, partial = tempfile.mkstemp(prefix=".partial-", dir=self.path.parent)
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    json.dump(content, file)
                Path(partial).replace(self.path)
            except OSError:
                Path(partial).unlink(missing_ok=True)
                raise
            _forget_the_oldest(self.path.parent)
            self._new = False


def _read(path: Path) -> dict[str, dict[str, float]]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return {
            str(identity): {str(name): math.nan if value is None else float(value) for name, value in values.items()}
            for identity, values in content.items()
        }
    except (OSError, ValueError, TypeError, AttributeError):
        return {}  # not there, or not what was written: the runs are made again


def _forget_the_oldest(where: Path) -> None:
    files = sorted(where.glob("*.json"), key=lambda path: path.stat().st_mtime)
    for path in files[:-MOST_FILES]:
        path.unlink(missing_ok=True)
