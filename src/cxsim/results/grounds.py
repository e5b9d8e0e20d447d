"""The sentences about the grounds of the answer: why it wins, for whom, against whom, and whether to believe it.

Each function takes the findings and returns its sentence, or an empty text where its facts do not exist.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from cxsim.measures.catalog import CATALOG
from cxsim.measures.records import Record
from cxsim.results.findings import Compared, Findings, Gain, Knob, Ledger, Opening, Reason, Rival, Row, Segment
from cxsim.results.sentences import HALF, RETENTION, in_every_100, kept_places, money, nothing_changed
from cxsim.results.wording import (
    PER_100,
    apportioned,
    difference,
    figures,
    fixed,
    followed,
    listed,
    number_word,
    of_100,
    places_for,
    quantity,
    shown,
    signed,
    span,
)

MOST_RIVALS: Final = 3
START_GAP: Final = 0.05  # of the customers written; less is what luck and turnover bring
SPOKEN: Final[Mapping[str, str]] = MappingProxyType({
    "nps": "NPS", "nps_true": "true NPS", "csat": "CSAT", "csat_true": "true CSAT", "ces": "CES",
    "wait_mean": "mean wait", "wait_p90": "wait of nine in ten", "retention_1y": "retention after a year",
})  # fmt: skip
JOINT: Final = "joint"
# How a reason for leaving is said after "would have left" and "are lost".
LEFT: Final[Mapping[str, str]] = MappingProxyType({
    "a failure": "after a failure, without a word",
    "waiting": "over a wait",
    "an unsolved matter": "over an unsolved matter",
    "the price": "over the price",
    "a better experience elsewhere": "for a better experience elsewhere",
    "what others said": "because of what others said",
    "moved or died": "by moving or dying",
    "a complaint that was not made good": "after a complaint that was not made good",
    "stopped buying": "by no longer buying",
})  # fmt: skip


# ------------------------------------------------------------------------------------------------- 5 why it wins


def why_it_wins(findings: Findings) -> str:
    """Say what would have become of those who are kept; the numbers add up to the first sentence, the rest is joint."""
    best = findings.winner
    row = None if best is None else findings.row(RETENTION, best)
    if row is None or findings.headline != RETENTION or not findings.why or not math.isfinite(row.difference):
        return ""
    places = kept_places(findings, row)
    total = round(PER_100 * row.difference, places)
    values = [reason.kept for reason in findings.why]
    if not all(math.isfinite(value) for value in values):
        return ""
    parts = apportioned([*values, PER_100 * row.difference - sum(values)], total, places)
    named = sorted(zip(findings.why, parts, strict=False), key=lambda pair: -abs(pair[1]))
    saved = [(fixed(part, places), left(reason.reason) + _spared(reason)) for reason, part in named if part > 0.0]
    lost = [f"{fixed(-part, places)} {left(reason.reason)}" for reason, part in named if part < 0.0]
    if not saved:
        return ""
    first, *rest = [
        f"{count} would have left {how}" if not at else f"{count} {how}" for at, (count, how) in enumerate(saved)
    ]
    text = f"Of the {fixed(total, places)} more kept in every 100, {listed([first, *rest])}"
    if lost:
        text += f"; against them, more are lost than under {findings.reference}: {listed(lost)}"
    if parts[-1]:
        text += f"; {signed(fixed(parts[-1], places))} is {JOINT}: no single reason explains it"
    return f"{text}."


def left(reason: str) -> str:
    """Write a reason as it stands after "would have left"."""
    return LEFT.get(reason, f"for the reason \N{LEFT DOUBLE QUOTATION MARK}{reason}\N{RIGHT DOUBLE QUOTATION MARK}")


def _spared(reason: Reason) -> str:
    """Say how many of them were spared the failure, and how many were made good."""
    parts = ((reason.spared, "spared it"), (reason.made_good, "made good"))
    texts = [
        f"{fixed(count)} {'was' if fixed(count) == '1' else 'were'} {what}" for count, what in parts if count >= HALF
    ]
    return f" ({listed(texts)})" if texts else ""


# ------------------------------------------------------------------------------- 6 for whom, and for whom not


def for_whom(findings: Findings) -> str:
    """Say which segment gains most and least, who is paid for nothing, and who leaves because of the policy."""
    if findings.winner is None:
        return ""
    texts = [_by_segment(findings)]
    share = findings.paid_for_nothing
    if math.isfinite(share):
        currency = findings.setting.currency
        paid = (
            f"{of_100(share)} {currency} of every 100 {currency} of credits go to people who would have stayed anyway"
        )
        texts.append(paid)
    harm = findings.harm
    if harm is not None and math.isfinite(harm.per_100):
        if round(harm.per_100, 1) > 0.0:
            fewer = fixed(harm.per_100, places_for(harm.per_100))
            most = f", most of them {left(harm.reason)}" if harm.reason else ""
            texts.append(f"{fewer} in every 100 leave who would not have left under {findings.reference}{most}")
        else:
            texts.append(f"nobody leaves who would not have left under {findings.reference}")
    found = "; ".join(text for text in texts if text)
    return f"{found[:1].upper()}{found[1:]}." if found else ""


def _by_segment(findings: Findings) -> str:
    if len(findings.segments) < 2:  # noqa: PLR2004 -- one segment is everybody
        return ""
    most, least = findings.segments[0], findings.segments[-1]
    better = CATALOG[findings.headline].better == "higher"
    what = "Most are kept" if findings.headline == RETENTION else "It gains most"
    gained = _gained(findings, most)
    if not findings.segments_apart:
        return f"{what} among {most.name} ({gained}), but segments cannot be told apart in this"
    text = f"{what} among {most.name} ({gained})"
    low, high = (least.gain.low, least.gain.high) if better else (-least.gain.high, -least.gain.low)
    if high < 0.0:
        return f"{text}, but it does harm among {least.name} ({_gained(findings, least)})"
    if not low > 0.0:
        tie = f"cannot be told apart from {nothing_changed(findings)} ({_gained(findings, least)})"
        return f"{text}; among {least.name} it {tie}"
    fewest = "fewest" if findings.headline == RETENTION else "least"
    return f"{text}, {fewest} among {least.name} ({_gained(findings, least)})"


def _gained(findings: Findings, segment: Segment) -> str:
    if findings.headline == RETENTION:
        value = PER_100 * segment.gain.value
        return signed(fixed(value, places_for(value)))
    return difference(segment.gain.value, money(findings, CATALOG[findings.headline].unit))


# ------------------------------------------------------------------------------------------- 8 against the rivals


def against_rivals(findings: Findings) -> str:
    """Say what a rival's opening costs, and how we stand beside the figures that are known of each."""
    if findings.winner is None:
        return ""
    texts = [_opening(findings, opening) for opening in findings.openings]
    texts += [_beside(findings, rival) for rival in findings.rivals[:MOST_RIVALS]]
    found = [text for text in (_share(findings), *texts) if text]
    return ". ".join(f"{text[:1].upper()}{text[1:]}" for text in found) + "." if found else ""


