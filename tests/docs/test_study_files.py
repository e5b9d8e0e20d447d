"""docs/study-files.md: every study on the page loads, every command runs, every table says what the code does."""

import json
import re

import pytest

from cxsim.errors import ScenarioError
from cxsim.experiments.studies.study import load_study, loads_study
from cxsim.scenario import library, load
from cxsim.scenario.reader import read
from cxsim.scenario.study_fields import METHODS, StudyDocument

PAGE = "docs/study-files.md"


def placed(block, blocks):
    """Return the page's study with the keys of a block in their place; JSON is YAML."""
    (base,) = [other for other in blocks if other.verb == "file" and other.file == block.file]
    tree = read(base.body, block.file)
    tree.update(read(block.body, block.name))
    return json.dumps(tree)


@pytest.fixture(scope="module")
def text(request):
    return (request.config.rootpath / PAGE).read_text(encoding="utf-8")


def test_every_yaml_block_loads(yaml_block, blocks, folder):
    if yaml_block.verb == "file":
        (load if yaml_block.file == "cafe.yaml" else load_study)(folder / yaml_block.file)
    elif yaml_block.verb == "in":
        assert next(loads_study(placed(yaml_block, blocks), yaml_block.file, folder).cases())
    else:
        assert yaml_block.verb == "refused", f"{yaml_block.name}: a block that is not run"


def test_what_is_refused_earns_its_message(text_block, blocks, folder):
    before = blocks[blocks.index(text_block) - 1]
    assert before.verb == "refused", text_block.name
    with pytest.raises(ScenarioError) as error:
        loads_study(placed(before, blocks), before.file, folder)
    said = [f"{fault.path}: {fault.given}; {fault.allowed}; {fault.remedy}" for fault in error.value.faults]
    assert said == text_block.body.splitlines()


@pytest.mark.usefixtures("folder")
def test_every_command_runs(sh_block, command):
    for line in sh_block.commands:
        done = command(line)
        assert done.exit_code == 0, f"{line}: {done.stderr}"


@pytest.mark.usefixtures("folder")
def test_the_python_of_the_page_runs(python_block):
    exec(compile(python_block.body, python_block.name, "exec"), {})


def test_every_key_and_design_is_on_the_page(text):
    keys = [field.alias or name for name, field in StudyDocument.model_fields.items()]
    table = re.search(r"^## Keys$.*?\n((?:\|[^\n]*\n)+)", text, re.MULTILINE | re.DOTALL)[1]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == keys
    for method in METHODS:
        assert re.search(rf"^\| `\{{?{method}[`:]", text, re.MULTILINE), method


def test_the_costs_of_the_page_are_right(blocks, folder):
    block = next(block for block in blocks if "per: 8 h a year" in block.body)
    training = next(
        lever for lever in loads_study(placed(block, blocks), folder=folder).levers if lever.path == "counter.training"
    )
    assert training.cost_of("20 h a year") == (500.0, 150.0)


def test_the_bundled_studies_of_the_page_are_those_there_are(text):
    listed = re.search(r"^## Bundled studies$(.*)", text, re.MULTILINE | re.DOTALL)[1]
    assert sorted(re.findall(r"^\| `([\w-]+)` \|", listed, re.MULTILINE)) == sorted(library.studies())
