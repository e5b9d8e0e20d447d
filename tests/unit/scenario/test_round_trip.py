"""Whatever a firm promises, makes good, fixes and knows: the resolved file is the same scenario."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxsim.scenario import loads
from cxsim.scenario.firm_fields import RECOVERY_STEPS
from cxsim.scenario.reader import read
from cxsim.scenario.writer import to_yaml

percent = st.integers(0, 100).map("{} %".format)
numbers = st.floats(0.0, 50.0).map(lambda value: f"{value:.6g}")
durations = st.integers(0, 300).map("{} s".format)


def some_of(pairs):
    """Draw a mapping with some of the keys."""
    return st.fixed_dictionaries({}, optional=pairs)


promises = some_of(
    {"answer": durations | st.just("none"), "visit": durations, "experience": st.sampled_from(["none", "-1.5", "0.25"])}
)
recovery = some_of(
    {
        "steps": st.lists(st.sampled_from(RECOVERY_STEPS), unique=True),
        "credit": numbers,
        "without_approval": numbers,
        "ease": st.integers(0, 80).map("{} %".format),  # a policy of the town adds 20 points
    }
)
process = some_of(
    {"fixing": numbers.map("{} h a month".format), "looks_at": st.sampled_from(["complaints", "all failures"])}
)
trouble = st.lists(st.integers(0, 25), min_size=0, max_size=3).map(
    lambda parts: {key: f"{part} %" for key, part in zip(("employee", "outside", "design"), parts, strict=False)}
)
known = st.fixed_dictionaries(
    {"nps": st.integers(-100, 100).map("{} ± 3.5".format)},
    optional={
        "price": st.integers(1, 99).map("{} a month".format),
        "churn": st.sampled_from(["1.6 % a month", "12 ± 3 % a year"]),
        "wait_mean": st.sampled_from(["5 min", "5 ± 1 min"]),
        "first_contact_resolution": percent,
        "failures": st.sampled_from(["1.2 a year", "0.1 a month ± 0"]),
    },
)
entrant = st.fixed_dictionaries(
    {"known": known, "arrives": st.sampled_from(["0", "never", "month 7", "2025-08-01"])},
    optional={"reaches": st.just({"at_first": "30 % of customers", "everyone_after": "9 months"})},
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ours=some_of({"promises": promises, "recovery": recovery, "process": process, "trouble_comes_from": trouble}),
    rival=entrant,
    training=numbers,
    must_be=st.sampled_from(["none", "-2"]),
)
def test_the_resolved_file_is_the_same_scenario(town_text, ours, rival, training, must_be):
    tree = read(town_text, "town.yaml")
    tree["firms"]["Ours"].update(ours)
    tree["firms"]["Ours"]["touchpoints"]["phone"].update({"training": f"{training} h a year", "must_be": must_be})
    tree["firms"]["New"] = rival
    scenario = loads(to_yaml(tree), "town.yaml")
    again = loads(scenario.resolved(), "town.yaml")
    assert again.content.tree == scenario.content.tree
    assert again.identity() == scenario.identity()
    assert again.resolved() == scenario.resolved()
    for policy in ("as-is", "fixing"):
        for one, other in zip(scenario.plan(policy), again.plan(policy), strict=True):
            assert one.tobytes() == other.tobytes()
    trouble = scenario.document.firms["Ours"].trouble_comes_from
    assert abs(trouble.design + trouble.customer + trouble.employee + trouble.outside - 1.0) < 1e-9
