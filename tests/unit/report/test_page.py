"""The page holds everything it shows, escapes every name, and says what a picture shows."""

import re
from html.parser import HTMLParser

import pytest

from cxsim.report.assumptions import Assumption
from cxsim.report.content import Content, Grounds, Met, Picture, Table
from cxsim.report.page import page
from cxsim.report.prose import parsed

EVIL = "<script>alert('x')</script> & \"Ğüneş\""
LETTERS = "Müşteri İlişkileri, Árvíztűrő tükörfúrógép, Đorđe Šešelj, Брже решавање"


class Drawn:
    alt = f"{EVIL} keeps 5 more."

    def render(self, form, size):
        return f"<svg xmlns='http://www.w3.org/2000/svg'>{form} {size}</svg>".encode()


class Reader(HTMLParser):
    """Reads tags and texts."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.texts = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append(data)

    def attributes(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture
def content():
    table = Table(EVIL, ("policy", EVIL), [[LETTERS, "+11 %"]], [[LETTERS, "0.11"]])
    first = Assumption("defaults.x_y", "1", EVIL, "0", "2", EVIL, "assumption", "default", "talk", EVIL)
    return Content(
        title=EVIL,
        finding=f"{LETTERS} keeps 5 more",
        client=EVIL,
        prose=parsed(
            f"**Question.** {EVIL}\n\n1. **A.** {EVIL} {LETTERS}\n\n<small>made again by `cxsim {EVIL}`</small>"
        ),
        pictures=[Picture("league", Drawn(), table)],
        tables=[table],
        records=[Met("NPS", "−35 ± 5", "−33", met=True), Met("churn", "0.7 %", "0.9 %", met=False)],
        grounds=Grounds([first], [first._replace(path="defaults.z")], [("assumption", 1)], EVIL),
        provenance=[("scenario", EVIL)],
        again=f"cxsim compare {EVIL}",
    )


def test_nothing_is_fetched_and_no_address_is_named(content):
    text = page(content)
    assert not re.search(r"https?:|url\(|@import|//\w", text)
    reader = Reader(text)
    for tag, attrs in reader.tags:
        for name in ("src", "srcset", "href", "action", "data"):
            assert attrs.get(name, "data:").startswith("data:"), (tag, name)
    assert reader.attributes("link") == []


def test_names_are_never_markup(content):
    text = page(content)
    assert text.count("<script>") == 1
    reader = Reader(text)
    assert sum(EVIL in shown for shown in reader.texts) >= 9
    (image,) = reader.attributes("img")
    assert image["alt"] == Drawn.alt


def test_letters_come_through(content):
    assert LETTERS in page(content)
    assert '<meta charset="utf-8">' in page(content)


def test_a_narrow_window_gets_a_picture_of_its_own(content):
    reader = Reader(page(content))
    (source,) = reader.attributes("source")
    assert source["media"] == "screen and (max-width: 42rem)"
    assert source["srcset"] != reader.attributes("img")[0]["src"]


def test_tables_are_copied_as_numbers(content):
    reader = Reader(page(content))
    raw = [attrs["data-raw"] for attrs in reader.attributes("td") if "data-raw" in attrs]
    assert raw == ["0.11", "0.11"]
    assert "+11 %" in reader.texts


def test_records_are_met_or_missed(content):
    text = page(content)
    assert "near 1 of our 2 own figures" in text
    assert text.index("✓ met") < text.index("✗ missed")
    assert "names no records" in page(content._replace(records=[]))


def test_assumptions_are_counted_in_words(content):
    assert "1 placeholder." in page(content)
    two = Grounds(content.grounds.first * 2, [], [("measured", 1), ("assumption", 2)], "")
    text = page(content._replace(grounds=two))
    assert "rests on 2 behavioural values: 1 measured, 2 placeholders." in text


def test_what_is_empty_is_left_out(content):
    text = page(content._replace(pictures=[], tables=[], client="", again="", grounds=Grounds([], [], [], "")))
    assert "In pictures" not in text
    assert "In figures" not in text
    assert "Prepared for" not in text
    assert "Made again by" not in text


def test_the_same_content_gives_the_same_page(content):
    assert page(content) == page(content)
