"""What stands around the charts: titles that state the finding, and a footnote with source and n."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from cxsim.measures.catalog import CATALOG, LOST, LOST_TITLES
from cxsim.results.answer import finding
from cxsim.results.chart_tables import Cell, cells_of, dissatisfied_table
from cxsim.results.facts import Facts
from cxsim.results.provenance import begin_of
from cxsim.results.wording import PER_100, difference, fixed, listed, number_word, quantity

if TYPE_CHECKING:
    from cxsim.charts.book import Caption

MOST_NAMES: Final = 2


def captions_of(facts: Facts) -> dict[str, Caption]:
    """Return titles that state the finding, and a footnote with source and n."""
    from cxsim.charts.book import Caption

    made = facts.experiment
    runs = f"{made.replications} replication{'s' if made.replications != 1 else ''}"
    source = f"Simulated by cxsim from {made.scenario.name}, {runs}, seed {made.seed}.{_begin(facts)}"
    titles = {
        "league": finding(facts),
        "differences": _differences_title(facts),
        "retention": _retention_title(facts),
        "dissatisfied": _dissatisfied_title(facts),
        "rivals": _rivals_title(facts),
        "waits": _waits_title(facts),
        "leavers": _leavers_title(facts),
    }
    return {name: Caption(title, source) for name, title in titles.items()}


def _begin(facts: Facts) -> str:
    begin = begin_of(facts.experiment)
    return f" Policies count their time from {begin}." if begin and facts.others else ""


def _differences_title(facts: Facts) -> str:
    """Say which policies are better, which are worse, and which cannot be told apart."""
    found = {policy: facts.verdict(facts.headline, policy) for policy in facts.others}
    if not found or facts.experiment.replications == 1:
        return finding(facts)
    if set(found.values()) == {"tie"}:
        return f"No policy can be told apart from {facts.reference}: {CATALOG[facts.headline].title}"
    parts: list[str] = []
    for verdict, words in (("better", "better than"), ("worse", "worse than"), ("tie", "not to be told apart from")):
        names = [policy for policy, one in found.items() if one == verdict]
        if names:
            who = listed(names) if len(names) <= MOST_NAMES else f"{number_word(len(names))} policies"
            parts.append(f"{who} {'is' if len(names) == 1 else 'are'} {words} {'it' if parts else facts.reference}")
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}"


def _retention_title(facts: Facts) -> str:
    best = facts.winner
    row = facts.row("retention", best or facts.reference)
    if row is None:
        return "Customers kept"
    kept = fixed(PER_100 * row.mean)
    if best is None:
        return f"Of every 100 customers, {kept} are still with {facts.firm} at the end"
    base = fixed(PER_100 * row.reference)
    return f"Under {best}, {kept} of every 100 customers are still with us at the end; {facts.reference}, {base}"


def _waits_title(facts: Facts) -> str:
    for measure in ("wait_all_mean", "wait_mean"):
        rows = [row for row in (facts.row(measure, policy) for policy in facts.others) if row is not None]
        apart = [row for row in rows if not row.tie]
        if apart:
            row = min(apart, key=lambda row: row.difference)
            if row.difference < 0.0:
                waits = f"{quantity(row.mean, row.unit)}, against {quantity(row.reference, row.unit)}"
                return f"The mean wait is shortest under {row.policy}: {waits} under {facts.reference}"
            return f"No policy shortens the waiting; {row.policy} adds {difference(row.difference, row.unit)}"
        if rows:
            return "Waits under the policies cannot be told apart"
    return "Waits by touchpoint"


def _leavers_title(facts: Facts) -> str:
    policy = facts.winner or facts.reference
    shares = {title: facts.row(name, policy) for name, title in zip(LOST, LOST_TITLES, strict=True)}
    known = {title: row.mean for title, row in shares.items() if row is not None and row.mean > 0.0}
    if not known:
        return "Nobody leaves"
    reason = max(known, key=lambda title: known[title])
    lost = fixed(PER_100 * known[reason])
    return f"Under {policy}, the most frequent reason to be gone is {reason}: {lost} of every 100 customers"


def _dissatisfied_title(facts: Facts) -> str:
    """Say how many of the hurt leave, and how many of them silently."""
    from cxsim.charts.dissatisfied import LEFT_AFTER, LEFT_SILENTLY

    table = dissatisfied_table(facts).set_index(["policy", "fate"])["per_100"]
    told: dict[str, tuple[float, float]] = {}
    for policy in dict.fromkeys((facts.reference, facts.winner or facts.reference)):
        silent, after = table.get((policy, LEFT_SILENTLY), math.nan), table.get((policy, LEFT_AFTER), math.nan)
        if math.isfinite(silent):
            told[policy] = (silent + (after if math.isfinite(after) else 0.0), silent)
    if not told:
        return "What became of the dissatisfied"
    (first, (gone, silent)), *rest = told.items()
    title = f"Of every 100 hurt by a failure, {fixed(gone)} leave under {first}, {fixed(silent)} of them without a word"
    if rest:
        policy, (gone, silent) = rest[0]
        title += f"; under {policy}, {fixed(gone)} and {fixed(silent)}"
    return title


def _rivals_title(facts: Facts) -> str:
    """Count on how many of the figures that are not inferred we are ahead; say the first one where there is one."""
    best = facts.winner or facts.reference
    cells = [cell for cell in cells_of(facts) if cell.measure in CATALOG]
    pairs = [
        (theirs, [cell for cell in cells if cell.firm == facts.firm and cell.measure == theirs.measure])
        for theirs in _best_known(cells, facts.firm)
    ]
    ahead = {
        policy: sum(_is_ahead(cell, theirs) for theirs, own in pairs for cell in own if _simulates(cell, policy))
        for policy in (facts.reference, best)
    }
    if not pairs:
        return f"{facts.firm} beside its rivals"
    rivals = listed(list(dict.fromkeys(theirs.firm for theirs, _ in pairs)))
    count = f"{number_word(len(pairs))} figure{'s' if len(pairs) > 1 else ''}"
    title = f"Beside {rivals}, {facts.firm} is clearly ahead on {number_word(ahead[facts.reference])} of {count}"
    if best == facts.reference:
        return title
    return f"{title} under {facts.reference}, and on {number_word(ahead[best])} under {best}"


def _best_known(cells: list[Cell], own: str) -> list[Cell]:
    """Return one figure a rival and measure: the published one where there is one; none that is inferred."""
    found: dict[tuple[str, str], Cell] = {}
    for cell in cells:
        if cell.firm != own and cell.origin != "inferred":
            found.setdefault((cell.firm, cell.measure), cell)
    return list(found.values())


def _simulates(cell: Cell, policy: str) -> bool:
    return cell.policy == policy and cell.origin == "simulated"


def _is_ahead(ours: Cell, theirs: Cell) -> bool:
    """Tell whether our interval lies wholly on the better side of theirs."""
    if not all(math.isfinite(edge) for edge in (ours.low, ours.high, theirs.low, theirs.high)):
        return False
    return ours.low > theirs.high if CATALOG[ours.measure].better == "higher" else ours.high < theirs.low
