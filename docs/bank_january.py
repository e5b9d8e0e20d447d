"""Prepare the recorded January of a bank's telephone centre for cxsim, and judge a simulation of it by the record.

``docs/bank-phone.md`` explains what is done and why. Two commands, with ``cxsim run --events`` between them::

    python docs/bank_january.py prepare CALLS FOLDER
    python docs/bank_january.py judge CALLS RESULTS

CALLS is the table of calls of January 1999, tab-separated, plain or gzipped, as its authors released it. FOLDER gets
the trace, the staffing and the scenario; RESULTS is the result folder of the run.
"""

# ruff: noqa: INP001 -- a script beside its page, not a module of the package

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from cxsim.stats.intervals import mean_interval
from cxsim.stats.queueing import piecewise_erlang_a

SCENARIO: Final = Path(__file__).with_name("bank-january.yaml")
TRACE: Final = "january_trace.csv"
STAFFING: Final = "january_staffing.csv"
START: Final = pd.Timestamp("1999-01-01")
# The queue changed between the 10th and the 13th; the 11th and 12th are missing in the record.
NEW_QUEUE: Final = pd.Timestamp("1999-01-12")
# A fault on the line (one burst of 142 calls) and an hour with one agent of ten: found by looking, so named as such.
FAULTY: Final = ("1999-01-04", "1999-01-18")

DAY: Final = 86_400
HALF_HOUR: Final = 1_800
OPENS: Final = {"Friday": 7, "Saturday": 19}
CLOSES: Final = {"Friday": 14}
SOURCES: Final = {"PS": "regular", "NE": "stock", "NW": "prospects", "IN": "internet"}
LAST_IN_LINE: Final = ("prospects", "internet")
MOVED_UP: Final = 0.6  # of the callers with priority 2 this share got the head start, measured on the odd dates
LUCK: Final = 19_990_101

FIGURES: Final = ("queued, %", "wait, s", "hung up of queued, %", "wait of queued, s")


class Day(NamedTuple):
    """Sums of one day, or of several: calls, calls that queued, seconds waited, calls abandoned."""

    calls: float
    queued: float
    waited: float
    abandoned: float

    def figures(self) -> tuple[float, float, float, float]:
        """Return the four figures in the order of `FIGURES`."""
        return (
            100 * self.queued / self.calls,
            self.waited / self.calls,
            100 * self.abandoned / self.queued,
            self.waited / self.queued,
        )


def is_training(day: pd.Timestamp) -> bool:
    """Tell whether a date is odd: capacity and laws are fitted on these, and judged on the others."""
    return day.day % 2 == 1


def opening(day: pd.Timestamp) -> tuple[int, int]:
    """Return the hours at which the centre opens and closes."""
    name = day.day_name()
    return OPENS.get(name, 7), CLOSES.get(name, 24)


def seats(active: int) -> int:
    """Infer how many agents answer at once from how many took a call in the half hour.

    Not all recorded agents are there for the whole half hour or take the next call at once: while somebody waited,
    .62 of them were in a call. ``max(1, min(active, round(.6 active + 1)))`` fits the waits of the odd dates best.
    """
    return max(1, min(active, int(0.6 * active + 1.5)))


