"""How waits are distributed at each touchpoint, and what share is answered within the target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from cxsim.charts.axes import base_font, inches, say_what, strip
from cxsim.charts.pair import below_key, looks_among, marked
from cxsim.charts.panels import Panels
from cxsim.charts.style import INK, Look
from cxsim.charts.tables import checked, one_row_each
from cxsim.charts.text import POINTS_PER_INCH, number
from cxsim.charts.words import said

SECOND: Final = 1.0 / 60.0  # minutes, as all here
TICKS: Final = (
    (SECOND, "1 s"), (10 * SECOND, "10 s"), (1.0, "1 min"), (10.0, "10 min"), (60.0, "1 h"), (1440.0, "1 d"),
    (14400.0, "10 d"), (144000.0, "100 d"),
)  # fmt: skip
COLUMNS: Final = (1.4,)
LEAST: Final = 13.0
ROWS: Final = 6  # height that a panel needs, in rows of text
MARKS: Final = 5
ALL: Final = 100.0
LABEL: Final = 1.5  # font sizes that a label on the vertical axis takes
HOUR: Final = 60.0
DAY: Final = 1440.0


def wait_distribution(table: pd.DataFrame, ax: Axes, *, reference: str = "as-is", among: Sequence[str] = ()) -> Axes:
    """Draw a panel for each touchpoint: the share of contacts still waiting, by the time they have waited.

    Parameters
    ----------
    table
        ``touchpoint``, ``policy``, ``wait`` (minutes, > 0), ``longer`` (share of all who wanted an agent whose wait was
        longer), ``target`` (minutes, not-a-number where there is none), ``within`` (share answered within it),
        ``waited`` (hours spent waiting in person, by which touchpoints are chosen where not all fit).
    ax
        Divided into panels; waits on a logarithmic axis.
    reference
        This policy is grey and dashed.
    among
        All policies that were compared, so that each keeps its look.

    Returns
    -------
    Axes
        The same, with one child axes for each panel.

    Raises
    ------
    ChartError
        If a column is missing, or two rows stand for one point.
    """
    numbers = ["wait", "longer", "target", "within", "waited"]
    rows = checked("wait_distribution", table, ["touchpoint", "policy"], numbers)
    one_row_each("wait_distribution", rows, ["touchpoint", "policy", "wait"])
    look = looks_among(rows["policy"], reference, among)
    inner = below_key(ax, look, reference)
    inner.set_axis_off()
    panels = Panels.for_axes(inner, COLUMNS, least=LEAST)
    total = rows.groupby("touchpoint", sort=False)["waited"].max()
    most = panels.most(inner, ROWS)
    kept = set(total.sort_values(ascending=False, kind="stable").index[:most])
    chosen = [name for name in total.index if name in kept]
    for place, touchpoint in enumerate(chosen):
        panel = panels.panel(inner, place, len(chosen))
        part = rows[rows["touchpoint"] == touchpoint]
        _draw_panel(panel, part, look, reference, is_first=panels.is_first(place, len(chosen)))
        panels.head(panel, _head(str(touchpoint), part, look))
    told = [
        said("Share of contacts that waited longer than the time below, of all who wanted an agent, given up or not.")
    ]
    if rows["target"].notna().any():
        told.append(said("Line: the target; share answered within it."))
    if len(total) > len(chosen):
        told.append(
            said(
                "The {chosen} touchpoints where most time is spent waiting in person, of {all}.",
                chosen=len(chosen),
                all=len(total),
            )
        )
    say_what(ax, " ".join(told))
    return ax


def _head(touchpoint: str, part: pd.DataFrame, look: dict[str, Look]) -> str:
    target = float(part["target"].iloc[0])
    if not np.isfinite(target):
        return touchpoint
    shares = part.drop_duplicates("policy").set_index("policy")["within"]
    within = [f"{number(ALL * float(shares[name]), 0)} %" for name in look if name in shares.index]
    return said(
        "{touchpoint}: {shares} within {time}", touchpoint=touchpoint, shares=", ".join(within), time=_time(target)
    )


def _draw_panel(panel: Axes, part: pd.DataFrame, look: dict[str, Look], reference: str, *, is_first: bool) -> None:
    unit = base_font()
    strip(panel, grid="y")
    panel.set_xscale("log")
    waiting = part[part["longer"] > 0.0]
    highest = float(waiting["wait"].max()) if len(waiting) else 1.0
    low = max(SECOND, float(part["wait"].min()))
    panel.set_xlim(low, max(2.0 * highest, 20.0 * low))
    panel.set_ylim(0.0, ALL)
    name_shares(panel, shown=is_first)
    panel.tick_params(axis="x", pad=unit)  # clear of the 0 % beside
    room = inches(panel)[0] * POINTS_PER_INCH / unit
    name_times(panel, room)
    target = float(part["target"].iloc[0])
    if np.isfinite(target):
        panel.axvline(target, color=INK, linewidth=unit / 12, zorder=1.5, gid="target")
    for name, one in look.items():
        line = part[part["policy"] == name].sort_values("wait")
        if line.empty:
            continue
        style = marked(one, is_reference=name == reference)
        every = max(1, len(line) // MARKS)
        start = every // 2 if name == reference else 0
        panel.plot(
            line["wait"], ALL * line["longer"], markevery=(start, every), label=name, zorder=3, clip_on=False, **style
        )


def name_shares(panel: Axes, *, shown: bool = True) -> None:
    """Label an axis from 0 to 100 % with as many shares as fit its height."""
    room = inches(panel)[1] * POINTS_PER_INCH / base_font()
    step = next((step for step in (25.0, 50.0) if room * step / ALL > LABEL), ALL)
    panel.set_yticks(np.arange(0.0, ALL + 1.0, step))
    panel.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{share:g} %" if shown else ""))


def name_times(panel: Axes, room: float) -> None:
    """Label a logarithmic axis of minutes with seconds, minutes, hours and days, as many as fit so many font sizes."""
    low, high = panel.get_xlim()
    ticks = [(at, words) for at, words in TICKS if low <= at * 1.001 and at <= high]
    decades = np.log10(high / low)
    fewest = 4.0 * decades / max(room, 1.0)  # decades that a label needs
    kept: list[tuple[float, str]] = []
    for at, words in ticks:
        if not kept or np.log10(at / kept[-1][0]) > fewest:
            kept.append((at, words))
    panel.xaxis.set_major_locator(FixedLocator([at for at, _ in kept]))
    panel.xaxis.set_minor_locator(NullLocator())
    names = dict(kept)
    panel.xaxis.set_major_formatter(FuncFormatter(lambda at, _: names.get(at, "")))


def _time(minutes: float) -> str:
    if minutes < 1.0:
        return f"{minutes * HOUR:.3g} s"
    if minutes < HOUR:
        return f"{minutes:.3g} min"
    return f"{minutes / HOUR:.3g} h" if minutes < DAY else f"{minutes / DAY:.3g} d"
