"""The store of a study: a run that is there is never made again.

Runs are known by what they are (their identity), not by their place in a design: a study that gets more points,
policies or replications finds all that it has in common with what was made before.
"""

from __future__ import annotations

import json
import os
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cxsim.errors import Fault, ScenarioError
from cxsim.experiments.held import held
from cxsim.experiments.store.journal import DONE, Journal, Record, unwritable
from cxsim.experiments.store.shards import (
    identities_in,
    number_of,
    records_in,
    settle_folder,
    shards_in,
    tidy,
    write_shard,
)

FOLDER: Final = "store"
ABOUT: Final = "store.json"
JOURNAL: Final = "journal.jsonl"
# Raised when a store of another version can no longer be read.
VERSION: Final = 1
# Records, and bytes, from which on the journal becomes a shard.
MANY: Final = 2_000
LARGE: Final = 16_000_000
# Records between two waits for the disk, and shards that are in memory at a time.
SETTLE_EACH: Final = 200
OPEN_SHARDS: Final = 8
# A place in one number: shard, row, and whether the run failed.
SHARD_SHIFT: Final = 32
ROWS: Final = (1 << 31) - 1
FAILED_BIT: Final = 1

Keys = NDArray[np.void]


class Store:
    """Runs on the disk.

    Memory grows by 24 bytes a run: 16 of its identity, 8 of its place. Reading changes nothing on the disk; whoever
    writes first keeps other commands from writing until `close`.

    Parameters
    ----------
    folder : Path
        Made when the first run comes.
    columns : list of dict
        What the values of a run are; see `Columns.described`.
    retry : bool
        Whether runs that failed count as missing.

    Raises
    ------
    ScenarioError
        When what lies there is damaged, is of another version, or holds other columns.
    RunError
        When it cannot be written.
    """

    def __init__(self, folder: Path, columns: list[dict[str, Any]], *, retry: bool = False) -> None:
        self.folder, self._columns, self._retry = folder, columns, retry
        self._unsettled = 0
        self._writing = ExitStack()
        self._begun = False
        self._open()

    def _open(self) -> None:
        """Read what is there; again where the journal of another command became a shard in the meantime."""
        while True:
            try:
                self._read()
            except ScenarioError:
                if self._is_as_read():
                    raise
            else:
                if self._is_as_read():
                    return

    def _is_as_read(self) -> bool:
        return shards_in(self.folder) == self._shards

    def _read(self) -> None:
        self._shards: list[Path] = []
        self._keys: Keys = np.zeros(0, "V16")
        self._places = np.zeros(0, np.int64)
        self._cache: OrderedDict[int, list[Record]] = OrderedDict()
        self._pending: dict[str, Record] = {}
        self._journal = Journal(self.folder / JOURNAL)
        if not self.folder.exists():
            return
        self._shards = shards_in(self.folder)
        _check(self.folder / ABOUT, self._columns)
        keys, places = [], []
        for number, path in enumerate(self._shards):
            identities, failed = identities_in(path)
            keys.append(_keys(identities))
            places.append(_places(number, np.array(failed, bool)))
        self._index(keys, places)
        if self._retry:
            there = (self._places & FAILED_BIT) == 0
            self._keys, self._places = self._keys[there], self._places[there]
        for record in self._journal.read():
            if not (self._retry and record.status != DONE):
                self._pending[record.identity] = record

    def _index(self, keys: list[Keys], places: list[NDArray[np.int64]]) -> None:
        """Keep identities sorted; of a run that stands in two shards the later one counts."""
        all_keys, all_places = np.concatenate([self._keys, *keys]), np.concatenate([self._places, *places])
        order = np.argsort(_sortable(all_keys), kind="stable")
        sorted_keys = all_keys[order]
        last = np.ones(order.size, bool)
        last[:-1] = sorted_keys[1:] != sorted_keys[:-1]
        self._keys, self._places = sorted_keys[last], all_places[order][last]

    def __len__(self) -> int:
        """Return the number of runs."""
        return self._keys.size + sum(self._place(identity) is None for identity in self._pending)

    def __contains__(self, identity: str) -> bool:
        """Tell whether a run is there."""
        return identity in self._pending or self._place(identity) is not None

    def failed(self, identity: str) -> bool:
        """Tell whether a run is there that failed."""
        record = self._pending.get(identity)
        if record is not None:
            return record.status != DONE
        place = self._place(identity)
        return place is not None and bool(place & FAILED_BIT)

    def get(self, identity: str) -> Record | None:
        """Return a run, or None.

        Raises
        ------
        ScenarioError
            When its shard can no longer be read.
        """
        return self.many([identity])[0]

    def many(self, identities: Sequence[str]) -> list[Record | None]:
        """Return runs in the order asked for, None where one is not there; each shard is read once.

        Raises
        ------
        ScenarioError
            When a shard can no longer be read.
        """
        found: list[Record | None] = [self._pending.get(identity) for identity in identities]
        places = [
            (place, at)
            for at, identity in enumerate(identities)
            if found[at] is None and (place := self._place(identity)) is not None
        ]
        for place, at in sorted(places):
            found[at] = self._shard(place >> SHARD_SHIFT)[place >> 1 & ROWS]
        return found

    def add(self, record: Record) -> None:
        """Write a run.

        Raises
        ------
        RunError
            When it cannot be written; all that was stored before is whole.
        """
        if not self._begun:
            self._begin()
        self._journal.add(record)
        self._pending[record.identity] = record
        self._unsettled += 1
        if self._unsettled >= SETTLE_EACH:
            self.settle()
        if len(self._pending) >= MANY or self._journal.size >= LARGE:
            self.compact()

    def settle(self) -> None:
        """Wait until all runs are on the disk."""
        self._journal.settle()
        self._unsettled = 0

    def compact(self) -> None:
        """Turn the journal into a shard."""
        if not self._pending:
            return
        if not self._begun:
            self._begin()
        records = sorted(self._pending.values())
        path = write_shard(self.folder, self._next(), records)
        number = len(self._shards)
        self._shards.append(path)
        failed = np.array([record.status != DONE for record in records], bool)
        self._index([_keys([record.identity for record in records])], [_places(number, failed)])
        # From here on the shard counts; a journal that stays because the process dies now says the same again.
        self._pending = {}
        self._journal.empty()

    def close(self) -> None:
        """Put everything on the disk, and let others write."""
        try:
            self.settle()
        finally:
            self._journal.close()
            self._begun = False
            self._writing.close()

    def _begin(self) -> None:
        """Keep others out, and put away what a process that was killed has left."""
        self._writing.enter_context(held(self.folder))
        if shards_in(self.folder) != self._shards or self._journal.has_changed():
            self._open()  # somebody else wrote after this was opened
        try:
            if not (self.folder / ABOUT).exists():
                write_whole(self.folder / ABOUT, json.dumps(self._about(), indent=1, ensure_ascii=False))
        except OSError as error:
            raise unwritable(self.folder, error) from error
        tidy(self.folder)
        self._begun = True

    def _about(self) -> dict[str, Any]:
        return {"version": VERSION, "columns": self._columns}

    def _next(self) -> int:
        return 1 + max(map(number_of, self._shards), default=0)

    def _place(self, identity: str) -> int | None:
        if not self._keys.size:
            return None
        key = _keys([identity])
        at = int(np.searchsorted(_sortable(self._keys), _sortable(key))[0])
        return int(self._places[at]) if at < self._keys.size and self._keys[at] == key[0] else None

    def _shard(self, number: int) -> list[Record]:
        if number not in self._cache:
            self._cache[number] = records_in(self._shards[number])
            while len(self._cache) > OPEN_SHARDS:
                self._cache.popitem(last=False)
        self._cache.move_to_end(number)
        return self._cache[number]

    def identities(self) -> Iterator[str]:
        """Yield the identities of all runs."""
        for key in self._keys:
            yield bytes(key).hex()
        for identity in self._pending:
            if self._place(identity) is None:
                yield identity


