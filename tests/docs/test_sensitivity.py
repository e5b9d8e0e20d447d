"""docs/sensitivity.md: its commands run, its Python runs, and what it says of the answer is so."""

import re
import shlex

import pytest
from typer.testing import CliRunner

from cxsim.cli.app import app, hoisted

PAGE = "docs/sensitivity.md"


def test_the_commands_run(blocks, folder):
    for block in blocks:
        for command in block.commands if block.kind == "sh" and not block.note.startswith("not run") else []:
            done = CliRunner().invoke(app, hoisted([*shlex.split(command)[1:], "--quiet"]))
            assert done.exit_code == 0, done.output
    for name in ("effects", "losing"):
        assert (folder / "out" / name / "answer.md").is_file()
    assert (folder / "out" / "effects" / "indices.csv").is_file()
    said = (folder / "out" / "losing" / "answer.md").read_text(encoding="utf-8")
    assert re.search(r"in which shopping.happens is less than \d", said)


def test_the_python_runs(blocks, folder, capsys):
    names = {}
    for block in blocks:
        if block.kind == "python" and not block.note.startswith("not run"):
            exec(compile(block.body, block.name, "exec"), names)
    assert capsys.readouterr().out == ""
    assert (folder / "tornado.png").is_file()
    assert names["found"].ends.set_index("factor").loc["shopping.happens", "swing"] == pytest.approx(300, rel=0.5)


def test_defaults_and_files_are_those_of_the_code(request):
    from cxsim.experiments.sensitivity import METHODS, POINTS

    text = (request.config.rootpath / PAGE).read_text(encoding="utf-8")
    for method in METHODS:
        (row,) = [line for line in text.splitlines() if line.startswith(f"| `{method}` |")]
        if method != "one-at-a-time":
            assert re.search(rf"\| {POINTS[method]}\b[^|]*\|$", row)
