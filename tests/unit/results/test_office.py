"""Slides and workbook, read back by other libraries: every number and sum, nothing that runs or overflows."""

import io
import math
import re
import zipfile
from datetime import UTC, datetime
from functools import lru_cache

import numpy as np
import openpyxl
import pytest
from pptx import Presentation
from pptx.util import Emu

from cxsim.charts.dissatisfied import FATES
from cxsim.charts.text import fitted
from cxsim.charts.theme import Theme
from cxsim.experiments.compare import Setup, experiment
from cxsim.report.cells import neutral
from cxsim.report.chart_xml import Column
from cxsim.report.deck import Bars, Deck, Dots, Grid, Grids, Line, Lines, Mark, Part, Rows, Scale, Slide, Words
from cxsim.report.measured import FITS
from cxsim.report.sheets import Book, Sheet
from cxsim.report.slides import slides_bytes
from cxsim.report.xlsx_file import behind_chart, book_bytes
from cxsim.results import reasons, report, slides, workbook
from cxsim.results.book.dissatisfied import dissatisfied_table
from cxsim.results.book.league import league_table
from cxsim.results.book.leavers import leavers_table
from cxsim.results.book.retention import retention_table
from cxsim.results.comparison import Comparison
from cxsim.results.result import Result

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
EVIL = "=cmd|' /C calc'!A0"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
LONG = "önce-müşteriyi-dinle-ve-telafi-et-tükörfúrógép-šešir-брже"


@pytest.fixture(scope="module")
def comparison(corner, answering_engine):
    return Comparison(experiment(corner, corner.policies, Setup(simulate=answering_engine, replications=6)))


@pytest.fixture(scope="module")
def manifest(comparison):
    return report.manifest_now(comparison)


@pytest.fixture(scope="module")
def deck(comparison, manifest):
    return slides.slides_of(comparison, comparison.answer(), manifest, client="Đorđe & Şirket")


@pytest.fixture(scope="module")
def book(comparison, manifest):
    return workbook.workbook_of(comparison, comparison.answer(), manifest, client=EVIL)


def shown(deck):
    return Presentation(io.BytesIO(deck))


def charts_on(deck):
    """Return the charts by the title of their slide."""
    return {
        slide.shapes.title.text: [shape.chart for shape in slide.shapes if shape.has_chart]
        for slide in shown(deck).slides
    }


def series_of(chart):
    return {series.name: list(series.values) for series in chart.plots[0].series}


def xs_of(series):
    return [float(point.text) for point in series._element.xpath("./c:xVal//c:pt/c:v")]


@lru_cache(maxsize=4)
def opened(book, *, values=True):
    return openpyxl.load_workbook(io.BytesIO(book), data_only=values)


def sheet(book, name, *, values=True):
    rows = list(opened(book, values=values)[name].iter_rows(values_only=True))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def test_the_numbers_on_the_slides_are_those_of_the_tables(comparison, deck):
    facts = comparison.facts
    (league,) = next(found for title, found in charts_on(deck).items() if " leads on " in title or "Nothing" in title)
    table = league_table(facts).set_index("policy")
    drawn = {series.name: xs_of(series) for series in league.plots[0].series}
    assert set(drawn) == set(facts.policies)
    for policy, xs in drawn.items():
        row = table.loc[policy]
        assert xs == pytest.approx([100 * row["ci_low"], 100 * row["mean"], 100 * row["ci_high"]], abs=1e-9)
    (lines,) = next(found for title, found in charts_on(deck).items() if "still with" in title and "leads" not in title)
    curves = retention_table(facts)
    for policy, values in series_of(lines).items():
        wanted = 100 * curves[curves["policy"] == policy]["value"].to_numpy()
        np.testing.assert_allclose(values, wanted, atol=1e-9)


def test_the_fates_on_the_slide_are_those_of_the_table(comparison, deck):
    table = dissatisfied_table(comparison.facts)
    found = [chart for charts in charts_on(deck).values() for chart in charts if set(series_of(chart)) == set(FATES)]
    assert bool(found) == (not table.empty)
    for fate, values in series_of(found[0]).items() if found else ():
        wanted = table[table["fate"] == fate]["per_100"].tolist()
        assert values == pytest.approx(wanted, nan_ok=True)


