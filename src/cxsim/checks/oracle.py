"""What an oracle is: a scenario with an exact answer, how it is read from a run, and how long it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

import numpy as np

from cxsim.checks.evidence import Evidence
from cxsim.model.plan import Plan
from cxsim.scenario import load

FINE: Final = 0.0033  # standard error over the exact value, in a full run
COARSE: Final = 0.01  # the same in a plain run, for the reference engine, and at loads of HEAVY or more
HEAVY: Final = 0.95
LIGHT: Final = 0.8  # the reference engine is held to loads up to this


Read = Callable[[Evidence], float]


class Quantity(NamedTuple):
    """Something with an exact value.

    Attributes
    ----------
    name : str
        With its unit, where it has one.
    exact : float
    read : callable
        From a replication's `Evidence` to the simulated value, in the same unit.
    """

    name: str
    exact: float
    read: Read


@dataclass(frozen=True)
class Case:
    """A scenario whose answer is known.

    Attributes
    ----------
    name : str
        Key of the case in the table of seeds.
    title : str
        For a reader: the model and its parameters.
    source : str
        Where the formula is from: author and year.
    scenario : str
        Name of a bundled scenario, without ``verification/``.
    values : mapping
        Paths and texts laid over it, as with ``--set``.
    quantities : tuple of Quantity
    full : mapping
        Paths and texts that make a run long enough for standard errors of `FINE` (`COARSE` at heavy loads).
    plain : mapping, optional
        The same for `COARSE`; None where that takes too long for a plain run.
    policy : str
    load : float
        Offered load over staff; 0 where nobody waits.
    every : int, optional
        Length of the measured periods, microseconds; by default there is one.
    reference : bool
        Whether the reference engine runs the case in a full run, as long as `plain` says.
    quick : bool
        Whether the reference engine runs it in a plain run too.
    """

    name: str
    title: str
    source: str
    scenario: str
    values: Mapping[str, Any]
    quantities: tuple[Quantity, ...]
    full: Mapping[str, str]
    plain: Mapping[str, str] | None = None
    policy: str = "as-is"
    load: float = 0.0
    every: int | None = None
    reference: bool = False
    quick: bool = False
    altered: Mapping[str, str] = field(default_factory=dict)

    def allowed_error(self, *, fine: bool) -> float:
        """Return the largest standard error that may be judged, as a share of the exact value."""
        return FINE if fine and self.load < HEAVY else COARSE

    def plan(self, *, full: bool) -> Plan:
        """Compile the scenario at its length, with one measured period after the warm-up or periods of `every`."""
        size = self.full if full or self.plain is None else self.plain
        scenario = load(f"verification/{self.scenario}").with_values({**self.values, **size, **self.altered})
        plan = scenario.plan(self.policy)
        horizon, start = int(plan.clock[0]["horizon"]), int(plan.clock[0]["start"])
        step = self.every or horizon
        ends = [0] * (start < 0) + [*range(step, horizon, step), horizon]
        return plan._replace(period_ends=np.array(ends, np.int64))

    def planted(self, values: Mapping[str, str]) -> Case:
        """Return the case with a fault: values that its exact answers do not know of."""
        return replace(self, altered=dict(values))
