"""How patterns are judged, what their experiments may force, and how episodes are read from a log."""

import math
import re

import numpy as np
import pytest
from typer.testing import CliRunner

from cxsim.checks import patterns, patterns_failures, patterns_justice, patterns_markets
from cxsim.checks import patterns_worlds as worlds
from cxsim.checks.seeds import PATTERN_SEEDS, SEEDS
from cxsim.cli.app import app, hoisted
from cxsim.errors import InputError
from cxsim.model import events as ev
from cxsim.model.state import LOG
from cxsim.stats.intervals import mean_interval, ratio_interval

ROWS = ("C2", "C3", "C4", "C5", "C12", "C13", "C18", "C20", "C24", "C31", "C32", "C33", "C35")
PATTERNS = {one.id: one for one in patterns.all_patterns()}
# Tolerances as they stand in the rows of the patterns.
TOLERANCES = {
    "of the silent, left after a severe problem": (0.85, 0.96),
    "of the silent, left after a minor problem": (0.55, 0.70),
    "everyday problems that are voiced": (0.02, 0.08),
    "severe problems that are voiced": (0.30, 0.75),
    "minor, satisfied: stays": (0.60, 0.80),
    "severe, satisfied: stays": (0.44, 0.64),
    "minor: benefit of slow over quick": (0.45, 0.75),
    "share of the best, all firms 1 SD better": (-0.01, 0.01),
    "captive customers who rate the firm poor": (0.45, 0.65),
    "hazard of leaving in a year, satisfied": (0.35, 0.75),
    "slope below expectations over slope above": (1.5, 12.0),
    "good stories for a bad one, private": (2.0, 4.5),
    "share of public ratings that are bad": (0.50, 0.75),
}


def test_every_row_has_its_experiment():
    assert tuple(PATTERNS) == ROWS
    assert all(one.replications >= 30 for one in PATTERNS.values())


def test_every_pattern_has_a_published_seed_of_its_own():
    used = [one.seed or one.id for one in PATTERNS.values()]
    assert set(used) == set(PATTERN_SEEDS)
    assert len({*PATTERN_SEEDS.values(), *SEEDS.values()}) == len(PATTERN_SEEDS) + len(SEEDS)


def test_tolerances_are_those_of_the_rows():
    figures = {figure.name: figure for one in PATTERNS.values() for figure in one.figures}
    for name, (low, high) in TOLERANCES.items():
        assert (figures[name].low, figures[name].high) == pytest.approx((low, high))


def test_every_pattern_can_fail():
    for one in PATTERNS.values():
        assert one.ablation
        assert one.mechanism
        assert any(figure.key for figure in one.figures)


@pytest.mark.parametrize(
    ("ends", "verdict"),
    [
        ((0.5, 0.6), "holds"),
        ((0.39, 0.6), "cannot tell"),
        ((0.6, 0.71), "cannot tell"),
        ((0.1, 0.39), "does not hold"),
        ((0.71, 0.8), "does not hold"),
        ((math.nan, math.nan), "cannot tell"),
    ],
)
def test_an_interval_is_judged_by_the_tolerance(ends, verdict):
    assert patterns.judged(0.4, 0.7, *ends) == verdict


def test_an_effect_of_nothing_has_no_sign():
    assert patterns.judged(0.0, math.inf, 0.0, 1e-16) == "cannot tell"
    assert patterns.judged(0.0, math.inf, 0.01, 0.02) == "holds"
    assert patterns.judged(0.0, math.inf, -0.02, -0.01) == "does not hold"


def test_the_jackknife_of_a_mean_is_students_interval():
    values = np.random.default_rng(20260101).normal(3.0, 1.0, 12)
    sums = [{"x": float(x), "n": 1.0} for x in values]
    expected = mean_interval(values)
    assert patterns.estimate(lambda s: s["x"] / s["n"], sums) == pytest.approx(
        (expected.mean, expected.low, expected.high)
    )


def test_the_jackknife_of_a_ratio_is_near_the_delta_method():
    rng = np.random.default_rng(20260102)
    below = rng.poisson(200, 30).astype(float)
    above = rng.binomial(below.astype(int), 0.3).astype(float)
    expected = ratio_interval(above, below)
    found = patterns.estimate(lambda s: s["a"] / s["b"], [{"a": a, "b": b} for a, b in zip(above, below, strict=True)])
    assert found == pytest.approx((expected.mean, expected.low, expected.high), abs=0.002)


def test_what_is_not_defined_is_not_told():
    found = patterns.estimate(lambda s: s["a"] / s["b"], [{"a": 1.0, "b": 0.0}] * 3)
    assert all(math.isnan(value) for value in found)


def test_unknown_patterns_are_refused():
    with pytest.raises(InputError, match="C99"):
        patterns.chosen(["C2,C99"])
    assert [one.id for one in patterns.chosen(["c4,C2"])] == ["C2", "C4"]


@pytest.fixture
def small(monkeypatch):
    """Run every world with few people, and note what is laid over it."""
    noted = []

    def run(text, values, seed, replication, **options):
        noted.append(dict(values))
        few = re.sub(r"customers: \d+", "customers: 60", text)
        return worlds.run(few, values, seed, replication, **options)

    for module in (patterns_failures, patterns_justice, patterns_markets):
        monkeypatch.setattr(module, "run", run)
    patterns_failures._counted.cache_clear()
    yield noted
    patterns_failures._counted.cache_clear()


