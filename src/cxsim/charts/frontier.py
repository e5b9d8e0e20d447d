"""Cost against what it buys: the policies, and those that no other one beats on both."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from cxsim.charts.axes import axis_words, base_font, inches, say_what, strip
from cxsim.charts.ends import End, name_ends
from cxsim.charts.style import PALETTE, PAPER, RULE, Look, looks
from cxsim.charts.tables import checked, one_row_each, scale_of
from cxsim.charts.text import POINTS_PER_INCH, decimals_for, literal, number
from cxsim.charts.words import label, said

INTERVAL: Final = label("95 % intervals of the means over replications")
PAD: Final = 0.07
THOUSANDS: Final = 20_000.0
MOST: Final = 12  # policies that can be named


class Point(NamedTuple):
    """A policy, in the units that are drawn."""

    policy: str
    cost: float
    cost_low: float
    cost_high: float
    value: float
    low: float
    high: float
    on_front: bool


def frontier(
    table: pd.DataFrame,
    ax: Axes,
    *,
    reference: str = "as-is",
    measure: str = "retention",
    currency: str = "",
    interval: str = INTERVAL,
) -> Axes:
    """Draw each policy by cost and by what it reaches, and the line of those that no cheaper one beats.

    Parameters
    ----------
    table
        ``policy``, ``cost``, ``cost_low``, ``cost_high``, ``value``, ``value_low``, ``value_high``, ``on_front`` (1 or
        0), ``unit`` (of the value), ``better`` (``higher`` or ``lower``). Shares are drawn in per cent.
    ax
        Drawn on; policies are named at its right.
    reference
        Drawn open and grey.
    measure
        What is reached, as people call it.
    currency
        Of the cost.
    interval
        What the bars are.

    Returns
    -------
    Axes
        The same.

    Raises
    ------
    ChartError
        If a column is missing or a policy comes twice.
    """
    numbers = ["cost", "cost_low", "cost_high", "value", "value_low", "value_high"]
    rows = checked("frontier", table, ["policy", "unit", "better"], [*numbers, "on_front"])
    one_row_each("frontier", rows, ["policy"])
    look = looks(rows["policy"], reference)
    factor, unit = scale_of(str(rows["unit"].iloc[0]))
    higher = str(rows["better"].iloc[0]) != "lower"
    rows[numbers[3:]] *= factor
    points = [
        Point(str(policy), cost, cost_low, cost_high, value, low, high, bool(on))
        for policy, (cost, cost_low, cost_high, value, low, high, on) in zip(
            rows["policy"], rows[[*numbers, "on_front"]].to_numpy(np.float64).tolist(), strict=True
        )
    ]
    chosen = _chosen(points, reference, higher=higher)
    strip(ax, grid="y")
    _set_scale(ax, chosen)
    _draw_front(ax, [point for point in chosen if point.on_front])
    for point in chosen:
        _draw_point(ax, point, look[point.policy], is_reference=point.policy == reference)
    thousands = max(abs(point.cost) for point in chosen) >= THOUSANDS
    ax.xaxis.set_major_formatter(FuncFormatter(lambda cost, _: number(cost / 1000 if thousands else cost, 0)))
    suffix = " %" if unit.startswith("%") else ""
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{number(value, _places(ax))}{suffix}"))
    money = f" {literal(currency)}" if currency else ""
    counted = f"{said('thousand')}{money}" if thousands else money.strip()
    cost = said("cost above {reference} until the end", reference=literal(reference))
    axis_words(ax, f"{cost}, {counted}" if counted else cost)
    decimals = decimals_for([point.value for point in chosen])
    ends = [
        End(
            one.policy,
            f"{number(one.value, decimals)}{suffix}",
            one.cost,
            one.value,
            look[one.policy].color,
            look[one.policy].marker,
            hollow=one.policy == reference,
        )
        for one in chosen
    ]
    name_ends(ax, ends)
    say_what(ax, _words(points, chosen, f"{literal(said(measure))}, {literal(said(unit))}", interval))
    return ax


def _chosen(points: list[Point], reference: str, *, higher: bool) -> list[Point]:
    """Choose what is drawn: the reference, the front, then the best of the others."""
    sign = 1.0 if higher else -1.0
    ranked = sorted(points, key=lambda one: (one.policy != reference, not one.on_front, -sign * one.value))
    kept = {point.policy for point in ranked[:MOST]}
    return [point for point in points if point.policy in kept]


def _words(points: list[Point], chosen: list[Point], what: str, interval: str) -> str:
    told = [said("{measure}, against cost.", measure=f"{what[:1].upper()}{what[1:]}")]
    told.append(said("Line: the front; no cheaper policy does better on average."))
    if any(np.isfinite(point.low) for point in chosen):
        told.append(said("Bars: {interval}.", interval=said(interval)))
    if len(chosen) < len(points):
        told.append(
            said("The front and the best of the others: {chosen} of {all}.", chosen=len(chosen), all=len(points))
        )
    return " ".join(told)


def _set_scale(ax: Axes, points: list[Point]) -> None:
    for ends, put in (
        ([value for one in points for value in (one.cost, one.cost_low, one.cost_high)], ax.set_xlim),
        ([value for one in points for value in (one.value, one.low, one.high)], ax.set_ylim),
    ):
        known = [value for value in ends if np.isfinite(value)]
        low, high = min(known), max(known)
        pad = PAD * (high - low) or max(0.05 * abs(high), 1.0)
        put(low - pad, high + pad)
    ticks = max(3, min(7, int(inches(ax)[0] * POINTS_PER_INCH / base_font() / 5.0)))
    ax.xaxis.set_major_locator(MaxNLocator(nbins=ticks, steps=[1, 2, 5, 10]))
    ax.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
    low, high = ax.get_xlim()
    if low < 0.0 < high:
        ax.axvline(0.0, color=RULE, linewidth=base_font() / 12, zorder=1)


def _places(ax: Axes) -> int:
    """Say how many decimals the ticks of the vertical axis need."""
    low, high = ax.get_ylim()
    return 0 if high - low >= 4.0 else 1 if high - low >= 0.4 else 2  # noqa: PLR2004 -- ticks lie a fifth of it apart


def _draw_front(ax: Axes, points: list[Point]) -> None:
    """Join the front by steps: between two of its policies money buys nothing more."""
    line = sorted(points, key=lambda point: point.cost)
    ax.step(
        [point.cost for point in line], [point.value for point in line], where="post", color=PALETTE[0],
        linewidth=base_font() / 8, alpha=0.5, zorder=1.6, label="front",
    )  # fmt: skip


def _draw_point(ax: Axes, point: Point, look: Look, *, is_reference: bool) -> None:
    unit = base_font()
    style: dict[str, Any] = {"color": look.color, "linewidth": unit / 8, "alpha": 0.8, "zorder": 2.0}
    if np.isfinite(point.low) and np.isfinite(point.high):
        ax.plot([point.cost, point.cost], [point.low, point.high], **style)
    if np.isfinite(point.cost_low) and np.isfinite(point.cost_high):
        ax.plot([point.cost_low, point.cost_high], [point.value, point.value], **style)
    ax.plot(
        [point.cost], [point.value], linestyle="none", marker=look.marker, markersize=unit * 0.8,
        markerfacecolor=PAPER if is_reference else look.color, markeredgecolor=look.color, markeredgewidth=unit / 8,
        label=point.policy, zorder=3,
    )  # fmt: skip
