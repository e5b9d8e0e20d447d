"""Faults read as one line each: where, what was given, what is allowed, what to do."""

import pickle

from cxsim.errors import Fault, InputError, ScenarioError, UnreadableError, ValueRefusedError, quoted

FAULT = Fault("shop.yaml", 7, "firms.Shop.share", "`70`", "a share", "write 70 %")


def test_a_fault_is_one_line():
    assert str(FAULT) == "shop.yaml:7: firms.Shop.share: `70`; a share; write 70 %"
    assert str(Fault("shop.yaml", None, "", "no file", "a file", "look")) == "shop.yaml: no file; a file; look"


def test_faults_are_sorted_and_told_once():
    later = Fault("shop.yaml", 9, "", "x", "y", "z")
    error = ScenarioError([later, FAULT, later])
    assert str(error).splitlines() == [str(FAULT), str(later)]
    assert isinstance(error, InputError)
    assert isinstance(error, ValueError)


def test_errors_travel_between_processes():
    for error in (ScenarioError([FAULT]), UnreadableError([FAULT]), ValueRefusedError("3", "a share", "write 3 %")):
        again = pickle.loads(pickle.dumps(error))
        assert type(again) is type(error)
        assert str(again) == str(error)


def test_what_is_quoted_stays_on_one_line_without_control_characters():
    assert quoted("a\nb\x1b[31mc") == "`a b [31mc`"
    assert quoted("x" * 200) == "`" + "x" * 79 + "…`"
    assert quoted("") == "nothing"
