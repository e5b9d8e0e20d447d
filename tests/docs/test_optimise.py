"""docs/optimise.md: its commands and its Python run, and leave what the page says they leave."""

import json

import numpy as np
import pandas as pd
import pytest

from cxsim.scenario import load
from cxsim.scenario.reader import read

PAGE = "docs/optimise.md"


@pytest.fixture
def lines(blocks):
    return [line for block in blocks if block.kind == "sh" for line in block.commands]


def test_the_commands_run_one_after_the_other(lines, folder, command):
    for line in lines:
        done = command(line)
        assert done.exit_code == 0, done.output
    best = load("best.yaml")
    assert best.policies[-1] == "best-found"
    cost = json.loads((folder / "out/best/manifest.json").read_text())["asked"]["budget"]
    assert cost == 5000.0
    assert read((folder / "out/best/best-policy.yaml").read_text(), "best-policy.yaml")["policies"]["best-found"]
    files = {path.name for path in (folder / "out/best").rglob("*") if path.is_file()}
    assert {"candidates.csv", "finalists.csv", "fresh_runs.parquet", "answer.md", "front.png", "front.svg"} <= files
    finalists = pd.read_csv(folder / "out/best/finalists.csv").set_index("kind")
    again = pd.read_parquet(folder / "out/again/measures.parquet")
    assert set(again["policy"]) == {"best-found"}
    assert finalists.loc["best", "policy_cost"] <= 5000.0
    parts = pd.read_csv(folder / "out/parts/waterfall.csv").set_index("name")["value"]
    assert np.isclose(parts["second-person"] + parts["quick-till"], parts["both"] - parts["as-is"], rtol=0, atol=1e-6)


def test_the_python_runs(blocks, folder):
    names = {}
    for block in blocks:
        if block.kind == "python":
            exec(compile(block.body, block.name, "exec"), names)
    rows = names["parts"].replications
    assert np.allclose(rows["second-person"] + rows["quick-till"], rows["both"] - rows["as-is"], rtol=0, atol=1e-12)
    assert "my-best" in names["scenario"].policies
    assert (folder / "front.png").stat().st_size > 0
    for name in ("league", "parts", "best"):
        assert names[name]._repr_html_().startswith("<p>")
        assert names[name].answer().startswith("**Question.**")
    table = names["league"].table
    assert set(table["gain"]) == {"retention", "won_by_recommendation"}
