"""The load of a week: contacts offered, agents on duty and how busy they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from cxsim.results.book import recorded
from cxsim.results.book.entry import Entry
from cxsim.results.book.wait_distribution import waits_at
from cxsim.results.facts import Facts
from cxsim.results.wording import fixed, of_100

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.charts.figure import Draw

COLUMNS: Final = ("touchpoint", "day", "hour", "offered", "duty", "occupancy", "waited")
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOURS: Final = 24
FEWEST: Final = 0.05  # agents on duty, mean over the hour: fewer is the end of a shift
MINUTES_AN_HOUR: Final = 60.0


def load_table(facts: Facts) -> pd.DataFrame:
    """Return what an average week is like at each touchpoint with agents, hour by hour, in one run of the reference.

    ``waited`` are hours that customers spend waiting in person; where only their matter waits there are none.
    ``occupancy`` is the time in service over the time on duty, at most 1: a service that outlasts its shift goes on.
    """
    return recorded.kept(facts, "table load", _table)


def _table(facts: Facts) -> pd.DataFrame:
    import pandas as pd

    found = recorded.recording(facts, facts.reference)
    names = recorded.luck_of(facts).names
    rows = []
    plan = recorded.plan_of(facts, facts.reference)
    for desk in recorded.desks_of(plan, names.policy_firm):
        offered, duty, busy = (one[desk] for one in found.week[:3])
        if not offered.any():
            continue
        felt = bool(plan.touchpoints[desk]["in_person"] == 1)
        waited = float(waits_at(found.rows, int(desk))[0].sum()) / MINUTES_AN_HOUR if felt else 0.0
        on_duty = np.where(duty > FEWEST, duty, np.nan)
        occupancy = np.minimum(busy / on_duty, 1.0)
        rows += [
            (
                names.touchpoints[desk],
                *divmod(hour, HOURS),
                float(offered[hour]),
                float(duty[hour]),
                float(occupancy[hour]),
                waited,
            )
            for hour in range(offered.size)
        ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _title(facts: Facts) -> str:
    table = load_table(facts)
    if table.empty or table["occupancy"].isna().all():
        return "The load of a week"
    place = str(table.groupby("touchpoint", sort=False)["waited"].max().idxmax())
    here = table[table["touchpoint"] == place]
    row = here.iloc[int(here["occupancy"].fillna(-1.0).to_numpy().argmax())]
    day, hour = DAYS[int(row["day"])], int(row["hour"])
    taken = of_100(float(row["occupancy"]))
    agents = fixed(float(row["duty"]), 1).removesuffix(".0")
    people = "agent" if agents == "1" else "agents"
    offered = fixed(float(row["offered"]), 1).removesuffix(".0")
    when = f"on {day} from {hour} to {hour + 1}"
    return f"{place} is fullest {when}: {offered} contacts, and {agents} {people} busy {taken} % of the time"


def _draw() -> Draw:
    from cxsim.charts.load import load

    return load


ENTRY: Final = Entry(
    "load", "appendix", "The load of a week", _draw, load_table, _title, is_rerun=True, footnote=recorded.one_run
)