def read_calls(path: Path) -> pd.DataFrame:
    """Read the calls that wanted an agent within opening hours.

    Left out: phantom calls, and those who hung up in the voice menu or in the second they joined the queue.

    Parameters
    ----------
    path : Path
        The table of calls.

    Returns
    -------
    DataFrame
        One row per call in the order of joining: `day`, `arrives`, `wait`, `starts`, `ends` (seconds since midnight of
        the day), `abandoned`, `source`, `priority` as recorded (0 where it is not), `agent` (empty where it is not).
    """
    table = pd.read_csv(path, sep="\t", dtype={"date": str})
    outcome = table["outcome"].str.strip()
    joined = table["q_start"].map(_seconds)
    queued = joined > 0
    wait = table["q_time"].where(queued, 0)
    abandoned = outcome == "HANG"
    calls = pd.DataFrame(
        {
            "day": pd.to_datetime("19" + table["date"], format="%Y%m%d"),
            "arrives": joined.where(queued, table["vru_exit"].map(_seconds)),
            "wait": wait,
            "abandoned": abandoned,
            "source": table["type"].str.strip().map(SOURCES).fillna("other"),
            "priority": table["priority"],
            "agent": table["server"].fillna("").str.strip(),
        }
    )
    calls["starts"] = table["ser_start"].map(_seconds)
    calls["ends"] = calls["starts"] + table["ser_time"].clip(lower=0)
    wanted = (outcome != "PHANTOM") & ((outcome == "AGENT") | (queued & (wait > 0)))
    hours = calls["day"].map(opening)
    is_open = (calls["arrives"] >= 3600 * hours.str[0]) & (calls["arrives"] < 3600 * hours.str[1])
    return calls[wanted & is_open].sort_values(["day", "arrives"], kind="stable").reset_index(drop=True)


def _seconds(clock: str) -> int:
    hours, minutes, seconds = clock.split(":")
    return 3600 * int(hours) + 60 * int(minutes) + int(seconds)


def ranks(calls: pd.DataFrame) -> pd.Series[int]:
    """Return the priority of each call in the queue, 1 first.

    Until 10 January everybody waits in one line. From the 13th prospects and internet help come last, and three in
    five of the callers with priority 2 first. Priority is recorded only for calls that queued; the others are given
    one by the shares among those who did, on the odd dates.
    """
    rng = np.random.default_rng(LUCK)
    train, known = calls["day"].map(is_training), calls["priority"] > 0
    high = calls["priority"] == 2  # noqa: PLR2004 -- the record's own code
    shares = high[train & known & (calls["wait"] > 0)].groupby(calls["source"]).mean()
    guessed = rng.random(len(calls)) < calls["source"].map(shares).fillna(0.0)
    preferred = high.where(known & (calls["wait"] > 0), guessed) & (rng.random(len(calls)) < MOVED_UP)
    rank = pd.Series(np.where(preferred, 1, 2), index=calls.index)
    rank[calls["source"].isin(LAST_IN_LINE)] = 3
    rank[calls["day"] < NEW_QUEUE] = 2
    return rank


def trace(calls: pd.DataFrame) -> pd.DataFrame:
    """Return the recorded arrivals as `cxsim` reads them: time, source, priority.

    The record knows whole seconds. Calls of one second are spread evenly over it, in the order of the record, so that
    each has a moment of its own.
    """
    second = calls.groupby(["day", "arrives"])["wait"]
    part = (second.cumcount() + 0.5) / second.transform("size")
    time = calls["day"] + pd.to_timedelta(calls["arrives"] + part, unit="s").dt.round("us")
    written = time.dt.strftime("%Y-%m-%dT%H:%M:%S.%f")
    return pd.DataFrame({"time": written, "source": calls["source"], "priority": ranks(calls)})


def agents_active(calls: pd.DataFrame, day: pd.Timestamp) -> dict[int, int]:
    """Return how many known agents were in a call, by half hour of the opening hours of a day."""
    served = calls[(calls["day"] == day) & ~calls["abandoned"] & (calls["agent"] != "")]
    opens, closes = opening(day)
    return {
        half: served[(served["starts"] < (half + 1) * HALF_HOUR) & (served["ends"] > half * HALF_HOUR)][
            "agent"
        ].nunique()
        for half in range(2 * opens, 2 * closes)
    }


