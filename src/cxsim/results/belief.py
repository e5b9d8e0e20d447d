"""The sentences on whether to believe the answer: how near the model comes to records, and what would make it wrong.

Each function takes the findings and returns its sentence, or an empty text where its facts do not exist.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from cxsim.measures.catalog import CATALOG
from cxsim.measures.records import Record
from cxsim.results.findings import Findings, Gain, Knob, Ledger
from cxsim.results.sentences import RETENTION, in_every_100, money, nothing_changed
from cxsim.results.strain import full_touchpoints
from cxsim.results.wording import (
    PER_100,
    fixed,
    followed,
    listed,
    number_word,
    places_for,
    quantity,
    shown,
)

MOST_RANGES: Final = 4
START_GAP: Final = 0.05  # of the customers written; less is what luck and turnover bring
SPOKEN: Final[Mapping[str, str]] = MappingProxyType({
    "nps": "NPS", "nps_true": "true NPS", "csat": "CSAT", "csat_true": "true CSAT", "ces": "CES",
    "wait_mean": "mean wait", "wait_p90": "wait of nine in ten", "retention_1y": "retention after a year",
})  # fmt: skip


# ------------------------------------------------------------------------------------------ 9 why believe the model


def why_believe(findings: Findings) -> str:
    """Say how near the model comes to our own figures, and what the assumptions rest on."""
    ledger = _ledger(findings.ledger if findings.others else None)
    parts = (
        _recorded(findings),
        _of_rivals(findings),
        to_change(findings),
        full_touchpoints(findings),
        start_apart(findings),
        ledger,
        _followed(findings),
    )
    texts = [text for text in parts if text]
    found = "; ".join(texts)
    return f"{found[:1].upper()}{found[1:]}." if found else ""


def _followed(findings: Findings) -> str:
    setting = findings.setting
    who = followed(setting.scale, setting.customers or 0)
    return f"{who}: the staff meets them all, and sums are those of the whole market" if who else ""


def _recorded(findings: Findings) -> str:
    if not findings.records:
        return ""
    met = [record for record in findings.records if record.met]
    missed = [record for record in findings.records if not record.met]
    count = f"{len(met) or 'none'} of our {len(findings.records)} own figures"
    if len(findings.records) == 1:
        count = "our one own figure" if met else "not even our one own figure"
    details = [_figure(findings, record) for record in met]
    wrong = [f"{_figure(findings, record)}: too {_which_way(record)}" for record in missed]
    if details and wrong:
        wrong[0] = f"but {wrong[0]}"
    return f"before any policy it comes near {count} ({'; '.join([*details, *wrong])})"


def _of_rivals(findings: Findings) -> str:
    """Say which of the figures that rivals are known by the model misses; nothing where it meets them all."""
    missed = [(firm, record) for firm, record in findings.rival_records if not record.met]
    if not missed:
        return ""
    details = [f"{firm}: {_figure(findings, record)}, too {_which_way(record)}" for firm, record in missed]
    count = f"{len(missed)} of the {len(findings.rival_records)} figures that are known of rivals"
    if len(findings.rival_records) == 1:
        count = "the one figure that is known of a rival"
    return f"it misses {count} ({'; '.join(details)})"


def to_change(findings: Findings) -> str:
    """Say what brings the figures that are missed nearer."""
    texts = [f"{_missed(knob)}, {knob.remedy}" for knob in findings.knobs]
    return f"to bring it nearer: {'; '.join(texts)}" if texts else ""


def _missed(knob: Knob) -> str:
    return listed([f"{named(record.figure)} too {_which_way(record)}" for record in knob.missed])


def start_apart(findings: Findings) -> str:
    """Say that our firm begins with other customers than were written, where that is so, and what to do."""
    setting = findings.setting
    begun, written = setting.starting, setting.written
    if not (setting.warm_up and written > 0.0 and abs(begun - written) > START_GAP * written):
        return ""
    fewer = begun < written
    do = "raise `quality` or write a larger `share`" if fewer else "lower `quality` or write a smaller `share`"
    counts = f"at the start {setting.firm} has {fixed(begun)} customers; {fixed(written)} were written"
    return f"{counts}, which holds before the warm-up of {setting.warm_up} (shorten `warm_up`, {do})"


def _figure(findings: Findings, record: Record) -> str:
    unit = money(findings, CATALOG[record.figure].unit)
    recorded = quantity(record.recorded, unit).removesuffix(" points")
    simulated = quantity(record.simulated, unit).removesuffix(" points")
    return f"{named(record.figure)} {recorded} recorded, {simulated} simulated"


def _which_way(record: Record) -> str:
    return "high" if record.simulated > record.recorded else "low"


def named(measure: str) -> str:
    """Return what a figure is called in speech."""
    return SPOKEN.get(measure, measure.replace("_", " "))


def _ledger(ledger: Ledger | None) -> str:
    if ledger is None:
        return ""
    # The words of the ledger, as `cxsim assumptions` prints them.
    counts = (
        (ledger.measured, "measured"),
        (ledger.published, "published"),
        (ledger.survey, "survey"),
        (ledger.inferred, "inferred"),
        (ledger.written, "written"),
        (ledger.assumed, "assumption"),
    )
    total = sum(count for count, _ in counts)
    if not total:
        return ""
    texts = [f"{count} {what}" for count, what in counts if count]
    text = f"the mechanisms that the answer turns on have {total} value{'' if total == 1 else 's'}: {listed(texts)}"
    if not ledger.named or not ledger.assumed:
        return text
    return f"{text}{':' if len(ledger.named) == ledger.assumed else ', among them'} {listed(list(ledger.named))}"


# ------------------------------------------------------------------------------------- 10 what would make it wrong


def what_would_make_it_wrong(findings: Findings) -> str:
    """Say what became of the answer in the worlds we cannot rule out; or that it was not checked, and how to."""
    worlds = findings.worlds
    if worlds is None or worlds.worlds <= 0:
        return unchecked(findings)
    best = f"nothing beats {nothing_changed(findings)}" if findings.winner is None else "it stays best"
    text = f"Within everything we said we are unsure of, {best} in {worlds.best} of {worlds.worlds} worlds"
    if worlds.level:
        text += f" and cannot be told apart from the best in {worlds.level} more"
    if worlds.turns:
        turns = [f"to {_turned(findings, turn.policy)} if {turn.when}" for turn in worlds.turns]
        text += f"; the answer turns {listed(turns)}"
    elif worlds.best + worlds.level < worlds.worlds:
        text += "; no single thing that we are unsure of decides in which"
    rest = []
    if math.isfinite(worlds.most_regret) and findings.winner is not None:
        rest.append(f"choosing it and being wrong costs at most {_regret(findings, worlds.most_regret)}")
    if worlds.measure_first:
        rest.append(f"the one figure most worth measuring first is {worlds.measure_first}")
    return f"{text}; {', and '.join(rest)}." if rest else f"{text}."


def _regret(findings: Findings, regret: float) -> str:
    if findings.headline == RETENTION:
        value = PER_100 * regret
        return f"{fixed(value, places_for(value))} customers in 100"
    return in_every_100(findings, Gain(regret, regret, regret))


def _turned(findings: Findings, policy: str) -> str:
    return nothing_changed(findings) if policy == findings.reference else shown(policy)


def unchecked(findings: Findings) -> str:
    """Say that worlds were not run, and in words what could turn the answer; the command stands in the last line."""
    if not findings.others:
        return ""
    text = "All of this is luck between runs only; it was not checked against what we are unsure of"
    ranges = findings.setting.ranges
    more = len(ranges) - MOST_RANGES
    named_ranges = [*ranges[:MOST_RANGES], *([f"{number_word(more)} more"] if more > 0 else [])]
    parts = [f"it may turn within the ranges that are written: {listed(named_ranges)}"] if ranges else []
    missed = [f"{named(one.figure)} (too {_which_way(one)})" for one in findings.records if not one.met]
    if missed:
        parts.append(f"what makes the model miss our {listed(missed)} may bear on the policies too")
    if findings.ledger is not None and findings.ledger.least:
        without = " without a range" if ranges else ""
        parts.append(f"the least sure value{without} that it turns on is {findings.ledger.least}")
    return f"{'; '.join([text, *parts])}."
