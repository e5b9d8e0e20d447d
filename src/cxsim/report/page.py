"""The report as one page of HTML that holds its charts, its style and its script, and asks for nothing from outside."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from functools import partial
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from cxsim.report import prose
from cxsim.report.content import Content, Picture

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

TYPES: Final[Mapping[str, str]] = MappingProxyType({"png": "image/png", "svg": "image/svg+xml"})
PHRASES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "measured": "measured",
        "published": "from published studies",
        "survey": "from industry surveys",
        "assumption": "placeholders",
        "convention": "conventions of the format",
        "written": "written in the scenario",
    }
)
ONE: Final[Mapping[str, str]] = MappingProxyType(
    {"assumption": "placeholder", "convention": "convention of the format"}
)


def page(content: Content) -> str:
    """Return the report.

    Parameters
    ----------
    content : Content
        All names in it are taken as they are written: nothing in them is markup.

    Returns
    -------
    str
        HTML, UTF-8; the same content always gives the same page.
    """
    from markupsafe import Markup

    room = files("cxsim.report")
    text = {name: (room / name).read_text(encoding="utf-8") for name in ("page.html.j2", "page.css", "copy.js")}
    template = _environment().from_string(text["page.html.j2"])
    # Style and script are ours; everything else is escaped.
    return template.render(
        content=content,
        pictures=[_shown(picture) for picture in content.pictures],
        css=Markup(text["page.css"]),
        script=Markup(text["copy.js"]),
        phrase=partial(_phrase, dict(content.grounds.counts)),
    )


def _environment() -> Environment:
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    made = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined)
    made.filters["breakable"] = _breakable
    made.filters["marked_up"] = lambda text: Markup(prose.marked_up(text))
    return made


def _breakable(path: str) -> Markup:
    """Let a line end inside a dotted path, behind a dot or an underscore."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"([._])", r"\1<wbr>", str(escape(path))))


def _phrase(counts: Mapping[str, int], confidence: str) -> str:
    many = PHRASES.get(confidence, confidence)
    return ONE.get(confidence, many) if counts[confidence] == 1 else many


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
