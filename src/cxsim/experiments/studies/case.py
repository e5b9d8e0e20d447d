"""What a run of a study is made of: a world, a policy, and a replication."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

AS_IS: Final = "as-is"


class Case(NamedTuple):
    """What is simulated.

    Attributes
    ----------
    policy : str
        A policy of the scenario, or one of `written`.
    changes : tuple of (str, str)
        The world: paths, and texts as ``--set`` takes them. They hold from the very beginning.
    written : str
        Policies that do not stand in the file: JSON of what would stand under `policies` there; empty for none. They
        may combine those of the file.
    """

    policy: str = AS_IS
    changes: tuple[tuple[str, str], ...] = ()
    written: str = ""

    @property
    def as_is(self) -> Case:
        """As-is in the same world, above which costs are counted."""
        return Case(AS_IS, self.changes)

    @property
    def blocks(self) -> dict[str, Any]:
        """Return the policies that do not stand in the file."""
        found: dict[str, Any] = json.loads(self.written) if self.written else {}
        return found


def written(blocks: Mapping[str, Any]) -> str:
    """Return policy blocks as a `Case` holds them: the same blocks are always the same text."""
    return json.dumps(blocks, sort_keys=True, ensure_ascii=False, separators=(",", ":")) if blocks else ""


class Want(NamedTuple):
    """A run that is wanted."""

    case: Case
    replication: int


class Row(NamedTuple):
    """A run that was made, or is in the store.

    Attributes
    ----------
    want : Want
    identity : str
        Of the run, 32 hexadecimal digits.
    status : str
        "done" or "failed".
    why : str
        Why it failed.
    values : bytes
        Columns of the laboratory, little-endian float64; empty where it failed.
    events : int
    wall_s : float
    """

    want: Want
    identity: str
    status: str
    why: str
    values: bytes
    events: int
    wall_s: float
