"""A chart as a file."""

import struct

import pytest

from cxsim.charts.figure import Caption, make_chart
from cxsim.charts.retention import retention
from cxsim.charts.tables import ChartError
from cxsim.charts.text import drawn_texts


@pytest.fixture
def chart(make_tables):
    return make_chart(retention, make_tables(3)["retention"], Caption("Fixing keeps more", "Simulated, n = 30"))


def png_size(data):
    return struct.unpack(">II", data[16:24])


def test_a_slide_is_sixteen_to_nine(chart):
    width, height = png_size(chart.render("png", "slide"))
    assert width / height == pytest.approx(16 / 9, rel=2e-3)
    assert width >= 1900


def test_the_ending_says_the_format(chart, tmp_path):
    starts = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}
    for ending, start in starts.items():
        path = chart.save(tmp_path / f"retention.{ending}", size="page")
        assert path.read_bytes().startswith(start)


def test_files_do_not_say_when_they_were_made(chart):
    assert b"<dc:date>" not in chart.render("svg")
    assert b"CreationDate" not in chart.render("pdf")


def test_an_unknown_ending_writes_nothing(chart, tmp_path):
    with pytest.raises(ChartError, match=r"retention.gif"):
        chart.save(tmp_path / "retention.gif")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_size_says_what_is_allowed(chart):
    with pytest.raises(ValueError, match="slide, page, notebook"):
        chart.render("png", "poster")


def test_a_notebook_shows_a_picture(chart):
    assert png_size(chart._repr_png_()) == (1056, 594)


def test_title_and_source_stand_on_the_figure(chart):
    shown = [text.get_text() for text in drawn_texts(chart.figure)]
    assert "Fixing keeps more" in shown
    assert "Simulated, n = 30" in shown
    assert any("Bands: 95 % interval over replications" in text.replace("\n", " ") for text in shown)
    assert chart.alt == "Fixing keeps more. Simulated, n = 30."


def test_later_changes_of_the_table_do_not_reach_the_chart(make_tables):
    table = make_tables(2)["retention"]
    chart = make_chart(retention, table, Caption("x"))
    before = chart.render("png", "notebook")
    table["value"] = 0.5
    assert chart.render("png", "notebook") == before
