"""Texts for programs that break lines themselves: how large they may be, and what is left where they are cut."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from cxsim.charts.text import ELLIPSIS, Fitted, fitted
from cxsim.report.cells import clean

FITS: Final = 0.92  # of a box that its text may take: letters differ from machine to machine
# Between a number and its unit ("5 %", "22 s") and inside a number ("19 000") no line may end.
_TOGETHER: Final = re.compile(r"(?<=\d) (?=(?:%|s|min|h|d|\d{3})(?!\w))")
NO_BREAK: Final = "\N{NO-BREAK SPACE}"


class Label(NamedTuple):
    """A text on one line that fits its box once it is broken: its size in points, its height in inches."""

    text: str
    size: float
    height: float


def label(text: str, width: float, height: float, size: float, weight: str = "normal") -> Label:
    """Fit a text into a box: smaller where it must be, and cut with an ellipsis only at the last.

    Parameters
    ----------
    text : str
    width, height : float
        Of the box, in inches.
    size : float
        Wanted, in points.
    weight : str
        As matplotlib names it.
    """
    return _of(text, fitted(text, FITS * width, height, size, weight))


def labels_alike(texts: Sequence[str], width: float, height: float, size: float, weight: str = "normal") -> list[Label]:
    """Fit several texts into boxes of one size, all in the letters that the longest of them needs."""
    common = min(fitted(text, FITS * width, height, size, weight).size for text in texts)
    return [label(text, width, height, common, weight) for text in texts]


def _of(text: str, fit: Fitted) -> Label:
    words = clean(text)
    kept = re.sub(r"\s", "", fit.text)
    if kept.endswith(ELLIPSIS) and len(kept) - 1 < len(re.sub(r"\s", "", words)):
        words = f"{_first(words, len(kept) - 1)}{ELLIPSIS}"
    return Label(_TOGETHER.sub(NO_BREAK, words), fit.size, fit.height)


def _first(text: str, count: int) -> str:
    """Return a text up to its so many-th letter that is no space."""
    for place, letter in enumerate(text):
        count -= not letter.isspace()
        if count < 0:
            return text[:place].rstrip()
    return text
