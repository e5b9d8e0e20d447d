"""Discounted margins against the exact value of a constant one."""

import numpy as np
import pytest

from cxsim.measures.lifetime import lifetime_value
from cxsim.measures.totals import Totals
from cxsim.model.plan import YEAR


def totals(base, kept, customers, margin, spent=0.0):
    """Totals of one firm and one segment in periods of a year, no warm-up; class 0 is the same as class 1."""
    size = len(kept)

    def wide(values):
        return np.repeat(np.asarray(values, dtype=float)[:, None, None], 2, axis=2)

    zero = np.zeros((size, 1, 2))
    customers = np.array([base, *customers], dtype=float)
    time = (customers[:-1] + customers[1:]) / 2.0 * YEAR
    fields = dict.fromkeys(Totals._fields, zero)
    fields |= {"base": wide([base] * size), "kept": wide(kept), "customer_time": wide(time)}
    fields |= {"revenue": wide(margin * time / YEAR + spent), "credits": wide([spent] * size)}
    return Totals(**fields)


def worth(**given):
    made = totals(**given)
    ends = np.arange(1, made.base.shape[0] + 1) * YEAR
    return lifetime_value(made, ends.astype(np.int64), 1)[0]


def test_a_constant_share_that_stays_is_worth_the_geometric_sum():
    # Half a year into year t, (r^t + r^(t+1)) / 2 of the customers are there.
    r, i, m, years = 0.9, 0.12, 10.0, 30
    kept = [100 * r**t for t in range(1, years + 1)]
    q = r / (1 + i)
    exact = m * (1 + r) / 2 * (1 + i) ** -0.5 * (1 - q**years) / (1 - q)
    assert worth(base=100.0, kept=kept, customers=kept, margin=m).tolist() == pytest.approx([exact, exact])
    # Published elasticity at r = 0.9 and 12 % is about 5 (with endless time; here the first half year is sure).
    more = [100 * (r * 1.01) ** t for t in range(1, years + 1)]
    longer = worth(base=100.0, kept=more, customers=more, margin=m)[0]
    assert longer / exact - 1.0 == pytest.approx(0.05, abs=0.01)


def test_new_customers_add_nothing_to_the_value_of_the_old():
    kept = [80.0, 60.0]
    alone = worth(base=100.0, kept=kept, customers=kept, margin=10.0)
    joined = worth(base=100.0, kept=kept, customers=[200.0, 400.0], margin=10.0)
    assert joined.tolist() == pytest.approx(alone.tolist())
    by_hand = 10.0 * (90 / 1.12**0.5 + 70 / 1.12**1.5) / 100.0
    assert alone[0] == pytest.approx(by_hand)


def test_credits_are_no_margin():
    kept = [100.0]
    assert worth(base=100.0, kept=kept, customers=kept, margin=10.0, spent=500.0)[0] == pytest.approx(10 / 1.12**0.5)


def test_without_starting_customers_there_is_no_value():
    assert np.isnan(worth(base=0.0, kept=[0.0], customers=[10.0], margin=10.0)).all()


def test_all_customers_are_worth_what_the_segments_are():
    # Starting customers are 100 of 100 rich ones and 100 of 300 poor ones.
    zero = np.zeros((1, 1, 3))
    fields = dict.fromkeys(Totals._fields, zero)
    fields["base"] = fields["kept"] = np.array([[[200.0, 100.0, 100.0]]])
    fields["customer_time"] = np.array([[[400.0, 100.0, 300.0]]]) * YEAR
    fields["revenue"] = np.array([[[2300.0, 2000.0, 300.0]]])
    found = lifetime_value(Totals(**fields), np.array([YEAR], np.int64), 2)[0]
    assert found.tolist() == pytest.approx([value / 1.12**0.5 for value in (10.5, 20.0, 1.0)])
