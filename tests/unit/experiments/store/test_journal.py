"""A journal loses at most the line that was being written, and says so when anything else is damaged."""

import errno
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxsim.errors import RunError, ScenarioError
from cxsim.experiments.store.journal import Journal, Record, decoded, encoded

RECORDS = [
    Record("00" * 16, "done", "", b"\x00\x01\xff" * 8, 17, 0.25),
    Record("a1" * 16, "failed", "Ursache: „leer“\nand more", b"", 0, 0.0),
    Record("ff" * 16, "done", "", bytes(range(64)), 3, 1e-9),
]


def filled(path, records=RECORDS):
    journal = Journal(path)
    for record in records:
        journal.add(record)
    journal.close()
    return path.read_bytes()


records = st.builds(
    Record,
    st.binary(min_size=16, max_size=16).map(bytes.hex),
    st.sampled_from(["done", "failed"]),
    st.text(max_size=40),
    st.binary(max_size=200),
    st.integers(0, 2**62),
    st.floats(0, 1e9),
)


@settings(max_examples=50)
@given(records)
def test_a_line_holds_a_record_whole(record):
    line = encoded(record)
    assert line.count(b"\n") == 1
    assert decoded(line) == record


def test_records_come_back_in_their_order(tmp_path):
    whole = filled(tmp_path / "journal")
    journal = Journal(tmp_path / "journal")
    assert list(journal.read()) == RECORDS
    assert journal.size == len(whole)
    assert list(Journal(tmp_path / "nothing").read()) == []


def test_cut_at_every_byte_all_whole_lines_are_kept_and_the_next_one_is_whole(tmp_path):
    path = tmp_path / "journal"
    whole = filled(path)
    ends = [0, *(place + 1 for place, byte in enumerate(whole) if byte == 10)]
    for cut in range(len(whole) + 1):
        path.write_bytes(whole[:cut])
        journal = Journal(path)
        kept = sum(end <= cut for end in ends) - 1
        assert list(journal.read()) == RECORDS[:kept]
        assert path.read_bytes() == whole[:cut]  # reading changes nothing
        journal.add(RECORDS[2])
        journal.close()
        assert list(Journal(path).read()) == [*RECORDS[:kept], RECORDS[2]]


def test_every_flipped_byte_of_a_whole_line_is_seen(tmp_path):
    path = tmp_path / "journal"
    whole = filled(path)
    for place in range(len(whole) - 1):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        number = 1 + whole[:place].count(b"\n")
        with pytest.raises(
            ScenarioError, match=rf"journal:{number}: a line that is damaged; .*; delete line {number} "
        ):
            list(Journal(path).read())


def test_zeros_after_a_power_cut_are_passed_over(tmp_path):
    path = tmp_path / "journal"
    path.write_bytes(filled(path) + b"\0" * 100)
    journal = Journal(path)
    assert list(journal.read()) == RECORDS
    journal.add(RECORDS[0])
    journal.close()
    assert list(Journal(path).read()) == [*RECORDS, RECORDS[0]]


@pytest.mark.parametrize("written", [0, 1, 40])
def test_a_full_disk_leaves_what_was_there(tmp_path, monkeypatch, written):
    path = tmp_path / "journal"
    whole = filled(path, RECORDS[:2])
    journal = Journal(path)
    assert list(journal.read()) == RECORDS[:2]
    write, left = os.write, [written]

    def full(handle, content):
        if left[0] == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        some = content[: left[0]]
        left[0] = 0
        return write(handle, some)

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        with pytest.raises(RunError, match=r"journal: No space left on device; room .* the same command goes on"):
            journal.add(RECORDS[2])
    assert path.read_bytes() == whole
    journal.add(RECORDS[2])  # there is room again
    journal.close()
    assert list(Journal(path).read()) == RECORDS


def test_half_a_line_that_cannot_be_cut_away_is_cut_away_later(tmp_path, monkeypatch):
    path = tmp_path / "journal"
    filled(path, RECORDS[:1])
    journal = Journal(path)
    list(journal.read())
    write, cut, calls = os.write, os.ftruncate, []

    def interrupted(handle, content):
        if calls.count("write"):
            raise KeyboardInterrupt
        calls.append("write")
        return write(handle, content[:20])

    def refused(handle, size):
        if calls.count("write"):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        cut(handle, size)

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", interrupted)
        patched.setattr(os, "ftruncate", refused)
        with pytest.raises(KeyboardInterrupt):
            journal.add(RECORDS[1])
    assert path.read_bytes().count(b"\n") == 1
    assert not path.read_bytes().endswith(b"\n")
    journal.add(RECORDS[2])
    journal.close()
    assert list(Journal(path).read()) == [RECORDS[0], RECORDS[2]]


def test_a_folder_in_the_place_of_the_file_is_refused(tmp_path):
    (tmp_path / "journal").mkdir()
    with pytest.raises(ScenarioError, match="journal: Is a directory; a file that can be read; name another folder"):
        list(Journal(tmp_path / "journal").read())
