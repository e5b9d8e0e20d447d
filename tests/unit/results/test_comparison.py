import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import cxsim
from cxsim.errors import InputError, ScenarioError
from cxsim.measures import tables
from cxsim.measures.catalog import CATALOG, LOST
from cxsim.results.reasons import KEPT
from cxsim.scenario import loads


def test_frames_have_the_columns_of_the_contract(comparison):
    assert tuple(comparison.measures.columns) == tables.MEASURES_COLUMNS
    assert tuple(comparison.timeseries.columns) == tables.TIMESERIES_COLUMNS
    assert tuple(comparison.touchpoints.columns) == tables.TOUCHPOINTS_COLUMNS
    assert tuple(comparison.cohorts.columns) == tables.COHORTS_COLUMNS


def test_the_table_shows_the_measures_asked_for_in_their_order(comparison):
    table = comparison.table()
    assert table["measure"].drop_duplicates().tolist() == ["retention", "nps_true", "profit"]
    assert table["policy"].tolist()[:3] == ["as-is", "hire", "train"]
    assert comparison.table(["profit", "retention"])["measure"].drop_duplicates().tolist() == ["profit", "retention"]
    with pytest.raises(InputError, match="did you mean `retention`"):
        comparison.table(["retntion"])
    with pytest.raises(InputError, match="conversion"):
        comparison.table(["conversion"])


def test_reasons_add_up_to_what_is_kept(comparison):
    for policy in ("hire", "train"):
        why = comparison.why(policy).set_index("reason")["kept_more"]
        assert why.drop(KEPT).sum() == pytest.approx(why[KEPT])
    why = comparison.why("hire").set_index("reason")
    assert why.loc["waiting", "reference_per_100"] == pytest.approx(30.0)
    assert why.loc["waiting", "kept_more"] == pytest.approx(12.0)
    assert (why["ci_low"] <= why["ci_high"]).all()


@pytest.mark.parametrize("policy", ["as-is", "hier"])
def test_why_of_something_else_is_refused(comparison, policy):
    with pytest.raises(InputError, match="hire, train is allowed"):
        comparison.why(policy)


def test_a_firm_without_customers_at_the_start_keeps_none_and_says_so(compared, answering_engine):
    def nobody(task, progress=None):
        done = answering_engine(task, progress)
        kept = [list(CATALOG)[row[0]] in {"retention", "came_back", *LOST} for row in task.layout.measures]
        done.values.measures[kept] = np.nan
        return done

    found = compared(simulate=nobody, replications=3)
    assert not found.facts.has("retention")
    assert found.facts.headline == "nps_true"
    assert set(found.plot.all()) == {"differences", "waits", "league", "dissatisfied", "rivals"}
    assert "unknown" not in found.answer()
    with pytest.raises(InputError, match="no customers at the start"):
        found.why("hire")


def test_it_shows_itself_in_a_notebook_without_markup_from_names(corner_text, compared):
    text = corner_text.replace("question: Hire or train?", "question: '<script>alert(1)</script>'")
    page = compared(loads(text, "corner.yaml"), replications=3)._repr_html_()
    assert "<script>" not in page
    assert "Hire keeps" in page
    assert "<table>" in page


def test_a_result_shows_means_and_intervals(result):
    table = result.table().set_index("measure")
    assert table.loc["retention", "ci_low"] < table.loc["retention", "mean"] < table.loc["retention", "ci_high"]
    assert "hire, 6 runs" in result._repr_html_()
    assert result.policy == "hire"
    assert repr(result) == "<Result of corner: hire; 6 replications>"
    assert result.events().empty


@pytest.mark.parametrize("name", ["retention", "differences", "waits", "leavers"])
def test_charts_draw_on_the_axes_they_are_given(comparison, name):
    ax = Figure().subplots()
    assert isinstance(getattr(comparison.plot, name)(ax), Axes)
    assert ax.has_data() or ax.child_axes


def test_a_chart_of_its_own_states_the_finding(comparison):
    chart = comparison.plot.differences()
    assert chart._repr_png_().startswith(b"\x89PNG")
    assert set(comparison.plot.all()) == {
        "retention", "differences", "waits", "leavers", "league", "dissatisfied", "rivals",
    }  # fmt: skip


def test_one_policy_alone_has_no_differences_to_draw(result):
    assert "differences" not in result.plot.all()


def test_what_is_wrong_is_refused_before_anything_runs(corner):
    with pytest.raises(ScenarioError, match="did you mean `hire`"):
        cxsim.compare(corner, ["hier"])
    with pytest.raises(ScenarioError, match="did you mean `hire`"):
        cxsim.run(corner, "hier")
    with pytest.raises(InputError, match="leave one out"):
        cxsim.compare(corner, replications=2, precision="retention=1pp")


def test_the_python_way_from_text_to_answer(corner):
    comparison = cxsim.compare(corner, ["hire"], replications=2)
    assert comparison.policies == ("as-is", "hire")
    assert "**Question.** Hire or train?" in comparison.answer()
    result = cxsim.run(corner, "hire", replications=2, log=True)
    first = result.measures.query("measure == 'retention' and segment == 'all'")["value"].tolist()
    same = comparison.measures.query("measure == 'retention' and segment == 'all' and policy == 'hire'")
    assert first == same["value"].tolist()
    events = result.events()
    assert {"service starts: till", "joins"} & set(events["concept:name"])
    assert events["time:timestamp"].min().year == 2024  # the warm-up begins half a year before 2025
    assert events.groupby("case:concept:name")["customer"].nunique().max() == 1
    assert events["time_us"].is_monotonic_increasing or events["replication"].nunique() > 1
