"""What a person does on the page, and what the page is told."""

import json
import math
from pathlib import Path

import pytest

from cxsim.app.estimates import Estimate
from cxsim.app.live import LiveModel
from cxsim.app.look import ClientLook
from cxsim.app.saving import Shelf
from cxsim.app.session import MOST_PINS, Pin, Room, Session
from cxsim.app.words import change, finding
from cxsim.charts.theme import load_theme
from cxsim.scenario.loaded import loads


def test_moving_undoing_and_resetting(session):
    session.handle({"do": "set", "lever": "phone.staff", "value": "2"})
    for value in (10, 11, 12):
        session.handle({"do": "set", "lever": "recovery.credit", "value": value, "going": True})
    session.handle({"do": "set", "lever": "recovery.credit", "value": 13})
    assert dict(session.setting.moved) == {"phone.staff": 2.0, "recovery.credit": 13.0}
    session.handle({"do": "undo"})  # the whole drag
    assert dict(session.setting.moved) == {"phone.staff": 2.0}
    session.handle({"do": "reset", "lever": "phone.staff"})
    assert session.setting == session.room.settings.first
    session.handle({"do": "undo"})
    session.handle({"do": "undo"})
    session.handle({"do": "undo"})  # nothing is left
    assert session.setting == session.room.settings.first
    assert session.fault == ""


def test_pins_are_compared_and_taken_up_again(session):
    session.handle({"do": "start", "policy": "second-person"})
    session.handle({"do": "pin"})
    session.handle({"do": "pin"})  # the same one
    session.handle({"do": "set", "lever": "price", "value": 28})
    session.handle({"do": "pin"})
    for pin in session.pins:
        session.room.model.wait(session.room.settings.case(pin.setting))
    state = session.state()
    assert [pin["title"] for pin in state["pins"]] == ["Second person", "Second person, Price 28 EUR a month"]
    assert [pin["now"] for pin in state["pins"]] == [False, True]
    assert all(pin["count"] == 4 and pin["cells"][0]["low"] is None for pin in state["pins"])  # too early for one
    session.handle({"do": "recall", "number": 1})
    assert session.setting.start == "second-person"
    session.handle({"do": "unpin", "number": 1})
    assert [pin.number for pin in session.pins] == [2]


NONSENSE = [
    None, 5, "set", [], {}, {"do": None}, {"do": "zap"}, {"do": "set"}, {"do": "set", "lever": "phone.staff"},
    {"do": "set", "lever": "phone.staff", "value": "<img src=x onerror=alert(1)>"},
    {"do": "set", "lever": "phone.staff", "value": 900}, {"do": "set", "lever": ["phone.staff"], "value": 2},
    {"do": "set", "lever": "market.customers", "value": 2}, {"do": "start", "policy": "<script>"},
    {"do": "start", "policy": 7}, {"do": "begins", "when": "yesterday"}, {"do": "cost", "once": "-5"},
    {"do": "show", "lever": "x" * 10_000}, {"do": "save", "name": "a\nb"}, {"do": "save", "name": "", "file": "x"},
    {"do": "save", "name": "x", "file": "../../x"},
]  # fmt: skip


@pytest.mark.parametrize("message", NONSENSE, ids=str)
def test_nonsense_is_answered_and_changes_nothing(session, tmp_path, message):
    before = session.setting
    session.handle(message)
    assert session.fault
    assert session.setting == before
    assert list(tmp_path.iterdir()) == []
    json.dumps(session.state(), allow_nan=False)


@pytest.mark.parametrize(
    "message", [{"do": "recall", "number": "x"}, {"do": "unpin"}, {"do": "restore", "setting": [1], "pins": {"a": 1}}]
)
def test_what_is_harmless_is_left_alone(session, message):
    session.handle(message)
    assert (session.fault, session.setting) == ("", session.room.settings.first)


def test_a_page_that_is_loaded_again_stands_where_it_stood(session, room):
    session.handle({"do": "start", "policy": "say-sorry"})
    session.handle({"do": "set", "lever": "phone.staff", "value": 3})
    session.handle({"do": "cost", "once": "1 000", "yearly": ""})
    session.handle({"do": "pin"})
    state = session.state()
    other = type(session)(room)
    other.handle(
        {
            "do": "restore",
            "setting": state["setting"],
            "pins": [pin["setting"] for pin in state["pins"]] + [{"start": "gone"}],
        }
    )
    assert (other.setting, [pin.setting for pin in other.pins]) == (session.setting, [session.setting])
    other.close()


def test_no_more_pins_than_beside_each_other_whatever_a_page_remembers(session):
    remembered = [{"start": "as-is", "begins": "month 0", "moved": {"price": 21 + n}} for n in range(2 * MOST_PINS)]
    session.handle({"do": "restore", "setting": None, "pins": remembered[:MOST_PINS]})
    session.handle({"do": "restore", "setting": None, "pins": remembered[MOST_PINS:]})
    assert [dict(pin.setting.moved)["price"] for pin in session.pins] == [21 + n for n in range(MOST_PINS)]


def test_a_sign_that_nobody_sees_is_named(session):
    session.handle({"do": "save", "name": "second\u200bperson"})
    assert session.fault.startswith("`'second\\u200bperson'`; a text of signs that can be seen")
    session.handle({"do": "save", "name": "x" * 201})
    assert "at most 200 letters" in session.fault


