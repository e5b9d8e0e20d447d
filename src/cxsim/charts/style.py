"""One look for every chart: sizes, inks, and a palette that survives colour blindness and a black-and-white printer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

import matplotlib as mpl
from matplotlib.font_manager import findSystemFonts, fontManager

if TYPE_CHECKING:
    from cxsim.charts.theme import Theme

SizeName = Literal["slide", "page", "notebook", "narrow", "thumb"]


@dataclass(frozen=True, slots=True)
class Size:
    """How large a figure is.

    Attributes
    ----------
    width, height
        Inches.
    dpi
        Dots per inch of a PNG.
    font
        Size of ordinary text in points; all other sizes are multiples of it.
    bare
        Whether only the title stands around the plot.
    logo
        Whether there is room for a logo.
    """

    width: float
    height: float
    dpi: int
    font: float
    bare: bool = False
    logo: bool = False


# 13.33 x 7.5 inches is the 16:9 page of presentation programs (1920 x 1080 dots here); a page figure fits the text
# width of A4 and Letter; a narrow one the screen of a telephone; a thumb (640 x 360 dots) stands in a list of results.
SLIDE: Final = Size(40 / 3, 7.5, 144, 15.0, logo=True)
PAGE: Final = Size(6.4, 4.4, 300, 7.6, logo=True)
NOTEBOOK: Final = Size(9.6, 5.4, 110, 10.5)
NARROW: Final = Size(4.6, 5.0, 150, 8.6)
THUMB: Final = Size(6.4, 3.6, 100, 8.4, bare=True)
SIZES: Final[Mapping[str, Size]] = MappingProxyType(
    {"slide": SLIDE, "page": PAGE, "notebook": NOTEBOOK, "narrow": NARROW, "thumb": THUMB}
)

INK: Final = "#1a1a1a"
SOFT_INK: Final = "#4d4d4d"
QUIET: Final = "#6b6b6b"
TIE: Final = "#8c8c8c"
RULE: Final = "#bdbdbd"
GRID: Final = "#e4e4e4"
PAPER: Final = "#ffffff"

TITLE: Final = 1.5
SUBTITLE: Final = 0.95
SMALL: Final = 0.85
FOOTNOTE: Final = 0.72

# Okabe & Ito (2008), ordered so that neighbours differ in lightness too; the wine red is from Tol (2021), "muted".
# Their yellow is left out: a thin line of it does not show on white.
PALETTE: Final = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#56b4e9", "#882255", "#cc79a7")
MARKERS: Final = ("o", "s", "^", "D", "v", "P", "X")
REFERENCE_COLOR: Final = "#3d3d3d"
REFERENCE_MARKER: Final = "o"

# Reasons for leaving lie next to each other, so lightness alternates and a hatch tells them apart without colour.
REASON_FILLS: Final = (
    "#882255", "#e69f00", "#0072b2", "#cc79a7", "#009e73", "#56b4e9", "#d55e00", "#999999", "#332288",
)  # fmt: skip
REASON_HATCHES: Final = ("", "///", "...", "\\\\\\", "xxx", "---", "++", "ooo", "|||")
STAYED_FILLS: Final = ("#b9c4cc", "#dde3e7")
INFERRED: Final = "#b3b3b3"

# It comes with matplotlib, and so looks the same everywhere; a theme's font is taken where this machine has it.
FONT_HERE: Final = "DejaVu Sans"
# For letters that it lacks (Chinese, Japanese, Korean, Thai, Devanagari), the first of these that is installed.
FONTS_BESIDE: Final = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Zen Hei",
    "Microsoft YaHei", "Yu Gothic", "Malgun Gothic", "PingFang SC", "PingFang HK", "Hiragino Sans",
    "Apple SD Gothic Neo", "Arial Unicode MS", "Noto Sans Thai", "Leelawadee UI", "Noto Sans Devanagari",
    "Nirmala UI",
)  # fmt: skip
_THEME: ContextVar[Theme | None] = ContextVar("theme", default=None)


@dataclass(frozen=True, slots=True)
class Look:
    """How one policy is drawn in every chart: by colour, marker and dash together."""

    color: str
    marker: str
    dash: str


def size_of(name: SizeName) -> Size:
    """Return the measures of a named size.

    Raises
    ------
    ValueError
        If there is no such size.
    """
    if name not in SIZES:
        allowed = ", ".join(get_args(SizeName))
        raise ValueError(f"size: `{name}`; allowed are {allowed}; choose one of these")
    return SIZES[name]


def theme_in_force() -> Theme | None:
    """Return the theme that charts are drawn in now; None for our own colours and font."""
    return _THEME.get()


@contextmanager
def dressed(theme: Theme | None) -> Iterator[None]:
    """Draw in this theme while the block runs; None leaves the one that is in force."""
    if theme is None:
        yield
        return
    token = _THEME.set(theme)
    try:
        yield
    finally:
        _THEME.reset(token)


def families_in_force() -> tuple[str, ...]:
    """Return the fonts that text is drawn in, letter by letter the first that has it."""
    theme = _THEME.get()
    return _families("" if theme is None else theme.font)


@lru_cache(maxsize=16)
def _families(wanted: str) -> tuple[str, ...]:
    first = (wanted,) if wanted and is_installed(wanted) else ()
    installed = {font.name for font in fontManager.ttflist}
    return (*dict.fromkeys((*first, FONT_HERE)), *(name for name in FONTS_BESIDE if name in installed))


def is_installed(font: str) -> bool:
    """Tell whether charts can be drawn in a typeface; fonts that came after matplotlib's list was made are added."""
    if font in {one.name for one in fontManager.ttflist}:
        return True
    known = {one.fname for one in fontManager.ttflist}
    for path in sorted(set(findSystemFonts()) - known):
        with suppress(Exception):  # a file that is no font after all
            fontManager.addfont(path)
    return font in {one.name for one in fontManager.ttflist}


