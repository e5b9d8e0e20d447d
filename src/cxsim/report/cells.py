"""Text as a cell, a slide or a file of either takes it: no control characters, nothing that a program would run."""

from __future__ import annotations

import unicodedata
from typing import Final

# What spreadsheets take for the begin of a formula, wide letters of East Asian keyboards among them.
BEGINS_A_FORMULA: Final = frozenset("=+-@＝＋－＠")
LONGEST: Final = 32_000  # characters; a cell holds 32 767
QUOTE: Final = "'"


def clean(text: str) -> str:
    """Return a text on one line, composed (NFC), without control characters and lone surrogates."""
    composed = unicodedata.normalize("NFC", str(text))
    printable = "".join(letter if _is_kept(letter) else " " for letter in composed)
    return " ".join(printable.split())


def _is_kept(letter: str) -> bool:
    """Tell whether a letter stays: those that join others do; what XML or a program trips over does not."""
    return letter.isprintable() or letter in "\u200c\u200d"


def neutral(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula, wherever it is copied: it begins with an apostrophe then.

    Parameters
    ----------
    text : str
        Whoever wrote it.
    """
    words = clean(text)[:LONGEST]
    return QUOTE + words if words[:1] in BEGINS_A_FORMULA else words
