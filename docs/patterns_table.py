"""Writes the tables of patterns.md from patterns.json; a test finds what is stale.

    cxsim facts --json > docs/patterns.json; python docs/patterns_table.py

A table stands between ``<!-- table: NAME -->`` and ``<!-- end -->``.
"""

# ruff: noqa: INP001 -- a script beside the page that it writes

import json
import re
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parent / "patterns.md"
RECORDED = PAGE.with_suffix(".json")
_PART = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def number(value: float | None) -> str:
    """Write a number with three digits."""
    return "none" if value is None else f"{value:.3g}"


def figures(recorded: dict[str, Any]) -> list[str]:
    """Return the table of all figures."""
    lines = ["| row | figure | published | tolerance | simulated, 95 % interval | verdict |", "|" + "---|" * 6]
    for one in recorded["facts"]:
        allowed = f"{number(one['low'])} to {number(one['high'])}"
        if one["high"] is None:
            allowed = f"above {number(one['low'])}"
        shown = f"{number(one['simulated'])} ({number(one['ci_low'])} to {number(one['ci_high'])})"
        verdict = one["verdict"] if one["holds"] else f"**{one['verdict']}**"
        lines.append(f"| {' | '.join((one['id'], one['figure'], one['target'], allowed, shown, verdict))} |")
    held = sum(one["holds"] for one in recorded["facts"])
    total = len(recorded["facts"])
    last = f"{held} of {total} figures hold. Behavioural defaults `{recorded['parameters']}`."
    return [*lines, "", last]


def ablations(recorded: dict[str, Any]) -> list[str]:
    """Return the table of what is left without the mechanism."""
    lines = ["| row | figure | without | it is then | vanishes |", "|" + "---|" * 5]
    for one in recorded["facts"]:
        if one["ablation_vanishes"] is not None:
            gone = "yes" if one["ablation_vanishes"] else "**no**"
            lines.append(f"| {one['id']} | {one['figure']} | {one['mechanism']} | {number(one['ablated'])} | {gone} |")
    return lines


TABLES = {"figures": figures, "ablations": ablations}


def filled(page: str, recorded: dict[str, Any]) -> str:
    """Return the page with its tables made anew."""
    return _PART.sub(lambda part: part[1] + "\n".join(TABLES[part[2]](recorded)) + "\n" + part[3], page)


if __name__ == "__main__":
    text = filled(PAGE.read_text(encoding="utf-8"), json.loads(RECORDED.read_text(encoding="utf-8")))
    PAGE.write_text(text, encoding="utf-8")
