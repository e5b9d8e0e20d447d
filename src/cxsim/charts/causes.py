"""A Pareto chart of what goes wrong: the share of the hurt that each cause makes, and how it adds up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from cxsim.charts.axes import base_font, inches, name_rows, say_what, strip
from cxsim.charts.bars import head_bars
from cxsim.charts.pair import below_key, looks_among, marked
from cxsim.charts.style import INK, REFERENCE_COLOR, RULE, SMALL, SOFT_INK, STAYED_FILLS, Look
from cxsim.charts.tables import checked, one_row_each
from cxsim.charts.text import POINTS_PER_INCH, number, plain
from cxsim.charts.words import said

BAR: Final = 0.62
ALL: Final = 100.0
LINE_PART: Final = 0.36  # of the width, for the cumulative line


def causes(table: pd.DataFrame, ax: Axes, *, reference: str = "as-is", among: Sequence[str] = ()) -> Axes:
    """Draw a bar for each cause under the reference, a mark where the other policy leaves it, and the cumulative share.

    Parameters
    ----------
    table
        ``policy``, ``cause``, ``share``: per cent of the whole hurt under the reference, largest first.
    ax
        Divided into two panels; names of the causes stand at its left.
    reference
        Whose bars are drawn; the causes stand in its order.
    among
        All policies that were compared, so that each keeps its look.

    Returns
    -------
    Axes
        The same, with two child axes: shares, cumulative shares.

    Raises
    ------
    ChartError
        If a column is missing, or two rows stand for one cause.
    """
    rows = checked("causes", table, ["policy", "cause"], ["share"])
    one_row_each("causes", rows, ["policy", "cause"])
    look = looks_among(rows["policy"], reference, among)
    inner = below_key(ax, look, reference, STAYED_FILLS[0])
    inner.set_axis_off()
    base = rows[rows["policy"] == reference].sort_values("share", ascending=False, kind="stable")
    names, shares = list(base["cause"]), base["share"].to_numpy()
    em = base_font() / POINTS_PER_INCH
    head = 1.9 * em / inches(inner)[1]
    left = inner.inset_axes((0.0, 0.0, 1.0 - LINE_PART - 0.08, 1.0 - head))
    right = inner.inset_axes((1.0 - LINE_PART, 0.0, LINE_PART - 0.06, 1.0 - head))
    name_rows(left, [said(name) for name in names], share=0.2)
    others = {
        policy: rows[rows["policy"] == policy].set_index("cause")["share"].reindex(names)
        for policy in look
        if policy != reference
    }
    _draw_bars(left, shares, others, look)
    _draw_sum(right, shares)
    told = (
        said("Per cent of the hurt under {policy}, by journey: severity of each failure, weighed by who is blamed and "
             "whether it will happen again.", policy=reference),
        said("No bands: one run."),
    )  # fmt: skip
    say_what(ax, " ".join(told))
    return ax


def _draw_bars(panel: Axes, shares: NDArray[np.float64], others: dict[str, pd.Series], look: dict[str, Look]) -> None:
    unit = base_font()
    strip(panel, grid="x")
    highest = max([float(shares.max()), *(float(one.max()) for one in others.values())])
    panel.set_xlim(0.0, 1.16 * highest)
    panel.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))
    panel.xaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{share:g} %"))
    panel.barh(range(len(shares)), shares, BAR, color=STAYED_FILLS[0], edgecolor=REFERENCE_COLOR, linewidth=unit / 16)
    for row, share in enumerate(shares):
        beside = max([float(share), *(float(one.iloc[row]) for one in others.values() if np.isfinite(one.iloc[row]))])
        panel.annotate(
            number(float(share), 0 if share >= 10.0 else 1), (beside, row),  # noqa: PLR2004 -- digits
            xytext=(unit * 0.8, 0), textcoords="offset points", va="center_baseline",
            **plain(fontsize=unit * SMALL, color=INK, fontweight="bold"),
        )  # fmt: skip
    for policy, one in others.items():
        style = marked(look[policy], is_reference=False, line=False)
        style["markersize"] = unit * 0.62
        panel.plot(one.to_numpy(), range(len(shares)), label=policy, zorder=3, clip_on=False, **style)
    head_bars(panel, said("share of the hurt"))


def _draw_sum(panel: Axes, shares: NDArray[np.float64]) -> None:
    unit = base_font()
    strip(panel, grid="x")
    total = np.cumsum(shares)
    panel.set_xlim(0.0, ALL)
    panel.set_ylim(len(shares) - 0.5, -0.5)
    panel.set_xticks([0.0, 50.0, ALL], labels=["0", "50", "100 %"])
    panel.set_yticks([])
    panel.axvline(80.0, color=RULE, linewidth=unit / 10, linestyle=(0, (2, 2)))
    panel.plot(
        total, range(len(shares)), color=INK, linewidth=unit / 9, marker="o", markersize=unit * 0.4, clip_on=False,
        label="cumulative",
    )  # fmt: skip
    for row, value in enumerate(total):
        panel.annotate(
            number(float(value), 0), (1.0, row), xycoords=panel.get_yaxis_transform(), xytext=(unit * 2.6, 0),
            textcoords="offset points", va="center_baseline", ha="right",
            **plain(fontsize=unit * SMALL, color=SOFT_INK, annotation_clip=False),
        )  # fmt: skip
    head_bars(panel, said("added up"))
