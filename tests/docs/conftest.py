"""Pages as their blocks: what a page shows is what is run.

A fenced block may be led by an HTML comment, which a reader of the page does not see:

- ``<!-- file: NAME -->`` the block is that file; files of a page lie in one folder, where its commands run.
- ``<!-- in NAME at A.B.C -->`` the block's keys take the place of the same keys at A.B.C of that file.
- ``<!-- refused NAME at A.B.C -->`` the same, and loading it gives the message in the next ``text`` block.
- ``<!-- not run: WHY -->`` the commands of the block are checked but not run.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_BLOCK = re.compile(r"^(?:<!-- (?P<note>[^\n]*?) -->\n)?```(?P<kind>\w+)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: str
    line: int
    kind: str
    note: str
    body: str

    @property
    def name(self):
        return f"{self.page}:{self.line}"

    @property
    def verb(self):
        return self.note.split(":")[0].split(" ")[0]

    @property
    def file(self):
        found = re.match(r"(?:file:|in|refused) (\S+)", self.note)
        return found[1] if found else ""

    @property
    def place(self):
        """Keys from the top of the file to where the block stands."""
        found = re.search(r" at (.+)$", self.note)
        return found[1].split(".") if found else []

    @property
    def commands(self):
        """Commands of a shell block; a line that ends with a backslash goes on."""
        lines = self.body.replace("\\\n", " ").splitlines()
        return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


def blocks_of(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    found = []
    for match in _BLOCK.finditer(text):
        line = text.count("\n", 0, match.start("body"))
        found.append(Block(page, line, match["kind"], match["note"] or "", match["body"]))
    assert text.count("\n```") + text.startswith("```") == 2 * len(found), f"{page}: a block that is not closed"
    return found


def pytest_generate_tests(metafunc):
    """Give a test with an argument `<kind>_block` each block of that kind on the module's PAGE."""
    for argument in metafunc.fixturenames:
        kind, _, rest = argument.partition("_")
        if rest == "block":
            chosen = [block for block in blocks_of(metafunc.module.PAGE) if block.kind == kind]
            metafunc.parametrize(argument, chosen, ids=[str(block.line) for block in chosen])


@pytest.fixture(autouse=True)
def one_picture(monkeypatch):
    """Draw one chart with each result: the others have tests of their own, and drawing is most of a short run."""
    monkeypatch.setattr("cxsim.results.plots.USUAL", ("retention",))


@pytest.fixture(scope="module")
def blocks(request):
    return blocks_of(request.module.PAGE)


@pytest.fixture
def folder(blocks, tmp_path, monkeypatch):
    """Put the files of the page into a folder of their own, and go there."""
    for block in blocks:
        if block.verb == "file":
            (tmp_path / block.file).write_text(block.body, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def command():
    """Run a command line in this process."""
    import shlex

    from typer.testing import CliRunner

    from cxsim.cli.app import app, hoisted

    def run(line):
        program, *arguments = shlex.split(line)
        assert program == "cxsim", line
        return CliRunner().invoke(app, hoisted(arguments))

    return run
