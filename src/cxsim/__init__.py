"""Simulate customers, service and competitors; compare policies by the customers they keep.

The names below are the public surface. They load on first use (PEP 562), so that ``import cxsim`` costs
milliseconds and the command line answers at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cxsim.app.explore import explore
    from cxsim.charts.theme import theme
    from cxsim.checks.parity import check_parity
    from cxsim.errors import CxsimError, ScenarioError
    from cxsim.experiments.rules import replaced
    from cxsim.experiments.studies.study import Study, load_study, study_of
    from cxsim.results import Branch, Comparison, Result, compare, resume, run, start
    from cxsim.results.bundle import waterfall
    from cxsim.results.discovery import discover
    from cxsim.results.lever_league import levers
    from cxsim.results.optimum import optimise
    from cxsim.results.selection import select
    from cxsim.results.sensitivity import sensitivity
    from cxsim.results.stories.fated import fates
    from cxsim.results.stories.story import story
    from cxsim.results.study import StudyResult, sweep
    from cxsim.scenario import Scenario, load
    from cxsim.scenario.steering import steering_rule

__version__ = "0.1.0"

__all__ = [
    "Branch",
    "Comparison",
    "CxsimError",
    "Result",
    "Scenario",
    "ScenarioError",
    "Study",
    "StudyResult",
    "__version__",
    "check_parity",
    "compare",
    "discover",
    "explore",
    "fates",
    "levers",
    "load",
    "load_study",
    "optimise",
    "replaced",
    "resume",
    "run",
    "select",
    "sensitivity",
    "start",
    "steering_rule",
    "story",
    "study_of",
    "sweep",
    "theme",
    "waterfall",
]

_HOMES: Final = {
    "Branch": "cxsim.results",
    "Comparison": "cxsim.results",
    "CxsimError": "cxsim.errors",
    "Result": "cxsim.results",
    "Scenario": "cxsim.scenario",
    "ScenarioError": "cxsim.errors",
    "Study": "cxsim.experiments.studies.study",
    "StudyResult": "cxsim.results.study",
    "check_parity": "cxsim.checks.parity",
    "compare": "cxsim.results",
    "discover": "cxsim.results.discovery",
    "explore": "cxsim.app.explore",
    "fates": "cxsim.results.stories.fated",
    "levers": "cxsim.results.lever_league",
    "load": "cxsim.scenario",
    "load_study": "cxsim.experiments.studies.study",
    "optimise": "cxsim.results.optimum",
    "replaced": "cxsim.experiments.rules",
    "resume": "cxsim.results",
    "run": "cxsim.results",
    "select": "cxsim.results.selection",
    "sensitivity": "cxsim.results.sensitivity",
    "start": "cxsim.results",
    "steering_rule": "cxsim.scenario.steering",
    "story": "cxsim.results.stories.story",
    "study_of": "cxsim.experiments.studies.study",
    "sweep": "cxsim.results.study",
    "theme": "cxsim.charts.theme",
    "waterfall": "cxsim.results.bundle",
}


def __getattr__(name: str) -> object:
    """Load a public name from the room it lives in."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted(__all__)
