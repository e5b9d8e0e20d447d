"""How Sphinx makes the site; `make docs` runs it. Nothing is fetched, neither while it is built nor while it is read.

The source folder is the repository, so that a link between a page, a notebook and the README is the same here as where
the files are read on a code host.
"""

# ruff: noqa: INP001 -- a file that Sphinx reads

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import cxsim

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "cxsim"
author = "The cxsim developers"
project_copyright = author
release = version = cxsim.__version__

root_doc = "docs/index"
include_patterns = [
    "docs/**",
    "notebooks/*.ipynb",
    "results/sample-cable-town/answer.md",
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
]
# What may be long to walk through; only what is included above is read.
exclude_patterns = [".*", "build", "dist", "scenarios", "src", "tests", "**/__pycache__", "**/.*"]
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_copybutton"]

# Pages are Markdown as a code host shows it: headings are anchors, a block ```math is an equation, $...$ one in a line.
myst_heading_anchors = 4
myst_enable_extensions = ["dollarmath"]
myst_fence_as_directive = {"math"}
myst_links_external_new_tab = False
# A notebook is shown as it was executed by `make notebooks`; a table in it has an HTML and a text form.
nb_execution_mode = "off"
nb_merge_streams = True

nitpicky = True
# What other libraries call their classes is known to their sites, and nobody is asked while this one is built.
# So are classes of ours that nobody makes by hand: a signature names them by the room they live in.
nitpick_ignore_regex = [
    (r"py:.*", r"(?!cxsim\.).*"),
    (r"py:class", r"cxsim\.\w+\..*"),
]
# Several classes have an attribute of one name, and a docstring means its own.
suppress_warnings = ["ref.python"]
default_role = "code"
autodoc_default_options = {"members": True, "member-order": "bysource"}
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
napoleon_google_docstring = False
napoleon_use_rtype = False
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88

html_theme = "furo"
html_title = "cxsim"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
html_show_sourcelink = False
html_math_renderer = "mathml"
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0b5394", "color-brand-content": "#0b5394"},
    "dark_css_variables": {"color-brand-primary": "#8ab8e6", "color-brand-content": "#8ab8e6"},
}
copybutton_prompt_text = "$ "
copybutton_selector = ", ".join(f"div.highlight-{kind} pre" for kind in ("sh", "python", "yaml"))
pygments_style = "friendly"
pygments_dark_style = "native"


def mathml(latex: str, *, display: str) -> str:
    """Return an equation as MathML, which browsers draw themselves: no script, no font from elsewhere."""
    from latex2mathml.converter import convert

    return str(convert(latex, display=display))


def visit_math(translator: Any, node: Any) -> None:
    """Write an equation in a line."""
    from docutils.nodes import SkipNode

    translator.body.append(mathml(node.astext(), display="inline"))
    raise SkipNode


def visit_math_block(translator: Any, node: Any) -> None:
    """Write an equation of its own, line by line: a blank line or a double backslash begins the next."""
    from docutils.nodes import SkipNode

    translator.body.append(f'<div class="math">{mathml(node.astext().strip(), display="block")}</div>')
    raise SkipNode


def with_title(_: Sphinx, page: str, source: list[str]) -> None:
    """Give the sample answer, which a command writes, the title that a page of a site must have."""
    if page == "results/sample-cable-town/answer":
        source[0] = f"# A sample answer\n\n{source[0]}"


def to_the_first_page(app: Sphinx, exception: Exception | None) -> None:
    """Lead from the top of the site to its first page."""
    if exception is None and app.builder.format == "html":
        page = (
            '<!doctype html><meta charset="utf-8"><title>cxsim</title><meta http-equiv="refresh" content="0; url={0}">'
        )
        link = '<a href="{0}">cxsim</a>\n'
        first = f"{root_doc}.html"
        (Path(app.outdir) / "index.html").write_text((page + link).format(first), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register what is this site's own."""
    from pygments.lexers.special import TextLexer

    app.add_lexer("csv", TextLexer)
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_math_block, None))
    app.connect("source-read", with_title)
    app.connect("build-finished", to_the_first_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
