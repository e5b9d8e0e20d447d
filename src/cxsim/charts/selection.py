"""How long each candidate stayed in a choice: who left after how many replications, and who was chosen."""

from __future__ import annotations

from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from cxsim.charts.axes import Figures, axis_words, base_font, name_rows, print_beside, say_what, strip
from cxsim.charts.style import PALETTE, PAPER, REFERENCE_COLOR
from cxsim.charts.tables import ChartError, checked, one_row_each
from cxsim.charts.text import literal

CHOSEN: Final = "chosen"
LEFT: Final = "eliminated"
STAYED: Final = "stayed"
STATES: Final = (CHOSEN, LEFT, STAYED)
ROOM: Final = 1.05  # of the longest row


def selection(table: pd.DataFrame, ax: Axes, *, chance: str = "") -> Axes:
    """Draw a row for each candidate as long as its replications, the longest at the top.

    Parameters
    ----------
    table
        ``policy``, ``replications``, ``state``: "chosen", "eliminated" or "stayed" (until the end, without being
        chosen).
    ax
        Drawn on; names stand at its left, figures at its right.
    chance
        What is promised, in a few words; said above.

    Returns
    -------
    Axes
        The same.

    Raises
    ------
    ChartError
        If a column is missing, a policy comes twice or a state is not known.
    """
    rows = checked("selection", table, ["policy", "state"], ["replications"])
    one_row_each("selection", rows, ["policy"])
    unknown = sorted(set(rows["state"]) - set(STATES))
    if unknown:
        message = f"selection: state `{unknown[0]}`; allowed are {', '.join(STATES)}; name one of these"
        raise ChartError(message)
    order = rows["state"].map(STATES.index)
    rows = rows.assign(order=order).sort_values(["replications", "order"], ascending=[False, True], kind="stable")
    strip(ax, grid="x")
    ax.set_xlim(0.0, max(1.0, float(rows["replications"].max())) * ROOM)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10], integer=True))
    name_rows(ax, [str(name) for name in rows["policy"]])
    for place, (count, state) in enumerate(zip(rows["replications"], rows["state"], strict=True)):
        _row(ax, place, float(count), str(state))
    print_beside(
        ax,
        [
            Figures(f"{count:.0f}", state, quiet=state == LEFT)
            for count, state in zip(rows["replications"], rows["state"], strict=True)
        ],
    )
    axis_words(ax, "replications")
    promised = f" {literal(chance)}" if chance else ""
    say_what(ax, f"Replications until each left the choice; filled: chosen, cross: eliminated.{promised}")
    return ax


def _row(ax: Axes, place: int, count: float, state: str) -> None:
    unit = base_font()
    color = PALETTE[0] if state == CHOSEN else REFERENCE_COLOR
    ax.plot(
        [0.0, count], [place, place], color=color, linewidth=unit / (3 if state == CHOSEN else 8), zorder=2,
        solid_capstyle="butt",
    )  # fmt: skip
    ax.plot(
        [count],
        [place],
        linestyle="none",
        marker="X" if state == LEFT else "o",
        markersize=unit * 0.7,
        markeredgewidth=unit / 9,
        markeredgecolor=color,
        markerfacecolor=PAPER if state == STAYED else color,
        clip_on=False,
        zorder=3,
    )
