"""Designs: which combinations of the values of several factors are tried. Points are counted before any is made."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, overload

from cxsim.experiments.studies.factors import Factor
from cxsim.stats.space_filling import latin_hypercube_points, sobol_points

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Texts = tuple[tuple[str, str], ...]
ONE_AT_A_TIME: Final = "one at a time"


class Point(NamedTuple):
    """One combination of values.

    Attributes
    ----------
    number : int
        1 and up; 0 is the scenario as written.
    texts : tuple of (path, text)
        As ``--set`` takes them, in the order of the factors; what is not among them stays as written.
    """

    number: int
    texts: Texts


class Design(Protocol):
    """Combinations that are made when they are asked for."""

    def __len__(self) -> int:
        """Return how many there are."""

    def texts(self, index: int) -> Texts:
        """Return one of them, from 0 up."""


@dataclass(frozen=True)
class Grid:
    """Every combination of levels; the last factor moves first.

    Attributes
    ----------
    paths : tuple of str
    levels : tuple of tuple of str
        Of each factor.
    """

    paths: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]

    def __len__(self) -> int:
        return math.prod(len(levels) for levels in self.levels)

    def texts(self, index: int) -> Texts:
        """Return one combination, from 0 up."""
        found = []
        for path, levels in zip(reversed(self.paths), reversed(self.levels), strict=True):
            index, place = divmod(index, len(levels))
            found.append((path, levels[place]))
        return tuple(reversed(found))


@dataclass(frozen=True)
class OneAtATime:
    """Each level of each factor that is not as written, all other values as written.

    Attributes
    ----------
    pairs : tuple of (path, text)
    """

    pairs: Texts

    def __len__(self) -> int:
        return len(self.pairs)

    def texts(self, index: int) -> Texts:
        """Return one combination, from 0 up."""
        return (self.pairs[index],)


@dataclass(frozen=True, eq=False)
class Filling:
    """Points that fill the space of the factors.

    Attributes
    ----------
    factors : tuple of Factor
    positions : (points, factors) float64
        Between 0 and 1.
    """

    factors: tuple[Factor, ...]
    positions: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.positions)

    def texts(self, index: int) -> Texts:
        """Return one combination, from 0 up."""
        row = self.positions[index].tolist()
        return tuple((factor.path, factor.at(position)) for factor, position in zip(self.factors, row, strict=True))


@dataclass(frozen=True)
class Listed:
    """Points that somebody wrote down.

    Attributes
    ----------
    paths : tuple of str
    rows : tuple of tuple of str
        A text for each path.
    """

    paths: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __len__(self) -> int:
        return len(self.rows)

    def texts(self, index: int) -> Texts:
        """Return one combination, from 0 up."""
        return tuple(zip(self.paths, self.rows[index], strict=True))


class Points(Sequence[Point]):
    """The points of a design, numbered from 1, with the point 0 before them where it is one of them.

    Parameters
    ----------
    design : Design
    zero : bool
        Whether the scenario as written is one of the points.
    """

    def __init__(self, design: Design, *, zero: bool) -> None:
        self.design, self.zero = design, zero

    def __len__(self) -> int:
        return len(self.design) + self.zero

    @overload
    def __getitem__(self, index: int) -> Point: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Point, ...]: ...

    def __getitem__(self, index: int | slice) -> Point | tuple[Point, ...]:
        if isinstance(index, slice):
            return tuple(self[n] for n in range(*index.indices(len(self))))
        place = range(len(self))[index]
        if self.zero and place == 0:
            return Point(0, ())
        return Point(place + 1 - self.zero, self.design.texts(place - self.zero))

    def __iter__(self) -> Iterator[Point]:
        return (self[n] for n in range(len(self)))


AS_WRITTEN: Final = Listed((), ())


def grid(factors: Sequence[Factor], each: int) -> Grid:
    """Return every combination of levels; ranges have `each` of them (0: `Factor.spread`)."""
    return Grid(tuple(factor.path for factor in factors), tuple(factor.spread(each) for factor in factors))


def one_at_a_time(factors: Sequence[Factor], each: int) -> OneAtATime:
    """Return each factor alone at its levels; ranges have `each` of them (0: their ends)."""
    pairs = [(factor.path, text) for factor in factors for text in (factor.spread(each) if each else factor.ends)]
    known = {factor.path: factor for factor in factors}
    return OneAtATime(tuple((path, text) for path, text in pairs if known[path].differs(text)))


def sobol(factors: Sequence[Factor], count: int, seed: int) -> Filling:
    """Return the first points of a scrambled Sobol sequence; fewer points are the first of more."""
    return Filling(tuple(factors), sobol_points(count, len(factors), seed))


def latin_hypercube(factors: Sequence[Factor], count: int, seed: int) -> Filling:
    """Return a Latin hypercube; another count is another design."""
    return Filling(tuple(factors), latin_hypercube_points(count, len(factors), seed))
