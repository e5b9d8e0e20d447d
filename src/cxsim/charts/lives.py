"""The life of one customer over time, or two lives of the same person one above the other."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, Literal, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, Locator
from numpy.typing import NDArray

from cxsim.charts.axes import base_font, inches, say_what, strip
from cxsim.charts.style import GRID, INK, PALETTE, PAPER, RULE, SMALL, SOFT_INK, STAYED_FILLS
from cxsim.charts.tables import ChartError, checked
from cxsim.charts.text import POINTS_PER_INCH, literal, number, plain, width_of
from cxsim.charts.words import label, said

MONTHS: Final = (
    label("Jan"), label("Feb"), label("Mar"), label("Apr"), label("May"), label("Jun"), label("Jul"), label("Aug"),
    label("Sep"), label("Oct"), label("Nov"), label("Dec"),
)  # fmt: skip
BLUE, ORANGE, GREEN, RED = PALETTE[0], PALETTE[1], PALETTE[2], PALETTE[3]
FEELING_HEIGHT: Final = 3.6  # rows that the two lines take
MARGIN: Final = 0.7  # rows above and below the lines
GAP: Final = 1.6  # rows before each life, with the name of the policy
LETTERS: Final = 0.72  # of the height of a row, at most
KEY: Final = 0.74  # letters of the key, in ordinary ones
PARTED: Final = label("here they part")
EPOCH: Final = datetime(1970, 1, 1)
FEWEST_DAYS: Final = 45.0  # below so many days on the axis, ticks name days


Dash = Literal["-", "--"]


class Mark(NamedTuple):
    """How one kind of moment is drawn: in which row, with which marker, filled or open."""

    row: int
    marker: str
    color: str
    filled: bool
    size: float = 0.62


ROWS: Final = (
    label("customer of"), label("contacts"), label("failures"), label("complaints"), label("answers"), label("stories"),
)  # fmt: skip
WITH, CONTACTS, FAILURES, COMPLAINTS, ANSWERS, STORIES = range(6)
MARKS: Final = {
    label("solved"): Mark(CONTACTS, "|", SOFT_INK, filled=True),
    label("not solved"): Mark(CONTACTS, "x", RED, filled=True),
    label("failure"): Mark(FAILURES, "v", RED, filled=True),
    label("failure spared"): Mark(FAILURES, "v", BLUE, filled=False),
    label("complaint"): Mark(COMPLAINTS, "s", INK, filled=True, size=0.5),
    label("made good"): Mark(ANSWERS, "o", GREEN, filled=True),
    label("not made good"): Mark(ANSWERS, "o", RED, filled=False),
    label("good story heard"): Mark(STORIES, "+", BLUE, filled=True),
    label("bad story heard"): Mark(STORIES, "_", RED, filled=True),
    label("good story told"): Mark(STORIES, "^", BLUE, filled=True),
    label("bad story told"): Mark(STORIES, "v", RED, filled=False),
    label("notice"): Mark(WITH, "D", INK, filled=False, size=0.5),
    label("leaves"): Mark(WITH, "X", INK, filled=True),
}
LINES: Final[dict[str, tuple[str, Dash]]] = {label("satisfaction"): (INK, "-"), label("expectation"): (BLUE, "--")}


def lives(table: pd.DataFrame, ax: Axes, *, reference: str = "as-is", parting: str | None = None) -> Axes:
    """Draw each life as rows over time: with whom, contacts, failures, complaints, stories, and what is felt.

    Parameters
    ----------
    table
        ``policy``; ``kind``: ``with`` (from ``begin`` to ``end`` a customer of ``name``), a kind of mark (at
        ``begin``; see `MARKS`), or ``expectation`` or ``satisfaction`` (``value`` from ``begin`` to ``end``, latent
        SD). One policy or two.
    ax
        Time runs along its x axis, in days as matplotlib counts them.
    reference
        Taken as in every chart; nothing looks different for it here.
    parting
        When the lives part, as an ISO date: a line through both.

    Returns
    -------
    Axes
        The same.

    Raises
    ------
    ChartError
        If a column is missing, a kind is not known, or there are more than two policies.
    """
    rows = checked("lives", table.assign(begin=table["begin"].astype(str)), ["policy", "kind", "name"], ["value"])
    policies = list(dict.fromkeys(rows["policy"]))
    unknown = sorted(set(rows["kind"]) - {"with", *LINES, *MARKS})
    if unknown or len(policies) > 2:  # noqa: PLR2004 -- one life, or two
        given = ", ".join(unknown) or f"{len(policies)} policies"
        raise ChartError(f"lives: {given}; one policy or two, and known kinds are needed; choose other rows")
    rows["begin"], rows["end"] = (_days(table[name].to_numpy()) for name in ("begin", "end"))
    strip(ax, grid="")
    ax.set_xlim(float(rows["begin"].min()), float(rows["end"].max()))
    height = len(ROWS) + FEELING_HEIGHT
    ax.set_ylim(len(policies) * (height + GAP), 0.0)
    ax.set_yticks([])
    room = _Room.of(ax, rows)
    for place, policy in enumerate(policies):
        _draw_life(ax, rows[rows["policy"] == policy], policy, place * (height + GAP) + GAP, room)
    if parting is not None:
        _draw_parting(ax, datetime.fromisoformat(parting), room)
    _name_dates(ax)
    _draw_key(ax, set(rows["kind"]), KEY * base_font())
    felt = said("Satisfaction and expectation in standard deviations of what customers experience.")
    say_what(ax, felt if set(LINES) & set(rows["kind"]) else said("What happened, from left to right."))
    return ax


class _Room(NamedTuple):
    """What both lives share: the size of letters that fits a row, in points, and the range of what is felt."""

    letters: float
    low: float
    high: float

    @classmethod
    def of(cls, ax: Axes, rows: pd.DataFrame) -> _Room:
        bottom, top = ax.get_ylim()
        pitch = POINTS_PER_INCH * inches(ax)[1] / abs(bottom - top)
        felt = rows.loc[rows["kind"].isin(LINES), "value"].dropna()
        ends = (float(felt.min()), float(felt.max())) if len(felt) else (0.0, 0.0)
        return cls(min(base_font() * SMALL, LETTERS * pitch), min(0.0, ends[0]), max(0.0, ends[1]))


def _draw_life(ax: Axes, rows: pd.DataFrame, policy: str, top: float, room: _Room) -> None:
    unit = base_font()
    ax.text(
        0.0, top - 0.6, literal(policy), transform=ax.get_yaxis_transform(), va="center", ha="left", zorder=4,
        bbox={"facecolor": PAPER, "edgecolor": "none", "pad": unit / 9},
        **plain(fontsize=room.letters / SMALL, fontweight="bold", color=INK),
    )  # fmt: skip
    for row, name in enumerate(ROWS):
        middle = top + row + 0.5
        ax.axhline(middle, color=GRID, linewidth=unit / 13, zorder=0.5)
        _name_row(ax, name, middle, room.letters)
    notices = rows.loc[rows["kind"] == "notice", "begin"]
    _draw_bonds(ax, rows[rows["kind"] == "with"], notices, top, room)
    for kind, mark in MARKS.items():
        times = rows.loc[rows["kind"] == kind, "begin"]
        if not times.empty:
            ax.plot(times, [top + mark.row + 0.5] * len(times), label=f"{policy}: {kind}", **_style(mark))
    _draw_feelings(ax, rows, top + len(ROWS), room)


def _name_row(ax: Axes, name: str, middle: float, letters: float) -> None:
    unit = base_font()
    ax.annotate(
        said(name), (0.0, middle), xycoords=ax.get_yaxis_transform(), xytext=(-unit * 0.9, 0),
        textcoords="offset points", va="center_baseline", ha="right",
        **plain(fontsize=letters, color=SOFT_INK, annotation_clip=False),
    )  # fmt: skip


def _style(mark: Mark) -> dict[str, Any]:
    unit = base_font()
    return {
        "linestyle": "none",
        "marker": mark.marker,
        "markersize": unit * mark.size,
        "markeredgecolor": mark.color,
        "markerfacecolor": mark.color if mark.filled else PAPER,
        "markeredgewidth": unit / 9,
        "clip_on": False,
        "zorder": 3,
    }


def _draw_bonds(ax: Axes, rows: pd.DataFrame, notices: pd.Series, top: float, room: _Room) -> None:
    """Draw a bar for the time with each firm, its name inside where it fits before a notice."""
    unit = base_font()
    firms = list(dict.fromkeys(rows["name"]))
    low, high = ax.get_xlim()
    for firm, begin, end in zip(rows["name"], rows["begin"], rows["end"], strict=True):
        fill = STAYED_FILLS[firms.index(firm) % len(STAYED_FILLS)]
        ax.barh(
            top + 0.5, end - begin, left=begin, height=0.76, color=fill, edgecolor=RULE,
            linewidth=unit / 18, zorder=1.6,
        )  # fmt: skip
        name = literal(firm)
        wide = inches(ax)[0] * (min([end, *notices[notices > begin]]) - begin) / max(high - low, 1e-9)
        if width_of(name, room.letters) + 1.4 * unit / POINTS_PER_INCH < wide:
            # Set off by the mark of leaving the firm before.
            ax.annotate(
                name, (begin, top + 0.5), xytext=(unit * 0.7, 0), textcoords="offset points",
                va="center_baseline", ha="left", zorder=2, **plain(fontsize=room.letters, color=INK),
            )  # fmt: skip


def _draw_feelings(ax: Axes, rows: pd.DataFrame, top: float, room: _Room) -> None:
    """Draw expectation and satisfaction as steps in a band of their own, with a rule at 0 and the ends named."""
    unit = base_font()
    felt = rows[rows["kind"].isin(LINES) & rows["value"].notna()]
    if felt.empty:
        return

    def place(value: float) -> float:
        share = (room.high - value) / max(room.high - room.low, 1e-9)
        return top + MARGIN + share * (FEELING_HEIGHT - 2.0 * MARGIN)

    ax.plot(ax.get_xlim(), [place(0.0)] * 2, color=RULE, linewidth=unit / 13, zorder=0.6)
    _name_row(ax, "0", place(0.0), room.letters)
    for value in (room.low, room.high):
        if abs(place(value) - place(0.0)) > 1.0:  # in rows: nearer, the two figures would touch
            _name_row(ax, number(value, 1, signed=True), place(value), room.letters)
    for kind, (color, dash) in LINES.items():
        times, heights = _steps(felt[felt["kind"] == kind])
        drawn = [place(value) for value in heights]
        ax.plot(times, drawn, color=color, linestyle=dash, linewidth=unit / 8, zorder=2, label=kind)


def _steps(rows: pd.DataFrame) -> tuple[list[float], list[float]]:
    """Return the corners of a line of steps, with not-a-number where there is a gap."""
    times: list[float] = []
    heights: list[float] = []
    for begin, end, value in zip(rows["begin"], rows["end"], rows["value"], strict=True):
        if times and begin > times[-1]:
            times, heights = [*times, begin], [*heights, np.nan]
        times += [begin, end]
        heights += [value] * 2
    return times, heights


def _days(times: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Return days since 1970, as matplotlib counts them."""
    return (times.astype("datetime64[us]") - np.datetime64(EPOCH, "us")) / np.timedelta64(1, "D")


