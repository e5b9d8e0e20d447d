"""What became of the dissatisfied: of every 100 whom a failure hurt, who spoke, who was made good, who is gone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cxsim.charts.axes import base_font, inches, say_what
from cxsim.charts.bars import Part
from cxsim.charts.ribbons import Span, block, ribbon, stacked
from cxsim.charts.style import INK, SMALL, SOFT_INK
from cxsim.charts.tables import ChartError, checked, one_row_each
from cxsim.charts.text import LINE, POINTS_PER_INCH, Fitted, fitted, literal, number, plain, spread, wrapped
from cxsim.charts.words import label, said

LEFT_SILENTLY: Final = label("left without a word")
NOT_MADE_GOOD: Final = label("complained, not made good")
MADE_GOOD: Final = label("complained, made good")
STAYED_SILENTLY: Final = label("said nothing and stayed")
FATES: Final = (LEFT_SILENTLY, NOT_MADE_GOOD, MADE_GOOD, STAYED_SILENTLY)
LEFT_AFTER: Final = "left after complaining"  # of those who complained, whatever the answer; not in the sum

PARTS: Final = (
    Part(LEFT_SILENTLY, "#882255"),
    Part(NOT_MADE_GOOD, "#e69f00", "///"),
    Part(MADE_GOOD, "#009e73", "..."),
    Part(STAYED_SILENTLY, "#dde3e7"),
)
HURT: Final = Part(label("hurt by a failure"), SOFT_INK)
SPOKE: Final = Part(label("complained"), "#56b4e9")
SILENT: Final = Part(label("said nothing"), "#b9c4cc")
STAYED: Final = Part(label("stayed"), "#b9c4cc")
GONE: Final = Part(label("left"), INK)
GOOD: Final = label("made good")
NOT_GOOD: Final = label("not made good")
ALL: Final = 100.0
ROUNDING: Final = 0.5
MOST: Final = 2  # policies side by side
SIDE_BY_SIDE: Final = 23.0  # font sizes that a policy needs to stand beside another one
BETWEEN: Final = 0.05  # of the width, between two policies
GAP: Final = 7.0  # between two blocks, in customers
COLUMNS: Final = (0.0, 0.27, 0.54, 0.8)  # of a policy's width
BLOCK: Final = 0.022
HEAD: Final = 2.3  # font sizes, for the name of the policy
LEAST: Final = 0.05  # customers: fewer are nobody


class _Fates(NamedTuple):
    """Customers of a policy, of every 100 hurt; `after` is not-a-number where it is not known."""

    silent_left: float
    not_good: float
    good: float
    silent_stayed: float
    after: float


def dissatisfied(table: pd.DataFrame, ax: Axes, *, reference: str = "as-is", beside: str | None = None) -> Axes:
    """Draw 100 hurt customers as bands: who complained, whom the firm made good, who stayed and who left.

    Parameters
    ----------
    table
        ``policy``, ``fate``, ``per_100``: of every 100 occasions on which a failure hurt a customer. The four `FATES`
        of a policy add up to 100; `LEFT_AFTER` counts those of the complainers who left all the same and may be missing
        (then what the complainers did in the end is left open). A policy whose numbers are not-a-number (nobody was
        hurt) is said to be so.
    ax
        Divided into one panel for each of the two policies that are drawn.
    reference
        Drawn at the left, or above.
    beside
        The other policy; by default the first that is not the reference.

    Returns
    -------
    Axes
        The same, with one child axes for each policy.

    Raises
    ------
    ChartError
        If a column is missing, a fate is unknown, a number is negative, a policy's do not add up to 100 within 0.5, or
        more left after complaining than complained.
    """
    rows = checked("dissatisfied", table, ["policy", "fate"], ["per_100"])
    one_row_each("dissatisfied", rows, ["policy", "fate"])
    policies = list(dict.fromkeys(rows["policy"]))
    wide = rows.pivot_table(
        index="policy", columns="fate", values="per_100", sort=False, dropna=False, aggfunc="first"
    ).reindex(index=policies)
    _check(wide)
    shown = _chosen(policies, reference, beside)
    ax.set_axis_off()
    for place, policy in enumerate(shown):
        panel = _panel(ax, place, len(shown))
        _name(panel, policy)
        numbers = wide.reindex(columns=[*FATES, LEFT_AFTER]).loc[[policy]].to_numpy(np.float64)[0].tolist()
        fates = _Fates(*numbers)
        if np.isnan(fates.silent_left):
            words = plain(va="center", ha="left", color=INK, fontsize=base_font() * SMALL)
            panel.text(0.0, ALL / 2.0, said("– nobody was hurt"), **words)
            continue
        _draw(panel, fates)
    say_what(ax, _words(wide.loc[shown], len(policies) - len(shown)))
    return ax


def _chosen(policies: Sequence[str], reference: str, beside: str | None) -> list[str]:
    others = [name for name in policies if name != reference]
    wanted = [beside, *others] if beside in others else others
    first = [reference] if reference in policies else []
    return [*first, *(str(name) for name in wanted)][:MOST]


def _words(wide: pd.DataFrame, left_out: int) -> str:
    words = said("Bands are as wide as their number of every 100 times that a failure hurt a customer.")
    if LEFT_AFTER in wide.columns and bool((wide[LEFT_AFTER] > 0.0).any()):
        words += f" {said('Complainers who left are counted together, made good or not.')}"
    if left_out:
        words += f" {said('Policies left out: {count}.', count=left_out)}"
    return words


def _check(wide: pd.DataFrame) -> None:
    unknown = sorted(set(wide.columns) - {*FATES, LEFT_AFTER})
    missing = [fate for fate in FATES if fate not in wide.columns]
    if unknown or missing:
        given = ", ".join([*unknown, *(f"no `{fate}`" for fate in missing)])
        raise ChartError(f"dissatisfied: fates: {given}; needed are {', '.join(FATES)}; name them so")
    for policy, numbers in wide.iterrows():
        fates = numbers[list(FATES)].to_numpy(dtype=np.float64)
        if np.isnan(fates).all():
            continue
        complained = numbers[MADE_GOOD] + numbers[NOT_MADE_GOOD]
        if np.isnan(fates).any() or (fates < 0.0).any() or abs(fates.sum() - ALL) > ROUNDING:
            raise ChartError(
                f"dissatisfied: the fates of `{literal(str(policy))}` add up to {fates.sum():.1f}; 100 is needed, "
                "none of them negative; add the one that is missing"
            )
        if numbers.get(LEFT_AFTER, 0.0) > complained + ROUNDING:
            raise ChartError(
                f"dissatisfied: under `{literal(str(policy))}` {numbers[LEFT_AFTER]:.1f} left after complaining; "
                f"at most {complained:.1f}, who did complain, is possible; count only them"
            )


def _panel(ax: Axes, place: int, panels: int) -> Axes:
    """Make room for a policy, beside the other one where there is width for both, else below it."""
    width, height = inches(ax)
    em = base_font() / POINTS_PER_INCH
    beside = (1.0 - BETWEEN) * width / panels >= SIDE_BY_SIDE * em
    columns, lines = (panels, 1) if beside else (1, panels)
    line, column = divmod(place, columns)
    each = (1.0 - BETWEEN * (columns - 1)) / columns
    tall = 1.0 / lines
    head = HEAD * em / height
    panel = ax.inset_axes((column * (each + BETWEEN), 1.0 - (line + 1) * tall, each, tall - head))
    panel.set_axis_off()
    panel.set_xlim(0.0, 1.0)
    panel.set_ylim(-0.5 * GAP, ALL + GAP)
    return panel


def _name(panel: Axes, policy: str) -> None:
    unit = base_font()
    name = fitted(policy, inches(panel)[0], 1.1 * LINE * unit / POINTS_PER_INCH, unit, "bold")
    panel.annotate(
        name.text, (0.0, 1.0), xycoords="axes fraction", xytext=(0.0, 0.45 * unit), textcoords="offset points",
        ha="left", va="bottom", **plain(fontsize=name.size, fontweight="bold", color=INK),
    )  # fmt: skip


def _draw(panel: Axes, fates: _Fates) -> None:
    spoke = fates.good + fates.not_good
    known = not np.isnan(fates.after)
    after = fates.after if known else 0.0
    top = ALL + GAP / 2.0
    hurt = Span(top - ALL, top)
    first = stacked({SPOKE.name: spoke, SILENT.name: ALL - spoke}, ALL + GAP, GAP)
    spoken, silent = first[SPOKE.name], first[SILENT.name]
    gone = fates.silent_left + after
    stay = fates.silent_stayed + (spoke - after if known else 0.0)
    last = stacked({STAYED.name: stay, GONE.name: gone}, ALL + GAP if known else silent.high, GAP)
    stayed, left = last[STAYED.name], last[GONE.name]
    _flow(panel, 0, 1, hurt.top(spoke), spoken, SPOKE)
    _flow(panel, 0, 1, hurt.bottom(silent.size), silent, SILENT)
    good, not_good = spoken.top(fates.good), spoken.bottom(fates.not_good)
    _flow(panel, 1, 2, good, good, PARTS[2])
    _flow(panel, 1, 2, not_good, not_good, PARTS[1])
    if known:
        _flow(panel, 2, 3, spoken.top(spoke - after), stayed.top(spoke - after), SPOKE)
        _flow(panel, 2, 3, spoken.bottom(after), left.top(after), PARTS[0])
    _flow(panel, 1, 3, silent.top(fates.silent_stayed), stayed.bottom(fates.silent_stayed), SILENT)
    _flow(panel, 1, 3, silent.bottom(fates.silent_left), left.bottom(fates.silent_left), PARTS[0])
    _column(panel, 0, {HURT.name: (hurt, HURT, ALL)})
    _column(panel, 1, {SPOKE.name: (spoken, SPOKE, spoke), SILENT.name: (silent, SILENT, ALL - spoke)})
    answers = {GOOD: (good, PARTS[2], fates.good), NOT_GOOD: (not_good, PARTS[1], fates.not_good)}
    _column(panel, 2, answers)
    # Behind both answers one block again: nobody counts which of the two those got who left.
    block(panel, COLUMNS[2] + BLOCK, BLOCK / 3.0, spoken, SPOKE, "answered")
    words = said("left, {count} without a word", count=_count(fates.silent_left))
    ending = words if known and after > LEAST else said(LEFT_SILENTLY)
    _column(panel, 3, {STAYED.name: (stayed, STAYED, stay), ending: (left, GONE, gone)})


def _flow(panel: Axes, begin: int, end: int, low: Span, high: Span, part: Part) -> None:
    across = COLUMNS[begin] + BLOCK, COLUMNS[end]
    ribbon(panel, across, low, high, part.fill, f"{begin} to {end}: {part.name}")


def _count(value: float) -> str:
    """Write a number of customers; few are not nobody."""
    return "<1" if LEAST < value < ROUNDING else number(value, 0)


def _column(panel: Axes, column: int, blocks: dict[str, tuple[Span, Part, float]]) -> None:
    """Draw the blocks of a column, and beside each how many and who they are."""
    there = {name: one for name, one in blocks.items() if one[2] > LEAST}
    unit = base_font()
    width, height = inches(panel)
    left = COLUMNS[column]
    following = (*COLUMNS, 1.0)[column + 1]
    room = (following - left - BLOCK) * width - 1.1 * unit / POINTS_PER_INCH
    texts = {name: Fitted(wrapped(said(name), room, unit * SMALL), unit * SMALL) for name in there}
    low, high = panel.get_ylim()
    scale = (high - low) / height  # customers in an inch
    line = LINE * unit / POINTS_PER_INCH
    tall = [(line + text.height) * scale for text in texts.values()]
    middles = spread([span.middle for span, _, _ in there.values()], tall, low, high)
    for (name, (span, part, value)), middle, size in zip(there.items(), middles, tall, strict=True):
        block(panel, left, BLOCK, span, part, f"{column}: {name}")
        x = left + BLOCK + 0.45 * unit / POINTS_PER_INCH / width
        style = plain(ha="left", va="top", color=INK, linespacing=LINE, zorder=4)
        top = middle + size / 2.0
        panel.text(x, top, _count(value), fontsize=unit, fontweight="bold", **style)
        panel.text(x, top - line * scale, texts[name].text, fontsize=texts[name].size, **style)
