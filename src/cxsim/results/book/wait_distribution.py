"""How waits are distributed at each touchpoint, and what share is answered within the target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cxsim.model import events as ev
from cxsim.model import plan as pl
from cxsim.model.plan import HOUR, MINUTE
from cxsim.results.book import recorded
from cxsim.results.book.entry import Entry
from cxsim.results.facts import Facts
from cxsim.results.wording import of_100

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from cxsim.charts.figure import Draw

COLUMNS: Final = ("touchpoint", "policy", "wait", "longer", "target", "within", "waited")
POINTS: Final = 72
SECOND: Final = 1.0 / 60.0  # minutes
NAN: Final = float("nan")
REACHED: Final = 0  # cause of a service that began: 1 is a call-back that nobody answered


def wait_table(facts: Facts) -> pd.DataFrame:
    """Return the share of contacts that waited longer, by touchpoint, policy and wait, in one run of each policy.

    Of all who wanted an agent from time 0 on: answered at once or later, given up, turned away. ``within`` is the share
    answered by the target; targets, and the hours ``waited``, are those of touchpoints where customers wait in person.
    """
    return recorded.kept(facts, "table waits", _table)


def _table(facts: Facts) -> pd.DataFrame:
    import pandas as pd

    rows: list[tuple[str, str, float, float, float, float, float]] = []
    found = recorded.recordings(facts)
    names = recorded.luck_of(facts).names
    plans = {policy: recorded.plan_of(facts, policy) for policy in found}
    for desk in recorded.desks_of(plans[facts.reference], names.policy_firm):
        waits = {policy: waits_at(one.rows, int(desk)) for policy, one in found.items()}
        longest = max((float(all_.max()) for all_, _ in waits.values() if all_.size), default=0.0)
        if longest <= SECOND:
            continue
        grid = np.geomspace(SECOND, longest, POINTS)
        for policy, (all_, answered) in waits.items():
            if not all_.size:
                continue
            touch = plans[policy].touchpoints[desk]
            target = NAN
            if touch["in_person"] == 1:
                target = recorded.lever_of(plans[policy], int(touch["levers"]) + pl.TOUCH_ANSWER_WITHIN) / MINUTE
            within = float((answered <= target).sum()) / all_.size if np.isfinite(target) else NAN
            longer = 1.0 - np.searchsorted(np.sort(all_), grid, side="right") / all_.size
            total = float(all_.sum()) * MINUTE / HOUR if touch["in_person"] == 1 else 0.0
            rows += [
                (names.touchpoints[desk], policy, float(wait), float(share), target, within, total)
                for wait, share in zip(grid, longer, strict=True)
            ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def waits_at(rows: NDArray[np.void], desk: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the waits at a touchpoint from time 0 on, minutes: of all who wanted an agent, and of who was answered."""
    here = rows[(rows["touchpoint"] == desk) & (rows["time"] >= 0)]
    ended = here[np.isin(here["kind"], (ev.LOG_START, ev.LOG_ABANDON, ev.LOG_TURNED_AWAY))]
    answered = ended[(ended["kind"] == ev.LOG_START) & (ended["cause"] == REACHED)]
    return ended["value"].astype(float) / MINUTE, answered["value"].astype(float) / MINUTE


def _title(facts: Facts) -> str:
    table = wait_table(facts)
    aimed = table[table["target"].notna()].drop_duplicates(["touchpoint", "policy"])
    if aimed.empty:
        return "How long customers wait at each touchpoint"
    worst = str(aimed["touchpoint"].iloc[int(aimed["waited"].to_numpy().argmax())])
    here = aimed[aimed["touchpoint"] == worst]
    pairs = zip(here["policy"], here["within"].tolist(), strict=True)
    said = [f"{of_100(within)} under {policy}" for policy, within in pairs]
    target = float(here["target"].iloc[0])
    time = f"{60.0 * target:.3g} s" if target < 1.0 else f"{target:.3g} min"
    return f"At {worst}, of every 100 contacts {', '.join(said)} are answered within {time}"


def _options(facts: Facts) -> dict[str, Any]:
    return recorded.among(facts)


def _draw() -> Draw:
    from cxsim.charts.wait_distribution import wait_distribution

    return wait_distribution


ENTRY: Final = Entry(
    "wait_distribution", "appendix", "How long customers wait", _draw, wait_table, _title, _options,
    is_rerun=True, footnote=recorded.one_run,
)  # fmt: skip
