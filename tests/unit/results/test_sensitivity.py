"""Sensitivity and discovery with the simulator, on a shop whose profit is known: N (price - cost) - H wages."""

import json
import re

import numpy as np
import pytest

import cxsim
from cxsim.charts.text import cut_texts, overlapping_texts
from cxsim.errors import InputError
from cxsim.experiments.studies.case import Case
from cxsim.experiments.studies.lab import lab_of
from cxsim.experiments.studies.runs import Runs
from cxsim.experiments.studies.study import study_of

SHOP = """
format: 1
our_firm: Shop
lasts: 1 month
warm_up: 0 months
market: {customers: 6, setting: noncontractual}
firms:
  Shop:
    price: 12 a visit
    variable_cost: 7 a visit
    wages: 15 an hour
    contacts: {shopping: {happens: 8 a month, because: purchase, journey: [till]}}
    touchpoints: {till: {channel: store, staff: 1, hours: Mon-Sat 09:00-13:00, takes: 1 min}}
policies:
  cheaper-goods: {change: {variable_cost: 2 less}, cost: {once: 80}, from: month 0}
unsure:
  price: 10 a visit to 14 a visit
  wages: 14.6 an hour to 15.4 an hour
measures: [profit]
"""
SEED = 20260701


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    path = tmp_path_factory.mktemp("shop") / "shop.yaml"
    path.write_text(SHOP)
    return cxsim.load(path)


@pytest.fixture(scope="module")
def found(shop):
    return cxsim.sensitivity(shop, method="sobol", points=16, replications=2, seed=SEED)


def exact(shop, replications):
    """Shares of the variance: luck is in N and H only, and products of different replications know none of it."""
    with Runs(lab_of(shop, seed=SEED, keep="ours")) as runs:
        made = runs.table([Case()], range(replications), ["revenue", "wages"])[0]
    purchases, hours = made[:, 0] / 12.0, made[:, 1] / 15.0
    squares = [
        (values.sum() ** 2 - (values**2).sum()) / (replications * (replications - 1)) for values in (purchases, hours)
    ]
    parts = np.array([squares[0] * 4.0**2, squares[1] * 0.8**2]) / 12.0
    return dict(zip(("price", "wages"), parts / parts.sum(), strict=True)), np.sqrt(parts.sum())


def test_a_profit_that_is_additive_by_construction_has_the_indices_it_must_have(shop, found):
    shares, spread = exact(shop, 2)
    assert min(shares.values()) > 0.03  # every factor matters
    rows = found.table.set_index(["factor", "index"])
    for path, share in shares.items():
        # What is left is the error of 16 base points of an even design.
        assert rows.loc[(path, "ST"), "value"] == pytest.approx(share, abs=0.06)
        assert rows.loc[(path, "S1"), "value"] == pytest.approx(share, abs=0.1)
        assert rows.loc[(path, "S1"), "ci_low"] <= share <= rows.loc[(path, "S1"), "ci_high"]
    assert found.indices.spread == pytest.approx(spread, rel=0.1)
    assert not found.pairs["told_apart"].any()


@pytest.mark.slow
def test_with_many_points_the_indices_are_exact(shop):
    shares, spread = exact(shop, 3)
    found = cxsim.sensitivity(shop, method="sobol", points=256, replications=3, seed=SEED)
    rows = found.table.set_index(["factor", "index"])
    for path, share in shares.items():
        assert rows.loc[(path, "ST"), "value"] == pytest.approx(share, abs=0.004)
        assert rows.loc[(path, "S1"), "value"] == pytest.approx(share, abs=0.01)
    assert found.indices.spread == pytest.approx(spread, rel=0.01)


def test_one_at_a_time_is_exact(shop):
    found = cxsim.sensitivity(shop, method="one-at-a-time", replications=2, seed=SEED)
    with Runs(lab_of(shop, seed=SEED, keep="ours")) as runs:
        made = runs.table([Case()], range(2), ["revenue", "wages"])[0].mean(axis=0)
    swings = found.ends.set_index("factor")["swing"]
    assert swings["price"] == pytest.approx(4.0 * made[0] / 12.0)
    assert swings["wages"] == pytest.approx(-0.8 * made[1] / 15.0)


def test_levers_of_a_study_cost_what_is_written(shop):
    levers = {
        "wages": {"levels": ["15 an hour", "16 an hour"], "cost": {"once": 100}},
        "till.staff": {"levels": [1, 2], "cost": {"once": 300}},
    }
    study = study_of(shop, levers=levers, replications=2, seed=SEED, measures=["written_cost"])
    found = cxsim.sensitivity(study, method="one-at-a-time", replications=2)
    assert found.output.measure == "written_cost"
    swings = found.ends.set_index("factor")["swing"]
    assert swings.to_dict() == pytest.approx({"wages": 100.0, "till.staff": 300.0})


def test_the_answer_says_what_moves_the_profit(found):
    said = found.answer()
    assert said.startswith("**Question.** Which factors matter for profit after cost to serve and written cost under")
    best = found.indices.ranked[0]
    assert re.search(rf"under as-is is moved most by {best}: it makes \d\d % of the variance \(\d\d to \d+\)", said)
    assert "No two factors can be told to act together" in said
    assert "Simulated by cxsim" in said
    assert "nan" not in said.lower().replace("finance", "")


