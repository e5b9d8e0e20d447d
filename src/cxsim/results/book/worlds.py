"""Worlds in which each policy wins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxsim.results.book.entry import Entry, source
from cxsim.results.facts import Facts
from cxsim.results.worlds import WorldsFound, worlds_found
from cxsim.stats.intervals import proportion_interval

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.charts.figure import Draw
    from cxsim.experiments.unsure import Range

THIRDS: Final = 3
LEAST: Final = 12  # worlds, below which thirds hold too few to tell anything


class _Third(NamedTuple):
    """A part of the worlds: how it is called, and which rows of the table are in it."""

    name: str
    rows: NDArray[np.bool_]


def worlds_table(facts: Facts) -> pd.DataFrame:
    """Return in which share of the worlds each policy is best, in all and by thirds of what tells most.

    Intervals are Wilson's, 95 %, as for worlds drawn independently; the spread-out draw that is used is closer.
    """
    import pandas as pd

    columns = ["part", "policy", "worlds", "best", "ci_low", "ci_high", "level"]
    found = worlds_found(facts)
    if found is None:
        return pd.DataFrame(columns=columns)
    judged = found.table[found.table["best"].notna()]
    best, alone = judged["best"].to_numpy(), judged["told_apart"].to_numpy(dtype=bool)
    rows = []
    for part in _parts(facts, found, judged):
        count = int(part.rows.sum())
        for policy in facts.policies:
            leads = part.rows & (best == policy)
            interval = proportion_interval(int((leads & alone).sum()), count)
            level = float((leads & ~alone).sum()) / count if count else np.nan
            rows.append((part.name, policy, count, interval.mean, interval.low, interval.high, level))
    return pd.DataFrame(rows, columns=columns)


def telling(found: WorldsFound) -> str:
    """Name the value that tells most about who wins: the first that turns the answer, else the first worth knowing.

    Empty where none does more than luck of the draw explains.
    """
    return found.turns[0].path if found.turns else found.measure_first


def _parts(facts: Facts, found: WorldsFound, judged: pd.DataFrame) -> list[_Third]:
    every = _Third(f"all {len(judged)} worlds", np.ones(len(judged), dtype=bool))
    path, made = telling(found), facts.experiment.worlds
    if not path or made is None or len(judged) < LEAST:
        return [every]
    place = next(number for number, one in enumerate(made.ranges) if one.path == path)
    drawn = {one.number: one.numbers[place] for one in made.complete}
    values = np.array([drawn[world] for world in judged["world"]])
    edges = np.quantile(values, np.arange(1, THIRDS) / THIRDS)
    thirds = np.searchsorted(edges, values, side="left")
    chosen = [thirds == third for third in range(THIRDS)]
    return [every, *(_third(made.ranges[place], values, rows) for rows in chosen if rows.any())]


def _third(place: Range, values: NDArray[np.float64], rows: NDArray[np.bool_]) -> _Third:
    low, high = (place.written(place.rounded(end(values[rows]), 2)) for end in (np.min, np.max))
    return _Third(f"{low} to {high}: {int(rows.sum())} worlds", rows)


def _title(facts: Facts) -> str:
    found = worlds_found(facts)
    if found is None:
        return "Worlds in which each policy wins"
    best, others = found.best[found.choice], found.count - found.stays
    title = f"{found.choice[:1].upper()}{found.choice[1:]} is best in {best} of {found.count} worlds we cannot rule out"
    if found.level[found.choice]:
        title += f" and level with the best in {found.level[found.choice]} more"
    if not others:
        return f"{title}; in none is another one better"
    turn = f", most of all if {found.turns[0].when}" if found.turns else ""
    return f"{title}; in {others} another one is better{turn}"


def _options(facts: Facts) -> dict[str, Any]:
    found = worlds_found(facts)
    if found is None:
        return {"among": facts.policies}
    path = telling(found)
    divided = f"By thirds of what tells most: {path}." if path else "No single value tells who wins."
    return {"among": facts.policies, "divided": divided}


def _footnote(facts: Facts) -> str:
    made = facts.experiment.worlds
    if made is None:
        return source(facts)
    runs = f"{made.replications} replication{'s' if made.replications != 1 else ''}"
    return (
        f"Simulated by cxsim from {facts.experiment.scenario.name}, {len(made.complete)} worlds of {runs} each, "
        f"seed {facts.experiment.seed}."
    )


def _draw() -> Draw:
    from cxsim.charts.worlds import worlds

    return worlds


ENTRY: Final = Entry(
    "worlds", "appendix", "Worlds in which each policy wins", _draw, worlds_table, _title, _options,
    is_among_policies=True, footnote=_footnote,
)  # fmt: skip
