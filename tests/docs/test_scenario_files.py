"""docs/scenario-files.md: every YAML block loads, every command runs, every table says what the code does."""

import json
import re

import pytest

from cxsim.errors import ScenarioError
from cxsim.measures.catalog import CATALOG
from cxsim.scenario import load
from cxsim.scenario.law_text import PATIENCE, TAKES, parse_law
from cxsim.scenario.loaded import loads
from cxsim.scenario.reader import read
from cxsim.units import parse_duration

PAGE = "docs/scenario-files.md"


def placed(block, blocks):
    """Return the page's file with the keys of a block in their place, and no policies but the block's; JSON is YAML."""
    (base,) = [other for other in blocks if other.verb == "file" and other.file == block.file]
    tree = read(base.body, block.file)
    tree.pop("policies", None)
    node = tree
    for key in [] if block.place == ["top"] else block.place:
        node = node[key]
    node.update(read(block.body, block.name))
    return json.dumps(tree)


def rows_of(text, heading):
    """Return the cells of the first table after a heading, without its head."""
    table = re.search(rf"^#+ {re.escape(heading)}$.*?\n((?:\|[^\n]*\n)+)", text, re.MULTILINE | re.DOTALL)
    lines = table[1].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.fixture(scope="module")
def text(request):
    return (request.config.rootpath / PAGE).read_text(encoding="utf-8")


def test_every_yaml_block_loads(yaml_block, blocks, folder):
    if yaml_block.verb == "file":
        load(folder / yaml_block.file)
    elif yaml_block.verb == "in":
        loads(placed(yaml_block, blocks), yaml_block.file, folder)
    else:
        assert yaml_block.verb == "refused", f"{yaml_block.name}: a block that is not run"


def test_what_is_refused_earns_its_message(text_block, blocks, folder):
    before = blocks[blocks.index(text_block) - 1]
    assert before.verb == "refused", text_block.name
    with pytest.raises(ScenarioError) as error:
        loads(placed(before, blocks), before.file, folder)
    said = [f"{fault.path}: {fault.given}; {fault.allowed}; {fault.remedy}" for fault in error.value.faults]
    assert said == text_block.body.splitlines()


def test_each_refusal_shows_its_message(blocks):
    refused = [number for number, block in enumerate(blocks) if block.verb == "refused"]
    assert refused
    assert all(blocks[number + 1].kind == "text" for number in refused)


@pytest.mark.usefixtures("folder")
def test_every_command_runs(sh_block, command):
    for line in sh_block.commands:
        done = command(line)
        assert done.exit_code == 0, f"{line}: {done.stderr}"


def test_laws_have_the_moments_the_page_gives(text):
    rows = rows_of(text, "Laws of durations")
    assert len(rows) >= 12
    for written, mean, deviation in rows:
        law_text = written.strip("`")
        value = read(f"law: {law_text}", "law")["law"] if law_text.startswith("{") else law_text
        law = parse_law(value, PATIENCE)
        if mean == "never":
            assert law.mean == float("inf")
            continue
        assert law.mean == pytest.approx(parse_duration(mean), rel=5e-4)
        assert law.variance**0.5 == pytest.approx(parse_duration(deviation), rel=5e-4, abs=1)


def test_a_bare_duration_is_what_the_page_says():
    assert parse_law("8 min", TAKES) == parse_law("lognormal 8 min, sigma 0.95", TAKES)
    assert parse_law("8 min", PATIENCE) == parse_law("exponential 8 min", PATIENCE)


def test_every_key_of_the_format_is_on_the_page(text):
    from cxsim.scenario import models

    first_cells = "\n".join(re.findall(r"^\|([^|]*)\|", text, re.MULTILINE))
    tabled = ("Document", "Market", "Firm", "Contact", "Source", "Touchpoint", "Policy")
    of_firms = ("Promises", "Recovery", "Process", "Trouble", "Reach", "Known")
    others = ("Cares", "Segment", "Switching", "Ties", "CallBack", "Retries", "Cost", "Runs", "Background")
    for name in (*tabled, *of_firms, *others):
        for key, field in getattr(models, name).model_fields.items():
            where = first_cells if name in tabled else text
            written = field.alias or key
            known_by_cxsim_only = (name, key) == ("Document", "assumptions")  # written into the resolved file
            pattern = rf"`{written}[`.]" if name in tabled else rf"\b{written}\b"
            assert known_by_cxsim_only or re.search(pattern, where), f"{name}.{key}"


