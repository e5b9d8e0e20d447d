"""What a search may choose from: parts, dials, clashes, and the policies that candidates become."""

from __future__ import annotations

import itertools

import pytest

from cxsim.errors import InputError
from cxsim.experiments.parts import Chosen
from cxsim.experiments.parts_of import parts_of_policies, parts_of_study, parts_of_values
from cxsim.experiments.studies.study import study_of
from cxsim.scenario import load
from cxsim.scenario.loaded import loads


@pytest.fixture(scope="module")
def space(town):
    return parts_of_policies(town)


def test_values_go_from_what_is_to_a_little_beyond(space):
    answer, credit, cheap, _ = space.parts
    assert [answer.dials[0].at(strength) for strength in answer.dials[0].strengths] == [
        "82.5 %", "85 %", "87.5 %", "90 %", "92.5 %"
    ]  # fmt: skip
    assert [credit.dials[0].at(strength) for strength in credit.dials[0].strengths] == ["20", "30", "40", "50", "60"]
    assert cheap.dials[0].at(0.5) == "27.5 a month"
    assert cheap.dials[0].at(1.0) == "25 a month"


def test_what_goes_beyond_what_is_allowed_is_left_out(town_text):
    found = parts_of_policies(loads(town_text.replace("solves: 90 %", "solves: 100 %"), "town.yaml"))
    assert found.parts[0].dials[0].strengths[-1] == 1.0


def test_whole_numbers_come_in_steps_without_repeats(town_text):
    text = town_text.replace("change: {phone.solves: 90 %}", "change: {phone.staff: 4}")
    dial = parts_of_policies(loads(text, "town.yaml")).parts[0].dials[0]
    assert dial.stepped
    assert [dial.at(strength) for strength in dial.strengths] == ["3", "4"]


def test_policies_begin_as_written_or_later_also_as_late_as_in_a_combination(space):
    assert space.parts[0].begins == ("month 1", "month 4", "month 7", "month 13")
    assert space.parts[1].begins == ("month 1", "month 4", "month 7", "month 13")


def test_combinations_of_the_file_are_where_a_search_begins(space):
    assert space.also == ((Chosen(0, 0, (1.0,)), Chosen(1, 2, (1.0,))),)
    assert space.words(space.also[0]) == "answer + credit (from month 7)"


def test_a_policy_as_written_is_itself_and_nothing_is_as_is(space):
    assert space.case(space.alone(2)).policy == "cheap"
    assert space.case(space.alone(2)).written == ""
    assert space.case(()).policy == "as-is"


def test_two_that_set_one_value_are_not_combined(space):
    both = (Chosen(2, 0, (1.0,)), Chosen(3, 0, (1.0,)))
    assert space.without_clashes(both) == both[:1]
    assert len(space.without_clashes((Chosen(0, 0, (1.0,)), Chosen(3, 0, (1.0,))))) == 2


def test_two_that_set_one_value_one_after_the_other_are_combined(town_text):
    text = town_text.replace("cheap: {from: month 2,", "cheap: {from: month 2, until: month 6,")
    found = parts_of_policies(loads(text, "town.yaml"))
    assert found.parts[3].begins[2] == "month 8"
    assert len(found.without_clashes((Chosen(2, 0, (1.0,)), Chosen(3, 2, (1.0,))))) == 2
    assert len(found.without_clashes((Chosen(2, 0, (1.0,)), Chosen(3, 0, (1.0,))))) == 1


def test_every_candidate_is_a_policy_that_the_scenario_takes(space):
    # each part alone at some begins and strengths, and all pairs of two that may be combined
    chosen = [
        [
            Chosen(number, begin, (strength,))
            for begin in range(len(part.begins))
            for strength in part.dials[0].strengths
        ]
        for number, part in enumerate(space.parts[:3])
    ]
    pairs = list(itertools.product(chosen[0], chosen[2]))
    candidates = [(one,) for one in chosen[1]] + pairs[:: len(pairs) // 5]
    for candidate in candidates:
        case = space.case(candidate)
        scenario = space.scenario.with_blocks(case.blocks) if case.written else space.scenario
        overlay = scenario.policy(case.policy)
        assert {piece.location[-1] for piece in overlay.pieces} == {
            space.parts[one.part].reaches[0].piece.location[-1] for one in candidate
        }
        once = sum(cost.once for cost in overlay.costs)
        assert once == sum({0: 1000.0, 1: 0.0, 2: 500.0}[one.part] for one in candidate)
        for one, piece in zip(candidate, overlay.pieces, strict=True):
            assert piece.begin == space.parts[one.part].reaches[0].piece.begin + space.parts[one.part].delays[one.begin]


def test_values_alone_carry_no_written_cost_and_policies_whole_do(town):
    found = parts_of_values(town)
    # credit and dear change one value and cost nothing beside it: they are that value
    assert [part.name for part in found.parts] == ["phone.solves", "price", "answer", "credit", "cheap", "dear"]
    assert found.parts[0].block["cost"] == "0"
    assert found.parts[2].block["cost"] == {"once": "1000", "yearly": "0"}


def test_a_policy_of_a_rule_stays_whole():
    scenario = load("steered-hotline", allow_steering=True)
    found = parts_of_policies(scenario)
    steered = [part for part in found.parts if "steering" in part.block]
    assert steered
    assert all(part.dials == () for part in steered)
    first, second = (found.parts.index(part) for part in (steered[0], steered[-1]))
    if first != second:
        assert len(found.without_clashes((Chosen(first, 0, ()), Chosen(second, 0, ())))) == 1


@pytest.fixture(scope="module")
def levers(town):
    return study_of(
        town,
        levers={
            "phone.staff": "1 to 4",
            "recovery.credit": {"range": "10 to 50", "cost": {"once": 100, "per": 10}},
            "phone.announces": ["nothing", "wait"],
        },
        **{"from": "month 3"},
        design="one at a time",
    )


def test_levers_of_a_study_are_parts(levers):
    found = parts_of_study(levers)
    staff, credit, announces = found.parts
    assert [staff.dials[0].at(one) for one in staff.dials[0].strengths] == ["1", "3", "4"]  # 2 is as it is
    assert [announces.dials[0].at(one) for one in announces.dials[0].strengths] == ["wait"]
    assert credit.dials[0].at(credit.dials[0].strengths[-1]) == "50"
    assert all(part.begins == ("month 3",) for part in found.parts)


def test_levers_pulled_together_are_one_policy_that_costs_what_they_cost(levers):
    found = parts_of_study(levers)
    credit = found.parts[1].dials[0]
    candidate = (Chosen(0, 0, (1.0,)), Chosen(1, 0, (credit.strengths[-1],)))
    blocks = found.blocks(candidate, "best")
    assert list(blocks) == ["best"]
    assert blocks["best"]["change"] == {"phone.staff": "3", "recovery.credit": "50"}
    assert blocks["best"]["cost"] == {"once": "400", "yearly": "0"}  # 40 more, 100 for each 10
    assert found.scenario.with_blocks(blocks).policy("best").costs[0].once == 400.0


def test_levers_from_the_very_beginning_are_refused(town):
    study = study_of(town, levers={"phone.staff": "1 to 4"}, **{"from": "the start"}, design="grid")
    with pytest.raises(InputError, match="levers from the start; levers that are pulled at a time"):
        parts_of_study(study)
