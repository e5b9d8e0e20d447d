"""The values of a factor that a design has, put into levels, and at which points or worlds it is at each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxsim.experiments.studies.designs import ONE_AT_A_TIME
from cxsim.experiments.studies.planned import LEVERS, UNCERTAINTIES

if TYPE_CHECKING:
    from cxsim.experiments.studies.factors import Factor
    from cxsim.experiments.studies.study import Study

# A factor with more values than this is cut into as many groups with about as many points each.
MOST_LEVELS: Final = 8
GROUPS: Final = 5
GRID: Final = "grid"
POINT: Final = "point"
WORLD: Final = "world"


class Level(NamedTuple):
    """One value of a factor, or a group of neighbouring ones.

    Attributes
    ----------
    text : str
        As it is written: ``2``, or ``33 to 51``.
    low, high : float
        In the factor's unit.
    """

    text: str
    low: float
    high: float


class Scale(NamedTuple):
    """A factor's levels in a design.

    Attributes
    ----------
    axis : {"point", "world"}
        Whose number says at which level the factor is.
    levels : tuple of Level
        In the order of their numbers.
    level_of : (n,) int16
        Level at each point, or in each world, by its number; -1 where the factor is not looked at. There may be many.
    fewest : int
        Fewest points or worlds at a level, where what else varies there is left to chance; 0 where the design balances
        it (grid, one at a time).
    """

    axis: str
    levels: tuple[Level, ...]
    level_of: NDArray[np.int16]
    fewest: int


def scale_of_factor(study: Study, factor: Factor) -> Scale:
    """Return the levels of a factor in a study.

    Parameters
    ----------
    study : Study
    factor : Factor
        One of its levers or uncertainties.
    """
    axis = POINT if study.joint or factor in study.levers else WORLD
    places = study.points if axis == POINT else study.worlds
    kind = LEVERS if factor in study.levers else UNCERTAINTIES
    design = study.design if study.joint else study.design.get(kind, study.design)
    texts = {one.number: dict(one.texts) for one in places}
    if ONE_AT_A_TIME in design:
        # The factor is looked at where no other has moved; at 0 none has.
        texts = {number: own for number, own in texts.items() if not number or factor.path in own}
    elif len(texts) > 1:
        texts.pop(0, None)  # 0 is there to count costs above it
    own = {number: one.get(factor.path, factor.as_is) for number, one in texts.items()}
    values = {text: factor.as_is_number if text == factor.as_is else factor.number(text) for text in own.values()}
    # Two laws of one mean are two levels; the number only says which comes first.
    ordered = sorted(values, key=lambda text: values[text])
    groups = [[text] for text in ordered] if len(ordered) <= MOST_LEVELS else _grouped(ordered)
    place = {text: number for number, group in enumerate(groups) for text in group}
    level_of = np.full(1 + max(one.number for one in places), -1, np.int16)
    for number, text in own.items():
        level_of[number] = place[text]
    counts = np.bincount(level_of[level_of >= 0], minlength=len(groups))
    balanced = ONE_AT_A_TIME in design or GRID in design
    return Scale(
        axis,
        tuple(Level(_named(group), values[group[0]], values[group[-1]]) for group in groups),
        level_of,
        0 if balanced or not counts.size else int(counts.min()),
    )


def _grouped(texts: Sequence[str]) -> list[list[str]]:
    return [[texts[place] for place in part] for part in np.array_split(np.arange(len(texts)), GROUPS)]


def _named(group: Sequence[str]) -> str:
    return group[0] if len(group) == 1 else f"{group[0]} to {group[-1]}"
