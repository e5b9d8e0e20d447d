"""From the tables of a comparison to the facts that the sentences are made of."""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cxsim import __version__
from cxsim.experiments.contrast import LEVEL
from cxsim.measures.above import mean_payback
from cxsim.measures.fates import JOINT_TITLE, STARTED
from cxsim.model.plan import YEAR
from cxsim.results.calibration import counted_start, what_to_change, written_start
from cxsim.results.facts import Facts
from cxsim.results.findings import (
    Findings,
    Gain,
    GoalFound,
    Harm,
    Leader,
    Payback,
    Reason,
    Segment,
    Setting,
    Turn,
    Worlds,
)
from cxsim.results.goals import chance_of, goals_of
from cxsim.results.provenance import again, begin_of, with_worlds
from cxsim.results.reasons import KEPT, credits_of, why
from cxsim.results.standing import (
    design_of,
    ledger_of,
    openings_of,
    ranges_written,
    records_of,
    rival_records_of,
    rivals_of,
    training_of,
)
from cxsim.results.strain import strains_of, unhealed_of
from cxsim.results.wording import spoken
from cxsim.results.worlds import worlds_found
from cxsim.stats.intervals import student_quantile
from cxsim.stats.paired import bonferroni_level
from cxsim.units import format_duration

if TYPE_CHECKING:
    import pandas as pd

POWER: Final = 0.8
RETENTION: Final = "retention"
FIRST_YEAR: Final = "retention_1y"
TALK: Final = "won_by_recommendation"
PAYBACK: Final = "payback"


def collect(facts: Facts, command: str = "", worlds: Worlds | None = None) -> Findings:
    """Return the facts of a comparison, or of runs of one policy.

    Parameters
    ----------
    facts : Facts
    command : str
        The command that made it; empty from Python.
    worlds : Worlds, optional
        What was found over the worlds that we cannot rule out; by default what the comparison found in its own.
    """
    ranked, found = tuple(facts.ranked(facts.headline)), records_of(facts)
    best = facts.winner
    level = tuple(facts.level_with(facts.headline, best)) if best is not None else ()
    table = why(facts, best) if best is not None and facts.has(RETENTION) else None
    segments, apart = _segments(facts, best) if best is not None else ((), False)
    paid = credits_of(facts.experiment, best) if best is not None else None
    return Findings(
        setting=_setting(facts, command),
        policies=facts.policies,
        headline=facts.headline,
        reference=facts.reference,
        rows=facts.rows,
        ranked=ranked,
        best_runs=facts.best_runs(facts.headline, best) if best is not None else -1,
        level=level,
        level_early=_level_early(facts, best, level),
        seen=_seen(facts),
        other_winner=_other_winner(facts, best),
        talk=_talk(facts, best),
        goals=tuple(
            GoalFound(goal.measure, goal.text, {policy: chance_of(facts, goal, policy) for policy in facts.policies})
            for goal in goals_of(facts)
        ),
        payback=_payback(facts, best) if best is not None else None,
        why=_reasons(table),
        segments=segments,
        segments_apart=apart,
        paid_for_nothing=paid.to_stayers.mean if paid is not None else math.nan,
        harm=_harm(table),
        design=design_of(facts),
        training=training_of(facts),
        openings=openings_of(facts, best) if best is not None else (),
        rivals=rivals_of(facts, best) if best is not None else (),
        records=found,
        rival_records=rival_records_of(facts),
        knobs=what_to_change(facts.experiment.scenario, facts.firm, found),
        strains=strains_of(facts),
        unhealed=unhealed_of(facts),
        ledger=ledger_of(facts),
        worlds=worlds if worlds is not None else _in_worlds(facts),
    )


def _in_worlds(facts: Facts) -> Worlds | None:
    found = worlds_found(facts)
    if found is None:
        return None
    return Worlds(
        worlds=found.count,
        best=found.best[found.choice],
        level=found.level[found.choice],
        turns=tuple(Turn(turn.policy, turn.when) for turn in found.turns),
        most_regret=found.most_regret,
        measure_first=spoken(found.measure_first, facts.firm),
    )


def _setting(facts: Facts, command: str) -> Setting:
    made = facts.experiment
    document = made.scenario.document
    market = document.market
    return Setting(
        scenario=made.scenario.name,
        question=document.question or "",
        firm=facts.firm,
        lasts=format_duration(document.lasts),
        currency=facts.currency,
        contractual=market is not None and market.setting == "contractual",
        customers=market.customers if market is not None else None,
        starting=_starting(facts),
        written=written_start(facts),
        warm_up=format_duration(document.warm_up) if document.warm_up else "",
        replications=made.replications,
        seed=made.seed,
        engine=made.engine,
        wall_s=made.wall_s,
        note=made.note,
        version=__version__,
        again=again(command, made),
        with_worlds=with_worlds(command, made),
        unsure=bool(document.unsure),
        ranges=ranges_written(facts),
        scale=made.scale,
        begin=begin_of(made),
    )


def _starting(facts: Facts) -> float:
    """Return the mean number of our customers at time 0."""
    counted = [one.parting.credits[0, STARTED] for one in facts.experiment.parted]
    if counted:
        return float(np.mean(counted)) / facts.experiment.scale
    counted_here = counted_start(facts)
    return counted_here if math.isfinite(counted_here) else written_start(facts)


