"""What is in a store stays there, is found again, and is never taken for anything else."""

import errno
import hashlib
import json
import os
import subprocess
import sys
import tracemalloc
from contextlib import closing
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from cxsim.errors import CxsimError, RunError, ScenarioError
from cxsim.experiments.store import shards, store
from cxsim.experiments.store.journal import Record
from cxsim.experiments.store.store import Store

COLUMNS = [{"measure": "retention", "firm": "Corner", "unit": "share"}]


def record(number, status="done"):
    identity = hashlib.sha256(str(number).encode()).hexdigest()[:32]
    values = number.to_bytes(8, "little") if status == "done" else b""
    return Record(identity, status, "" if status == "done" else f"fault {number}", values, number, 0.5)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "store"


@pytest.fixture(autouse=True)
def _small_shards(monkeypatch):
    monkeypatch.setattr(store, "MANY", 20)


def opened(folder, **settings):
    return Store(folder, COLUMNS, **settings)


def filled(folder, numbers, **settings):
    found = opened(folder, **settings)
    for number in numbers:
        found.add(record(number))
    found.close()
    return found


def test_what_was_added_is_found_again(folder):
    for there in (filled(folder, range(47)), opened(folder)):
        assert len(there) == 47
        assert [there.get(record(number).identity) for number in range(47)] == [record(number) for number in range(47)]
        assert record(5).identity in there
        assert record(47).identity not in there
        assert there.get(record(47).identity) is None
        assert sorted(there.identities()) == sorted(record(number).identity for number in range(47))
    assert len(list(folder.glob("shard-*.parquet"))) == 2
    assert (folder / "journal.jsonl").read_text().count("\n") == 7


def test_many_are_found_in_the_order_asked_for_and_each_shard_is_read_once(folder, monkeypatch):
    filled(folder, range(100))
    there, read = opened(folder), []
    whole = store.records_in
    monkeypatch.setattr(store, "records_in", lambda path: read.append(path) or whole(path))
    monkeypatch.setattr(store, "OPEN_SHARDS", 1)
    wanted = [number * 37 % 110 for number in range(110)]
    found = there.many([record(number).identity for number in wanted])
    assert found == [record(number) if number < 100 else None for number in wanted]
    assert len(read) == len(set(read)) == 5


def test_reading_changes_nothing_and_keeps_nobody_out(folder):
    writing = opened(folder)
    for number in range(25):
        writing.add(record(number))
    (folder / ".partial-000009").write_text("half")
    journal = folder / "journal.jsonl"
    with journal.open("ab") as file:
        file.write(b"half a line")
    before = {path: path.read_bytes() for path in folder.iterdir()}
    assert len(opened(folder)) == 25
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_two_commands_never_write_to_one_store(folder):
    writing = opened(folder)
    writing.add(record(1))
    script = (
        "import sys; from pathlib import Path; from cxsim.experiments.store.store import Store\n"
        "from cxsim.experiments.store.journal import Record\n"
        f"Store(Path(sys.argv[1]), {COLUMNS!r}).add(Record('00' * 16, 'done', '', b'', 0, 0.0))"
    )
    found = subprocess.run([sys.executable, "-c", script, str(folder)], capture_output=True, text=True, check=False)
    assert "another command is writing to; one command at a time" in found.stderr
    writing.close()
    subprocess.run([sys.executable, "-c", script, str(folder)], check=True)
    assert len(opened(folder)) == 2


def test_who_opened_early_and_writes_late_loses_nothing(folder):
    filled(folder, range(3))
    early = opened(folder)
    filled(folder, range(3, 50))
    early.add(record(50))
    early.close()
    assert len(early) == len(opened(folder)) == 51


def test_a_store_that_was_closed_may_grow_again(folder):
    there = filled(folder, range(3))
    there.add(record(3))
    there.close()
    assert len(opened(folder)) == 4


def test_failed_runs_are_there_until_they_are_tried_again(folder):
    first = opened(folder)
    for number in range(25):
        first.add(record(number, "failed" if number % 2 else "done"))
    first.close()
    there = opened(folder)
    assert len(there) == 25
    assert [there.failed(record(number).identity) for number in (0, 1, 21, 22, 99)] == [False, True, True, False, False]
    assert there.get(record(1).identity).why == "fault 1"
    again = opened(folder, retry=True)
    assert len(again) == 13
    assert record(1).identity not in again
    again.add(record(1))
    again.add(record(23))
    again.close()
    for there in (opened(folder), opened(folder, retry=True)):
        assert there.get(record(1).identity) == record(1)
        assert not there.failed(record(23).identity)


