"""`cxsim story` from the command line, on a shop of sixty customers."""

import json

import pytest
from typer.testing import CliRunner

from cxsim.cli.app import app, hoisted


@pytest.fixture
def cxsim(monkeypatch, tmp_path, corner_text):
    monkeypatch.chdir(tmp_path)
    text = corner_text.replace("lasts: 2 years", "lasts: 3 months").replace("warm_up: 6 months", "warm_up: 1 month")
    text = text.replace("from: month 12, ", "from: month 1, ")
    (tmp_path / "corner.yaml").write_text(text)
    return lambda *arguments: CliRunner().invoke(app, hoisted(["story", *arguments]))


def test_one_life(cxsim):
    done = cxsim("corner.yaml", "--customer", "3", "--quiet")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0] == "Customer 3 of corner (old) under as-is; replication 0, seed 7."
    assert lines[1].startswith("6 January 2025: was a customer of ")
    assert "At the end, 7 April 2025: with " in done.stdout
    assert all(len(line) <= 100 for line in lines)
    again = cxsim("corner.yaml", "--customer", "3", "--quiet", "--replication", "1")
    assert again.stdout.splitlines()[0].endswith("replication 1, seed 7.")
    assert again.stdout.splitlines()[2:] != lines[2:]


def test_two_lives_as_a_document_and_as_a_picture(cxsim, tmp_path):
    done = cxsim("corner.yaml", "--customer", "3", "--policies", "as-is,train", "--json", "--quiet", "--out", "a/b.svg")
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert [life["policy"] for life in document["lives"]] == ["as-is", "train"]
    assert document["chart"] == "a/b.svg"
    assert (tmp_path / "a" / "b.svg").read_text(encoding="utf-8").startswith("<?xml")
    counts = document["lives"][0]["counts"]["contacts"]
    assert counts == sum(one["kind"] == "contact" for one in document["lives"][0]["moments"]) > 0
    assert document["parting"] is None or document["parting"]["time"] >= document["first_difference"]["time"]


def test_whom_a_policy_turns_and_the_first_of_them(cxsim):
    both = ("corner.yaml", "--policies", "as-is,train", "--quiet")
    done = cxsim(*both)
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("corner, replication 0, seed 7: ")
    kinds = [line.split(":")[0] for line in done.stdout.splitlines() if line.split(":")[0] in ("saved", "lost")]
    assert kinds == ["saved", "lost"]
    numbers = json.loads(cxsim(*both, "--json").stdout)["kinds"]
    kind = max(numbers, key=lambda name: numbers[name]["customers"])
    picked = cxsim(*both, "--pick", kind)
    if numbers[kind]["customers"]:
        assert picked.exit_code == 0, picked.output
        assert picked.stdout.startswith(f"{kind}: {numbers[kind]['customers']}")
        first = numbers[kind]["examples"][0]["customer"]
        assert f"Customer {first} of corner" in picked.stdout
    empty = next(name for name in numbers if numbers[name]["customers"] == 0)
    refused = cxsim(*both, "--pick", empty)
    assert refused.exit_code == 2
    assert refused.stderr.startswith(f"pick: {empty}, of whom there is nobody in replication 0; ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--customer", "60"], "customer: 60; corner has customers 0 to 59; choose one of these"),
        (["--customer", "-1"], "customer: -1; corner has customers 0 to 59; choose one of these"),
        (
            ["--customer", str(1 << 48)],
            (
                f"customer: {1 << 48}, which is a caller without a name; the customers of corner, 0 to 59, are "
                "allowed; choose one of these"
            ),
        ),
        ([], "--customer: nothing; a customer, or two policies are allowed; write, for example, --customer 17"),
        (["--pick", "saved"], "--pick: saved of one policy; a customer, or two policies are allowed; write"),
        (
            ["--pick", "save", "--policies", "as-is,hire"],
            "--pick: `save`; saved, lost, paid-for-nothing is allowed; did",
        ),
        (["--customer", "1", "--pick", "saved"], "story: both --customer and --pick; one of them is allowed; leave"),
        (
            ["--customer", "1", "--policies", "hire,train,as-is"],
            "policies: hire, train, as-is; one policy, or two; name",
        ),
        (["--customer", "1", "--out", "life.gif"], "--out: `life.gif`; an ending .png, .svg or .pdf is allowed; write"),
        (["--policies", "as-is,hire", "--out", "a.png"], "--out: a chart of all customers; one of a single customer"),
        (["--customer", "1", "--seed", str(1 << 63)], f"seed: {1 << 63}; a whole number from 0 to"),
    ],
)
def test_what_is_not_allowed_is_one_block_and_nothing_is_written(cxsim, tmp_path, arguments, said):
    done = cxsim("corner.yaml", *arguments, "--quiet")
    assert done.exit_code == 2, done.output
    assert done.stderr.startswith(said)
    assert len(done.stderr.strip().splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["corner.yaml"]


def test_an_unknown_policy_is_refused_as_everywhere(cxsim):
    done = cxsim("corner.yaml", "--customer", "1", "--policies", "as-is,hired")
    assert done.exit_code == 2
    assert "`hired`" in done.stderr
    assert "did you mean `hire`?" in done.stderr


def test_callers_without_a_name_have_no_story(cxsim):
    for arguments in (["--customer", "1"], ["--policies", "as-is,call-back"]):
        done = cxsim("bank-phone", *arguments, "--quiet")
        assert done.exit_code == 2
        assert "bank-phone has callers without a name" in done.stderr


def test_somebody_who_never_does_anything_has_a_short_story(cxsim):
    done = cxsim("corner.yaml", "--customer", "3", "--quiet", "--set", "Corner.contacts.shopping.happens=0 a year",
                 "--set", "Chain.contacts.shopping.happens=0 a year")  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "Nothing happened: no need arose, no story was heard, and nothing was decided." in done.stdout
