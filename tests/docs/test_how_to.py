"""Every how-to runs from its top, says what it shows, and fits on a screen."""

import importlib.util
import json
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "how-to"
PAGES = sorted(path.name for path in FOLDER.glob("*.md"))
START = "../start.md"
BEGIN = "cxsim compare shop.yaml --out out/shop"


def script():
    spec = importlib.util.spec_from_file_location("how_to_of_docs", ROOT / "docs" / "how_to.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


HOW_TO = script()


@pytest.fixture(scope="module")
def told_once(tmp_path_factory):
    """The command with which several pages begin is run once, and what it left is copied."""
    kept = tmp_path_factory.mktemp("kept")
    said = {}
    really = HOW_TO.told

    def told(line):
        if line != BEGIN:
            return really(line)
        if not said:
            said["it"] = really(line)
            shutil.copytree("out/shop", kept / "shop")
        elif not Path("out/shop").exists():
            shutil.copytree(kept / "shop", "out/shop")
        return said["it"]

    return told


@pytest.fixture
def place(tmp_path, monkeypatch, told_once):
    """A folder with the files of the how-tos, in which no picture is really drawn: charts have tests of their own."""
    from cxsim.charts.figure import Chart

    shutil.copytree(HOW_TO.FILES, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(HOW_TO, "told", told_once)
    monkeypatch.setattr(Chart, "render", lambda *_, **__: b"a picture")
    monkeypatch.setattr("sys.argv", ["cxsim"])
    return tmp_path


# Hundreds of runs each, of commands that have tests of their own.
LONG = {"choose-the-best.md", "how-many-runs.md", "what-matters.md", "worlds-of-doubt.md"}


@pytest.mark.parametrize(
    "page", [pytest.param(page, marks=pytest.mark.slow if page in LONG else ()) for page in [*PAGES, START]]
)
def test_it_runs_and_says_what_it_shows(page, place):
    assert place.is_dir()
    for step, said in HOW_TO.Run((FOLDER / page).read_text(encoding="utf-8")).all():
        if step.verb == "said":
            assert HOW_TO.plain(said) == HOW_TO.plain(step.body)
        else:
            assert [line for line in step.body.splitlines() if line not in said] == []


@pytest.mark.parametrize("page", PAGES)
def test_it_is_a_question_an_answer_and_a_warning_on_one_screen(page):
    text = (FOLDER / page).read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert text.splitlines()[2].startswith("*")
    assert "**What to watch**" in text
    assert len(text.splitlines()) <= 110


@pytest.mark.parametrize("page", PAGES)
def test_pieces_of_a_scenario_stand_in_a_file_of_the_how_tos(page):
    from cxsim.scenario.loaded import loads
    from cxsim.scenario.reader import read

    for step in HOW_TO.steps_of((FOLDER / page).read_text(encoding="utf-8")):
        if step.kind != "yaml" or step.verb == "file":
            continue
        verb, name, _, where = step.note.split(" ")
        assert verb == "in"
        base = (HOW_TO.FILES / name).read_text(encoding="utf-8")
        tree = read(base, name)
        node = tree
        for key in [] if where == "top" else where.split("."):
            node = node[key]
        node.update(read(step.body, page))
        loads(json.dumps(tree), name, HOW_TO.FILES)


def test_there_are_twenty_and_the_index_has_all():
    text = (ROOT / "docs" / "how-to.md").read_text(encoding="utf-8")
    assert len(PAGES) >= 20
    assert [page for page in PAGES if f"](how-to/{page})" not in text] == []


def test_a_page_that_says_something_else_is_found(place):
    page = "# x\n\n```python\nprint(1 + 1)\n```\n\n<!-- said -->\n```text\n3\n```\n"
    assert place.is_dir()
    assert HOW_TO.written(page) == page.replace("3", "2")
    ((step, said),) = HOW_TO.Run(page).all()
    assert HOW_TO.plain(said) != HOW_TO.plain(step.body)


def test_a_command_that_fails_is_found(place):
    assert place.is_dir()
    with pytest.raises(AssertionError, match="exit code 2"):
        HOW_TO.Run("```sh\ncxsim run nobody.yaml\n```\n").all()
    assert HOW_TO.Run("<!-- refused -->\n```sh\ncxsim run nobody.yaml\n```\n").all() == []


def test_times_are_not_compared():
    assert HOW_TO.plain("one      48 s\ntwo (1 min 3 s)\nthree 4 s") == HOW_TO.plain(
        "one   2 min 1 s\ntwo (5 s)\nthree 4 s"
    )