def test_the_defaults_on_the_page_hold(blocks, folder):
    tree = load(folder / "cafe.yaml").content.tree
    assert parse_duration(tree["warm_up"]) == parse_duration("12 months")
    assert tree["market"]["switching"] == {"notice": "0 s", "cost": "0"}
    assert tree["market"]["talk_to"] == {"friends": "6", "acquaintances": "30"}
    assert tree["market"]["leaves_anyway"] == "3 % a year"
    hotline = load(folder / "hotline.yaml")
    assert hotline.content.tree["warm_up"] == "0 s"
    assert hotline.value("callers.priority") == "1"
    assert hotline.value("menu.staff") == "unlimited"
    assert hotline.value("menu.ends") == "unsolved"
    assert hotline.value("phone.ends") == "solved"
    shifts = next(block for block in blocks if "late:" in block.body)
    without = shifts.body.replace("  hours: Mon-Fri 08:00-18:00\n", "")
    found = loads(placed(type(shifts)(shifts.page, 0, "yaml", shifts.note, without), blocks), "hotline.yaml", folder)
    assert found.value("phone.hours") == "Mon-Fri 08:00-18:00"


def test_paths_of_the_page_exist(text, folder):
    cafe = load(folder / "cafe.yaml")
    for path, _ in rows_of(text, "Paths and `--set`"):
        cafe.value(path.strip("`"))


def test_values_of_the_page_can_be_read(text):
    from cxsim.scenario.calendar import parse_hours
    from cxsim.scenario.fields import check_name, parse_time
    from cxsim.units import parse_price, parse_rate, parse_share

    readers = {
        "duration": parse_duration,
        "share": parse_share,
        "rate": parse_rate,
        "hazard": lambda value: parse_rate(value, hazard=True),
        "price": parse_price,
        "wages": parse_price,
        "time of the scenario": parse_time,
        "hours": parse_hours,
        "name": check_name,
    }
    rows = {what: examples for what, examples, _ in rows_of(text, "How values are written")}
    for what, reader in readers.items():
        for example in re.findall(r"`([^`]+)`", rows[what]):
            reader(example)


def test_the_last_line_that_covers_a_time_counts():
    from cxsim.scenario.calendar import parse_weights

    quarters = parse_weights({"Mon-Fri 11:00-15:00": "1", "Mon-Fri 12:00-13:00": "4"}).quarters()
    assert quarters[44:60] == [1.0] * 4 + [4.0] * 4 + [1.0] * 8


def test_the_measures_of_the_page_are_those_that_are_counted(text):
    listed = re.search(r"<!-- measures -->\n(.*?)<!-- end -->", text, re.DOTALL)
    assert re.findall(r"`(\w+)`", listed[1]) == list(CATALOG)


@pytest.mark.parametrize(
    ("key", "value", "same"),
    [
        ("question", "Another one?", True),
        ("measures", ["profit"], True),
        ("goals", {"retention": "at least 60 %"}, True),
        ("unsure", {"price": "7 a visit to 9 a visit"}, True),
        ("runs", {"seed": "8"}, True),
        ("lasts", "2 years", False),
        ("switches", {"talk": "off"}, False),
    ],
)
def test_the_identity_leaves_out_what_the_page_says(key, value, same, folder):
    tree = read((folder / "cafe.yaml").read_text(), "cafe.yaml")
    before = loads(json.dumps(tree), "cafe.yaml", folder).identity()
    tree[key] = value
    assert (loads(json.dumps(tree), "cafe.yaml", folder).identity() == before) is same


def test_the_figures_that_decide_something_are_those_of_the_page(text):
    from cxsim.scenario.baselines import UNKNOWN

    rows = {name.strip("`"): what for name, what in rows_of(text, "Known by figures")}
    assert set(rows) == {"price", "failures", *UNKNOWN}
    usual = {"wait_mean": "3 min", "first_contact_resolution": "70 %", "recovery_rate": "32 %"}
    assert [name for name in UNKNOWN if usual[name] not in rows[name]] == []
    assert [UNKNOWN[name][0] for name in usual] == [3.0, 0.7, 0.32]


def test_the_defaults_of_making_good_hold(text, folder):
    town = load(folder / "town.yaml")
    for heading in ("Promises", "Complaints and recovery", "What fails, and fixing it", "An entrant"):
        for cell, usual, _ in rows_of(text, heading):
            path, default = cell.strip("`"), usual.split("`")[1]
            tree = read((folder / "town.yaml").read_text(encoding="utf-8"), "town.yaml")
            tree["firms"]["Cable"].pop(path.split(".")[0], None)
            without = loads(json.dumps(tree), "town.yaml", folder)
            assert str(without.value(path)) == default, path
    for path in ("Fiber.known.failures", "Dish.quality", "phone.training", "line-down.stake"):
        town.value(path)


@pytest.mark.parametrize("name", ["hotline", "cafe", "town", "log"])
def test_a_resolved_file_is_the_same_scenario(name, folder):
    scenario = load(folder / f"{name}.yaml")
    again = loads(scenario.resolved(), "scenario.resolved.yaml", folder)
    assert again.identity() == scenario.identity()
    assert again.resolved() == scenario.resolved()
