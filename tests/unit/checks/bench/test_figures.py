"""The arithmetic of a benchmark: medians, ratios turn by turn, and nulls where something is missing."""

import pytest

from cxsim.checks.bench.child import told
from cxsim.checks.bench.figures import Row, agrees, ns_per_event, ratio, row_of, spread
from cxsim.checks.bench.sizes import C_LOOP, CIW, COMPILED, REFERENCE, SIMPY, TUNED
from cxsim.checks.bench.tables import markdown, number, screen
from cxsim.checks.bench.targets import targets
from cxsim.checks.bench.workloads import compared, shrunk
from cxsim.engines.compiled import run
from cxsim.scenario import loads

CALLERS = """\
format: 1
lasts: 1 d
firms: {F: {arrivals: {c: {rate: 2 an hour, journey: p}}, touchpoints: {p: {channel: phone, staff: 1, takes: 8 min}}}}
"""


def turn(wall_s, events=100.0, **more):
    return {"customers": 50.0, "events": events, "wall_s": wall_s, "bytes": 500.0, **more}


def test_a_spread_is_the_median_with_both_ends():
    assert spread([3.0, 1.0, 2.0]) == (2.0, 1.0, 3.0, 3)
    assert spread([1.0, 4.0]).median == 2.5
    assert spread([]) is None
    assert spread(None) is None


def test_a_ratio_is_taken_turn_by_turn():
    # A machine that is ten times slower in one turn slows both sides: each turn says 2.
    assert ratio([2.0, 20.0, 4.0], [1.0, 10.0, 2.0]) == (2.0, 2.0, 2.0, 3)
    # The medians of the sides (4 and 2) would say the same here by luck, and 4 / 3 in the next.
    assert ratio([4.0, 4.0, 9.0], [4.0, 2.0, 3.0]).median == 2.0
    assert ratio([1.0], None) is None
    assert ratio(None, [1.0]) is None
    with pytest.raises(ValueError, match="shorter"):
        ratio([1.0, 2.0], [1.0])


def test_nanoseconds_are_seconds_over_events():
    assert ns_per_event([2e-6], [4.0]) == [500.0]
    assert ns_per_event([1.0], None) is None


def test_a_row_is_the_median_of_its_turns():
    row = row_of("w1", COMPILED, [turn(3e-6), turn(1e-6), turn(2e-6)])
    assert (row.wall_s, row.ns_per_event, row.ns_low, row.ns_high) == pytest.approx((2e-6, 20.0, 10.0, 30.0))
    assert row.bytes_per_customer == 10.0
    assert (row.turns, row.visits_per_s, row.peak_bytes, row.agrees) == (3, None, None, None)
    with pytest.raises(ValueError, match="no turn"):
        row_of("w1", COMPILED, [])


def test_a_peer_that_simulates_something_else_is_found():
    # M/M/10+M: 0.7275908 min and 0.0909488; 10^4 callers have standard errors of 0.06 min and 0.0075.
    assert agrees(0.7275908, 0.0909488, 10_000)
    assert agrees(0.90, 0.10, 10_000)
    assert not agrees(1.10, 0.0909, 10_000)
    assert not agrees(0.7276, 0.14, 10_000)
    assert not agrees(0.90, 0.0909, 1_000_000)
    wrong = row_of("w1", SIMPY, [turn(1.0, wait=5.0, abandoned=0.09)])
    assert wrong.agrees is False


def test_every_engine_stands_beside_simpy_and_c():
    turns = {COMPILED: [turn(1e-6), turn(2e-6)], C_LOOP: [turn(0.5e-6), turn(1e-6)], SIMPY: [turn(80e-6), turn(200e-6)]}
    rows = {row.engine: row for row in compared("w1", turns)}
    assert rows[COMPILED].ratio_to_simpy == 90.0  # 80 and 100
    assert rows[COMPILED].ratio_to_c == 2.0
    assert rows[COMPILED].times_as_fast == {C_LOOP: 0.5, SIMPY: 90.0}
    assert rows[SIMPY].ratio_to_simpy == 1.0
    assert rows[SIMPY].times_as_fast is None
    assert rows[C_LOOP].ratio_to_simpy == 180.0


def test_what_is_missing_is_null_and_neither_holds_nor_fails():
    rows = compared("w1", {COMPILED: [turn(1e-6)], TUNED: [turn(30e-6)]})
    assert rows[0].ratio_to_simpy is None
    assert rows[0].ratio_to_c is None
    found = {one.id: one for one in targets(rows, {})}
    assert (found["w1-c"].measured, found["w1-c"].holds) == (None, None)
    assert (found["w1-ciw"].holds, found["w2-simpy"].holds, found["million-s"].holds) == (None, None, None)
    assert found["w1-simpy-by-hand"].measured == pytest.approx(30.0)
    assert found["w1-simpy-by-hand"].holds


