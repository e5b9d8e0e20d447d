"""What can be explored: the same numbers as in the tables, by hand and against `comparison.csv`."""

import math
from dataclasses import replace

import numpy as np
import pytest

from cxsim.measures.catalog import CATALOG
from cxsim.report.explorer import data_of, json_of
from cxsim.results import explored
from cxsim.results.explored import _cut_short, _half_widths, explorer_of


def test_half_widths_by_hand():
    # t(2 degrees, 95 %) = 4.302653; values 1, 2, 3: s = 1, half = 4.302653 / sqrt(3).
    values = np.array([[1.0, 2.0, 3.0], [5.0, 5.0, 5.0], [1.0, math.nan, 2.0]])
    half = _half_widths(values)
    assert half[0] == pytest.approx(4.302653 / math.sqrt(3.0), rel=1e-6)
    assert half[1] == 0.0
    assert math.isnan(half[2])
    assert np.isnan(_half_widths(np.ones((2, 1)))).all()


def test_a_period_that_is_cut_short_is_seen():
    months = [31.0, 59.0, 90.0, 120.0, 151.0, 155.0]
    assert _cut_short(months).tolist() == [False, False, False, False, False, True]
    assert _cut_short([]).size == 0


def test_means_are_the_rows_of_the_comparison(comparison):
    facts = comparison.facts
    found = explorer_of(facts)
    many = len(found.policies)
    assert found.measures[0].name == facts.headline
    for place, (measure, firm, segment) in enumerate(
        zip(found.means["measure"], found.means["firm"], found.means["segment"], strict=True)
    ):
        choice = found.measures[measure]
        factor = 100.0 if CATALOG[choice.name].unit.startswith("share") else 1.0
        rows = facts.contrast[
            (facts.contrast["measure"] == choice.name)
            & (facts.contrast["firm"] == found.firms[firm])
            & (facts.contrast["segment"] == found.segments[segment])
        ]
        for number, policy in enumerate(found.policies):
            row = rows[rows["policy"] == policy].iloc[0]
            cell = found.means["mean"][place * many + number]
            if math.isfinite(row["mean"]):
                assert cell == pytest.approx(factor * row["mean"], rel=1e-4)
            else:
                assert cell is None


def test_every_column_is_full(comparison):
    found = explorer_of(comparison.facts)
    groups, series = len(found.means["measure"]), len(found.time["measure"])
    for name in explored.NUMBERS:
        assert len(found.means[name]) == groups * len(found.policies)
    for name in explored.IN_TIME:
        assert len(found.time[name]) == series * len(found.policies) * len(found.time["at"])


def test_over_time_means_and_paired_differences_are_those_of_the_runs(comparison):
    facts = comparison.facts
    found = explorer_of(facts)
    name = next(one.name for one in found.measures if one.name in set(comparison.timeseries["measure"]))
    measure = [one.name for one in found.measures].index(name)
    place = list(zip(found.time["measure"], found.time["firm"], found.time["segment"], strict=True)).index(
        (measure, 0, 0)
    )
    series = comparison.timeseries
    own = series[
        (series["measure"] == name)
        & (series["firm"] == facts.firm)
        & (series["segment"] == "all")
        & (series["period"] >= 1)
    ]
    wide = own.pivot_table(index=["policy", "replication"], columns="period", values="value").to_numpy()
    wide = wide.reshape(len(set(own["policy"])), -1, wide.shape[1])
    order = sorted(found.policies)
    factor = 100.0 if CATALOG[name].unit.startswith("share") else 1.0
    count = len(found.time["at"])
    for number, policy in enumerate(found.policies):
        begin = (place * len(found.policies) + number) * count
        runs, base = wide[order.index(policy)] * factor, wide[order.index(found.reference)] * factor
        for column, values in (("mean", runs), ("gap", runs - base)):
            shown = found.time[column][begin : begin + count]
            for period, value in enumerate(shown):
                if value is not None:
                    assert value == pytest.approx(values[:, period].mean(), rel=1e-3, abs=1e-9), (policy, period)


def test_what_has_no_room_is_counted_and_the_first_stays(comparison, monkeypatch):
    whole = explorer_of(comparison.facts)
    one = len(whole.policies) * len(whole.time["at"]) * len(explored.IN_TIME)
    monkeypatch.setattr(explored, "ROOM", one + len(whole.means["mean"]) * len(explored.NUMBERS))
    found = explorer_of(comparison.facts)
    assert len(found.time["measure"]) == 1
    assert found.left_out == len(whole.time["measure"]) - 1
    assert found.time["measure"][0] == whole.time["measure"][0]


def test_few_runs_are_counted_as_everywhere_else(compared):
    facts = compared(replications=4).facts
    found = explorer_of(facts)
    assert found.counted
    groups = zip(found.means["measure"], found.means["firm"], found.means["segment"], strict=True)
    for place, (measure, firm, segment) in enumerate(groups):
        if (firm, segment) == (0, 0):
            shown = found.means["best"][place * 3 : place * 3 + 3]
            assert shown == [facts.best_runs(found.measures[measure].name, policy) for policy in facts.policies]
    assert not explorer_of(compared(replications=12).facts).counted
    assert data_of(found, "Arial")["counted"] is True


def test_one_policy_can_be_explored_too(result):
    found = explorer_of(result.facts)
    assert list(found.policies) == ["hire"]
    assert all(value is None for value in found.means["gap"])


def test_the_largest_report_is_below_its_limit(comparison):
    """Sixty measures, five firms, seven segments, twenty policies, and all the room over time."""
    found = explorer_of(comparison.facts)
    policies = [f"a-policy-with-a-long-name-{number}" for number in range(20)]
    groups = 60 * 5 * 7
    numbers = {name: [123.45] * (groups * 20) for name in explored.NUMBERS}
    means = {
        "measure": [59] * groups,
        "firm": [4] * groups,
        "segment": [6] * groups,
        "inferred": [0] * groups,
        **numbers,
    }
    room = explored.ROOM - groups * 20 * len(explored.NUMBERS)
    time = {name: [12.345] * (room // len(explored.IN_TIME)) for name in explored.IN_TIME}
    look = dict.fromkeys(policies, next(iter(found.looks.values())))
    large = found._replace(
        policies=policies, reference=policies[0], looks=look, means=means,
        time={"at": [1.0], "measure": [], "firm": [], "segment": [], **time},
    )  # fmt: skip
    # Pictures take 1.5 MB at most, the libraries 0.9.
    assert len(json_of(data_of(large, "Arial"))) < 6_000_000 - 2_400_000


def test_nothing_measured_is_nothing_to_explore(comparison):
    facts = comparison.facts
    empty = replace(facts.experiment, frames=facts.experiment.frames)
    bare = type(facts)(empty, facts.contrast.iloc[:0])
    assert explorer_of(bare) is None
