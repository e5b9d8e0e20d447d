"""Make the reference pictures of the chart book again: python tests/unit/charts/remake_pictures.py

What is drawn comes from three runs of one bundled scenario and is kept beside the pictures, so that the test simulates
nothing; with --look-only the pictures are drawn anew from the tables that are kept. Look at each picture before it is
committed.
"""

import argparse
import json
from pathlib import Path

import matplotlib as mpl
import pandas as pd
from matplotlib import ft2font

from cxsim.charts.figure import Caption, Chart, make_chart
from cxsim.charts.style import Size
from cxsim.results.book.contents import BY_NAME

HERE = Path(__file__).parent / "pictures"
CAPTIONS = HERE / "captions.json"
SIZE = Size(5.4, 3.7, 62, 6.4)  # small, with everything that stands around a chart
SCENARIO, REPLICATIONS, SEED = "cable-town", 3, 7


def kept(name: str) -> Chart:
    """Return a chart from the table that is kept."""
    told = json.loads(CAPTIONS.read_text(encoding="utf-8"))["charts"][name]
    table = pd.read_parquet(HERE / f"{name}.parquet")
    caption = Caption(told["title"], told["footnote"])
    return make_chart(BY_NAME[name].draw(), table, caption, **told["options"])


def picture(chart: Chart) -> bytes:
    """Draw a chart as its reference picture is drawn."""
    return chart.written(chart.drawn(SIZE), SIZE, "png")


def simulate() -> None:
    """Keep the tables and captions of all charts of the book."""
    import cxsim

    comparison = cxsim.compare(cxsim.load(SCENARIO), replications=REPLICATIONS, seed=SEED)
    told = {}
    for name, chart in comparison.plot.book().items():
        chart.table.to_parquet(HERE / f"{name}.parquet", index=False)
        told[name] = _told(chart.caption, chart.options)
    _write(told | by_hand())


def by_hand() -> dict[str, dict[str, object]]:
    """Keep what a few runs of one scenario do not show: worlds take hundreds."""
    rows = [
        (part, policy, best, best - 0.1, best + 0.1, level)
        for part, policy, best, level in (
            ("all 64 worlds", "make-good-fast", 0.6, 0.1),
            ("all 64 worlds", "fix-the-causes", 0.2, 0.1),
            ("switching cost 10 to 30: 21 worlds", "make-good-fast", 0.4, 0.2),
            ("switching cost 10 to 30: 21 worlds", "fix-the-causes", 0.3, 0.1),
        )
    ]
    table = pd.DataFrame(rows, columns=["part", "policy", "best", "ci_low", "ci_high", "level"])
    table.to_parquet(HERE / "worlds.parquet", index=False)
    caption = Caption("Make good fast is best in 38 of 64 worlds", "Made by hand.")
    return {"worlds": _told(caption, {"divided": "Divided by what turns the answer."})}


def _told(caption: Caption, options: dict[str, object]) -> dict[str, object]:
    return {"title": caption.title, "footnote": caption.footnote, "options": options}


def versions() -> str:
    """Say what draws the dots."""
    return f"matplotlib {mpl.__version__}, FreeType {ft2font.__freetype_version__}"


def _write(charts: dict[str, dict[str, object]]) -> None:
    text = json.dumps({"made with": versions(), "charts": charts}, ensure_ascii=False, indent=1, sort_keys=True)
    CAPTIONS.write_text(f"{text}\n", encoding="utf-8")


def main() -> None:
    """Simulate, unless told otherwise, and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--look-only", action="store_true", help="keep the tables")
    HERE.mkdir(exist_ok=True)
    if not parser.parse_args().look_only:
        simulate()
    charts = json.loads(CAPTIONS.read_text(encoding="utf-8"))["charts"] | by_hand()
    _write(charts)
    for name in charts:
        (HERE / f"{name}.png").write_bytes(picture(kept(name)))


if __name__ == "__main__":
    main()
