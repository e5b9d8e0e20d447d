"""The chart of scenario discovery: worlds over the two factors that tell most, and the box where a policy loses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from cxsim.experiments.losing_worlds import LOSES
from cxsim.measures.catalog import CATALOG
from cxsim.results.answer_folder import provenance_of
from cxsim.results.discovery_words import finding, said

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from cxsim.charts.corner import Scale
    from cxsim.charts.figure import Chart
    from cxsim.experiments.sensitivity import Factor
    from cxsim.results.discovery import Discovered

TICKS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
EDGE: Final = 0.02  # how far the picture goes beyond the range
TWO: Final = 2


class DiscoveryPlots:
    """Charts of scenario discovery; each draws on the Axes it is given, or makes a `Chart` of its own.

    Parameters
    ----------
    found : Discovered
    """

    def __init__(self, found: Discovered) -> None:
        self._found = found

    def corner(self, ax: Axes | None = None) -> Axes | Chart:
        """Draw worlds over the two factors that tell most, and the box in which the policy loses.

        Raises
        ------
        ChartError
            With one factor only: there is no second one to draw it over.
        """
        from cxsim.charts.corner import corner
        from cxsim.charts.figure import Caption, make_chart
        from cxsim.charts.tables import ChartError

        found = self._found
        if len(found.losing.drawn.factors) < TWO:
            raise ChartError("corner: one factor; two or more are needed; leave the chart out")
        table, across, up, more = corner_parts(found)
        what = f"Each point is a world; {found.policy} against as-is on {CATALOG[found.measure].title}."
        if found.losing.discovery.boxes:
            what += " Box: where it loses."
        if ax is not None:
            return corner(table, ax, across=across, up=up, more=more, what=what)
        caption = Caption(_title(found), provenance_of(found.made, found.design_words))
        return make_chart(corner, table, caption, across=across, up=up, more=more, what=what)

    def all(self) -> dict[str, Chart]:
        """Return all charts that there is something to draw for, by name."""
        from cxsim.charts.figure import Chart

        if len(self._found.losing.drawn.factors) < TWO:
            return {}
        chart = self.corner()
        return {"corner": chart} if isinstance(chart, Chart) else {}


def corner_parts(found: Discovered) -> tuple[pd.DataFrame, Scale, Scale, str]:
    """Return the points, both axes, and what is not shown of the box."""
    import pandas as pd

    from cxsim.charts import corner

    losing = found.losing
    names = {LOSES: corner.LOSES, "wins": corner.WINS}
    columns = _columns(found)
    positions = losing.drawn.positions[losing.kept]
    within = np.ones(len(positions), dtype=bool)
    boxes = losing.discovery.boxes
    hidden = [side for side in boxes[0].sides if side.column not in columns] if boxes else []
    for side in hidden:
        numbers = losing.drawn.numbers[losing.kept][:, side.column]
        within &= numbers > side.threshold if side.above else numbers < side.threshold
    table = pd.DataFrame(
        {
            "x": positions[:, columns[0]],
            "y": positions[:, columns[1]],
            "state": [names.get(state, corner.UNDECIDED) for state in losing.states.tolist()],
            "faded": (~within).astype(float),
        }
    )
    scales = [
        corner.Scale(losing.drawn.factors[column].path, _ticks(losing.drawn.factors[column]), *_limits(found, column))
        for column in columns
    ]
    more = f"Not shown: {said(boxes[0]._replace(sides=tuple(hidden)), losing.drawn.factors)}." if hidden else ""
    return table, scales[0], scales[1], more


def _columns(found: Discovered) -> list[int]:
    """Return the two factors that tell most: those of the box, then those whose values part the losing worlds most."""
    losing = found.losing
    boxes = losing.discovery.boxes
    first = list(dict.fromkeys(side.column for side in boxes[0].sides)) if boxes else []
    positions, lost = losing.drawn.positions[losing.kept], losing.states == LOSES
    gaps = np.zeros(positions.shape[1])
    if lost.any() and not lost.all():
        gaps = np.abs(positions[lost].mean(axis=0) - positions[~lost].mean(axis=0))
    rest = [int(column) for column in np.argsort(-gaps, kind="stable") if column not in first]
    return [*first, *rest][:TWO]


def _limits(found: Discovered, column: int) -> tuple[float, float]:
    """Return where the first box begins and ends on the axis of a factor."""
    losing = found.losing
    low, high = -EDGE, 1.0 + EDGE
    boxes = losing.discovery.boxes
    for side in boxes[0].sides if boxes else ():
        if side.column != column:
            continue
        numbers, places = losing.drawn.numbers[:, column], losing.drawn.positions[:, column]
        beyond = places[numbers > side.threshold].min(), places[numbers < side.threshold].max()
        if side.above:
            low = float(sum(beyond) / 2.0)
        else:
            high = float(sum(beyond) / 2.0)
    # A box that is the whole range is none.
    return low, high


def _ticks(factor: Factor) -> list[tuple[float, str]]:
    if factor.span is None:
        count = len(factor.levels)
        return [((place + 0.5) / count, text) for place, text in enumerate(factor.levels)]
    if factor.span.kind == "count":
        low, values = int(factor.span.low), int(factor.span.high - factor.span.low) + 1
        step = max(1, values // 6)
        return [((place + 0.5) / values, factor.span.written(low + place)) for place in range(0, values, step)]
    return [(at, factor.span.written(factor.span.at(at, 3))) for at in TICKS]


def _title(found: Discovered) -> str:
    boxes = found.losing.discovery.boxes
    if not boxes:
        return finding(found).split(";")[0].split(":")[0]
    box = boxes[0]
    return (
        f"{found.policy} loses in {box.hits} of the {int(box.inside.sum())} worlds in which "
        f"{said(box, found.losing.drawn.factors)}"
    )
