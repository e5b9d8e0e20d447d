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
    assert done.stdout.splitlines()[-1] == "out/report.html"
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
def test_worlds_are_run_counted_and_made_again(cxsim, tmp_path, corner_text):
    (tmp_path / "doubt.yaml").write_text(corner_text + "unsure: {market.switching.cost: 30 to 120}\n")
    done = cxsim("compare", "doubt.yaml", "--worlds", "3", "--world-replications", "2", "--out", "out", "--json")
    assert done.exit_code == 0
    assert "100 %: 18 of 18 runs in worlds" in done.stderr
    found = json.loads(done.stdout)["worlds"]
    assert (found["count"], found["replications"], found["stays"]) == (3, 2, 3)
    table = pd.read_csv(tmp_path / "out" / "worlds.csv")
    assert table["set"][0].startswith("--set market.switching.cost=")
    assert set(pd.read_parquet(tmp_path / "out" / "measures.parquet")["world"]) == {0, 1, 2, 3}
    nothing = cxsim("compare", "corner.yaml", "--worlds", "3", "--out", "none")
    assert nothing.exit_code == 2
    assert "write `unsure` in the file" in nothing.stderr


def test_worlds_that_failed_are_listed_and_the_exit_code_says_so(
    cxsim, monkeypatch, answering_engine, tmp_path, corner_text
):
    from cxsim.errors import RunError

    def breaking(task, progress=None):
        if task.spec.world == 2:
            message = "a journey does not end"
            raise RunError(message)
        return answering_engine(task, progress)

    use(monkeypatch, breaking)
    (tmp_path / "doubt.yaml").write_text(corner_text + "unsure: {market.switching.cost: 30 to 120}\n")
    done = cxsim("compare", "doubt.yaml", "--worlds", "3", "--out", "out", "--quiet")
    assert done.exit_code == 1
    assert "1 of 3 worlds failed and are left out:" in done.stderr
    assert "--set market.switching.cost=" in done.stderr
    assert "as-is, replication 0: a journey does not end" in done.stderr


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
    started = cxsim("new", "mine", "--from", "local-shop-vs-chain")
    assert (started.exit_code, started.stdout) == (0, "mine.yaml\n")
    assert (tmp_path / "mine.yaml").read_text(encoding="utf-8").endswith(shown.stdout)
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
    assert done.stdout.splitlines()[-1] == "out/report.html"
    assert {"retention.png", "differences.svg"} <= entries(tmp_path / "out" / "charts")
    bad = subprocess.run([*command[:-1], "corner.yaml"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (bad.returncode, bad.stdout) == (2, "")
    assert len(bad.stderr.splitlines()) == 1


@pytest.mark.usefixtures("engine")
def test_a_fork_is_said_in_the_answer_the_manifest_and_the_scenario_that_was_run(cxsim, tmp_path):
    done = cxsim("compare", "corner.yaml", "--fork-at", "month 6", "--out", "out")
    assert done.exit_code == 0
    assert done.stdout.startswith("corner: 2 policies and as-is from month 6, 4 paired runs")
    answer = (tmp_path / "out" / "answer.md").read_text()
    assert "Policies count their time from month 6; nothing is changed before." in answer
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["fork_at"] == "month 6"
    assert "from: month 18" in (tmp_path / "out" / "scenario.resolved.yaml").read_text()  # train: from month 12
    page = (tmp_path / "out" / "report.html").read_text()
    assert "month 6; nothing is changed before" in page
    assert cxsim("report", "out").exit_code == 0
    assert "month 6; nothing is changed before" in (tmp_path / "out" / "report.html").read_text()


def test_a_fork_that_cannot_be_is_refused_before_any_run(cxsim, tmp_path):
    for at, words in (
        ("soon", "--fork-at: `soon`; a time such as month 3, day 10 or 2025-03-01"),
        ("month 30", "--fork-at: `month 30`; a time within the scenario, which lasts 2 years"),
        ("month 13", "--fork-at: policies.train.from: `month 25`; a time within the scenario"),
    ):
        done = cxsim("compare", "corner.yaml", "--fork-at", at, "--out", "out")
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr.startswith(words)
    assert entries(tmp_path) == {"corner.yaml"}


def test_validate_says_what_to_look_at_and_the_run_finds_the_same(cxsim, tmp_path, monkeypatch):
    monkeypatch.setattr("cxsim.charts.figure.Chart.render", lambda *_, **__: b"a picture")
    text = """
format: 1
our_firm: Net
lasts: 2 months
warm_up: 0 s
runs: {replications: 2, seed: 20260122}
market: {customers: 200, setting: contractual}
firms:
  Net:
    share: 100 %
    price: 30 a month
    known: {nps: 0}
    contacts: {outage: {happens: 8 a month, because: failure, journey: [visit]}}
    touchpoints: {visit: {channel: field visit, staff: 1, hours: "Mon-Fri 09:00-12:00", takes: 10 min}}
    recovery: {steps: [apologize]}
"""
    (tmp_path / "net.yaml").write_text(text)
    done = cxsim("validate", "net.yaml")
    assert (done.exit_code, done.stdout) == (0, "net.yaml: valid\n")
    # 1600 visits a month of 365 / 12 days are 368 a week: 61 hours of work in 15.
    assert "net.yaml: visit: needs about 4.1 people while it is open, has 1 " in done.stderr
    assert "net.yaml: as-is: complaining makes nobody whole: `recovery.steps: [apologize]` is worth 0.19" in done.stderr
    assert "says `cxsim run net.yaml --replications 4`" in done.stderr
    assert len(json.loads(cxsim("validate", "net.yaml", "--json").stdout)["files"][0]["hints"]) == 3
    assert cxsim("validate", "net.yaml", "--quiet").stderr == ""
    ran = cxsim("run", "net.yaml", "--out", "out")
    assert ran.exit_code == 0, ran.output
    said = " ".join(ran.stdout.split())
    assert "Too much work visit (busy 100 % of the time): waits there grow" in said
    assert (
        "Complaints under as-is almost no complaint is made good: `recovery.steps: [apologize]` is worth 0.19" in said
    )
    answer = (tmp_path / "out" / "answer.md").read_text(encoding="utf-8")
    assert "work comes than can be done at visit" in answer
    assert "Under as-is almost no complaint is made good" in answer
