"""A client's look, from one file: colours, font, logo."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, PlainValidator, ValidationError

from cxsim.charts.contrast import READ, contrast, remarks
from cxsim.charts.style import FONT_HERE, INK, PALETTE, Look, dressed, is_installed, looks
from cxsim.charts.words import load_words, worded
from cxsim.errors import ValueRefusedError, quoted
from cxsim.scenario.faults import Faults
from cxsim.scenario.reader import read_file
from cxsim.scenario.section import Section

FONT: Final = "Arial"
FORMAT: Final = "1"
LEAST_COLORS: Final = 2
MOST_COLORS: Final = 12
SEEN: Final = 2.0  # contrast on white from which a line shows
LONGEST_FONT: Final = 60
LARGEST_LOGO: Final = 5_000_000  # bytes
# What the files of pictures begin with.
PICTURES: Final[Mapping[bytes, str]] = MappingProxyType({b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg"})


@dataclass(frozen=True, slots=True)
class Theme:
    """How charts, slides and pages look.

    Attributes
    ----------
    colors
        Of the policies, in the order in which they come; the reference stays grey.
    ink
        Of titles and text.
    font
        Name of a typeface; where a machine does not have it, its program takes another. Empty: ours.
    logo
        A PNG or JPEG file.
    """

    colors: tuple[str, ...] = PALETTE
    ink: str = INK
    font: str = ""
    logo: Path | None = None

    @property
    def office_font(self) -> str:
        """The typeface of slides and workbook, which are drawn by programs that have others than we do."""
        return self.font or FONT

    @property
    def accent(self) -> str:
        """The colour of rules, links and buttons of pages: the first that can be read as text."""
        return next((color for color in self.colors if contrast(color) >= READ), self.ink)

    def remarks(self) -> list[str]:
        """Say in a line each what is doubtful: colours that few can tell apart, a typeface that is not here."""
        found = remarks(self.colors) if self.colors != PALETTE else []
        if self.font and not is_installed(self.font):
            found.append(f"no typeface {quoted(self.font)} here: charts are drawn in {FONT_HERE}")
        return found

    def looks(self, policies: tuple[str, ...], reference: str) -> dict[str, Look]:
        """Give each policy its look, as `charts.style.looks` does."""
        return looks(policies, reference, self.colors)


@contextmanager
def theme(path: str | Path | None = None, *, words: str | Path | None = None) -> Iterator[None]:
    """Give all charts that are made inside the block a client's look, and labels in the client's words.

    Charts remember what was in force when they were made, so they may be shown and saved later.

    Parameters
    ----------
    path
        A theme file: colours, ink, font, logo.
    words
        A words file: what labels are called, and how numbers are written; ``cxsim words`` writes one.

    Raises
    ------
    ScenarioError
        When a file is refused.

    Examples
    --------
    >>> import cxsim
    >>> with cxsim.theme("valley-cable.yaml", words="magyar.yaml"):  # doctest: +SKIP
    ...     comparison.plot.retention().save("retention.png")
    """
    look = None if path is None else load_theme(path)
    called = None if words is None else load_words(words)
    with dressed(look), worded(called):
        yield


def load_theme(path: str | Path) -> Theme:
    """Read a theme file.

    Parameters
    ----------
    path
        A YAML file: ``format: 1`` and any of ``colors`` (two or more, such as ``"#0072b2"``), ``ink``, ``font`` and
        ``logo`` (a PNG or JPEG file; a relative path starts at the theme file).

    Raises
    ------
    ScenarioError
        All faults at once, each with its line.
    """
    place = Path(path)
    _, tree = read_file(place)
    faults = Faults(str(place), tree, _File)
    found = None
    try:
        found = _File.model_validate(tree)
    except ValidationError as error:
        faults.from_validation(error)
    logo = None
    if found is not None and found.logo is not None:
        logo = place.parent / found.logo
        fault = _wrong(logo)
        if fault:
            faults.add(("logo",), fault, "a PNG or JPEG file of at most 5 MB", "name another")
    faults.raise_if_any()
    assert found is not None
    return Theme(found.colors or PALETTE, found.ink or INK, found.font or "", logo)


def kind_of(logo: Path) -> str:
    """Return png or jpg, or nothing where a file is neither."""
    begin = logo.read_bytes()[:8]
    return next((kind for mark, kind in PICTURES.items() if begin.startswith(mark)), "")


def _wrong(logo: Path) -> str:
    try:
        if logo.stat().st_size > LARGEST_LOGO:
            return f"{quoted(logo.name)}, more than 5 MB"
        return "" if kind_of(logo) else f"{quoted(logo.name)}, which is neither"
    except OSError as error:
        return f"{quoted(logo.name)}: {error.strerror or type(error).__name__}"


def _format(value: Any) -> str:
    if str(value).strip() != FORMAT:
        raise ValueRefusedError(str(value), "1", "write format: 1")
    return FORMAT


def _color(value: Any, least: float) -> str:
    text = str(value).strip().lower()
    if not re.fullmatch(r"#[0-9a-f]{6}", text):
        raise ValueRefusedError(str(value), "a colour of six hexadecimal digits", 'write, for example, "#0072b2"')
    if contrast(text) < least:
        allowed = f"a contrast of {least:g} or more on white (this has {contrast(text):.1f})"
        raise ValueRefusedError(str(value), allowed, "choose a darker one")
    return text


def _colors(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not LEAST_COLORS <= len(value) <= MOST_COLORS:
        given = f"{len(value)} values" if isinstance(value, list) else str(value)
        raise ValueRefusedError(given, f"a list of {LEAST_COLORS} to {MOST_COLORS} colours", 'write ["#0072b2", ...]')
    found = tuple(_color(one, SEEN) for one in value)
    twice = next((one for one in found if found.count(one) > 1), "")
    if twice:
        raise ValueRefusedError(twice, "each colour once", "remove one of them")
    return found


def _font(value: Any) -> str:
    text = str(value).strip()
    if not text or len(text) > LONGEST_FONT or not re.fullmatch(r"[\w .+-]+", text):
        raise ValueRefusedError(str(value)[:LONGEST_FONT], "the name of a typeface", "write, for example, Arial")
    return text


class _File(Section):
    format: Annotated[str, BeforeValidator(_format)]
    colors: Annotated[tuple[str, ...], PlainValidator(_colors)] | None = None
    ink: Annotated[str, BeforeValidator(lambda value: _color(value, READ))] | None = None
    font: Annotated[str, BeforeValidator(_font)] | None = None
    logo: str | None = None
