"""What runs say: tables, sentences, charts and the folder that holds them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cxsim.results.api import compare, run
    from cxsim.results.comparison import Comparison
    from cxsim.results.result import Result

__all__ = ["Comparison", "Result", "compare", "run"]

_HOMES: Final = {
    "Comparison": "cxsim.results.comparison",
    "Result": "cxsim.results.result",
    "compare": "cxsim.results.api",
    "run": "cxsim.results.api",
}


def __getattr__(name: str) -> object:
    """Load a public name on first use; pandas is slow to import."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
