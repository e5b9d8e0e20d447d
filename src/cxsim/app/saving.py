"""A setting written into a scenario file as one more policy; every other byte of the file stays as it is."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cxsim.errors import CxsimError, Fault, InputError, ScenarioError, quoted
from cxsim.experiments.studies.case import AS_IS
from cxsim.results.report import write_whole
from cxsim.results.wording import listed
from cxsim.scenario import library
from cxsim.scenario.loaded import loads
from cxsim.scenario.reader import LARGEST_FILE, read, read_text
from cxsim.scenario.writer import as_text, flow, scalar

if TYPE_CHECKING:
    from cxsim.scenario import Scenario

ENDING: Final = ".yaml"
LONGEST_NAME: Final = 60
WHERE: Final = "save"
COPY: Final = "-what-if"


class NameTakenError(InputError):
    """There is a policy of this name; whoever saves is asked before it is replaced."""


@dataclass(frozen=True)
class Shelf:
    """Where policies are saved.

    Attributes
    ----------
    scenario : Scenario
        That is looked at.
    source : Path or None
        Its file; None where it comes from no file, or is not as its file says.
    folder : Path
        The only folder that is written to.
    steering : bool
        Whether Python functions that policies name may be imported.
    """

    scenario: Scenario
    source: Path | None
    folder: Path
    steering: bool = False

    @property
    def file(self) -> str:
        """Name of the file that is proposed: the scenario's own, or that of a copy where it is a bundled one."""
        if self.source is None or self.is_bundled(self.source):
            return f"{_plain(self.scenario.name)}{COPY}{ENDING}"
        return self.source.name

    def is_bundled(self, path: Path) -> bool:
        """Whether a file is one of those that come with this package."""
        return any(path.resolve().is_relative_to(folder.resolve()) for folder in library.folders())

    def save(self, blocks: Mapping[str, Mapping[str, Any]], file: str, *, replace: bool = False) -> Path:
        """Write policies into a file of the folder; what is not there begins as a copy of the scenario.

        Parameters
        ----------
        blocks : mapping of str to mapping
            As they stand under `policies`, by name.
        file : str
            Name of the file; no folders.
        replace : bool
            Whether policies of these names may be replaced.

        Returns
        -------
        Path

        Raises
        ------
        NameTakenError
            When the file has a policy of one of these names, and `replace` is not set.
        ScenarioError
            When the name is not allowed, the file holds another scenario, or what would be written is not a scenario
            that this package reads. Nothing is written then.
        InputError
            When the file cannot be written.
        """
        path = self._target(file)
        text = self._text(path)
        found = read(text, path.name)
        known = found.get("policies") or {}
        taken = [name for name in blocks if name in known or name == AS_IS]
        if AS_IS in blocks:
            raise _refused(path.name, quoted(AS_IS), "a name of its own", "choose another name")
        if any(name in _parts(block) for name, block in blocks.items()):
            # Replaced by itself and more, it would begin with what it no longer is.
            given = f"{quoted(next(reversed(list(blocks))))}, which this setting begins with"
            raise _refused(path.name, given, "a name of its own", "choose another name")
        if taken and not replace:
            with_it = [name for name, one in known.items() if name not in blocks and {*taken} & {*_parts(one)}]
            more = f"; that also changes {listed([quoted(name) for name in with_it])}, made of it" if with_it else ""
            message = (
                f"{path.name}: there is a policy {quoted(taken[0])}; a new name; choose another one, or replace it"
            )
            raise NameTakenError(message + more)
        gone = _left_behind(known, blocks)
        new = with_policies(text, {name: as_text(block) for name, block in blocks.items()}, without=gone)
        self._check(new, found, blocks, path, gone)
        write_whole(path, new.encode())
        return path

    def _target(self, file: str) -> Path:
        stem = file.strip().removesuffix(ENDING)
        if not stem or stem != _plain(stem) or len(stem) > LONGEST_NAME:
            raise _refused(
                "file", quoted(file), "a name of letters, digits, - and _, without folders", "choose another"
            )
        path = self.folder / f"{stem}{ENDING}"
        if self.is_bundled(path):
            raise _refused("file", quoted(file), "a file that does not come with this package", "choose another name")
        return path

    def _text(self, path: Path) -> str:
        if path.exists():
            text = read_text(path, LARGEST_FILE)
            same = loads(text, str(path), self.folder, allow_steering=self.steering)
            if _world(same) != _world(self.scenario):
                remedy = "choose another name; or start the page again, if the file was changed meanwhile"
                raise _refused(path.name, "another scenario than the one of this page", "the same scenario", remedy)
            return text
        if self.source is not None:
            return read_text(self.source, LARGEST_FILE)
        return self.scenario.resolved()

    def _check(
        self, new: str, old: Mapping[str, Any], blocks: Mapping[str, Any], path: Path, gone: Sequence[str]
    ) -> None:
        """See that what will be written is the scenario that it was, with these policies and no other change."""
        try:
            made = loads(new, path.name, self.folder, allow_steering=self.steering)
        except ScenarioError:
            raise
        except CxsimError as error:
            raise _refused(path.name, quoted(str(error)), "a scenario", "choose another setting") from None
        before, after = _without(old, [*blocks, *gone]), _without(read(new, path.name), blocks)
        if before != after or any(name not in made.policies for name in blocks):
            remedy = "add it to the file by hand, or save to a new file"
            raise _refused(path.name, "policies written in an unusual way", "one policy after another", remedy)
        # Parts are named, not written out; under a name the file may say something else than when the page began.
        if {name: _does(made, name) for name in blocks} != self._shown(blocks):
            remedy = "start the page again, or save to a new file"
            raise _refused(path.name, "policies that were changed meanwhile", "those that the page shows", remedy)

    def _shown(self, blocks: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        """Return what policies do in the scenario of the page, where some of their names may be taken."""
        other: dict[str, str] = {}
        for name in blocks:
            used = {*self.scenario.policies, *blocks, *other.values()} - {name}
            tries = (name, *(f"{WHERE}-{n}" for n in range(len(used) + 1)))
            other[name] = next(one for one in tries if one not in used and one not in self.scenario.policies)
        renamed = {other[name]: _renamed(block, other) for name, block in blocks.items()}
        made = self.scenario.with_blocks(renamed, where=WHERE)
        return {name: _does(made, other[name]) for name in blocks}


def _plain(name: str) -> str:
    """Return a name with what no file name should have replaced."""
    return "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in name.removesuffix(ENDING))


def _world(scenario: Scenario) -> dict[str, Any]:
    """Return everything of a scenario but its policies."""
    return {key: value for key, value in scenario.content.tree.items() if key != "policies"}


def _parts(block: Mapping[str, Any]) -> list[str]:
    """Return the names of the policies that one combines."""
    return [str(one) for part in block.get("combine") or () for one in (part if isinstance(part, Mapping) else [part])]


def _left_behind(known: Mapping[str, Any], blocks: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Name the parts that a policy was saved with and is no longer made of, where nothing else is made of them.

    A part is known by its name: that of the policy and a number.
    """
    others = {part for name, one in known.items() if name not in blocks for part in _parts(one)}
    used = {*others, *(part for block in blocks.values() for part in _parts(block)), *blocks}
    old = {part: name for name in blocks for part in _parts(known.get(name) or {})}
    return [
        part for part, name in old.items() if re.fullmatch(rf"{re.escape(name)} \d+(-\d+)?", part) and part not in used
    ]


def _renamed(block: Mapping[str, Any], other: Mapping[str, str]) -> dict[str, Any]:
    """Return a policy whose parts have other names."""
    if "combine" not in block:
        return dict(block)
    parts = [
        {other.get(name, name): times for name, times in part.items()}
        if isinstance(part, Mapping)
        else other.get(part, part)
        for part in block["combine"]
    ]
    return {**block, "combine": parts}


def _does(scenario: Scenario, name: str) -> tuple[Any, ...]:
    """Return all that a policy does, whatever its name and those of its parts are."""
    policy = scenario.policy(name)
    pieces = [(one.location, one.raw, one.begin, one.end, one.segments) for one in policy.pieces]
    return pieces, policy.costs, [(one.written, one.begin, one.end) for one in policy.steering]


def _without(tree: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """Return a file without some policies."""
    found = {key: value for key, value in tree.items() if key != "policies"}
    return found | {"policies": {name: one for name, one in (tree.get("policies") or {}).items() if name not in names}}


def _refused(where: str, given: str, allowed: str, remedy: str) -> ScenarioError:
    return ScenarioError([Fault(where, None, "", given, allowed, remedy)])


# ------------------------------------------------------------------------------------------------------------- text


def with_policies(text: str, blocks: Mapping[str, Any], *, without: Sequence[str] = ()) -> str:
    """Return a scenario file with policies added or replaced; all else is kept to the byte.

    Parameters
    ----------
    text : str
        YAML; `policies`, where it is there, is written one policy below another.
    blocks : mapping of str to mapping
        Nested text, by name.
    without : sequence of str
        Policies that are taken out.

    Raises
    ------
    ScenarioError
        When `policies` is written in braces on one line.
    """
    from ruamel.yaml import YAML

    root = YAML(typ="safe", pure=True).compose(text)
    node = next((value for key, value in root.value if key.value == "policies"), None)
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith(("\n", "\r")):
        lines[-1] += newline
    if node is None or not node.value:
        if node is not None:
            raise _refused("policies", "an empty table", "policies one below another", "remove the line `policies`")
        return "".join([*lines, newline, f"policies:{newline}", *_written(blocks, "  ", newline)])
    if node.flow_style:
        remedy = "write each policy on a line of its own"
        raise _refused("policies", "a table in braces", "policies one below another", remedy)
    indent = " " * node.value[0][0].start_mark.column
    for name, block in blocks.items():
        spans = {key.value: (key.start_mark.line, _last_line(value)) for key, value in node.value}
        made = _written({name: block}, indent, newline)
        if name in spans:
            first, last = spans[name]
            lines[first : last + 1] = made
        else:
            last = max(end for _, end in spans.values())
            lines[last + 1 : last + 1] = [newline, *made]
        node = _policies_of(lines)
    for name in without:
        first, last = next(
            (key.start_mark.line, _last_line(value)) for key, value in _policies_of(lines).value if key.value == name
        )
        first -= first > 0 and not lines[first - 1].strip()  # the empty line above goes with it
        del lines[first : last + 1]
    return "".join(lines)


def _policies_of(lines: Sequence[str]) -> Any:
    from ruamel.yaml import YAML

    root = YAML(typ="safe", pure=True).compose("".join(lines))
    return next(value for key, value in root.value if key.value == "policies")


def _last_line(node: Any) -> int:
    """Return the last line on which something of a value stands; what follows it may be a comment of another."""
    value = node.value
    if getattr(node, "flow_style", False) or isinstance(value, str) or not value:
        mark = node.end_mark
        # The end of a block of lines (| or >) is the line after it.
        return int(mark.line - 1 if mark.column == 0 and mark.line > node.start_mark.line else mark.line)
    last = value[-1]
    return _last_line(last[1] if isinstance(last, tuple) else last)


def _written(blocks: Mapping[str, Any], indent: str, newline: str) -> list[str]:
    lines: list[str] = []
    for name, block in blocks.items():
        lines.append(f"{indent}{scalar(name)}:{newline}")
        for key, value in block.items():
            lines.append(f"{indent}  {key}: {flow(value)}{newline}")
    return lines