def _level_early(facts: Facts, best: str | None, level: tuple[str, ...]) -> tuple[str, ...]:
    """Name who is level with the winner over the first year only."""
    long = facts.experiment.scenario.document.lasts > YEAR
    if best is None or facts.headline != RETENTION or not long or not facts.has(FIRST_YEAR):
        return ()
    better = set(facts.ranked(facts.headline))
    return tuple(policy for policy in facts.level_with(FIRST_YEAR, best) if policy not in level and policy in better)


def _seen(facts: Facts) -> float:
    """Return the true difference that would have been told apart from none four times in five, for the worst policy."""
    count = facts.experiment.replications
    if count < 2 or not facts.others:  # noqa: PLR2004 -- one run has no interval
        return math.nan
    widths = [row.width for policy in facts.others if (row := facts.row(facts.headline, policy)) is not None]
    if not widths or not math.isfinite(max(widths)):
        return math.nan
    both = student_quantile(bonferroni_level(LEVEL, len(facts.others)), count - 1)
    power = student_quantile(2.0 * POWER - 1.0, count - 1)
    return max(widths) / 2.0 * (1.0 + power / both)


def _other_winner(facts: Facts, best: str | None) -> Leader | None:
    """Return who is best on the first of the other measures asked for that disagrees, and count further ones."""
    found: list[Leader] = []
    for measure in facts.wanted[1:]:
        leader = _leader(facts, measure, best)
        if leader is not None:
            found.append(leader)
    return found[0]._replace(more=len(found) - 1) if found else None


def _leader(facts: Facts, measure: str, best: str | None) -> Leader | None:
    ranked = facts.ranked(measure)
    if best is None:
        row = facts.row(measure, ranked[0]) if ranked else None
        return Leader(measure, ranked[0], row.gain) if row is not None else None
    if measure == "profit" and not ranked:
        return None  # that it loses money is said of the winner itself
    other = ranked[0] if ranked else facts.reference
    if other == best:
        return None
    family = len(facts.others)
    gap = Gain(*facts.between(measure, other, best, family)[:3])
    if gap.tie or facts.goodness(measure, gap.value) < 0.0:
        return None
    price = facts.between(facts.headline, best, other, family)
    sign = facts.goodness(facts.headline, 1.0)
    low, high = sorted((sign * price.low, sign * price.high))
    return Leader(measure, other, gap, Gain(sign * price.mean, low, high))


def _talk(facts: Facts, best: str | None) -> Leader | None:
    ranked = facts.ranked(TALK) if facts.has(TALK) else []
    if not ranked:
        return None
    first = facts.row(TALK, ranked[0])
    if first is None or best is None or ranked[0] == best:
        return Leader(TALK, ranked[0], first.gain) if first is not None else None
    return Leader(TALK, ranked[0], Gain(*facts.between(TALK, ranked[0], best)[:3]))


def _payback(facts: Facts, best: str) -> Payback | None:
    """Return when the winner has paid: of the mean profit, because some runs may never pay."""
    months = facts.values(PAYBACK, best)
    if not months.size:
        return None
    mean = mean_payback(facts.experiment.frames.timeseries, facts.firm, best, facts.reference)
    share = float(np.isfinite(months).mean())
    if not math.isfinite(mean):
        return Payback(math.nan, 0.0) if share == 0.0 else Payback(float(np.nanmedian(months)), share)
    return Payback(mean, share)


def _reasons(table: pd.DataFrame | None) -> tuple[Reason, ...]:
    if table is None:
        return ()
    return tuple(
        Reason(row["reason"], row["kept_more"], _net(row, "saved_spared"), _net(row, "saved_made_good"))
        for row in table.to_dict("records")
        if row["reason"] not in {KEPT, JOINT_TITLE}
    )


def _net(row: dict[Hashable, Any], part: str) -> float:
    """Return a part of the saved, cut like them by those newly lost: a part is then no larger than the whole."""
    saved = float(row["saved"])
    return float(row[part]) * max(float(row["kept_more"]), 0.0) / saved if saved > 0.0 else float(row[part])


def _harm(table: pd.DataFrame | None) -> Harm | None:
    """Return who is newly lost, with the reason of at least half of them."""
    if table is None or table.empty or not math.isfinite(table["lost"].iloc[-1]):
        return None
    total = float(table["lost"].iloc[-1])
    parts = table.iloc[:-1]
    parts = parts[parts["reason"] != JOINT_TITLE]
    if parts.empty or total <= 0.0:
        return Harm(total)
    lost, reason = max(zip(parts["lost"], parts["reason"], strict=True))
    return Harm(total, str(reason) if lost >= total / 2.0 else "")


def _segments(facts: Facts, best: str) -> tuple[tuple[Segment, ...], bool]:
    """Return the winner's differences by segment, most gained first, and whether the first differs from the last."""
    table = facts.contrast
    own = table[(table["firm"] == facts.firm) & (table["measure"] == facts.headline) & (table["policy"] == best)]
    found = [
        Segment(row["segment"], Gain(row["difference"], row["diff_ci_low"], row["diff_ci_high"]))
        for row in own.to_dict("records")
        if row["segment"] in facts.experiment.layout.names.segments and math.isfinite(row["difference"])
    ]
    found.sort(key=lambda segment: -facts.goodness(facts.headline, segment.gain.value))
    if len(found) < 2:  # noqa: PLR2004 -- one segment is everybody
        return tuple(found), False
    gains = [
        facts.values(facts.headline, best, segment.name) - facts.values(facts.headline, facts.reference, segment.name)
        for segment in (found[0], found[-1])
    ]
    return tuple(found), not Gain(*facts.interval(gains[0] - gains[1])[:3]).tie
