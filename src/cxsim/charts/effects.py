"""What each factor of a study does: the mean of a measure at its values, over everything else that varies."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from cxsim.charts.axes import base_font, inches, say_what, strip
from cxsim.charts.panels import Panels
from cxsim.charts.style import INK, RULE, SMALL, TIE, Look, looks
from cxsim.charts.tables import checked, one_row_each, scale_of
from cxsim.charts.text import LINE, POINTS_PER_INCH, fitted_alike, plain

MOST_PANELS: Final = 8
KEY_SHARE: Final = 0.3
LEAST_PANEL: Final = 13.0


def effects(table: pd.DataFrame, ax: Axes, *, reference: str = "as-is", measure: str = "the measure") -> Axes:
    """Draw a panel for each factor, the strongest first, and in it a line for each policy.

    Parameters
    ----------
    table
        ``factor``, ``policy``, ``level`` (text), ``mean``, ``ci_low``, ``ci_high``, ``unit``; levels in their order. An
        interval is drawn as a whisker. Where ``told_apart`` is there and false for a factor under a policy, its means
        have no line, which would show an effect that nobody has seen; they are grey where there is one policy only.
    ax
        Divided into panels on one vertical scale.
    reference
        This policy is grey.
    measure
        What is drawn, in words.

    Returns
    -------
    Axes
        The same, with one child axes for each panel.

    Raises
    ------
    ChartError
        If a column is missing, or two rows stand for one factor, level and policy.
    """
    rows = checked("effects", table, ["factor", "policy", "level", "unit"], ["mean", "ci_low", "ci_high"])
    if "told_apart" in table.columns:
        rows["told_apart"] = table["told_apart"].to_numpy(dtype=bool)
    one_row_each("effects", rows, ["factor", "policy", "level"])
    factor_of, unit = scale_of(str(rows["unit"].iloc[0]))
    rows[["mean", "ci_low", "ci_high"]] *= factor_of
    policies = list(dict.fromkeys(rows["policy"]))
    look = looks(policies, reference)
    names = _strongest(rows)
    ax.set_axis_off()
    if len(policies) > 1:
        _key(ax, policies, look)
    panels = Panels.for_axes(ax, (0.6,), least=LEAST_PANEL)
    chosen = names[: min(MOST_PANELS, 2 * panels.in_a_row)]
    shown = rows[rows["factor"].isin(chosen)]
    low, high = _limits(shown)
    for place, name in enumerate(chosen):
        panel = panels.panel(ax, place, len(chosen))
        part = shown[shown["factor"] == name]
        _draw(panel, part, policies, look)
        panel.set_ylim(low, high)
        panel.yaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 5, 10]))
        if panels.is_first(place, len(chosen)):
            panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}".replace(",", " ")))
        else:
            panel.set_yticklabels([])
        panels.head(panel, name)
    say_what(ax, _words(shown, measure, unit, len(names)))
    return ax


def _words(rows: pd.DataFrame, measure: str, unit: str, factors: int) -> str:
    """Say what is drawn, of how many factors in all."""
    what = f"{measure[:1].upper()}{measure[1:]} ({unit})"
    words = f"{what} at each value, mean over all else that varies. Whiskers: 95 % interval over runs."
    if _level_in(rows):
        words += " Dots without a line: values that paired runs cannot tell apart."
    drawn = rows["factor"].nunique()
    return f"{words} The {drawn} strongest of {factors} factors." if factors > drawn else words


def _level_in(rows: pd.DataFrame) -> bool:
    """Tell whether a factor is among them whose levels cannot be told apart."""
    return "told_apart" in rows.columns and not rows["told_apart"].all()


def _strongest(rows: pd.DataFrame) -> list[str]:
    spans = {
        str(name): float((part.groupby("policy")["mean"].max() - part.groupby("policy")["mean"].min()).max())
        for name, part in rows.groupby("factor", sort=False)
    }
    return sorted(spans, key=lambda name: -np.nan_to_num(spans[name], nan=-1.0))


def _limits(rows: pd.DataFrame) -> tuple[float, float]:
    known = rows[["mean", "ci_low", "ci_high"]].to_numpy()
    known = known[np.isfinite(known)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    room = 0.08 * (high - low) or 0.05 * abs(high) or 1.0
    return low - room, high + room


def _draw(panel: Axes, part: pd.DataFrame, policies: list[str], look: dict[str, Look]) -> None:
    unit = base_font()
    strip(panel, grid="y")
    panel.spines["bottom"].set_visible(True)
    panel.spines["bottom"].set_color(RULE)
    levels = list(dict.fromkeys(part["level"]))
    for place, policy in enumerate(policies):
        own = part[part["policy"] == policy].set_index("level").reindex(levels)
        # Beside each other, so that whiskers of several policies can be told apart.
        x = np.arange(len(levels)) + 0.1 * (place - (len(policies) - 1) / 2)
        one = part[part["policy"] == policy]
        level = one.empty or _level_in(one)
        color = TIE if level and len(policies) == 1 else look[policy].color
        panel.vlines(x, own["ci_low"], own["ci_high"], color=color, linewidth=unit / 9, zorder=2)
        panel.plot(
            x,
            own["mean"],
            color=color,
            linestyle="none" if level else look[policy].dash,
            linewidth=unit / 8,
            marker=look[policy].marker,
            markersize=unit * 0.5,
            label=policy,
            zorder=3,
        )
    panel.set_xlim(-0.5, len(levels) - 0.5)
    panel.set_xticks(range(len(levels)), labels=[""] * len(levels))
    pitch = inches(panel)[0] / len(levels)
    words = fitted_alike(levels, pitch * 0.94, 2 * unit * LINE / POINTS_PER_INCH, unit * SMALL)
    for place, word in enumerate(words):
        panel.annotate(
            word.text,
            (place, 0.0),
            xycoords=panel.get_xaxis_transform(),
            xytext=(0, -0.5 * unit),
            textcoords="offset points",
            ha="center",
            va="top",
            **plain(fontsize=word.size, color=INK, linespacing=LINE, annotation_clip=False),
        )


def _key(ax: Axes, policies: list[str], look: dict[str, Look]) -> None:
    """Name the lines below the panels."""
    unit = base_font()
    handles = []
    for name in policies:
        own = look[name]
        handles += ax.plot([], [], color=own.color, linestyle=own.dash, marker=own.marker, markersize=unit / 2)
    ax.legend(
        handles,
        policies,
        loc="upper left",
        bbox_to_anchor=(0.0, -0.02),
        ncols=max(1, min(len(policies), int(1 / KEY_SHARE))),
        frameon=False,
        fontsize=unit * SMALL,
        labelcolor=INK,
        borderaxespad=0.0,
    )
