import math

import pytest

from cxsim.measures.records import records


def test_a_figure_is_met_within_its_margin():
    known = {"nps": (-35.0, 5.0), "churn": (0.007, 0.0007), "wait_mean": (5.0, 0.5), "csat": (0.5, 0.0)}
    simulated = {"nps": [-32.0, -28.0], "churn": [0.009, 0.009], "wait_mean": [5.3, 5.1, 5.2], "csat": [0.5]}
    rows = {row.figure: row for row in records(known, simulated)}
    assert list(rows) == list(known)
    assert [row.met for row in rows.values()] == [True, False, True, True]  # -30 lies on the very edge
    nps = rows["nps"]
    assert (nps.recorded, nps.margin, nps.simulated) == (-35.0, 5.0, -30.0)
    # Student's t of one degree of freedom: 12.706 standard errors of 2.
    assert (nps.ci_low, nps.ci_high) == pytest.approx((-30.0 - 25.412, -30.0 + 25.412), abs=1e-3)
    assert math.isnan(rows["csat"].ci_low)


def test_both_sides_count():
    below, above = records({"nps": (0.0, 5.0), "ces": (5.0, 0.5)}, {"nps": [-5.1, -5.1], "ces": [5.6, 5.6]})
    assert (below.met, above.met) == (False, False)


@pytest.mark.parametrize("values", [[], [1.0, math.nan]])
def test_what_is_not_simulated_is_neither_met_nor_missed(values):
    (row,) = records({"review_score": (4.0, 0.1)}, {"review_score": values, "nps": [1.0]})
    assert row.met is None
    assert math.isnan(row.simulated)
    assert records({"price": (55.0, 0.0)}, {})[0].met is None


def test_a_negative_margin_is_refused():
    with pytest.raises(ValueError, match="nps: the margin -1"):
        records({"nps": (0.0, -1.0)}, {"nps": [0.0]})