def test_aims_hold_at_their_limit_and_not_beyond():
    fast = compared("w1", {COMPILED: [turn(3e-6)], C_LOOP: [turn(2e-6)], CIW: [turn(237e-6)]})
    found = {one.id: one.holds for one in targets(fast, {"start": {"over_numpy_s": 2.1, "compile_s": 30.0}})}
    assert (found["w1-c"], found["w1-ciw"], found["warm"], found["compile"]) == (True, False, False, True)
    town = compared("cable-town", {COMPILED: [turn(1e-6)], REFERENCE: [turn(50e-6)]})
    assert next(one for one in targets(town, {}) if one.id == "town-reference").measured == pytest.approx(50.0)
    small, large = (
        row_of("million", COMPILED, [turn(wall, customers=people, peak=2.0**30)])
        for wall, people in ((1e-6, 10_000), (2.6e-6, 1_000_000))
    )
    found = {one.id: one for one in targets([small, large], {})}
    assert found["million-growth"].measured == pytest.approx(2.6)
    assert not found["million-growth"].holds
    assert found["million-gib"].holds


def test_people_and_staff_shrink_together():
    assert shrunk(1_000_000) == {}
    small = shrunk(10_000)
    assert small["market.customers"] == "10000"
    assert (small["North.store.staff"], small["South.phone.staff"]) == ("1", "2")
    assert shrunk(100)["North.store.staff"] == "1"


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), (0.934, "0.93"), (1.5, "1.50"), (2.04, "2.0"), (37.4, "37"), (128.4, "128"), (1494.0, "1 490")],
)
def test_numbers_have_the_digits_that_say_something(value, text):
    assert number(value) == text


@pytest.fixture
def document():
    turns = {COMPILED: [turn(1e-6)], SIMPY: [turn(77e-6)], C_LOOP: [turn(0.8e-6)]}
    rows = [row for work in ("w1", "w2") for row in compared(work, turns)]
    where = {"processor": "p", "cores": 2, "python": "3", "c": None}
    aims = [{**one._asdict(), "holds": one.holds} for one in targets(rows, {"draws": {"numba": 1.04}})]
    parts = {
        "calendar": [{"pending": 10, "ns": 50.0, "ns_c_heap": None, "ns_c_timeline": None, "ratio_to_c": None}],
        "start": None,
        "draws": {"numba": 1.04, "c": None},
        "workers": None,
    }
    results = [row._asdict() for row in rows]
    return {"platform": where, "full": False, "results": results, "targets": aims, **parts}


def test_memory_is_null_where_rows_are_used_again():
    plan = loads(CALLERS, "callers.yaml").plan()
    found = told(plan, run(plan, 20260101, 0).state)
    assert found["customers"] > 10.0
    assert row_of("w1", COMPILED, [{**found, "wall_s": 1.0}]).bytes_per_customer is None


def test_the_tables_of_the_readme_say_every_aim_that_was_measured(document):
    market = [row_of("million", COMPILED, [{**turn(50e-6), "customers": n, "peak": 2.0**30}]) for n in (1e4, 1e6)]
    rows = [*document["results"], *[row._asdict() for row in market]]
    parts = {"start": {"over_numpy_s": 1.234, "compile_s": 31.0}, "workers": {"ratio_to_c": 0.951}}
    aims = [{**one._asdict(), "holds": one.holds} for one in targets([Row(**row) for row in rows], parts)]
    text = markdown({**document, "results": rows, "targets": aims})
    told_ = [one for one in aims if one["measured"] is not None]
    assert len(told_) == 10
    assert all(f"| {one['what']} | " in text for one in told_)
    assert "over `import numpy` | at most 2.0 s | 1.23 s |  |" in text
    assert "compilation before the first run ever | at most 30 s | 31 s | missed |" in text
    assert "largest memory of the process | at most 1.00 GiB | 1 GiB |  |" in text
    assert "two C processes reach | at least 0.93 | 0.951 |  |" in text
    # 50 microseconds over 100 events; 500 bytes over so many customers.
    assert "| 10 000 | 500 | 0.05 | 0.00 | 1 020 |" in text
    assert "Ciw" not in text


def test_the_first_table_of_the_readme_holds_ratios_only(document):
    text = markdown(document)
    assert "| **cxsim** | 77 | 77 |" in text
    assert "| C, written for these two alone | 96 | 96 |" in text
    assert "small compiled loop | at most 1.10 times | 1.04 times |  |" in text
    assert "Ciw" not in text
    assert " ns" not in text


def test_the_screen_says_what_was_reached_and_what_was_missed(document):
    lines = list(screen(document))
    assert any("77  at least 70 times" in line and "ok" in line for line in lines)
    assert any("1.25  at most 1.50 times" in line for line in lines)
    assert any("W1 with a keyed draw" in line for line in lines)
    assert not any("Two workers" in line for line in lines)
    assert any("NOT THE SAME MODEL" in line for line in screen_of_wrong(document))


def screen_of_wrong(document):
    wrong = {**document["results"][0], "agrees": False}
    return screen({**document, "results": [wrong]})
