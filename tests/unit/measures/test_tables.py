"""Every measure of the hand-counted market of conftest.py, worked by hand."""

import math

import pytest

from cxsim.measures import tables
from cxsim.measures.catalog import ABOVE_AS_IS, CATALOG, LOST
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
    ("won_back", "all"): 1 / 2,  # two left by their own decision, one died
    ("won_back", "young"): 1 / 2,
    ("nps", "all"): 100 * 0.75 / 1.0,
    ("nps", "young"): 100 * 0.5 / 0.75,
    ("nps_true", "all"): 100 * 2 / 3,
    ("nps_true", "young"): 50.0,
    ("rated_poor", "all"): 0.25 / 1.0,
    ("rated_poor", "old"): 0.0,
    ("rated_poor_true", "all"): 1 / 3,
    ("csat", "all"): 1.25 / 2.0,
    ("csat", "old"): 0.25 / 0.5,
    ("csat_true", "all"): 5 / 10,
    ("csat_true", "young"): 4 / 8,
    ("satisfaction", "all"): 1.0 / 10,
    ("graded_bad", "all"): 2 / 10,
    ("graded_neutral", "all"): 5 / 10,
    ("graded_neutral", "old"): 1 / 2,
    ("graded_good", "all"): 1 / 10,
    ("graded_excellent", "young"): 2 / 8,
    ("ces", "all"): 9.0 / 2.0,
    ("ces", "old"): 6.0,
    ("review_score", "all"): 3.85 - 1.35 * 4.0 / 4,
    ("review_score", "young"): 3.85 - 1.35 * 1.5 / 3,
    ("review_score", "old"): 1.0,  # 2.5 SD below the standard would be less than a star
    ("reviews", "all"): 100 * 4 / SHOP_YEARS,
    ("public_positive", "all"): 100 * 1 / SHOP_YEARS,
    ("public_negative", "all"): 100 * 3 / SHOP_YEARS,
    ("public_negative", "young"): 100 * 2 / YOUNG_YEARS,
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
    ("days_to_visit", "all"): 9 / 4,
    ("days_to_visit", "young"): 2.0,
    ("days_to_visit", "old"): 5 / 2,
    ("first_contact_resolution", "all"): 6 / 9,
    ("first_contact_resolution", "old"): 1 / 2,
    ("contacts_per_matter", "all"): 13 / 9,
    ("promises_broken", "all"): 2 / 5,
    ("failures", "all"): 8 / SHOP_YEARS,
    ("failures", "young"): 6 / YOUNG_YEARS,
    ("spared", "all"): 3 / SHOP_YEARS,
    ("hurt", "all"): 6 / SHOP_YEARS,
    ("voice_rate", "all"): 3 / 6,
    ("silent_exits", "all"): 2 / 6,
    ("silent_exits", "young"): 0.0,
    ("voiced_exits", "all"): 1 / 6,
    ("complaints_per_1000", "all"): 1000 * 3 / SHOP_YEARS,
    ("recovery_rate", "all"): 1 / 3,
    ("recovery_rate", "old"): 0.0,
    ("complaint_answer_time", "all"): 5 / 2,
    ("followed_up", "all"): 100 * 3 / SHOP_YEARS,
    ("solved_rate", "all"): 8 / 10,
    ("revenue", "all"): 4500.0,
    ("revenue", "old"): 1000.0,
    ("variable_cost", "all"): 400.0,
    # 60 hours at 20; 40 hours at (20 + 30) / 2.
    ("wages", "all"): 60 * 20 + 40 * 25.0,
    # 100 once, and 40 a year for the last nine months.
    ("written_cost", "all"): 100 + 40 * 0.75,
    ("credits", "all"): 40.0,
    ("credits", "old"): 30.0,
    ("training_cost", "all"): 100.0,
    ("fixing_cost", "all"): 25.0,
    ("cost_to_serve", "all"): 2200 + 400 + 40 + 100 + 25.0,
    ("profit", "all"): 4500 - 2765 - 130.0,
    # Discounted to the middles of the half years. The young brought 2690 to the 4 and 3 of the first half year (all of
    # them starting customers) and 500 to the 3 and 2 of the second; the old 870 to the 2 and 1, then nothing.
    ("clv", "young"): (2690 / 1.12**0.25 + 500 / 1.12**0.75) / 4,
    ("clv", "old"): 870 / 1.12**0.25 / 2,
    ("clv", "all"): (2690 / 1.12**0.25 + 500 / 1.12**0.75 + 870 / 1.12**0.25) / 6,
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
    covered = {name for name, _ in EXPECTED} | {"wait_p90", *ABOVE_AS_IS, *LOST}
    assert covered == set(CATALOG)
    assert not set(ABOVE_AS_IS) & {name for name, _ in shop}  # need as-is beside them


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
    assert units["credits"] == "EUR"
    assert units["complaint_answer_time"] == "days"
    assert set(CATALOG) - set(units.index) == set(ABOVE_AS_IS)


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


def test_time_series_hold_rare_things_for_all_customers_together_only(frames):
    series = at(frames.timeseries, policy="as-is", firm="Shop")
    assert set(at(series, measure="nps")["segment"]) == {"all", "young", "old"}
    assert set(at(series, measure="voice_rate")["segment"]) == {"all"}
    assert at(series, measure="voice_rate", period=2)["value"].item() == 1.0
    assert set(at(frames.measures, measure="voice_rate", firm="Shop")["segment"]) == {"all", "young", "old"}


def test_only_who_comes_to_the_customer_lets_him_wait_for_days(frames):
    assert set(at(frames.measures, measure="days_to_visit")["firm"]) == {"Shop"}
    assert set(at(frames.measures, measure="wait_mean")["firm"]) == {"Shop", "Chain"}


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