def _share(findings: Findings) -> str:
    row = None if findings.winner is None else findings.row("market_share", findings.winner)
    if row is None or not math.isfinite(row.difference):
        return ""
    if row.tie:
        tie = f"cannot be told apart from {of_100(row.reference)} % under {findings.reference}"
        return f"our share of the market ({of_100(row.mean)} %) {tie}"
    points = f"{span(row.diff_low, row.diff_high, row.unit)} percentage points"
    return f"our share of the market is {of_100(row.mean)} % instead of {of_100(row.reference)} % ({points})"


def _opening(findings: Findings, opening: Opening) -> str:
    time = f"in the {number_word(opening.months)} months after {opening.firm} opens"
    gain = opening.difference
    before = _net(opening.reference)
    if gain.tie:
        tie = f"which the best policy does not change by more than luck ({span(*gain[1:], 'customers')})"
        return f"{time} we {before} under {findings.reference}, {tie}"
    after = figures(opening.winner) if min(opening.reference, opening.winner) >= 0.0 else _net(opening.winner)
    return f"{time} we {before} under {findings.reference} and {after} under the best policy"


def _net(lost: float) -> str:
    """Write a net loss of customers; a negative one is a gain."""
    return f"{'lose' if lost >= 0.0 else 'gain'} {figures(abs(lost))} customers"