def staffing(calls: pd.DataFrame) -> pd.DataFrame:
    """Return who is on duty as `cxsim` reads it: from, until, staff.

    The last count of a day is kept for half an hour after closing, so that those who still wait are answered.
    """
    rows: list[tuple[pd.Timestamp, pd.Timestamp, int]] = []
    for day in calls["day"].drop_duplicates():
        counts = {half: seats(active) for half, active in agents_active(calls, day).items()}
        counts[max(counts) + 1] = counts[max(counts)]
        for half, count in counts.items():
            begin = day + pd.Timedelta(seconds=half * HALF_HOUR)
            rows.append((begin, begin + pd.Timedelta(seconds=HALF_HOUR), count))
    table = pd.DataFrame(rows, columns=["from", "until", "staff"])
    # Half hours with the same staff are one row.
    block = ((table["staff"] != table["staff"].shift()) | (table["from"] != table["until"].shift())).cumsum()
    return table.groupby(block).agg({"from": "first", "until": "last", "staff": "first"}).reset_index(drop=True)


def recorded(calls: pd.DataFrame) -> dict[pd.Timestamp, Day]:
    """Return the sums of each day as they were recorded."""
    groups = calls.groupby("day")
    return {day: Day(len(c), (c["wait"] > 0).sum(), c["wait"].sum(), c["abandoned"].sum()) for day, c in groups}


def simulated(events: pd.DataFrame) -> list[dict[pd.Timestamp, Day]]:
    """Return the sums of each day, replication by replication.

    Parameters
    ----------
    events : DataFrame
        `events.parquet` of the run: columns `time_us`, `kind`, `customer`, `value`, `replication`.
    """
    return [_days(rows) for _, rows in events.groupby("replication")]


def _days(events: pd.DataFrame) -> dict[pd.Timestamp, Day]:
    kinds = {kind: rows for kind, rows in events.groupby("kind")}  # noqa: C416 -- dict() would take GroupBy for a mapping
    arrivals = kinds["arrives"].set_index("customer")["time_us"] // (DAY * 1_000_000)

    def by_day(kind: str, weights: str | None = None) -> pd.Series[float]:
        rows = kinds.get(kind, events.iloc[:0])
        # A call belongs to the day on which it arrived, also when its wait ends after midnight.
        day = rows["customer"].map(arrivals)
        return rows[weights].groupby(day).sum() / 1e6 if weights else rows.groupby(day).size()

    parts = [arrivals.groupby(arrivals).size(), by_day("queues")]
    waited = by_day("service starts", "value").add(by_day("abandons", "value"), fill_value=0)
    table = pd.concat([*parts, waited, by_day("abandons")], axis=1).fillna(0.0)
    return {START + pd.Timedelta(days=int(day)): Day(*row) for day, *row in table.itertuples()}


