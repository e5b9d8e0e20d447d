"""Tables of one to eight policies with names that a careless chart would spoil."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from cxsim.charts.differences import differences
from cxsim.charts.dissatisfied import dissatisfied
from cxsim.charts.figure import make_chart
from cxsim.charts.league import league
from cxsim.charts.leavers import leavers
from cxsim.charts.retention import retention
from cxsim.charts.rivals import rivals
from cxsim.charts.waits import waits

DRAWN_BY = {
    "league": league,
    "differences": differences,
    "retention": retention,
    "dissatisfied": dissatisfied,
    "rivals": rivals,
    "waits": waits,
    "leavers": leavers,
}

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


FATES = (
    "left without a word",
    "complained, not made good",
    "complained, made good",
    "said nothing and stayed",
    "left after complaining",
)
FIGURES = {  # unit, what is known of each firm (None: nothing), what is simulated
    "net promoter score": ("points", (-35.0, None, -5.0, None), (-33.0, -19.0, -6.0, 2.0)),
    "customers lost a month": ("share a month", (0.007, None, 0.016, None), (0.0091, 0.006, 0.0157, 0.012)),
    "mean wait": ("min", (5.0, None, None, 3.0), (5.3, 4.1, 6.0, 3.1)),
    "customers who rate the firm poor": ("share", (0.54, None, None, None), (0.51, 0.4, 0.3, 0.2)),
    "price": ("EUR a month", (62.0, None, 59.0, 54.0), (None,) * 4),
}
FIRMS = ("Кабел Долина, as-is", "Кабел Долина, Make good, then fix", "Şirin Güneş $ & <b>", "Optikai Űrszél Kft.")


@pytest.fixture(scope="session")
def make_more_tables():
    """Tables of the league, the dissatisfied and the rivals."""

    def make(policies=3):
        names = NAMES[:policies]
        places, ends, cells = [], [], []
        for at, name in enumerate(names):
            mean = 0.58 + 0.013 * at
            places.append((name, mean, mean - 0.01, mean + 0.012, "share", "higher"))
            silent, spoke, good = 22.0 - at, 20.0 + 3.0 * at, 2.0 + 3.0 * at
            shares = (silent, spoke - good, good, 100.0 - silent - spoke, 0.4 * (spoke - good))
            ends += [(name, fate, share) for fate, share in zip(FATES, shares, strict=True)]
        for figure, (unit, known, simulated) in FIGURES.items():
            for firm, told, shown in zip(FIRMS, known, simulated, strict=True):
                origin = "recorded" if firm.startswith("Кабел") else "published"
                if told is not None:
                    cells.append((figure, unit, firm, told, 0.9 * told, 1.1 * told, origin))
                if shown is not None:
                    inferred = told is None and origin == "published"
                    cells.append((figure, unit, firm, shown, shown, shown, "inferred" if inferred else "simulated"))
        return {
            "league": pd.DataFrame(places, columns=["policy", "mean", "ci_low", "ci_high", "unit", "better"]),
            "dissatisfied": pd.DataFrame(ends, columns=["policy", "fate", "per_100"]),
            "rivals": pd.DataFrame(cells, columns=["figure", "unit", "row", "value", "low", "high", "origin"]),
        }

    return make


@pytest.fixture(scope="session")
def make_book():
    def make(tables, caption):
        given = {name: draw for name, draw in DRAWN_BY.items() if name in tables}
        if "differences" in tables and set(tables["differences"]["policy"]) == {"as-is"}:
            del given["differences"]
        return {name: make_chart(draw, tables[name], caption) for name, draw in given.items()}

    return make
