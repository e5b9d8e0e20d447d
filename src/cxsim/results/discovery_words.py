"""Sentences about the worlds in which a policy loses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cxsim.experiments.losing_worlds import FALSE_SHARE, LOSES, UNDECIDED, WINS
from cxsim.experiments.unsure import SAID
from cxsim.measures.catalog import CATALOG
from cxsim.results.wording import difference, listed

if TYPE_CHECKING:
    from cxsim.experiments.sensitivity import Factor
    from cxsim.results.discovery import Discovered
    from cxsim.stats.discovery import Box, Side

# Shares of a box above which it "loses there" without more words.
DENSE: Final = 0.8


def discovery_sentences(found: Discovered) -> list[tuple[str, str]]:
    """Return the sentences of the answer, each with the words in front of it."""
    parts = [("The answer", finding(found))]
    parts += [("Where", where(found))]
    parts += [("Where else", _second(found))]
    surely = " ".join(text for text in (luck(found), _surely(found)) if text)
    parts += [("How much", _amount(found)), ("How surely", surely), ("Mind", _mind(found))]
    return [(label, text) for label, text in parts if text]


def finding(found: Discovered) -> str:
    """Say in how many worlds the policy loses."""
    losing = found.losing
    total = len(losing.kept)
    lost, undecided, won = (losing.count(state) for state in (LOSES, UNDECIDED, WINS))
    title = CATALOG[found.measure].title
    begin = f"On {title}, {found.policy}"
    rest = f"it wins in {won}, and in {undecided} it cannot be told apart"
    if not lost:
        return f"{begin} loses to as-is in none of {total} worlds: {rest}."
    return f"{begin} loses to as-is in {lost} of {total} worlds; {rest}."


def luck(found: Discovered) -> str:
    """Say what luck has to do with the worlds that are counted."""
    if found.losing.count(UNDECIDED) == len(found.losing.kept):
        return ""
    most = f"{100 * FALSE_SHARE:.0f} % at most, on average"
    return f"All worlds are tested together: of those counted as lost or won, luck alone makes {most}."


def where(found: Discovered) -> str:
    """Say where it loses."""
    losing = found.losing
    boxes, lost = losing.discovery.boxes, losing.count(LOSES)
    if not lost:
        return ""
    if not boxes:
        if lost == len(losing.kept):
            return "It loses in all of them: nothing that is unsure turns it."
        return "Nothing that is unsure tells where: boxes as good are found in shuffled worlds, too."
    box = boxes[0]
    return (
        f"It loses in {box.hits} of the {int(box.inside.sum())} worlds in which {said(box, losing.drawn.factors)}; "
        f"these hold {box.hits} of the {lost} in which it loses."
    )


def _second(found: Discovered) -> str:
    boxes = found.losing.discovery.boxes
    if len(boxes) < 2:  # noqa: PLR2004 -- no second one
        return ""
    box = boxes[1]
    conditions = said(box, found.losing.drawn.factors)
    return f"Outside of these, in {box.hits} of the {int(box.inside.sum())} worlds in which {conditions}."


def said(box: Box, factors: tuple[Factor, ...]) -> str:
    """Say the sides of a box: ``market.switching.cost is more than 80 and FiberNow comes before month 16``."""
    columns = list(dict.fromkeys(side.column for side in box.sides))
    return listed([_side_words([s for s in box.sides if s.column == column], factors[column]) for column in columns])


def _side_words(sides: list[Side], factor: Factor) -> str:
    span = factor.span
    if span is None:
        return _levels(sides, factor)
    if len(sides) == 2:  # noqa: PLR2004 -- from below and from above
        low, high = sorted(sides, key=lambda side: not side.above)
        ends = [low.high, high.low] if span.kind == "count" else [low.threshold, high.threshold]
        return f"{factor.path} is between {span.written(span.rounded(ends[0], SAID))} and " + span.written(
            span.rounded(ends[1], SAID)
        )
    side = sides[0]
    return span.condition(side.threshold, above=side.above, low=side.low, high=side.high)


def _levels(sides: list[Side], factor: Factor) -> str:
    first = max((round(side.high) for side in sides if side.above), default=0)
    last = min((round(side.low) for side in sides if not side.above), default=len(factor.levels) - 1)
    names = list(factor.levels[first : last + 1])
    return f"{factor.path} is {' or '.join(names)}"


def _amount(found: Discovered) -> str:
    """Say how much it loses where it does, on average, and at most."""
    losing = found.losing
    lost = losing.states == LOSES
    if not lost.any():
        return ""
    gaps = losing.leaders.means[:, 0] - losing.leaders.means[:, 1]
    own = gaps[lost]
    worst = own.min() if CATALOG[found.measure].better == "higher" else own.max()
    world = int(losing.kept[int((gaps == worst).argmax())]) + 1
    return (
        f"Where it loses, its difference from as-is is {difference(float(own.mean()), found.unit)} on average, and "
        f"{difference(float(worst), found.unit)} in the worst world ({world})."
    )


def _surely(found: Discovered) -> str:
    boxes = found.losing.discovery.boxes
    if not boxes:
        return ""
    sides = boxes[0].sides
    factors = found.losing.drawn.factors
    chances = listed([f"{factors[side.column].path} {_chance(side.p)}" for side in sides])
    return (
        f"Of {found.shuffles} searches in shuffled worlds {_percent(boxes[0].p)} found a box as good; chance of a side "
        f"as telling by drawing worlds: {chances}."
    )


def _percent(share: float) -> str:
    return "fewer than 1 %" if share <= 0.01 else f"{100.0 * share:.0f} %"  # noqa: PLR2004 -- two digits are enough


def _chance(p: float) -> str:
    return "under 0.001" if p < 0.001 else f"{p:.2g}"  # noqa: PLR2004 -- three digits are enough


def _mind(found: Discovered) -> str:
    lost = len(found.losing.drawn.texts) - len(found.losing.kept)
    left = f" {lost} worlds are left out because runs failed." if lost else ""
    return (
        "Worlds are drawn evenly over the ranges, which says how large a corner is, not how likely: that is for "
        f"whoever knows the market.{left}"
    )