def test_of_a_run_that_stands_twice_the_later_counts(folder):
    for count in range(3):
        there = opened(folder)
        for number in range(20):
            there.add(record(number)._replace(events=1000 * count + number))
        there.close()
    assert len(list(folder.glob("shard-*"))) == 3
    there = opened(folder)
    assert len(there) == 20
    assert there.get(record(7).identity).events == 2007


def test_killed_between_shard_and_journal_nothing_is_lost_or_double(folder, monkeypatch):
    there = opened(folder)
    for number in range(19):
        there.add(record(number))
    monkeypatch.setattr(there._journal, "empty", lambda: None)
    there.add(record(19))
    there.close()
    assert (folder / "journal.jsonl").read_text().count("\n") == 20
    assert len(list(folder.glob("shard-*"))) == 1
    assert len(opened(folder)) == 20
    filled(folder, [20])
    assert len(opened(folder)) == 21


def test_killed_at_the_very_beginning(folder):
    folder.mkdir()
    (folder / ".store.json").write_text("{")
    (folder / ".lock").touch()
    filled(folder, range(3))
    assert len(opened(folder)) == 3


def broken(path, how):
    content = path.read_bytes()
    if how == "a flipped byte":
        path.write_bytes(content[:50] + bytes([content[50] ^ 1]) + content[51:])
    elif how == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif how == "empty":
        path.write_bytes(b"")
    else:
        path.write_bytes(b"PAR1" * 100)


@pytest.mark.parametrize("how", ["a flipped byte", "cut", "empty", "something else"])
def test_a_corrupt_shard_is_one_clear_block_and_the_others_are_kept(folder, how):
    filled(folder, range(60))
    victim = sorted(folder.glob("shard-*"))[1]
    broken(victim, how)
    with pytest.raises(ScenarioError) as caught:
        opened(folder)
    (fault,) = caught.value.faults
    assert fault.file == str(victim)
    assert str(caught.value).count("\n") == 0
    assert "delete this file: its runs are made again by the same command, all others are kept" in str(fault)
    victim.unlink()
    there = opened(folder)
    assert len(there) == 40
    filled(folder, range(60))
    assert len(opened(folder)) == 60


def test_a_shard_that_goes_bad_while_it_is_in_use(folder):
    filled(folder, range(20))
    there = opened(folder)
    broken(next(folder.glob("shard-*")), "cut")
    with pytest.raises(ScenarioError, match="a shard that cannot be read"):
        there.get(record(3).identity)


def test_a_file_that_is_called_like_a_shard_is_refused(folder):
    filled(folder, range(3))
    (folder / "shard-old.parquet").touch()
    with pytest.raises(ScenarioError, match="a file that is called like a shard"):
        opened(folder)


@pytest.mark.parametrize(
    ("content", "given"),
    [
        ({"version": 99, "columns": COLUMNS}, "a store of version 99; version 1; "),
        ({"version": 1, "columns": [*COLUMNS, *COLUMNS]}, "runs with other columns"),
        ({"version": 1}, "a file that cannot be read"),
        ([], "a file that cannot be read"),
    ],
)
def test_a_store_of_another_kind_is_refused_and_left_as_it_is(folder, content, given):
    filled(folder, range(25))
    (folder / "store.json").write_text(json.dumps(content))
    before = {path: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(ScenarioError, match=given):
        opened(folder)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_a_folder_that_is_no_store_is_refused(folder):
    folder.mkdir()
    (folder / "thesis.txt").write_text("mine")
    with pytest.raises(ScenarioError, match="a folder without this file; the store of a study; name another folder"):
        opened(folder)


def test_a_file_in_the_place_of_the_folder_is_refused(folder):
    folder.write_text("mine")
    with pytest.raises(CxsimError, match="store"):
        opened(folder).add(record(0))
    assert folder.read_text() == "mine"


def test_a_folder_that_cannot_be_written_is_refused(tmp_path, monkeypatch):
    def refused(*_, **__):
        raise OSError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "mkdir", refused)  # whoever runs the tests may be root, whom no mode keeps out
    with pytest.raises(ScenarioError, match="Permission denied; a folder that can be written; name another place"):
        opened(tmp_path / "deep" / "store").add(record(0))


