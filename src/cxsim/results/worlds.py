"""What is found in worlds that we cannot rule out: how often the answer stays, what turns it, what it may cost.

Luck between runs and doubt about the world are never mixed: a world counts for a policy only where luck cannot explain
its lead; where it can, that is said apart ("cannot be told apart").
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxsim.measures.catalog import CATALOG, unit_of
from cxsim.stats.robustness import (
    LEAST_WORLDS,
    P_WORTH,
    Leaders,
    leaders,
    one_split,
    partial_information,
    perfect_information,
    regrets,
)

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.experiments.worlds import Worlds
    from cxsim.results.facts import Facts

FIRST_COLUMNS: Final = ("world", "status", "best", "told_apart", "regret")
LAST_COLUMNS: Final = ("set", "why")


class Turn(NamedTuple):
    """What turns the answer: beyond a threshold of one thing that we are unsure of, another policy is best.

    Attributes
    ----------
    path : str
    policy : str
        Which is best there; may be the reference.
    when : str
        In words, to follow "if": ``FiberNow comes before month 14``.
    threshold : float
        In the unit of the value (microseconds for durations and times).
    above : bool
    inside, turned : int
        Worlds beyond the threshold, and in how many of them `policy` is best.
    gain, p : float
        How much it explains, and how likely luck of the draw explains it; see `cxsim.stats.robustness.one_split`.
    """

    path: str
    policy: str
    when: str
    threshold: float
    above: bool
    inside: int
    turned: int
    gain: float
    p: float


class Worth(NamedTuple):
    """What it would be worth to know one thing before choosing, in the unit of the measure.

    `sure` tells whether that is more than worlds shuffled by chance show; only then may it be said.
    """

    path: str
    value: float
    p: float
    sure: bool


@dataclass(frozen=True, kw_only=True)
class WorldsFound:
    """What was found over the worlds, on the measure that ranks the policies.

    Attributes
    ----------
    measure, unit : str
    choice : str
        The policy that the answer names: the winner as written, or the reference where nothing wins.
    asked, count, failed : int
        Worlds asked for; those that could be judged; those left out.
    replications : int
        Runs of each policy in each.
    best : mapping of str to int
        In how many worlds each policy is best, luck apart.
    level : mapping of str to int
        In how many more it cannot be told apart from the best.
    undecided : int
        Worlds in which no policy is best alone.
    expected_regret, most_regret : float
        How much the choice falls short of the best of a world, on average and at most, 0 where it cannot be told
        apart from it; in `unit`, never negative.
    most_regret_world : int
        Where that is; 0: nowhere.
    turns : tuple of Turn
        What explains most first; empty where no threshold explains enough.
    worth : tuple of Worth
        Highest first.
    perfect_information : float
        What it would be worth to know everything.
    table : DataFrame
        Rows of `worlds.csv`.
    """

    measure: str
    unit: str
    choice: str
    asked: int
    count: int
    failed: int
    replications: int
    best: Mapping[str, int]
    level: Mapping[str, int]
    undecided: int
    expected_regret: float
    most_regret: float
    most_regret_world: int
    turns: tuple[Turn, ...]
    worth: tuple[Worth, ...]
    perfect_information: float
    table: pd.DataFrame
    _worlds: Worlds
    _again: tuple[str, int]

    @property
    def stays(self) -> int:
        """In how many worlds the choice is best, or cannot be told apart from the best."""
        return self.best[self.choice] + self.level[self.choice]

    @property
    def measure_first(self) -> str:
        """The one thing most worth measuring; empty where knowing none of them is sure to be worth anything."""
        return next((one.path for one in self.worth if one.sure), "")

    def document(self) -> dict[str, Any]:
        """Return all but the tables, for JSON."""
        plain = ("measure", "choice", "asked", "count", "failed", "replications", "undecided", "expected_regret",
                 "most_regret", "most_regret_world", "perfect_information", "stays", "measure_first")  # fmt: skip
        found: dict[str, Any] = {name: getattr(self, name) for name in plain}
        found |= {"best": dict(self.best), "level": dict(self.level)}
        return found | {name: [one._asdict() for one in getattr(self, name)] for name in ("turns", "worth")}

    def changes(self, world: int) -> dict[str, str]:
        """Return what makes a world: values by path, for `Scenario.with_values`."""
        return self._worlds.changes(world)

    def command(self, world: int) -> str:
        """Return the command that makes the runs of a world again."""
        scenario, seed = self._again
        runs = f"--seed {seed} --replications {self.replications}"
        return f"cxsim compare {shlex.quote(scenario)} {self._worlds.options(world)} {runs}"


def worlds_found(facts: Facts) -> WorldsFound | None:
    """Return what was found over the worlds, None where none were run or none could be judged.

    Parameters
    ----------
    facts : Facts
    """
    made = facts.experiment.worlds
    if made is None:
        return None
    cube, numbers = _cube(made, facts)
    if not numbers:
        return None
    choice = facts.winner or facts.reference
    number = facts.policies.index(choice)
    better = CATALOG[facts.headline].better
    found = leaders(cube, better)
    short = regrets(found, number)
    places = {one.world.number: one.world.numbers for one in made.drawn}
    positions = np.array([places[world] for world in numbers]).reshape(len(numbers), len(made.ranges))
    alone = found.clear
    return WorldsFound(
        measure=facts.headline,
        unit=unit_of(facts.headline, facts.currency),
        choice=choice,
        asked=len(made.drawn),
        count=len(numbers),
        failed=len(made.drawn) - len(numbers),
        replications=made.replications,
        best={policy: int((alone & found.level[:, k]).sum()) for k, policy in enumerate(facts.policies)},
        level={policy: int((~alone & found.level[:, k]).sum()) for k, policy in enumerate(facts.policies)},
        undecided=int((~alone).sum()),
        expected_regret=float(short.mean()),
        most_regret=float(short.max()),
        most_regret_world=numbers[int(short.argmax())] if short.max() > 0.0 else 0,
        turns=_turns(made, facts.policies, found, number, positions),
        worth=_worth(made, found, positions, better, facts.experiment.seed),
        perfect_information=perfect_information(found.means, better),
        table=_table(made, facts.policies, found, short, numbers),
        _worlds=made,
        _again=(facts.experiment.scenario.name, facts.experiment.seed),
    )


def _cube(made: Worlds, facts: Facts) -> tuple[NDArray[np.float64], list[int]]:
    """Return worlds x policies x replications of the headline, and the numbers of the worlds where all are known."""
    own = made.measures[made.measures["measure"] == facts.headline]
    wide = own.pivot_table(index="world", columns=["policy", "replication"], values="value", dropna=False)
    columns = [(policy, run) for policy in facts.policies for run in range(made.replications)]
    values = wide.reindex(columns=columns).to_numpy(np.float64)
    known = np.isfinite(values).all(axis=1) if values.size else np.zeros(len(values), dtype=bool)
    cube = values[known].reshape(int(known.sum()), len(facts.policies), made.replications)
    return cube, [int(world) for world in wide.index[known]]


def _turns(
    made: Worlds, policies: tuple[str, ...], found: Leaders, choice: int, positions: NDArray[np.float64]
) -> tuple[Turn, ...]:
    leads = np.where(found.level[:, choice], choice, found.best)
    rivals = [k for k in range(len(policies)) if k != choice and (leads == k).sum() >= LEAST_WORLDS]
    turns = []
    for column, one in enumerate(made.ranges):
        for k in rivals:
            split = one_split(positions[:, column], leads == k, tried=len(rivals) * len(made.ranges))
            if split is None:
                continue
            when = one.condition(split.threshold, above=split.above, low=split.low, high=split.high)
            place = split.threshold, split.above, split.inside, split.turned, split.gain, split.p
            turns.append(Turn(one.path, policies[k], when, *place))
    return tuple(sorted(turns, key=lambda turn: -turn.gain))


def _worth(made: Worlds, found: Leaders, positions: NDArray[np.float64], better: Any, seed: int) -> tuple[Worth, ...]:
    known = partial_information(positions, found.means, better, seed=seed)
    pairs = zip(made.ranges, known, strict=True)
    worth = [Worth(one.path, info.value, info.p, info.value > 0.0 and info.p <= P_WORTH) for one, info in pairs]
    return tuple(sorted(worth, key=lambda one: -one.value if np.isfinite(one.value) else 0.0))


def _table(
    made: Worlds, policies: tuple[str, ...], found: Leaders, short: NDArray[np.float64], numbers: list[int]
) -> pd.DataFrame:
    """Return one row a world: what was drawn, what was found, and what makes it again."""
    import pandas as pd

    rows = {number: row for row, number in enumerate(numbers)}
    records = []
    for one in made.drawn:
        number = one.world.number
        record: dict[str, Any] = {"world": number, "status": one.status}
        if number in rows:
            row = rows[number]
            record |= {"best": policies[found.best[row]], "told_apart": bool(found.clear[row]), "regret": short[row]}
            record |= {f"mean of {policy}": found.means[row, k] for k, policy in enumerate(policies)}
        record |= {range_.path: text for range_, text in zip(made.ranges, one.world.texts, strict=True)}
        record |= {"set": made.options(number), "why": one.why}
        records.append(record)
    paths, means = [one.path for one in made.ranges], [f"mean of {policy}" for policy in policies]
    return pd.DataFrame(records, columns=[*FIRST_COLUMNS, *paths, *means, *LAST_COLUMNS])
