"""The ledger: every behavioural value once, with where it comes from and whether somebody wrote it."""

import pytest

from cxsim.behaviour.registry import REGISTRY
from cxsim.report.assumptions import CONFIDENCES, Assumption, assumptions, counts, resting_on
from cxsim.scenario import loads


@pytest.fixture
def ledger(corner_text):
    written = "defaults: {loss_aversion: 3}\nunsure: {defaults.loss_aversion: 2 to 4, till.takes: 6 min to 9 min}\n"
    return assumptions(loads(corner_text + written + "switches: {peak_end: off}\n", "corner.yaml"))


def by_path(found):
    return {one.path: one for one in found}


def test_every_parameter_is_there_once_with_source_and_range(ledger):
    values = [one.path for one in ledger if one.path.startswith("defaults.")]
    assert sorted(values) == sorted(f"defaults.{name}" for name, one in REGISTRY.items() if one.role == "world")
    assert len(by_path(ledger)) == len(ledger)
    for one in ledger:
        assert one.source
        assert one.confidence in {*CONFIDENCES, "convention", "written"}
        assert (one.confidence == "written") == (one.origin == "written")


def test_what_was_written_says_so_and_what_the_default_would_have_been(ledger):
    one = by_path(ledger)["defaults.loss_aversion"]
    assert (one.value, one.origin, one.unsure) == ("3", "written", "2 to 4")
    assert one.source.startswith("the scenario (default 2.25: Tversky and Kahneman")
    assert by_path(ledger)["defaults.sensitivity"].origin == "default"


def test_customers_firms_and_what_is_switched_off_are_there_too(ledger):
    found = by_path(ledger)
    assert found["market.segments.young.patience"].confidence == "measured"
    assert found["market.talk_to.friends"].confidence == "assumption"
    assert found["switches.peak_end"].value == "off"
    assert "switches.waiting" not in found
    unsure = found["Corner.till.takes"]
    assert (unsure.value, unsure.unsure, unsure.origin) == ("lognormal 8 min, sigma 0.95", "6 min to 9 min", "written")


def test_a_resolved_file_still_tells_default_from_written(corner):
    again = loads(corner.resolved(), "corner.yaml")
    assert assumptions(again) == assumptions(corner)


def test_what_the_answer_rests_on_comes_first_and_the_least_sure_of_it():
    def one(path, confidence, module="", unsure=""):
        return Assumption(path, "1", "", "", "", "x", confidence, "default", "g", module=module, unsure=unsure)

    given = [
        one("a", "measured", "talk"),
        one("b", "assumption", "choice"),
        one("c", "assumption", "talk"),
        one("d", "published", unsure="1 to 2"),
        one("e", "survey"),
    ]
    first, rest = resting_on(given, {"talk"})
    assert [each.path for each in first] == ["d", "c", "a"]
    assert [each.path for each in rest] == ["b", "e"]
    assert counts(given) == [("measured", 1), ("published", 1), ("survey", 1), ("assumption", 2)]
