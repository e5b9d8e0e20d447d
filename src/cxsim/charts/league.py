"""The policies in order, each with its mean on one measure: who leads, and by how little."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from cxsim.charts.axes import Figures, axis_words, base_font, name_rows, print_beside, say_what, strip
from cxsim.charts.style import GRID, PAPER, REFERENCE_COLOR, Look, looks
from cxsim.charts.tables import checked, one_row_each, scale_of
from cxsim.charts.text import decimals_for, literal, number
from cxsim.charts.words import label, said

PAD: Final = 0.08
INTERVAL: Final = label("95 % interval of the mean over replications")


class Place(NamedTuple):
    """One policy's mean and interval, in the unit that is drawn."""

    policy: str
    mean: float
    low: float
    high: float


def league(
    table: pd.DataFrame,
    ax: Axes,
    *,
    reference: str = "as-is",
    measure: str = "retention",
    interval: str = INTERVAL,
) -> Axes:
    """Draw one row for each policy, best first, with the reference marked among them and as a dashed line.

    Parameters
    ----------
    table
        ``policy``, ``mean``, ``ci_low``, ``ci_high``, ``unit``, ``better`` (``higher`` or ``lower``) of one measure,
        firm and segment, as in comparison.csv. Shares are drawn in per cent. Not-a-number in an interval: none there.
    ax
        Drawn on; names stand at its left, figures at its right.
    reference
        The policy that changes nothing.
    measure
        What is drawn, as people call it.
    interval
        What the intervals are.

    Returns
    -------
    Axes
        The same.

    Raises
    ------
    ChartError
        If a column is missing or a policy comes twice.
    """
    rows = checked("league", table, ["policy", "unit", "better"], ["mean", "ci_low", "ci_high"])
    one_row_each("league", rows, ["policy"])
    look = looks(rows["policy"], reference)
    factor, unit = scale_of(str(rows["unit"].iloc[0]))
    places = _ranked(rows, factor, higher=str(rows["better"].iloc[0]) != "lower")
    strip(ax, grid="x")
    name_rows(ax, [place.policy for place in places])
    _set_scale(ax, places)
    for row, place in enumerate(places):
        if place.policy == reference:
            ax.axhspan(row - 0.5, row + 0.5, color=GRID, linewidth=0, zorder=0.4, alpha=0.55)
            ax.axvline(place.mean, color=REFERENCE_COLOR, linewidth=base_font() / 10, linestyle=(0, (4, 3)), zorder=1.5)
        _draw_row(ax, row, place, look[place.policy], is_reference=place.policy == reference)
    decimals = _decimals(places)
    print_beside(ax, [Figures(number(one.mean, decimals), _interval(one, decimals)) for one in places])
    if unit.startswith("%"):
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g} %"))
    else:
        axis_words(ax, literal(said(unit)))
    named = _capital(literal(said(measure)))
    told = [said("{measure}, {unit}; best first.", measure=named, unit=literal(said(unit)))]
    if any(np.isfinite(place.low) for place in places):
        told.append(said("Bars: {interval}.", interval=said(interval)))
    if reference in look and len(places) > 1:
        told.append(said("Grey row and dashed line: {reference}.", reference=literal(reference)))
    say_what(ax, " ".join(told))
    return ax


def _ranked(rows: pd.DataFrame, factor: float, *, higher: bool) -> list[Place]:
    ordered = rows.sort_values("mean", ascending=not higher, kind="stable", na_position="last")
    numbers = ordered[["mean", "ci_low", "ci_high"]].to_numpy() * factor
    return [Place(str(policy), *map(float, values)) for policy, values in zip(ordered["policy"], numbers, strict=True)]


def _set_scale(ax: Axes, places: list[Place]) -> None:
    known = [value for place in places for value in place[1:] if np.isfinite(value)] or [0.0]
    low, high = min(known), max(known)
    pad = PAD * (high - low) or max(0.05 * abs(high), 1.0)
    ax.set_xlim(low - pad, high + pad)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))


def _draw_row(ax: Axes, row: int, place: Place, look: Look, *, is_reference: bool) -> None:
    unit = base_font()
    if np.isfinite(place.low) and np.isfinite(place.high):
        span = [place.low, place.high]
        ax.plot(span, [row, row], color=look.color, linewidth=unit / 5, solid_capstyle="butt", zorder=2)
    ax.plot(
        [place.mean],
        [row],
        linestyle="none",
        marker=look.marker,
        markersize=unit * 0.75,
        markerfacecolor=PAPER if is_reference else look.color,
        markeredgecolor=look.color,
        markeredgewidth=unit / 8,
        label=place.policy,
        zorder=3,
    )


def _decimals(places: list[Place]) -> int:
    """Say how many decimals tell the policies apart: by their size, or more where they lie close together."""
    means = [place.mean for place in places if np.isfinite(place.mean)]
    decimals = decimals_for(means)
    if decimals == 0 or len(means) < 2:  # noqa: PLR2004 -- two can lie apart
        return decimals
    return max(decimals, decimals_for([max(means) - min(means)]))


def _interval(place: Place, decimals: int) -> str:
    if not (np.isfinite(place.low) and np.isfinite(place.high)):
        return said("no interval")
    return said("{low} to {high}", low=number(place.low, decimals), high=number(place.high, decimals))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
