"""A client's look, read from a file, and what is refused."""

import pytest

from cxsim.charts.contrast import contrast
from cxsim.charts.style import PALETTE
from cxsim.charts.theme import Theme, load_theme
from cxsim.errors import ScenarioError

PNG = bytes.fromhex("89504e470d0a1a0a") + b"rest"


def test_contrast_by_hand():
    # WCAG 2.2: black on white is 21, a colour on itself 1; #767676 is the lightest grey with 4.5.
    assert contrast("#000000") == pytest.approx(21.0)
    assert contrast("#ffffff") == pytest.approx(1.0)
    assert 4.5 <= contrast("#767676") < 4.55


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
