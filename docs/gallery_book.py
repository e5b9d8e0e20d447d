"""The gallery: one entry for each chart of the book, so that none can be missing; `make gallery` draws them."""

# ruff: noqa: INP001 -- a script beside the pages that it writes

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent / "gallery"
SCENARIO = "cable-town"
SCALE = 0.2
OTHER = "bank-phone"  # small enough for many worlds
WORLDS = 32
REPLICATIONS = 6
COLORS = 64  # of a picture: charts have few, and the file is a quarter as large
PARTS = {"first page": "Page one", "appendix": "Appendix"}


def entries(_: str) -> str:
    """Return a part for every chart of the book: what it shows, its picture, and the line that makes it."""
    from cxsim.results.book.contents import ENTRIES

    lines: list[str] = []
    part = ""
    for entry in sorted(ENTRIES, key=lambda entry: list(PARTS).index(entry.part)):
        if entry.part != part:
            part = entry.part
            lines.append(f"\n## {PARTS[part]}\n")
        lines.append(f"### {entry.what}\n")
        if (told := docstring(entry.name)) and told.rstrip(".") != entry.what:
            lines.append(f"{told}\n")
        if (FOLDER / f"{entry.name}.png").exists():
            lines.append(f"![{entry.what}](gallery/{entry.name}.png)\n")
        note = "  # makes runs of its own" if entry.is_rerun else ""
        note = f"  # compare(..., worlds={WORLDS}); here of {OTHER}" if entry.name == "worlds" else note
        lines.append(f'```python\ncomparison.plot.{entry.name}().save("{entry.name}.png"){note}\n```\n')
    return "\n".join(lines)


def docstring(name: str) -> str:
    """Return the first sentence of what draws a chart."""
    from cxsim.results.plots import Plots

    return ((getattr(Plots, name).__doc__ or "").strip().splitlines() or [""])[0].removeprefix("Draw ").capitalize()


def small(picture: bytes) -> bytes:
    """Return a picture with few colours."""
    from PIL import Image

    kept = io.BytesIO()
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(COLORS).save(kept, "PNG", optimize=True)
    return kept.getvalue()


def draw() -> dict[str, Any]:
    """Draw every chart of the book from a small comparison, and return what there was nothing to draw for."""
    import cxsim
    from cxsim.results.book.contents import CHART_NAMES

    comparison = cxsim.compare(SCENARIO, replications=REPLICATIONS, seed=20260101, scale=SCALE)
    found = comparison.plot.book()
    found |= cxsim.compare(OTHER, replications=REPLICATIONS, seed=20260101, worlds=WORLDS).plot.book(["worlds"])
    FOLDER.mkdir(exist_ok=True)
    for name, chart in found.items():
        (FOLDER / f"{name}.png").write_bytes(small(chart.render("png", "notebook")))
    for path in FOLDER.glob("*.png"):
        if path.stem not in CHART_NAMES:
            path.unlink()
    return {"missing": [name for name in CHART_NAMES if name not in found]}


if __name__ == "__main__":
    missing = draw()["missing"]
    if missing:
        print(f"nothing to draw in {SCENARIO}: {', '.join(missing)}")  # noqa: T201 -- a script says what it did
