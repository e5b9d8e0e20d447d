"""A disk that is full in mid-study: a clear error, all that was stored is whole, and the same command goes on."""

import errno
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

import pandas as pd
import pyarrow.parquet as pq
import pytest

from cxsim.errors import RunError
from cxsim.experiments.studies.study import study_of
from cxsim.results import study as results
from cxsim.results.study import sweep

SEED = 20260101
TABLES = ("measures.parquet", "summary.csv", "points.csv")
WRITING = (
    (os, "write"), (os, "fsync"), (Path, "replace"), (Path, "write_text"), (Path, "write_bytes"),
    (pd.DataFrame, "to_csv"), (pq.ParquetWriter, "write_table"), (pq, "write_table"),
)  # fmt: skip


class Disk(ExitStack):
    """A disk that is full from a given moment on."""

    def __init__(self, room):
        super().__init__()
        self.room, self.calls = room, []
        for owner, name in WRITING:
            self.enter_context(patch.object(owner, name, self._until_full(name, getattr(owner, name))))

    def _until_full(self, name, whole):
        def call(*given, **named):
            self.calls.append(name)
            if len(self.calls) > self.room:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return whole(*given, **named)

        return call


@pytest.fixture
def study(small):
    return study_of(small, "full", policies=["as-is", "hire"], replications=2, seed=SEED, measures=["retention"])


def files_in(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_whatever_cannot_be_written_the_study_goes_on(study, tmp_path, monkeypatch):
    monkeypatch.setattr(results, "_files", lambda _: {"answer.md": "short"})
    sweep(study, out=tmp_path / "whole", jobs=1)
    whole = files_in(tmp_path / "whole")
    with Disk(10_000) as disk:
        sweep(study, out=tmp_path / "counted", jobs=1)
    assert {"write", "fsync", "replace", "write_text", "write_bytes", "to_csv", "write_table"} == set(disk.calls)
    for room in range(len(disk.calls)):
        folder = tmp_path / f"full-{room}"
        with Disk(room), pytest.raises(RunError, match=r": No space left on device; .*goes on from there$"):
            sweep(study, out=folder, jobs=1)
        there = files_in(folder) if folder.exists() else {}
        assert not [name for name in there if "partial" in name]
        assert "manifest.json" not in there or set(there) >= set(whole)
        if room % 4 == 0:
            sweep(study, out=folder, jobs=1)
            assert {name: files_in(folder)[name] for name in TABLES} == {name: whole[name] for name in TABLES}


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="no limits of processes")
def test_a_file_that_may_not_grow(tmp_path, corner_text):
    text = corner_text.replace("lasts: 2 years", "lasts: 2 months").replace("warm_up: 6 months", "warm_up: 0 months")
    (tmp_path / "corner.yaml").write_text(text.replace("from: month 12", "from: month 1"))
    (tmp_path / "full.yaml").write_text(
        "{format: 1, study: Full?, scenario: corner.yaml, policies: all, replications: 30, measures: [retention]}"
    )

    def swept(limit, out):
        script = (
            "import resource, sys; from cxsim.cli import main\n"
            f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
            f"main(['sweep', 'full.yaml', '--out', '{out}', '--jobs', '2', '--quiet'])"
        )
        return subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert swept(-1, "whole").returncode == 0
    size = (tmp_path / "whole" / "store" / "journal.jsonl").stat().st_size
    for limit in (size // 3, size // 2, size * 3 // 4):
        done = swept(limit, "full")
        assert done.returncode == 1
        (line,) = [line for line in done.stderr.splitlines() if "File too large" in line]
        assert line.endswith("the same command goes on from there")
        assert "Traceback" not in done.stderr
        stored = (tmp_path / "full" / "store" / "journal.jsonl").read_bytes()
        assert stored.endswith(b"\n")
        assert limit - 20_000 < len(stored) <= limit
    assert swept(-1, "full").returncode == 0
    for name in TABLES:
        assert (tmp_path / "full" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
