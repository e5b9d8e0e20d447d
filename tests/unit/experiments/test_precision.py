import pytest

from cxsim.errors import ValueRefusedError
from cxsim.experiments.precision import CAP, Precision, parse_precision


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("retention=0.5pp", Precision("retention", 0.005)),
        ("retention = 0.5 pp", Precision("retention", 0.005)),
        ("retention=0.01", Precision("retention", 0.01)),
        ("churn=0.1pp", Precision("churn", 0.001)),
        ("wait_mean=10 s", Precision("wait_mean", 10 / 60)),
        ("wait_mean=2", Precision("wait_mean", 2.0)),
        ("wait_mean=1.5 min", Precision("wait_mean", 1.5)),
        ("nps_true=2", Precision("nps_true", 2.0)),
        ("profit=2000", Precision("profit", 2000.0)),
    ],
)
def test_a_half_width_is_read_in_the_unit_of_its_measure(text, expected):
    found = parse_precision(text)
    assert found.measure == expected.measure
    assert found.half_width == pytest.approx(expected.half_width)
    assert found.cap == CAP


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("retention", "measure=half-width"),
        ("retention=", "measure=half-width"),
        ("retntion=1pp", "did you mean `retention`"),
        ("retention=0pp", "above 0"),
        ("retention=nan", "retention|number"),
        ("retention=-1pp", "or more"),
        ("wait_mean=10 parsecs", "duration"),
        ("profit=much", "number"),
    ],
)
def test_anything_else_is_refused_with_what_is_allowed(text, word):
    with pytest.raises(ValueRefusedError, match=word):
        parse_precision(text)


def test_a_cap_below_one_is_refused():
    with pytest.raises(ValueRefusedError, match="1 replication"):
        parse_precision("retention=1pp", 0)
