"""Executes the notebooks of this folder and keeps their outputs; `make notebooks` runs it.

For a quick try, which keeps nothing, set CXSIM_NOTEBOOK_REPLICATIONS: so many replications, in a small market.
"""

import json
import os
import re
from pathlib import Path
from typing import Any

import nbclient
import nbformat

HERE = Path(__file__).resolve().parent
SETTING = "CXSIM_NOTEBOOK_REPLICATIONS"
FEW = 100  # customers
FEWEST = {"points": 4, "worlds": 20}
SHORT = {"lasts": "3 months", "warm_up": "1 month", "market.customers": 60}
TIMEOUT = 3600  # seconds, for a cell


def notebooks() -> list[Path]:
    """Return the notebooks, in order."""
    return sorted(HERE.glob("*.ipynb"))


def small(source: str, replications: str) -> str:
    """Return a cell with few replications, points and worlds, and few customers."""
    source = re.sub(r"replications=\d+", f"replications={replications}", source)
    for name, few in FEWEST.items():
        source = re.sub(rf"\b{name}=\d+", f"{name}={few}", source)
    if "replaced(" in source:
        # The compiled engine would be compiled anew for the rule, which takes a minute; the other one is not.
        source = re.sub(r"\b(compare|run)\((\w+)", rf"\1(\2.with_values({SHORT})", source)
        source = source.replace("replications=", 'engine="reference", jobs=1, replications=')
    source = re.sub(r"\bcustomers: \d+", f"customers: {FEW}", source)
    return re.sub(r'(load\("[\w-]+"\))', rf'\1.with_value("market.customers", {FEW})', source)


def executed(path: Path, replications: str = "") -> Any:
    """Return a notebook with new outputs; with `replications`, in small."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code" and replications:
            cell.source = small(cell.source, replications)
    client = nbclient.NotebookClient(notebook, timeout=TIMEOUT, kernel_name="python3", record_timing=False)
    client.execute(cwd=str(HERE))
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "cxsim": {"model_version": model_version()},
    }
    return notebook


def model_version() -> int:
    """Return the version of the model that is installed."""
    from cxsim.experiments.spec import MODEL_VERSION

    return MODEL_VERSION


def main() -> None:
    """Execute every notebook, and write those that were executed in full."""
    replications = os.environ.get(SETTING, "")
    for path in notebooks():
        notebook = executed(path, replications)
        if not replications:
            path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