class Disk:
    """A disk that is full from a given call on."""

    def __init__(self, monkeypatch, calls):
        self.left, self.named = calls, []
        for module, name in ((os, "write"), (os, "fsync"), (Path, "replace"), (Path, "open")):
            monkeypatch.setattr(module, name, self._full(name, getattr(module, name)))
        monkeypatch.setattr(pq, "write_table", self._full("write_table", pq.write_table))

    def _full(self, name, whole):
        disk = self

        def call(*given, **named):
            if name == "open" and "w" not in (*given[1:], *named.values(), ""):
                return whole(*given, **named)
            disk.left -= 1
            disk.named.append(name)
            if disk.left < 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return whole(*given, **named)

        return call


def fill(folder, numbers, stored):
    with closing(opened(folder)) as there:
        for number in numbers:
            there.add(record(number))
            stored.append(number)


def test_a_disk_that_is_full_at_any_moment_loses_nothing(tmp_path, monkeypatch):
    with monkeypatch.context() as patched:
        disk = Disk(patched, 10_000)
        filled(tmp_path / "counted", range(25))
    assert set(disk.named) == {"write", "fsync", "replace", "open", "write_table"}
    for moment in range(len(disk.named)):
        folder = tmp_path / f"store-{moment}"
        with monkeypatch.context() as patched:
            Disk(patched, moment)
            stored = []
            with pytest.raises(RunError, match=r"No space left on device; .*the same command goes on from there$"):
                fill(folder, range(25), stored)
        again = opened(folder)
        assert len(stored) <= len(again) <= len(stored) + 1
        assert all(again.get(record(number).identity) == record(number) for number in stored)
        filled(folder, range(25))
        assert len(opened(folder)) == 25


def test_memory_does_not_grow_with_values(folder, monkeypatch):
    monkeypatch.setattr(store, "MANY", 300)
    there = opened(folder)
    large = bytes(1000)

    def grown(begin, end):
        for number in range(begin, end):
            there.add(record(number)._replace(values=large))
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        first = grown(0, 3_000)
        last = grown(3_000, 10_000)
        assert (last - first) / 7_000 < 60  # bytes a run: identity, place, and what a growing array leaves behind
        tracemalloc.reset_peak()
        reopened = opened(folder)
        assert len(reopened) == 10_000
        assert reopened.get(record(0).identity).values == large
        peak = tracemalloc.get_traced_memory()[1] - last
        assert peak < 10_000 * 400
    finally:
        tracemalloc.stop()
    there.close()


def test_a_shard_is_named_by_its_content(folder):
    filled(folder, range(20))
    (path,) = folder.glob("shard-*")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert path.name == f"shard-000001-{digest[: shards.HASH]}.parquet"


def test_a_journal_that_becomes_a_shard_while_it_is_opened_is_not_missed(folder, monkeypatch):
    writing = opened(folder)
    for number in range(15):
        writing.add(record(number))
    whole, times = store.Journal.read, []

    def late(journal):
        if journal is not writing._journal:
            times.append(1)
            if len(times) == 1:
                writing.compact()  # after the shards were listed, before the journal is read
                writing.add(record(15))
        return whole(journal)

    monkeypatch.setattr(store.Journal, "read", late)
    there = opened(folder)
    assert len(there) == 16
    assert len(times) == 2
    writing.close()


def test_a_journal_that_changes_while_it_is_read_is_read_again(folder, monkeypatch):
    writing = opened(folder)
    for number in range(15):
        writing.add(record(number))
    whole, times = store.Journal.read, []

    def torn(journal):
        times.append(1)
        found = whole(journal)
        if len(times) == 1:
            yield next(found)
            writing.compact()
            raise ScenarioError([])  # lines of before and after make no sense together
        yield from found

    monkeypatch.setattr(store.Journal, "read", torn)
    assert len(opened(folder)) == 15
    writing.close()
