"""The log of runs as a table, ready for process-mining tools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from cxsim.experiments.compare import Experiment
from cxsim.model.events import LOG_LEVER, LOG_NAMES, LOG_SHIFT

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: Final = (
    "time_us", "kind", "customer", "journey", "step", "firm", "touchpoint", "agent", "other", "cause", "value",
    "replication", "policy", "case:concept:name", "concept:name", "time:timestamp",
)  # fmt: skip
# What happens to a touchpoint or a lever: such rows carry its number in place of a customer's.
NOBODY: Final = (LOG_SHIFT, LOG_LEVER)


def events(experiment: Experiment) -> pd.DataFrame:
    """Return the rows of `events.parquet`.

    Firms and touchpoints are names (missing where there is none); `customer` is the number of a person, or of a
    caller (source and ordinal packed). A case is one journey of one customer in one run; shifts and levers move for
    nobody, so their rows have no customer and belong to no case. `concept:name` is what happens, with the touchpoint;
    times are local.

    Parameters
    ----------
    experiment : Experiment
        Run with logs.
    """
    import pandas as pd

    if not experiment.logs:
        return pd.DataFrame({name: [] for name in COLUMNS})
    names = experiment.layout.names
    epoch = _epoch(experiment)
    tables = []
    for log in experiment.logs:
        rows = log.rows
        kinds = np.array(LOG_NAMES, dtype=object)[rows["kind"]]
        touchpoints = _named(rows["touchpoint"], names.touchpoints)
        nobody = np.isin(rows["kind"], NOBODY)
        table = pd.DataFrame(
            {
                "time_us": rows["time"],
                "kind": kinds,
                "customer": pd.arrays.IntegerArray(rows["customer"].astype(np.uint64), nobody),
                "journey": rows["journey"],
                "step": rows["step"],
                "firm": _named(rows["firm"], names.firms),
                "touchpoint": touchpoints,
                "agent": rows["agent"],
                "other": rows["other"],
                "cause": rows["cause"],
                "value": rows["value"],
                "replication": log.replication,
                "policy": log.policy,
            }
        )
        case = table["policy"] + "/" + table["replication"].astype(str)
        case += "/" + table["customer"].astype(str) + "/" + table["journey"].astype(str)
        table["case:concept:name"] = case.astype(object).where(~nobody, None)
        place = pd.Series(touchpoints, dtype=object)
        table["concept:name"] = table["kind"].where(place.isna(), table["kind"] + ": " + place.fillna("").astype(str))
        table["time:timestamp"] = pd.to_datetime(rows["time"] + epoch, unit="us")
        tables.append(table)
    return pd.concat(tables, ignore_index=True)[list(COLUMNS)]


def _epoch(experiment: Experiment) -> int:
    plan = experiment.scenario.plan()
    return int(plan.clock[0]["epoch"])


def _named(numbers: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
    known = np.array([*names, None], dtype=object)
    return np.asarray(known[np.where(numbers < 0, len(names), numbers)])
