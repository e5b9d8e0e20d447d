"""YAML text to nested text, with line numbers; nothing is executed and nothing is guessed.

Every scalar is kept as the text a person wrote (`17:00` stays `17:00`, `no` stays `no`). Anchors, aliases, tags,
merge keys and duplicate keys are refused, so that a file means what it shows; size and depth are limited before
they can cost anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from cxsim.errors import Fault, ScenarioError, UnreadableError

LARGEST_FILE: Final = 1_000_000
DEEPEST: Final = 12
MOST_NODES: Final = 100_000


class Text(str):
    """A scalar as it was written, with the line it stands on."""

    __slots__ = ("line",)
    line: int | None

    def __new__(cls, value: str, line: int | None = None) -> Text:
        """Keep `line` beside the text."""
        text = super().__new__(cls, value)
        text.line = line
        return text


class Block(dict[str, Any]):
    """A mapping as it was written: text keys to `Text`, `Block` or `Items`."""

    line: int | None = None


class Items(list[Any]):
    """A list as it was written."""

    line: int | None = None


Value = Text | Block | Items


def read_file(path: Path) -> tuple[str, Block]:
    """Read a YAML file.

    Returns
    -------
    text, tree
        What the file holds, as text and as nested text.

    Raises
    ------
    ScenarioError
        If the file is no YAML of the kind described above; `UnreadableError` if it cannot be read at all.
    """
    text = read_text(path, LARGEST_FILE)
    return text, read(text, str(path))


def read_text(path: Path, largest: int) -> str:
    """Read a text file of at most `largest` bytes in UTF-8."""
    name = str(path)
    try:
        size = -1 if path.is_dir() else path.stat().st_size
        data = b"" if size < 0 or size > largest else path.read_bytes()
    except FileNotFoundError:
        remedy = "check the name; `cxsim scenarios` lists the bundled ones"
        raise UnreadableError([Fault(name, None, "", "no such file", "a file that exists", remedy)]) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UnreadableError([Fault(name, None, "", reason, "a file that can be read", "check the file")]) from None
    if size < 0:
        raise UnreadableError([Fault(name, None, "", "a folder", "a file", "name the file in it")])
    if size > largest:
        given = f"a file of {size / 1e6:.1f} MB"
        raise UnreadableError([Fault(name, None, "", given, f"at most {largest / 1e6:g} MB", "make it smaller")])
    return decode(data, name, largest)


def decode(data: bytes, name: str, largest: int = LARGEST_FILE) -> str:
    """Decode UTF-8 and refuse what is no text."""
    if len(data) > largest:
        given = f"more than {largest / 1e6:g} MB"
        raise UnreadableError([Fault(name, None, "", given, f"at most {largest / 1e6:g} MB", "make it smaller")])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        given = f"a byte that is no UTF-8 (0x{data[error.start]:02x})"
        raise UnreadableError([Fault(name, line, "", given, "text in UTF-8", "save the file as UTF-8")]) from None


def read(text: str, name: str) -> Block:
    """Turn YAML text into nested text; `name` stands in the messages."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    if len(text.encode("utf-8", "surrogatepass")) > LARGEST_FILE:
        raise UnreadableError([Fault(name, None, "", "more than 1 MB", "at most 1 MB", "make it smaller")])
    _check_depth_cheaply(text, name)
    walker = _Walker(name)
    try:
        walker.check_events(YAML(typ="safe", pure=True).parse(text))
        root = YAML(typ="safe", pure=True).compose(text)
    except ScenarioError:
        raise
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = None if mark is None else mark.line + 1
        given = (error.problem or error.context or "this text").replace("\n", " ")
        raise ScenarioError([Fault(name, line, "", given, "YAML", "check indentation, colons and brackets")]) from None
    except (YAMLError, ValueError, RecursionError, IndexError, KeyError, TypeError, AttributeError) as error:
        given = str(error).split("\n", maxsplit=1)[0][:120] or "this text"
        remedy = "check indentation, colons, brackets and stray control characters"
        raise ScenarioError([Fault(name, None, "", given, "YAML", remedy)]) from None
    if root is None:
        raise ScenarioError([Fault(name, None, "", "an empty file", "a scenario", "start with `cxsim new NAME`")])
    tree = walker.walk(root, "", 0)
    if not isinstance(tree, Block):
        walker.refuse(1, "", "no mapping", "lines such as `format: 1`", "start with `cxsim new NAME`")
    if walker.faults or not isinstance(tree, Block):
        raise ScenarioError(walker.faults)
    return tree


