"""How our firm stands, for the sentences: beside its own records, beside each rival, and on what assumptions."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxsim.experiments.compare import AS_IS
from cxsim.measures.catalog import CATALOG
from cxsim.measures.records import Record, records
from cxsim.model.plan import DAY, MONTH, YEAR
from cxsim.report.assumptions import INFERRED, WRITTEN
from cxsim.results.facts import Facts, row_of
from cxsim.results.findings import Compared, Gain, Ledger, Opening, Rival, Row
from cxsim.results.resting import resting_on
from cxsim.results.wording import spoken
from cxsim.stats.intervals import mean_interval

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.scenario.models import Firm

AFTER_OPENING: Final = 6  # months
ASSUMED: Final = "assumption"
MOST_NAMED: Final = 2


def records_of(facts: Facts, firm: str = "") -> tuple[Record, ...]:
    """Return a firm's known figures beside the simulated ones under as-is; those that are not simulated are left out.

    The simulated ones are of the time that records describe: the first year, or until a new firm comes. The firm is
    ours where none is named.
    """
    whose = firm or facts.firm
    known = facts.known(whose)
    if not known or AS_IS not in facts.policies:
        return ()
    simulated: dict[str, ArrayLike] = {
        measure: facts.described(measure, AS_IS, whose) for measure in known if measure in CATALOG
    }
    return tuple(record for record in records(known, simulated) if record.met is not None)


def rival_records_of(facts: Facts) -> tuple[tuple[str, Record], ...]:
    """Return the figures that rivals are known by beside the simulated ones under as-is, with the firm of each."""
    firms = [name for name in facts.experiment.scenario.document.firms if name != facts.firm]
    return tuple((name, record) for name in firms for record in records_of(facts, name))


def _firm(facts: Facts, firm: str) -> Firm | None:
    return facts.experiment.scenario.document.firms.get(firm)


def rivals_of(facts: Facts, best: str) -> tuple[Rival, ...]:
    """Return each rival: what is known of it beside ours, or what it keeps where it is simulated in full.

    Ours beside what is known are of the time that published figures describe (`Facts.described`).
    """
    found = []
    for name, firm in facts.experiment.scenario.document.firms.items():
        if name == facts.firm or _arrival(facts, firm) >= facts.experiment.scenario.document.lasts:
            continue
        if firm.touchpoints:
            row = _kept(facts, name, best)
            found += [Rival(name, kept=row)] if row is not None else []
            continue
        known = facts.known(name)
        figures = tuple(
            one
            for measure in known
            if measure in CATALOG and (one := _compared(facts, best, measure, *known[measure])) is not None
        )
        found.append(Rival(name, figures, len(known), over=_described(facts)))
    return tuple(found)


def _arrival(facts: Facts, firm: Firm) -> int:
    """Return when a firm comes, microseconds since the start; 0 for one that is there from the start."""
    starts = facts.experiment.scenario.document.starts
    return 0 if firm.arrives is None or starts is None else firm.arrives.after(starts)


def _kept(facts: Facts, firm: str, best: str) -> Row | None:
    table = facts.contrast
    own = table[(table["firm"] == firm) & (table["segment"] == "all") & (table["policy"] == best)]
    rows = [row_of(row) for row in own[own["measure"] == "retention"].to_dict("records")]
    return rows[0] if rows and math.isfinite(rows[0].difference) else None


def _compared(facts: Facts, best: str, measure: str, value: float, margin: float) -> Compared | None:
    usual, now = (facts.described(measure, policy, facts.firm) for policy in (facts.reference, best))
    if not (usual.size and now.size and np.isfinite(usual).all() and np.isfinite(now).all()):
        return None
    before, after = mean_interval(usual).mean, mean_interval(now)
    half = math.hypot(margin, after.high - after.mean)
    own = {record.figure: record for record in records_of(facts)}.get(measure)
    if own is not None and facts.reference == AS_IS:
        before = own.recorded
    missed = own is not None and not own.met
    return Compared(measure, CATALOG[measure].unit, value, half, before, after.mean, missed=missed)


def _described(facts: Facts) -> str:
    """Name the time that published figures describe."""
    document = facts.experiment.scenario.document
    end, text = min(YEAR, document.lasts), "over the first year"
    if document.lasts < YEAR:
        text = "over the whole time"
    for name, firm in document.firms.items():
        arrival = _arrival(facts, firm)
        if 0 < arrival < end:
            end, text = arrival, f"until {name} comes"
    return text


def openings_of(facts: Facts, best: str) -> tuple[Opening, ...]:
    """Return how many customers we lose, net, in the months after each rival opens."""
    found = []
    document = facts.experiment.scenario.document
    for name, firm in document.firms.items():
        arrival = _arrival(facts, firm)
        if name == facts.firm or not 0 < arrival < document.lasts:
            continue
        months = min(AFTER_OPENING, (document.lasts - arrival) // MONTH)
        opening = _opening(facts, name, arrival, int(months), best) if months >= 1 else None
        found += [opening] if opening is not None else []
    return tuple(found)


def _opening(facts: Facts, firm: str, time: int, months: int, best: str) -> Opening | None:
    usual, now = (_lost(facts, policy, time, time + months * MONTH) for policy in (facts.reference, best))
    if not usual.size or usual.shape != now.shape:
        return None
    gap = facts.interval(now - usual)
    return Opening(firm, months, float(usual.mean()), float(now.mean()), Gain(gap.mean, gap.low, gap.high))


def _lost(facts: Facts, policy: str, begin: int, end: int) -> NDArray[np.float64]:
    """Return how many customers fewer there are at the end than at the begin of a time, by replication."""
    table = _customers(facts)
    own = table[table["policy"] == policy]
    wide = own.pivot_table(index="replication", columns="time_days", values="value")
    days = wide.columns.to_numpy(np.float64)
    if not days.size or days[0] > begin / DAY:
        return np.zeros(0)
    first, last = (int(np.abs(days - when / DAY).argmin()) for when in (begin, end))
    values: NDArray[np.float64] = wide.to_numpy(np.float64)
    return values[:, first] - values[:, last]


def _customers(facts: Facts) -> pd.DataFrame:
    series = facts.experiment.frames.timeseries
    own = (series["measure"] == "customers") & (series["firm"] == facts.firm) & (series["segment"] == "all")
    return series[own]


def design_of(facts: Facts) -> float:
    """Return the share of our firm's trouble that is designed in, where the scenario says it."""
    firm = _firm(facts, facts.firm)
    if firm is None or firm.trouble_comes_from is None or firm.trouble_comes_from.design is None:
        return math.nan
    return firm.trouble_comes_from.design


