"""One long run against exact queues, and what is said when it is too short."""

import json
import math

import pytest
from typer.testing import CliRunner

from cxsim.cli.app import app, hoisted
from cxsim.errors import InputError
from cxsim.experiments.steady import steady
from cxsim.results.steady import chart, document, lines_of
from cxsim.scenario import load
from cxsim.stats.queueing import mmc

CALLS = {"calls.rate": "1 a minute", "line.staff": "2"}  # Erlang C, 1/1/2


@pytest.fixture(scope="module")
def settled():
    return steady(load("verification/erlang-c").with_values({**CALLS, "lasts": "60 d"}))


def test_the_mean_wait_is_that_of_erlang_c(settled):
    assert settled.trusted
    interval, exact = settled.mean.interval, mmc(1.0, 1.0, 2).mean_wait
    assert interval.half_width < 0.1 * exact
    assert abs(interval.mean - exact) < 4 * interval.half_width / 2.09  # Student's t with 19 degrees of freedom
    assert len(settled.times) == len(settled.observed) == pytest.approx(60 * 1440, rel=0.02)


def test_the_share_that_queues_is_that_of_erlang_c():
    found = steady(load("verification/erlang-c").with_values({**CALLS, "lasts": "60 d"}), measure="share_queued")
    interval = found.mean.interval
    assert abs(interval.mean - mmc(1.0, 1.0, 2).p_wait) < 4 * interval.half_width / 2.09


def test_it_is_said_and_drawn(settled):
    lines = lines_of(settled, "erlang-c")
    assert all(len(line) <= 80 for line in lines)
    flat = " ".join(" ".join(lines).split())
    assert "erlang-c, as-is: one run, " in flat
    assert "% interval)" in flat
    assert "20 batches of" in flat
    drawn = chart(settled, "erlang-c")
    assert len(drawn.table) == pytest.approx(600 - 20, abs=5)
    assert drawn.render("png", "thumb")[:4] == b"\x89PNG"
    assert json.dumps(document(settled, "erlang-c"), allow_nan=False)


def test_a_short_run_says_so_and_gives_no_interval(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    short = ("steady", "verification/erlang-c", "--set", "lasts=6 h", "--set", "calls.rate=9.8 a minute")
    done = CliRunner().invoke(app, hoisted([*short, "--json"]))
    assert done.exit_code == 1
    found = json.loads(done.stdout)
    assert not found["trusted"]
    assert found["ci_low"] is None
    said = CliRunner().invoke(app, hoisted([*short, "--chart", "settles.png"])).stdout
    assert "nothing says how near that is" in " ".join(said.split())
    assert (tmp_path / "settles.png").exists()


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"measure": "joy"}, "wait_mean or share_queued"),
        ({"touchpoint": "lin"}, "did you mean `line`"),
        ({"policy": "none"}, "none"),
        ({}, "200 or more are allowed"),
    ],
)
def test_what_cannot_be_answered_is_refused(given, why):
    with pytest.raises(InputError, match=why):
        steady(load("verification/erlang-c").with_values({"lasts": "15 min"}), **given)


def test_the_planted_fault_is_seen(settled):
    # The observations of one run taken for independent ones: an interval several times too narrow.
    naive = settled.observed.std() / math.sqrt(len(settled.observed))
    assert 3 * 1.96 * naive < settled.mean.interval.half_width
