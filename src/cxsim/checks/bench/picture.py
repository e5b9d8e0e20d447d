"""The chart of the README, drawn from the document of a benchmark."""

from __future__ import annotations

from typing import Any

import pandas as pd

from cxsim.charts.figure import Caption, Chart, make_chart
from cxsim.charts.speed import speed
from cxsim.checks.bench.sizes import COMPILED, NETWORKS, SIMPY
from cxsim.checks.bench.tables import NAMES, ORDER, Document, number

WORKS = ("queue", "network")


def chart_of(document: Document) -> Chart:
    """Return the chart of what was measured on the queue and on the network.

    Raises
    ------
    ChartError
        When neither was measured.
    """
    rows = {(row["workload"], row["engine"]): row["ratio_to_simpy"] for row in document["results"]}
    table: list[dict[str, Any]] = [
        {"engine": NAMES[engine], "workload": name, "times": rows.get((work, engine))}
        for engine in ORDER
        for work, name in zip(NETWORKS, WORKS, strict=True)
        if any((one, engine) in rows for one in NETWORKS)
    ]
    frame = pd.DataFrame(table, columns=["engine", "workload", "times"]).astype({"times": float})
    ours = [rows.get((work, COMPILED)) for work in NETWORKS]
    said = " and ".join(number(one) for one in ours if one is not None)
    where = document["platform"]
    turns = max((row["turns"] for row in document["results"]), default=0)
    caption = Caption(
        title=f"A queue and a network: {said} times as fast as {SIMPY}" if said else "A queue and a network",
        footnote=f"cxsim bench; medians of {turns} turns in one run; {where['processor']}, {where['cores']} cores.",
    )
    return make_chart(speed, frame, caption, reference=NAMES[SIMPY])
