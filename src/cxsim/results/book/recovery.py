"""The recovery funnel: from the failure to the customer made good; and how long answers take."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cxsim.charts.words import label
from cxsim.model import events as ev
from cxsim.model.plan import DAY
from cxsim.results.book import recorded
from cxsim.results.book.entry import Entry
from cxsim.results.facts import Facts
from cxsim.results.wording import fixed

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from cxsim.charts.figure import Draw
    from cxsim.experiments.recorded import Recording

COLUMNS: Final = ("policy", "part", "name", "at", "value")
FAILED: Final = label("failed")
HURT: Final = label("hurt a customer")
COMPLAINED: Final = label("complained")
ANSWERED: Final = label("got an answer")
HEALED: Final = label("made good")
NOT_OVER_IT: Final = label("did not leave over it")
ALL: Final = 100.0
POINTS: Final = 60
FEW: Final = 0.05  # of 100: would be written as 0.0
NAN: Final = float("nan")


def recovery_table(facts: Facts) -> pd.DataFrame:
    """Return how far every 100 failed journeys came, and the share of complaints answered by a time, by policy.

    From time 0 on, in one run of each policy. The last stage: made good, and neither left nor
    gave notice in the moment of the answer; who leaves later for another reason is in it.
    """
    return recorded.kept(facts, "table recovery", _table)


def _table(facts: Facts) -> pd.DataFrame:
    import pandas as pd

    rows: list[tuple[str, str, str, float, float]] = []
    found = recorded.recordings(facts) if recorded.has_people(facts) else {}
    for policy, recording in found.items():
        stages = stages_of(recording)
        if not stages[COMPLAINED]:
            continue
        rows += [(policy, "stage", name, NAN, ALL * count / stages[FAILED]) for name, count in stages.items()]
        days = answer_days(recording.rows)
        # Each complaint that was made counts, answered by the end or not.
        shares = ALL * np.arange(1, days.size + 1) / stages[COMPLAINED]
        some = np.unique(np.linspace(0, days.size - 1, POINTS).astype(int))[: days.size].tolist()
        rows += [(policy, "answer", "", 0.0, 0.0)] if days.size else []
        rows += [(policy, "answer", "", float(days[place]), float(shares[place])) for place in some]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def stages_of(recording: Recording) -> dict[str, int]:
    """Count the journeys that failed, and how far each came."""
    rows = recording.rows[recording.rows["time"] >= 0]
    kinds = rows["kind"]
    failed = int((rows["cause"][kinds == ev.LOG_EPISODE] & 1).sum())
    answered = np.array([after for _, after in _answers(rows)], rows.dtype)
    healed = answered[answered["cause"] == 1]
    left = rows[np.isin(kinds, (ev.LOG_NOTICE, ev.LOG_LEFT))]
    # Who leaves over an answer does so in the moment of it.
    over = {(int(row["customer"]), int(row["time"])) for row in left}
    stayed = sum((int(row["customer"]), int(row["time"])) not in over for row in healed)
    complained = int((kinds == ev.LOG_COMPLAINS).sum())
    return {
        FAILED: failed,
        HURT: recording.hurt,
        COMPLAINED: complained,
        ANSWERED: answered.size,
        HEALED: healed.size,
        NOT_OVER_IT: stayed,
    }


def answer_days(rows: NDArray[np.void]) -> NDArray[np.float64]:
    """Return the days from complaint to answer of all complaints made from time 0 on, shortest first."""
    found = [(int(answer["time"]) - int(asked["time"])) / DAY for asked, answer in _answers(rows)]
    return np.sort(np.array(found, float))


def _answers(rows: NDArray[np.void]) -> Iterator[tuple[np.void, np.void]]:
    """Return complaint and answer of all complaints made from time 0 on that got one.

    An answer to a complaint of the warm-up is not of these, and is not counted: its failure is not, either.
    """
    asked: dict[int, np.void] = {}
    for row in rows[np.isin(rows["kind"], (ev.LOG_COMPLAINS, ev.LOG_ANSWERED)) & (rows["time"] >= 0)]:
        customer = int(row["customer"])
        if row["kind"] == ev.LOG_COMPLAINS:
            asked[customer] = row
        elif (since := asked.pop(customer, None)) is not None and row["value"] > -1.0:
            yield since, row


def _title(facts: Facts) -> str:
    table = recovery_table(facts)
    stages = table[table["part"] == "stage"].set_index(["policy", "name"])["value"]
    policies = list(dict.fromkeys(table["policy"]))
    if not policies:
        return "From the failure to the answer"
    pairs = [(_count(stages[policy, COMPLAINED]), _count(stages[policy, HEALED])) for policy in policies]
    said = f"{pairs[0][0]} lead to a complaint and {pairs[0][1]} are made good under {policies[0]}"
    more = "".join(
        f"; {spoke} and {good} under {policy}" for policy, (spoke, good) in zip(policies[1:], pairs[1:], strict=True)
    )
    return f"Of 100 journeys that fail, {said}{more}"


def _count(per_100: float) -> str:
    if per_100 == 0.0:
        return "none"
    if per_100 < FEW:
        return f"fewer than {2.0 * FEW:g}"
    return fixed(per_100, 0 if per_100 >= 10.0 else 1)  # noqa: PLR2004 -- two digits


def _options(facts: Facts) -> dict[str, Any]:
    return recorded.among(facts)


def _draw() -> Draw:
    from cxsim.charts.recovery import recovery

    return recovery


ENTRY: Final = Entry(
    "recovery", "appendix", "From the failure to the answer", _draw, recovery_table, _title, _options,
    is_rerun=True, footnote=recorded.one_run,
)  # fmt: skip
