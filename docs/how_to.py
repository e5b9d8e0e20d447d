"""Runs a how-to from top to bottom in a folder of its own, and keeps what it says; `make how-to` writes it anew.

Pages are marked as `tests/docs/conftest.py` says. A block ``<!-- said -->`` holds what the commands, or the Python, of
the block before it print; ``<!-- among -->``: some of its lines. The files of `how-to/files` lie in the folder. The
tests run the same and compare.
"""

# ruff: noqa: INP001 -- a script beside the pages that it runs

from __future__ import annotations

import contextlib
import io
import re
import shlex
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).resolve().parent / "how-to"
FILES = FOLDER / "files"
_BLOCK = re.compile(r"^(?:<!-- (?P<note>[^\n]*?) -->\n)?```(?P<kind>\w+)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
# How long something took, and how much of the work is done, is another thing each time.
_TIMES = re.compile(r"(?m)(?: {2,}| \()\d+(?:\.\d+)? (?:s|min)(?: \d+ s)?\)?$")


class Step(NamedTuple):
    """One fenced block of a page."""

    kind: str
    note: str
    body: str
    span: tuple[int, int]

    @property
    def verb(self) -> str:
        """First word of what stands above the block."""
        return re.split(r"[: ]", self.note)[0]


def steps_of(text: str) -> list[Step]:
    """Return the blocks of a page, in order."""
    return [Step(m["kind"], m["note"] or "", m["body"], m.span("body")) for m in _BLOCK.finditer(text)]


def commands_of(body: str) -> list[str]:
    """Return the commands of a shell block; a line that ends with a backslash goes on."""
    lines = body.replace("\\\n", " ").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


def told(line: str) -> tuple[int, str]:
    """Run one command of cxsim; return its exit code and what it prints."""
    from typer.testing import CliRunner

    from cxsim.cli.app import app, hoisted

    program, *words = shlex.split(line)
    if program != "cxsim":
        raise ValueError(f"{line}: only cxsim can be run")
    sys.argv = [program, *words]  # what is said to do next repeats the command
    done = CliRunner().invoke(app, hoisted([*words, *([] if "--quiet" in words else ["--quiet"])]))
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout if done.exit_code == 0 else done.output


def plain(text: str) -> str:
    """Return what was said without what differs from one time to the next."""
    return _TIMES.sub("", text).strip()


class Run:
    """A page that is run, block by block.

    Parameters
    ----------
    text : str
        Of the page.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.names: dict[str, Any] = {}
        self.said = ""

    def all(self) -> list[tuple[Step, str]]:
        """Run every block in the folder where we are; return those that show what was said, with what was said."""
        shown = []
        for step in steps_of(self.text):
            if step.verb == "file":
                name = step.note.partition(":")[2].strip()
                Path(name).write_text(step.body, encoding="utf-8")
            elif step.verb in {"said", "among"}:
                shown.append((step, self.said))
            elif step.verb != "not":
                self.one(step)
        return shown

    def one(self, step: Step) -> None:
        """Run a block of commands or of Python; `<!-- refused -->`: the last command must fail."""
        if step.kind == "sh":
            self.said = ""
            for line in commands_of(step.body):
                code, said = told(line)
                if (code != 0) != (step.verb == "refused"):
                    raise AssertionError(f"{line}: exit code {code}\n{said}")
                self.said += said
        elif step.kind == "python":
            kept = io.StringIO()
            with contextlib.redirect_stdout(kept):
                exec(compile(step.body, "page", "exec"), self.names)
            self.said = kept.getvalue()


def written(text: str) -> str:
    """Return a page with what it says made anew."""
    for step, said in reversed(Run(text).all()):
        if step.verb == "said" and plain(said) != plain(step.body):
            text = text[: step.span[0]] + said.strip("\n") + "\n" + text[step.span[1] :]
    return text


def main() -> None:
    """Write the pages that are named, or all."""
    chosen = [Path(name).resolve() for name in sys.argv[1:]] or [
        FOLDER.parent / "start.md",
        *sorted(FOLDER.glob("*.md")),
    ]
    for path in chosen:
        with tempfile.TemporaryDirectory() as place, contextlib.chdir(place):
            shutil.copytree(FILES, place, dirs_exist_ok=True)
            made = written(path.read_text(encoding="utf-8"))
        path.write_text(made, encoding="utf-8")


if __name__ == "__main__":
    main()
