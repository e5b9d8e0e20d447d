"""What the charts of the report are made of, by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest

from cxsim.charts.dissatisfied import FATES, LEFT_AFTER
from cxsim.experiments.compare import Setup, experiment
from cxsim.results.book import contents, league, rivals
from cxsim.results.book.dissatisfied import dissatisfied_table
from cxsim.results.book.rivals import Cell, cells_of
from cxsim.results.comparison import Comparison
from cxsim.results.facts import Facts

SHARES = {  # of the hurt: left silently, complained, left after complaining; of complaints: made good
    "as-is": {"silent_exits": 0.2, "voice_rate": 0.3, "voiced_exits": 0.12, "recovery_rate": 0.1},
    "hire": {"silent_exits": 0.15, "voice_rate": 0.4, "voiced_exits": 0.04, "recovery_rate": 0.75},
    "train": {"silent_exits": math.nan, "voice_rate": math.nan, "voiced_exits": math.nan, "recovery_rate": math.nan},
}


@pytest.fixture(scope="module")
def comparison(corner, answering_engine):
    return Comparison(experiment(corner, corner.policies, Setup(simulate=answering_engine, replications=12)))


@pytest.fixture
def facts(comparison, monkeypatch):
    found = comparison.facts

    def values(measure, policy, segment="all"):
        return np.full(3, SHARES[policy][measure])

    monkeypatch.setattr(found, "values", values)
    monkeypatch.setattr(found, "has", lambda measure: True)
    return found


def test_the_fates_of_the_dissatisfied_by_hand(facts):
    table = dissatisfied_table(facts).set_index(["policy", "fate"])["per_100"]
    by_hand = {"as-is": (20.0, 27.0, 3.0, 50.0, 12.0), "hire": (15.0, 10.0, 30.0, 45.0, 4.0)}
    for policy, numbers in by_hand.items():
        for fate, number in zip((*FATES, LEFT_AFTER), numbers, strict=True):
            assert table[policy, fate] == pytest.approx(number), (policy, fate)
    assert math.isnan(table["train", FATES[0]])


def test_their_title_says_who_leaves(facts):
    said = contents.captions_of(facts)["dissatisfied"].title
    assert said == "Of every 100 hurt by a failure, 32 leave under as-is, 19 under hire; most of them without a word"


def test_nobody_complained_and_nothing_was_made_good(facts, monkeypatch):
    shares = {"silent_exits": 0.2, "voice_rate": 0.0, "voiced_exits": 0.0, "recovery_rate": math.nan}
    monkeypatch.setattr(facts, "values", lambda measure, policy, segment="all": np.full(3, shares[measure]))
    table = dissatisfied_table(facts)
    assert table.loc[table["policy"] == "hire", "per_100"].tolist() == pytest.approx([20.0, 0.0, 0.0, 80.0, 0.0])


def test_without_counts_of_complaints_there_is_no_such_chart(comparison, monkeypatch):
    monkeypatch.setattr(comparison.facts, "has", lambda measure: measure != "voice_rate")
    assert dissatisfied_table(comparison.facts).empty


def test_the_league_holds_the_reference_too(comparison):
    assert league.league_table(comparison.facts)["policy"].tolist() == ["as-is", "hire", "train"]
    assert league.differences_table(comparison.facts)["policy"].tolist() == ["hire", "train"]


def test_firms_simulated_in_full_stand_side_by_side(comparison):
    cells = list(cells_of(comparison.facts))
    assert {cell.origin for cell in cells} == {"simulated"}
    assert list(dict.fromkeys(cell.row for cell in cells)) == ["Corner, as-is", "Corner, hire", "Chain"]
    assert cells[0].measure == "retention"
    assert "profit" not in {cell.measure for cell in cells}
    assert max(len([cell for cell in cells if cell.row == row]) for row in ("Corner, as-is", "Chain")) <= 6


def test_what_is_known_has_its_margin_and_what_is_not_is_inferred(comparison, corner_text):
    from cxsim.scenario import loads

    known = "    known: {rated_poor: 54 %, wait_mean: 5 min}\n    share: 50 %\n    price: 12"
    text = corner_text.replace("    share: 50 %\n    price: 12", known)
    text = text.partition("  Chain:\n")[0] + "  Chain:\n    share: 50 %\n    known: {nps: -5 ± 6, price: 10 a visit}\n"
    text += corner_text[corner_text.index("policies:\n") :]
    # The same runs, told as those of a scenario in which the chain is known by figures only.
    facts = Facts(replace(comparison.experiment, scenario=loads(text, "corner.yaml")), comparison.contrast)
    cells = {(cell.measure, cell.row, cell.origin): cell for cell in cells_of(facts)}
    assert cells["nps", "Chain", "published"][6:9] == (-5.0, -11.0, 1.0)
    assert cells["rated_poor", "Corner, as-is", "recorded"].value == pytest.approx(0.54)
    assert ("rated_poor", "Corner, hire", "recorded") not in cells
    assert ("rated_poor", "Chain", "inferred") in cells
    assert ("rated_poor", "Chain", "simulated") not in cells
    assert ("nps", "Chain", "simulated") in cells
    assert cells["price", "Chain", "published"].value == 10.0
    assert cells["price", "Corner, as-is", "recorded"].value == 12.0
    # Of the rated poor only the chain's inferred figure is known: the one figure is the NPS, which is not missed.
    title = rivals._rivals_title(facts)
    assert title.startswith("Beside Chain, Corner on net promoter score: ")
    assert title.endswith(" under hire")
    assert " under as-is, " in title
    assert rivals.own_rows(facts) == {"Corner, as-is": "as-is", "Corner, hire": "hire"}


@pytest.mark.parametrize(
    ("ours", "theirs", "measure", "unit", "text"),
    [
        ((-19.0, -15.0), (-2.0, 2.0), "nps", "points", "17 points behind"),
        ((1.0, 13.0), (-2.0, 2.0), "nps", "points", "7 points ahead (too close to tell)"),
        ((0.52, 0.54), (0.4, 0.42), "retention", "share", "12 points ahead"),
        ((1.0, 1.2), (0.2, 0.4), "wait_mean", "min", "48 s behind"),
    ],
)
def test_the_only_figure_is_told_by_its_gap(ours, theirs, measure, unit, text):
    def cell(limits):
        return Cell(measure, measure, unit, "firm", "as-is", "firm", sum(limits) / 2, *limits, "simulated")

    assert rivals._gap(cell(ours), cell(theirs)) == text


@pytest.mark.parametrize(
    ("ours", "theirs", "measure", "ahead"),
    [
        ((0.5, 0.6), (0.3, 0.4), "retention", True),
        ((0.5, 0.6), (0.3, 0.5), "retention", False),
        ((0.3, 0.4), (0.5, 0.6), "retention", False),
        ((1.0, 2.0), (3.0, 4.0), "wait_mean", True),
        ((1.0, math.nan), (3.0, 4.0), "wait_mean", False),
    ],
)
def test_ahead_is_only_who_lies_wholly_on_the_better_side(ours, theirs, measure, ahead):
    def cell(limits):
        return Cell(measure, measure, "share", "firm", "as-is", "firm", sum(limits) / 2, *limits, "simulated")

    assert rivals._is_ahead(cell(ours), cell(theirs)) is ahead


def test_titles_name_who_is_better_and_who_is_not(comparison):
    titles = {name: caption.title for name, caption in contents.captions_of(comparison.facts).items()}
    assert titles["league"] == "Hire keeps 12 more of every 100 customers than as-is"
    assert titles["differences"] == "Hire is better than as-is; train cannot be told apart from it"
    assert titles["rivals"].startswith("Beside Chain, Corner is clearly ahead on")
    assert set(titles) == set(contents.USUAL)


def test_a_rivals_title_gives_no_verdict_where_our_record_is_missed(comparison, corner_text):
    from cxsim.scenario import loads

    known = "    known: {nps: 80 ± 1}\n    share: 50 %\n    price: 12"
    text = corner_text.replace("    share: 50 %\n    price: 12", known)
    text = text.partition("  Chain:\n")[0] + "  Chain:\n    share: 50 %\n    known: {nps: -5 ± 6}\n"
    text += corner_text[corner_text.index("policies:\n") :]
    facts = Facts(replace(comparison.experiment, scenario=loads(text, "corner.yaml")), comparison.contrast)
    # By our record we are far ahead; what is simulated is far from that record, so nothing is said under the policy.
    assert rivals._rivals_title(facts) == (
        "Beside Chain, Corner is clearly ahead on one of one figure under as-is; no verdict under hire, because the "
        "model misses our records"
    )
