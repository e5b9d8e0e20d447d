"""What became of the dissatisfied: of every 100 whom a failure hurt, who spoke, who was made good, who is gone."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cxsim.charts.axes import axis_words, base_font, inches, name_rows, say_what, strip
from cxsim.charts.bars import Part, inside, key
from cxsim.charts.style import GRID, INK, PAPER, SMALL
from cxsim.charts.tables import ChartError, checked, one_row_each
from cxsim.charts.text import POINTS_PER_INCH, literal, number, plain, width_of
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
GONE: Final = Part(label("left in the end"), INK)
ALL: Final = 100.0
ROUNDING: Final = 0.5
BAR: Final = 0.5  # of a row's height; the strip of those who left lies close under it
STRIP: Final = 0.13
PLATE: Final = 1.6  # height of the plate behind a figure, in font sizes


def dissatisfied(table: pd.DataFrame, ax: Axes, *, reference: str = "as-is") -> Axes:
    """Draw a bar of 100 hurt customers for each policy, and under it a strip as long as those who left.

    Parameters
    ----------
    table
        ``policy``, ``fate``, ``per_100``: of every 100 occasions on which a failure hurt a customer. The four `FATES`
        of a policy add up to 100; `LEFT_AFTER` counts those of the complainers who left all the same and may be missing
        (then no strip is drawn). A policy whose numbers are not-a-number (nobody was hurt) gets a dash.
    ax
        Drawn on; names of the policies stand at its left.
    reference
        Taken as in every chart; nothing looks different for it here.

    Returns
    -------
    Axes
        The same.

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
    has_ends = LEFT_AFTER in wide.columns and bool(wide[LEFT_AFTER].notna().any())
    ax.set_axis_off()
    head = key(ax, [*PARTS, GONE] if has_ends else PARTS)
    panel = ax.inset_axes((0.0, 0.0, 1.0, 1.0 - head))
    strip(panel, grid="")
    name_rows(panel, policies)
    panel.set_xlim(0.0, ALL)
    panel.set_xticks([0, 25, 50, 75, 100])
    axis_words(panel, said("of every 100 times that a failure hurt a customer"))
    for row, (_, numbers) in enumerate(wide.iterrows()):
        _draw_row(panel, row, numbers, has_ends=has_ends)
    told = said("Of every 100 times that a failure hurt a customer: what the customer did, and what came of it.")
    strips = said("Black strip and figure: left, silently or after complaining.") if has_ends else ""
    say_what(ax, f"{told} {strips}".rstrip())
    return ax


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


def _draw_row(panel: Axes, row: int, numbers: pd.Series, *, has_ends: bool) -> None:
    unit = base_font()
    if np.isnan(numbers[LEFT_SILENTLY]):
        panel.text(0.0, row, said("– nobody was hurt"), **plain(va="center_baseline", color=INK, fontsize=unit * SMALL))
        return
    width, height = inches(panel)
    across = width / ALL
    rows = abs(panel.get_ylim()[0] - panel.get_ylim()[1])
    size = min(unit * SMALL, height / rows * BAR * POINTS_PER_INCH / PLATE)  # a plate must not reach into the strip
    start = 0.0
    for part in PARTS:
        share = float(numbers[part.name])
        bar = panel.barh(row - STRIP / 2, share, BAR, left=start, color=part.fill, label=f"{row}: {part.name}")
        bar[0].set(hatch=part.hatch, edgecolor=PAPER, linewidth=unit / 14)
        text = number(share, 0)
        if share * across > width_of(text, size, "bold") + 0.8 * size / POINTS_PER_INCH:
            inside(panel, (start + share / 2, row - STRIP / 2), text, part.fill, size)
        start += share
    if not has_ends or np.isnan(numbers[LEFT_AFTER]):
        return
    gone = float(numbers[LEFT_SILENTLY] + numbers[LEFT_AFTER])
    top = row - STRIP / 2 + BAR / 2 + STRIP * 0.75
    panel.barh(top, ALL, STRIP, color=GRID, linewidth=0, zorder=1)
    panel.barh(top, gone, STRIP, color=GONE.fill, linewidth=0, label=f"{row}: {GONE.name}", zorder=2)
    panel.annotate(
        said("{number} left", number=number(gone, 0)),
        (ALL, row),
        xytext=(unit * 0.6, 0),
        textcoords="offset points",
        va="center_baseline",
        **plain(fontsize=unit, fontweight="bold", color=INK, annotation_clip=False),
    )
