"""The two lives of one customer whom the other policy saves, chosen by a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cxsim.results.book import recorded
from cxsim.results.book.entry import Entry
from cxsim.results.facts import Facts

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.charts.figure import Draw
    from cxsim.results.stories.story import Story

MOST: Final = 40  # of the saved are looked at
STORY: Final = "story"


def typical_story(facts: Facts) -> Story | None:
    """Return the two lives of the saved customer whose lives part at the median moment; None where nobody is saved.

    Saved: with us at the end under the other policy, and not under the reference, in the run that is recorded. Of more
    than forty, forty are looked at whose places among them are evenly spread.
    """
    if STORY not in facts.made_again:
        facts.made_again[STORY] = _story(facts)
    found: Story | None = facts.made_again[STORY]
    return found


def _story(facts: Facts) -> Story | None:
    from cxsim.experiments.watched import lives
    from cxsim.results.stories import twins
    from cxsim.results.stories.fated import SAVED, Fates
    from cxsim.results.stories.story import Story

    policies = recorded.shown(facts)
    if len(policies) == 1 or not recorded.has_people(facts):
        return None
    luck = recorded.luck_of(facts)
    one, other = (recorded.recording(facts, policy).ended for policy in policies)
    if one is None or other is None:
        return None
    saved = Fates(luck, one, other).chosen(SAVED)
    if not saved.size:
        return None
    some = saved[np.unique(np.linspace(0, saved.size - 1, MOST).astype(int))].tolist()
    pairs = list(zip(*(lives(luck, policy, some) for policy in policies), strict=True))
    parted = [(found.time, place) for place, pair in enumerate(pairs) if (found := twins.parting(*pair)) is not None]
    if not parted:
        return None
    place = sorted(parted)[(len(parted) - 1) // 2][1]
    return Story(luck, pairs[place])


def lives_table(facts: Facts) -> pd.DataFrame:
    """Return what `cxsim.charts.lives` draws of that customer."""
    import pandas as pd

    from cxsim.results.stories.drawn import COLUMNS, chart_table

    story = typical_story(facts)
    return pd.DataFrame([], columns=list(COLUMNS)) if story is None else chart_table(story)


def _title(facts: Facts) -> str:
    from cxsim.results.stories.drawn import caption

    story = typical_story(facts)
    if story is None:
        return "Two lives of one customer"
    firm = story.luck.names.firms[story.luck.names.policy_firm]
    return f"{caption(story)[0]}: {firm} keeps this customer under {story.policies[1]} only"


def _footnote(facts: Facts) -> str:
    rule = "Of the customers saved (up to 40, evenly spread), the one whose lives part at the median moment."
    return f"{recorded.one_run(facts)} {rule}"


def _options(facts: Facts) -> dict[str, Any]:
    story = typical_story(facts)
    parting = None if story is None else lives_table(facts).attrs.get("parting")
    return {"parting": parting}


def _draw() -> Draw:
    from cxsim.charts.lives import lives

    return lives


ENTRY: Final = Entry(
    "lives", "appendix", "Two lives of one customer", _draw, lives_table, _title, _options,
    is_among_policies=True, is_rerun=True, footnote=_footnote,
)  # fmt: skip
