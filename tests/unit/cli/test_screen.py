import json

import numpy as np

from cxsim.cli.screen import Screen, described
from cxsim.experiments.executor import Progress


def test_progress_is_a_line_for_every_tenth(capsys):
    with Screen().progress() as report:
        for done in range(41):
            report(Progress(done, 40, done / 2))
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 10
    assert err.splitlines()[4] == "50 %: 20 of 40 runs, 2 a second, 10 s left"


def test_what_comes_before_the_first_run_does_not_shape_the_time_left(capsys):
    """It took 60 s to compile; then a run takes 1 s."""
    with Screen().progress() as report:
        report(Progress(0, 10, 0.1))
        for done in range(1, 11):
            report(Progress(done, 10, 60.0 + done))
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "10 %: 1 of 10 runs"
    assert lines[1] == "20 %: 2 of 10 runs, 1 a second, 8 s left"


def test_what_was_there_before_took_no_time(capsys):
    with Screen().progress() as report:
        for done in range(5, 11):
            report(Progress(done, 10, 2.0 * (done - 5), there=5))
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "50 %: 5 of 10 runs"
    assert lines[2] == "70 %: 7 of 10 runs, 0.5 a second, 6 s left"


def test_another_kind_of_work_is_named_when_it_begins(capsys):
    finding = "runs to find what yields Dish's figures (1 of 2)"
    with Screen().progress() as report:
        report(Progress(0, 36, 0.0, finding))
        report(Progress(0.5, 36, 9.0, finding))
        report(Progress(0.0, 20, 0.0))
    assert capsys.readouterr().err.splitlines() == [f"0 of 36 {finding}"]


def test_nothing_is_known_before_something_is_done():
    assert described(Progress(0.0, 40, 0.0)) == "0 of 40 runs"


def test_what_is_no_number_becomes_null(capsys):
    Screen(json=True).document({"a": float("nan"), "b": [np.float64("inf"), np.int64(3)], "c": True, "d": (1.5,)})
    assert json.loads(capsys.readouterr().out) == {"a": None, "b": [None, 3], "c": True, "d": [1.5]}


def test_text_and_document_exclude_each_other(capsys):
    Screen(json=True).result("text")
    Screen().document({"a": 1})
    assert capsys.readouterr().out == ""


def test_quiet_hides_remarks_and_not_faults(capsys):
    Screen(quiet=True).remark("a remark")
    Screen(quiet=True).fault("a fault")
    assert capsys.readouterr().err == "a fault\n"


def test_a_fast_pace_is_a_whole_number_and_none_is_said_too_soon():
    assert described(Progress(460.0, 10_460, 1.0)) == "460 of 10460 runs, 460 a second, 22 s left"
    assert described(Progress(4600.0, 4700, 1.0)) == "4600 of 4700 runs, 4 600 a second, under 1 s left"
    assert described(Progress(8.0, 96, 0.02)) == "8 of 96 runs"
