"""The sentences about the grounds of the answer: why it wins, for whom and against whom; belief is next door.

Each function takes the findings and returns its sentence, or an empty text where its facts do not exist.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from cxsim.measures.catalog import CATALOG
from cxsim.results.belief import named
from cxsim.results.findings import Compared, Findings, Opening, Reason, Rival, Row, Segment
from cxsim.results.sentences import HALF, RETENTION, kept_places, money, nothing_changed
from cxsim.results.wording import (
    PER_100,
    apportioned,
    difference,
    figures,
    fixed,
    listed,
    number_word,
    of_100,
    places_for,
    quantity,
    signed,
    span,
)

MOST_RIVALS: Final = 3
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
    if figure.missed:
        ours, theirs = (quantity(value, unit).removesuffix(" points") for value in (figure.reference, figure.value))
        beside = f"our {named(figure.measure)} is {ours} by our own record against its {theirs}"
        return f"{beside} (no verdict under the policy: the model misses that record)"
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
