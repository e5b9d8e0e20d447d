"""The one path grammar: finding, listing, setting, adding, multiplying."""

import pytest

from cxsim.errors import ScenarioError, ValueRefusedError
from cxsim.scenario import loads, paths


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("till.staff", "2"),
        ("Shop.till.staff", "2"),
        ("phone.shifts.late.staff", "3"),
        ("phone.call_back.accepted", "37.5 %"),
        ("callers.takes.phone", "always 4 min"),
        ("shopping.happens", "12 a year"),
        ("Chain.shopping.happens", "24 a year"),
        ("price", "12 a visit"),
        ("market.switching.cost", "0"),
        ("market.segments.old.share", "70 %"),
        ("defaults.loss_aversion", "2.25"),
        ("switches.talk", "on"),
        ("lasts", "1 year"),
    ],
)
def test_a_path_names_a_value(shop, path, value):
    assert shop.value(path) == value


@pytest.mark.parametrize(
    ("path", "remedy"),
    [
        ("tlil.staff", "did you mean `till`?"),
        ("till.stuff", "did you mean `staff`?"),
        ("till.staff.more", "`staff` is a single value; end the path there"),
        ("Shop..till", "write names with dots between, such as phone.staff"),
        ("market.switching.cots", "did you mean `cost`?"),
        ("defaults.loss_aversio", "did you mean `loss_aversion`?"),
        ("till.call_back.after", "it is `no` here; set `till.call_back` to a table with after, accepted, answered"),
    ],
)
def test_a_wrong_path_says_what_is_near(shop, path, remedy):
    with pytest.raises(ValueRefusedError) as refused:
        paths.find(shop.content.tree, path)
    assert refused.value.remedy == remedy


def test_every_listed_path_finds_its_value(shop):
    entries = shop.paths()
    assert len(entries) > 80
    for entry in entries:
        assert paths.find(shop.content.tree, entry.path) == entry.location
    kinds = {entry.path: entry.kind for entry in entries}
    assert kinds["till.staff"] == "count"
    assert kinds["till.takes"] == "law"
    assert kinds["price"] == "price"
    assert kinds["callers.rate"] == "rate"
    assert kinds["phone.call_back.after"] == "duration"
    assert kinds["market.segments.old.share"] == "share"


def test_every_listed_value_can_be_set_to_what_it_is(shop):
    for entry in shop.paths():
        value = paths.at(shop.content.tree, entry.location)
        assert paths.applied(shop.content.tree, entry.location, [value]) == value, entry.path


@pytest.mark.parametrize(
    ("path", "changes", "result"),
    [
        ("till.staff", ["3"], "3"),
        ("till.staff", ["1 more"], "3"),
        ("till.staff", ["50 % more", "1 more"], "4"),  # the addition first: (2 + 1) x 1.5 = 4.5, to the even number
        ("till.staff", ["1 more", "5"], "6"),
        ("price", ["1 more"], "13 a visit"),
        ("price", ["50 % less"], "6 a visit"),
        ("till.takes", ["20 % less"], "exponential 144 s"),
        ("quality", ["0.2 more"], "0.5"),
        ("quality", ["1 less"], "-0.7"),
        ("phone.solves", ["5 points more"], "55 %"),
        ("phone.call_back.after", ["1 min more"], "4 min"),
        ("shopping.happens", ["2 times"], "24 a year"),
        ("till.hours", ["Mon 10:00-11:00"], "Mon 10:00-11:00"),
        ("phone.call_back", ["no"], "no"),
        ("defaults.loss_aversion", ["10 % less"], "2.025"),
    ],
)
def test_changes_set_then_add_then_multiply(shop, path, changes, result):
    location = paths.find(shop.content.tree, path)
    assert paths.applied(shop.content.tree, location, changes) == result
    assert paths.applied(shop.content.tree, location, changes[::-1]) == result


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("till.hours", "2 more"),
        ("till.takes", "1 min more"),
        ("till.staff", "0.5 more"),
        ("phone.solves", "60 points more"),
        ("switches.talk", "1 more"),
        ("till.staff", "5 fewer"),
        ("till.announces", "20 % more"),
        ("till.staff", "many"),
    ],
)
def test_changes_that_make_no_sense_are_refused(shop, path, change):
    with pytest.raises(ValueRefusedError):
        paths.applied(shop.content.tree, paths.find(shop.content.tree, path), [change])


def test_a_share_that_is_set_makes_the_others_give_way_in_proportion(text):
    three = text.replace("young: {share: 30 %, patience: 4 min}", "young: {share: 10 %}\n    middle: {share: 20 %}")
    shop = loads(three, "shop.yaml").with_value("market.segments.old.share", "40 %")
    assert shop.value("market.segments.young.share") == "20 %"
    assert shop.value("market.segments.middle.share") == "40 %"
    shop = shop.with_value("share", "80 %")
    assert shop.value("Chain.share") == "20 %"


def test_set_takes_the_place_of_doubt(text):
    shop = loads(text + "unsure: {Chain.price: 8 a visit to 12 a visit, quality: 0.5 to 2 times}\n", "shop.yaml")
    changed = shop.with_value("Chain.price", "9 a visit")
    assert list(changed.document.unsure) == ["quality"]
    assert changed.value("Chain.price") == "9 a visit"
    assert shop.value("Chain.price") == "10 a visit"
    assert changed.identity() != shop.identity()


def test_a_wrong_value_names_the_option_and_the_path(shop):
    with pytest.raises(ScenarioError) as error:
        shop.with_values({"till.staff": "-1", "tlil.staff": "2"})
    assert [(fault.file, fault.path) for fault in error.value.faults] == [
        ("--set", "till.staff"),
        ("--set", "tlil.staff"),
    ]


def test_a_contact_called_like_a_key_of_the_file_can_be_named():
    text = (
        "format: 1\nquestion: Why?\nour_firm: F\nlasts: 1 year\nmarket: {customers: 10, setting: contractual}\n"
        "firms: {F: {share: 100 %, contacts: {question: {happens: 1 a year, because: question}}}}\n"
        "policies: {fewer: {change: {question.happens: 0.5 a year}, cost: 0}}\n"
    )
    found = loads(text, "f.yaml")
    assert found.value("question") == "Why?"
    assert found.value("question.happens") == "1 a year"
    assert found.with_value("question.happens", "2 a year").value("F.question.happens") == "2 a year"
    assert "question.happens" in [entry.path for entry in found.paths()]
    with pytest.raises(ScenarioError, match="a name that is no table of the file; rename it"):
        loads(text.replace("contacts: {question:", "contacts: {unsure:").replace("policies", "# policies"), "f.yaml")
