"""Writes the parts of these pages that are made from the code; `make docs` runs it, and a test finds what is stale.

A part stands between ``<!-- made: NAME ... -->`` and ``<!-- end -->``.
"""

# ruff: noqa: INP001 -- a script beside the pages that it writes

import os
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

DOCS = Path(__file__).resolve().parent
PAGES = ("commands.md", "method.md", "model.md", "rules.md", "scenario-reference.md", "gallery.md", "../README.md")
CONSOLE = DOCS.parent / "results" / "sample-cable-town" / "console.txt"
GAINS = ("retention", "profit", "nps", "wait_mean")
WIDTH = 100
sys.path.insert(0, str(DOCS))  # the modules beside this one, wherever it is run from
_PART = re.compile(r"(<!-- made: (\w+)(?: (\w+))? -->\n).*?(<!-- end -->)", re.DOTALL)


def filled(text: str) -> str:
    """Return a page with every made part made anew."""
    return _PART.sub(lambda part: f"{part[1]}{MAKERS[part[2]](part[3] or '')}{part[4]}", text)


def parameters(module: str) -> str:
    """Return the table of the parameters that a behaviour module declares."""
    from importlib import import_module

    from cxsim.units import format_number

    lines = ["| parameter | default | unit | range | confidence | what it is, and where it is from |", "|" + "---|" * 6]
    for one in import_module(f"cxsim.behaviour.{module}").PARAMETERS:
        if one.role == "switch":
            continue
        numbers = [format_number(value) for value in (one.default, one.low, one.high)]
        cells = (f"`{one.name}`", numbers[0], one.unit, f"{numbers[1]} to {numbers[2]}", one.confidence)
        meaning = f"{one.meaning} {one.source[:1].upper()}{one.source[1:]}."
        lines.append(f"| {' | '.join(cells)} | {meaning} |")
    return "\n".join(lines) + "\n"


def switches(_: str) -> str:
    """Return the table of all switches."""
    from cxsim.behaviour.registry import REGISTRY

    lines = ["| switch | what happens while it is on |", "|---|---|"]
    lines += [f"| `{name}` | {one.meaning} |" for name, one in REGISTRY.items() if one.role == "switch"]
    return "\n".join(lines) + "\n"


def modes(_: str) -> str:
    """Return the table of the ways in which services fail."""
    from cxsim.behaviour import failure
    from cxsim.units import format_number

    lines = ["| origin | mode | share within the origin | mean severity, of a usual failure |", "|---|---|---|---|"]
    columns = failure.MODE_ORIGINS, failure.MODE_NAMES, failure.MODE_SHARES, failure.MODE_SEVERITIES
    for origin, name, share, severity in zip(*columns, strict=True):
        cells = failure.ORIGIN_NAMES[origin], name, f"{share:.0%}".replace("%", " %"), format_number(severity)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def commands(_: str) -> str:
    """Return the help of every command, as it prints itself."""
    import typer
    from typer.testing import CliRunner

    from cxsim.cli.app import app

    group = typer.main.get_command(app)
    names = [[name] for name in group.commands]
    names += [[name, inner] for name, one in group.commands.items() for inner in getattr(one, "commands", {})]
    parts = []
    for words in sorted(names, key=lambda words: ([*group.commands].index(words[0]), len(words))):
        shown = CliRunner().invoke(app, [*words, "--help"], prog_name="cxsim", terminal_width=WIDTH)
        help_text = "\n".join(line.rstrip() for line in shown.stdout.strip().splitlines())
        parts.append(f"## {' '.join(['cxsim', *words])}\n\n```text\n{help_text}\n```\n")
    return "\n" + "\n".join(parts)


def console(_: str) -> str:
    """Return what the sample comparison wrote on the console; `make sample` runs it."""
    return f"```text\n{CONSOLE.read_text(encoding='utf-8')}```\n" if CONSOLE.exists() else ""


def gain(_: str) -> str:
    """Return how many times fewer replications the common luck of the sample needs; `make sample` runs it."""
    import csv

    from cxsim.measures.catalog import CATALOG

    with (CONSOLE.parent / "comparison.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["variance_reduction"] and row["segment"] == "all"]
    policies = list(dict.fromkeys(row["policy"] for row in rows))
    lines = [f"| variance reduction of | {' | '.join(policies)} |", "|---|" + "---:|" * len(policies)]
    for measure in GAINS:
        found = {row["policy"]: float(row["variance_reduction"]) for row in rows if row["measure"] == measure}
        lines.append(f"| {CATALOG[measure].title} | {' | '.join(f'{found[name]:.2g}' for name in policies)} |")
    return "\n".join(lines) + "\n"


def speed(_: str) -> str:
    """Return the table of the last measurement; `make bench` makes it."""
    import json

    from cxsim.checks.bench.tables import markdown

    return f"\n{markdown(json.loads((DOCS / 'bench.json').read_text(encoding='utf-8')))}\n"


def beside(module: str, name: str) -> Callable[[str], str]:
    """Return a maker of a module beside this one, which is loaded when it is asked."""

    def make(of: str) -> str:
        from importlib import import_module

        made: str = getattr(import_module(module), name)(of)
        return made

    return make


MAKERS: dict[str, Callable[[str], str]] = {
    "parameters": parameters,
    "switches": switches,
    "modes": modes,
    "commands": commands,
    "console": console,
    "gain": gain,
    "speed": speed,
    "keys": beside("reference", "keys"),
    "ledger": beside("reference", "ledger"),
    "measures": beside("reference", "measures"),
    "rules": beside("rules_table", "rules"),
    "named": beside("rules_table", "named"),
    "gallery": beside("gallery_book", "entries"),
}


def write(path: Path, text: str) -> None:
    """Replace a file at once."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8", newline="\n") as stream:
        stream.write(text)
    Path(stream.name).chmod(0o644)
    os.replace(stream.name, path)  # noqa: PTH105 -- one call on every system


def main() -> None:
    """Write all pages."""
    for page in PAGES:
        path = DOCS / page
        write(path, filled(path.read_text(encoding="utf-8")))


if __name__ == "__main__":
    main()
