"""The columns and specifications of the charts that respond, and the library that draws them."""

import json
import math

import pytest

from cxsim.charts.style import MARKERS, looks
from cxsim.report import vega
from cxsim.report.explorer import DASHES, SHAPES, Choice, Explorer, data_of, json_of, rounded

POLICIES = ("as-is", "hire")


def explorer(**changes):
    share = Choice("retention", "kept", "asked for", "%", "percentage points", "higher", "Of all.", 0.0, 100.0, 100.0)
    columns = {"at": [10.0, 20.0, 30.0], "measure": [], "firm": [], "segment": []}
    made = Explorer(
        [share], ["Shop"], ["all"], POLICIES, "Shop", "as-is", looks(POLICIES, "as-is"), 5, {}, columns, "months"
    )
    return made._replace(**changes)


def fields(spec):
    found = set()
    for layer in spec["layer"]:
        for channel in layer["encoding"].values():
            for one in channel if isinstance(channel, list) else [channel]:
                found |= {one["field"]} if one and "field" in one else set()
    return found


def test_numbers_are_short_and_holes_are_none():
    assert rounded([64.04999, 1234567.0, -0.0123456, math.nan, math.inf, 100.0], 3) == [
        64,
        1230000,
        -0.0123,
        None,
        None,
        100,
    ]
    assert [type(value) for value in rounded([64.0, 64.5], 3)] == [int, float]


@pytest.mark.parametrize("text", ["</script>", "<!--", "a & b", "\u2028", "'\"\\", "Ђорђе ğ"])
def test_json_comes_back_as_it_was_and_holds_no_markup(text):
    made = json_of({"name": text, "none": math.nan, "list": (1, math.inf)})
    assert json.loads(made) == {"name": text, "none": None, "list": [1, None]}
    assert not set("<>&\u2028") & set(made)


def test_specifications_draw_the_fields_that_the_script_writes():
    specs = data_of(explorer(), "Arial")["specs"]
    assert fields(specs["means"]) == {"value", "low", "high", "policy", "said", "range", "runs", "aloud", "text"}
    assert fields(specs["time"]) >= {"at", "value", "low", "high", "policy", "when", "said", "range", "runs", "aloud"}
    assert "schema" not in json.dumps(specs)  # an address


def test_each_policy_has_the_look_of_the_other_charts():
    spec = data_of(explorer(), "Arial")["specs"]["time"]
    line = next(layer for layer in spec["layer"] if layer["mark"]["type"] == "line")["encoding"]
    look = looks(POLICIES, "as-is")
    assert line["color"]["scale"] == {"domain": list(POLICIES), "range": [look[name].color for name in POLICIES]}
    assert line["strokeDash"]["scale"]["range"] == [list(DASHES["--"]), list(DASHES["-"])]
    assert set(SHAPES) == set(MARKERS)


@pytest.mark.parametrize(
    ("last", "marks"), [(48.0, [0, 12, 24, 36, 48]), (18.0, [0, 6, 12, 18]), (120.0, [0, 24, 48, 72, 96, 120])]
)
def test_years_are_marked(last, marks):
    made = explorer(time={"at": [last / 2, last], "measure": [], "firm": [], "segment": []})
    spec = data_of(made, "Arial")["specs"]["time"]
    axes = [layer["encoding"]["x"]["axis"] for layer in spec["layer"] if "axis" in layer["encoding"]["x"]]
    assert all(axis["values"] == marks for axis in axes)


def test_the_time_from_which_policies_count_is_marked():
    plain, forked = (data_of(explorer(begin=begin), "Arial")["specs"]["time"]["layer"] for begin in (math.nan, 12.0))
    assert len(forked) == len(plain) + 1
    assert forked[0]["encoding"]["x"]["datum"] == 12.0


def test_the_library_is_kept_and_read_again(tmp_path, monkeypatch):
    made = vega.script(tmp_path)
    (kept,) = tmp_path.iterdir()
    assert kept.name.startswith("vega-")
    assert kept.read_text(encoding="utf-8") == made
    monkeypatch.setattr(vega, "_made", lambda notice: pytest.fail("made again"))
    assert vega.script(tmp_path) == made


def test_the_library_cannot_end_the_script_it_stands_in(tmp_path):
    made = vega.script(tmp_path / "new" / "folder").lower()
    assert "</script" not in made
    assert "<!--" not in made


def test_a_cache_that_cannot_be_written_is_no_fault(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert "vegaEmbed" in vega.script(tmp_path / "file" / "folder")
