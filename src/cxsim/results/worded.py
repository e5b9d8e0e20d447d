"""Figures of tables in the words in force; those in sentences stay as English writes them."""

from __future__ import annotations

from typing import Final

from cxsim.charts.words import in_digits, label, said

A_MONTH: Final = "% a month"
ALONE: Final = (
    label("no interval"), label("unknown"), label("over 99 %"), label("under 1 %"),
)  # fmt: skip
UNITS: Final = (label("percentage points"), label("percentage points a month"), label("a month"))
BETWEEN: Final = " to "
CERTAIN: Final = " in every run"  # of an interval without width


def figure(text: str, unit: str = "") -> str:
    """Write a figure, with its unit behind it where it has one.

    Parameters
    ----------
    text : str
        As `results.wording` writes it.
    unit : str
        English.
    """
    if text in ALONE:
        return said(text)
    for one in (unit, A_MONTH):
        if one and text.endswith(f" {one}"):
            return f"{in_digits(text.removesuffix(one))}{said(one)}"
    return in_digits(text)


def interval(text: str) -> str:
    """Write an interval that `results.wording` wrote."""
    if text.endswith(CERTAIN):
        return said("{value} in every run", value=in_digits(text.removesuffix(CERTAIN)))
    low, between, high = text.partition(BETWEEN)
    return said("{low} to {high}", low=in_digits(low), high=in_digits(high)) if between else figure(text)
