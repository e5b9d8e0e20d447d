"""What a person writes: scenario files, checked, resolved and compiled into plans."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cxsim.scenario.loaded import Scenario, load, loads

__all__ = ["Scenario", "load", "loads"]

_HOMES: Final = dict.fromkeys(__all__, "cxsim.scenario.loaded")


def __getattr__(name: str) -> object:
    """Load a public name on first use; pydantic and ruamel are slow to import."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
