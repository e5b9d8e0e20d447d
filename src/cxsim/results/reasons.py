"""Why a policy keeps more, or fewer: customers saved and lost, by reason, that add up to the difference kept.

Where single fates were kept, the same person is looked at under both policies (`cxsim.measures.fates`). Otherwise the
differences in those lost, by reason, stand for it; then nothing is known about who was saved and who was newly lost.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from cxsim.experiments.contrast import LEVEL
from cxsim.measures import fates
from cxsim.measures.catalog import LOST, LOST_TITLES
from cxsim.measures.layout import ALL
from cxsim.stats.intervals import Interval, mean_interval, ratio_interval
from cxsim.stats.paired import bonferroni_level

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.experiments.compare import Experiment
    from cxsim.experiments.parted import Parted
    from cxsim.results.facts import Facts

PER_100: Final = 100.0
KEPT: Final = "kept in all"
COLUMNS: Final = (
    "reason", "reference_per_100", "per_100", "saved", "lost", "kept_more", "ci_low", "ci_high", "saved_spared",
    "saved_made_good", "saved_both",
)  # fmt: skip
TABLE_COLUMNS: Final = ("policy", "segment", *COLUMNS)
FATES_COLUMNS: Final = (
    "policy", "replication", "segment", "reason", "starting_customers", *fates.REASON_COLUMNS,
)  # fmt: skip
CREDITS_COLUMNS: Final = ("policy", "replication", "segment", *fates.CREDIT_COLUMNS)


class Credits(NamedTuple):
    """Where the credits of a policy go; means of the replications, for all starting customers of our firm.

    Attributes
    ----------
    paid : float
        Money they received until the horizon.
    to_stayers, to_saved : Interval
        Share of that money which went to people who are with us under both policies ("would have stayed anyway",
        paid for nothing), and to those whom the policy saved; 95 % intervals of a ratio of means. NaN without credits.
    credited, stayers, saved : float
        People who received any: all, of those with us under both, of the saved.
    """

    paid: float
    to_stayers: Interval
    to_saved: Interval
    credited: float
    stayers: float
    saved: float


def why(facts: Facts, policy: str, segment: str = ALL) -> pd.DataFrame:
    """Return what a policy saves and loses of every 100 starting customers of our firm, by reason.

    Parameters
    ----------
    facts : Facts
    policy : str
        Not the reference.
    segment : str

    Returns
    -------
    DataFrame
        One row a reason, what carries none (`joint`), and `KEPT` last, which is the difference of retention; the rows
        above add up to it. Columns: lost under the reference and under the policy, by reason; saved (with us under the
        policy only, by the reason under the reference), lost (with us under the reference only, by the reason under
        the policy), ``kept_more = saved - lost`` with a paired interval that holds together with 95 % for all
        policies; of the saved, who was only spared a failure, only had a complaint made good, both. Without single
        fates `kept_more` is the difference in those lost, and the columns about saved and lost are NaN.
    """
    parted = [one for one in facts.experiment.parted if one.policy == policy]
    if not parted:
        return reasons_of(facts.contrast, facts.firm, policy, segment)
    class_ = (ALL, *facts.experiment.layout.names.segments).index(segment)
    level = bonferroni_level(LEVEL, max(1, len(facts.others)))
    return _from_fates(parted, class_, level)


def _from_fates(parted: list[Parted], class_: int, level: float) -> pd.DataFrame:
    import pandas as pd

    counts = np.array([one.parting.reasons[class_] for one in parted], dtype=np.float64)
    base = np.array([one.parting.credits[class_, fates.STARTED] for one in parted])
    shares = PER_100 * np.divide(
        counts, base[:, None, None], out=np.full(counts.shape, np.nan), where=base[:, None, None] > 0
    )
    shares = np.concatenate((shares, shares.sum(axis=1, keepdims=True)), axis=1)
    rows = []
    for number, title in enumerate((*fates.REASON_TITLES, KEPT)):
        own = shares[:, number]
        mean = own.mean(axis=0)
        if title == KEPT:
            # As the other tables do: who is kept, not who is lost.
            mean[[fates.REFERENCE_LOST, fates.POLICY_LOST]] = PER_100 - mean[[fates.REFERENCE_LOST, fates.POLICY_LOST]]
        gain = mean_interval(own[:, fates.SAVED] - own[:, fates.NEWLY_LOST], level)
        rows.append(
            {
                "reason": title,
                "reference_per_100": mean[fates.REFERENCE_LOST],
                "per_100": mean[fates.POLICY_LOST],
                "saved": mean[fates.SAVED],
                "lost": mean[fates.NEWLY_LOST],
                "kept_more": gain.mean,
                "ci_low": gain.low,
                "ci_high": gain.high,
                "saved_spared": mean[fates.SAVED_SPARED],
                "saved_made_good": mean[fates.SAVED_MADE_GOOD],
                "saved_both": mean[fates.SAVED_BOTH],
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def reasons_of(contrast: pd.DataFrame, firm: str, policy: str, segment: str = ALL) -> pd.DataFrame:
    """Return what a policy saves by the differences in those lost; see `why`, whose columns it has.

    Parameters
    ----------
    contrast : DataFrame
        Rows of `comparison.csv`.
    firm, policy, segment : str
    """
    import pandas as pd

    own = contrast[(contrast["firm"] == firm) & (contrast["segment"] == segment) & (contrast["policy"] == policy)]
    rows = own.set_index("measure")
    found: list[dict[str, Any]] = []
    for name, title in zip((*LOST, "retention"), (*LOST_TITLES, KEPT), strict=True):
        if name not in rows.index:
            continue
        row = rows.loc[name]
        sign = 1.0 if name == "retention" else -1.0
        low, high = sorted((sign * row["diff_ci_low"] * PER_100, sign * row["diff_ci_high"] * PER_100))
        found.append(
            {
                "reason": title,
                "reference_per_100": row["reference_mean"] * PER_100,
                "per_100": row["mean"] * PER_100,
                "kept_more": sign * row["difference"] * PER_100,
                "ci_low": low,
                "ci_high": high,
            }
        )
    if found:
        explained = sum(row["kept_more"] for row in found[:-1])
        rest = found[-1]["kept_more"] - explained
        found.insert(-1, {"reason": fates.JOINT_TITLE, "kept_more": rest, "ci_low": rest, "ci_high": rest})
    return pd.DataFrame(found, columns=list(COLUMNS))


def table_of(facts: Facts) -> pd.DataFrame:
    """Return the rows of `why.csv`: `why` for every policy and segment."""
    import pandas as pd

    if not facts.has("retention"):
        return pd.DataFrame(columns=list(TABLE_COLUMNS))
    segments = facts.experiment.layout.names.segments
    chosen = (ALL, *segments) if len(segments) > 1 else (ALL,)
    parts = [
        why(facts, policy, segment).assign(policy=policy, segment=segment)
        for policy in facts.others
        for segment in chosen
    ]
    made = [part for part in parts if not part.empty]
    if not made:
        return pd.DataFrame(columns=list(TABLE_COLUMNS))
    return pd.concat(made, ignore_index=True)[list(TABLE_COLUMNS)]


def fates_table(experiment: Experiment) -> pd.DataFrame:
    """Return the counts of every replication: one row a policy, replication, segment and reason."""
    import pandas as pd

    segments = (ALL, *experiment.layout.names.segments)
    rows = [
        (
            one.policy,
            one.replication,
            segment,
            reason,
            int(one.parting.credits[class_, fates.STARTED]),
            *one.parting.reasons[class_, code].tolist(),
        )
        for one in experiment.parted
        for class_, segment in enumerate(segments)
        for code, reason in enumerate(fates.REASON_TITLES)
    ]
    return pd.DataFrame(rows, columns=list(FATES_COLUMNS))


def credits_table(experiment: Experiment) -> pd.DataFrame:
    """Return who received credits, and how much: one row a policy, replication and segment."""
    import pandas as pd

    rows = [
        (one.policy, one.replication, segment, *one.parting.credits[class_].tolist())
        for one in experiment.parted
        for class_, segment in enumerate((ALL, *experiment.layout.names.segments))
    ]
    return pd.DataFrame(rows, columns=list(CREDITS_COLUMNS))


def credits_of(experiment: Experiment, policy: str) -> Credits | None:
    """Return where a policy's credits go, None where single fates were not kept."""
    totals = np.array([one.parting.credits[0] for one in experiment.parted if one.policy == policy])
    if not totals.size:
        return None
    mean = totals.mean(axis=0)
    nothing = Interval(math.nan, math.nan, math.nan, math.nan, len(totals))
    shares = [
        ratio_interval(totals[:, part], totals[:, fates.CREDITS], LEVEL) if mean[fates.CREDITS] > 0.0 else nothing
        for part in (fates.STAYED_CREDITS, fates.SAVED_CREDITS)
    ]
    return Credits(
        paid=float(mean[fates.CREDITS]),
        to_stayers=shares[0],
        to_saved=shares[1],
        credited=float(mean[fates.CREDITED]),
        stayers=float(mean[fates.STAYED_CREDITED]),
        saved=float(mean[fates.SAVED_CREDITED]),
    )
