"""Jobs in another process: the laboratory lies in a file, and is read once by every process."""

from __future__ import annotations

import contextlib
import pickle
import tempfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

from cxsim.experiments.studies.case import Row, Want
from cxsim.experiments.studies.lab import Lab, perform

LABS_KEPT: Final = 4


class Posted:
    """A laboratory in a file of this machine.

    Attributes
    ----------
    place : str
        The file's path; the folder is new for every study, so that a path never stands for two laboratories.
    """

    def __init__(self, lab: Lab) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="cxsim-")
        path = Path(self._folder.name) / "lab.pickle"
        path.write_bytes(pickle.dumps(lab, pickle.HIGHEST_PROTOCOL))
        self.place = str(path)

    def withdraw(self) -> None:
        """Delete the file."""
        with contextlib.suppress(OSError):
            self._folder.cleanup()


def posted(lab: Lab) -> Posted:
    """Write a laboratory for the processes of this machine."""
    return Posted(lab)


def perform_posted(place: str, wants: Sequence[Want]) -> list[Row]:
    """Make some runs of a laboratory that was posted."""
    return perform(_read(place), wants)


@lru_cache(maxsize=LABS_KEPT)
def _read(place: str) -> Lab:
    found: Lab = pickle.loads(Path(place).read_bytes())
    return found
