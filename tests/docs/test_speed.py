"""The speed that the README tells is that of the kept measurement, and no other figure of speed stands in it."""

import importlib.util
import json
import re

import pytest

from cxsim.charts.tables import ChartError
from cxsim.checks.bench.picture import chart_of
from cxsim.checks.bench.tables import markdown

FIGURE = re.compile(
    r"\d[\d ,.]*\s*(?:×|x|times)\s*(?:as fast|faster|slower|as long|quicker)"
    r"|\d[\d ,.]*\s*(?:ns|nanoseconds|microseconds|µs)\b"
    r"|(?:events|visits|customers|calls|runs) (?:a|per) second",
    re.IGNORECASE,
)


@pytest.fixture
def readme(request):
    return (request.config.rootpath / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def document(request):
    return json.loads((request.config.rootpath / "docs" / "bench.json").read_text(encoding="utf-8"))


def test_the_table_is_made_from_the_measurement(readme, document):
    part = re.search(r"<!-- made: speed -->\n(.*?)<!-- end -->", readme, re.DOTALL)[1]
    assert part.strip() == markdown(document).strip()
    changed = json.loads(json.dumps(document))
    changed["results"][0]["ratio_to_simpy"] = 12345.0
    assert part.strip() != markdown(changed).strip()


def test_no_other_figure_of_speed_is_in_the_readme(readme):
    rest = re.sub(r"<!-- made: \w+.*?<!-- end -->", "", readme, flags=re.DOTALL)
    assert FIGURE.findall(rest) == []
    for planted in ("90 times as fast", "2.5x faster", "80 ns", "a million events a second"):
        assert FIGURE.search(f"It is {planted} here.")


def test_the_measurement_is_a_full_one_and_names_no_machine(document):
    assert document["full"]
    assert {row["workload"] for row in document["results"]} == {"w1", "w2", "cable-town", "million"}
    assert not any(row["agrees"] is False for row in document["results"])
    assert "/" not in json.dumps(document["platform"])


def test_the_chart_is_of_the_measurement(request, document):
    path = request.config.rootpath / "docs" / "measure.py"
    spec = importlib.util.spec_from_file_location("measure_of_docs", path)
    measure = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(measure)
    assert measure.PICTURE.read_bytes().startswith(b"\x89PNG")
    chart = chart_of(measure.kept())
    drawn = {(row.engine, row.workload): row.times for row in chart.table.itertuples()}
    rows = {(row["workload"], row["engine"]): row["ratio_to_simpy"] for row in document["results"]}
    assert drawn["cxsim", "queue"] == pytest.approx(rows["w1", "compiled"])
    assert drawn["Ciw", "network"] == pytest.approx(rows["w2", "Ciw"])
    assert drawn["SimPy, idiomatic", "queue"] == 1.0


def test_nothing_measured_is_no_chart(document):
    with pytest.raises(ChartError, match="without rows"):
        chart_of({**document, "results": []}).render()