def _check_depth_cheaply(text: str, name: str) -> None:
    """Refuse brackets nested so deep that the parser itself would run out of stack."""
    depth = 0
    for number, line in enumerate(text.split("\n"), start=1):
        for character in line:
            if character in "[{":
                depth += 1
            elif character in "]}":
                depth = max(0, depth - 1)
        indented = (len(line) - len(line.lstrip(" "))) // 2 > 4 * DEEPEST or line.lstrip().startswith("- - - - - -")
        if depth > 4 * DEEPEST or indented:
            given = "values nested too deep"
            raise ScenarioError([Fault(name, number, "", given, f"at most {DEEPEST} levels", "make it flatter")])


class _Walker:
    """Turns composed nodes into nested text and gathers what is not allowed."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.faults: list[Fault] = []
        self.nodes = 0

    def refuse(self, line: int | None, path: str, given: str, allowed: str, remedy: str) -> None:
        self.faults.append(Fault(self.name, line, path, given, allowed, remedy))

    def check_events(self, events: Iterator[Any]) -> None:
        """Refuse aliases, anchors, tags and further documents before anything is composed of them."""
        from ruamel.yaml.events import AliasEvent, DocumentStartEvent

        documents = 0
        for number, event in enumerate(events):
            line = event.start_mark.line + 1 if event.start_mark else None
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.refuse(line, "", "a second document", "one document", "remove the line `---`")
            elif isinstance(event, AliasEvent):
                self.refuse(line, "", f"the alias *{event.anchor}", "values written out", "repeat the value here")
            elif getattr(event, "anchor", None):
                self.refuse(line, "", f"the anchor &{event.anchor}", "values written out", "remove it")
            if number > 2 * MOST_NODES:
                given, allowed = "too many values", f"at most {MOST_NODES} values"
                raise ScenarioError([Fault(self.name, line, "", given, allowed, "make the file smaller")])
            if getattr(event, "tag", None) and getattr(event, "ctag", None) is not None:
                self.refuse(line, "", f"the tag {event.tag}", "plain values", "remove it")
        if self.faults:
            raise ScenarioError(self.faults)

    def walk(self, node: Any, path: str, depth: int) -> Value:
        """Return the nested text of one node."""
        from ruamel.yaml.nodes import MappingNode, ScalarNode

        line = node.start_mark.line + 1
        self.nodes += 1
        if depth > DEEPEST or self.nodes > MOST_NODES:
            given, allowed = "values nested too deep", f"at most {DEEPEST} levels"
            if self.nodes > MOST_NODES:
                given, allowed = "too many values", f"at most {MOST_NODES} values"
            raise ScenarioError([Fault(self.name, line, path, given, allowed, "make the file smaller and flatter")])
        if isinstance(node, ScalarNode):
            return Text(node.value, line)
        if isinstance(node, MappingNode):
            return self._mapping(node, path, depth)
        items = Items(self.walk(item, f"{path}[{n}]", depth + 1) for n, item in enumerate(node.value, start=1))
        items.line = line
        return items

    def _mapping(self, node: Any, path: str, depth: int) -> Block:
        from ruamel.yaml.nodes import ScalarNode

        block = Block()
        block.line = node.start_mark.line + 1
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, ScalarNode):
                self.refuse(line, path, "a list or mapping as a key", "a name as a key", "write a name before it")
                continue
            key = Text(key_node.value, line)
            here = f"{path}.{key}" if path else str(key)
            if key == "<<":
                self.refuse(line, path, "the merge key `<<`", "values written out", "repeat the values here")
            elif key in block:
                first = next(getattr(other, "line", None) for other in block if other == key)
                self.refuse(line, here, f"`{key}` again (first on line {first})", "each key once", "remove one of them")
            else:
                block[key] = self.walk(value_node, here, depth + 1)
        return block
