"""The check of the keyed generator under load: what it keeps, how it goes on, and that it sees a small fault."""

import json
import math

import pytest
from typer.testing import CliRunner

from cxsim.checks import keyed as checks
from cxsim.cli.app import app, hoisted
from cxsim.errors import InputError

EXACT_WAIT, EXACT_ABANDONED = 0.7275908, 0.0909488
# Between-run standard deviations of runs of 10^7 callers.
WAIT_SD, ABANDONED_SD = 0.0017, 0.0002


def runs_of(work, shift=0.0):
    """Return 100 runs as good luck would have them, off by `shift` of the exact values."""
    found = []
    for number in range(checks.RUNS):
        luck = math.sqrt(2.0) * math.cos(2.0 * math.pi * number / checks.RUNS)
        wait = EXACT_WAIT * (1.0 + shift) + WAIT_SD * luck
        share = EXACT_ABANDONED * (1.0 + shift) + ABANDONED_SD * luck
        seed = checks.FIRST_SEED + number
        found.append(checks.Run(work, seed, checks.CUSTOMERS, checks.CUSTOMERS, wait, share))
    return found


def test_the_exact_values_are_those_of_the_queue():
    wait, share = checks.checks_of("w1", runs_of("w1"))
    assert (wait.exact, share.exact) == pytest.approx((EXACT_WAIT, EXACT_ABANDONED), abs=5e-8)
    assert wait.standard_error == pytest.approx(WAIT_SD / 10.0, rel=0.01)
    assert wait.holds
    assert share.holds


def test_a_fault_of_one_per_mille_is_seen():
    assert not any(check.holds for check in checks.checks_of("w2", runs_of("w2", shift=0.001)))
    assert all(check.holds for check in checks.checks_of("w2", runs_of("w2", shift=0.0002)))


def test_runs_are_kept_and_made_once(tmp_path, monkeypatch):
    file = tmp_path / "some" / "keyed.jsonl"
    made = checks.keyed(file, runs=2, customers=3000, jobs=1)
    assert [check.case for check in made] == ["keyed-w1", "keyed-w1", "keyed-w2", "keyed-w2"]
    assert all(abs(check.simulated / check.exact - 1.0) < 0.5 for check in made)
    text = file.read_text(encoding="utf-8")
    assert len(text.splitlines()) == 4
    # A line that was cut short is made again, and nothing else is.
    file.write_text(text[:-30], encoding="utf-8")
    again = []
    once = checks.observed
    monkeypatch.setattr(checks, "observed", lambda task, progress: again.append(task.seed) or once(task, progress))
    assert checks.keyed(file, runs=2, customers=3000, jobs=1) == made
    assert again == [checks.FIRST_SEED + 1]
    assert file.read_text(encoding="utf-8") == text


def test_a_run_that_stands_twice_counts_once(tmp_path):
    file = tmp_path / "keyed.jsonl"
    made = checks.keyed(file, runs=2, customers=3000, jobs=1)
    text = file.read_text(encoding="utf-8")
    file.write_text(text + text.splitlines(keepends=True)[0], encoding="utf-8")
    assert checks.keyed(file, runs=2, customers=3000, jobs=1) == made
    assert made[0].replications == 2


@pytest.mark.parametrize("line", ["hello\n", "[1]\n", '{"work": "w1"}\n', "hello"])
def test_a_file_of_something_else_is_left_alone(tmp_path, line):
    file = tmp_path / "notes.txt"
    file.write_text(line, encoding="utf-8")
    with pytest.raises(InputError, match="no run"):
        checks.keyed(file, runs=2, customers=1000)
    assert file.read_text(encoding="utf-8") == line


def test_runs_of_another_version_are_not_mixed_in(tmp_path):
    file = tmp_path / "keyed.jsonl"
    run = checks.Run("w1", checks.FIRST_SEED, 1000, 990, 0.7, 0.09, scheme="another")
    file.write_text(json.dumps(run._asdict()) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="another version"):
        checks.keyed(file, runs=2, customers=1000)
    with pytest.raises(InputError, match="runs: 1; 2 or more"):
        checks.keyed(tmp_path / "new.jsonl", runs=1)


def test_the_command_says_whether_they_hold(tmp_path):
    file = tmp_path / "keyed.jsonl"

    def told(shift):
        runs = [*runs_of("w1"), *runs_of("w2", shift)]
        file.write_text("".join(json.dumps(run._asdict()) + "\n" for run in runs), encoding="utf-8")
        return CliRunner().invoke(app, hoisted(["verify", "--keyed", str(file), "--json"]))

    good, bad = told(0.0), told(0.002)
    assert good.exit_code == 0, good.output
    assert json.loads(good.stdout)["holds"]
    assert bad.exit_code == 1
    assert [check["holds"] for check in json.loads(bad.stdout)["checks"]] == [True, True, False, False]
    other = CliRunner().invoke(app, ["verify", "--keyed", str(tmp_path)])
    assert other.exit_code == 2
