"""The chart book as files, in a client's look and words, from the command line."""

import json
import re

import pytest
from typer.testing import CliRunner

from cxsim.charts.words import labels
from cxsim.cli.app import app, hoisted
from cxsim.errors import InputError
from cxsim.results import chart_files

PALE = 'format: 1\ncolors: ["#0b3d91", "#e69f00"]\nink: "#0b2545"\n'
HUNGARIAN = (
    'format: 1\ndecimal: ","\nlabels: {"months from the start": "hónap az indulástól", "as-is": "változatlanul"}\n'
)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Return a folder with a theme file and a words file."""
    place = tmp_path_factory.mktemp("files")
    (place / "theme.yaml").write_text(PALE, encoding="utf-8")
    (place / "words.yaml").write_text(HUNGARIAN, encoding="utf-8")
    return place


def cxsim(*arguments):
    return CliRunner().invoke(app, hoisted([str(argument) for argument in arguments]))


def test_a_book_and_pictures_in_another_look_and_other_words(folder, files, tmp_path):
    done = cxsim(
        "report", folder, "--format", "svg,pdf", "--charts", "retention,league", "--out", tmp_path,
        "--theme", files / "theme.yaml", "--words", files / "words.yaml",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    names = ["charts/league.svg", "charts/retention.svg", "charts.pdf"]
    assert done.stdout.splitlines() == [str(tmp_path / name) for name in names]
    assert "theme: #e69f00: thin lines hardly show" in done.stderr
    assert "2 of 2 charts" in done.stderr
    assert "#0b3d91" in (tmp_path / "charts" / "retention.svg").read_text(encoding="utf-8")
    book = (tmp_path / "charts.pdf").read_bytes()
    assert len(re.findall(rb"/Type /Page\b", book)) == 3  # the overview, and one each
    titles = [bytes.fromhex(found.decode()).decode("utf-16") for found in re.findall(rb"/Title <([0-9A-F]+)>", book)]
    assert titles == ["Overview", "The policies in order", "Customers still with the firm"]
    begin = int(re.findall(rb"startxref\n(\d+)", book)[-1])
    assert book[begin : begin + 4] == b"xref"
    for number, place in re.findall(rb"\n(\d+) 1\n(\d{10}) 00000 n", book[begin:]):
        assert book[int(place) :].startswith(number + b" 0 obj")


def test_the_book_is_the_same_each_time(folder, tmp_path):
    made = []
    for name in ("one", "two"):
        cxsim("report", folder, "--quiet", "--format", "pdf", "--charts", "league", "--out", tmp_path / name)
        made.append((tmp_path / name / "charts.pdf").read_bytes())
    assert made[0] == made[1]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--format", "png", "--charts", "leagues"), "`leagues`"),
        (("--format", "html", "--charts", "league"), "add one to --format"),
        (("--format", "png", "--words", "nowhere.yaml"), "no such file"),
        (("--format", "html,pptx", "--theme", "nowhere.yaml"), "no such file"),
    ],
)
def test_what_cannot_be_drawn_is_refused_and_nothing_is_written(folder, tmp_path, arguments, words):
    done = cxsim("report", folder, *arguments, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert words in done.stderr
    assert not (tmp_path / "out").exists()


def test_words_lists_all_labels_and_keeps_what_is_translated(files):
    template = cxsim("words")
    assert template.exit_code == 0
    count = sum(len(texts) for texts in labels().values())
    assert len(re.findall(r'^  "', template.stdout, re.MULTILINE)) == count
    again = cxsim("words", files / "words.yaml")
    assert '  "months from the start": "hónap az indulástól"' in again.stdout
    assert f"2 of {count} labels are translated" in again.stderr
    assert json.loads(cxsim("words", "--json").stdout)["labels"]["stayed"] == "stayed"


def test_an_older_words_file_is_cured_by_words(tmp_path):
    path = tmp_path / "old.yaml"
    path.write_text('format: 1\nlabels:\n  "stayd": "x"\n  "stayed": "maradt"\n', encoding="utf-8")
    done = cxsim("words", path)
    assert done.exit_code == 0
    assert "line 3: no label `stayd`; did you mean `stayed`?; left out" in " ".join(done.stderr.split())
    path.write_text(done.stdout, encoding="utf-8")
    again = cxsim("words", path)
    assert "no label" not in again.stderr
    assert '  "stayed": "maradt"' in again.stdout


def test_the_page_takes_the_words_but_for_sentences(folder, files, tmp_path):
    done = cxsim("report", folder, "--out", tmp_path, "--words", files / "words.yaml")
    assert done.exit_code == 0, done.output
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "hónap az indulástól" in page
    assert '<th scope="col">változatlanul</th>' in page
    assert '<td data-raw="' in page
    assert re.search(r"<td[^>]*>\d+,\d %</td>", page)
    answer = (folder / "answer.md").read_text(encoding="utf-8")
    for figure in re.findall(r"\d+\.\d %", answer)[:3]:
        assert figure in page


def test_nothing_is_written_where_the_last_of_it_cannot_be_drawn(folder, tmp_path, monkeypatch):
    def refused(*given, **more):
        raise InputError("pdf: no ink")

    monkeypatch.setattr(chart_files, "book_of", refused)
    arguments = ("--format", "html,png,svg,pdf", "--charts", "retention")
    done = cxsim("report", folder, *arguments, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert "no ink" in done.stderr
    assert not (tmp_path / "out").exists()
