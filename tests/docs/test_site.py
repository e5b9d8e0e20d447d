"""The site is made without a warning, holds every page, and asks nobody for anything when it is read."""

import re
import subprocess
import sys

import pytest

OUTSIDE = re.compile(
    r"""(?:\bsrc|\bsrcset|<link\b[^>]*\bhref)\s*=\s*["'](?:https?:)?//|@import|url\(["']?(?:https?:)?//"""
)


@pytest.fixture(scope="module")
def site(request, tmp_path_factory):
    """The built site. A reference that leads nowhere is a warning, and a warning ends the build."""
    folder = tmp_path_factory.mktemp("site")
    words = ["--quiet", "--fail-on-warning", "--keep-going", "--nitpicky", "--conf-dir", "docs", ".", str(folder)]
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *words],
        cwd=request.config.rootpath,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return folder


def pages_of(site):
    return {path.relative_to(site).as_posix(): path.read_text(encoding="utf-8") for path in site.rglob("*.html")}


def test_every_page_and_every_notebook_is_in_it(site, request):
    root = request.config.rootpath
    sources = [*root.glob("docs/**/*.md"), *root.glob("docs/**/*.rst"), *root.glob("notebooks/*.ipynb")]
    expected = {path.relative_to(root).with_suffix(".html").as_posix() for path in sources}
    assert expected <= set(pages_of(site))
    assert 'url=docs/index.html"' in (site / "index.html").read_text(encoding="utf-8")


def test_nothing_is_asked_from_elsewhere(site):
    """Scripts, styles, fonts and pictures are beside the pages; a link that somebody follows may lead anywhere."""
    for name, text in pages_of(site).items():
        assert OUTSIDE.findall(re.sub(r"<pre>.*?</pre>", "", text, flags=re.DOTALL)) == [], name
    for path in site.rglob("*.css"):
        assert OUTSIDE.findall(path.read_text(encoding="utf-8")) == [], path.name


@pytest.mark.parametrize(
    "asked", ['<script src="https://a.b/c.js">', '<link rel="x" href="//a.b/c">', "url(http://a.b)"]
)
def test_a_request_to_outside_would_be_found(asked):
    assert OUTSIDE.search(asked)


def test_equations_need_no_script(site, request):
    source = (request.config.rootpath / "docs" / "model.md").read_text(encoding="utf-8")
    text = (site / "docs" / "model.html").read_text(encoding="utf-8")
    assert (
        text.count('<math xmlns="http://www.w3.org/1998/Math/MathML" display="block">')
        == source.count("```math\n")
        > 15
    )
    assert "merror" not in text
    assert "&amp;#x" not in text
    # What the converter does not know it leaves as it was written.
    assert re.findall(r"<m\w+>(?:&|\\\w*|begin|\{)</m\w+>", text) == []
    assert "MathJax" not in text


def test_no_place_on_a_machine_is_named(site, request):
    for name, text in pages_of(site).items():
        assert str(request.config.rootpath) not in text, name


def test_every_public_name_is_in_the_reference(request):
    import cxsim

    text = (request.config.rootpath / "docs" / "api.rst").read_text(encoding="utf-8")
    assert [name for name in cxsim.__all__ if not re.search(rf"^\.\. [\w:]+:: {name}$", text, re.MULTILINE)] == []
