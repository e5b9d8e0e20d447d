"""Which factors matter: designs over their ranges, the runs at the points, and indices with luck taken off.

Designs come from SALib (Saltelli's for Sobol indices, Morris's trajectories), with generators of their own: SALib takes
a seed of 0 for none, and some of its analyses then draw from numpy's global generator. All positions are shares of a
range, from 0 to 1; a factor turns them into values (whole numbers, levels, ratios), so that every design takes every
kind of factor.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from cxsim.errors import InputError
from cxsim.experiments.studies.case import AS_IS, Case
from cxsim.stats.space_filling import sobol_points

if TYPE_CHECKING:
    from cxsim.experiments.unsure import Range

Array = NDArray[np.float64]

MORRIS: Final = "morris"
SOBOL: Final = "sobol"
PAWN: Final = "pawn"
ONE_AT_A_TIME: Final = "one-at-a-time"
METHODS: Final = (MORRIS, SOBOL, PAWN, ONE_AT_A_TIME)
# Trajectories, base points, points; one at a time needs no number.
POINTS: Final = {MORRIS: 10, SOBOL: 64, PAWN: 256, ONE_AT_A_TIME: 1}
LEAST: Final = {MORRIS: 4, SOBOL: 8, PAWN: 32, ONE_AT_A_TIME: 1}
REPLICATIONS: Final = 8
MOST_POINTS: Final = 1_000_000
LEVELS: Final = 4  # of Morris's grid
AS_WRITTEN: Final = "as written"


class Factor(Protocol):
    """One thing that is varied."""

    @property
    def path(self) -> str:
        """As the scenario writes it."""

    @property
    def role(self) -> str:
        """A "lever" or an "uncertainty"."""

    @property
    def span(self) -> Range | None:
        """The range; None where there are levels."""

    @property
    def levels(self) -> tuple[str, ...]:
        """Texts, where there is no range."""

    def at(self, position: float) -> str:
        """Return the value at a position between 0 and 1, as ``--set`` takes it."""


class Table(Protocol):
    """Whatever gives measures of cases."""

    def table(self, cases: Sequence[Case], replications: Sequence[int], measures: Sequence[str]) -> Array:
        """Return (cases, replications, measures); NaN where a run failed."""


CaseOf = Callable[[Sequence[tuple[str, str]], str], Case]


@dataclass(frozen=True, eq=False)
class Design:
    """Points at which the factors are tried.

    Attributes
    ----------
    method : str
    factors : tuple of Factor
    positions : (blocks, points in a block, factors) float64
        Between 0 and 1; NaN: as written. A block is a base point with all that belongs to it, or a trajectory.
    """

    method: str
    factors: tuple[Factor, ...]
    positions: Array

    @property
    def points(self) -> int:
        """Number of points."""
        blocks, rows, _ = self.positions.shape
        return int(blocks * rows)

    def texts(self, block: int, row: int) -> tuple[tuple[str, str], ...]:
        """Return a point as paths and values; factors that stay as written are left out."""
        place = self.positions[block, row].tolist()
        pairs = zip(self.factors, place, strict=True)
        return tuple((factor.path, factor.at(position)) for factor, position in pairs if not np.isnan(position))


def designed(method: str, factors: Sequence[Factor], points: int | None = None, *, seed: int) -> Design:
    """Return a design; with fewer blocks and the same seed a Sobol design is the first part of one with more.

    Parameters
    ----------
    method : {"morris", "sobol", "pawn", "one-at-a-time"}
    factors : sequence of Factor
    points : int, optional
        Trajectories, base points or points.
    seed : int
        Of the design; a generator of its own.

    Raises
    ------
    InputError
        When the method or a number is not allowed, nothing is varied, or SALib is missing.
    """
    if method not in METHODS:
        message = f"method: {method}; {', '.join(METHODS)} are allowed; choose one"
        raise InputError(message)
    if not factors:
        message = (
            "sensitivity: nothing is varied; one factor or more is needed; write `unsure` in the scenario, or a study "
            "file with levers or uncertainties"
        )
        raise InputError(message)
    count = POINTS[method] if points is None else points
    d = len(factors)
    each = {MORRIS: d + 1, SOBOL: 2 * d + 2, PAWN: 1, ONE_AT_A_TIME: 2 * d + 1}[method]
    if not LEAST[method] <= count <= MOST_POINTS // each:
        message = (
            f"points: {count}; {LEAST[method]} to {MOST_POINTS // each} are allowed for {method} with {d} factors; "
            "choose another number"
        )
        raise InputError(message)
    return Design(method, tuple(factors), _positions(method, d, count, seed))


def _positions(method: str, d: int, count: int, seed: int) -> Array:
    if method == ONE_AT_A_TIME:
        found = np.full((1, 2 * d + 1, d), np.nan)
        for factor in range(d):
            found[0, 1 + 2 * factor, factor], found[0, 2 + 2 * factor, factor] = 0.0, 1.0
        return found
    if method == PAWN:
        return sobol_points(count, d, seed)[:, None]
    problem: dict[str, Any] = {"num_vars": d, "names": [str(n) for n in range(d)], "bounds": [[0.0, 1.0]] * d}
    generator = np.random.default_rng(seed)
    try:
        if method == MORRIS:
            from SALib.sample.morris import sample as trajectories

            points: Array = trajectories(problem, count, num_levels=LEVELS, seed=generator)
            return np.clip(points.reshape(count, d + 1, d), 0.0, 1.0)
        from SALib.sample.sobol import sample as saltelli
    except ModuleNotFoundError:
        message = f'method: {method}, for which SALib is not installed; run: pip install "cxsim[sensitivity]"'
        raise InputError(message) from None
    # Whole powers of 2, so that the sequence keeps its balance; the first blocks are taken.
    whole: Array = saltelli(problem, 1 << (count - 1).bit_length(), seed=generator)
    return whole.reshape(-1, 2 * d + 2, d)[:count]


class Output(NamedTuple):
    """What is looked at.

    Attributes
    ----------
    measure : str
    policy : str
    difference : bool
        Whether it is the policy's difference from as-is on the same luck at the same point, or its value.
    """

    measure: str
    policy: str = AS_IS
    difference: bool = False


def output_of(measure: str, policy: str = AS_IS) -> Output:
    """Return the output for a policy: its difference from as-is; for as-is, the value."""
    return Output(measure, policy, policy != AS_IS)


def cases_of(design: Design, output: Output, case_of: CaseOf) -> list[list[Case]]:
    """Return the cases of each point: the policy's, and as-is beside it where the output is a difference."""
    policies = (output.policy, AS_IS) if output.difference else (output.policy,)
    blocks, rows = design.positions.shape[:2]
    places = (design.texts(block, row) for block in range(blocks) for row in range(rows))
    return [[case_of(texts, policy) for policy in policies] for texts in places]


