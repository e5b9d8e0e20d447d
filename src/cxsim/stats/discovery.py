"""Scenario discovery: the corner of the space of worlds in which something happens, as a box with few sides.

PRIM, the patient rule induction method: peel a thin slice off one side of the box, again and again, always the slice
whose loss leaves the box densest; choose a box on the way; paste back what was peeled too much; leave out the sides
that tell nothing. What is chosen is fixed beforehand: the highest harmonic mean of coverage and density. Where worlds
are few, thin slices follow single worlds: so slices of three widths are tried, and a side is pasted by moving it to
wherever the mean is highest, out or in. A box is found in noise, too; so the whole search is repeated on shuffled
outcomes.

References
----------
Friedman & Fisher (1999), Statistics and Computing 9:123 (peeling and pasting); Bryant & Lempert (2010), Technological
Forecasting & Social Change 77:34 (coverage, density, quasi-p values); Kwakkel & Jaxa-Rozen (2016), Environmental
Modelling & Software 79:311 (gain for each point given up, so that counts and levels are not put at a disadvantage).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from cxsim.errors import InputError
from cxsim.stats import validation

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]

# Fixed before any result was seen.
PEELED: Final = (0.05, 0.1, 0.2)  # shares of the worlds in the box that a slice holds
SMALLEST: Final = 0.05  # share of all worlds that a box keeps
LEAST_WORLDS: Final = 5
LEAST_HITS: Final = 3
P_SIDE: Final = 0.05
P_BOX: Final = 0.05
SHUFFLES: Final = 99
MOST_BOXES: Final = 2
MOST_SIDES: Final = 4
ROUNDING: Final = 1e-12


class Side(NamedTuple):
    """One side of a box.

    Attributes
    ----------
    column : int
        Of the positions.
    above : bool
        Whether the box lies above the threshold; else below.
    threshold : float
        Midway between the last world inside and the next one outside, `low` and `high`.
    low, high : float
    p : float
        Quasi-p value: the chance of a box at least as dense by drawing as many worlds from the box without this side
        (binomial). It knows nothing of the search.
    """

    column: int
    above: bool
    threshold: float
    low: float
    high: float
    p: float


class Box(NamedTuple):
    """A corner in which it happens.

    Attributes
    ----------
    sides : tuple of Side
        The most telling first.
    inside : (worlds,) bool
        Which worlds lie in it; those of earlier boxes are not counted.
    hits : int
        In how many of these it happens.
    coverage : float
        Share of all worlds in which it happens that lie in the box.
    density : float
        Share of the worlds in the box in which it happens.
    p : float
        Share of shuffled searches that find as good a box.
    """

    sides: tuple[Side, ...]
    inside: Flags
    hits: int
    coverage: float
    density: float
    p: float


class Step(NamedTuple):
    """A box on the way of peeling: how much it holds, and how densely."""

    sides: int
    mass: float
    coverage: float
    density: float


class Discovery(NamedTuple):
    """What was found.

    Attributes
    ----------
    boxes : tuple of Box
        Those that shuffled searches do not find; possibly none.
    trajectory : tuple of Step
        The way of the first search, from all worlds to the smallest box: what coverage each density costs.
    worlds, hits : int
    """

    boxes: tuple[Box, ...]
    trajectory: tuple[Step, ...]
    worlds: int
    hits: int


def discover(
    positions: npt.ArrayLike,
    happened: npt.ArrayLike,
    *,
    seed: int,
    shuffles: int = SHUFFLES,
) -> Discovery:
    """Return the boxes in which something happens; a second one among the worlds outside the first.

    Parameters
    ----------
    positions : array of shape (worlds, unknowns)
        What was drawn; numbers of any unit.
    happened : array of shape (worlds,)
        Whether it happens in the world.
    seed : int
        Of the shuffles; a generator of its own. The search itself draws nothing.
    shuffles : int

    Raises
    ------
    InputError
        When the arrays do not fit together, or a position is not a number.
    """
    x = validation.finite("discovery, positions", validation.matrix("discovery, positions", positions))
    y = np.asarray(happened, dtype=bool)
    if y.shape != (len(x),):
        message = f"discovery: {len(x)} worlds and outcomes of shape {y.shape}; one a world is allowed; pair them"
        raise InputError(message)
    generator = np.random.default_rng(validation.count("discovery, seed", seed))
    count = validation.count("discovery, shuffles", shuffles, minimum=19)
    total = int(y.sum())
    left = np.ones(len(x), dtype=bool)
    boxes: list[Box] = []
    while len(boxes) < MOST_BOXES:
        found = _search(x[left], y[left])
        if found is None:
            break
        limits, score = found
        p = _chance_of(x[left], y[left], score, generator, count)
        if p > P_BOX:
            break
        inside = left & _within(x, limits)
        hits = int(y[inside].sum())
        sides = _sides(x[left], y[left], limits)
        boxes.append(Box(sides, inside, hits, hits / total, hits / int(inside.sum()), p))
        left &= ~inside
    return Discovery(tuple(boxes), _trajectory(x, y), len(x), total)


def _chance_of(x: Array, y: Flags, score: float, generator: np.random.Generator, shuffles: int) -> float:
    """Return the share of shuffled searches that find as good a box; stops once it is too many."""
    as_good = 1
    for _ in range(shuffles):
        other = _search(x, generator.permutation(y))
        as_good += other is not None and other[1] >= score
        if as_good > P_BOX * (1 + shuffles):
            break
    return as_good / (1 + shuffles)


def _search(x: Array, y: Flags) -> tuple[Array, float] | None:
    """Return the limits (2, unknowns) of the best box and its score; None where none can be."""
    hits = int(y.sum())
    if hits < LEAST_HITS or hits == y.size or y.size < 2 * LEAST_WORLDS:
        return None
    ways = [max(_peeled(x, y, share), key=lambda one: _score(x, y, one)) for share in PEELED]
    found = [_moved(x, y, _simpler(x, y, _moved(x, y, limits))) for limits in ways]
    limits = max(found, key=lambda one: _score(x, y, one))
    if not np.isfinite(limits).any() or y[_within(x, limits)].sum() < LEAST_HITS:
        return None
    return limits, _score(x, y, limits)


def _peeled(x: Array, y: Flags, share: float) -> list[Array]:
    """Return the boxes on the way, the whole space first."""
    limits = np.full((2, x.shape[1]), np.inf)
    limits[0] = -np.inf
    least = max(LEAST_WORLDS, math.ceil(SMALLEST * y.size))
    steps = [limits]
    inside = np.arange(y.size)
    while inside.size > least and y[inside].sum() not in {0, inside.size}:
        peel = _best_slice(x[inside], y[inside], least, share)
        if peel is None:
            break
        column, side, limit = peel
        limits = limits.copy()
        limits[side, column] = limit
        steps.append(limits)
        values = x[inside, column]
        inside = inside[values >= limit] if side == 0 else inside[values <= limit]
    return steps


def _best_slice(x: Array, y: Flags, least: int, share: float) -> tuple[int, int, float] | None:
    """Return the slice to peel: column, side (0: from below), and the limit that stays."""
    size, hits = y.size, int(y.sum())
    thin = max(1, math.floor(share * size))
    order = np.argsort(x, axis=0, kind="stable")
    values = np.take_along_axis(x, order, axis=0)
    below = y[order].cumsum(axis=0)  # hits up to each value
    columns = np.arange(x.shape[1])
    # Equal values go together. From below: those up to the last of the slice; from above: those from its first on.
    cut, kept_above = (values <= values[thin - 1]).sum(axis=0), (values < values[size - thin]).sum(axis=0)
    last = np.maximum(kept_above - 1, 0)
    kept = np.stack([size - cut, kept_above], axis=1)
    kept_hits = np.stack([hits - below[cut - 1, columns], below[last, columns]], axis=1)
    limits = np.stack([values[np.minimum(cut, size - 1), columns], values[last, columns]], axis=1)
    fits = kept >= least
    if not fits.any():
        return None
    safe = np.maximum(kept, 1)
    gain = np.where(fits, (kept_hits / safe - hits / size) / np.maximum(size - kept, 1), -np.inf)
    # Of equal gains the box that keeps most; of these the first.
    best = int(np.where(gain == gain.max(), kept, -1).argmax())
    column, side = divmod(best, 2)
    return column, side, float(limits[column, side])


def _simpler(x: Array, y: Flags, limits: Array) -> Array:
    """Leave out sides that tell nothing, the least telling first."""
    limits = limits.copy()
    while True:
        places = np.argwhere(np.isfinite(limits))
        if not len(places):
            return limits
        chances = [_chance_without(x, y, limits, int(side), int(column)) for side, column in places]
        worst = int(np.argmax(chances))
        if chances[worst] <= P_SIDE and len(places) <= MOST_SIDES:
            return limits
        side, column = places[worst]
        limits[side, column] = np.inf if side else -np.inf


def _chance_without(x: Array, y: Flags, limits: Array, side: int, column: int) -> float:
    """Quasi-p value of one side."""
    wider = limits.copy()
    wider[side, column] = np.inf if side else -np.inf
    inside, around = _within(x, limits), _within(x, wider)
    share = float(y[around].mean())
    return _at_least(int(y[inside].sum()), int(inside.sum()), share)


def _at_least(hits: int, worlds: int, share: float) -> float:
    """Chance of `hits` or more in so many independent worlds (binomial)."""
    from scipy import special

    return 1.0 if hits == 0 else float(special.bdtrc(hits - 1, worlds, share)) if share < 1.0 else 1.0


def _moved(x: Array, y: Flags, limits: Array) -> Array:
    """Move one side at a time to where the score is highest, out or in, the most useful first."""
    limits, score, total = limits.copy(), _score(x, y, limits), int(y.sum())
    while True:
        best: tuple[float, int, int, float] | None = None
        for side, column in np.argwhere(np.isfinite(limits)).tolist():
            found = _best_limit(x, y, limits, (side, column), total)
            if found is not None and found[0] > score + ROUNDING and (best is None or found[0] > best[0]):
                best = found[0], side, column, found[1]
        if best is None:
            return limits
        score, side, column, limit = best
        limits[side, column] = limit


def _best_limit(x: Array, y: Flags, limits: Array, place: tuple[int, int], total: int) -> tuple[float, float] | None:
    """Return the score and the limit of one side, the others as they are; infinite where it is better left out."""
    side, column = place
    wider = limits.copy()
    wider[side, column] = np.inf if side else -np.inf
    around = _within(x, wider)
    values, happened = x[around, column], y[around]
    order = np.argsort(values if side else -values, kind="stable")  # from the opposite side of the box outwards
    values = values[order]
    hits = np.cumsum(happened[order])
    last = np.append(np.diff(values) != 0.0, True)  # equal values are in or out together
    counts = np.arange(1, values.size + 1)
    scores = np.where(last & (counts >= min(LEAST_WORLDS, values.size)), 2.0 * hits / (counts + total), -1.0)
    at = int(scores.argmax())
    whole = at == values.size - 1
    return float(scores[at]), float(wider[side, column] if whole else values[at])


def _score(x: Array, y: Flags, limits: Array) -> float:
    """Harmonic mean of coverage and density: 2 hits / (worlds inside + all hits)."""
    inside = _within(x, limits)
    return 2.0 * float(y[inside].sum()) / float(inside.sum() + y.sum())


def _within(x: Array, limits: Array) -> Flags:
    found: Flags = ((x >= limits[0]) & (x <= limits[1])).all(axis=1)
    return found


def _sides(x: Array, y: Flags, limits: Array) -> tuple[Side, ...]:
    """Return the sides, the most telling first, with thresholds midway between worlds."""
    found = []
    for side, column in np.argwhere(np.isfinite(limits)).tolist():
        wider = limits.copy()
        wider[side, column] = np.inf if side else -np.inf
        # The next world that only this side keeps out.
        limit, values = float(limits[side, column]), x[_within(x, wider), column]
        if side == 0:
            low, high = float(values[values < limit].max()), limit
        else:
            low, high = limit, float(values[values > limit].min())
        chance = _chance_without(x, y, limits, side, column)
        found.append(Side(column, side == 0, (low + high) / 2.0, low, high, chance))
    return tuple(sorted(found, key=lambda one: (one.p, one.column, one.above)))


def _trajectory(x: Array, y: Flags) -> tuple[Step, ...]:
    hits = int(y.sum())
    if not hits:
        return ()
    steps = []
    for limits in _peeled(x, y, PEELED[0]):
        inside = _within(x, limits)
        caught = int(y[inside].sum())
        steps.append(
            Step(int(np.isfinite(limits).sum()), float(inside.mean()), caught / hits, caught / int(inside.sum()))
        )
    return tuple(steps)