def palette_in_force() -> tuple[str, ...]:
    """Return the colours of policies, of the theme in force."""
    theme = _THEME.get()
    return PALETTE if theme is None else theme.colors


def looks(policies: Iterable[str], reference: str, palette: Sequence[str] | None = None) -> dict[str, Look]:
    """Give each policy its look, in the order they come; the reference is grey and dashed and takes no colour.

    Parameters
    ----------
    policies
        Names; repeated ones count once.
    reference
        The policy all others are compared with.
    palette
        Colours, two or more; those of the theme in force by default.

    Returns
    -------
    dict of str to Look
        More policies than colours begin the colours anew with another marker.
    """
    colors = palette_in_force() if palette is None else palette
    others = [name for name in dict.fromkeys(policies) if name != reference]
    given = {reference: Look(REFERENCE_COLOR, REFERENCE_MARKER, "--")}
    for place, name in enumerate(others):
        round_of_colors, color = divmod(place, len(colors))
        marker = MARKERS[(color + 3 * round_of_colors) % len(MARKERS)]
        given[name] = Look(colors[color], marker, "-")
    return given


@contextmanager
def applied(size: Size) -> Iterator[None]:
    """Draw and save inside this: matplotlib's own defaults plus ours, and the caller's settings again afterwards.

    Parameters
    ----------
    size
        Its font size is the unit of all text.
    """
    with mpl.rc_context():
        mpl.rcdefaults()
        for name, value in settings(size, families_in_force()).items():
            mpl.rcParams[name] = value  # type: ignore[index]
        yield


def settings(size: Size, families: Sequence[str] = (FONT_HERE,)) -> dict[str, Any]:
    """Return what differs from matplotlib's defaults.

    Without a theme, fonts are those that come with matplotlib, and SVG text is drawn as outlines: a chart looks the
    same everywhere.
    """
    return {
        "font.family": list(families),
        "font.size": size.font,
        "text.color": INK,
        "axes.labelcolor": SOFT_INK,
        "axes.edgecolor": RULE,
        "axes.unicode_minus": True,
        "figure.facecolor": PAPER,
        "savefig.facecolor": PAPER,
        "axes.facecolor": PAPER,
        "hatch.linewidth": size.font / 18,
        "hatch.color": PAPER,
        "svg.fonttype": "path",
        "svg.hashsalt": "cxsim",
        "pdf.fonttype": 42,
        "path.simplify": False,
    }
