"""The report as one page of HTML that holds its charts, its style and its script, and asks for nothing from outside."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from cxsim.charts.contrast import READ, contrast
from cxsim.charts.style import INK, PAPER
from cxsim.charts.theme import Theme, kind_of
from cxsim.charts.words import label, marked_in_page, said, words_in_force
from cxsim.report import prose, vega
from cxsim.report.content import Content, Picture
from cxsim.report.explorer import SHAPES, Explorer, data_of, json_of

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

TYPES: Final[Mapping[str, str]] = MappingProxyType({"png": "image/png", "svg": "image/svg+xml", "jpg": "image/jpeg"})
FONTS: Final = (
    'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", "Liberation Sans", Arial, sans-serif'
)
# The words of the ledger, as `cxsim assumptions` prints them.
CONFIDENCE: Final = (
    label("measured"), label("published"), label("survey"), label("assumption"), label("inferred"),
    label("convention"), label("written"),
)  # fmt: skip


def page(content: Content, theme: Theme | None = None) -> str:
    """Return the report.

    Parameters
    ----------
    content : Content
        All names in it are taken as they are written: nothing in them is markup.
    theme : Theme, optional
        Colours of titles and rules, font and logo. Colours of policies come with the charts.

    Returns
    -------
    str
        HTML, UTF-8; the same content always gives the same page.
    """
    from markupsafe import Markup

    room = files("cxsim.report")
    style = (room / "page.css").read_text(encoding="utf-8")
    script = (room / "tables.js").read_text(encoding="utf-8")
    responds = (room / "explorer.js").read_text(encoding="utf-8")
    shown = content.explorer
    # Style and script are ours; everything else is escaped.
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            content=content,
            places=_places(content),
            pictures=[_shown(picture) for picture in content.pictures],
            css=Markup(_themed(theme) + style),
            script=Markup(script),
            logo="" if theme is None or theme.logo is None else _inline(kind_of(theme.logo), theme.logo.read_bytes()),
            kinds=", ".join(_kind(name, count) for name, count in content.grounds.counts),
            words=Markup(json_of(_words(script, responds))),
            explorer=None if shown is None else _explored(shown, FONTS if theme is None else _font(theme), responds),
        )
    )


def _places(content: Content) -> list[tuple[str, str]]:
    """Name the parts of the page that there are, for the list at its top."""
    found = [
        ("story", said("Answer"), True),
        ("explore", said("Look closer"), content.explorer is not None),
        ("charts", said("Pictures"), bool(content.pictures)),
        ("figures", said("Figures"), bool(content.tables)),
        ("records", said("Records"), True),
        ("assumptions", said("Assumptions"), True),
        ("provenance", said("Provenance"), True),
    ]
    return [(place, name) for place, name, is_there in found if is_there]


def _themed(theme: Theme | None) -> str:
    """Write a theme as properties of the style; a theme file has checked that colours can be read."""
    if theme is None:
        return ""
    ink = theme.ink if contrast(theme.ink, PAPER) >= READ else INK
    return f":root {{ --head: {ink}; --accent: {theme.accent}; --font: {_font(theme)}; }}\n"


def _font(theme: Theme) -> str:
    return f'"{theme.font}", {FONTS}' if theme.font else FONTS


def _explored(explorer: Explorer, font: str, script: str) -> dict[str, Any]:
    """Return what the template of the charts that respond takes."""
    from markupsafe import Markup

    groups: dict[str, list[tuple[int, Any]]] = {}
    for number, one in enumerate(explorer.measures):
        groups.setdefault(one.group, []).append((number, one))
    swatches = []
    for name in explorer.policies:
        look = explorer.looks[name]
        is_dashed = look.dash != "-"
        swatches.append({"name": name, "color": look.color, "shape": SHAPES[look.marker], "dashed": is_dashed})
    return {
        "groups": list(groups.items()),
        "firms": explorer.firms,
        "segments": explorer.segments,
        "reference": explorer.reference,
        "swatches": swatches,
        "left_out": explorer.left_out,
        "data": Markup(json_of(data_of(explorer, font))),
        "vega": Markup(vega.script()),
        "script": Markup(script),
    }


def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined
    from markupsafe import Markup

    room = files("cxsim.report")
    made = Environment(
        loader=FunctionLoader(lambda name: (room / name).read_text(encoding="utf-8")),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    made.globals["said"] = said
    made.filters["breakable"] = _breakable
    made.filters["marked_up"] = lambda text: Markup(prose.marked_up(text))
    return made


def _breakable(path: str) -> Markup:
    """Let a line end inside a dotted path, behind a dot or an underscore."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"([._])", r"\1<wbr>", str(escape(path))))


def _kind(confidence: str, count: int) -> str:
    """Say how many values have a confidence."""
    return f"{count} {said(confidence)}"


def _words(*scripts: str) -> dict[str, Any]:
    """Return what the scripts say in the words in force, and how they write numbers."""
    found = words_in_force()
    texts = [text for script in scripts for text in marked_in_page(script)]
    return {"decimal": found.decimal, "labels": {text: found.labels[text] for text in texts if text in found.labels}}


def _shown(picture: Picture) -> dict[str, Any]:
    """Return a chart for wide windows and print as drawn lines, and for narrow windows as dots in larger letters."""
    chart = picture.chart
    return {
        "name": picture.name,
        "alt": chart.alt,
        "wide": _inline("svg", chart.render("svg", "slide")),
        "narrow": _inline("png", chart.render("png", "narrow")),
        "table": picture.table,
    }


def _inline(format: str, data: bytes) -> str:  # noqa: A002 -- as `Chart.render` names it
    return f"data:{TYPES[format]};base64,{b64encode(data).decode('ascii')}"
