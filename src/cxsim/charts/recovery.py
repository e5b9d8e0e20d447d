"""The recovery funnel: from the failure to the customer who stayed; and how long answers take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cxsim.charts.axes import axis_words, base_font, inches, name_rows, say_what, strip
from cxsim.charts.bars import head_bars
from cxsim.charts.pair import below_key, looks_among, marked
from cxsim.charts.style import INK, PAPER, SMALL, Look
from cxsim.charts.tables import ChartError, checked, one_row_each
from cxsim.charts.text import POINTS_PER_INCH, decimals_for, number, plain
from cxsim.charts.wait_distribution import DAY, name_shares, name_times
from cxsim.charts.words import said

STAGE: Final = "stage"
ANSWER: Final = "answer"
ALL: Final = 100.0
MARKS: Final = 5
NARROW: Final = 34.0  # font sizes, below which the two panels stand one above the other
BAR: Final = 0.36
HEAD: Final = 1.9  # font sizes, above a panel
FOOT: Final = 2.6  # below the panel of answers
LOW: Final = 4.0  # font sizes, below which nothing can be read off a panel


def recovery(table: pd.DataFrame, ax: Axes, *, reference: str = "as-is", among: Sequence[str] = ()) -> Axes:
    """Draw a bar for each stage and policy, and beside it the share of complaints answered by a time.

    Parameters
    ----------
    table
        ``policy``; ``part``: ``stage`` (``name`` of the stage, ``value`` of every 100 journeys that failed; in order)
        or ``answer`` (``at`` days since the complaint, ``value`` per cent of the complaints answered by then).
    ax
        Divided into two panels; names of the stages stand at its left.
    reference
        This policy is grey.
    among
        All policies that were compared, so that each keeps its look.

    Returns
    -------
    Axes
        The same, with two child axes: stages, answers; where there is no room for the answers, they are left out.

    Raises
    ------
    ChartError
        If a column is missing, or two rows stand for one bar, or there are no stages.
    """
    rows = checked("recovery", table, ["policy", "part", "name"], ["at", "value"])
    stages, answers = rows[rows["part"] == STAGE], rows[rows["part"] == ANSWER]
    one_row_each("recovery", stages, ["policy", "name"])
    if stages.empty:
        raise ChartError("recovery: no rows of stages; at least one is needed; leave the chart out")
    look = looks_among(rows["policy"], reference, among)
    inner = below_key(ax, look, reference)
    inner.set_axis_off()
    em = base_font() / POINTS_PER_INCH
    width, height = inches(inner)
    names = list(dict.fromkeys(stages["name"]))
    foot, head = FOOT * em / height, HEAD * em / height
    is_narrow = width / em < NARROW
    tall = 0.4 - foot - 2.0 * head if is_narrow else 1.0 - foot - head
    has_room = tall * height >= LOW * em
    if answers.empty or not has_room:
        left, right = inner.inset_axes((0.0, 0.0, 0.94, max(1.0 - head, 0.5))), None
    elif is_narrow:
        left = inner.inset_axes((0.0, 0.4, 0.92, 0.6 - head))
        right = inner.inset_axes((0.0, foot, 1.0, tall))
    else:
        left = inner.inset_axes((0.0, 0.0, 0.5, 1.0 - head))
        right = inner.inset_axes((0.66, foot, 0.34, tall))
    _draw_stages(left, stages, names, look, reference)
    if right is not None:
        _draw_answers(right, answers, look, reference)
    words = said("Of every 100 journeys that failed: how far each came. No bands: one run.")
    left_out = said("Answer times are left out: there is no room.") if right is None and not answers.empty else ""
    say_what(ax, f"{words} {left_out}".rstrip())
    return ax


def _draw_stages(panel: Axes, stages: pd.DataFrame, names: list[str], look: dict[str, Look], reference: str) -> None:
    unit = base_font()
    strip(panel, grid="")
    name_rows(panel, [said(name) for name in names], share=0.2)
    panel.set_xticks([])
    panel.set_xlim(0.0, 1.14 * max(float(stages["value"].max()), 1e-9))
    tall = 2 * BAR / len(look)
    letters = min(unit * SMALL, 0.82 * tall * inches(panel)[1] / len(names) * POINTS_PER_INCH)
    for place, (policy, one) in enumerate(look.items()):
        own = stages[stages["policy"] == policy].set_index("name")["value"]
        for row, name in enumerate(names):
            value = float(own.get(name, np.nan))
            if not np.isfinite(value):
                continue
            at = row - BAR + tall * (place + 0.5)
            is_reference = policy == reference
            bar = panel.barh(
                at, value, tall * 0.9, color=PAPER if is_reference else one.color, label=f"{policy}: {name}"
            )
            bar[0].set(edgecolor=one.color, linewidth=unit / 10, hatch="////" if is_reference else "")
            panel.annotate(
                number(value, decimals_for([value]) if value < 10.0 else 0), (value, at),  # noqa: PLR2004 -- digits
                xytext=(unit * 0.5, 0), textcoords="offset points", va="center_baseline",
                **plain(fontsize=letters, color=INK, fontweight="normal" if is_reference else "bold"),
            )  # fmt: skip
    head_bars(panel, said("of every 100 journeys that failed"))


def _draw_answers(panel: Axes, answers: pd.DataFrame, look: dict[str, Look], reference: str) -> None:
    strip(panel, grid="y")
    panel.set_xscale("log")
    minutes = np.maximum(answers["at"] * DAY, 1.0)
    panel.set_xlim(float(minutes.min()), max(1.3 * float(minutes.max()), 20.0 * float(minutes.min())))
    panel.set_ylim(0.0, ALL)
    name_times(panel, inches(panel)[0] * POINTS_PER_INCH / base_font())
    panel.tick_params(axis="x", pad=base_font())  # clear of the 0 % beside
    name_shares(panel)
    for policy, one in look.items():
        own = answers[answers["policy"] == policy].sort_values("at")
        if own.empty:
            continue
        every = max(1, len(own) // MARKS)
        style = marked(one, is_reference=policy == reference)
        panel.plot(
            np.maximum(own["at"] * DAY, 1.0),
            own["value"],
            label=f"{policy}: answers",
            markevery=(every // 2, every),
            **style,
        )
    head_bars(panel, said("complaints answered by then"))
    axis_words(panel, said("since the complaint"))