def training_of(facts: Facts) -> frozenset[str]:
    """Name the policies that change nothing but training."""
    written = facts.experiment.scenario.document.policies or {}
    return frozenset(
        name
        for name, policy in written.items()
        if policy.change and not policy.combine and all(path.endswith(".training") for path in policy.change)
    )


def ranges_written(facts: Facts) -> tuple[str, ...]:
    """Return what the scenario is unsure of, in words: ``outage happens (0.8 to 1.4 a year)``."""
    ranges = facts.experiment.scenario.content.tree.get("unsure", {})
    return tuple(f"{spoken(str(path), facts.firm)} ({text})" for path, text in ranges.items())


def ledger_of(facts: Facts) -> Ledger | None:
    """Count what the answer turns on by confidence, and name assumptions that we are also unsure of."""
    first, _, _ = resting_on(facts)
    counts = Counter(one.confidence for one in first)
    named = [spoken(one.path, facts.firm) for one in first if one.unsure and one.confidence == ASSUMED]
    least = next((one for one in first if not one.unsure), None)
    if not first:
        return None
    return Ledger(
        counts["measured"], counts["published"], counts["survey"], counts[ASSUMED], counts[WRITTEN],
        tuple(named[:MOST_NAMED]), "" if least is None else spoken(least.path, facts.firm), counts[INFERRED],
    )  # fmt: skip
