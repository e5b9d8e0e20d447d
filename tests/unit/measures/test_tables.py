"""Every measure of the hand-counted market of conftest.py, worked by hand."""

import math

import pytest

from cxsim.measures import tables
from cxsim.measures.catalog import CATALOG, LOST
from cxsim.measures.layout import layout_of
from cxsim.measures.money import WrittenCost
from cxsim.model import plan as pl

# The shop has 6, 4 and 3 customers at 0, 1/2 and 1 year: (6 + 4) / 2 / 2 + (4 + 3) / 2 / 2 customer-years.
SHOP_YEARS = 2.5 + 1.75
YOUNG_YEARS = (4 + 3) / 4 + (3 + 2) / 4

EXPECTED = {
    ("retention", "all"): 3 / 6,
    ("retention", "young"): 2 / 4,
    ("retention", "old"): 1 / 2,
    ("retention_1y", "all"): 3 / 6,
    ("never_left", "all"): 2 / 6,
    ("never_left", "young"): 1 / 4,
    ("came_back", "all"): 1 / 6,
    ("came_back", "young"): 1 / 4,
    ("lost_to_failure", "all"): 1 / 6,
    ("lost_to_waiting", "all"): 0.0,
    ("lost_involuntary", "all"): 1 / 6,
    ("lost_involuntary", "old"): 1 / 2,
    ("lost_lapsed", "young"): 1 / 4,
    # Two left, one died, one stopped buying.
    ("churn", "all"): 4 / (12 * SHOP_YEARS),
    ("churn", "young"): 3 / (12 * YOUNG_YEARS),
    ("involuntary_churn", "all"): 1 / (12 * SHOP_YEARS),
    ("market_share", "all"): 3 / 8,
    ("market_share", "young"): 2 / 3,
    ("customers", "all"): 3.0,
    ("nps_true", "all"): 100 * 2 / 3,
    ("nps_true", "young"): 50.0,
    ("csat_true", "all"): 5 / 10,
    ("csat_true", "young"): 4 / 8,
    ("satisfaction", "all"): 1.0 / 10,
    ("recommendations", "all"): 100 * 3 / SHOP_YEARS,
    ("warnings", "all"): 100 * 1 / SHOP_YEARS,
    ("warnings", "young"): 0.0,
    ("won_by_recommendation", "all"): 2.0,
    ("wait_mean", "all"): 54 / 36,
    ("wait_mean", "young"): 36 / 18,
    ("wait_mean", "callers"): 14 / 8,
    ("wait_all_mean", "all"): 80 / 40,
    ("wait_all_mean", "callers"): 26 / 10,
    ("share_queued", "all"): 16 / 40,
    ("share_queued", "old"): 1 / 10,
    ("service_level", "all"): 28 / 40,
    ("abandonment_rate", "all"): 3 / 40,
    ("abandonment_rate", "callers"): 2 / 10,
    ("failures", "all"): 2 / SHOP_YEARS,
    ("solved_rate", "all"): 8 / 10,
    ("revenue", "all"): 4500.0,
    ("revenue", "old"): 1000.0,
    ("variable_cost", "all"): 400.0,
    # 60 hours at 20; 40 hours at (20 + 30) / 2.
    ("wages", "all"): 60 * 20 + 40 * 25.0,
    # 100 once, and 40 a year for the last nine months.
    ("written_cost", "all"): 100 + 40 * 0.75,
    ("profit", "all"): 4500 - 400 - 2200 - 130.0,
    ("occupancy", "all"): 40 / 100,
}


