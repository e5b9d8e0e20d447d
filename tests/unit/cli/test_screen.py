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
