"""Every page: links lead somewhere, and the commands and targets that are named exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    if path.name != "AGENTS.md"
)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def text_of(page):
    return (ROOT / page).read_text(encoding="utf-8")


def anchors(text):
    """Name the headings of a page as GitHub does."""
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    lost = []
    for link in LINK.findall(FENCED.sub("", text_of(page))):
        if link.startswith(("http://", "https://")):
            continue
        name, _, anchor = link.partition("#")
        target = (ROOT / page).parent / name if name else ROOT / page
        if not target.exists() or (anchor and anchor not in anchors(target.read_text(encoding="utf-8"))):
            lost.append(link)
    assert lost == []


@pytest.mark.parametrize("page", PAGES)
def test_commands_that_are_named_exist(page):
    import typer

    from cxsim.cli.app import app

    known = typer.main.get_command(app).commands
    text = text_of(page)
    shell = "\n".join(re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    named = re.findall(r"(?:`|^ {4}|bin/)cxsim ([a-z]+)\b", text, re.MULTILINE)
    named += re.findall(r"^cxsim ([a-z]+)\b", shell, re.MULTILINE)
    assert [name for name in named if name not in known] == []


@pytest.mark.parametrize("page", PAGES)
def test_targets_that_are_named_exist(page):
    targets = re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE)
    named = re.findall(r"(?:^ *|`)make ((?:[a-z-]+ ?)+?)(?=$|`| [A-Z]| {2,})", text_of(page), re.MULTILINE)
    assert [target for line in named for target in line.split() if target not in targets] == []


def test_the_readme_names_commands_and_targets():
    text = text_of("README.md")
    assert "make demo" in text
    assert "make test" in text
    assert "cxsim compare" in text


@pytest.mark.parametrize("page", PAGES)
def test_files_that_are_named_exist(page):
    named = re.findall(r"`((?:src/cxsim/|tests/|docs/)?[\w./-]+/[\w-]*\.?(?:py|yaml)?)`", text_of(page))
    bases = [ROOT, ROOT / "src" / "cxsim"]
    paths = [name for name in named if name.endswith((".py", ".yaml", "/"))]
    assert [name for name in paths if not any((base / name).exists() for base in bases)] == []


def test_the_citation_is_of_this_version():
    import cxsim

    assert f"\nversion: {cxsim.__version__}\n" in text_of("CITATION.cff")