def gathered(design: Design, output: Output, case_of: CaseOf, runs: Table, replications: int) -> Array:
    """Return the output at every point and replication; the same case at two points is run once.

    Parameters
    ----------
    design : Design
    output : Output
    case_of : callable
        Makes a case of a point (paths and values) and a policy.
    runs : Table
    replications : int
        2 or more.

    Returns
    -------
    (blocks, points in a block, replications) float64
        NaN where a run failed.

    Raises
    ------
    InputError
        When there is one replication only, or the measure is not known.
    """
    if replications < 2:  # noqa: PLR2004 -- one cannot tell luck from effect
        message = f"replications: {replications}; 2 or more are needed to tell luck from effect; raise the number"
        raise InputError(message)
    placed = cases_of(design, output, case_of)
    chosen = {case: number for number, case in enumerate(dict.fromkeys(case for own in placed for case in own))}
    made = runs.table(list(chosen), range(replications), [output.measure])[:, :, 0]
    rows = [made[chosen[own[0]]] - (made[chosen[own[1]]] if output.difference else 0.0) for own in placed]
    return np.array(rows).reshape(*design.positions.shape[:2], replications)


def count_of(design: Design, output: Output, case_of: CaseOf, replications: int) -> int:
    """Return how many different runs a design asks for, as-is of the same point included."""
    return replications * len({case for own in cases_of(design, output, case_of) for case in own})
