"""Exit codes, where things are written, and what is refused; the engine knows the answer."""

import json
import subprocess
import sys

import pandas as pd
import pytest
from typer.testing import CliRunner

from cxsim import __version__
from cxsim.cli.app import app, hoisted


@pytest.fixture
def cxsim(monkeypatch, tmp_path, corner_text):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "corner.yaml").write_text(corner_text)

    def invoke(*arguments):
        return CliRunner().invoke(app, hoisted(arguments))

    return invoke


@pytest.fixture
def engine(monkeypatch, answering_engine):
    """Let the commands run with the engine that knows the answer, and without charts."""
    use(monkeypatch, answering_engine)


def use(monkeypatch, simulate):
    from cxsim.experiments import compare

    def setup(**given):
        return compare.Setup(**given, simulate=simulate)

    monkeypatch.setattr("cxsim.results.api.Setup", setup)
    monkeypatch.setattr("cxsim.results.plots.Plots.all", lambda self: {})


def entries(path):
    return {entry.name for entry in path.iterdir()}


@pytest.mark.usefixtures("engine")
def test_compare_prints_the_answer_and_writes_the_folder(cxsim, tmp_path):
    done = cxsim("compare", "corner.yaml", "--out", "out")
    assert done.exit_code == 0
    assert done.stdout.splitlines()[0].startswith("corner: 2 policies and as-is, 4 paired runs")
    assert done.stdout.splitlines()[-1] == "out/answer.md"
    assert "runs" in done.stderr
    assert "%" in done.stderr
    assert len(pd.read_csv(tmp_path / "out" / "comparison.csv")["policy"].unique()) == 3


@pytest.mark.usefixtures("engine")
def test_quiet_says_nothing_but_results(cxsim):
    done = cxsim("compare", "corner.yaml", "--out", "out", "--quiet")
    assert done.exit_code == 0
    assert done.stderr == ""
    assert done.stdout.startswith("corner: ")


@pytest.mark.usefixtures("engine")
def test_a_measure_that_was_asked_for_and_not_counted_is_named(cxsim, tmp_path, corner_text):
    (tmp_path / "asks.yaml").write_text(corner_text.replace("nps_true, profit", "repeat_rate, conversion, profit"))
    done = cxsim("run", "asks.yaml", "--out", "out")
    assert done.exit_code == 0
    assert "not yet: repeat_rate, conversion\n" in done.stderr
    assert "not yet" not in cxsim("run", "corner.yaml", "--out", "out").stderr


@pytest.mark.usefixtures("engine")
def test_json_is_one_document(cxsim):
    done = cxsim("compare", "corner.yaml", "--policies", "train", "--replications", "3", "--json", "--out", "out")
    document = json.loads(done.stdout)
    assert document["policies"] == ["as-is", "train"]
    assert document["replications"] == 3
    assert document["failures"] == []
    row = document["comparison"][0]
    assert row["measure"] == "retention"
    assert row["difference"] is None  # as-is beside itself: no number, and no NaN in JSON


@pytest.mark.usefixtures("engine")
def test_results_go_to_a_place_of_their_own_by_default(cxsim, tmp_path):
    done = cxsim("run", "corner.yaml", "--policy", "hire", "--seed", "3")
    assert done.exit_code == 0
    (place,) = (tmp_path / "results" / "corner").iterdir()
    manifest = json.loads((place / "manifest.json").read_text())
    assert (manifest["seed"], manifest["policies"]) == (3, ["hire"])
    assert "starting customers still with the firm" in done.stdout


@pytest.mark.usefixtures("engine")
def test_precision_is_an_alternative_to_replications(cxsim):
    done = cxsim("compare", "corner.yaml", "--precision", "retention=1pp", "--out", "out", "--json")
    assert json.loads(done.stdout)["replications"] == 10
    both = cxsim("compare", "corner.yaml", "--precision", "retention=1pp", "--replications", "3")
    assert both.exit_code == 2
    assert "leave one out" in both.stderr


