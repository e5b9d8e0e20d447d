"""Why a policy keeps more, or fewer: differences in those lost, by reason, that add up to the difference kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cxsim.measures.catalog import LOST, LOST_TITLES

if TYPE_CHECKING:
    import pandas as pd

PER_100: Final = 100.0
KEPT: Final = "kept in all"
COLUMNS: Final = ("reason", "reference_per_100", "per_100", "kept_more", "ci_low", "ci_high")


def reasons_of(contrast: pd.DataFrame, firm: str, policy: str, segment: str = "all") -> pd.DataFrame:
    """Return what a policy saves, by the reason for which starting customers first left.

    Parameters
    ----------
    contrast : DataFrame
        Rows of `comparison.csv`.
    firm, policy, segment : str

    Returns
    -------
    DataFrame
        One row a reason, and `KEPT` last: lost under the reference and the policy, of every 100 starting customers;
        how many more the policy keeps, with the simultaneous interval. The rows above add up to the last one.
    """
    import pandas as pd

    own = contrast[(contrast["firm"] == firm) & (contrast["segment"] == segment) & (contrast["policy"] == policy)]
    rows = own.set_index("measure")
    found = []
    for name, title in zip((*LOST, "retention"), (*LOST_TITLES, KEPT), strict=True):
        if name not in rows.index:
            continue
        row = rows.loc[name]
        sign = 1.0 if name == "retention" else -1.0
        limits = sorted((sign * row["diff_ci_low"] * PER_100, sign * row["diff_ci_high"] * PER_100))
        shares = row["reference_mean"] * PER_100, row["mean"] * PER_100
        found.append((title, *shares, sign * row["difference"] * PER_100, *limits))
    return pd.DataFrame(found, columns=list(COLUMNS))
