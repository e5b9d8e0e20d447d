"""Text that fits: measured, wrapped, shrunk or cut, drawn literally, and set apart from its neighbours."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.text import Text

from cxsim.charts.style import families_in_force
from cxsim.charts.words import label, said, words_in_force

LINE: Final = 1.25  # line pitch, in multiples of the font size
POINTS_PER_INCH: Final = 72.0
SHRINK_STEPS: Final = (1.0, 0.93, 0.86, 0.8, 0.74)
RULER_DPI: Final = 144
MEASURED: Final = 4096  # so many measured lines are remembered: wrapping asks for the same ones again and again
MISSING_GLYPH: Final = "\N{WHITE SQUARE}"
ELLIPSIS: Final = "…"
# A line may end at a space, but not between a number and its unit ("5 %", "22 s") or inside a number ("19 000").
GAP: Final = re.compile(r"(?<!\d) | (?!(?:%|s|min|h|d|\d{3})(?!\w))")
BALANCE_STEPS: Final = 16
APART_FROM: Final = 1e4
AS_IS: Final = label("as-is")


def literal(text: str) -> str:
    """Return a name on one line, without control characters, and a box where the font has no glyph.

    The one name that is ours and not the scenario's, as-is, is said in the words in force.
    """
    glyphs = _glyphs(families_in_force())
    composed = unicodedata.normalize("NFC", said(AS_IS) if str(text) == AS_IS else str(text))
    printable = "".join(letter if letter.isprintable() else " " for letter in composed)
    return "".join(letter if ord(letter) in glyphs else MISSING_GLYPH for letter in " ".join(printable.split()))


def plain(**kwargs: Any) -> dict[str, Any]:
    """Return keywords of a Text that is drawn as it is written: no mathematics, no TeX."""
    return {"parse_math": False, "usetex": False, **kwargs}


@dataclass(frozen=True, slots=True)
class Fitted:
    """A text that fits its place.

    Attributes
    ----------
    text
        With line breaks.
    size
        Font size in points.
    """

    text: str
    size: float

    @property
    def lines(self) -> int:
        """Number of lines."""
        return self.text.count("\n") + 1

    @property
    def height(self) -> float:
        """Height in inches."""
        return self.lines * self.size * LINE / POINTS_PER_INCH


def width_of(text: str, size: float, weight: str = "normal") -> float:
    """Measure one line.

    Parameters
    ----------
    text
        One line, drawn literally.
    size
        Points.
    weight
        As matplotlib names it.

    Returns
    -------
    float
        Inches.
    """
    return _width(text, size, weight, families_in_force())


@lru_cache(maxsize=MEASURED)
def _width(text: str, size: float, weight: str, families: tuple[str, ...]) -> float:
    properties = FontProperties(family=list(families), size=size, weight=weight)
    return float(_ruler().get_text_width_height_descent(text, properties, ismath=False)[0]) / RULER_DPI


def wrapped(text: str, width: float, size: float, weight: str = "normal") -> str:
    """Break a text into lines no wider than `width` inches; a word that is wider is broken inside."""
    lines: list[str] = []
    line = ""
    for word in _breakable(literal(text), width, size, weight):
        longer = f"{line} {word}" if line else word
        if line and width_of(longer, size, weight) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    return "\n".join([*lines, line])


def fitted(text: str, width: float, height: float, size: float, weight: str = "normal") -> Fitted:
    """Wrap a text into a box, smaller where it must be, and cut with an ellipsis only at the last.

    Parameters
    ----------
    text
        Any text.
    width, height
        Of the box, in inches.
    size
        Wanted font size in points.
    weight
        As matplotlib names it.
    """
    smallest = Fitted("", size)
    for step in SHRINK_STEPS:
        smallest = Fitted(wrapped(text, width, size * step, weight), size * step)
        if smallest.height <= height:
            return smallest
    last_size = min(smallest.size, height * POINTS_PER_INCH / LINE)  # below one line the letters shrink with the box
    smallest = Fitted(wrapped(text, width, last_size, weight), last_size)
    room = max(1, int(height * POINTS_PER_INCH / (smallest.size * LINE)))
    if smallest.lines <= room:
        return smallest
    lines = smallest.text.split("\n")[:room]
    last = lines[-1]
    while len(last) > 1 and width_of(last + ELLIPSIS, smallest.size, weight) > width:
        last = last[:-1]
    return Fitted("\n".join([*lines[:-1], last.rstrip() + ELLIPSIS]), smallest.size)


def balanced(text: str, fit: Fitted, width: float, weight: str = "normal") -> Fitted:
    """Break a fitted text into as many lines of about equal length, so that no last line holds a single word.

    Parameters
    ----------
    text
        Any text.
    fit
        What `fitted` made of it; returned as it is where it is one line, was cut, or holds a word as wide as the box.
    width
        Of its box, in inches.
    weight
        As matplotlib names it.
    """
    if fit.lines == 1 or fit.text.endswith(ELLIPSIS):
        return fit
    narrowest = max(width / fit.lines, *(width_of(word, fit.size, weight) for word in GAP.split(literal(text))))
    best = fit
    for narrower in np.linspace(width, narrowest, BALANCE_STEPS) if narrowest < width else ():
        words = Fitted(wrapped(text, float(narrower), fit.size, weight), fit.size)
        if words.lines > fit.lines:
            break
        best = words
    return best


def fitted_alike(texts: Sequence[str], width: float, height: float, size: float) -> list[Fitted]:
    """Fit several texts into boxes of one size, all in the letters that the longest of them needs."""
    common = min(fitted(text, width, height, size).size for text in texts)
    return [fitted(text, width, height, common) for text in texts]


def spread(wanted: Sequence[float], heights: Sequence[float], low: float, high: float) -> list[float]:
    """Move labels apart until none overlaps, each as near to where it is wanted as the others allow.

    Parameters
    ----------
    wanted
        Centres.
    heights
        Of the labels, in the same unit.
    low, high
        Where labels may lie; if they need more room than there is, they leave it evenly.

    Returns
    -------
    list of float
        Centres, in the order given. Labels keep the order of what they were wanted at.

    Notes
    -----
    Least squares under an order (pool adjacent violators): each label less the heights of those below it must rise.
    """
    if not wanted:
        return []
    order = sorted(range(len(wanted)), key=lambda place: (wanted[place], -place))
    size = np.array([heights[place] for place in order])
    offset = np.concatenate([[0.0], np.cumsum((size[:-1] + size[1:]) / 2)])
    shifted = np.array([wanted[place] for place in order]) - offset
    pools: list[list[float]] = []  # each pool: sum, count
    for value in shifted:
        pools.append([float(value), 1.0])
        while len(pools) > 1 and pools[-2][0] / pools[-2][1] > pools[-1][0] / pools[-1][1]:
            total, count = pools.pop()
            pools[-1][0] += total
            pools[-1][1] += count
    flat = np.concatenate([np.full(int(count), total / count) for total, count in pools])
    floor, ceiling = low + size[0] / 2, high - size[-1] / 2 - offset[-1]
    centre = (low + high - size.sum()) / 2 + size[0] / 2
    placed = (np.clip(flat, floor, ceiling) if floor <= ceiling else np.full(len(flat), centre)) + offset
    result = [0.0] * len(wanted)
    for place, value in zip(order, placed, strict=True):
        result[place] = float(value)
    return result


class TextRecorder(RendererAgg):
    """An Agg renderer that remembers each text that was really drawn."""

    def __init__(self, width: float, height: float, dpi: float) -> None:
        super().__init__(width, height, dpi)  # type: ignore[no-untyped-call]
        self.drawn: dict[Text, None] = {}

    def draw_text(self, *args: Any, **kwargs: Any) -> None:
        """Draw, and remember who asked."""
        text = kwargs.get("mtext")
        if isinstance(text, Text) and text.get_text().strip():
            self.drawn[text] = None
        super().draw_text(*args, **kwargs)  # type: ignore[no-untyped-call]


Boxes = dict[Text, tuple[float, float, float, float]]


def drawn_texts(figure: Figure) -> Boxes:
    """Draw a figure with Agg and return the visible texts with their boxes (left, bottom, right, top in pixels)."""
    width, height = figure.get_size_inches() * figure.dpi
    renderer = TextRecorder(width, height, figure.dpi)
    figure.draw(renderer)
    boxes: Boxes = {}
    # A text of several lines is drawn line by line and does not say whose they are.
    in_lines = [text for text in figure.findobj(Text) if _shows_lines(text)]
    for text in dict.fromkeys([*renderer.drawn, *in_lines]):
        box = text.get_window_extent(renderer)
        boxes[text] = (box.x0, box.y0, box.x1, box.y1)
    return boxes


def overlapping_texts(figure: Figure, drawn: Boxes | None = None) -> list[tuple[str, str]]:
    """Name each pair of visible texts whose boxes overlap by more than half a pixel; `drawn` where it is known."""
    boxes = list((drawn_texts(figure) if drawn is None else drawn).items())
    slack = 0.5
    pairs: list[tuple[str, str]] = []
    for place, (text, box) in enumerate(boxes):
        for other_text, other in boxes[place + 1 :]:
            across = min(box[2], other[2]) - max(box[0], other[0])
            along = min(box[3], other[3]) - max(box[1], other[1])
            if across > slack and along > slack:
                pairs.append((text.get_text(), other_text.get_text()))
    return pairs


def cut_texts(figure: Figure, drawn: Boxes | None = None) -> list[str]:
    """Name each visible text that reaches over the edge of the figure; `drawn` where it is known."""
    width, height = figure.get_size_inches() * figure.dpi
    return [
        text.get_text()
        for text, (left, bottom, right, top) in (drawn_texts(figure) if drawn is None else drawn).items()
        if left < 0 or bottom < 0 or right > width or top > height
    ]


def decimals_for(values: Iterable[float]) -> int:
    """Say how many decimals tell these numbers apart without pretending to more: 0 from 100, 1 from 1, else 2."""
    largest = max((abs(value) for value in values if np.isfinite(value)), default=0.0)
    for decimals, bound in enumerate((100.0, 1.0)):
        if largest >= bound:
            return decimals
    return 2


def number(value: float, decimals: int, *, signed: bool = False) -> str:
    """Write a number with a real minus sign, thousands apart from ten thousand on; a dash where there is none."""
    if not np.isfinite(value):
        return "–"
    text = f"{value:+.{decimals}f}" if signed else f"{value:.{decimals}f}"
    if float(text) == 0.0:
        text = text.lstrip("+-")
    whole, point, rest = text.partition(".")
    if abs(value) >= APART_FROM:
        whole = f"{int(whole):{'+' if signed else ''},}".replace(",", words_in_force().thousands)
    return f"{whole}{words_in_force().decimal if point else ''}{rest}".replace("-", "\N{MINUS SIGN}")


def tick(value: float, *, signed: bool = False) -> str:
    """Write a number at a tick of an axis, with as many decimals as it has."""
    return number(value, len(f"{value:.6f}".rstrip("0").partition(".")[2]), signed=signed)


def _shows_lines(text: Text) -> bool:
    return "\n" in text.get_text() and text.get_visible() and (text.axes is None or text.axes.get_visible())


@lru_cache(maxsize=16)
def _glyphs(families: tuple[str, ...]) -> frozenset[int]:
    fonts = [get_font(findfont(FontProperties(family=[name]))) for name in families]
    return frozenset(code for font in fonts for code in font.get_charmap())


def _ruler() -> Any:
    return RendererAgg(8, 8, RULER_DPI)  # type: ignore[no-untyped-call]


def _breakable(text: str, width: float, size: float, weight: str) -> list[str]:
    words: list[str] = []
    for word in GAP.split(text):
        rest = word
        while len(rest) > 1 and width_of(rest, size, weight) > width:
            keep = len(rest) - 1
            while keep > 1 and width_of(rest[:keep], size, weight) > width:
                keep -= 1
            hyphen = rest.rfind("-", 1, keep)  # a word breaks at its hyphens, and only without one anywhere
            keep = hyphen + 1 if hyphen > 0 else keep
            words.append(rest[:keep])
            rest = rest[keep:]
        words.append(rest)
    return words


def named(policy: str) -> str:
    """Return the name of a policy; the one that is ours and not the scenario's in the words in force."""
    return said(AS_IS) if policy == AS_IS else policy