def test_what_a_chart_shows_stands_in_the_sheet_behind_it(deck):
    for charts in charts_on(deck).values():
        for chart in charts:
            cells = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob))["Data"]
            for reference in chart._chartSpace.iter(f"{C}numRef"):
                where = reference.find(f"{C}f").text.removeprefix("Data!").replace("$", "")
                area = cells[where]
                flat = [cell for row in area for cell in row] if isinstance(area, tuple) else [area]
                held = [cell.value for cell in flat]
                points = {int(one.get("idx")): float(one.find(f"{C}v").text) for one in reference.iter(f"{C}pt")}
                assert points == pytest.approx({at: value for at, value in enumerate(held) if value is not None})


def test_each_slide_says_one_thing_and_where_it_is_from(comparison, deck):
    pages = list(shown(deck).slides)
    titles = [page.shapes.title.text for page in pages]
    assert len(set(titles)) == len(titles) >= 4
    assert shown(deck).slide_width / shown(deck).slide_height == pytest.approx(16 / 9, abs=1e-3)
    for page in pages[1:]:
        assert page.notes_slide.notes_text_frame.text.startswith("Data: ")
        pictures = [shape for shape in page.shapes if shape.has_chart or shape.has_table]
        assert pictures
        assert all(shape._element.xpath(".//p:cNvPr")[0].get("descr") for shape in pictures)
    words = " ".join(shape.text_frame.text for page in pages for shape in page.shapes if shape.has_text_frame)
    assert "Prepared for Đorđe & Şirket" in words
    last = " ".join(cell.text for shape in pages[-1].shapes if shape.has_table for cell in shape.table.iter_cells())
    assert f"{comparison.experiment.seed} (random scheme" in last


def overflowing(deck):
    """Name texts that are higher than their box, and boxes beyond the slide."""
    found = []
    file = shown(deck)
    for slide in file.slides:
        for shape in slide.shapes:
            inside = shape.left >= 0 and shape.left + shape.width <= file.slide_width + 1
            if not (inside and shape.top >= 0 and shape.top + shape.height <= file.slide_height + 1):
                found.append(("outside", shape.name))
            if shape.has_text_frame and shape.text_frame.text and shape.text_frame.paragraphs[0].runs:
                run = shape.text_frame.paragraphs[0].runs[0]
                size, width = run.font.size.pt, Emu(shape.width).inches
                # Sizes are written to a tenth of a point.
                need = fitted(run.text, width, 99.0, size - 0.06, "bold" if run.font.bold else "normal").height
                if need > Emu(shape.height).inches + 0.02:
                    found.append((run.text, need))
    return found


def test_no_text_reaches_over_its_box(comparison, manifest, deck):
    assert FITS < 1.0
    assert overflowing(deck) == []
    answer = comparison.answer().replace("hire", LONG)
    assert overflowing(slides.slides_of(comparison, answer, manifest, title=f"{LONG} {LONG}", client=LONG)) == []


def test_long_names_in_many_letters_fit():
    names = [LONG, "брже-решавање-уз-кредит", "İyileştirme-ĞÜŞÖÇ", "Ő", EVIL, "a"]
    nan = math.nan
    marks = [Mark(name, at, at, at - 1.0, at + 2.0, "#0072b2", "o") for at, name in enumerate(names)]
    panel = Dots(f"{LONG}, %", marks, [f"{at} (0 to 100)" for at in range(len(names))], Scale(-5.0, 20.0, 5.0), 0.0)
    bars = Bars(LONG, [Part(f"{LONG} {one}", "#882255", [5.0, nan] * 3) for one in "abc"], ["5 left"] * 6, 100.0)
    xs = [0.0, 12.0, 24.0]
    lines = [Line(name, "#0072b2", "s", False, [1.0, 2, 3], [nan, 1, 2], [nan, 3, 4], "3 %") for name in names]
    bodies = [
        Rows(names, [panel], 3),
        Rows(names[:5], [panel._replace(marks=marks[:5], texts=panel.texts[:5])] * 4),
        Rows(names, [bars]),
        Lines(LONG, xs, lines, Scale(0.0, 24.0, 12.0), Scale(0.0, 5.0, 1.0)),
        Words(LONG, [(LONG, "It did. " * 250)] * 2),
        Grids(
            Grid((LONG, LONG), [(LONG, LONG)] * 3, (0.5, 0.5)),
            Grid(("a", "b"), [(LONG, "")], (0.9, 0.1)),
            LONG,
        ),
    ]
    pages = [Slide(f"{LONG} {at}", f"{LONG} said", body, "notes", "alt") for at, body in enumerate(bodies)]
    made = slides_bytes(Deck("t", LONG, LONG, NOON, pages), Theme())
    assert overflowing(made) == []
    tables = [shape.table for page in shown(made).slides for shape in page.shapes if shape.has_table]
    words = [cell.text for table in tables for cell in table.iter_cells()]
    assert set(names[1:4]) <= set(words)
    assert any(word.startswith("önce-müşteriyi") and word.endswith("…") for word in words)