def test_experiments_force_what_happens_and_never_behaviour(small):
    for one in PATTERNS.values():
        sums = one.observe(1, 0, {})
        for figure in one.figures:
            patterns.estimate(figure.read, [sums, sums])
    forced = {path for values in small for path in values if path.startswith("defaults.")}
    # C32 also asks what the silent would have felt: nobody can complain in that arm.
    switched = {path for values in small for path in values if path.startswith("switches.")}
    assert forced == set(worlds.FORCED)
    assert switched == {"switches.complaining"}


def test_a_pattern_vanishes_with_its_mechanism(monkeypatch):
    few = patterns_failures.TEXT.replace("customers: 1000", "customers: 300")
    monkeypatch.setattr(patterns_failures, "TEXT", few)
    monkeypatch.setattr(patterns, "ABLATIONS", 2)
    found = patterns.facts(["C2"], replications=3)
    assert [fact.ablated for fact in found] == [0.0, 0.0]
    assert all(fact.ablation_vanishes for fact in found)
    assert all(0.5 < fact.simulated < 1.0 for fact in found)


def log_of(*rows):
    log = np.zeros(len(rows), LOG)
    for at, (kind, time, customer, journey, firm, cause, value) in zip(log, rows, strict=True):
        at["kind"], at["time"], at["customer"], at["journey"] = kind, time, customer, journey
        at["firm"], at["cause"], at["value"] = firm, cause, value
    return log


def test_first_episodes_are_those_of_our_firm_from_the_time_on():
    log = log_of(
        (ev.LOG_EPISODE, -5, 1, 2, 0, 0, 0.1),
        (ev.LOG_EPISODE, 5, 1, 3, 1, 0, 0.2),
        (ev.LOG_EPISODE, 6, 2, 1, 0, 3, -0.5),
        (ev.LOG_EPISODE, 7, 1, 4, 0, 1, 0.3),
        (ev.LOG_EPISODE, 8, 1, 5, 0, 0, 0.4),
    )
    found = worlds.first_episodes(log)
    assert found.customer.tolist() == [1, 2]
    assert found.journey.tolist() == [4, 1]
    assert found.code.tolist() == [1, 3]
    assert found.satisfaction.tolist() == [0.3, -0.5]


def test_exits_and_next_purchases_belong_to_the_episode():
    log = log_of(
        (ev.LOG_NEED, 1, 1, 4, 0, 0, 0),
        (ev.LOG_EPISODE, 1, 1, 4, 0, 1, -1.0),
        (ev.LOG_LEFT, 1, 1, 4, 0, 0, 0),
        (ev.LOG_EPISODE, 2, 2, 1, 0, 1, -1.0),
        (ev.LOG_NEED, 3, 1, 6, 2, 0, 0),
        (ev.LOG_LEFT, 4, 2, 3, 0, 4, 0),
        (ev.LOG_NEED, 5, 1, 7, 0, 0, 0),
    )
    found = worlds.first_episodes(log)
    assert worlds.left_after(log, found).tolist() == [True, False]
    assert worlds.next_purchase(log, found).tolist() == [2, -1]


def fact(**changed):
    given = {
        "id": "C2", "fact": "silent exit", "figure": "left after a severe problem", "kind": "N", "target": ".91",
        "source": "TARP", "low": 0.85, "high": 0.96, "simulated": 0.9, "ci_low": 0.89, "ci_high": 0.91,
        "verdict": "holds", "ablated": 0.0, "ablation_vanishes": True, "mechanism": "exits", "replications": 30,
    }  # fmt: skip
    return patterns.Fact(**{**given, **changed})


@pytest.fixture
def facts(monkeypatch):
    def invoke(found, *arguments):
        monkeypatch.setattr(patterns, "facts", lambda *_, **__: tuple(found))
        return CliRunner().invoke(app, hoisted(["facts", *arguments]))

    return invoke


def test_the_command_shows_a_table(facts):
    shown = facts([fact(), fact(figure="minor", ablation_vanishes=None)])
    assert shown.exit_code == 0
    assert shown.stdout.splitlines()[0] == "C2 silent exit"
    assert "left after a severe problem" in shown.stdout
    assert ".91: 0.9 (0.89 to 0.91)  holds" in shown.stdout
    assert "without exits: it vanishes" in shown.stdout
    assert "2 of 2 figures hold" in shown.stdout
    assert patterns.parameters_hash() in shown.stdout


@pytest.mark.parametrize("verdict", ["does not hold", "cannot tell"])
def test_what_does_not_hold_ends_with_one(facts, verdict):
    shown = facts([fact(), fact(verdict=verdict)])
    assert shown.exit_code == 1
    assert verdict in shown.stdout


def test_the_document_has_the_agreed_keys(facts):
    import json

    shown = facts([fact(high=math.inf)], "--json", "--quiet")
    document = json.loads(shown.stdout)
    agreed = {"id", "fact", "target", "simulated", "ci_low", "ci_high", "holds", "ablation_vanishes"}
    assert agreed <= set(document["facts"][0])
    assert document["facts"][0]["high"] is None
    assert document["parameters"] == patterns.parameters_hash()
