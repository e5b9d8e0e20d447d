"""Policies beside as-is, measure by measure: means, paired differences and the chance of being best."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from cxsim.measures.catalog import CATALOG, Measure
from cxsim.measures.layout import ALL
from cxsim.stats.intervals import mean_interval
from cxsim.stats.paired import holm, paired_difference, probability_best, simultaneous_intervals

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: Final = (
    "measure", "unit", "better", "firm", "segment", "policy", "mean", "ci_low", "ci_high", "reference_policy",
    "reference_mean", "difference", "diff_ci_low", "diff_ci_high", "p_adjusted", "probability_best",
    "variance_reduction", "replications", "policy_cost", "origin",
)  # fmt: skip
LEVEL: Final = 0.95
SIMULATED: Final = "simulated"
INFERRED: Final = "inferred"
VERDICTS: Final = ("diff_ci_low", "diff_ci_high", "p_adjusted", "probability_best", "variance_reduction")
LARGEST_SEED: Final = 2**63 - 1


Figures = Mapping[str, tuple[float, float]]


def contrast(
    measures: pd.DataFrame,
    policies: Sequence[str],
    reference: str,
    seed: int,
    baselines: Mapping[str, Figures] | None = None,
) -> pd.DataFrame:
    """Return the rows of `comparison.csv`.

    Means have t intervals at 95 %, cut where no value can be (a share lies in 0 to 1). Differences are paired by
    replication; their intervals hold together with 95 % for all policies within a measure (Bonferroni), and p values
    are adjusted within it (Holm).

    Parameters
    ----------
    measures : DataFrame
        The tidy table of measures, with every replication of every policy; only the world as written is read.
    policies : sequence of str
        In the order of the rows; `reference` among them.
    reference : str
        The policy that the others are compared with.
    seed : int
        Seed of the bootstrap behind `probability_best`.
    baselines : mapping, optional
        Firms known by figures, each with its figures as (value, margin). Under the reference, what such a firm shows
        within the margin of a figure is "simulated", as it was solved for; all else about it is "inferred". Neither
        gets a verdict.

    Returns
    -------
    DataFrame
        One row per (measure, firm, segment, policy), with exactly `COLUMNS`; measures in the order of the catalog.
    """
    import pandas as pd

    measures = measures[measures["world"] == 0] if "world" in measures else measures
    cells, groups = _cube(measures, policies)
    units = dict(zip(measures["measure"], measures["unit"], strict=True))
    costs = _costs(measures)
    order = np.argsort([list(CATALOG).index(measure) for measure, _, _ in groups], kind="stable")
    rows: list[dict[str, Any]] = []
    for position in order:
        measure, firm, segment = groups[position]
        shared = {"measure": measure, "unit": units[measure], "better": CATALOG[measure].better}
        shared |= {"firm": firm, "segment": segment, "origin": SIMULATED}
        found = _family(cells[position], policies, reference, CATALOG[measure], seed & LARGEST_SEED)
        figures = (baselines or {}).get(firm)
        for row in found:
            rows.append({**shared, **row, "policy_cost": costs.get(row["policy"], math.nan)})
            if figures is not None:
                figure = figures.get(measure) if segment == ALL and row["policy"] == reference else None
                rows[-1] |= _without_verdict(row["mean"], figure)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _without_verdict(mean: float, figure: tuple[float, float] | None) -> dict[str, Any]:
    """Return where a baseline's number is from, and not-a-number for all that would judge it."""
    met = figure is not None and abs(mean - figure[0]) <= figure[1] + 1e-9 * abs(figure[0])
    return {"origin": SIMULATED if met else INFERRED, **dict.fromkeys(VERDICTS, math.nan)}


def _cube(measures: pd.DataFrame, policies: Sequence[str]) -> tuple[NDArray[np.float64], list[tuple[str, str, str]]]:
    """Return values as (groups, policies, replications), and what the groups are."""
    import pandas as pd

    chosen = measures[measures["policy"].isin(policies)]
    group, keys = pd.factorize(pd.MultiIndex.from_frame(chosen[["measure", "firm", "segment"]]))
    replication, numbers = pd.factorize(chosen["replication"], sort=True)
    policy = chosen["policy"].map({name: number for number, name in enumerate(policies)}).to_numpy()
    cells = np.full((len(keys), len(policies), len(numbers)), np.nan)
    cells[group, policy, replication] = chosen["value"].to_numpy(dtype=np.float64)
    return cells, [(str(measure), str(firm), str(segment)) for measure, firm, segment in keys]


def _costs(measures: pd.DataFrame) -> dict[str, float]:
    own = measures[(measures["measure"] == "policy_cost") & (measures["segment"] == "all")]
    return {str(policy): float(value) for policy, value in own.groupby("policy", sort=False)["value"].mean().items()}


def _family(
    table: NDArray[np.float64], policies: Sequence[str], reference: str, measure: Measure, seed: int
) -> Iterable[dict[str, Any]]:
    """Compare the rows of a table (policies x replications) with the reference row."""
    base = table[policies.index(reference)]
    others = [row for policy, row in zip(policies, table, strict=True) if policy != reference]
    pairs = [paired_difference(row, base, LEVEL) for row in others]
    adjusted = iter(holm([pair.p for pair in pairs]))
    limits = iter(simultaneous_intervals([row - base for row in others], LEVEL) if others else ())
    tests = iter(pairs)
    best = probability_best(table, measure.better, seed=seed)
    for policy, row, chance in zip(policies, table, best, strict=True):
        mean = mean_interval(row, LEVEL)
        low, high = measure.within(mean.low, mean.high)
        found: dict[str, Any] = {"policy": policy, "mean": mean.mean, "ci_low": low, "ci_high": high}
        found |= {"reference_policy": reference, "reference_mean": mean_interval(base).mean}
        found |= {"probability_best": float(chance), "replications": row.size}
        if policy != reference:
            limit, test = next(limits), next(tests)
            found |= {"difference": limit.mean, "diff_ci_low": limit.low, "diff_ci_high": limit.high}
            found |= {"p_adjusted": float(next(adjusted)), "variance_reduction": test.variance_reduction}
        yield found