def _beside(findings: Findings, rival: Rival) -> str:
    if rival.kept is not None:
        return _kept(findings, rival.firm, rival.kept)
    if not rival.known:
        return f"nothing is known of {rival.firm}: everything about it is inferred and is not compared"
    count = f"{number_word(rival.known)} figure{'s' if rival.known > 1 else ''} only"
    inferred = f"everything else about {rival.firm} is inferred and is not compared"
    if not rival.figures:
        return f"of {rival.firm} we know {count}, none of which is measured here; {inferred}"
    stand = listed([_stands(findings, one, first=not at) for at, one in enumerate(rival.figures)])
    return f"of {rival.firm} we know {count}, and on those, {rival.over}, {stand}; {inferred}"


def _kept(findings: Findings, firm: str, row: Row) -> str:
    verb = "keeps" if findings.setting.contractual else "still sells to"
    if row.tie:
        tie = f"{firm} (simulated) {verb} {of_100(row.mean)} of every 100 of its own customers"
        return f"{tie}, which cannot be told apart from {of_100(row.reference)} under {findings.reference}"
    now = f"{of_100(row.mean)} of every 100 of its own customers instead of {of_100(row.reference)}"
    return f"{firm} (simulated) {verb} {now}"


def _stands(findings: Findings, figure: Compared, *, first: bool) -> str:
    """Say where we stand beside one published figure, before and with the policy."""
    unit = money(findings, figure.unit)
    if figure.measure == "churn":
        text = f"we lose {quantity(figure.winner, unit)} against its {quantity(figure.value, unit)}"
    elif figure.unit == "points":
        title = "NPS " if figure.measure.startswith("nps") else ""
        before, now = _behind(figure, figure.reference), _behind(figure, figure.winner)
        text = f"we go from {before.replace(' ', f' {title}points ', 1)} to {now}"
    else:
        before, now, theirs = (quantity(value, unit) for value in (figure.reference, figure.winner, figure.value))
        for ending in (f" {unit}", " %", " min", " s"):
            if all(text.endswith(ending) for text in (before, now, theirs)):
                before, theirs = before.removesuffix(ending), theirs.removesuffix(ending)
        text = f"we go from {before} to {now} on {named(figure.measure)} against its {theirs}"
    if not figure.margin > 0.0:
        return text
    margin = difference(figure.margin, unit).removeprefix("+").removesuffix(" a month").removesuffix(" points")
    text += f" (give or take {margin.removesuffix(f' {unit}').removesuffix(' percentage')}"
    text += ", its own margin and our luck" if first else ""
    if abs(figure.winner - figure.value) <= figure.margin:
        text += ", which does not tell us apart"
    return f"{text})"


def _behind(figure: Compared, ours: float) -> str:
    ahead = (ours - figure.value) * (1.0 if CATALOG[figure.measure].better == "higher" else -1.0)
    return f"{fixed(abs(ahead))} {'ahead' if ahead > 0.0 else 'behind'}"


# ------------------------------------------------------------------------------------------ 9 why believe the model


def why_believe(findings: Findings) -> str:
    """Say how near the model comes to our own figures, and what the assumptions rest on."""
    ledger = _ledger(findings.ledger if findings.others else None)
    parts = (_recorded(findings), to_change(findings), start_apart(findings), ledger, _followed(findings))
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
    total = ledger.measured + ledger.published + ledger.survey + ledger.placeholders + ledger.written
    if not total:
        return ""
    counts = (
        (ledger.measured, "measured"),
        (ledger.published, "from published studies"),
        (ledger.survey, "from industry surveys"),
        (ledger.written, "written in the scenario"),
        (ledger.placeholders, "a placeholder" if ledger.placeholders == 1 else "placeholders"),
    )
    texts = [f"{count} {'is' if count == 1 else 'are'} {what}" for count, what in counts if count]
    text = f"of the {total} assumptions that the answer rests on, {listed(texts)}"
    if not ledger.named or not ledger.placeholders:
        return text
    return f"{text}{':' if len(ledger.named) == ledger.placeholders else ', among them'} {listed(list(ledger.named))}"


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
    """Say that worlds were not run, and what would run them."""
    setting = findings.setting
    if not findings.others:
        return ""
    text = "All of this is luck between runs only; it was not checked against what we are unsure of"
    if not setting.with_worlds:
        return f"{text}."
    first = "" if setting.unsure else "write ranges under `unsure`, then "
    return f"{text}; {first}run `{setting.with_worlds}`."
