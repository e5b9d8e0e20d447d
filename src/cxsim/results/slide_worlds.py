"""The slides on doubt and on single customers: worlds in which each policy wins, and two lives of one customer."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from cxsim.charts.text import named
from cxsim.charts.words import said as in_words
from cxsim.report.deck import Bars, Grid, Grids, Part, Rows
from cxsim.results.book.recorded import NotMadeAgainError
from cxsim.results.slide_charts import ALL, MOST_ROWS, Charted, with_interval

if TYPE_CHECKING:
    from cxsim.charts.theme import Theme
    from cxsim.results.facts import Facts

PALE: Final = 0.65  # of white in the colour of what is level
WIDTHS: Final = (0.22, 0.78)  # of times and of what happened
NUMBERS: Final = ("best", "ci_low", "ci_high", "level")


def worlds_chart(facts: Facts, theme: Theme) -> Charted | None:
    """Return bars of the worlds in which each policy is best, in all and by thirds of what tells most."""
    from cxsim.charts.style import QUIET
    from cxsim.results.book.worlds import ENTRY, worlds_table

    table = worlds_table(facts)
    if not ENTRY.shows(facts, table):
        return None
    parts = list(dict.fromkeys(table["part"]))
    first = table[table["part"] == parts[0]]
    ranked = first.sort_values(["best", "level"], ascending=False, kind="stable")["policy"]
    names = [str(policy) for policy in ranked][:MOST_ROWS]
    looks = theme.looks(facts.policies, facts.reference)
    colors = [looks[name].color for name in names]
    panels = []
    for part in parts:
        own = table[table["part"] == part].set_index("policy")
        best, low, high, level = (
            [ALL * float(own[column].get(name, math.nan)) for name in names] for column in NUMBERS
        )
        texts = [f"{with_interval(found, 0)} %" for found in zip(best, low, high, strict=True)]
        bars = [
            Part(in_words("best alone"), QUIET, best, colors),
            Part(in_words("level with another"), pale(QUIET), level, [pale(color) for color in colors]),
        ]
        panels.append(Bars(str(part), bars, texts, ALL))
    told = in_words("Share of the worlds in which a policy is best; in brackets the 95 % interval for few worlds.")
    divided = str(ENTRY.options(facts).get("divided", ""))
    shaded = names.index(facts.reference) if facts.reference in names else None
    return Charted(f"{told} {divided}".rstrip(), Rows(list(map(named, names)), panels, shaded))


def lives_tables(facts: Facts) -> Charted | None:
    """Return what two lives of one saved customer turned on; None where nobody is saved, or runs cannot be made again.

    One run of each of two policies is made again.
    """
    from cxsim.results.book.lives import typical_story

    try:
        story = typical_story(facts)
    except NotMadeAgainError:
        return None
    if story is None or story.parting is None:
        return None
    parting = story.parting
    grids = []
    for place, policy in enumerate(story.policies):
        head = ("", in_words("under {policy}", policy=named(policy)))
        grids.append(Grid(head, story.course(place), WIDTHS))
    one, other = story.policies
    below = f"They part, {parting.date}: under {one} {parting.one}; under {other} {parting.other}. {parting.why}"
    told = in_words("What each life turned on, from where they part; the same customer with the same luck.")
    return Charted(told, Grids(grids[0], grids[1], below))


def pale(color: str) -> str:
    """Mix a colour with white."""
    parts = (int(color[place : place + 2], 16) for place in (1, 3, 5))
    return "#" + "".join(f"{round(PALE * 255 + (1.0 - PALE) * part):02x}" for part in parts)
