"""What runs say: tables, sentences, charts and the folder that holds them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cxsim.results.api import compare, run
    from cxsim.results.branch import Branch, resume, start
    from cxsim.results.comparison import Comparison
    from cxsim.results.result import Result

__all__ = ["Branch", "Comparison", "Result", "compare", "resume", "run", "start"]

_HOMES: Final = {
    "Branch": "cxsim.results.branch",
    "Comparison": "cxsim.results.comparison",
    "Result": "cxsim.results.result",
    "compare": "cxsim.results.api",
    "resume": "cxsim.results.branch",
    "run": "cxsim.results.api",
    "start": "cxsim.results.branch",
}


def __getattr__(name: str) -> object:
    """Load a public name on first use; pandas is slow to import."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