def test_a_card_is_green_where_the_firm_wants_to_go(session, monkeypatch):
    monkeypatch.setattr(session.room, "measures", ("retention", "wait_mean"))
    for difference, colours in ((0.1, [True, False]), (-0.1, [False, True])):

        def told(_columns, _pairs, measure, difference=difference):
            return _retention(9, difference, difference - 0.01, difference + 0.01)._replace(measure=measure)

        monkeypatch.setattr("cxsim.app.session.estimate", told)
        session.pins = [Pin(1, session.setting)]
        state = session.state()
        assert [card["good"] for card in state["cards"]] == colours  # more kept is good, a longer wait is not
        assert [cell["good"] for cell in state["pins"][0]["cells"]] == colours


def test_what_goes_to_the_page_is_json(session):
    session.handle({"do": "start", "policy": "both"})
    session.room.model.wait(session.room.settings.case(session.setting))
    state = session.state()
    json.dumps([session.about(), state], allow_nan=False)
    assert state["count"] == 4
    assert [card["title"] for card in state["cards"]] == ["Still with us", "Won by recommendation", "Profit", "Cost"]
    assert len(state["curve"]["months"]) == len(state["curve"]["setting"]) > 12
    assert set(state["levers"]) >= {"phone.staff", "recovery.credit", "recovery.steps", "price"}


def _retention(n, difference, low, high):
    return Estimate("retention", "share", n, 0.5 + difference, 0.5, difference, low, high)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (_retention(0, math.nan, math.nan, math.nan), "The first paired runs are under way."),
        (
            _retention(1, 0.1, math.nan, math.nan),
            "In 1 paired run so far: too few runs yet to tell effect from luck.",
        ),
        (_retention(12, 0.1, 0.08, 0.12), "So far, in 12 paired runs: keeps 10 more in every 100 (8 to 12)."),
        (_retention(30, -0.1, -0.12, -0.08), "After 30 paired runs: loses 10 more in every 100 (8 to 12)."),
        (
            _retention(12, 0.1, -0.1, 0.3),
            "So far, in 12 paired runs: the customers kept cannot be told apart from as-is yet.",
        ),
        (_retention(30, 0.1, -0.1, 0.3), "After 30 paired runs: the customers kept cannot be told apart from as-is."),
    ],
)
def test_what_can_be_said_and_what_cannot(found, said):
    assert finding([found], 30, as_is=False) == said


def test_two_runs_that_agree_by_chance_claim_nothing():
    # As was seen: two runs of cable-town, both 5.5 fewer; after twenty the mean was +2.2.
    found = Estimate("won_by_recommendation", "customers", 2, 94.5, 100.0, -5.5, -5.5, -5.5)
    assert not found.told
    assert change(found) == "−6 customers"
    assert finding([found], 30, as_is=False) == "In 2 paired runs so far: too few runs yet to tell effect from luck."
    ended = finding([found._replace(n=4, low=-6.0)], 4, as_is=False)
    assert ended.startswith("After 4 paired runs: too few to tell effect from luck; ask for at least 5")
    assert found._replace(n=5, low=-6.0).told


def test_a_lever_that_does_nothing_says_so_and_what_it_needs(gym_file):
    text = gym_file.read_text(encoding="utf-8")
    scenario = loads(text.replace("steps: [apologize, credit]", "steps: [apologize]"), "gym.yaml")
    with LiveModel(scenario, replications=12, jobs=2) as model:
        session = Session(Room(scenario, model, Shelf(scenario, None, Path())))
        session.handle({"do": "set", "lever": "recovery.credit", "value": 9})
        pairs = model.wait(session.room.settings.case(session.setting))
        assert pairs.same
        assert 3 <= pairs.n < 12
        assert session.state()["finding"] == (
            f"Nothing changes: this lever has no effect here; every figure of {pairs.n} paired runs is that of as-is. "
            "No credit is among recovery.steps: add `credit` there."
        )
        session.handle({"do": "set", "lever": "phone.staff", "value": 2})
        assert not model.wait(session.room.settings.case(session.setting), 3).same
        session.close()


def test_a_slider_of_staff_says_that_it_holds_at_all_hours(session):
    notes = {lever["path"]: lever["note"] for lever in session.about()["levers"]}
    assert (notes["phone.staff"], notes["price"]) == ("all opening hours", "")


def test_money_is_not_more_exact_than_three_figures():
    found = Estimate("profit", "EUR", 9, 0.0, 0.0, 133_067.0, 133_058.0, 133_077.0)
    assert change(found) == "+133 000 EUR"
    assert finding([found], 9, as_is=False) == "After 9 paired runs: earns 133 000 EUR more."
    assert change(found._replace(low=132_058.0)) == "+133 000 EUR (+132 000 to +133 000)"


def test_money_is_written_as_exactly_as_its_interval_allows():
    found = Estimate("profit", "EUR", 9, 0.0, 0.0, -287_400.0, -291_300.0, -283_500.0)
    assert change(found) == "−287 000 EUR (−291 000 to −284 000)"
    assert (
        change(found._replace(measure="policy_cost", difference=9_876.0, low=8_000.0, high=12_000.0))
        == "10 000 EUR (8 000 to 12 000)"
    )


def test_a_page_takes_the_look_of_the_report(model, tmp_path):
    (tmp_path / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (tmp_path / "theme.yaml").write_text(
        'format: 1\ncolors: ["#e69f00", "#0b3d91", "#007a5e"]\nink: "#0b2545"\nfont: Segoe UI\nlogo: logo.png\n'
    )
    look = ClientLook(load_theme(tmp_path / "theme.yaml"), " Žuti\n<b> ")
    told = Session(Room(model.scenario, model, Shelf(model.scenario, None, tmp_path), look=look)).about()["look"]
    assert told == {
        "mine": "#0b3d91",  # the first that can be read on white
        "pins": ["#e69f00", "#007a5e"],
        "ink": "#0b2545",
        "font": "Segoe UI",
        "logo": "data:image/png;base64,iVBORw0KGgo=",
        "client": "Žuti <b>",
    }
