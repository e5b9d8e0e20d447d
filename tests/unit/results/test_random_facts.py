"""Whatever the facts are, no sentence holds a hole: no nan, no None, no brace, no two spaces."""

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxsim.measures.catalog import CATALOG
from cxsim.measures.records import Record
from cxsim.results.answer import said, written
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
from cxsim.results.grounds import LEFT
from cxsim.results.summary import WIDTH, lines_of
from cxsim.results.wording import apportioned, columns

HOLE = re.compile(r"\bnan\b|\binf\b|None|[{}]|  |unknown|−0(?![\d.])|\.\.|;\.|, ,|\( |\+−")
HOLE_ON_SCREEN = re.compile(r"\bnan\b|\binf\b|None|[{}]|unknown|−|\+-")
POLICIES = ("a", "make-good-fast", "исправи-брзо", "iyileştir-önce", "x" * 40)
MEASURES = ("retention", "profit", "nps", "wait_mean", "churn", "won_by_recommendation")
MORE = ("policy_cost", "nps_true", "csat", "csat_true", "market_share")
SCALES = {"share": 1.0, "share a month": 0.1, "money": 1e6, "points": 100.0}


class Draw:
    """Random facts; round numbers, zeros and what was not measured are as frequent as the rest."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)

    def flag(self, chance=0.5):
        return bool(self.rng.random() < chance)

    def number(self, low, high, *, missing=False):
        kind = self.rng.integers(6)
        if missing and kind == 0:
            return math.nan
        if kind == 1:
            return float(np.clip(0.0, low, high))
        return float(np.round(self.rng.uniform(low, high), self.rng.integers(1, 9)))

    def count(self, low, high):
        return int(self.rng.integers(low, high + 1))

    def one(self, things):
        return things[self.count(0, len(things) - 1)]

    def some(self, things, most=None):
        count = self.count(0, min(len(things), most or len(things)))
        return [things[at] for at in self.rng.permutation(len(things))[:count]]

    def maybe(self, make):
        return make() if self.flag(0.7) else None

    def gain(self, scale=1.0, *, missing=True):
        value, half = scale * self.number(-1, 1), scale * abs(self.number(-0.6, 0.6))
        if missing and self.flag(0.1):
            return Gain(value, math.nan, math.nan)
        return Gain(value, value - half, value + half)

    def row(self, measure, policy):
        unit = CATALOG[measure].unit
        scale = SCALES.get(unit, 50.0)
        unit = "EUR" if unit == "money" else unit
        usual = scale * self.number(0, 1)
        best = self.number(0, 1, missing=True)
        if policy == "as-is":
            return Row(policy, unit, usual, usual, usual, usual, math.nan, math.nan, math.nan, best)
        gain = self.gain(scale)
        mean = usual + gain.value
        return Row(policy, unit, mean, mean - 0.1 * scale, mean + 0.1 * scale, usual, *gain, best)

    def leader(self, policies):
        price = self.maybe(lambda: self.gain(missing=False))
        return Leader(self.one(MEASURES), self.one(policies), self.gain(10.0, missing=False), price, self.count(0, 3))

    def figure(self):
        if self.flag():
            return Compared("nps", "points", self.number(-99, 99), self.number(0, 9), *self.numbers(-99, 99))
        if self.flag():
            return Compared("churn", "share a month", self.number(0, 0.1), self.number(0, 0.1), *self.numbers(0, 0.1))
        return Compared("csat", "share", self.number(0, 1), self.number(0, 1), *self.numbers(0, 1))

    def numbers(self, low, high):
        return self.number(low, high), self.number(low, high)

    def rival(self):
        if self.flag(0.3):
            return Rival("Chain", kept=self.row("retention", "a"))
        figures = tuple(self.figure() for _ in range(self.count(0, 3)))
        return Rival("Old", figures, len(figures) + self.count(0, 2))

    def opening(self):
        return Opening("New", self.count(1, 6), *self.numbers(-999, 999), self.gain(99.0))

    def ledger(self):
        return Ledger(*(self.count(0, 3) for _ in range(5)), self.one(((), ("one",), ("one", "two"))))

    def worlds(self, policies):
        turns = tuple(Turn(self.one(policies), "it rains") for _ in range(self.count(0, 2)))
        first = self.one(("", "why they left"))
        return Worlds(*sorted((self.count(0, 99), self.count(0, 99)), reverse=True), self.count(0, 9), turns,
                      abs(self.number(0, 1, missing=True)), first)  # fmt: skip

    def setting(self):
        return Setting(
            scenario=self.one(("town", "város-és-környéke", "x" * 90)),
            firm=self.one(("Firm", "Ђорђевић", "Şirket")),
            lasts=self.one(("1 year", "4 years", "18 months")),
            question=self.one(("", "Which?")),
            contractual=self.flag(),
            customers=self.maybe(lambda: self.count(1, 10**6)),
            starting=self.number(0, 1e5, missing=True),
            replications=self.count(1, 100),
            again=self.one(("", "cxsim compare town --seed 1")),
            with_worlds=self.one(("", "cxsim compare town --seed 1 --worlds 64")),
            unsure=self.flag(),
        )

    def findings(self):
        others = self.some(POLICIES)
        policies = ("as-is", *others)
        headline = self.one(("retention", "retention", "profit", "wait_mean"))
        measured = dict.fromkeys((headline, *self.some((*MEASURES, *MORE))))
        rows = {(measure, policy): self.row(measure, policy) for measure in measured for policy in policies}
        higher = CATALOG[headline].better == "higher"
        found = {name: rows[headline, name] for name in others}
        better = [name for name in others if not found[name].tie and (found[name].difference > 0.0) == higher]
        return Findings(
            setting=self.setting(),
            policies=policies,
            headline=headline,
            rows=rows,
            ranked=tuple(better),
            level=tuple(self.some(others)),
            level_early=tuple(self.some(others, 2)),
            seen=self.number(0, 1, missing=True),
            other_winner=self.maybe(lambda: self.leader(policies)),
            talk=self.maybe(lambda: self.leader(others)) if others else None,
            goals=tuple(
                GoalFound(measure, "at least 3", {name: self.number(0, 1, missing=True) for name in policies})
                for measure in self.some((*MEASURES, "payback"), 2)
            ),
            payback=self.maybe(lambda: Payback(*self.one(((math.nan, 0.0), (self.number(0, 99), 0.4), (7.2, 1.0))))),
            why=tuple(
                Reason(reason, self.number(-9, 9, missing=self.flag(0.1)), *self.numbers(-1, 9))
                for reason in self.some((*LEFT, "weather"))
            ),
            segments=tuple(Segment(name, self.gain()) for name in self.some(("old", "genç", "млади"))),
            segments_apart=self.flag(),
            paid_for_nothing=self.number(0, 1, missing=True),
            harm=self.maybe(lambda: Harm(self.number(0, 9, missing=True), self.one(("", "waiting")))),
            design=self.number(0, 1, missing=True),
            training=frozenset(others[:1]),
            openings=tuple(self.opening() for _ in self.some("ab")),
            rivals=tuple(self.rival() for _ in self.some("abcd")),
            records=tuple(
                Record(name, *(self.number(-1, 1) for _ in range(5)), met=self.flag()) for name in self.some(MEASURES)
            ),
            ledger=self.maybe(self.ledger),
            worlds=self.maybe(lambda: self.worlds(policies)),
        )  # fmt: skip


@pytest.mark.parametrize("block", range(4))
def test_no_sentence_holds_a_hole(block):
    for case in range(100):
        facts = Draw(20260101 + 100 * block + case).findings()
        for label, text in said(facts):
            where = (block, case, label, text)
            assert not HOLE.search(text), where
            assert text == text.strip(), where
            assert text.endswith("."), where
            assert not text[0].islower() or text.startswith("as-is"), where
        assert "\n\n\n" not in written(facts)
        for line in lines_of(facts):
            assert columns(line) <= WIDTH, (block, case, line)
            assert not HOLE_ON_SCREEN.search(line), (block, case, line)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(st.floats(-50.0, 50.0), min_size=1, max_size=10), st.sampled_from((0, 1)))
def test_what_is_apportioned_adds_up_and_moves_nothing_by_a_whole_unit(values, places):
    total = round(sum(values), places)
    parts = apportioned(values, total, places)
    assert math.isclose(sum(parts), total, abs_tol=1e-9)
    unit = 10.0**-places
    assert all(abs(part - value) <= unit * 1.5 for part, value in zip(parts, values, strict=True))
