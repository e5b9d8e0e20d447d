"""The same person meets the same luck, whoever else is there and whatever the firm does (keyed draws)."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cxsim.model import plan as pl
from tests.properties.keyed_draws import Sequential, broken, newcomer_alone, newcomer_in_town, null_policy, restarted
from tests.properties.worlds import COMPILED, FREE, REFERENCE, TOWN, run_of, scenario


@pytest.fixture(params=[COMPILED, REFERENCE])
def run(request):
    return run_of(request.param)


@pytest.mark.parametrize("setting", ["noncontractual", "contractual"])
@pytest.mark.parametrize("replication", [0, 1, 2])
def test_one_more_person_changes_nobody_where_nothing_is_shared(run, setting, replication):
    differing, rows, own = newcomer_alone(run, 40, replication, setting=setting, lasts="30 d")
    assert differing == 0
    assert rows > 1_000  # not for want of anything happening
    assert own > 10


@pytest.mark.parametrize("setting", ["noncontractual", "contractual"])
@pytest.mark.parametrize("customers", [5, 59, 60, 120])
def test_one_more_person_changes_nothing_before_a_first_effect_on_shared_staff(run, customers, setting):
    differing, rows, changed_later = newcomer_in_town(run, customers, setting=setting)
    assert differing == 0
    assert rows > 50
    assert changed_later > 50  # the newcomer does matter to others


@pytest.mark.parametrize("customers", [30, 31, 60])
def test_one_more_person_changes_nothing_before_a_first_effect_on_a_tie(run, customers):
    differing, rows, changed_later = newcomer_in_town(run, customers, text=FREE, talk="on", lasts="90 d")
    assert differing == 0
    assert rows > 50
    assert changed_later > 0


@pytest.mark.parametrize("replication", [0, 1, 2])
def test_a_policy_that_changes_nothing_changes_no_value(run, replication):
    rows, tallies, offered = null_policy(run, replication=replication)
    assert rows == 0
    assert tallies == 0
    assert offered > 100


def test_one_stream_of_luck_breaks_all_three_promises(monkeypatch):
    stream = Sequential()
    monkeypatch.setattr("cxsim.model.draws.draw", stream)
    counts = broken(restarted(run_of(REFERENCE), stream), customers=30)
    assert all(counts.values()), counts


@pytest.mark.slow
def test_one_stream_of_luck_breaks_them_in_the_compiled_engine_too():
    script = Path(__file__).with_name("keyed_draws.py")
    env = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run([sys.executable, str(script)], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    counts = json.loads(done.stdout)
    assert set(counts["keyed"].values()) == {0}
    assert all(counts["sequential"].values()), counts["sequential"]


def test_worlds_that_are_compared_differ_in_the_number_of_people_only():
    for text in (FREE, TOWN):
        one, other = (scenario(text, customers=n).plan() for n in (40, 41))
        assert [plan.market[0]["n_persons"] for plan in (one, other)] == [40, 41]
        one.market["n_persons"] = 41
        for name, a, b in zip(pl.Plan._fields, one, other, strict=True):
            assert a.tobytes() == b.tobytes(), name
