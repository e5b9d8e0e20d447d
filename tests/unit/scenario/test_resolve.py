"""A resolved scenario leaves nothing open, says where each value is from, and reads back to itself."""

import pickle
from pathlib import Path

import pytest

from cxsim.errors import ScenarioError
from cxsim.scenario import library, load, loads

BUNDLED = library.names()
PLAIN = """\
format: 1
lasts: 1 d
firms: {F: {arrivals: {c: {rate: 1 an hour, journey: p}}, touchpoints: {p: {channel: web}}}}
"""
VALID = sorted((Path(__file__).parents[2] / "scenarios" / "valid").glob("*.yaml"))


@pytest.mark.parametrize("name", [*BUNDLED, *VALID], ids=str)
def test_every_scenario_loads_and_reads_back_to_the_same(name):
    scenario = load(name, allow_steering=True)
    again = loads(scenario.resolved(), f"{scenario.name}.yaml", scenario.content.folder, allow_steering=True)
    assert again.content.tree == scenario.content.tree
    assert again.identity() == scenario.identity()
    assert again.resolved() == scenario.resolved()
    for policy in scenario.policies:
        for one, other in zip(scenario.plan(policy), again.plan(policy), strict=True):
            assert one.tobytes() == other.tobytes()


def test_nothing_is_left_open(shop):
    firm = shop.document.firms["Shop"]
    assert firm.spread == 1.0
    assert firm.wages.amount == 0.0
    assert str(firm.touchpoints["phone"].hours) == "Mon-Fri 08:00-18:00"
    assert firm.touchpoints["phone"].ends == "unsolved"
    assert firm.touchpoints["till"].ends == "solved"
    assert shop.document.market.segments["old"].pays == 1.0
    assert shop.document.runs.replications == 20


def test_each_default_says_where_it_is_from(shop):
    notes = shop.document.assumptions
    assert notes["defaults.loss_aversion"].confidence == "published"
    assert "1992" in notes["defaults.loss_aversion"].source
    assert "market.segments.old.patience" not in notes  # it was written
    assert notes["Shop.till.answer_within"].value == "20 s"


def test_a_written_default_is_no_assumption(text):
    shop = loads(text + "defaults: {loss_aversion: 3}\nswitches: {talk: off}\n", "shop.yaml")
    assert "defaults.loss_aversion" not in shop.document.assumptions
    assert shop.document.defaults["loss_aversion"] == 3.0
    assert shop.document.switches["talk"] is False
    assert shop.document.switches["waiting"] is True


def test_the_identity_knows_what_decides_a_run(text):
    base = loads(text, "shop.yaml")
    assert loads(text + "question: why?\n", "other.yaml").identity() == base.identity()
    assert loads(text + "runs: {seed: 9, replications: 3}\n", "shop.yaml").identity() == base.identity()
    assert loads(text.replace("quality: 0.3", "quality: 0.4"), "shop.yaml").identity() != base.identity()
    assert loads(text.replace("quality: 0.3", "quality: 0.30  # better"), "shop.yaml").identity() == base.identity()


def test_a_warm_up_is_needed_where_customers_remember(text):
    assert loads(text.replace("warm_up: 6 months\n", ""), "s.yaml").document.warm_up == 365 * 86_400_000_000
    assert loads(PLAIN, "s.yaml").document.warm_up == 0


def test_a_scenario_shows_itself_without_letting_markup_through(text):
    shop = loads(text + "question: <script>alert(1)</script>\n", "shop.yaml")
    shown = shop._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
    assert "faster" in shown


def test_ranges_of_doubt_are_checked(text):
    loads(text + "unsure: {Chain.price: 8 a visit to 12 a visit, defaults.inertia: 0.5 to 2 times}\n", "shop.yaml")
    with pytest.raises(ScenarioError, match="a range"):
        loads(text + "unsure: {Chain.price: 8 a visit}\n", "shop.yaml")
    with pytest.raises(ScenarioError, match="a range of factors"):
        loads(text + "unsure: {Chain.price: low to 2 times}\n", "shop.yaml")


@pytest.mark.parametrize(
    ("short", "long"),
    [("8 to 12 a visit", "8 a visit to 12 a visit")],
)
def test_a_unit_once_at_the_end_of_a_range_is_that_of_both_ends(text, short, long):
    from cxsim.experiments.unsure import read_range

    tree = loads(text + f"unsure: {{Chain.price: {short}}}\n", "shop.yaml").content.tree
    found, same = (read_range(tree, "Chain.price", one) for one in (short, long))
    assert (found.low, found.high, found.like) == (same.low, same.high, same.like) == (8.0, 12.0, same.like)


@pytest.mark.parametrize(
    ("range_", "low"), [("1 to 5 %", 0.01), ("0.02 to 5 %", 0.02), ("0 to 5 %", 0.0), ("1 % to 5 %", 0.01)]
)
def test_a_bare_share_below_one_stays_what_it_is(text, range_, low):
    from cxsim.experiments.unsure import read_range

    tree = loads(text, "shop.yaml").content.tree
    found = read_range(tree, "Chain.share", range_)
    assert (found.low, found.high) == (low, 0.05)


def test_scenarios_travel_to_workers(shop):
    again = pickle.loads(pickle.dumps(shop))
    assert again.identity() == shop.identity()
    for one, other in zip(again.plan("both"), shop.plan("both"), strict=True):
        assert one.tobytes() == other.tobytes()
