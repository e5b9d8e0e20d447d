"""The answer in the order in which people ask: question, answer, how sure, cost, why, what would make it wrong.

Nothing is said twice: the sentences are those of `answer.md`, in six parts and the rest.
"""

from __future__ import annotations

from typing import Final

from cxsim.charts.words import label
from cxsim.measures.catalog import CATALOG
from cxsim.report.content import Story
from cxsim.report.prose import Prose, Said
from cxsim.results.answer import BELIEVE
from cxsim.results.facts import Facts
from cxsim.results.wording import listed, number_word, shown

QUESTION: Final = label("Question")
# The word of each part, and the label of its sentence in the answer.
PARTS: Final = (
    (label("Answer"), "The answer"),
    (label("How sure"), "How surely, in the model"),
    (label("Cost"), "Money"),
    (label("Why"), "Why it wins"),
    (label("What would make it wrong"), "What would make it wrong"),
)
MOST_NAMED: Final = 5


def story_of(prose: Prose, facts: Facts) -> Story:
    """Regroup the sentences of an answer.

    Parameters
    ----------
    prose : Prose
        The answer, taken apart.
    facts : Facts
        They say what a part that has no sentence lacks.

    Returns
    -------
    Story
        Without the parts that have nothing to say where only one policy was run.
    """
    said = {one.label.rstrip("."): one for one in prose.sentences}
    doubtful = bool(prose.sentences) and prose.sentences[0].label.rstrip(".") == BELIEVE
    parts = [Said(QUESTION, prose.question or _question(facts))]
    for word, name in PARTS:
        text = said[name].text if name in said else _lacking(word, facts)
        parts.append(Said(word, text))
    used = {name for _, name in PARTS} | ({BELIEVE} if doubtful else set())
    return Story(
        parts=tuple(part for part in parts if part.text),
        more=tuple(one for name, one in said.items() if name not in used),
        warning=said[BELIEVE] if doubtful else None,
    )


def _question(facts: Facts) -> str:
    """Ask what the policies answer, where the scenario asks nothing."""
    if not facts.others:
        return ""
    names = [shown(name) for name in facts.others[:MOST_NAMED]]
    more = len(facts.others) - MOST_NAMED
    names += [f"{number_word(more)} more"] if more > 0 else []
    if len(names) == 1:
        return f"Is {names[0]} better than {facts.reference} on {CATALOG[facts.headline].title}?"
    return f"Which is best on {CATALOG[facts.headline].title}: {listed(names)}, or {facts.reference}?"


def _lacking(word: str, facts: Facts) -> str:
    """Say why a part has no sentence."""
    if not facts.others or word == "Answer":
        return ""
    if facts.winner is None and word in {"How sure", "Cost", "Why"}:
        return "Not said: no policy can be told to be better than the one that changes nothing."
    return {
        "Cost": "Not said: no money was counted in this scenario.",
        "Why": "Not said: reasons are counted where customers can leave, for the share of them who stay.",
    }.get(word, "")
