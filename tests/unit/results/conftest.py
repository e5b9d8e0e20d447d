import math
from dataclasses import replace

import pytest

from cxsim.experiments.compare import Setup, experiment
from cxsim.measures.records import Record
from cxsim.results.comparison import Comparison
from cxsim.results.findings import (
    Compared,
    Findings,
    Gain,
    GoalFound,
    Harm,
    Leader,
    Ledger,
    Opening,
    Payback,
    Reason,
    Rival,
    Row,
    Segment,
    Setting,
    Turn,
    Worlds,
)
from cxsim.results.result import Result


@pytest.fixture
def compared(corner, answering_engine):
    def make(scenario=corner, policies=None, **setup):
        chosen = policies or scenario.policies
        return Comparison(
            experiment(scenario, chosen, Setup(simulate=setup.pop("simulate", answering_engine), **setup))
        )

    return make


@pytest.fixture
def comparison(compared):
    return compared(replications=12)


@pytest.fixture
def result(corner, answering_engine):
    return Result(experiment(corner, ["hire"], Setup(simulate=answering_engine, replications=6)))


def row_of(policy, unit, mean, reference, half, best=math.nan):
    """A row with an interval of the difference of so much on each side."""
    gap = mean - reference
    limits = (math.nan, math.nan) if policy == "as-is" else (gap - half, gap + half)
    gap = math.nan if policy == "as-is" else gap
    return Row(policy, unit, mean, mean - half, mean + half, reference, gap, *limits, best)


BEST = "make-good-then-fix"
POLICIES = ("as-is", "train-the-front-line", "make-good-fast", "fix-the-causes", "match-the-price", BEST)
KEPT = (0.58, 0.588, 0.66, 0.67, 0.63, 0.71)
PROFIT = (2e6, 1.99e6, 2.3e6, 2.4e6, 1.69e6, 2.64e6)
WON = (85.0, 86.0, 120.0, 118.0, 90.0, 140.0)


def cable_rows():
    found = {}
    for policy, kept, profit, won in zip(POLICIES, KEPT, PROFIT, WON, strict=True):
        found["retention", policy] = row_of(policy, "share", kept, KEPT[0], 0.014, 0.96 if policy == BEST else 0.01)
        found["profit", policy] = row_of(policy, "EUR", profit, PROFIT[0], 1e5)
        found["won_by_recommendation", policy] = row_of(policy, "customers a year", won, WON[0], 16.0)
    found["policy_cost", BEST] = row_of(BEST, "EUR", 213_456.0, 0.0, 1000.0)
    found["nps", BEST] = row_of(BEST, "points", -19.2, -35.1, 3.0)
    found["nps_true", BEST] = row_of(BEST, "points", -17.0, -31.0, 3.0)
    return found


@pytest.fixture
def cable():
    """Hand-made facts about the cable company, as in the aim of the sentences; keywords change them."""

    def make(**changes):
        setting = Setting(
            scenario="cable-town",
            firm="ValleyCable",
            lasts="4 years",
            question="Train, make good, fix or cut the price?",
            customers=6000,
            starting=5400.0,
            replications=30,
            seed=7,
            wall_s=41.3,
            again="cxsim compare cable-town --seed 7 --replications 30",
            with_worlds="cxsim compare cable-town --seed 7 --replications 30 --worlds 64",
        )
        setting = replace(setting, **changes.pop("setting", {}))
        facts = {
            "setting": setting,
            "policies": POLICIES,
            "headline": "retention",
            "rows": cable_rows() | changes.pop("rows", {}),
            "ranked": (BEST, "fix-the-causes", "make-good-fast", "match-the-price"),
            "level_early": ("make-good-fast",),
            "seen": 0.02,
            "talk": Leader("won_by_recommendation", BEST, Gain(55.0, 39.0, 71.0)),
            "goals": (
                GoalFound("retention", "at least 70 %", dict.fromkeys(POLICIES, 0.2) | {BEST: 0.61}),
                GoalFound("payback", "within 24 months", {BEST: 0.93}),
            ),
            "payback": Payback(13.2, 1.0),
            "why": (
                Reason("a failure", 7.2, 4.1, 3.3),
                Reason("a complaint that was not made good", 3.6),
                Reason("waiting", 1.3),
                Reason("the price", -0.6),
            ),
            "segments": (
                Segment("seniors", Gain(0.19, 0.15, 0.23)),
                Segment("families", Gain(0.12, 0.1, 0.14)),
                Segment("shops", Gain(0.06, 0.02, 0.1)),
            ),
            "segments_apart": True,
            "paid_for_nothing": 0.52,
            "harm": Harm(2.1, "waiting"),
            "design": 0.58,
            "training": frozenset(("train-the-front-line",)),
            "openings": (Opening("FiberNow", 6, 641.0, 288.0, Gain(-353.0, -400.0, -300.0)),),
            "rivals": (
                Rival(
                    "SkyDish",
                    (
                        Compared("nps", "points", -5.0, 6.0, -35.0, -19.0),
                        Compared("churn", "share a month", 0.016, 0.0016, 0.009, 0.005),
                    ),
                    3,
                ),
            ),
            "records": (
                Record("nps", -35.0, 5.0, -33.0, -34.0, -32.0, met=True),
                Record("rated_poor", 0.54, 0.05, 0.51, 0.5, 0.52, met=True),
                Record("wait_mean", 5.0, 0.5, 5.3, 5.2, 5.4, met=True),
                Record("churn", 0.007, 0.0007, 0.0075, 0.0073, 0.0077, met=True),
            ),
            "ledger": Ledger(4, 3, 0, 2, 0, ("satisfaction to staying", "how far a story travels")),
            "worlds": Worlds(
                100,
                87,
                turns=(
                    Turn("fix-the-causes", "FiberNow comes before month 14"),
                    Turn("as-is", "satisfaction matters less than 0.6 times what we assume"),
                ),
                most_regret=0.03,
                measure_first="why customers left last year",
            ),
        }
        return Findings(**{**facts, **changes})

    return make