def test_every_number_of_the_comparison_is_in_the_workbook(comparison, book):
    rows = sheet(book, "Comparison")
    table = comparison.contrast
    assert len(rows) == len(table)
    for row, wanted in zip(rows, table.to_dict("records"), strict=True):
        for name, value in wanted.items():
            if isinstance(value, float) and not math.isfinite(value):
                assert row[name] in {None, ""}
            elif isinstance(value, float):
                assert row[name] == pytest.approx(value, rel=1e-14)
            else:
                assert str(row[name]) == str(value)


def test_measures_and_time_series_are_means_over_the_runs(comparison, book):
    for row in sheet(book, "Measures"):
        for policy in comparison.policies:
            mean = comparison.facts.row(row["measure"], policy).mean
            assert (row[policy] is None and math.isnan(mean)) or row[policy] == pytest.approx(mean, rel=1e-14)
    series = comparison.timeseries
    one = sheet(book, "Time series")[3]
    chosen = series[(series["segment"] == "all") & (series["firm"] == one["firm"])]
    for name in ("policy", "measure", "period"):
        chosen = chosen[chosen[name] == one[name]]
    assert one["mean"] == pytest.approx(chosen["value"].mean(), rel=1e-12)
    assert one["replications"] == len(chosen)


def test_sums_are_formulas_and_add_up(comparison, book):
    table = leavers_table(comparison.facts)
    held, written = sheet(book, "Leavers"), sheet(book, "Leavers", values=False)
    for row, formulas in zip(held, written, strict=True):
        parts = table[table["policy"] == row["policy"]]
        assert row["sum"] == pytest.approx(100.0)
        assert row["check"] == workbook.ADDS_UP
        assert {name: row[name] for name in parts["reason"]} == pytest.approx(
            dict(zip(parts["reason"], parts["per_100"], strict=True))
        )
        assert re.fullmatch(r"=SUM\(B\d+:[A-Z]+\d+\)", formulas["sum"])
        assert formulas["check"].startswith("=IF(ABS(")
    why = sheet(book, "Why")
    kept = [row for row in why if row["reason"] == reasons.KEPT]
    assert kept
    for row in kept:
        same = [one for one in why if (one["policy"], one["segment"]) == (row["policy"], row["segment"])]
        assert row["sum of the reasons"] == pytest.approx(sum(one["kept_more"] for one in same if one is not row))
        assert row["check"] == workbook.ADDS_UP


def test_reasons_that_do_not_add_up_are_said(comparison):
    table = reasons.table_of(comparison.facts)
    table.loc[0, "kept_more"] += 1.0
    checks = [row[-1].value for row in workbook._why(comparison.facts, table).rows if len(row) > len(table.columns)]
    assert checks.count(workbook.DOES_NOT) == 1


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " \n=1", "＝1", '=HYPERLINK("x")'])
def test_what_begins_like_a_formula_is_made_text(text):
    assert neutral(text) == "'" + " ".join(text.split())
    cell = opened(small(text))["Sheet"]["A2"]
    assert (cell.data_type, cell.value[0]) == ("s", "'")
    assert opened(behind_chart([Column(text, [text])], NOON))["Data"]["A1"].value.startswith("'")


@pytest.mark.parametrize("text", ["plain", "−5 points", "a=b", "1-2", ""])
def test_other_text_stays(text):
    assert neutral(text) == text


def small(text):
    return book_bytes(Book("t", NOON, "Arial", "#1a1a1a", [Sheet("Sheet", "", (text,), [[text]])]))


def test_nobody_writes_a_formula_but_we(book):
    file = opened(book, values=False)
    assert file["Answer"]["B3"].value == f"'{EVIL}"
    formulas = [cell.value for page in file for row in page.iter_rows() for cell in row if cell.data_type == "f"]
    assert formulas
    assert all(re.match(r"=(SUM|IF|SUMIFS)\(|=[BD]\d+-[BC]\d+$", one) for one in formulas)