def _draw_parting(ax: Axes, at: datetime, room: _Room) -> None:
    """Draw a line through both lives, and say what it is on the side that has more room."""
    time = float(_days(np.array([at], "datetime64[us]"))[0])
    ax.axvline(time, color=ORANGE, linewidth=base_font() / 5, zorder=1.4)
    low, high = ax.get_xlim()
    side, sign = ("right", -1) if time > (low + high) / 2 else ("left", 1)
    ax.annotate(
        said(PARTED), (time, 0.0), xytext=(sign * base_font() * 0.6, 0), textcoords="offset points",
        va="center_baseline", ha=side, **plain(fontsize=room.letters, color=INK, annotation_clip=False),
    )  # fmt: skip


def _name_dates(ax: Axes) -> None:
    low, high = ax.get_xlim()
    locator: Locator = AutoDateLocator(  # type: ignore[no-untyped-call]
        minticks=2, maxticks=max(3, min(9, int(inches(ax)[0] / 0.9)))
    )
    ax.xaxis.set_major_locator(locator)
    days = high - low < FEWEST_DAYS
    names = [said(month) for month in MONTHS]

    def words(value: float, _: int | None = None) -> str:
        at = EPOCH + timedelta(days=value)
        month = names[at.month - 1]
        return f"{at.day} {month}" if days else f"{month} {at.year}"

    ax.xaxis.set_major_formatter(FuncFormatter(words))


def _draw_key(ax: Axes, kinds: set[str], letters: float) -> None:
    """Name the marks that are there, below the axis."""
    unit = base_font()
    handles = [Line2D([], [], label=said(kind), **_style(mark)) for kind, mark in MARKS.items() if kind in kinds]
    handles += [
        Line2D([], [], color=color, linestyle=dash, linewidth=unit / 8, label=said(kind))
        for kind, (color, dash) in LINES.items()
        if kind in kinds
    ]
    if not handles:
        return
    widest = max(width_of(str(handle.get_label()), letters) for handle in handles)
    columns = max(1, int(inches(ax)[0] / (widest + 3.6 * letters / POINTS_PER_INCH)))
    below = -2.2 * unit / POINTS_PER_INCH / inches(ax)[1]
    ax.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(0.0, below), ncols=columns,
        frameon=False, fontsize=letters, labelcolor=SOFT_INK, borderpad=0.0, borderaxespad=0.0, handlelength=1.6,
        columnspacing=1.2,
    )  # fmt: skip
