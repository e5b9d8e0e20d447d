"""Keyed draws on consecutive seeds: W1 and the phone of W2 meet the exact values."""

import pytest

from cxsim.checks.keyed import keyed


@pytest.mark.slow
def test_ten_million_customers_meet_the_exact_values(tmp_path):
    checks = keyed(tmp_path / "keyed.jsonl", runs=20, customers=500_000)
    assert [f"{check.name}: z {check.z:.2f}" for check in checks if not check.holds] == []
    assert all(check.standard_error / check.exact < 0.01 for check in checks)
