"""Slides on doubt and on single customers: their numbers are those of the tables, and nothing on them is cut."""

import io
from datetime import UTC, datetime
from types import SimpleNamespace

import pandas as pd
import pytest
from pptx import Presentation

from cxsim.charts.theme import Theme
from cxsim.report.deck import Deck, Scale, Slide
from cxsim.report.slides import _readable, slides_bytes
from cxsim.results.book.recorded import NotMadeAgainError
from cxsim.results.slide_worlds import lives_tables, worlds_chart

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


WORLDS = pd.DataFrame(
    [
        (part, policy, 40, best, best - 0.1, best + 0.1, level)
        for part in ("all 40 worlds", "1 to 2: 20 worlds")
        for policy, best, level in (("as-is", 0.1, 0.0), ("hire", 0.6, 0.05), ("listen", 0.2, 0.05))
    ],
    columns=["part", "policy", "worlds", "best", "ci_low", "ci_high", "level"],
)


def shown(body):
    made = slides_bytes(Deck("t", "", "s", NOON, [Slide("Title", "said", body, "Data: x", "alt")]), Theme())
    return Presentation(io.BytesIO(made)).slides[0].shapes


def test_worlds_are_bars_that_can_be_changed(monkeypatch):
    monkeypatch.setattr("cxsim.results.book.worlds.worlds_table", lambda facts: WORLDS)
    theme = Theme()
    facts = SimpleNamespace(policies=("as-is", "hire", "listen"), reference="as-is")
    monkeypatch.setattr("cxsim.results.book.worlds.worlds_found", lambda facts: None)
    body = worlds_chart(facts, theme).body
    assert (list(body.names), body.shaded) == (["hire", "listen", "as-is"], 2)
    alone, level = body.panels[0].parts
    assert (alone[2], level[2]) == (pytest.approx([60, 20, 10]), pytest.approx([5, 5, 0]))
    assert body.panels[0].texts == ["60 (50 to 70) %", "20 (10 to 30) %", "10 (0 to 20) %"]
    colors = [theme.looks(facts.policies, "as-is")[name].color for name in body.names]
    assert list(alone.each) == colors
    first, second = (shape.chart for shape in shown(body) if shape.has_chart)
    values = [{series.name: list(series.values) for series in chart.plots[0].series} for chart in (first, second)]
    assert values[0]["best alone"] == pytest.approx([60, 20, 10])
    assert values[1]["level with another"] == pytest.approx([5, 5, 0])
    assert all(color.lstrip("#").upper() in first._chartSpace.xml for color in colors)


def test_two_lives_stand_side_by_side_as_tables(monkeypatch):
    turns = [("3 March 2026, 11:14", "left Net because of a failure."), ("At the end", "with Dish.")] * 3
    parting = SimpleNamespace(
        date="3 March 2026", one="they hung up", other="they were served", why="The line was shorter."
    )
    story = SimpleNamespace(policies=("as-is", "hire"), parting=parting, course=lambda place: turns[place:])
    monkeypatch.setattr("cxsim.results.book.lives.typical_story", lambda facts: story)
    chart = lives_tables(None)
    tables = [shape.table for shape in shown(chart.body) if shape.has_table]
    assert [len(table.rows) - 1 for table in tables] == [6, 5]
    assert [table.cell(0, 1).text for table in tables] == ["under as-is", "under hire"]
    assert tables[0].cell(1, 1).text == turns[0][1]
    assert chart.body.below.startswith(
        "They part, 3 March 2026: under as-is they hung up; under hire they were served."
    )
    sizes = {
        run.font.size.pt
        for table in tables
        for cell in table.iter_cells()
        for run in cell.text_frame.paragraphs[0].runs
    }
    assert len(sizes) == 1


def test_without_lives_there_is_no_slide(monkeypatch):
    def refused(facts):
        message = "chart: no"
        raise NotMadeAgainError(message)

    for made in (lambda facts: None, refused):
        monkeypatch.setattr("cxsim.results.book.lives.typical_story", made)
        assert lives_tables(None) is None


def test_numbers_of_an_axis_do_not_touch():
    scale = Scale(-150.0, 50.0, 50.0)
    assert _readable(scale, 5.0, 10.0) == scale
    thin = _readable(scale, 1.1, 10.0)
    assert (thin.low, thin.high, thin.step) == (-150.0, 50.0, 100.0)
    assert _readable(Scale(0.0, 3.0, 0.5), 0.01, 10.0).step == 2.0
