"""The answer as it was written, taken apart for the page: question, numbered sentences, remarks, last line."""

from __future__ import annotations

import html
import re
from typing import Final, NamedTuple

QUESTION: Final = "Question."
_NUMBERED: Final = re.compile(r"\d+\.\s+(.*)", re.DOTALL)
_LABELLED: Final = re.compile(r"\*\*(.+?)\*\*\s*(.*)", re.DOTALL)
_SMALL: Final = re.compile(r"<small>(.*)</small>", re.DOTALL)
_MARKS: Final = re.compile(r"`([^`]+)`|\*\*(.+?)\*\*")
_AGAIN: Final = re.compile(r"made again by `(.+)`")


class Said(NamedTuple):
    """A sentence with the words in front of it, Markdown."""

    label: str
    text: str


class Prose(NamedTuple):
    """An answer, taken apart; texts are Markdown with code and bold letters only."""

    question: str = ""
    sentences: tuple[Said, ...] = ()
    remarks: tuple[Said, ...] = ()
    last: str = ""

    @property
    def again(self) -> str:
        """The command that makes it again, empty where none is said."""
        found = _AGAIN.search(self.last)
        return found[1] if found else ""


def parsed(markdown: str) -> Prose:
    """Take an answer apart.

    Parameters
    ----------
    markdown : str
        As `answer.md` holds it: paragraphs of which the numbered ones are its sentences.
    """
    question, last = "", ""
    sentences: list[Said] = []
    remarks: list[Said] = []
    for block in re.split(r"\n\s*\n", markdown.strip()):
        paragraph = " ".join(block.split())
        small, numbered = _SMALL.fullmatch(paragraph), _NUMBERED.fullmatch(paragraph)
        if not paragraph:
            continue
        if small:
            last = small[1]
        elif numbered:
            sentences.append(_said(numbered[1]))
        elif (one := _said(paragraph)).label == QUESTION:
            question = one.text
        else:
            remarks.append(one)
    return Prose(question, tuple(sentences), tuple(remarks), last)


def marked_up(markdown: str) -> str:
    """Return HTML: everything escaped, then code and bold letters put in."""
    parts: list[str] = []
    end = 0
    for found in _MARKS.finditer(markdown):
        parts.append(html.escape(markdown[end : found.start()]))
        inner, tag = (found[1], "code") if found[1] is not None else (found[2], "strong")
        parts.append(f"<{tag}>{html.escape(inner)}</{tag}>")
        end = found.end()
    return "".join([*parts, html.escape(markdown[end:])])


def _said(paragraph: str) -> Said:
    found = _LABELLED.fullmatch(paragraph)
    return Said(found[1], found[2]) if found else Said("", paragraph)