@pytest.fixture
def frames(plan, state, names):
    layout = layout_of(plan, names)
    cost = WrittenCost(firm=0, once=100.0, yearly=40.0, begin=pl.YEAR // 4)
    values = tables.values_of(plan, state, layout, [cost])
    return tables.frames_of(layout, [tables.Run("as-is", 0, values), tables.Run("other", 3, values)])


@pytest.fixture
def shop(frames):
    table = frames.measures
    own = table[(table["firm"] == "Shop") & (table["policy"] == "as-is")]
    return {(row.measure, row.segment): row.value for row in own.itertuples()}


@pytest.mark.parametrize(("key", "value"), EXPECTED.items(), ids=str)
def test_measures_agree_with_the_hand_count(shop, key, value):
    assert shop[key] == pytest.approx(value, rel=1e-12)


def test_the_hand_count_covers_the_catalog(shop):
    covered = {name for name, _ in EXPECTED} | {"policy_cost", "wait_p90", *LOST}
    assert covered == set(CATALOG)
    assert "policy_cost" not in {name for name, _ in shop}  # needs as-is beside it


def test_what_is_kept_and_what_is_lost_by_reason_is_everybody(shop):
    for segment in ("all", "young", "old"):
        assert shop["retention", segment] + sum(shop[name, segment] for name in LOST) == pytest.approx(1.0)


def test_the_slowest_tenth_of_waits_is_read_from_the_histogram(shop):
    # 20 waits, 18 of them zero: nine in ten wait nothing.
    assert shop["wait_p90", "young"] == 0.0
    assert math.isnan(shop["wait_p90", "old"])


def test_tables_have_exactly_the_columns_of_the_contract(frames):
    assert tuple(frames.measures.columns) == tables.MEASURES_COLUMNS
    assert tuple(frames.timeseries.columns) == tables.TIMESERIES_COLUMNS
    assert tuple(frames.touchpoints.columns) == tables.TOUCHPOINTS_COLUMNS
    assert tuple(frames.cohorts.columns) == tables.COHORTS_COLUMNS
    for frame in frames:
        assert set(frame["policy"]) == {"as-is", "other"}
        assert set(frame.loc[frame["policy"] == "other", "replication"]) == {3}
        assert not frame[["point", "world"]].any(axis=None)
        keys = [name for name in frame.columns if name not in {"value", "at_risk", "left", "censored"}]
        assert not frame.duplicated(keys).any()


def test_units_are_written_and_money_has_its_currency(frames):
    units = frames.measures.drop_duplicates("measure").set_index("measure")["unit"]
    assert units["revenue"] == "EUR"
    assert units["retention"] == "share"
    assert units["wait_mean"] == "min"
    assert set(CATALOG) - set(units.index) == {"policy_cost"}


def at(frame, **where):
    for name, value in where.items():
        frame = frame[frame[name] == value]
    return frame


def test_time_series_hold_flows_of_the_period_and_stocks_at_its_end(frames):
    series = at(frames.timeseries, policy="as-is", firm="Shop", segment="all")
    retention = at(series, measure="retention")
    assert retention["period"].tolist() == [1, 2]
    assert retention["time_days"].tolist() == [182.5, 365.0]
    assert retention["value"].tolist() == pytest.approx([4 / 6, 3 / 6])
    customers = at(series, measure="customers")
    assert customers["period"].tolist() == [0, 1, 2]  # the warm-up ends at 0
    assert customers["value"].tolist() == [6, 4, 3]
    assert at(series, measure="revenue", period=2)["value"].item() == 500.0
    assert at(series, measure="churn", period=2)["value"].item() == pytest.approx(2 / (12 * 1.75))
    assert at(series, measure="written_cost")["value"].tolist() == pytest.approx([0.0, 110.0, 20.0])
    assert "wait_p90" not in set(series["measure"])


def test_touchpoints_name_callers_by_their_source(frames):
    till = at(frames.touchpoints, policy="as-is", touchpoint="till")
    assert set(till["segment"]) == {"all", "young", "old", "callers"}
    value = {(row.measure, row.segment): row.value for row in till.itertuples()}
    assert value["arrivals", "all"] == 40
    assert value["arrivals", "callers"] == 10
    assert value["abandonment_of_queued", "callers"] == 2 / 5
    assert value["wait_queued_mean", "all"] == 80 / 16
    assert value["failure_rate", "young"] == 2 / 18
    assert value["service_mean", "callers"] == pytest.approx(9 / 8)
    assert value["occupancy", "all"] == 0.4
    assert value["queue_mean", "all"] == pytest.approx(0.5)
    assert value["on_duty_mean", "all"] == pytest.approx(100 / 8760)
    assert ("occupancy", "young") not in value


def test_a_touchpoint_without_staff_has_no_waits(frames):
    web = at(frames.touchpoints, policy="as-is", touchpoint="web")
    assert at(web, measure="served", segment="all")["value"].item() == 7
    assert not {"wait_mean", "abandonment_rate", "occupancy"} & set(web["measure"])
    assert set(at(frames.touchpoints, touchpoint="desk")["firm"]) == {"Chain"}
    assert "callers" not in set(at(frames.touchpoints, touchpoint="desk")["segment"])


def test_cohorts_hold_the_first_leavings_of_the_starting_base(frames):
    cohorts = at(frames.cohorts, policy="as-is", firm="Shop", segment="all")
    first, second = at(cohorts, tenure_days=182.5), at(cohorts, tenure_days=365.0)
    assert set(first["at_risk"]) == {6}
    assert first["left"].sum() == 2
    assert set(first["censored"]) == {0}
    assert at(first, reason="stopped buying")["left"].item() == 0
    assert set(second["at_risk"]) == {4}
    assert at(second, reason="a failure")["left"].item() == 1
    # Last bought after half a year, twelve times a year: lost after three quarters.
    assert at(second, reason="stopped buying")["left"].item() == 1
    assert second["left"].sum() == 2
    assert set(second["censored"]) == {2}
    assert at(first, reason="moved or died")["left"].item() == 1


def test_survival_never_left_and_retention_agree_at_the_horizon(frames, shop):
    for segment, base in (("all", 6), ("young", 4), ("old", 2)):
        cohorts = at(frames.cohorts, policy="as-is", firm="Shop", segment=segment)
        assert 1.0 - cohorts["left"].sum() / base == pytest.approx(shop["never_left", segment])
        last = at(cohorts, tenure_days=365.0)
        assert last["censored"].iloc[0] / base == pytest.approx(shop["never_left", segment])
        assert shop["never_left", segment] + shop["came_back", segment] == pytest.approx(shop["retention", segment])
    series = at(frames.timeseries, policy="as-is", firm="Shop", segment="all", measure="never_left")
    assert series["value"].tolist() == pytest.approx([4 / 6, 2 / 6])


def test_two_runs_keep_their_own_values(plan, state, names):
    layout = layout_of(plan, names)
    one = tables.values_of(plan, state, layout)
    state.firm["revenue"][1, 0, 0] += 1.0
    two = tables.values_of(plan, state, layout)
    table = tables.frames_of(layout, [tables.Run("as-is", 0, one), tables.Run("as-is", 1, two)]).measures
    revenue = at(table, measure="revenue", firm="Shop", segment="all")
    assert revenue["value"].tolist() == [4500.0, 4501.0]


def test_a_plain_queue_has_no_measures_of_people(plan, state, names):
    alone = plan._replace(market=plan.market.copy())
    alone.market["n_persons"] = 0
    nobody = state._replace(cold=state.cold[:0], minds=state.minds[:0])
    layout = layout_of(alone, names)
    frames = tables.frames_of(layout, [tables.Run("as-is", 0, tables.values_of(alone, nobody, layout))])
    assert {"retention", "profit", "revenue"} & set(frames.measures["measure"]) == set()
    assert {"wait_mean", "wages", "occupancy"} <= set(frames.measures["measure"])
    assert set(frames.measures["segment"]) == {"all", "callers"}
    assert frames.cohorts.empty


def test_retention_after_a_year_lies_on_the_line_between_two_ends(plan, state, names):
    longer = plan._replace(clock=plan.clock.copy(), period_ends=plan.period_ends.copy())
    longer.clock["horizon"] = longer.period_ends[-1] = 3 * pl.YEAR // 2
    layout = layout_of(longer, names)
    frames = tables.frames_of(layout, [tables.Run("as-is", 0, tables.values_of(longer, state, layout))])
    # From 4 of 6 after half a year to 3 of 6 after one and a half.
    assert at(frames.measures, measure="retention_1y", firm="Shop", segment="all")["value"].item() == 3.5 / 6
    shorter = plan._replace(period_ends=plan.period_ends[:2])
    assert "retention_1y" not in {list(CATALOG)[row[0]] for row in layout_of(shorter, names).measures}


def test_firms_without_touchpoints_have_people_all_the_same(plan, state, names):
    bare = plan._replace(touchpoints=plan.touchpoints[:0], contacts=plan.contacts[:2])
    empty = state._replace(touch=state.touch[:, :0, :2], waits=state.waits[:0, :2], areas=state.areas[:, :0])
    nobody = names._replace(touchpoints=(), sources=())
    layout = layout_of(bare, nobody)
    frames = tables.frames_of(layout, [tables.Run("as-is", 0, tables.values_of(bare, empty, layout))])
    assert at(frames.measures, measure="retention", firm="Shop", segment="all")["value"].item() == 0.5
    assert frames.touchpoints.empty
    assert "wait_mean" not in set(frames.measures["measure"])
