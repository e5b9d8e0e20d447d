"""A client's look, read from a file, and what is refused."""

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.image import imsave

from cxsim.charts.figure import Caption, make_chart
from cxsim.charts.retention import retention
from cxsim.charts.style import INK, PALETTE
from cxsim.charts.tables import ChartError
from cxsim.charts.text import cut_texts, drawn_texts, literal, overlapping_texts
from cxsim.charts.theme import Theme, load_theme, theme
from cxsim.errors import ScenarioError

PNG = bytes.fromhex("89504e470d0a1a0a") + b"rest"


def test_a_theme_is_read(tmp_path):
    (tmp_path / "logo.png").write_bytes(PNG)
    path = tmp_path / "müşteri.yaml"
    path.write_text('format: 1\ncolors: ["#0B3D91", "#b00020"]\nfont: Segoe UI\nlogo: logo.png\n', encoding="utf-8")
    assert load_theme(path) == Theme(("#0b3d91", "#b00020"), font="Segoe UI", logo=tmp_path / "logo.png")


def test_what_is_not_written_is_ours(tmp_path):
    path = tmp_path / "plain.yaml"
    path.write_text("format: 1\n", encoding="utf-8")
    assert load_theme(path) == Theme()
    assert load_theme(path).looks(("as-is", "a"), "as-is")["a"].color == PALETTE[0]


def test_policies_take_the_colours_in_their_order():
    looks = Theme(("#112233", "#445566")).looks(("as-is", "a", "b", "c"), "as-is")
    assert [looks[name].color for name in "abc"] == ["#112233", "#445566", "#112233"]
    assert looks["a"].marker != looks["c"].marker


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('colors: ["#0b3d91", "red"]', "`red`; a colour of six hexadecimal digits"),
        ('colors: ["#0b3d91", "#ffee00"]', "choose a darker one"),
        ('colors: ["#0b3d91", "#0B3D91"]', "each colour once"),
        ('colors: ["#0b3d91"]', "a list of 2 to 12 colours"),
        ('ink: "#888888"', "a contrast of 4.5 or more"),
        ('font: "<b>"', "the name of a typeface"),
        ("logo: nowhere.png", "nowhere.png"),
        ("logo: theme.yaml", "which is neither"),
        ("colour: blue", "colors"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path, text, words):
    path = tmp_path / "theme.yaml"
    path.write_text(f"format: 1\n{text}\n", encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_theme(path)
    assert words in str(caught.value)
    assert "theme.yaml:2" in str(caught.value)


def test_a_theme_says_its_format(tmp_path):
    path = tmp_path / "theme.yaml"
    path.write_text("font: Arial\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match="format"):
        load_theme(path)


@pytest.fixture
def client(tmp_path):
    """A theme file with a logo of three to one."""
    imsave(tmp_path / "logo.png", np.tile([0.1, 0.2, 0.6], (40, 120, 1)))
    path = tmp_path / "client.yaml"
    path.write_text(
        'format: 1\ncolors: ["#0b3d91", "#c25700"]\nink: "#0b2545"\nfont: STIXGeneral\nlogo: logo.png\n',
        encoding="utf-8",
    )
    return path


def drawn_in(path, table, size):
    with theme(path):
        chart = make_chart(retention, table, Caption("A long finding that runs over more than one line " * 2, "Source"))
    return chart.at(size)


def test_a_theme_reaches_the_chart_and_stays_with_it(client, make_tables):
    figure = drawn_in(client, make_tables(3)["retention"], "slide")
    colors = {line.get_label(): to_hex(line.get_color()) for line in figure.axes[0].get_lines()}
    assert colors["Train the front line"] == "#0b3d91"
    title = next(text for text in figure.texts if "A long finding" in text.get_text())
    assert title.get_color() == "#0b2545"
    assert title.get_fontfamily()[0] == "STIXGeneral"
    ends = [text for text in drawn_texts(figure) if text.get_text() == "as-is"]
    assert [text.get_color() for text in ends] == ["#0b2545"]


def test_outside_the_block_nothing_is_left_of_it(client, make_tables):
    drawn_in(client, make_tables(2)["retention"], "thumb")
    figure = make_chart(retention, make_tables(2)["retention"], Caption("Finding")).at("thumb")
    assert figure.texts[0].get_color() == INK
    assert {to_hex(line.get_color()) for line in figure.axes[0].get_lines()} >= {PALETTE[0]}


@pytest.mark.parametrize(("size", "has_logo"), [("slide", True), ("page", True), ("narrow", False), ("thumb", False)])
def test_a_logo_stands_in_the_corner_and_meets_no_text(client, make_tables, size, has_logo):
    figure = drawn_in(client, make_tables(3)["retention"], size)
    logos = [axes for axes in figure.axes if axes.get_label() == "logo"]
    assert len(logos) == has_logo
    assert overlapping_texts(figure) == []
    assert cut_texts(figure) == []
    for axes in logos:
        box = axes.get_window_extent()
        assert box.width / box.height == pytest.approx(3.0, rel=0.01)
        for left, bottom, right, top in drawn_texts(figure).values():
            assert left >= box.x1 or right <= box.x0 or bottom >= box.y1 or top <= box.y0


def test_a_logo_that_is_no_picture_is_refused(client, make_tables):
    (client.parent / "logo.png").write_bytes(PNG)
    with pytest.raises(ChartError, match=r"logo `logo.png` cannot be read"):
        drawn_in(client, make_tables(2)["retention"], "slide")


def test_what_is_doubtful_about_a_theme_is_said(client, tmp_path):
    assert load_theme(client).remarks() == []
    assert Theme().remarks() == []
    assert "no typeface `Nowhere Sans`" in Theme(font="Nowhere Sans").remarks()[0]


def test_letters_of_our_clients_are_drawn_and_others_are_boxes_unless_a_font_has_them():
    for name in (
        "Árvíztűrő tükörfúrógép",
        "İğne Şişli Çağrı",
        "Đorđe Žižić Ljubičić",
        "Брже решавање Џ њ љ ћ ђ",
        "€ – …",
    ):
        assert literal(name) == name
    assert literal("\U0001f984") in {"\N{WHITE SQUARE}", "\U0001f984"}
    assert literal("\U00012000") == "\N{WHITE SQUARE}"


def test_policies_are_told_apart_without_colour():
    names = tuple(f"policy {number}" for number in range(9))
    marks = [(look.marker, look.dash) for look in Theme().looks(("as-is", *names), "as-is").values()]
    assert all(one != other for one, other in pairwise(marks))
    assert len(set(marks[:8])) == 8
