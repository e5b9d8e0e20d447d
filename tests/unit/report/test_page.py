"""The page holds everything it shows, escapes every name, and says what a picture shows."""

import json
import re
from html.parser import HTMLParser

import pytest

from cxsim.charts.contrast import contrast
from cxsim.charts.style import looks
from cxsim.charts.theme import Theme
from cxsim.report.assumptions import Assumption
from cxsim.report.content import Content, Grounds, Met, Picture, Story, Table
from cxsim.report.explorer import Choice, Explorer
from cxsim.report.page import page
from cxsim.report.prose import Said, parsed

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
        story=Story((Said("Question", EVIL), Said("Answer", f"{EVIL} {LETTERS}")), (Said("Money.", EVIL),)),
        pictures=[Picture("league", Drawn(), table)],
        tables=[table],
        records=[Met("NPS", "−35 ± 5", "−33", met=True), Met("churn", "0.7 %", "0.9 %", met=False)],
        grounds=Grounds([first], [first._replace(path="defaults.z")], [("assumption", 1)], EVIL),
        provenance=[("scenario", EVIL)],
        again=f"cxsim compare {EVIL}",
    )


@pytest.fixture
def explorer():
    """Two policies of which one has an evil name, two measures, one firm, two segments, three months."""
    policies = ["as-is", EVIL]
    share = Choice("retention", EVIL, "asked for", "%", "percentage points", "higher", EVIL, 0.0, 100.0, 100.0)
    wait = Choice("wait_mean", "mean wait", "usual", "min", "min", "lower", "Of all.", 0.0, float("inf"))
    means = {"measure": [0, 0, 1], "firm": [0, 0, 0], "segment": [0, 1, 0], "inferred": [0, 0, 0]}
    means |= {"mean": [60, 70, 50, 55, 5, 4], "low": [59, 69, 48, 53, 4, 3], "high": [61, 71, 52, 57, 6, 5]}
    means |= {"gap": [None, 10, None, 5, None, -1], "gap_low": [None, 9, None, -1, None, -2]}
    means |= {"gap_high": [None, 11, None, 11, None, -0.5], "best": [0, 1, 0.1, 0.9, 0, 1]}
    time = {"at": [1, 2, 3], "measure": [0], "firm": [0], "segment": [0]}
    time |= {"mean": [90, 75, 60, 95, 80, 70], "half": [1] * 6, "gap": [0, 0, 0, 5, 5, 10], "gap_half": [1] * 6}
    look = looks(policies, "as-is")
    return Explorer([share, wait], [EVIL], ["all", EVIL], policies, EVIL, "as-is", look, 20, means, time, "months")


def own_words(text):
    """The page without the libraries that stand in it."""
    begin = text.find("<script>\n/*\nVega")
    return text if begin < 0 else text[:begin] + text[text.index("</script>", begin) :]


def test_nothing_is_fetched_and_no_address_is_named(content, explorer):
    text = own_words(page(content._replace(explorer=explorer)))
    assert not re.search(r"https?:|url\(|@import|//\w", text)
    reader = Reader(text)
    for tag, attrs in reader.tags:
        for name in ("src", "srcset", "href", "action", "data"):
            assert attrs.get(name, "data:").startswith(("data:", "#")), (tag, name)
    assert reader.attributes("link") == []


def test_names_are_never_markup(content):
    text = page(content)
    assert text.count("<script>") == 1
    reader = Reader(text)
    assert reader.attributes("a")[0]["href"] == "#main"
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
    assert "1 assumption." in page(content)
    two = Grounds(content.grounds.first * 2, [], [("measured", 1), ("assumption", 2)], "")
    text = page(content._replace(grounds=two))
    assert "turns on have 2 values: 1 measured, 2 assumption." in text


def test_what_is_empty_is_left_out(content):
    text = page(content._replace(pictures=[], tables=[], client="", again="", grounds=Grounds([], [], [], "")))
    assert "In pictures" not in text
    assert "In figures" not in text
    assert "Prepared for" not in text
    assert "Made again by" not in text


def test_the_same_content_gives_the_same_page(content):
    assert page(content) == page(content)


def test_the_story_stands_first_in_the_order_in_which_people_ask(content):
    told = content._replace(story=content.story._replace(warning=Said("Why believe the model.", "Not near.")))
    text = page(told)
    places = [text.index(f"<h3>{word}</h3>") for word in ("Question", "Answer")]
    assert places == sorted(places)
    assert text.index("Not near.") < places[0] < text.index("<strong>Money.</strong>") < text.index("In pictures")


def test_parts_and_their_names_belong_together(content, explorer):
    reader = Reader(page(content._replace(explorer=explorer)))
    ids = [attrs["id"] for _, attrs in reader.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    pointed = [attrs[name] for _, attrs in reader.tags for name in ("aria-labelledby", "for") if name in attrs]
    pointed += [attrs["href"][1:] for attrs in reader.attributes("a")]
    assert set(pointed) <= set(ids)
    assert reader.attributes("html") == [{"lang": "en"}]
    assert len(reader.attributes("main")) == len(reader.attributes("h1")) == 1


def test_no_name_can_end_a_script(content, explorer):
    text = page(content._replace(explorer=explorer))
    begin = text.index('id="explorer-data">')
    data = text[begin : text.index("</script>", begin)].partition(">")[2]
    assert not re.search(r"[<>&]", data)
    assert json.loads(data)["policies"] == ["as-is", EVIL]
    assert text.count("</script>") == text.count("<script") == 5
    assert EVIL not in own_words(text)


def test_numbers_that_do_not_exist_become_null(content, explorer):
    text = page(content._replace(explorer=explorer))
    wait = json.loads(text.partition('id="explorer-data">')[2].partition("</script>")[0])["measures"][1]
    assert (wait["least"], wait["most"], wait["start"]) == (0.0, None, None)


def test_the_notice_of_the_libraries_stands_beside_them(content, explorer):
    text = page(content._replace(explorer=explorer))
    assert "University of Washington Interactive Data Lab" in text
    assert "vegaEmbed" not in page(content)


def test_a_theme_colours_the_page(content, tmp_path):
    logo = tmp_path / "logo.png"
    logo.write_bytes(b"\x89PNG\r\n\x1a\n")
    pale, dark = "#56b4e9", "#102a43"
    text = page(content, Theme(colors=(pale, dark), ink="#222244", font="Fira Sans", logo=logo))
    assert f"--accent: {dark}" in text  # the first colour is too pale for text
    assert "--head: #222244" in text
    assert '"Fira Sans", system-ui' in text
    assert Reader(text).attributes("img")[0]["src"].startswith("data:image/png;base64,")
    assert "--accent:" not in page(content)


def test_text_can_be_read_on_its_paper(content):
    css = page(content)
    colors = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", css))
    for name in ("ink", "soft", "quiet", "good", "bad"):
        assert contrast(colors[name]) >= 4.5, name
    for name in ("ink", "soft"):
        assert contrast(colors[name], colors["pale"]) >= 4.5, name
