"""Charts of a study, from its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cxsim.errors import InputError
from cxsim.measures.catalog import CATALOG
from cxsim.results.study_answer import headline_of, places_of
from cxsim.results.wording import fixed

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from cxsim.charts.figure import Caption, Chart
    from cxsim.results.study import StudyResult

MOST: Final = 4


def charts_of(result: StudyResult) -> dict[str, Chart]:
    """Return a chart of the effects on each measure of interest, at most four, by name."""
    from cxsim.charts.figure import Chart

    made = {
        f"effects-{measure}": effects_chart(result, measure)
        for measure in result.study.measures[:MOST]
        if not _effects(result, measure).empty
    }
    return {name: chart for name, chart in made.items() if isinstance(chart, Chart)}


def effects_chart(result: StudyResult, measure: str, ax: Axes | None = None) -> Axes | Chart:
    """Draw what each factor does to a measure.

    Raises
    ------
    InputError
        When the measure is none of the study's, or nothing varies.
    """
    from cxsim.charts.effects import effects
    from cxsim.charts.figure import make_chart

    if measure not in result.study.measures:
        message = f"measure: {measure}; {', '.join(result.study.measures)} are there; choose among them"
        raise InputError(message)
    table = _effects(result, measure)
    if table.empty:
        message = f"effects: {measure} of a study in which nothing varies; a factor is needed; write levers in it"
        raise InputError(message)
    title = CATALOG[measure].title
    if ax is not None:
        return effects(table, ax, measure=title)
    return make_chart(effects, table, _caption(result, measure), measure=title)


def _effects(result: StudyResult, measure: str) -> pd.DataFrame:
    own = result.effects[(result.effects["measure"] == measure) & result.effects["mean"].notna()]
    return own.reset_index(drop=True)


def _caption(result: StudyResult, measure: str) -> Caption:
    from cxsim.charts.figure import Caption

    made, study = result.swept, result.study
    first = measure == study.measures[0]
    title = headline_of(made, result.effects) if first else f"What moves {CATALOG[measure].title}"
    note = f"Simulated: {study.name}, {places_of(made)}, {fixed(made.counts.total)} runs, seed {study.seed}."
    return Caption(title, note)
