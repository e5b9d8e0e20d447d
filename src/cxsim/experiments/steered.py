"""What steering rules did, over the runs of an experiment: a table of the moves, and a sentence for each rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from cxsim.experiments.spec import RunSpec
from cxsim.experiments.steering import Moved
from cxsim.model.plan import DAY

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.scenario import Scenario
    from cxsim.scenario.steering import SteeringRule

COLUMNS: Final = (
    "point", "world", "policy", "replication", "rule", "period", "time_days", "path", "before", "value",
)  # fmt: skip
UNSTORED: Final = "has no version: these runs cannot be stored or resumed"


def table_of(policies: Sequence[str], runs: Sequence[tuple[RunSpec, Sequence[Moved]]]) -> pd.DataFrame:
    """Return the rows of `steering.parquet`, policy by policy.

    Parameters
    ----------
    policies : sequence of str
        In the order of the tables.
    runs : sequence of (RunSpec, sequence of Moved)

    Returns
    -------
    DataFrame
        `period` is the period after which a lever moved, 0 the last one of the warm-up; `time_days` is when; `before`
        and `value` are in the unit of the scenario file, durations in minutes.
    """
    import pandas as pd

    order = {name: rank for rank, name in enumerate(policies)}
    moves = [(spec.policy, spec.replication, move) for spec, own in runs for move in own]
    rows = sorted(moves, key=lambda row: (order[row[0]], row[1], row[2].time))
    content = {
        "point": np.zeros(len(rows), np.int64),
        "world": np.zeros(len(rows), np.int64),
        "policy": np.array([policy for policy, _, _ in rows], dtype=object),
        "replication": np.array([number for _, number, _ in rows], np.int64),
        "rule": np.array([move.rule for *_, move in rows], dtype=object),
        "period": np.array([move.period for *_, move in rows], np.int64),
        "time_days": np.array([move.time / DAY for *_, move in rows], np.float64),
        "path": np.array([move.path for *_, move in rows], dtype=object),
        "before": np.array([move.before for *_, move in rows], np.float64),
        "value": np.array([move.value for *_, move in rows], np.float64),
    }
    return pd.DataFrame(content)[list(COLUMNS)]


def rules_in(scenario: Scenario, policies: Sequence[str]) -> list[tuple[str, SteeringRule]]:
    """Return the steering rules of some policies, each with the policy, in order."""
    overlays = scenario.content.overlays  # none, where results were read back
    return [
        (policy, one.rule)
        for policy in policies
        if policy in overlays
        for one in overlays[policy].steering
        if one.rule is not None
    ]


def note_on(scenario: Scenario, policies: Sequence[str], table: pd.DataFrame | None, replications: int) -> str:
    """Say in a sentence or two for each steered policy which levers moved, when first, and where they ended.

    Parameters
    ----------
    scenario : Scenario
    policies : sequence of str
    table : DataFrame or None
        Of `table_of`, complete replications only.
    replications : int
        Complete ones.
    """
    if table is None:
        return ""
    said = []
    for policy, rule in rules_in(scenario, policies):
        own = table[(table["policy"] == policy) & (table["rule"] == rule.name)]
        said.append(f"Under {policy}, {rule.name} {_what(own, replications)}.")
        if rule.version is None:
            said.append(f"The steering rule {rule.name} {UNSTORED}.")
    return " ".join(said)


def _what(moves: pd.DataFrame, replications: int) -> str:
    if moves.empty:
        return "moved no lever in any run" if replications > 1 else "moved no lever"
    found = []
    for path, own in moves.groupby("path", sort=False):
        runs = own.groupby("replication")
        first, last = runs["period"].min().mean(), runs["value"].last()
        where = f"in {len(last)} of {replications} runs" if replications > 1 else ""
        often = len(own) / len(last)
        times = "once" if often == 1.0 else f"{often:.3g} times"
        mean = " on average" if len(last) > 1 else ""
        how = f"({times}, first after period {first:.3g}, ending at {last.mean():.3g}{mean})"
        found.append(" ".join(filter(None, (f"moved {path}", where, how))))
    return " and ".join(found)
