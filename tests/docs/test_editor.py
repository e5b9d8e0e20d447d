"""docs/editor.md: what it says of schemas and settings is so."""

import json
import re

import pytest
from typer.testing import CliRunner

from cxsim.cli.app import app, hoisted
from cxsim.scenario.editor import MODELINES, SCENARIO, schemas

PAGE = "docs/editor.md"


@pytest.fixture(scope="module")
def text(request):
    return (request.config.rootpath / PAGE).read_text(encoding="utf-8")


def test_the_commands_run_and_give_the_lines_that_are_shown(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
        for line in block.splitlines():
            assert CliRunner().invoke(app, hoisted(line.split()[1:])).exit_code == 0, line
    shown = re.search(r"```yaml\n(.*?)```", text, re.DOTALL)[1].splitlines()
    assert shown == (tmp_path / "my-firm.yaml").read_text(encoding="utf-8").splitlines()[: len(MODELINES)]


def test_the_settings_cover_every_bundled_file(text, request):
    root = request.config.rootpath
    shown = re.search(r"```json\n(.*?)```", text, re.DOTALL)[1]
    globs = [glob for patterns in json.loads(shown)["yaml.schemas"].values() for glob in patterns]
    mapped = {path for glob in globs for path in root.glob(glob)}
    bundled = {path for path in (root / "scenarios").rglob("*.yaml") if "baselines" not in path.parts}
    assert mapped == bundled


def test_the_words_of_the_hover_are_those_of_the_schema(text):
    field = schemas()[SCENARIO]["$defs"]["Touchpoint"]["properties"]["answer_within"]
    assert f'"{field["markdownDescription"]}"' in " ".join(text.split())
