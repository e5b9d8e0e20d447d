"""The README does what it says: its Python and its scenario run, and every command it names exists."""

import shlex

import pytest

import cxsim
from cxsim.scenario.loaded import loads

PAGE = "README.md"
FEW = "150"


@pytest.mark.usefixtures("folder")
def test_the_python_runs(python_block, monkeypatch, tmp_path):
    small = cxsim.load("local-shop-vs-chain").with_values({"market.customers": FEW, "lasts": "1 year"})
    monkeypatch.setattr(cxsim, "load", lambda name: small if name == small.name else pytest.fail(name))
    code = python_block.body.replace("replications=20", "replications=2").replace("print(", "str(")
    assert code.count("replications=2") == 1
    names = {}
    exec(compile(code, python_block.name, "exec"), names)
    assert (tmp_path / "retention.png").stat().st_size > 10_000
    assert (tmp_path / "out" / "shop" / "answer.md").exists()
    assert set(names["comparison"].policies) >= {"as-is", "five-percent-off"}


def test_the_examples_are_short(blocks):
    for block in blocks:
        if block.kind in {"yaml", "python"}:
            lines = [line for line in block.body.splitlines() if line.strip()]
            assert len(lines) <= 12, block.name


def test_the_scenario_runs(yaml_block):
    scenario = loads(yaml_block.body, "gym.yaml").with_value("market.customers", FEW)
    comparison = cxsim.compare(scenario, replications=2, jobs=1)
    assert comparison.policies == ("as-is", "second-person")
    assert "`gym`, 150 customers, 2 replications" in comparison.answer()
    assert comparison.table(["retention"])["mean"].between(0.0, 1.0, inclusive="neither").all()


def test_the_commands_take_what_they_are_given(sh_block):
    import typer

    from cxsim.cli.app import app, hoisted

    group = typer.main.get_command(app)
    for line in sh_block.commands:
        if line.startswith("make "):
            continue  # see test_pages.py
        program, name, *arguments = hoisted(shlex.split(line))
        assert program == "cxsim"
        group.commands[name].make_context(name, arguments)  # parses, and runs nothing


def test_each_role_has_three_commands_and_studies_five(blocks):
    roles = [block for block in blocks if block.verb == "not"]
    assert [len(block.commands) for block in roles] == [3, 3, 3, 5]


def test_the_comparison_that_is_shown_can_be_made(blocks, folder, command):
    shown = next(block.body for block in blocks if block.kind == "text")
    line = shown.splitlines()[0].removeprefix("$ ")
    done = command(f"{line} --replications 2 --set market.customers=300")
    assert done.exit_code == 0, done.stderr
    first = done.stdout.splitlines()[0]
    assert first.startswith("cable-town: 5 policies and as-is, 2 paired runs, 4 years")
    for label in ("Keeps most", "Own figures", "Sure?"):
        assert f"\n{label} " in shown
        assert f"\n{label} " in done.stdout
    assert (folder / "results" / "sample-cable-town" / "report.html").exists()
