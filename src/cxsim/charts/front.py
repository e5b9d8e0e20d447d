"""What money can buy: candidates by cost and gain, those that no other one beats, and the budget."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from cxsim.charts.axes import axis_words, base_font, figure_width, inches, say_what, strip
from cxsim.charts.style import INK, PALETTE, PAPER, QUIET, REFERENCE_COLOR, SMALL, SOFT_INK, TIE
from cxsim.charts.tables import checked, scale_of
from cxsim.charts.text import ELLIPSIS, LINE, POINTS_PER_INCH, SHRINK_STEPS, literal, number, plain, width_of, wrapped

KINDS: Final = ("tried", "finalist", "best", "reference")
PAD: Final = 0.07
SMALLEST: Final = 0.55  # of the ordinary marker, for the least of the third measure
LARGEST: Final = 1.3
BETWEEN: Final = 0.3  # lines between two names of the key
NAMES: Final = 0.32  # of the figure's width that the key may take
THOUSANDS: Final = 20_000.0


class Point(NamedTuple):
    """A candidate, in the units that are drawn."""

    name: str
    kind: str
    cost: float
    gain: float
    low: float
    high: float
    third: float


def front(
    table: pd.DataFrame,
    ax: Axes,
    *,
    budget: float | None = None,
    currency: str = "",
    measure: str = "retention",
    third: str = "",
) -> Axes:
    """Draw candidates by cost and gain; letters name those that were run again on fresh luck.

    Parameters
    ----------
    table
        ``name``, ``kind`` ("tried", "finalist", "best", "reference"), ``cost``, ``gain``, ``gain_low``, ``gain_high``,
        ``third`` (NaN: not known), ``unit`` (of the gain), ``better`` (``higher`` or ``lower``). Tried ones
        need no interval.
    ax
        Drawn on; the names that letters stand for are at its right.
    budget
        Drawn as a line; None for none.
    currency
        Of the cost.
    measure, third
        What the gain is, and what size stands for, as people call it; no third: all have one size.

    Returns
    -------
    Axes
        The same.

    Raises
    ------
    ChartError
        If a column is missing.
    """
    numbers = ["cost", "gain", "gain_low", "gain_high", "third"]
    rows = checked("front", table, ["name", "kind", "unit", "better"], numbers)
    factor, unit = scale_of(str(rows["unit"].iloc[0]))
    higher = str(rows["better"].iloc[0]) != "lower"
    points = [
        Point(str(name), str(kind), float(cost), factor * gain, factor * low, factor * high, float(more))
        for name, kind, cost, gain, low, high, more in rows[["name", "kind", *numbers]].itertuples(index=False)
        if np.isfinite(cost)
    ]
    strip(ax, grid="y")
    _set_scale(ax, points, budget)
    if budget is not None:
        _draw_budget(ax, budget, currency)
    tried = [point for point in points if point.kind == "tried" and point.cost < ax.get_xlim()[1]]
    size = base_font()
    ax.plot(
        [one.cost for one in tried], [one.gain for one in tried], linestyle="none", marker="o", markersize=size * 0.35,
        markerfacecolor=PAPER, markeredgecolor=TIE, markeredgewidth=size / 16, zorder=1.8, label="tried",
    )  # fmt: skip
    named = sorted((point for point in points if point.kind != "tried"), key=lambda point: point.cost)
    _draw_step(ax, [point for point in named if np.isfinite(point.gain)], higher=higher)
    sizes = _sizes(named) if third else [1.0] * len(named)
    letters = [chr(ord("A") + place) if place < 26 else str(place) for place in range(len(named))]  # noqa: PLR2004
    for point, scale in zip(named, sizes, strict=True):
        _draw_point(ax, point, scale)
    _write_letters(ax, named, letters, tried)
    _write_key(ax, named, letters)
    money = f" {literal(currency)}" if currency else ""
    thousands = max((abs(point.cost) for point in points), default=0.0) >= THOUSANDS
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value / 1000 if thousands else value, 0)))
    suffix = " %" if unit.startswith("%") else ""
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}{suffix}"))
    axis_words(ax, f"mean cost over the horizon,{' thousand' if thousands else ''}{money}")
    what = f"{literal(measure)}, {literal(unit)}"
    told = f"{what[:1].upper()}{what[1:]}, against cost. Letters: on fresh luck, with 95 % intervals. Small: tried."
    more = _third_words(named, third) if third else ""
    say_what(ax, f"{told}{more}")
    return ax


def _third_words(points: Sequence[Point], third: str) -> str:
    known = [point.third for point in points if np.isfinite(point.third)]
    if not known or max(known) == min(known):
        return ""
    decimals = 0 if max(known) - min(known) >= 10.0 else 1  # noqa: PLR2004
    return f" Larger: {literal(third)}, {number(min(known), decimals)} to {number(max(known), decimals)}."


def _set_scale(ax: Axes, points: Sequence[Point], budget: float | None) -> None:
    costs = [point.cost for point in points]
    # A candidate far over the budget would push all others into a corner.
    most = max(costs) if budget is None else max(1.6 * budget, *(p.cost for p in points if p.kind != "tried"), 0.0)
    right = max(min(max(costs), most), budget or 0.0)
    left = min(0.0, *costs)
    pad = PAD * (right - left) or 1.0
    ax.set_xlim(left - pad, right + pad)
    seen = [p for p in points if p.cost <= right + pad]
    gains = [value for p in seen for value in (p.gain, p.low, p.high) if np.isfinite(value)] or [0.0]
    high = PAD * (max(gains) - min(gains)) or 1.0
    ax.set_ylim(min(gains) - high, max(gains) + high)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
    ax.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))


def _draw_budget(ax: Axes, budget: float, currency: str) -> None:
    size = base_font()
    ax.axvline(budget, color=SOFT_INK, linewidth=size / 10, linestyle=(0, (4, 3)), zorder=1.2)
    words = f"budget {number(budget, 0)} {literal(currency)}".strip()
    ax.annotate(
        words, (budget, 1.0), xycoords=ax.get_xaxis_transform(), xytext=(-size * 0.4, size * 0.2),
        textcoords="offset points", ha="right", va="bottom", **plain(fontsize=size * SMALL, color=SOFT_INK),
    )  # fmt: skip


def _draw_step(ax: Axes, points: Sequence[Point], *, higher: bool) -> None:
    """Join those that are not beaten on cost and gain: what each amount can buy."""
    line: list[Point] = []
    for point in points:
        if not line or (point.gain > line[-1].gain if higher else point.gain < line[-1].gain):
            line.append(point)
    costs, gains = [point.cost for point in line], [point.gain for point in line]
    ax.step(costs, gains, where="post", color=PALETTE[0], linewidth=base_font() / 9, alpha=0.5, zorder=1.6)


def _sizes(points: Sequence[Point]) -> list[float]:
    known = [point.third for point in points if np.isfinite(point.third)]
    if not known or max(known) == min(known):
        return [1.0] * len(points)
    spread = max(known) - min(known)
    return [
        SMALLEST + (LARGEST - SMALLEST) * (point.third - min(known)) / spread if np.isfinite(point.third) else SMALLEST
        for point in points
    ]


def _draw_point(ax: Axes, point: Point, scale: float) -> None:
    unit = base_font()
    color = {"best": PALETTE[3], "reference": REFERENCE_COLOR}.get(point.kind, PALETTE[0])
    marker = {"best": "D", "reference": "s"}.get(point.kind, "o")
    if np.isfinite(point.low) and np.isfinite(point.high):
        ax.plot([point.cost] * 2, [point.low, point.high], color=color, linewidth=unit / 7, alpha=0.7, zorder=2)
    ax.plot(
        [point.cost], [point.gain], linestyle="none", marker=marker, markersize=unit * 0.75 * scale,
        markerfacecolor=PAPER if point.kind == "reference" else color, markeredgecolor=color, markeredgewidth=unit / 9,
        zorder=3 if point.kind == "finalist" else 3.5, label=point.name,
    )  # fmt: skip


def _write_letters(ax: Axes, points: Sequence[Point], letters: Sequence[str], tried: Sequence[Point]) -> None:
    """Write a letter beside each point, where it meets no other letter and no point."""
    size = base_font() * SMALL
    per_point = (ax.get_figure(root=True).dpi if ax.get_figure(root=True) else 100.0) / POINTS_PER_INCH  # type: ignore[union-attr]
    reach = size * per_point
    marks = [tuple(map(float, ax.transData.transform((point.cost, point.gain)))) for point in points]
    small = [tuple(map(float, ax.transData.transform((point.cost, point.gain)))) for point in tried]
    taken: list[tuple[float, float]] = []
    for (x, y), letter in zip(marks, letters, strict=True):
        places = [
            (x + radius * reach * np.cos(turn), y + radius * reach * np.sin(turn))
            for radius in (1.2, 1.8, 2.5, 3.3, 4.2)
            for turn in np.radians([45, 135, 0, 180, 315, 225, 90, 270])
        ]
        free = [place for place in places if _is_free(place, marks, taken, reach)] or places[:1]
        free_of_all = [place for place in free[:8] if _is_free(place, small, taken, reach)]
        best = (free_of_all or free)[0]
        taken.append(best)
        ax.annotate(
            letter, (x, y), xycoords="figure pixels", xytext=((best[0] - x) / per_point, (best[1] - y) / per_point),
            textcoords="offset points", ha="center", va="center_baseline", zorder=4,
            **plain(fontsize=size, color=INK, fontweight="bold", annotation_clip=False),
        )  # fmt: skip


def _is_free(
    place: tuple[float, float],
    marks: Sequence[tuple[float, ...]],
    taken: Sequence[tuple[float, float]],
    reach: float,
) -> bool:
    clear_of_marks = all(np.hypot(place[0] - x, place[1] - y) > 0.8 * reach for x, y in marks)
    return clear_of_marks and all(np.hypot(place[0] - x, place[1] - y) > 1.1 * reach for x, y in taken)


def _write_key(ax: Axes, points: Sequence[Point], letters: Sequence[str]) -> None:
    """Say at the right what the letters stand for, in the order of cost, as large as there is room for all."""
    width, height = inches(ax)
    words = [f"{point.name} (best)" if point.kind == "best" else point.name for point in points]
    weights = ["bold" if point.kind == "best" else "normal" for point in points]
    room = figure_width(ax) * NAMES
    for step in SHRINK_STEPS:
        size = base_font() * SMALL * step
        em = size / POINTS_PER_INCH
        texts = [wrapped(word, room, size, weight) for word, weight in zip(words, weights, strict=True)]
        lines = int(height / (LINE * em) - BETWEEN * len(texts))
        if sum(text.count("\n") + 1 for text in texts) <= lines:
            break
    else:
        texts = _cut(texts, lines)
    tall = [(text.count("\n") + 1 + BETWEEN) * LINE * em for text in texts]
    letter_width = max(width_of(letter, size, "bold") for letter in letters) + 0.6 * em
    left, top = 1.0 + 1.2 * em / width, height
    for point, letter, text, weight, high in zip(points, letters, texts, weights, tall, strict=True):
        style = plain(transform=ax.transAxes, va="top", linespacing=LINE, clip_on=False, fontsize=size)
        color = QUIET if point.kind == "reference" else INK
        ax.text(left, top / height, letter, fontweight="bold", color=INK, **style)
        ax.text(left + letter_width / width, top / height, text, fontweight=weight, color=color, **style)
        top -= high


def _cut(texts: Sequence[str], lines: int) -> list[str]:
    """Cut the longest names, line by line, until there is room for all; what each does stands in the table."""
    found = [text.split("\n") for text in texts]
    while sum(map(len, found)) > max(lines, len(found)):
        longest = max(found, key=len)
        del longest[-1]
        longest[-1] = f"{longest[-1].rstrip(' …')}{ELLIPSIS}"
    return ["\n".join(text) for text in found]
