"""The aims of speed, one test each, on one full measurement of this machine: `make bench-check`.

``CXSIM_BENCH`` may name a measurement that `cxsim bench --out FILE` has just made; without it one is made, which takes
about ten minutes. Ratios are of turns in one run. The machine must be quiet: a busy neighbour fails them.
"""

import json
import os
import sys
from pathlib import Path

import pytest

from cxsim.checks.bench.run import bench
from cxsim.checks.bench.sizes import C_LOOP, CIW, COMPILED, SALABIM
from cxsim.checks.bench.targets import targets

pytestmark = pytest.mark.benchmark
AIMS = [one.id for one in targets([], {})]


@pytest.fixture(scope="session")
def measured():
    kept = os.environ.get("CXSIM_BENCH")
    if kept:
        return json.loads(Path(kept).read_text(encoding="utf-8"))
    return bench(say=lambda what: print(what, file=sys.stderr))


@pytest.mark.parametrize("aim", AIMS)
def test_an_aim_is_reached(measured, aim, capsys):
    found = {one["id"]: one for one in measured["targets"]}[aim]
    if found["measured"] is None:
        pytest.skip(f"{found['what']}: not measured here")
    sign = "at most" if found["at_most"] else "at least"
    said = f"{found['what']}: {found['measured']:.3g}; aim {sign} {found['limit']:g} {found['unit']}".rstrip()
    with capsys.disabled():
        print(f"\n  {said}", end=" ")
    assert found["holds"], said


def test_everybody_simulated_the_same_model(measured):
    assert [f"{row['workload']}, {row['engine']}" for row in measured["results"] if row["agrees"] is False] == []


def test_the_first_start_says_so_in_one_line(measured):
    if measured["start"] is None or measured["start"]["remarks"] is None:
        pytest.skip("not measured")
    assert measured["start"]["remarks"] == 1


def test_one_and_two_workers_give_the_same_values(measured):
    assert measured["workers"] is None or measured["workers"]["equal"]


def test_what_is_compared_is_there(measured):
    engines = {row["engine"] for row in measured["results"] if row["workload"] == "w1"}
    missing = {COMPILED, C_LOOP, CIW, SALABIM} - engines
    if missing:
        pytest.skip(f"not measured here: {', '.join(sorted(missing))}")
