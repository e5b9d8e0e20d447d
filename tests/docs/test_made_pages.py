"""What is made from the code is fresh, and the model's page names every parameter."""

import importlib.util
import json
import re

import pytest

from cxsim.behaviour.registry import MODULES, REGISTRY


@pytest.fixture(scope="module")
def make(request):
    spec = importlib.util.spec_from_file_location("make_docs", request.config.rootpath / "docs" / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", ["commands.md", "model.md"])
def test_made_parts_are_fresh(page, make, request):
    text = (request.config.rootpath / "docs" / page).read_text(encoding="utf-8")
    assert make.filled(text) == text, f"docs/{page} is stale: run `make docs`"


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


def test_every_command_is_in_its_page(make, request):
    import typer

    from cxsim.cli.app import app

    text = (request.config.rootpath / "docs" / "commands.md").read_text(encoding="utf-8")
    names = typer.main.get_command(app).commands
    assert [name for name in names if f"\n## cxsim {name}\n" not in text] == []


def test_the_pictures_are_of_this_scenario_and_this_model(make, request):
    folder = request.config.rootpath / "docs" / "pictures"
    for file in make.PICTURES.values():
        assert (folder / file).read_bytes().startswith(b"\x89PNG"), file
    made = json.loads((folder / "made.json").read_text(encoding="utf-8"))
    assert made == make.fingerprint(), "docs/pictures is stale: run `make pictures`"
