from types import SimpleNamespace

from cxsim.results.goals import goals_of


def goals(**written):
    document = SimpleNamespace(goals=written)
    known = {"retention", "wait_mean", "nps", "profit", "failures"}
    experiment = SimpleNamespace(scenario=SimpleNamespace(document=document))
    return goals_of(SimpleNamespace(experiment=experiment, counted=known.__contains__))


def test_goals_are_read_in_the_unit_of_their_measure():
    found = goals(
        retention="at least 70 %", wait_mean="at most 2", nps="at least -20", profit="at least 200 000 EUR",
        failures="at most 0.1 a month",
    )  # fmt: skip
    assert [(goal.measure, goal.at_least) for goal in found] == [
        ("retention", True), ("wait_mean", False), ("nps", True), ("profit", True), ("failures", False),
    ]  # fmt: skip
    values = [goal.value for goal in found]
    assert values[:4] == [0.7, 2.0, -20.0, 200_000.0]
    assert abs(values[4] - 1.2) < 1e-12


def test_a_goal_is_met_on_its_line():
    (least,) = goals(retention="at least 70 %")
    assert (least.met(0.7), least.met(0.69)) == (True, False)
    (most,) = goals(wait_mean="within 2 min")
    assert (most.met(2.0), most.met(2.01)) == (True, False)
    assert not most.met(float("nan"))


def test_goals_of_what_is_not_measured_are_left_out():
    assert goals(clv="at least 5", retention="at least 70 %")[0].measure == "retention"
