"""The policies in order, and the difference of each from as-is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cxsim.measures.catalog import CATALOG
from cxsim.results.answer import finding, misses_records
from cxsim.results.book.entry import Entry
from cxsim.results.facts import Facts
from cxsim.results.sentences import IF_RIGHT
from cxsim.results.wording import listed, number_word

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.charts.figure import Draw

MOST_NAMES: Final = 2


def league_table(facts: Facts) -> pd.DataFrame:
    """Return the rows of `comparison.csv` on the measure that ranks the policies, the reference among them."""
    table = facts.contrast
    return table[(table["firm"] == facts.firm) & (table["segment"] == "all") & (table["measure"] == facts.headline)]


def differences_table(facts: Facts) -> pd.DataFrame:
    """Return the rows of `comparison.csv` on the measure that ranks the policies."""
    table = league_table(facts)
    return table[table["policy"] != facts.reference]


def _differences_title(facts: Facts) -> str:
    """Say which policies are better, which are worse, and which cannot be told apart."""
    found = {policy: facts.verdict(facts.headline, policy) for policy in facts.others}
    if not found or facts.experiment.replications == 1:
        return finding(facts)
    if set(found.values()) == {"tie"}:
        return f"No policy can be told apart from {facts.reference}: {CATALOG[facts.headline].title}"
    doubt = misses_records(facts)
    parts: list[str] = []
    for verdict, words in (("better", "better than"), ("worse", "worse than"), ("tie", "told apart from")):
        names = [policy for policy, one in found.items() if one == verdict]
        if names:
            who = listed(names) if len(names) <= MOST_NAMES else f"{number_word(len(names))} policies"
            verb = "would be" if doubt else "is" if len(names) == 1 else "are"
            verb = ("could not be" if doubt else "cannot be") if verdict == "tie" else verb
            parts.append(f"{who} {verb} {words} {'it' if parts else facts.reference}")
    text = "; ".join(parts)
    if doubt:
        return f"{IF_RIGHT}{text}"
    return f"{text[:1].upper()}{text[1:]}"


def _options(facts: Facts) -> dict[str, object]:
    return {"measure": CATALOG[facts.headline].title}


def _league() -> Draw:
    from cxsim.charts.league import league

    return league


def _differences() -> Draw:
    from cxsim.charts.differences import differences

    return differences


LEAGUE: Final = Entry(
    "league", "first page", "The policies in order", _league, league_table, finding, _options, is_among_policies=True
)
DIFFERENCES: Final = Entry(
    "differences", "first page", "What each policy changes", _differences, differences_table, _differences_title,
    _options, is_among_policies=True,
)  # fmt: skip