def erlang_a(calls: pd.DataFrame) -> dict[pd.Timestamp, Day]:
    """Return the sums of each day by Erlang A, half hour by half hour.

    The staff is the same as in the simulation; mean service and the rate of giving up are those of the odd dates.
    """
    train = calls[calls["day"].map(is_training)]
    answered = train[~train["abandoned"]]
    service = 1 / (answered["ends"] - answered["starts"]).mean()
    leaving = train["abandoned"].sum() / train["wait"].sum()
    found = {}
    for day, rows in calls.groupby("day"):
        staff = {half: seats(active) for half, active in agents_active(calls, day).items()}
        counts = (rows["arrives"] // HALF_HOUR).value_counts().reindex(list(staff), fill_value=0)
        rates = counts.to_numpy() / HALF_HOUR
        law = piecewise_erlang_a(rates, service, leaving, list(staff.values()), HALF_HOUR)
        n = law.arrivals
        found[day] = Day(n, n * law.p_wait, n * law.mean_wait, n * law.p_abandon)
    return found


def total(days: dict[pd.Timestamp, Day], chosen: Sequence[pd.Timestamp]) -> Day:
    """Add up the sums of several days."""
    return Day(*np.sum([days[day] for day in chosen], axis=0).tolist())


def table(calls: pd.DataFrame, events: pd.DataFrame) -> Iterator[str]:
    """Write the comparison as a Markdown table: first each judged day, then all of them, then the odd dates.

    Each cell holds recorded, simulated with its 95 % interval over the replications, and half-hour Erlang A.
    """
    record, runs, law = recorded(calls), simulated(events), erlang_a(calls)
    judged = [day for day in record if not is_training(day)]
    sound = [day for day in judged if day.strftime("%Y-%m-%d") not in FAULTY]
    groups = {f"{day:%a %d}": [day] for day in judged} | {
        "**all judged**": judged,
        "without 4 and 18 January": sound,
        "odd dates (fitted)": [day for day in record if is_training(day)],
    }
    heads = [f"{figure}: recorded | simulated | Erlang A" for figure in FIGURES]
    yield f"| January 1999 | calls | {' | '.join(heads)} |"
    yield "|---|" + "---:|" * (1 + 3 * len(FIGURES))
    for name, days in groups.items():
        real, exact = total(record, days), total(law, days).figures()
        luck = [mean_interval(values) for values in zip(*(total(run, days).figures() for run in runs), strict=True)]
        cells = [
            f"{there:.1f} | {made.mean:.1f} ± {made.half_width:.1f} | {formula:.1f}"
            for there, made, formula in zip(real.figures(), luck, exact, strict=True)
        ]
        yield f"| {name} | {real.calls:,.0f} | {' | '.join(cells)} |".replace(",", " ")
    mean = {day: Day(*np.mean([run[day] for run in runs], axis=0).tolist()) for day in judged}
    for name, source in (("simulated", mean), ("Erlang A", law)):
        errors = zip(FIGURES, _errors(record, source, judged), strict=True)
        said = "; ".join(f"{figure}: {error:.1f}" for figure, error in errors)
        yield f"\nError on a judged day (root mean square, weighted by calls), {name}: {said}."


def _errors(
    record: dict[pd.Timestamp, Day], other: dict[pd.Timestamp, Day], days: Sequence[pd.Timestamp]
) -> list[float]:
    gaps = np.array([np.subtract(other[day].figures(), record[day].figures()) for day in days])
    weights = [record[day].calls for day in days]
    return [float(error) for error in np.sqrt(np.average(gaps**2, axis=0, weights=weights))]


def prepare(calls_file: Path, folder: Path) -> None:
    """Write trace, staffing and scenario into a folder of one's own."""
    calls = read_calls(calls_file)
    folder.mkdir(parents=True, exist_ok=True)
    trace(calls).to_csv(folder / TRACE, index=False)
    staffing(calls).to_csv(folder / STAFFING, index=False, date_format="%Y-%m-%dT%H:%M:%S")
    shutil.copyfile(SCENARIO, folder / SCENARIO.name)
    command = f"cxsim run {folder / SCENARIO.name} --events"
    sys.stdout.write(f"{len(calls)} calls on {calls['day'].nunique()} days; now: {command}\n")


def judge(calls_file: Path, results: Path) -> None:
    """Print the table for a result folder that was made with ``--events``."""
    columns = ["time_us", "kind", "customer", "value", "replication"]
    events = pd.read_parquet(results / "events.parquet", columns=columns)
    sys.stdout.write("\n".join(table(read_calls(calls_file), events)) + "\n")


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Prepare the recorded January for cxsim, and judge a run of it.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    does: tuple[tuple[str, Callable[..., Any], str, str], ...] = (
        ("prepare", prepare, "FOLDER", "where trace, staffing and scenario go"),
        ("judge", judge, "RESULTS", "the folder that `cxsim run --events` wrote"),
    )
    for name, action, other, meaning in does:
        command = commands.add_parser(name, help=str(action.__doc__))
        command.add_argument("calls", type=Path, metavar="CALLS", help="the table of calls")
        command.add_argument("other", type=Path, metavar=other, help=meaning)
        command.set_defaults(action=action)
    given = parser.parse_args(arguments)
    given.action(given.calls, given.other)


if __name__ == "__main__":
    main()
