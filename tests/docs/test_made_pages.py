"""What is made from the code is fresh, and the model's page names every parameter."""

import importlib.util
import re

import pytest

from cxsim.behaviour.registry import MODULES, REGISTRY

MADE = (
    "docs/commands.md",
    "docs/gallery.md",
    "docs/method.md",
    "docs/model.md",
    "docs/rules.md",
    "docs/scenario-reference.md",
    "README.md",
)


def script(path):
    spec = importlib.util.spec_from_file_location(f"{path.stem}_of_docs", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def make(request):
    return script(request.config.rootpath / "docs" / "make.py")


@pytest.fixture(scope="module")
def sample(request):
    return script(request.config.rootpath / "docs" / "sample.py")


@pytest.mark.parametrize("page", MADE)
def test_made_parts_are_fresh(page, make, request):
    text = (request.config.rootpath / page).read_text(encoding="utf-8")
    assert make.filled(text) == text, f"{page} is stale: run `make docs`"


def test_every_page_with_a_made_part_is_made(make, request):
    docs = request.config.rootpath / "docs"
    marked = {path.name for path in docs.glob("*.md") if re.search(r"^<!-- made: \w+", path.read_text("utf-8"), re.M)}
    assert marked | {"../README.md"} == set(make.PAGES)
    assert {f"docs/{name}".replace("docs/../", "") for name in make.PAGES} == set(MADE)


def test_a_stale_part_is_found(make, request):
    text = (request.config.rootpath / "docs" / "model.md").read_text(encoding="utf-8")
    stale = text.replace("| `loss_aversion` | 2.25 |", "| `loss_aversion` | 2 |")
    assert stale != text
    assert make.filled(stale) == text


def test_every_parameter_and_switch_is_in_the_model(request):
    text = (request.config.rootpath / "docs" / "model.md").read_text(encoding="utf-8")
    assert [name for name in REGISTRY if f"| `{name}` |" not in text] == []


def test_every_module_of_behaviour_has_its_table(request):
    text = (request.config.rootpath / "docs" / "model.md").read_text(encoding="utf-8")
    tables = re.findall(r"<!-- made: parameters (\w+) -->", text)
    assert sorted(tables) == sorted(module.__name__.rpartition(".")[2] for module in MODULES)


def test_every_key_of_a_scenario_is_in_the_reference(request):
    from cxsim.scenario.meanings import MEANINGS
    from cxsim.scenario.models import Document

    text = (request.config.rootpath / "docs" / "scenario-reference.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \|", text, re.MULTILINE)
    known = {(key, meaning) for name, keys in MEANINGS.items() if name != "Assumption" for key, meaning in keys.items()}
    assert known <= {(key, meaning) for key, meaning, _ in rows}
    assert [key for key in Document.model_fields if f"| `{key}` | " not in text] == []
    assert [name for name in REGISTRY if f"| `{name}` | " not in text] == []


def test_every_measure_is_in_the_reference(request):
    from cxsim.measures.catalog import CATALOG

    text = (request.config.rootpath / "docs" / "scenario-reference.md").read_text(encoding="utf-8")
    assert [name for name, one in CATALOG.items() if f"| `{name}` | {one.title} |" not in text] == []


def test_every_command_is_in_its_page(make, request):
    import typer

    from cxsim.cli.app import app

    text = (request.config.rootpath / "docs" / "commands.md").read_text(encoding="utf-8")
    names = typer.main.get_command(app).commands
    assert [name for name in names if f"\n## cxsim {name}\n" not in text] == []


def test_the_sample_and_the_pictures_are_of_this_scenario_and_this_model(sample, request):
    folder = request.config.rootpath / "docs" / "pictures"
    for file in (*sample.PICTURES.values(), sample.LIVES):
        assert (folder / file).read_bytes().startswith(b"\x89PNG"), file
    assert sample.made_by() == sample.made_now(), "the sample and the pictures are stale: run `make sample`"


def test_the_sample_is_whole_and_small(sample, request):
    folder = request.config.rootpath / sample.SAMPLE
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert found == {*sample.KEPT, sample.CONSOLE, *(f"charts/{name}" for name in sample.CHARTS)}
    assert sum((folder / name).stat().st_size for name in found) < 6_000_000  # the page holds what draws its charts


def test_the_sample_names_no_place_on_a_machine(sample, request):
    folder = request.config.rootpath / sample.SAMPLE
    for name in ("answer.md", "manifest.json", "report.html", sample.CONSOLE):
        text = (folder / name).read_text(encoding="utf-8")
        assert str(request.config.rootpath) not in text, name
        assert not re.search(r"(?<![\w.:/])/(?:home|tmp|root|work|Users)/", text), name


def test_the_console_of_the_sample_says_what_its_answer_says(sample, request):
    folder = request.config.rootpath / sample.SAMPLE
    console, answer = ((folder / name).read_text(encoding="utf-8") for name in (sample.CONSOLE, "answer.md"))
    stay, as_is = re.search(r"(\d+) of 100 stay, as-is (\d+)", console).groups()
    assert f"{stay} are still with us" in answer
    assert f"against {as_is} if we change nothing" in answer


@pytest.fixture(scope="module")
def rules_table(request, make):  # `make` puts the folder of the scripts on the path
    return script(request.config.rootpath / "docs" / "rules_table.py")


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_every_rule_is_in_the_model_and_has_its_docstring(module, rules_table, request):
    model, rules = (
        (request.config.rootpath / "docs" / name).read_text(encoding="utf-8") for name in ("model.md", "rules.md")
    )
    short = module.__name__.rpartition(".")[2]
    part = model[model.index(f"<!-- made: named {short} -->") :].split("<!-- end -->")[0]
    found = rules_table.rules_of(module)
    assert found
    for name, function in found.items():
        assert f"[`{name}`](rules.md#{short}{name})" in part
        assert f"### `{short}.{name}`" in rules
        assert len(rules_table.told(function)) > 20, name


def test_every_mechanism_of_the_model_has_its_equation_in_signs(request):
    text = (request.config.rootpath / "docs" / "model.md").read_text(encoding="utf-8")
    assert text.count("```math\n") >= 19
    assert re.findall(r"^    \S.*[=^]", text, re.MULTILINE) == [], "an equation that is not set as one"


def test_the_pictures_of_the_model_are_of_these_rules(request):
    import json

    curves = script(request.config.rootpath / "docs" / "curves.py")
    text = (request.config.rootpath / "docs" / "model.md").read_text(encoding="utf-8")
    for name in curves.PICTURES:
        assert (curves.FOLDER / f"{name}.png").read_bytes().startswith(b"\x89PNG"), name
        assert f"(pictures/model/{name}.png)" in text
    made = json.loads(curves.MADE.read_text(encoding="utf-8"))
    assert made == {"made_of": curves.made_of()}, "the pictures of the model are stale: run `make pictures`"


def test_every_chart_is_in_the_gallery(request):
    from cxsim.results.book.contents import ENTRIES

    text = (request.config.rootpath / "docs" / "gallery.md").read_text(encoding="utf-8")
    folder = request.config.rootpath / "docs" / "gallery"
    for entry in ENTRIES:
        assert f"comparison.plot.{entry.name}()" in text
        assert (folder / f"{entry.name}.png").read_bytes().startswith(b"\x89PNG"), f"{entry.name}: run `make gallery`"
    assert sum(path.stat().st_size for path in (request.config.rootpath / "docs").rglob("*.png")) < 2_600_000
