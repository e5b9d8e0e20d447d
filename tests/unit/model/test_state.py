"""Record layouts: the row of a visit is one cache line, tallies have the shapes that measures read."""

import numpy as np
import pytest

from cxsim.model import events as ev
from cxsim.model import plan as pl
from cxsim.model import state as st
from cxsim.model.pending import PENDING


def test_what_every_visit_touches_is_one_cache_line():
    assert st.HOT.itemsize == 64


@pytest.mark.parametrize(
    "record", [st.HOT, st.COLD, st.MIND, st.AGENT, st.DESK, PENDING, st.LOG, st.TOUCH_TALLY, st.AREA_TALLY,
               st.FIRM_TALLY, st.WORLD],
)  # fmt: skip
def test_records_have_no_hidden_bytes_and_aligned_fields(record):
    fields = [record.fields[name] for name in record.names]
    assert sum(kind.itemsize for kind, *_ in fields) == record.itemsize
    assert all(offset % kind.itemsize == 0 for kind, offset, *_ in fields)


def test_log_rows_are_compared_whole():
    # Padding is named, so that equal rows have equal bytes; nothing in a row can be a NaN but `value`.
    assert {name for name in st.LOG.names if name.startswith("pad")} == {"pad", "pad2"}
    assert [name for name in st.LOG.names if st.LOG[name].kind == "f"] == ["value"]


def test_tallies_start_at_zero_in_their_shapes():
    tallies = st.empty_tallies(n_periods=4, n_touchpoints=3, n_firms=2, n_segments=5, classes=6)
    assert tallies.touch.shape == (4, 3, 6)
    assert tallies.waits.shape == (3, 6, st.N_WAIT_BINS)
    assert tallies.areas.shape == (4, 3)
    assert tallies.firm.shape == (4, 2, 5)
    assert tallies.left.shape == (4, 2, 5, ev.N_REASONS)
    assert tallies.base.shape == (4, 2, 5, st.BASE_COLUMNS)
    assert all(not array.tobytes().strip(b"\0") for array in tallies)


def test_tallies_are_fields_of_the_state_in_the_same_order():
    assert st.State._fields[-len(st.Tallies._fields) :] == st.Tallies._fields


def test_columns_of_the_base_are_numbered_once():
    columns = [value for name, value in vars(st).items() if name.startswith("BASE_") and name != "BASE_COLUMNS"]
    assert sorted(columns) == list(range(st.BASE_COLUMNS))


def test_anonymous_sources_follow_the_segments():
    contacts = np.zeros(3, pl.CONTACT)
    contacts["anonymous"] = [0, 1, 1]
    assert st.n_classes(2, contacts) == 4
    assert st.n_classes(2, contacts[:1]) == 2