def test_what_is_written_can_be_read_again(found, tmp_path):
    import pandas as pd

    folder = found.save(tmp_path / "out", command="cxsim sensitivity shop.yaml")
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    tables = {"indices.csv", "pairs.csv", "ends.csv", "points.csv"}
    assert names >= tables | {"answer.md", "manifest.json", "study.resolved.yaml", "charts/ranking.png"}
    pd.testing.assert_frame_equal(pd.read_csv(folder / "indices.csv"), found.table)
    points = pd.read_csv(folder / "points.csv")
    assert len(points) == 16 * 6
    assert list(points.columns) == ["block", "row", "price", "wages", "mean", "standard_error"]
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["kind"] == "sensitivity"
    assert manifest["seed"] == SEED
    assert manifest["runs"] == 2 * len(points.drop_duplicates(["price", "wages"]))
    assert manifest["asked"]["ranked"] == list(found.indices.ranked)


def test_titles_state_the_finding(found):
    charts = found.plot.all()
    assert list(charts) == ["ranking", "tornado", "interactions"]
    assert found.indices.ranked[0] in charts["ranking"].caption.title


def test_it_shows_itself(found):
    assert repr(found).startswith("<Sensitivity of profit after cost to serve")
    assert "<table" in found._repr_html_()


def test_the_same_whatever_the_number_of_jobs(shop):
    one, two = (cxsim.sensitivity(shop, points=4, replications=2, jobs=jobs, seed=SEED) for jobs in (1, 2))
    np.testing.assert_array_equal(one.values, two.values)
    assert one.answer() == two.answer()


@pytest.fixture(scope="module")
def losing(shop):
    values = {"shopping.happens": "2 a month to 12 a month", "wages": "14 an hour to 16 an hour"}
    study = study_of(shop, uncertainties=values, replications=2, seed=SEED, measures=["profit"])
    return cxsim.discover(study, "cheaper-goods", worlds=40, replications=2)


def test_a_policy_loses_where_too_few_buy(losing):
    # It saves 2 on each purchase and costs 80: it loses where there are fewer than 40, of 6 people in a month.
    worlds = losing.worlds
    lost = worlds["state"] == "loses"
    rates = worlds["shopping.happens"].str.removesuffix(" a month").astype(float)
    assert rates[lost].max() < 40 / 6 + 1.5
    assert rates[worlds["state"] == "wins"].min() > 40 / 6 - 1.5
    (box,) = losing.losing.discovery.boxes
    (side,) = box.sides
    assert (side.column, side.above) == (0, False)
    assert box.density > 0.9
    assert box.coverage > 0.9


def test_where_it_loses_is_said_and_drawn(losing):
    said = losing.answer()
    count = losing.losing.count("loses")
    assert f"cheaper-goods loses to as-is in {count} of 40 worlds" in said
    found = re.search(r"It loses in \d+ of the (\d+) worlds in which (.+?) is less than (.+?) a month", said)
    assert found[2] == "shopping.happens"
    # worlds nearer to the break-even, 6.7, cannot be told apart
    assert 4.0 < float(found[3]) < 8.0
    chart = losing.plot.corner()
    assert "shopping.happens is less than" in chart.caption.title
    figure = chart.at("notebook")
    assert overlapping_texts(figure) == []
    assert cut_texts(figure) == []


def test_a_world_can_be_made_again(losing, shop):
    row = losing.worlds.iloc[7]
    values = losing.changes(8)
    assert values["wages"] == row["wages"]
    there = shop.with_values(values)
    made = cxsim.compare(there, ["cheaper-goods"], replications=2, seed=SEED)
    own = made.contrast[(made.contrast["measure"] == "profit") & (made.contrast["segment"] == "all")]
    assert own.set_index("policy").loc["cheaper-goods", "difference"] == pytest.approx(row["difference"])
    assert row["set"].startswith("--set ")


def test_what_discovery_writes(losing, tmp_path):
    import pandas as pd

    folder = losing.save(tmp_path / "out")
    names = {path.name for path in folder.rglob("*") if path.is_file()}
    assert names >= {"worlds.csv", "sides.csv", "peeling.csv", "answer.md", "manifest.json", "corner.png", "corner.svg"}
    assert len(pd.read_csv(folder / "worlds.csv")) == 40
    sides = pd.read_csv(folder / "sides.csv")
    assert sides["factor"].tolist() == ["shopping.happens"]
    assert "<table" in losing._repr_html_()
    assert "cheaper-goods loses" in repr(losing)


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"policy": "cheaper-good"}, "cheaper-goods"),
        ({"measure": "proft"}, "profit"),
        ({"method": "anova"}, "one-at-a-time"),
        ({"replications": 1}, "2 or more"),
    ],
)
def test_what_is_not_allowed_is_refused_before_any_run(shop, more, word):
    with pytest.raises(InputError, match=word):
        cxsim.sensitivity(shop, **more)


def test_a_scenario_that_is_unsure_of_nothing_is_refused(tmp_path):
    (tmp_path / "sure.yaml").write_text(SHOP[: SHOP.index("unsure:")])
    for attempt in (cxsim.sensitivity, lambda source: cxsim.discover(source, "cheaper-goods")):
        with pytest.raises(InputError, match="unsure of nothing"):
            attempt(tmp_path / "sure.yaml")


def test_as_is_cannot_lose_to_itself(shop):
    with pytest.raises(InputError, match="a policy of shop but as-is"):
        cxsim.discover(shop, "as-is")
