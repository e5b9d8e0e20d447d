"""Candidates one step away."""

from __future__ import annotations

import pytest

from cxsim.experiments.neighbours import neighbours
from cxsim.experiments.parts import Chosen
from cxsim.experiments.parts_of import parts_of_policies


@pytest.fixture(scope="module")
def space(town):
    return parts_of_policies(town)


def test_from_nothing_every_part_can_be_taken_in_at_each_of_its_begins(space):
    found = neighbours(space, ())
    assert len(found) == sum(len(part.begins) for part in space.parts)
    assert all(len(one) == 1 for one in found)


def test_a_step_takes_in_leaves_out_or_turns_one_thing(space):
    start = (Chosen(0, 1, (1.0,)), Chosen(2, 0, (0.25,)))
    found = neighbours(space, start)
    assert start not in found
    assert len(found) == len(set(found))
    # the fourth part sets the price, too, and cannot be taken in
    assert {one.part for candidate in found for one in candidate} == {0, 1, 2}
    assert found[: len(space.parts[1].begins)] == [
        (start[0], Chosen(1, begin, (1.0,)), start[1]) for begin in range(len(space.parts[1].begins))
    ]
    assert {(start[0],), (start[1],)} <= set(found)
    turned = {candidate[0] for candidate in found if len(candidate) == 2 and candidate[1] == start[1]} - {start[0]}
    assert turned == {Chosen(0, 0, (1.0,)), Chosen(0, 2, (1.0,)), Chosen(0, 1, (0.75,)), Chosen(0, 1, (1.25,))}
    # the weakest strength has one neighbour
    weak = {candidate[1] for candidate in found if len(candidate) == 2 and candidate[0] == start[0]} - {start[1]}
    assert weak == {Chosen(2, 1, (0.25,)), Chosen(2, 0, (0.5,))}
