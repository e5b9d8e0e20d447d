"""The answer in sentences: generated from the tables, right also when the result is the opposite, a tie or nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from cxsim.measures.catalog import CATALOG
from cxsim.results import belief, consequences, grounds
from cxsim.results import sentences as parts
from cxsim.results.collect import collect
from cxsim.results.facts import Facts
from cxsim.results.findings import Findings
from cxsim.results.provenance import provenance
from cxsim.results.standing import records_of
from cxsim.results.wording import PER_100, fixed, listed, places_for, quantity, shown


class Sentence(NamedTuple):
    """A sentence of the answer, with the words in front of it."""

    label: str
    text: str


ORDER: Final[tuple[tuple[str, Callable[[Findings], str]], ...]] = (
    ("The answer", parts.verdict),
    ("How surely, in the model", parts.how_surely),
    ("Recommendation", consequences.recommendation),
    ("Money", consequences.costs_and_earns),
    ("Why it wins", grounds.why_it_wins),
    ("For whom, and for whom not", grounds.for_whom),
    ("What else, and what does not work", parts.what_does_not_work),
    ("Against the rivals", grounds.against_rivals),
    ("Why believe the model", belief.why_believe),
    ("What would make it wrong", belief.what_would_make_it_wrong),
)
BELIEVE: Final = "Why believe the model"


def answer(facts: Facts, command: str = "") -> str:
    """Return the answer as Markdown.

    Parameters
    ----------
    facts : Facts
    command : str
        The command that made it; empty from Python.
    """
    return written(collect(facts, command))


def written(findings: Findings) -> str:
    """Return the answer as Markdown: the question, the sentences, what is not said, and what made it."""
    question = findings.setting.question
    lines = [f"**Question.** {question}"] if question else []
    lines += [f"{number}. **{label}.** {text}" for number, (label, text) in enumerate(said(findings), start=1)]
    missing = not_said(findings)
    lines += [f"**Not said here:** {missing}"] if missing else []
    lines.append(provenance(findings))
    return "\n\n".join(lines) + "\n"


def sentences(facts: Facts, command: str = "") -> list[str]:
    """Return the sentences of the answer, most important first."""
    return [sentence.text for sentence in said(collect(facts, command))]


def said(findings: Findings) -> list[Sentence]:
    """Return the sentences whose facts exist; the one about our own records first, where they are not met."""
    found = [Sentence(label, write(findings)) for label, write in ORDER]
    if findings.doubtful:
        found.sort(key=lambda sentence: sentence.label != BELIEVE)
    return [sentence for sentence in found if sentence.text]


def not_said(findings: Findings) -> str:
    """Name what was left out because it was not written, and what would add it; worlds have their own sentence."""
    if not findings.others:
        return ""
    texts = []
    if not findings.records:
        known = f"write what you know under `{findings.setting.firm}: known:`"
        texts.append(f"how near the model comes to our own figures ({known})")
    if findings.winner is not None and findings.headline == "retention" and not findings.why:
        texts.append("why it wins (no reasons were counted)")
    return f"{listed(texts)}." if texts else ""


def misses_records(facts: Facts) -> bool:
    """Tell whether the model misses a figure of our own (`Findings.conditional`): titles then say it with an "if"."""
    return not all(record.met for record in records_of(facts))


def finding(facts: Facts) -> str:
    """Return the answer as one short sentence, for titles; conditional where a record of our own is missed."""
    if not misses_records(facts):
        return _finding(facts, ("beats", "keeps", "is best"))
    said = _finding(facts, ("would beat", "would keep", "would be best"))
    # A policy's name keeps its capital.
    begin = said[:1].lower() if facts.winner is None and not said[:2].isupper() else said[:1]
    return f"{parts.IF_RIGHT}{begin}{said[1:]}"


def _finding(facts: Facts, verbs: tuple[str, str, str]) -> str:
    beats, keeps, is_best = verbs
    best = facts.winner
    title = CATALOG[facts.headline].title
    row = facts.row(facts.headline, facts.reference if best is None else best)
    if facts.others and best is None:
        return f"Nothing here {beats} changing nothing"
    if row is None:
        return title
    if best is None:
        return f"{title[:1].upper()}{title[1:]}: {quantity(row.mean, row.unit)}"
    if facts.headline == "retention":
        kept = PER_100 * row.difference
        more = f"{fixed(kept, places_for(kept))} more of every 100 customers than {facts.reference}"
        return f"{shown(best)} {keeps} {more}"
    value, base = (quantity(one, row.unit, abs(row.difference)) for one in (row.mean, row.reference))
    return f"{shown(best)} {is_best} on {title}: {value}, {facts.reference} {base}"
