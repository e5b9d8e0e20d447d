"""Random scenarios that combine everything give the same bytes in both engines. The seeds were fixed beforehand."""

import pytest

from cxsim.engines import compiled, reference
from cxsim.scenario.loaded import loads
from tests.parity.comparison import differences
from tests.parity.random_scenarios import scenario

FEW = 20_260_101, 40
MANY = 20_260_102, 2_000


def unequal(seed, number):
    """Return what differs in a scenario; a run starts with as little room as possible every other time."""
    text, luck, small = scenario(seed, number)
    plan = loads(text).plan("other")
    fast = compiled.run(plan, luck, 0, log=True, room=1 if small else None)
    readable = reference.run(plan, luck, 0, log=True)
    return [f"scenario {number}: {line}" for line in differences(fast, readable)]


@pytest.mark.parametrize(
    ("seed", "count"), [pytest.param(*FEW, id="few"), pytest.param(*MANY, id="many", marks=pytest.mark.slow)]
)
def test_random_scenarios_give_the_same_bytes(seed, count):
    assert [line for number in range(count) for line in unequal(seed, number)] == []
