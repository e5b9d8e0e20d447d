"""Every bundled scenario, shortened, under every policy: the same log, tallies and world in both engines."""

from pathlib import Path

import pytest

from cxsim.engines import compiled, reference
from cxsim.scenario.loaded import load
from tests.parity.comparison import differences, steer_of

ROOT = Path(__file__).resolve().parents[2]
BUNDLED = sorted(path for path in (ROOT / "scenarios").rglob("*.yaml") if path.parent.name != "studies")
FILES = [*BUNDLED, ROOT / "tests/scenarios/valid/two-desks.yaml"]
# Short and small enough for the reference engine; the features of a file are all still met.
EVERYWHERE = [f"{firm}.{desk}" for firm in ("North", "South") for desk in ("store", "phone", "repair")]
SHORTER = {
    "local-shop-vs-chain": {"lasts": "3 months", "warm_up": "1 months", "market.customers": "150"},
    "bank-phone": {"lasts": "2 d"},
    "cable-town": {"lasts": "20 months", "market.customers": "40", "FiberNow.arrives": "month 4"},
    "contract-switching": {"lasts": "6 months", "market.customers": "200"},
    "expectation": {"lasts": "2 months", "warm_up": "2 h", "market.customers": "100"},
    "failures": {"lasts": "2 months", "warm_up": "2 h", "market.customers": "100"},
    "restaurant": {"lasts": "4 months", "warm_up": "1 months", "market.customers": "60"},
    "default-market": {"lasts": "4 months", "warm_up": "1 months", "market.customers": "120"},
    "answers": {"lasts": "3 months", "warm_up": "1 months", "market.customers": "60"},
    "entrant": {"lasts": "3 months", "warm_up": "1 months", "market.customers": "60"},
    "follow-up": {"lasts": "3 months", "warm_up": "1 months", "market.customers": "60"},
    "million": {"lasts": "3 months", "market.customers": "120", **{f"{at}.staff": "1" for at in EVERYWHERE}},
    "organisation": {"lasts": "3 months", "warm_up": "1 months", "market.customers": "60"},
    "persistence": {"lasts": "3 months", "warm_up": "1 months", "market.customers": "60"},
    "retention": {"lasts": "12 months", "market.customers": "300"},
    "steered-hotline": {"lasts": "4 months", "callers.rate": "0.1 times", "phone.staff": "1"},
    "switching": {"lasts": "3 months", "market.customers": "150"},
    "talk": {"lasts": "2 months", "warm_up": "2 h", "market.customers": "100"},
    "two-desks": {},
}
CASES = [(path, policy) for path in FILES for policy in load(path).policies]


@pytest.mark.parametrize(("path", "policy"), CASES, ids=[f"{path.stem}-{policy}" for path, policy in CASES])
def test_both_engines_write_the_same_bytes(path, policy):
    scenario = load(path, allow_steering=True).with_values(SHORTER.get(path.stem, {"lasts": "1 d", "warm_up": "2 h"}))
    plan = scenario.plan(policy)
    fast = compiled.run(plan, 20260101, 3, log=True, steer=steer_of(scenario, policy, plan))
    readable = reference.run(plan, 20260101, 3, log=True, steer=steer_of(scenario, policy, plan))
    assert fast.log.size > 50
    assert differences(fast, readable) == []


TRACE = """time,source,priority
2025-01-06 08:00:00,calls,3
2025-01-06 08:00:00,calls,0
2025-01-06 08:00:00,calls,2
2025-01-06 08:00:01,calls,1
2025-01-06 08:20:00,calls,0
2025-01-06 08:20:00,calls,1
"""
STAFFING = """from,until,staff
2025-01-06 08:00,2025-01-06 08:15,1
2025-01-06 08:15,2025-01-06 09:00,2
"""
RECORDED = """
format: 1
starts: 2025-01-06 08:00
lasts: 2 h
firms:
  Bank:
    arrivals:
      calls: {trace: trace.csv, journey: [line], patience: always 2 h}
    touchpoints:
      line: {channel: phone, staffing: staffing.csv, takes: always 7 min}
"""


def test_recorded_calls_of_one_second_keep_their_order(tmp_path):
    (tmp_path / "trace.csv").write_text(TRACE)
    (tmp_path / "staffing.csv").write_text(STAFFING)
    (tmp_path / "bank.yaml").write_text(RECORDED)
    plan = load(tmp_path / "bank.yaml").plan()
    fast = compiled.run(plan, 1, 0, log=True)
    readable = reference.run(plan, 1, 0, log=True)
    assert differences(fast, readable) == []
    starts = fast.log[fast.log["kind"] == 5]
    ordinals = (starts["customer"] & 0xFFFF).tolist()
    # The first caller is served at once; then priority 0 before 1 before 2, from 08:15 on by two.
    assert ordinals[:4] == [0, 1, 3, 2]
