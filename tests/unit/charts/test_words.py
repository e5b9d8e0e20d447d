"""Labels in a client's words: looked up, listed from the code, refused where they are wrong, and all of them drawn."""

import re
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.charts.figure import Caption
from cxsim.charts.text import drawn_texts, number
from cxsim.charts.words import Words, in_digits, labels, load_words, places_in, said, template, worded
from cxsim.errors import ScenarioError

CAPTION = Caption("Title", "Source")
EVERY = [text for texts in labels().values() for text in texts]


def written(folder, text):
    path = folder / "words.yaml"
    path.write_text(f"format: 1\n{text}\n", encoding="utf-8")
    return path


def test_a_label_is_said_in_the_words_in_force():
    assert said("stayed") == "stayed"
    with worded(Words(MappingProxyType({"stayed": "maradt", "{low} to {high}": "{high}-ig {low}-tól"}))):
        assert said("stayed") == "maradt"
        assert said("came back") == "came back"
        assert said("{low} to {high}", low="1", high="2") == "2-ig 1-tól"
    assert said("stayed") == "stayed"


def test_values_are_put_in_as_they_are():
    assert said("worse than {reference}", reference="{low} & $x$") == "worse than {low} & $x$"


def test_numbers_by_hand():
    with worded(Words(decimal=",", thousands="\N{NO-BREAK SPACE}")):
        assert number(-12345.678, 1) == "−12\N{NO-BREAK SPACE}345,7"
        assert number(2.5, 1, signed=True) == "+2,5"
        assert number(9999.0, 0) == "9999"
        assert in_digits("0.25 to 3.5 %, v. 2") == "0,25 to 3,5 %, v. 2"
    assert number(-12345.678, 1) == "−12 345.7"


def test_labels_of_the_code_and_of_the_measures_are_listed():
    found = labels()
    assert "Of the customers at the start, the share still with the firm." in found["charts.retention"]
    assert "The policies in order" in found["results.book.league"]
    assert "net promoter score" in found["measures"]
    assert "% a month" in found["measures"]
    assert len(EVERY) == len(set(EVERY))


def test_the_template_is_a_words_file_that_changes_nothing(tmp_path):
    path = tmp_path / "words.yaml"
    path.write_text(template(), encoding="utf-8")
    found = load_words(path)
    assert dict(found.labels) == {text: text for text in EVERY}
    assert (found.decimal, found.thousands) == (".", " ")


def test_hungarian_has_every_label_of_the_charts(request):
    path = request.config.rootpath / "docs" / "words" / "magyar.yaml"
    found = load_words(path)
    lacking = [text for name, texts in labels().items() if name != "report" for text in texts]
    assert [text for text in lacking if text not in found.labels] == []
    assert found.unknown == ()
    assert found.decimal == ","


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('labels: {"{low} to {high}": "{low}-tól"}', "{high} and {low}"),
        ('labels: {"stayed": "maradt {"}', "no place in braces"),
        ('labels: {"stayed": ""}', "letters on one line"),
        ('labels: ["stayed"]', "a label a line"),
        ('decimal: ";"', "`.`, `,`"),
        ('thousands: "x"', "choose one of these"),
        ('thousands: "."', "another mark than the decimal one"),
        ("digits: many", "decimal"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path, text, words):
    with pytest.raises(ScenarioError) as caught:
        load_words(written(tmp_path, text))
    assert words in str(caught.value)
    assert "words.yaml:2" in str(caught.value)


def test_a_label_that_there_is_not_is_a_remark_and_changes_nothing(tmp_path):
    found = load_words(written(tmp_path, 'labels: {"stayd": "maradt", "stayed": "ottmaradt", "Zq": "x"}'))
    assert dict(found.labels) == {"stayed": "ottmaradt"}
    assert found.unknown == ("line 2: no label `stayd`; did you mean `stayed`?", "line 2: no label `Zq`")
    assert "stayd" not in template(found)


@given(st.sets(st.from_regex(r"[a-z]{1,8}", fullmatch=True), max_size=4), st.randoms())
def test_the_places_of_a_label_do_not_depend_on_their_order(names, random):
    ordered = sorted(names)
    random.shuffle(ordered)
    assert places_in(" and ".join(f"{{{name}}}" for name in ordered)) == frozenset(names)


def marked(text):
    """Put every letter of a label that is not in a place into brackets: what is drawn without them was not said."""
    return "".join(part if part.startswith("{") else part and f"⟦{part}⟧" for part in re.split(r"(\{\w+\})", text))


@pytest.fixture(scope="module")
def pseudo():
    return Words(MappingProxyType({text: marked(text) for text in EVERY}), decimal=",")


def test_no_label_of_a_chart_is_drawn_that_is_not_in_the_words(make_tables, make_more_tables, make_book, pseudo):
    tables = make_tables(3) | make_more_tables(3)
    ours = {str(value) for table in tables.values() for column in table for value in table[column].astype(str)}
    with worded(pseudo):
        book = make_book(tables, CAPTION)
    for name, chart in book.items():
        for text in drawn_texts(chart.figure):
            words = " ".join(text.get_text().split())
            rest = re.sub(r"⟦.*?⟧", "", words)
            for value in sorted(ours, key=len, reverse=True):
                rest = rest.replace(value, "")
            rest = rest.replace("Title", "").replace("Source", "").replace("reference", "").replace("measure", "")
            assert re.sub(r"[^A-Za-z]|EUR|[Rr]etention", "", rest) == "", f"{name}: {words}"
            assert not re.search(r"\d\.\d", words), f"{name}: {words}"
