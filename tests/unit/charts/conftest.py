"""Tables of one to eight policies with names that a careless chart would spoil."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

NAMES = (
    "as-is",
    "Train the front line",
    "Make good fast, without asking a supervisor first and without any form to fill in",
    "Fix the causes",
    "Árvíztűrő tükörfúrógép ügyfélszolgálat",
    "Müşteri şikâyetlerini hızlı çöz İĞ",
    "Brže rešavanje žalbi – Брже решавање жалби",
    "$50 credit & <b>no</b> $questions_asked^2$",
)
REASONS = ("a failure", "a wait", "not solved", "the price", "a better offer", "what others said", "moved or died")
TOUCHPOINTS = ("Phone", "Complaint desk", "Field visit at home", "Доставка на кућну адресу", "Store")


@pytest.fixture(scope="session")
def make_tables():
    def make(policies=3, touchpoints=3):
        names = NAMES[:policies]
        month = np.arange(0, 25.0)
        curves, gaps, queues, exits = [], [], [], []
        for place, name in enumerate(names):
            value = np.exp(-(0.011 - 0.0009 * place) * month)
            low, high = value - 0.0004 * month, np.minimum(1.0, value + 0.0004 * month)
            curves.append(
                pd.DataFrame({"policy": name, "month": month, "value": value, "ci_low": low, "ci_high": high})
            )
            gap = 0.02 * (place - 1)
            gaps.append((name, gap, gap - 0.015, gap + 0.015, "share", "higher"))
            gone = 20.0 - place
            exits.append((name, "stayed", 100.0 - gone))
            exits.extend((name, reason, gone / len(REASONS)) for reason in REASONS)
        for step, place in product(range(touchpoints), range(policies)):
            mean = (1 + step) * (2.0 - 0.2 * place)
            queues.append((TOUCHPOINTS[step % 5] + " again" * (step // 5), names[place], mean, 2.5 * mean))
        return {
            "retention": pd.concat(curves, ignore_index=True),
            "differences": pd.DataFrame(
                gaps, columns=["policy", "difference", "diff_ci_low", "diff_ci_high", "unit", "better"]
            ),
            "waits": pd.DataFrame(queues, columns=["touchpoint", "policy", "mean", "p90"]),
            "leavers": pd.DataFrame(exits, columns=["policy", "reason", "per_100"]),
        }

    return make