def write_whole(path: Path, text: str) -> None:
    """Write a file that is there whole, on the disk, or not at all."""
    partial = path.with_name(f".{path.name}")
    with partial.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    settle_folder(path.parent)


def _places(number: int, failed: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return where records of a shard lie: its number, the row, and whether the run failed."""
    rows = np.arange(failed.size, dtype=np.int64)
    return np.asarray(number << SHARD_SHIFT | rows << 1 | failed, np.int64)


def _keys(identities: list[str]) -> Keys:
    return np.frombuffer(bytes.fromhex("".join(identities)), "V16") if identities else np.zeros(0, "V16")


def _sortable(keys: Keys) -> NDArray[np.bytes_]:
    # Bytes of numpy are compared without the zeros at their end; identities of one length never differ in those only.
    return keys.view("S16")


def _check(path: Path, columns: list[dict[str, Any]]) -> None:
    """Refuse a store that is none, is of another version, or holds other columns."""

    def refusal(given: str, allowed: str) -> ScenarioError:
        remedy = "name another folder with --out, or delete this one"
        return ScenarioError([Fault(str(path), None, "", given, allowed, remedy)])

    try:
        about = json.loads(path.read_text(encoding="utf-8"))
        version, held = about["version"], about["columns"]
    except FileNotFoundError:
        # A process that was killed at its very beginning leaves hidden files only.
        if any(not other.name.startswith(".") for other in path.parent.iterdir()):
            raise refusal("a folder without this file", "the store of a study") from None
        return
    except (OSError, ValueError, KeyError, TypeError):
        raise refusal("a file that cannot be read", "the store of a study") from None
    if version != VERSION:
        raise refusal(f"a store of version {version}", f"version {VERSION}")
    if held != json.loads(json.dumps(columns)):
        raise refusal("runs with other columns", "the firms, segments and measures of this study")
