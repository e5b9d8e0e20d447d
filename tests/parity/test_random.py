"""Random scenarios that combine everything give the same bytes in both engines. The seed was fixed beforehand."""

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from cxsim.engines import compiled, reference
from cxsim.scenario.loaded import loads
from tests.parity.comparison import differences
from tests.parity.random_scenarios import scenarios

MANY = 2_000
FEW = 40


def gently(examples, *more):
    return settings(
        max_examples=examples,
        derandomize=False,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, *more],
    )


def check(text, luck, small):
    plan = loads(text).plan("other")
    fast = compiled.run(plan, luck, 0, log=True, room=1 if small else None)
    readable = reference.run(plan, luck, 0, log=True)
    assert differences(fast, readable) == []


@seed(20260101)
@gently(FEW)
@given(scenarios(), st.integers(0, 2**40), st.booleans())
def test_a_few_random_scenarios(text, luck, small):
    check(text, luck, small)


@pytest.mark.slow
@seed(20260102)
@gently(MANY, Phase.shrink)
@given(scenarios(), st.integers(0, 2**40), st.booleans())
def test_many_random_scenarios(text, luck, small):
    check(text, luck, small)
