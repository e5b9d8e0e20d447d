"""The compiled engine: buffers of any size give the same bytes, and the code that runs is the code that is written."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cxsim.engines import compiled
from cxsim.errors import RunError
from cxsim.model import plan as pl
from cxsim.model.jit import cache_folder
from cxsim.scenario.loaded import load, loads

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "src" / "cxsim"
TALKERS = """
format: 1
our_firm: Corner
starts: 2025-01-06
lasts: 4 months
warm_up: 1 month
market:
  customers: 80
  setting: noncontractual
  talk_to: {friends: 4, acquaintances: 6}
firms:
  Corner:
    share: 50 %
    price: 12 a visit
    contacts: {shopping: {happens: 60 a year, because: purchase, journey: [till]}}
    touchpoints: {till: {channel: store, staff: 1, hours: "Mon-Sat 09:00-13:00", takes: 8 min, fails: 10 %}}
  Chain:
    share: 50 %
    price: 11 a visit
    contacts: {shopping: {happens: 60 a year, because: purchase, journey: [desk]}}
    touchpoints: {desk: {channel: store, staff: 1, hours: "Mon-Sat 09:00-13:00", takes: 8 min, fails: 10 %}}
"""


def two_desks():
    return load(ROOT / "tests/scenarios/valid/two-desks.yaml").with_values({"lasts": "5 d"}).plan("one-more")


def talkers():
    return loads(TALKERS, "talkers.yaml").plan()


@pytest.mark.parametrize("plan_of", [two_desks, talkers])
def test_buffers_that_begin_with_room_for_one_give_the_same_bytes(plan_of):
    plan = plan_of()
    ample, tight = (compiled.run(plan, 20260101, 3, log=True, room=room) for room in (None, 1))
    assert tight.log.size > 1000
    assert tight.log.tobytes() == ample.log.tobytes()
    assert tight.pending.tobytes() == ample.pending.tobytes()
    for name in ("cold", "minds", "desks", "touch", "waits", "areas", "firm", "left", "base"):
        assert getattr(tight.state, name).tobytes() == getattr(ample.state, name).tobytes(), name


def test_a_log_that_nobody_asked_for_changes_nothing():
    plan = two_desks()
    silent, logged = (compiled.run(plan, 20260101, 4, log=log) for log in (False, True))
    assert silent.log.size == 0
    assert silent.state.touch.tobytes() == logged.state.touch.tobytes()


def test_a_journey_without_end_is_an_error_that_says_where():
    # No scenario may say so; the plan is bent.
    plan = two_desks()
    menu = int(plan.touchpoints[0]["levers"])
    levers = plan.levers.copy()
    levers[menu + pl.TOUCH_SOLVES], levers[menu + pl.TOUCH_SENDS_BACK] = 0.0, 1.0
    with pytest.raises(RunError, match=r"replication 5, day \d+\.\d: a journey visited more than 4000 touchpoints"):
        compiled.run(plan._replace(levers=levers), 1, 5)


def said_by(script, *arguments, package=PACKAGE, **variables):
    # A folder that somebody chose for all of numba's caches would hide how ours is named.
    own = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, *map(str, arguments)],
        env={**own, "PYTHONPATH": str(package.parent), **{name: str(value) for name, value in variables.items()}},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


# Thousands of needs come due while one matter waits in an office, and all are met in the moment it is done.
HELD = """
import sys
from cxsim.engines import compiled, reference
from cxsim.scenario.loaded import loads
plan = loads(sys.argv[1]).plan()
tight = compiled.run(plan, 1, 0, log=True, room=1)
print(tight.log.size, tight.log.tobytes() == reference.run(plan, 1, 0, log=True).log.tobytes())
"""
OFFICE = """
format: 1
starts: 2025-01-06
lasts: 60 d
warm_up: 0 s
market: {customers: 1, setting: noncontractual, talk_to: {friends: 0, acquaintances: 0}}
firms:
  Firm:
    share: 100 %
    price: 10 a visit
    contacts:
      asking: {happens: 100 a year, because: question, journey: [office]}
      buying: {happens: 200 a day, because: purchase, journey: []}
    touchpoints:
      office: {channel: back office, staff: 1, takes: always 20 d}
