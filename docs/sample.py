"""Makes the sample result, what the README shows of it, and the pictures of these pages; `make sample` runs it.

All are of one comparison, so a figure is the same wherever it stands. The scenario says how many replications.
"""

# ruff: noqa: INP001 -- a script beside the pages that it writes

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SCENARIO = "cable-town"
SAMPLE = Path("results") / f"sample-{SCENARIO}"
COMMAND = ("compare", SCENARIO, "--out", SAMPLE.as_posix())
PICTURES = {"retention": "retention.png"}
LIVES = "lives.png"
LIVES_OF = (1, ("as-is", "make-good-fast"))
KEPT = ("answer.md", "comparison.csv", "manifest.json", "report.html")
CHARTS = ("league.png", "retention.png")
CONSOLE = "console.txt"


def run() -> None:
    """Compare the policies of the scenario, and keep what the command writes on the console."""
    folder = ROOT / SAMPLE
    shutil.rmtree(folder, ignore_errors=True)
    command = [sys.executable, "-m", "cxsim", *COMMAND]
    # Standard error stays where it is: it shows the progress.
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "COLUMNS": "80"}, stdout=subprocess.PIPE, check=True)
    text = f"$ cxsim {' '.join(COMMAND)}\n\n{done.stdout.decode('utf-8').rstrip()}\n"
    (folder / CONSOLE).write_text(text, encoding="utf-8")


def draw() -> None:
    """Draw the pictures of the pages from the stored result."""
    from cxsim.results.stored import read

    found = read(ROOT / SAMPLE).results
    folder = ROOT / "docs" / "pictures"
    folder.mkdir(exist_ok=True)
    for name, file in PICTURES.items():
        getattr(found.plot, name)().save(folder / file, size="page")
    draw_lives(folder / LIVES)


def draw_lives(path: Path) -> None:
    """Draw the two lives of one customer of the scenario."""
    import cxsim

    cxsim.story(SCENARIO, *LIVES_OF).plot().save(path, size="page")


def prune() -> None:
    """Take away what can be made again by the command and is too large to keep."""
    folder = ROOT / SAMPLE
    kept = {folder / name for name in (*KEPT, CONSOLE)} | {folder / "charts" / name for name in CHARTS}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path not in kept:
            path.unlink()


def made_by() -> dict[str, object]:
    """Return what the sample was made from, as its manifest says."""
    manifest = json.loads((ROOT / SAMPLE / "manifest.json").read_text(encoding="utf-8"))
    return {
        "identity": manifest["scenario"]["sha256"],
        "model_version": manifest["model_version"],
        "replications": manifest["replications"],
        "seed": manifest["seed"],
    }


def made_now() -> dict[str, object]:
    """Return what it would be made from today."""
    from cxsim.experiments.spec import MODEL_VERSION
    from cxsim.scenario import load

    scenario = load(SCENARIO)
    runs = scenario.document.runs
    return {
        "identity": scenario.identity(),
        "model_version": MODEL_VERSION,
        "replications": runs.replications if runs else None,
        "seed": runs.seed if runs else None,
    }


if __name__ == "__main__":
    run()
    draw()
    prune()