def test_failed_runs_are_listed_and_the_exit_code_says_so(cxsim, monkeypatch, failing_engine, tmp_path):
    use(monkeypatch, failing_engine)
    done = cxsim("compare", "corner.yaml", "--out", "out", "--quiet")
    assert done.exit_code == 1
    assert "1 of 12 runs failed" in done.stderr
    assert "hire, replication 1: replication 1, day 3.0: a journey does not end" in done.stderr
    assert "3 paired runs" in done.stdout
    assert (tmp_path / "out" / "manifest.json").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["compare", "nowhere.yaml"], ["nowhere.yaml", "no such file"]),
        (["compare", "corner.yaml", "--policies", "hier"], ["`hier`", "did you mean `hire`"]),
        (["compare", "corner.yaml", "--policies", " , "], ["--policies: `,`; names with commas"]),
        (["run", "corner.yaml", "--policy", "hier"], ["`hier`", "did you mean `hire`"]),
        (["run", "corner.yaml", "--set", "till.staff"], ["--set: `till.staff`; PATH=VALUE"]),
        (["run", "corner.yaml", "--set", "a", "--set", "=b"], ["`a`; PATH", "`=b`; PATH"]),
        (["run", "corner.yaml", "--set", "till.staf=3"], ["till.staf", "did you mean"]),
        (["run", "corner.yaml", "--set", "till.takes=-3 min"], ["till.takes"]),
        (["compare", "corner.yaml", "--precision", "retntion=1pp"], ["--precision: `retntion`", "retention"]),
        (["compare", "corner.yaml", "--out", "corner.yaml"], ["corner.yaml: a file; a folder"]),
        (["compare", "corner.yaml", "--out", "corner.yaml/out"], ["corner.yaml/out"]),
        (["compare", "corner.yaml", "--out", "."], ["holds something else"]),
        (["compare", "corner.yaml", "--replications", "0"], ["--replications"]),
        (["compare", "corner.yaml", "--engine", "steam"], ["steam"]),
        (["frobnicate"], ["frobnicate"]),
        (["scenarios", "show", "nowhere"], ["nowhere"]),
        (["new", "a/b"], ["a/b"]),
    ],
)
@pytest.mark.usefixtures("engine")
def test_bad_input_gets_one_block_exit_2_and_nothing_is_written(cxsim, tmp_path, arguments, words):
    done = cxsim(*arguments)
    assert done.exit_code == 2
    assert all(word in done.stderr for word in words), done.stderr
    assert "Traceback" not in done.output
    assert done.stdout == ""
    assert entries(tmp_path) == {"corner.yaml"}


def test_an_interruption_is_said_in_one_line(cxsim, monkeypatch, tmp_path):
    def interrupted(*arguments, **settings):
        raise KeyboardInterrupt

    monkeypatch.setattr("cxsim.experiments.executor.wait", interrupted)
    use(monkeypatch, interrupted)
    done = cxsim("compare", "corner.yaml", "--out", "out", "--quiet")
    assert done.exit_code == 1
    assert done.stderr == "stopped; nothing was written\n"
    assert entries(tmp_path) == {"corner.yaml"}


def test_validate_tells_valid_invalid_and_unreadable_apart(cxsim, tmp_path, corner_text):
    (tmp_path / "bad.yaml").write_text(corner_text.replace("staff: 1,", "staf: 1,").replace("12 a visit", "many"))
    good = cxsim("validate", "corner.yaml")
    assert (good.exit_code, good.stdout) == (0, "corner.yaml: valid\n")
    bad = cxsim("validate", "bad.yaml", "corner.yaml")
    assert bad.exit_code == 1
    assert len(bad.stderr.splitlines()) >= 2  # every fault, each with its line
    assert all(line.startswith("bad.yaml:") for line in bad.stderr.splitlines())
    assert "corner.yaml: valid" in bad.stdout
    assert cxsim("validate", "bad.yaml", "nowhere.yaml").exit_code == 2
    document = json.loads(cxsim("validate", "bad.yaml", "--json").stdout)
    assert document["files"][0]["valid"] is False
    assert document["files"][0]["faults"][0]["line"] > 1


def test_schema_is_json(cxsim):
    for arguments in (["schema"], ["schema", "--json"]):
        document = json.loads(cxsim(*arguments).stdout)
        assert document["title"] == "cxsim scenario"


def test_bundled_scenarios_are_listed_shown_and_copied(cxsim, tmp_path):
    listed = cxsim("scenarios")
    assert listed.exit_code == 0
    assert "local-shop-vs-chain" in listed.stdout
    shown = cxsim("scenarios", "show", "local-shop-vs-chain")
    assert shown.stdout.startswith("# local-shop-vs-chain")
    started = cxsim("new", "mine")
    assert (started.exit_code, started.stdout) == (0, "mine.yaml\n")
    assert (tmp_path / "mine.yaml").read_text(encoding="utf-8") == shown.stdout
    assert cxsim("new", "mine").exit_code == 2


def test_version_and_help(cxsim):
    assert cxsim("--version").stdout == f"cxsim {__version__}\n"
    assert cxsim("-h").exit_code == 0
    for command in ("run", "compare", "validate", "schema", "scenarios", "new", "verify"):
        shown = cxsim(command, "--help")
        assert shown.exit_code == 0
        assert "Example" in shown.stdout
        assert f"cxsim {command}" in shown.stdout


def test_shared_options_may_stand_anywhere_before_two_dashes():
    assert hoisted(["compare", "x", "--json", "--quiet"]) == ["--json", "--quiet", "compare", "x"]
    assert hoisted(["--json", "compare", "x", "--json"]) == ["--json", "compare", "x"]
    assert hoisted(["new", "--", "--json"]) == ["new", "--", "--json"]


def test_help_loads_nothing_heavy():
    code = (
        "import sys\nfrom cxsim.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = ('numba', 'numpy', 'pandas', 'matplotlib', 'pydantic', 'scipy', 'rich')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_whole_way_in_a_process_of_its_own(tmp_path, corner_text):
    (tmp_path / "corner.yaml").write_text(corner_text)
    command = [sys.executable, "-m", "cxsim", "compare", "corner.yaml", "--replications", "2", "--out", "out"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "out/answer.md"
    assert {"retention.png", "differences.svg"} <= entries(tmp_path / "out" / "charts")
    bad = subprocess.run([*command[:-1], "corner.yaml"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (bad.returncode, bad.stdout) == (2, "")
    assert len(bad.stderr.splitlines()) == 1