"""


@pytest.mark.parametrize("disable", ["0", "1"])
def test_there_is_room_for_all_needs_that_a_journey_held(disable):
    # Without the compiler an index beyond a buffer is an error; with it, silence.
    rows, same = said_by(HELD, OFFICE, NUMBA_DISABLE_JIT=disable)
    assert int(rows) > 5_000
    assert same == "True"


COLD = """
import sys
from cxsim.cli import main
from cxsim.engines import kernel
try:
    main(["--quiet"] * (sys.argv[3] == "quiet") + ["run", sys.argv[1], "--replications", "1", "--out", sys.argv[2]])
except SystemExit:
    pass
for entry in (kernel.begin, kernel.advance):
    hits, misses = (sum(counts.values()) for counts in (entry.stats.cache_hits, entry.stats.cache_misses))
    made = "".join(entry.inspect_llvm().values()) if misses else ""
    print("#", hits, misses, made.count("define"), made.count("NRT_incref") + made.count("NRT_decref"))
"""
ANNOUNCED = "compiling the engine"


@pytest.mark.slow
def test_of_two_that_start_on_an_empty_cache_one_compiles_and_the_loop_counts_no_references(tmp_path):
    # An empty folder: of a function that is loaded from the cache only a stub can be inspected.
    (tmp_path / "corner.yaml").write_text(TALKERS)
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "cache"), "PYTHONPATH": str(PACKAGE.parent)}
    command = [sys.executable, "-c", COLD, str(tmp_path / "corner.yaml")]
    both = [
        subprocess.Popen(
            [*command, str(tmp_path / out), out],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
        )
        for out in ("told", "quiet")
    ]  # fmt: skip
    said = [one.communicate(timeout=500) for one in both]
    assert [one.returncode for one in both] == [0, 0]
    told, quiet = (errors.splitlines() for _, errors in said)
    assert sum(line.startswith(ANNOUNCED) for line in told) == 1
    assert sum(line.startswith(ANNOUNCED) for line in quiet) == 0
    found = [[line.split()[1:] for line in out.splitlines() if line.startswith("#")] for out, _ in said]
    for entries in np.array(found, int).transpose(
        1, 0, 2
    ):  # of each entry, by process: hits, misses, functions, counts
        assert entries[:, :2].sum(axis=0).tolist() == [1, 1]
        (compiled_here,) = entries[entries[:, 1] == 1]
        assert compiled_here[2] > 0
        assert compiled_here[3] == 0
    tables = [(tmp_path / out / "measures.parquet").read_bytes() for out in ("told", "quiet")]
    assert tables[0] == tables[1]


# A world at its start is made by compiled code that calls the rules of model/; it compiles in seconds.
STARTED = """
import sys
from cxsim.engines import world
from cxsim.scenario.loaded import load
made = world.new_world(load(sys.argv[1]).plan(), 1, 0, log=False)
print(made.cold["next_need"].sum(), sum(world._populate.stats.cache_hits.values()))
"""


@pytest.fixture
def copy(tmp_path):
    package = tmp_path / "copy" / "cxsim"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "talkers.yaml").write_text(TALKERS)
    return package


def test_an_edited_rule_changes_the_result_at_once(copy, tmp_path):
    def started():
        return said_by(STARTED, tmp_path / "talkers.yaml", package=copy, XDG_CACHE_HOME=tmp_path / "cache")

    before, again = started(), started()
    assert (before[1], again[1]) == ("0", "1")
    assert before[0] == again[0]
    draws = copy / "model" / "draws.py"
    text = draws.read_text()
    assert text.count("* 2.220446049250313e-16") == 1
    draws.write_text(text.replace("* 2.220446049250313e-16", "* 1.0e-16"))
    edited = started()
    assert edited[1] == "0"
    assert edited[0] != before[0]


@pytest.mark.parametrize("room", ["model", "behaviour", "engines"])
def test_every_source_that_is_compiled_names_the_cache(copy, room):
    before = cache_folder(copy)
    for source in sorted((copy / room).glob("*.py")):
        text = source.read_text()
        source.write_text(text + "\n")
        assert cache_folder(copy) != before, source.name
        source.write_text(text)
    assert cache_folder(copy) == before


def test_sources_that_are_not_compiled_do_not_name_the_cache(copy):
    before = cache_folder(copy)
    for source in ("engines/reference/desk.py", "scenario/models.py", "charts/style.py"):
        with (copy / source).open("a") as file:
            file.write("\n")
    assert cache_folder(copy) == before


def test_a_cache_in_which_nothing_lies_is_cold(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder().is_relative_to(tmp_path)
    assert not compiled.is_warm()
