"""The patterns on their published seeds: the figures of the page are those of this version."""

import importlib.util
import json
from pathlib import Path

import pytest

from cxsim.checks.patterns import all_patterns, facts, parameters_hash

DOCS = Path(__file__).parents[2] / "docs"
RECORDED = DOCS / "patterns.json"
IDS = [one.id for one in all_patterns()]


@pytest.fixture(scope="module")
def recorded():
    return json.loads(RECORDED.read_text(encoding="utf-8"))


def test_the_page_is_of_these_defaults(recorded):
    assert recorded["parameters"] == parameters_hash(), "cxsim facts --json > docs/patterns.json, then make docs"


def test_the_page_has_every_figure(recorded):
    assert [(one["id"], one["figure"]) for one in recorded["facts"]] == [
        (one.id, figure.name) for one in all_patterns() for figure in one.figures
    ]


def test_the_tables_of_the_page_are_fresh(recorded):
    spec = importlib.util.spec_from_file_location("patterns_table", DOCS / "patterns_table.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    page = (DOCS / "patterns.md").read_text(encoding="utf-8")
    assert script.filled(page, recorded) == page
    changed = {**recorded, "facts": [{**recorded["facts"][0], "simulated": 0.123}, *recorded["facts"][1:]]}
    assert script.filled(page, changed) != page


@pytest.mark.slow
@pytest.mark.parametrize("name", IDS)
def test_a_run_gives_what_the_page_says(recorded, name):
    before = [one for one in recorded["facts"] if one["id"] == name]
    for now, then in zip(facts([name]), before, strict=True):
        assert now.simulated == pytest.approx(then["simulated"], rel=1e-9)
        assert (now.verdict, now.ablation_vanishes) == (then["verdict"], then["ablation_vanishes"])
