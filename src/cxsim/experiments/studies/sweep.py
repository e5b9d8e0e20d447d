"""The runs of a study: every policy at every point, in every world, as often as was asked."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from cxsim.experiments.executor import Progress, Report
from cxsim.experiments.studies.case import AS_IS, Case, Want
from cxsim.experiments.studies.lab import DONE, Lab, lab_of
from cxsim.experiments.studies.runs import Runs
from cxsim.measures.catalog import ABOVE_AS_IS
from cxsim.stats.paired import bonferroni_level
from cxsim.stats.precision import CAP_NOTE, MINIMUM_REPLICATIONS, STOPPING_NOTE, next_batch, reached

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cxsim.experiments.studies.study import Placed, Study

LEVEL: Final = 0.95
# Cells whose runs are under way together where the number of replications is looked for.
CELLS_AT_ONCE: Final = 16
# Cases of a world that share their histories and plans while their replications are made.
CASES_AT_ONCE: Final = 8


class Cell(NamedTuple):
    """All policies at one point of one world, with the number of replications that each has.

    Attributes
    ----------
    placed : tuple of Placed
        One for each policy of the study.
    replications : int
    reached : bool
        Whether every measure of interest is as exact as was asked; True where a number was given.
    """

    placed: tuple[Placed, ...]
    replications: int
    reached: bool = True


class Counted(NamedTuple):
    """How many runs of a study are done, failed, and not there, before anything is made."""

    done: int
    failed: int
    missing: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.done + self.failed + self.missing


@dataclass(frozen=True)
class Swept:
    """A study whose runs have been made.

    Attributes
    ----------
    study : Study
    runs : Runs
        From which every run can be had.
    cells : tuple of Cell
        In the order of the study.
    wall_s : float
    made : int
        Runs that were made now; all others were there.
    """

    study: Study
    runs: Runs
    cells: tuple[Cell, ...]
    wall_s: float
    made: int

    @cached_property
    def points(self) -> int:
        """Points that differ: one that pulls no lever is point 0."""
        return len({cell.placed[0].case for cell in self.cells if cell.placed[0].world == self._first.world})

    @cached_property
    def worlds(self) -> int:
        """Worlds that differ, where they are crossed with the points."""
        return len({cell.placed[0].case for cell in self.cells if cell.placed[0].point == self._first.point})

    @property
    def _first(self) -> Placed:
        return self.cells[0].placed[0]

    @cached_property
    def counts(self) -> Counted:
        """The runs of the study by what became of them, each once, though it may stand at several points."""
        above = _counts_costs(self.study)
        most: dict[Case, int] = {}
        for cell in self.cells:
            for one in cell.placed:
                for case in (one.case.as_is, one.case) if above else (one.case,):
                    most[case] = max(most.get(case, 0), cell.replications)
        return _tallied(self.runs, (Want(case, number) for case, count in most.items() for number in range(count)))

    @property
    def note(self) -> str:
        """How the number of replications came about, where it was looked for."""
        if not self.study.precision:
            return ""
        short = sum(not cell.reached for cell in self.cells)
        more = f"{CAP_NOTE} This is so in {short} of {len(self.cells)} points." if short else ""
        return f"{STOPPING_NOTE} {more}".strip()


def study_lab(study: Study, *, engine: str = "compiled", scale: float = 1.0, keep: str = "all") -> Lab:
    """Return the laboratory of a study."""
    return lab_of(study.scenario, seed=study.seed, engine=engine, scale=scale, keep=keep)


def swept(study: Study, runs: Runs, report: Report | None = None) -> Swept:
    """Make the runs of a study that are not there.

    Parameters
    ----------
    study : Study
    runs : Runs
        Of the study's laboratory.
    report : callable, optional
        Called with a `Progress` whenever something has moved.

    Raises
    ------
    RunError
        When the store cannot grow.
    """
    clock = time.monotonic()
    if study.precision:
        cells = tuple(_until_precise(study, runs, report))
    else:
        runs.report = report
        # Two points may be one case, and as-is of a world may be no point: what is shown is what is made.
        total = None if report is None else sum(1 for _ in wants_of(study, 1)) * study.replications
        for _ in runs.made(wants_of(study), total):
            pass
        cells = tuple(Cell(placed, study.replications) for placed in cells_of(study))
    return Swept(study, runs, cells, time.monotonic() - clock, runs.made_now)


def cells_of(study: Study) -> Iterator[tuple[Placed, ...]]:
    """Yield the policies of every point and world together."""
    for _, group in itertools.groupby(study.cases(), key=lambda one: (one.world, one.point)):
        yield tuple(group)


def wants_of(study: Study, replications: int | None = None) -> Iterator[Want]:
    """Yield the runs of a study, each once, those that share something close together.

    Parameters
    ----------
    study : Study
    replications : int, optional
        Of each case; the study's number by default.
    """
    each = study.replications if replications is None else replications
    # Where each point has a world of its own, as-is of that world is no point; what a lever costs is counted above it.
    apart = study.joint and bool(study.levers) and not set(ABOVE_AS_IS).isdisjoint(study.measures)
    known: set[Case] = set()
    for _, world in itertools.groupby(study.cases(), key=lambda one: one.case.changes):
        for block in _blocks(world):
            found = dict.fromkeys(
                case for one in block for case in ((one.case.as_is, one.case) if apart else (one.case,))
            )
            cases = [case for case in found if case not in known]
            known.update(cases)
            yield from (Want(case, replication) for replication in range(each) for case in cases)


def _blocks(world: Iterable[Placed]) -> Iterator[tuple[Placed, ...]]:
    rest = iter(world)
    while block := tuple(itertools.islice(rest, CASES_AT_ONCE)):
        yield block


def counted(study: Study, runs: Runs) -> Counted:
    """Count the runs of a study that are there, without making any.

    Where the number of replications is looked for, those count that every point begins with.
    """
    return _tallied(runs, wants_of(study, MINIMUM_REPLICATIONS if study.precision else None))


def _tallied(runs: Runs, wants: Iterable[Want]) -> Counted:
    done = failed = missing = 0
    for want in wants:
        status = runs.status(want)
        if status is None:
            missing += 1
        elif status == DONE:
            done += 1
        else:
            failed += 1
    return Counted(done, failed, missing)


def _counts_costs(study: Study) -> bool:
    """Tell whether a measure of the study is counted above as-is, which is run then in every world."""
    return not set(ABOVE_AS_IS).isdisjoint({*study.measures, *(asked.measure for asked in study.precision)})


def _until_precise(study: Study, runs: Runs, report: Report | None) -> Iterator[Cell]:
    """Add replications to each cell until every measure of interest is as exact as asked; decisions see no clock."""
    total, done = sum(1 for _ in cells_of(study)), 0
    clock = time.monotonic()
    everything = cells_of(study)
    above = _counts_costs(study)
    while window := list(itertools.islice(everything, CELLS_AT_ONCE)):
        counts = [0] * len(window)
        while True:
            more = [_more(study, runs, placed, count) for placed, count in zip(window, counts, strict=True)]
            if not any(more):
                break
            wants = [
                Want(case, number)
                for placed, count, extra in zip(window, counts, more, strict=True)
                for number in range(count, count + extra)
                for one in placed
                # A cost is counted above as-is of the same replication, which may have stopped before.
                for case in ((one.case.as_is, one.case) if above else (one.case,))
            ]
            for _ in runs.made(_ordered(wants)):
                pass
            counts = [count + extra for count, extra in zip(counts, more, strict=True)]
            if report is not None:
                ended = sum(not extra for extra in more)
                report(Progress(done + ended, total, time.monotonic() - clock, "points"))
        done += len(window)
        for placed, count in zip(window, counts, strict=True):
            yield Cell(placed, count, reached=_reached(study, runs, placed, count))


def _ordered(wants: Sequence[Want]) -> list[Want]:
    worlds = {changes: number for number, changes in enumerate(dict.fromkeys(want.case.changes for want in wants))}
    return sorted(wants, key=lambda want: worlds[want.case.changes])


def _more(study: Study, runs: Runs, placed: Sequence[Placed], count: int) -> int:
    """Return how many replications a cell needs now, for its most demanding measure and policy."""
    if not count:
        return min(MINIMUM_REPLICATIONS, study.most)
    level = bonferroni_level(LEVEL, max(1, len(placed) - 1))
    samples = _samples(study, runs, placed, count)
    # Replications that failed leave gaps; the cap counts those that were asked for.
    return max(min(next_batch(sample, width, study.most, level), study.most - count) for sample, width in samples)


def _reached(study: Study, runs: Runs, placed: Sequence[Placed], count: int) -> bool:
    level = bonferroni_level(LEVEL, max(1, len(placed) - 1))
    return all(reached(sample, width, level) for sample, width in _samples(study, runs, placed, count))


def _samples(study: Study, runs: Runs, placed: Sequence[Placed], count: int) -> list[tuple[NDArray[np.float64], float]]:
    """Return what has to be exact, each with its half-width: differences from as-is, or, where it is alone, values."""
    measures = [asked.measure for asked in study.precision]
    cube = np.array(
        [[runs.values(Want(one.case, number), measures) for number in range(count)] for one in placed]
    )  # (policies, replications, measures)
    names = [one.policy for one in placed]
    rows = cube - cube[names.index(AS_IS)] if len(placed) > 1 else cube
    others = [place for place, name in enumerate(names) if name != AS_IS] or [0]
    found = []
    for column, asked in enumerate(study.precision):
        for place in others:
            sample = rows[place, :, column]
            found.append((sample[np.isfinite(sample)], asked.half_width))
    return found
