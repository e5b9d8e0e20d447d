"""Writing a scenario: nested text as YAML that this package reads back to the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

_PLAIN: Final = re.compile(r"[A-Za-z0-9µ.][\w µ%.()/+;'€-]*(?::[0-9][\w µ%.()/+;'€:-]*)*")


def to_yaml(tree: Mapping[str, Any]) -> str:
    """Return nested text as YAML."""
    return "\n".join(_lines(tree, 0)) + "\n"


def _lines(block: Mapping[str, Any], depth: int) -> Iterator[str]:
    indent = "  " * depth
    for key, value in block.items():
        if isinstance(value, Mapping) and value:
            yield f"{indent}{scalar(key)}:"
            yield from _lines(value, depth + 1)
        else:
            yield f"{indent}{scalar(key)}: {flow(value)}"


def flow(value: Any) -> str:
    """Return nested text on one line, in braces and brackets."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    return scalar(str(value))


def scalar(text: str) -> str:
    """Return a scalar, in quotes where it could be read as something else."""
    return text if _PLAIN.fullmatch(text) and not text.endswith(" ") else json.dumps(text, ensure_ascii=False)


def as_text(value: Any) -> Any:
    """Write Python numbers and containers as a person would."""
    if isinstance(value, Mapping):
        return {str(key): as_text(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_text(item) for item in value]
    if isinstance(value, bool):
        return "on" if value else "off"
    return "".join(value) if isinstance(value, str) else str(value)
