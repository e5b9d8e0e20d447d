"""Charts that respond: a tidy table in columns, two Vega-Lite specifications, and what can be chosen.

The table goes into the page as columns of numbers; `explorer.js` cuts out what is chosen, writes the figures as
people read them, and hands rows with the fields named here to Vega-Lite.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from cxsim.charts.style import GRID, INFERRED, INK, PAPER, QUIET, RULE, SOFT_INK, Look
from cxsim.charts.words import label, said

BAND: Final = 0.16  # opacity
TIME_HEIGHT: Final = 300
LABELS: Final = 12  # points
TICKS: Final = 6
A_YEAR: Final = 12  # months
MONTHS: Final = label("months")
DAYS: Final = label("days")
# The markers of the charts, as paths in a square from -1 to 1.
SHAPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "o": "M1,0A1,1,0,1,1,-1,0A1,1,0,1,1,1,0Z",
        "s": "M-.9,-.9H.9V.9H-.9Z",
        "^": "M0,-1L1,.8H-1Z",
        "D": "M0,-1.1L1.1,0L0,1.1L-1.1,0Z",
        "v": "M0,1L1,-.8H-1Z",
        "P": "M-.4,-1H.4V-.4H1V.4H.4V1H-.4V.4H-1V-.4H-.4Z",
        "X": "M-1,-.5L-.5,-1L0,-.5L.5,-1L1,-.5L.5,0L1,.5L.5,1L0,.5L-.5,1L-1,.5L-.5,0Z",
    }
)
DASHES: Final[Mapping[str, Sequence[int]]] = MappingProxyType({"-": (1, 0), "--": (6, 4)})


class Choice(NamedTuple):
    """A measure that can be chosen.

    Attributes
    ----------
    name, title : str
    group : str
        Under which heading it stands in the list.
    unit, gap : str
        Of its values, and of its differences, as they are shown.
    better : {"higher", "lower"}
    whom : str
        Of whom it is, per what and until when.
    least, most : float
        Where values end, in `unit`; infinite where they do not.
    start : float
        What it is at time 0 by definition; not-a-number for most.
    state : bool
        Whether it tells how things stand at the end of a period, not what happened in it.
    """

    name: str
    title: str
    group: str
    unit: str
    gap: str
    better: str
    whom: str
    least: float
    most: float
    start: float = math.nan
    state: bool = False


class Explorer(NamedTuple):
    """What the charts that respond are made of.

    Attributes
    ----------
    measures : sequence of Choice
        The first is shown first.
    firms, segments, policies : sequence of str
        The first segment is everybody.
    firm, reference : str
        Ours; the policy that the others are compared with.
    looks : mapping of str to Look
        By policy.
    replications : int
    means : mapping of str to sequence
        Columns. A group is a measure, a firm and a segment, by number; `mean`, `low`, `high`, `gap`, `gap_low`,
        `gap_high` and `best` have one value for each group and policy, policies fastest.
    time : mapping of str to sequence
        The same with one value for each group, policy and period, periods fastest; `at` is the end of each period.
    time_unit : str
        Of `at`.
    begin : float
        From when policies count their time; not-a-number where that is the start.
    cut : bool
        Whether periods that are shorter than the others are left out where they would mislead.
    left_out : int
        Series that had no room.
    counted : bool
        Whether there are so few runs that `best` counts those in which a policy is the best: no chance is said.
    """

    measures: Sequence[Choice]
    firms: Sequence[str]
    segments: Sequence[str]
    policies: Sequence[str]
    firm: str
    reference: str
    looks: Mapping[str, Look]
    replications: int
    means: Mapping[str, Sequence[Any]]
    time: Mapping[str, Sequence[Any]]
    time_unit: str
    begin: float = math.nan
    cut: bool = False
    left_out: int = 0
    counted: bool = False


def rounded(values: Iterable[float], digits: int) -> list[float | None]:
    """Round numbers to significant digits, for a short text; what is not finite becomes None."""
    found: list[float | None] = []
    for value in values:
        if not math.isfinite(value):
            found.append(None)
            continue
        short = float(f"{value:.{digits}g}")
        found.append(int(short) if short.is_integer() else short)
    return found


def json_of(data: Any) -> str:
    """Write data as JSON that may stand inside a script element: no text of it can end that, or begin another.

    Not-a-number and infinity become null: JSON has neither.
    """
    text = json.dumps(_plain(data), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for letter in ("<", ">", "&", "\u2028", "\u2029"):
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text


def _plain(data: Any) -> Any:
    if isinstance(data, Mapping):
        return {key: _plain(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_plain(value) for value in data]
    return None if isinstance(data, float) and not math.isfinite(data) else data


def data_of(explorer: Explorer, font: str) -> dict[str, Any]:
    """Return what `explorer.js` reads."""
    return {
        "n": explorer.replications,
        "own": list(explorer.firms).index(explorer.firm),
        "reference": list(explorer.policies).index(explorer.reference),
        "policies": explorer.policies,
        "firms": explorer.firms,
        "segments": explorer.segments,
        "measures": [one._asdict() for one in explorer.measures],
        "means": explorer.means,
        "time": explorer.time,
        "timeUnit": said(explorer.time_unit),
        "cut": explorer.cut,
        "counted": explorer.counted,
        "grey": INFERRED,
        "specs": {"means": means_spec(explorer, font), "time": time_spec(explorer, font)},
    }


def means_spec(explorer: Explorer, font: str) -> dict[str, Any]:
    """Return the chart of means or differences: a mark and an interval for each policy, in the order of the rows.

    Fields of a row: `policy`, `value`, `low`, `high`, `text` (beside it), `tie`, and for the tooltip `said`, `range`,
    `runs`. The first layer has a row of its own: where as-is lies.
    """
    place: dict[str, Any] = {"field": "policy", "type": "nominal", "sort": None, "title": None}
    place["axis"] = {"domain": False, "ticks": False, "labelPadding": 10, "labelExpr": "wrapped(datum.label)"}
    shown = _looks(explorer)
    value = {"field": "value", "type": "quantitative", "scale": {"zero": False, "nice": True}}
    value["axis"] = {"tickCount": TICKS, "domain": False, "ticks": False}
    return {
        **_shared(font),
        "encoding": {"y": place},
        "layer": [
            {
                "data": {"values": [{"value": 0}]},
                "mark": {"type": "rule", "color": QUIET, "strokeDash": [4, 3], "aria": False},
                "encoding": {"x": value, "y": None},
            },
            {
                "mark": {"type": "rule", "strokeWidth": 2.5, "aria": False},
                "encoding": {
                    "x": {**value, "field": "low"},
                    "x2": {"field": "high"},
                    "color": shown["color"],
                },
            },
            {
                "mark": {"type": "point", "size": 120, "filled": False, "strokeWidth": 2, "opacity": 1},
                "encoding": {
                    "x": value,
                    "color": shown["color"],
                    "shape": shown["shape"],
                    "fill": {"condition": {"test": "datum.tie", "value": PAPER}, **shown["color"]},
                    "tooltip": _tooltip(
                        ("policy", said("policy")), ("said", ""), ("range", ""), ("runs", said("runs"))
                    ),
                    "description": {"field": "aloud", "type": "nominal"},
                },
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 10, "color": INK, "fontSize": LABELS, "aria": False},
                "encoding": {"x": {"value": {"expr": "width"}}, "text": {"field": "text", "type": "nominal"}},
            },
        ],
    }


def time_spec(explorer: Explorer, font: str) -> dict[str, Any]:
    """Return the chart over time: a line and a band for each policy; the point nearest to the pointer is told.

    Fields of a row: `policy`, `at`, `value`, `low`, `high`, `last` (of its line), `open`; for the tooltip `when`,
    `said`, `range`, `runs`.
    """
    shown = _looks(explorer)
    across = {"field": "at", "type": "quantitative", "scale": {"nice": False, "zero": True}}
    ends = explorer.time["at"]
    from_start = said("months from the start") if explorer.time_unit == MONTHS else said("days from the start")
    across["axis"] = {"grid": False, "title": from_start, **_ticks(explorer, ends)}
    up = {"field": "value", "type": "quantitative", "scale": {"zero": False, "nice": True}}
    lines = {"x": across, "color": shown["color"]}
    hidden = {"condition": {"param": "near", "empty": False, "value": 1}, "value": 0}
    begin = [] if math.isnan(explorer.begin) else [_begin(explorer.begin)]
    return {
        **_shared(font),
        "height": TIME_HEIGHT,
        "layer": [
            *begin,
            {
                "mark": {"type": "area", "opacity": BAND, "aria": False},
                "encoding": {**lines, "y": {**up, "field": "low"}, "y2": {"field": "high"}},
            },
            {
                "mark": {"type": "line", "strokeWidth": 2.2, "aria": False, "invalid": "break-paths-show-path-domains"},
                "encoding": {**lines, "y": up, "strokeDash": shown["dash"]},
            },
            {
                "transform": [{"filter": "datum.last"}],
                "mark": {"type": "point", "size": 90, "strokeWidth": 2, "opacity": 1},
                "encoding": {
                    **lines,
                    "y": up,
                    "shape": shown["shape"],
                    "fill": {"condition": {"test": "datum.open", "value": PAPER}, **shown["color"]},
                    "description": {"field": "aloud", "type": "nominal"},
                },
            },
            {
                "params": [
                    {
                        "name": "near",
                        "select": {"type": "point", "on": "pointerover", "clear": "pointerout", "nearest": True},
                    }
                ],
                "mark": {"type": "point", "size": 110, "filled": True, "aria": False},
                "encoding": {
                    **lines,
                    "y": up,
                    "shape": shown["shape"],
                    "opacity": hidden,
                    "tooltip": _tooltip(
                        ("policy", said("policy")),
                        ("when", said("until")),
                        ("said", ""),
                        ("range", ""),
                        ("runs", said("runs")),
                    ),
                },
            },
        ],
    }


def _ticks(explorer: Explorer, ends: Sequence[float]) -> dict[str, Any]:
    """Mark years, or half years, where time is told in months."""
    last = max(ends, default=0)
    if explorer.time_unit != MONTHS or last < A_YEAR:
        return {"tickMinStep": 1, "tickCount": TICKS}
    step = A_YEAR * math.ceil(last / A_YEAR / TICKS) if last > 2 * A_YEAR else A_YEAR // 2
    return {"values": list(range(0, math.floor(last) + 1, step))}


def _tooltip(*fields: tuple[str, str]) -> list[dict[str, str]]:
    """Name fields by what stands before them; `explorer.js` names those of the figure, which depend on the choice."""
    return [{"field": field, "type": "nominal", "title": title or field} for field, title in fields]


def _begin(time: float) -> dict[str, Any]:
    return {
        "mark": {"type": "rule", "color": QUIET, "strokeDash": [2, 3], "aria": False},
        "encoding": {"x": {"datum": time, "type": "quantitative"}},
    }


def _looks(explorer: Explorer) -> dict[str, Any]:
    names = list(explorer.policies)
    looks = [explorer.looks[name] for name in names]

    def scaled(values: Sequence[Any]) -> dict[str, Any]:
        return {"field": "policy", "type": "nominal", "scale": {"domain": names, "range": values}, "legend": None}

    return {
        "color": scaled([look.color for look in looks]),
        "shape": scaled([SHAPES[look.marker] for look in looks]),
        "dash": scaled([list(DASHES[look.dash]) for look in looks]),
    }


def _shared(font: str) -> dict[str, Any]:
    words = {"labelFont": font, "titleFont": font, "labelFontSize": LABELS, "titleFontSize": LABELS}
    words |= {"labelColor": INK, "titleColor": SOFT_INK, "titleFontWeight": "normal"}
    return {
        "data": {"name": "rows"},
        "width": "container",
        "autosize": {"type": "fit-x", "contains": "padding"},
        "background": None,
        "config": {
            "font": font,
            "axis": {**words, "gridColor": GRID, "domainColor": RULE, "tickColor": RULE},
            "axisY": {"labelLimit": 260},
            "view": {"stroke": None},
        },
    }
