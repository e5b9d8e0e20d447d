"""What was found behind the figures of rivals in each world of a study."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from cxsim.errors import CxsimError
from cxsim.experiments.baselines import baselines_of
from cxsim.experiments.studies.lab import inference_of

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.experiments.studies.sweep import Swept

INFERRED_COLUMNS: Final = (
    "point", "world", "firm", "from", "quality", "quality_sd", "log_failure_factor", "log_failure_factor_sd", "why",
)  # fmt: skip


def inferred_table(made: Swept) -> pd.DataFrame:
    """Return a row for each world and firm that is known by figures; no rows where there is none.

    Parameters
    ----------
    made : Swept

    Returns
    -------
    DataFrame
        Columns `INFERRED_COLUMNS`: mean and standard deviation of quality, and of the logarithm of the factor on the
        rate of failures (empty where `failures` is known); `point` and `world` are where a world stands first; `why`
        says why nothing fits there.
    """
    import pandas as pd

    return pd.DataFrame(list(_rows(made)), columns=list(INFERRED_COLUMNS))


def _rows(made: Swept) -> Iterator[tuple[Any, ...]]:
    lab = made.runs.lab
    if not baselines_of(lab.scenario):
        return
    worlds: dict[tuple[tuple[str, str], ...], tuple[int, int]] = {}
    for cell in made.cells:
        first = cell.placed[0]
        worlds.setdefault(first.case.changes, (first.point, first.world))
    for changes, place in worlds.items():
        try:
            firms = inference_of(lab, changes).firms
        except CxsimError as error:
            yield (*place, "", "", *[math.nan] * 4, " ".join(str(error).split()))
            continue
        for one in firms:
            mean, sd = one.found.mean.tolist(), one.found.sd.tolist()
            factor = (mean[1], sd[1]) if len(mean) > 1 else (math.nan, math.nan)
            yield (*place, one.firm, " ".join(one.figures), mean[0], sd[0], *factor, "")