def test_a_workbook_runs_nothing_and_asks_for_nothing(book, deck):
    for data in (book, deck):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            assert not [name for name in names if "vba" in name.lower() or "externallink" in name.lower()]
            links = b"".join(archive.read(name) for name in names if name.endswith(".rels"))
            assert b'TargetMode="External"' not in links


def test_sheets_can_be_read(book):
    file = opened(book, values=False)
    assert file.sheetnames[0] == "Answer"
    for page in file:
        assert page.freeze_panes in {"A2", "B2"}
        assert all(9 <= page.column_dimensions[letter].width <= 115 for letter in ("A", "B"))
    assert file["Comparison"].auto_filter.ref
    assert file["Comparison"]["G2"].number_format == "0.0%"
    assert [len(file[name]._charts) for name in ("Policies", "Retention", "Leavers")] == [1, 1, 1]


def test_sheets_print_a_page_wide_with_their_heads(book):
    file = opened(book, values=False)
    for page in file:
        assert page.page_setup.orientation == "landscape"
        assert (page.page_setup.fitToWidth or 1, page.page_setup.fitToHeight) == (1, 0)
        assert page.print_title_rows == "$1:$1"
        assert page.print_area
        assert page.row_dimensions[1].height >= 13
    longest = file["Comparison"]
    assert longest.max_row > 41
    assert longest.print_area.endswith("$41")
    assert "first 40 of" in longest.oddFooter.left.text
    assert int(file["Policies"].print_area.rpartition("$")[2]) > file["Policies"].max_row  # with its chart
    # A heading that takes several lines has room for them.
    wide = book_bytes(
        Book("t", NOON, "Arial", "#1a1a1a", [Sheet("Sheet", "", ("one two three four " * 4,), [["1"]], 12)])
    )
    assert opened(wide)["Sheet"].row_dimensions[1].height > 13.5 * 4


def test_bars_have_the_colours_of_the_policies(comparison, book, manifest):
    client = Theme(colors=("#123456", "#654321"))
    dressed = workbook.workbook_of(comparison, comparison.answer(), manifest, theme=client)
    for theme, data in ((Theme(), book), (client, dressed)):
        looks = theme.looks(comparison.facts.policies, comparison.facts.reference)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            charts = [archive.read(name).decode() for name in sorted(archive.namelist()) if "charts/chart" in name]
        points = re.findall(r'<c:dPt><c:idx val="\d+"/>.*?<a:srgbClr val="(\w+)"/>', charts[0])
        names = [row["policy"] for row in sheet(data, "Policies")]
        assert points == [looks[name].color.lstrip("#").upper() for name in names]
        assert len(set(points)) == len(names)


def test_the_same_results_give_the_same_bytes(comparison, manifest, deck, book):
    said = comparison.answer()
    assert slides.slides_of(comparison, said, manifest, client="Đorđe & Şirket") == deck
    about = zipfile.ZipFile(io.BytesIO(book)).read("docProps/core.xml").decode()
    assert f">{manifest['started'][:19]}Z<" in about
    assert small("x") == small("x")


def test_a_client_has_colours_of_its_own(comparison, manifest):
    look = Theme(colors=("#123456", "#654321"), font="Verdana")
    made = shown(slides.slides_of(comparison, comparison.answer(), manifest, theme=look))
    blobs = b"".join(part.blob for part in made.part.package.iter_parts())
    assert b"123456" in blobs
    assert b'typeface="Verdana"' in blobs


def test_runs_of_one_policy_have_slides_and_sheets_too(corner, answering_engine, tmp_path):
    result = Result(experiment(corner, ["hire"], Setup(simulate=answering_engine, replications=3)))
    path = result.slides(tmp_path)
    assert path == tmp_path / "slides.pptx"
    assert len(Presentation(str(path)).slides) >= 3
    assert openpyxl.load_workbook(result.workbook(tmp_path / "out.xlsx")).sheetnames[0] == "Answer"


def test_what_is_missing_is_named(monkeypatch, comparison, tmp_path):
    for name, method in (("pptx", comparison.slides), ("xlsxwriter", comparison.workbook)):
        with monkeypatch.context() as patch:
            patch.setitem(__import__("sys").modules, name, None)
            with pytest.raises(ValueError, match=re.escape('pip install "cxsim[office]"')):
                method(tmp_path)
    assert list(tmp_path.iterdir()) == []
