"""Measures the speed and draws the chart of the README; `make bench` runs it, and then writes the table.

The measurement is kept in `bench.json`; the table and the chart hold nothing that is not in it.
"""

# ruff: noqa: INP001 -- a script beside the pages that it writes

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent
KEPT = DOCS / "bench.json"
PICTURE = DOCS / "pictures" / "speed.png"


def run() -> None:
    """Measure, and keep what was measured."""
    subprocess.run([sys.executable, "-m", "cxsim", "bench", "--out", str(KEPT)], check=True)


def kept() -> dict[str, Any]:
    """Return the last measurement."""
    content: dict[str, Any] = json.loads(KEPT.read_text(encoding="utf-8"))
    return content


def draw(target: Path = PICTURE) -> None:
    """Draw the chart from what was kept."""
    from cxsim.checks.bench.picture import chart_of

    target.write_bytes(chart_of(kept()).render("png", "page"))


if __name__ == "__main__":
    run()
    draw()
