"""The rules of behaviour, one by one, from their docstrings; see `make.py`."""

# ruff: noqa: INP001 -- a script beside the pages that it writes

from __future__ import annotations

import inspect
import re
from types import ModuleType
from typing import Any

# Where the mechanism of a module stands on the page of the model.
PART_OF_MODEL = {
    "expectation": "expectation-b-4-b-5-b-6",
    "satisfaction": "satisfaction-b-1-b-2-b-7-b-59",
    "promise": "a-dated-promise-b-3",
    "experience": "a-visit-b-8-b-9-b-12-b-13-b-18-b-19",
    "patience": "waiting-in-line-b-14-to-b-17",
    "failure": "failures-b-22-b-23-b-30-b-31",
    "complaint": "exit-voice-silence-b-24",
    "recovery": "recovery-b-27-to-b-30-b-32-b-33",
    "followup": "follow-up-b-34",
    "organisation": "what-a-firm-learns-b-50-b-52",
    "choice": "choice-of-a-firm-b-35-b-56-b-57",
    "leaving": "leaving-b-24-b-37-b-38",
    "talk": "word-of-mouth-b-39-b-40",
    "survey": "scores-b-36",
}
_PARAMETERS = re.compile(r"\n(Parameters|Returns)\n-+\n")


def rules_of(module: ModuleType) -> dict[str, Any]:
    """Return the rules of a module, in their order."""
    source = inspect.getsource(module)
    names = re.findall(r"^@rule\ndef (\w+)", source, re.MULTILINE)
    return {name: getattr(module, name) for name in names}


def plain(function: Any) -> Any:
    """Return the Python function behind a compiled one."""
    return getattr(function, "py_func", function)


def told(function: Any) -> str:
    """Return what the docstring says before it lists the arguments."""
    text = inspect.getdoc(plain(function)) or ""
    text = _PARAMETERS.split(text)[0].strip()
    return " ".join(text.replace("``", "`").split())


def arguments(function: Any) -> list[str]:
    """Return a line for each group of arguments that the docstring describes."""
    found = re.search(
        r"\nParameters\n-+\n(.*?)(?:\n\n|\nReturns\n|\Z)", inspect.getdoc(plain(function)) or "", re.DOTALL
    )
    if found is None:
        return []
    lines = re.findall(r"^(\S.*?) : .*\n((?:    .*\n?)+)", found[1] + "\n", re.MULTILINE)
    return [f"- `{'`, `'.join(names.split(', '))}`: {' '.join(about.split())}" for names, about in lines]


def rules(_: str) -> str:
    """Return every rule, by module."""
    from cxsim.behaviour.registry import MODULES

    parts = []
    for module in MODULES:
        name = module.__name__.rpartition(".")[2]
        doc = " ".join((module.__doc__ or "").split())
        anchor = PART_OF_MODEL[name]
        parts.append(f"## {name}\n\n{doc} [In the model](model.md#{anchor}); `cxsim.behaviour.{name}`.\n")
        for rule, function in rules_of(module).items():
            taken = ", ".join(inspect.signature(plain(function)).parameters)
            lines = [f"### `{name}.{rule}`\n", f"`{rule}({taken})`\n", f"{told(function)}\n"]
            described = arguments(function)
            parts.append("\n".join([*lines, *(["\n".join(described) + "\n"] if described else [])]))
    return "\n" + "\n".join(parts) + "\n"


def named(module: str) -> str:
    """Return the line of the model's page that names the rules of a module."""
    from importlib import import_module

    found = rules_of(import_module(f"cxsim.behaviour.{module}"))
    links = ", ".join(f"[`{rule}`](rules.md#{module}{rule})" for rule in found)
    return f"In code: {links}.\n"
