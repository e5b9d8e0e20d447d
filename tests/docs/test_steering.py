"""docs/steering.md: its Python runs from the top, its commands run, and its figures are those of the bundled file."""

import re

import pytest

import cxsim
from cxsim.experiments import steering_examples
from cxsim.scenario import library, loads
from cxsim.scenario.steering import SteeringRule

PAGE = "docs/steering.md"


def test_the_blocks_run_from_the_top_and_say_what_is_shown(blocks, folder, capsys):
    names = {}
    for block in blocks:
        if block.kind == "python":
            exec(compile(block.body, block.name, "exec"), names)
    said = [block.body for block in blocks if block.verb == "said"]
    assert capsys.readouterr().out == "".join(said)
    assert not (folder / "out").exists()
    moved = names["comparison"].steering
    assert set(moved["policy"]) == {"keep-up"}
    assert (moved["path"] == "phone.staff").all()
    assert set(names["result"].steering["path"]) == {"recovery.without_approval"}
    assert names["result"].steering["period"].max() > 18  # the rival comes in month 18


def test_the_commands_run(sh_block, folder, command):
    for line in sh_block.commands:
        done = command(line)
        assert done.exit_code == 0, done.output


def test_without_leave_the_command_is_refused(blocks, folder, command):
    (block,) = [block for block in blocks if block.kind == "sh"]
    (line,) = [line for line in block.commands if "--allow-steering" in line]
    done = command(line.replace(" --allow-steering", ""))
    assert done.exit_code == 2
    assert not (folder / "results").exists()


def test_a_policy_of_the_page_may_stand_in_a_file(blocks):
    (block,) = [block for block in blocks if block.kind == "yaml"]
    base = library.show("steered-hotline")
    text = f"{base[: base.index('policies:')]}{block.body}"
    (one,) = loads(text, "my.yaml").policy("follow").steering
    assert (one.written, one.rule) == ("my_rules.keep_up", None)


@pytest.mark.slow
def test_the_table_is_what_the_hotline_gives(request):
    """Shares to the digit that is shown; money to what is shown, and luck between machines left out."""
    text = (request.config.rootpath / PAGE).read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w-]+)` \| ([\d.]+) % \| ([\d ]+) \| (\d+)", text, re.MULTILINE)
    comparison = cxsim.compare(cxsim.load("steered-hotline", allow_steering=True))
    table = comparison.table(["abandonment_rate", "policy_cost"]).pivot_table("mean", "policy", "measure")
    assert [name for name, *_ in rows] == list(comparison.policies[1:])
    for name, share, cost, _ in rows:
        assert float(share) == pytest.approx(100 * table.loc[name, "abandonment_rate"], abs=0.06)
        money = table.loc[name, "policy_cost"]
        assert float(cost.replace(" ", "")) == float(f"{money:.{1 if money < 1000 else 2}g}")
    assert comparison.steering["value"].tolist() == [6] * 10
    assert comparison.steering["period"].tolist() == [3] * 10


def test_the_page_names_the_rules_that_are_shipped(request):
    text = (request.config.rootpath / PAGE).read_text(encoding="utf-8")
    shipped = [value.name for value in vars(steering_examples).values() if isinstance(value, SteeringRule)]
    assert [name for name in shipped if f"`{name}`" not in text] == []
    assert len(shipped) == 2
