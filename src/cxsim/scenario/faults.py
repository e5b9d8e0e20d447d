"""From what the models refuse to faults with file, line and path, all at once."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BaseModel, ValidationError

from cxsim.errors import Fault, ScenarioError, ValueRefusedError, quoted
from cxsim.scenario.models import Document
from cxsim.scenario.reader import Block
from cxsim.units import nearest

Location = Sequence[int | str]


def dotted(location: Location) -> str:
    """Write a location as a path in the file."""
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        elif part != "[key]":
            text += f".{part}" if text else str(part)
    return text


def line_of(tree: Any, location: Location) -> int | None:
    """Return the line of the deepest part of `location` that the file holds."""
    line: int | None = getattr(tree, "line", None)
    node = tree
    for part in location:
        if isinstance(node, dict) and part in node:
            key = next(key for key in node if key == part)
            line = getattr(key, "line", None) or line
            node = node[part]
        elif isinstance(node, list) and isinstance(part, int) and part < len(node):
            node = node[part]
            line = getattr(node, "line", None) or line
        else:
            break
    return line


def annotation_at(location: Location, model: Any = Document) -> Any:
    """Return the annotation of the value at `location`, or None where the models know no such place."""
    kind = model
    for part in location:
        if part == "[key]":
            continue
        kind = _inside(kind, part)
        if kind is None:
            return None
    return kind


def _inside(kind: Any, part: int | str) -> Any:
    kind = _bare(kind)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            if part == (field.alias or name):
                return _hints(kind)[name]
        return None
    if typing.get_origin(kind) is dict:
        return typing.get_args(kind)[1]
    return None


@lru_cache(maxsize=64)
def _hints(kind: type[BaseModel]) -> dict[str, Any]:
    return typing.get_type_hints(kind, include_extras=True)


def _bare(kind: Any) -> Any:
    """Take off Annotated and Optional; of a choice, keep the model."""
    while True:
        if typing.get_origin(kind) is Annotated:
            kind = typing.get_args(kind)[0]
        elif typing.get_origin(kind) in {typing.Union, types.UnionType}:
            options = [option for option in typing.get_args(kind) if option is not type(None)]
            models = [option for option in options if isinstance(option, type) and issubclass(option, BaseModel)]
            kind = models[0] if models else options[0]
        else:
            return kind


def keys_at(location: Location, model: Any = Document) -> list[str]:
    """Return the keys that may stand in the section at `location`."""
    kind = _bare(annotation_at(location, model))
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [field.alias or name for name, field in kind.model_fields.items()]
    return []


class Faults:
    """Gathers faults of one file, which `model` describes."""

    def __init__(self, file: str, tree: Any, model: Any = Document) -> None:
        self.file = file
        self.tree = tree
        self.model = model
        self.found: list[Fault] = []

    def add(self, location: Location, given: str, allowed: str, remedy: str) -> None:
        """Note a fault; `given` stands as it is."""
        line = line_of(self.tree, location)
        self.found.append(Fault(self.file, line, dotted(location), given, allowed, remedy))

    def refused(self, location: Location, error: ValueRefusedError) -> None:
        """Note a value that a parser refused."""
        self.add(location, quoted(error.given), error.allowed, error.remedy)

    def unknown(self, location: Location, name: str, names: Iterable[str], what: str) -> None:
        """Note a name that does not exist, with the most similar one that does."""
        names = list(names)
        listed = ", ".join(names[:12]) + (", ..." if len(names) > len(names[:12]) else "")
        hint = nearest(name, names) or ("choose one of these" if names else "add it, or remove this")
        self.add(location, quoted(name), f"{what}: {listed}" if names else f"{what}: there is none", hint)

    def from_validation(self, error: ValidationError) -> None:
        """Note everything that the models refused."""
        for detail in error.errors(include_url=False):
            location = detail["loc"]
            cause = detail.get("ctx", {}).get("error")
            if isinstance(cause, ValueRefusedError):
                self.refused(location, cause)
            elif detail["type"] == "missing":
                self.add(location, "nothing", "a value that must be written", f"add `{location[-1]}`")
            elif detail["type"] == "extra_forbidden" and detail["input"] == "":
                remedy = "within { } a comma ends a value: put a value that holds commas in quotes"
                self.add(location, quoted(str(location[-1])), "a key and a value", remedy)
            elif detail["type"] == "extra_forbidden":
                self.unknown(location, str(location[-1]), keys_at(location[:-1], self.model), "a key of this section")
            else:
                kind = "a table of keys and values" if "dict" in detail["type"] or "model" in detail["type"] else "text"
                what = quoted(detail["input"]) if isinstance(detail["input"], str) else "this"
                self.add(location, what, kind, "write it as in the examples of `cxsim scenarios`")

    def raise_if_any(self) -> None:
        """Raise what was gathered."""
        if self.found:
            raise ScenarioError(self.found)


def validated(tree: Block | dict[str, Any], faults: Faults) -> Document:
    """Return the document, or raise all its faults."""
    try:
        return Document.model_validate(tree)
    except ValidationError as error:
        faults.from_validation(error)
    except (RecursionError, OverflowError):
        faults.add((), "values that cannot be read", "a scenario", "make the file simpler")
    faults.raise_if_any()
    raise AssertionError
