"""The format of scenario files: older ones are migrated, newer ones refused."""

from __future__ import annotations

from typing import Any, Final

from cxsim.errors import Fault, ScenarioError
from cxsim.scenario.faults import line_of
from cxsim.scenario.reader import Block, Text

FORMAT: Final = 1
# Format 0 was never published outside the project; its one key with another name keeps the path of migration tested.
RENAMED_SINCE_0: Final = {"duration": "lasts"}


def migrated(tree: Block, name: str) -> Block:
    """Return the tree in the format of this version.

    Raises
    ------
    ScenarioError
        If the format is missing, unknown or newer than this version.
    """
    return _from_0(tree, name) if format_of(tree, name) == 0 else tree


def format_of(tree: Block, name: str) -> int:
    """Return the format of a file; see `migrated` for what is refused."""
    written = tree.get("format")
    line = line_of(tree, ("format",))
    known = f"format {FORMAT}"
    if written is None:
        raise ScenarioError([Fault(name, 1, "format", "nothing", known, f"add the line `format: {FORMAT}`")])
    if not isinstance(written, str) or not (written.isascii() and written.isdigit()):
        given = f"`{written}`" if isinstance(written, str) else "a table"
        raise ScenarioError([Fault(name, line, "format", given, known, f"write `format: {FORMAT}`")])
    number = int(written[:6])
    if number > FORMAT:
        remedy = "install a newer cxsim, which reads it"
        raise ScenarioError([Fault(name, line, "format", f"format {number}", f"{known} and older", remedy)])
    return number


def _from_0(tree: Block, name: str) -> Block:
    changed = Block()
    changed.line = tree.line
    for key, value in tree.items():
        new: Any = RENAMED_SINCE_0.get(key, key)
        if new in changed:
            given = " and ".join(f"`{name}`" for name in tree if RENAMED_SINCE_0.get(name, name) == new)
            remedy = "remove the older one"
            line = getattr(key, "line", None)
            raise ScenarioError([Fault(name, line, str(key), given, "one of both", remedy)])
        changed[Text(new, getattr(key, "line", None))] = value
    changed[next(key for key in changed if key == "format")] = Text(str(FORMAT), line_of(tree, ("format",)))
    return changed
