"""YAML is read as text with lines; whatever could mean more than it shows is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsim.errors import ScenarioError, UnreadableError
from cxsim.scenario import reader


def test_scalars_stay_text():
    tree = reader.read("a: 17:00\nb: no\nc: 1_000\nd: ~\ne: 0x10\nf: 2025-01-06\n", "x.yaml")
    assert tree == {"a": "17:00", "b": "no", "c": "1_000", "d": "~", "e": "0x10", "f": "2025-01-06"}


def test_values_and_keys_know_their_lines():
    tree = reader.read("a:\n  b: 1\n  c: [x,\n      y]\n", "x.yaml")
    assert tree["a"]["b"].line == 2
    assert [item.line for item in tree["a"]["c"]] == [3, 4]
    assert [key.line for key in tree["a"]] == [2, 3]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: &x 1", "x.yaml:1: the anchor &x; values written out; remove it"),
        ("a: !!int 3", "x.yaml:1: the tag tag:yaml.org,2002:int; plain values; remove it"),
        ("a: 1\nb: {c: 1, c: 2}", "x.yaml:2: b.c: `c` again (first on line 2); each key once; remove one of them"),
        ("a: {<<: {b: 1}}", "x.yaml:1: a: the merge key `<<`; values written out; repeat the values here"),
        ("- a", "x.yaml:1: no mapping; lines such as `format: 1`; start with `cxsim new NAME`"),
        ("a: 1\n---\nb: 1", "x.yaml:2: a second document; one document; remove the line `---`"),
        ("", "x.yaml: an empty file; a scenario; start with `cxsim new NAME`"),
        ("? [a]\n: 1", "x.yaml:1: a list or mapping as a key; a name as a key; write a name before it"),
    ],
)
def test_what_means_more_than_it_shows_is_refused(text, message):
    with pytest.raises(ScenarioError) as error:
        reader.read(text, "x.yaml")
    assert str(error.value) == message


def test_all_faults_are_told_at_once():
    with pytest.raises(ScenarioError) as error:
        reader.read("a: 1\na: 2\nb: 1\nb: 2\n", "x.yaml")
    assert len(error.value.faults) == 2


@pytest.mark.parametrize("text", ["[" * 5000, "{a: " * 3000, "a:\n" + "- " * 3000, "? " * 3000, " " * 2000 + "a: 1"])
def test_depth_is_refused_before_it_costs_anything(text):
    with pytest.raises(ScenarioError):
        reader.read(text, "x.yaml")


def test_a_large_file_is_refused_unread(tmp_path):
    path = tmp_path / "large.yaml"
    with path.open("wb") as stream:
        stream.truncate(50_000_000)
    with pytest.raises(UnreadableError, match=r"a file of 50.0 MB; at most 1 MB; make it smaller"):
        reader.read_file(path)


def test_missing_files_and_folders_are_unreadable(tmp_path):
    with pytest.raises(UnreadableError, match="no such file"):
        reader.read_file(tmp_path / "none.yaml")
    with pytest.raises(UnreadableError, match="a folder"):
        reader.read_file(tmp_path)
    with pytest.raises(UnreadableError):
        reader.read_file(tmp_path / "a\x00b")


def test_a_byte_that_is_no_text_is_named_with_its_line():
    with pytest.raises(UnreadableError, match=r"x.yaml:2: a byte that is no UTF-8 \(0xe9\)"):
        reader.decode(b"a: 1\nb: caf\xe9\n", "x.yaml")


def test_a_byte_order_mark_is_no_fault():
    assert reader.read(reader.decode(b"\xef\xbb\xbfa: 1\n", "x.yaml"), "x.yaml") == {"a": "1"}


def faults_of(data):
    """Return the faults of a text, or None where it is read."""
    try:
        reader.read(reader.decode(data, "x.yaml") if isinstance(data, bytes) else data, "x.yaml")
    except ScenarioError as error:
        return error.faults
    return None


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text):
    assert faults_of(text) != ()


@given(st.text(alphabet="ab:-[]{}&*!|>'\"#%@`,? \n\t", max_size=60))
def test_any_punctuation_is_read_or_refused(text):
    assert faults_of(text) != ()


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    assert faults_of(data) != ()
