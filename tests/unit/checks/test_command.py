"""What `cxsim verify` prints and returns, and that its page names what is verified."""

import json

import pytest
from typer.testing import CliRunner

from cxsim.checks import verify as checks
from cxsim.checks.seeds import SEEDS
from cxsim.cli.app import app, hoisted


def check(quantity, z, *, holds=True, standard_error=0.002, case="erlang-c-8-1-10"):
    return checks.Check(
        name=f"Erlang C, 8/1/10: {quantity}", engine="compiled", exact=0.5, simulated=0.501, ci_low=0.49, ci_high=0.51,
        holds=holds, case=case, quantity=quantity, standard_error=standard_error, z=z, arrivals=12345678,
        replications=20, allowed_error=0.01,
    )  # fmt: skip


@pytest.fixture
def verify(monkeypatch):
    def invoke(lines, *arguments):
        asked = {}

        def prove(**given):
            asked.update(given)
            return checks.judged(lines)

        monkeypatch.setattr(checks, "verify", prove)
        return CliRunner().invoke(app, hoisted(["verify", *arguments])), asked

    return invoke


def test_a_table_is_printed_with_one_heading_for_a_case(verify):
    shown, asked = verify([check("mean wait, min", 0.5), check("occupancy", -0.4), check("x", 0.1, case="other")])
    assert shown.exit_code == 0
    lines = shown.stdout.splitlines()
    assert lines[1] == "Erlang C, 8/1/10 [compiled; 12,345,678 arrivals in 20 replications]"
    assert lines[2].split() == ["mean", "wait,", "min", "0.5", "0.501", "+-", "0.002", "0.50", "ok"]
    assert lines[3].startswith("  occupancy ")
    assert lines[6].startswith("3 lines: largest |z| 0.50, 0 above 3; 2 independent cases: mean 0.30")
    assert lines[7] == "all hold"
    assert (asked["full"], asked["engine"], asked["jobs"]) == (False, "both", None)


def test_a_line_that_fails_says_why_and_the_exit_code_is_one(verify):
    shown, _ = verify([check("mean wait, min", 5.5, holds=False), check("occupancy", 0.1)])
    assert shown.exit_code == 1
    assert "DOES NOT HOLD" in shown.stdout
    assert shown.stdout.splitlines()[-1] == "not all hold"
    wide, _ = verify([check("mean wait, min", 0.5, holds=False, standard_error=0.02), check("occupancy", 0.1)])
    assert wide.exit_code == 1
    assert "STANDARD ERROR ABOVE 1 %" in wide.stdout


def test_the_document_has_the_published_keys(verify):
    shown, asked = verify(
        [check("mean wait, min", 0.5), check("occupancy", 0.1)],
        "--json", "--full", "--engine", "compiled", "--jobs", "1",
    )  # fmt: skip
    document = json.loads(shown.stdout)
    assert document["holds"] is True
    assert {"name", "engine", "exact", "simulated", "ci_low", "ci_high", "holds"} <= set(document["checks"][0])
    assert document["checks"][0]["arrivals"] == 12345678
    assert document["scores"]["largest"] == 0.5
    assert (asked["full"], asked["engine"], asked["jobs"]) == (True, "compiled", 1)


def test_an_unknown_engine_is_bad_usage():
    assert CliRunner().invoke(app, ["verify", "--engine", "steam"]).exit_code == 2


def test_the_page_names_every_case_with_its_source_and_seed(request):
    page = (request.config.rootpath / "docs" / "verification.md").read_text(encoding="utf-8")
    rows = [f"| `{c.name}` | {c.title} | {c.source} | {SEEDS[c.name]} |" for c in checks.all_cases()]
    assert [row for row in rows if row not in page] == []
    assert page.count("| `") == len(rows)
