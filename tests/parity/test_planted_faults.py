"""A fault planted in either engine is caught: by different bytes, or by the check of the order of events."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cxsim.engines import compiled, reference
from cxsim.engines.reference import moment, recovery
from cxsim.engines.reference.desk import Desk
from cxsim.engines.reference.mind import Mind
from cxsim.engines.reference.world import World
from cxsim.errors import RunError
from cxsim.model import events as ev
from cxsim.scenario.loaded import load, loads
from tests.parity.comparison import differences

ROOT = Path(__file__).resolve().parents[2]
# Calls and services of whole minutes, so that many things happen in one microsecond.
TIED = """
format: 1
starts: 2025-01-06 08:00
lasts: 8 h
firms:
  Bank:
    arrivals:
      calls: {trace: trace.csv, journey: [line, desk], patience: always 3 min}
    touchpoints:
      line: {channel: phone, staff: 3, takes: always 2 min, goes_to: {desk: 50 %}}
      desk: {channel: back office, staff: 1, takes: always 1 min, solves: 50 %}
"""
# Failures, complaints, credits that need approval, training and fixing, within a few months.
LOOP = """
format: 1
our_firm: Cable
starts: 2025-01-06
lasts: 9 months
warm_up: 1 month
market: {customers: 25, setting: contractual}
defaults: {voice_cost: 0, hope: 1, fixing_half_life: 1}
firms:
  Cable:
    share: 100 %
    price: 30 a month
    contacts: {line-down: {happens: 1 a month, because: failure, journey: [phone]}}
    touchpoints:
      phone: {channel: phone, staff: 2, takes: 8 min, solves: 60 %, fails: 30 %, training: 100 h a year}
      complaints: {channel: complaint desk, staff: 1, takes: 20 min}
      approvals: {channel: back office, staff: 1, takes: 10 min, hours: Fri 14:00-16:00}
    recovery: {steps: [apologize, credit], credit: 10, without_approval: 0}
    process: {fixing: 60 h a month, looks_at: all failures}
"""


def write_tied(folder):
    times = [f"2025-01-06 {8 + k // 90:02d}:{k * 2 // 3 % 60:02d}:00,calls" for k in range(540)]
    (folder / "trace.csv").write_text("\n".join(["time,source", *times]) + "\n")
    (folder / "tied.yaml").write_text(TIED)
    return folder / "tied.yaml"


def last_come_first_served(patch):
    patch.setattr(Desk, "next_in_line", lambda desk: next((line[-1] for line in desk.lines if line), None))


def lowest_number_serves(patch):
    patch.setattr(Desk, "longest_idle", lambda desk: next((a for a in desk.agents if a.status == ev.FREE), None))


def priorities_are_forgotten(patch):
    first = Desk.next_in_line

    def oldest(desk):
        heads = [line[0] for line in desk.lines if line]
        return min(heads, key=lambda customer: customer.since) if heads else first(desk)

    patch.setattr(Desk, "next_in_line", oldest)


def abandonments_come_before_service_ends(patch):
    schedule = World.schedule
    swapped = {ev.SERVICE_END: ev.ABANDON, ev.ABANDON: ev.SERVICE_END}

    def swap(world, time, kind, *args, **named):
        return schedule(world, time, swapped.get(kind, kind), *args, **named)

    patch.setattr(World, "schedule", swap)


def leavers_of_a_shift_go_at_once(patch):
    release = Desk.release

    def forget(desk, agent):
        agent.status = ev.BUSY
        release(desk, agent)

    patch.setattr(Desk, "release", forget)


@pytest.mark.parametrize(
    "plant",
    [
        last_come_first_served,
        lowest_number_serves,
        priorities_are_forgotten,
        abandonments_come_before_service_ends,
        leavers_of_a_shift_go_at_once,
    ],
)
def test_a_fault_in_the_reference_engine_is_caught(plant, monkeypatch, tmp_path):
    plans = [
        load(ROOT / "tests/scenarios/valid/two-desks.yaml").with_values({"lasts": "5 d"}).plan(),
        load(write_tied(tmp_path)).plan(),
    ]
    sound = [compiled.run(plan, 7, 0, log=True) for plan in plans]
    assert [differences(one, reference.run(plan, 7, 0, log=True)) for one, plan in zip(sound, plans, strict=True)] == [
        [],
        [],
    ]
    plant(monkeypatch)
    caught = []
    for one, plan in zip(sound, plans, strict=True):
        try:
            caught += differences(one, reference.run(plan, 7, 0, log=True))
        except RunError as error:
            caught.append(str(error))
    assert caught


def credits_need_no_approval(patch):
    patch.setattr(recovery, "needs_approval", lambda person, firm: False)


def what_was_fixed_still_fails(patch):
    patch.setattr(moment, "is_spared", lambda *_: False)


def failures_are_forgotten_at_once(patch):
    patch.setattr(Mind, "unhealed", lambda mind, now, memory: 0.0)


@pytest.mark.parametrize(
    "plant", [credits_need_no_approval, what_was_fixed_still_fails, failures_are_forgotten_at_once]
)
def test_a_fault_in_what_follows_a_failure_is_caught(plant, monkeypatch):
    plan = loads(LOOP).plan()
    sound = compiled.run(plan, 7, 0, log=True)
    assert differences(sound, reference.run(plan, 7, 0, log=True)) == []
    plant(monkeypatch)
    assert differences(sound, reference.run(plan, 7, 0, log=True)) != []


# Without the compiler the compiled engine is Python too, and its calendar can be made to forget the order of kinds.
PLANTED = """
import sys
from cxsim.engines import calendar, compiled, reference
from cxsim.errors import RunError
from cxsim.scenario.loaded import load
sys.path.insert(0, sys.argv[2])
from comparison import differences
if sys.argv[4] == "buckets":  # few events, and yet buckets
    calendar.FEWEST = 1
    calendar.laid_out.__defaults__ = (2, None)
if sys.argv[3] == "ties forgotten":
    calendar.precedes = lambda s, one, other: False
if sys.argv[3] == "eldest brother":
    calendar.first_of = lambda s, child, time: child
if sys.argv[3] == "late ones lost":
    calendar.keep = lambda s, bucket, place: None
plan = load(sys.argv[1]).plan()
try:
    print(len(differences(compiled.run(plan, 7, 0, log=True), reference.run(plan, 7, 0, log=True))))
except RunError:
    print("out of order")
"""


@pytest.mark.parametrize(
    ("planted", "layout"),
    [
        ("sound", "heap"),
        ("sound", "buckets"),
        ("ties forgotten", "heap"),
        ("ties forgotten", "buckets"),
        ("eldest brother", "heap"),
        ("late ones lost", "buckets"),
    ],
)
def test_a_fault_in_the_calendar_of_the_compiled_engine_is_caught(planted, layout, tmp_path):
    done = subprocess.run(
        [
            sys.executable,
            "-W",
            "ignore",
            "-c",
            PLANTED,
            str(write_tied(tmp_path)),
            str(ROOT / "tests/parity"),
            planted,
            layout,
        ],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    said = done.stdout.strip()
    assert (said == "0") == (planted == "sound"), said
