"""What a person sees: results on standard output, progress and remarks on standard error."""

from __future__ import annotations

import json as json_format
import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cxsim.errors import RunError

if TYPE_CHECKING:
    from cxsim.experiments.executor import Progress, Report

TENTHS: Final = 10
# Before so much time has gone by, a pace says nothing: the first runs come in a bunch.
SOON_S: Final = 0.5
WHOLE: Final = 10.0  # from here on a pace is a whole number


@dataclass(frozen=True)
class Screen:
    """Where a command writes.

    Attributes
    ----------
    quiet : bool
        No progress and no remarks.
    json : bool
        One JSON document instead of text.
    color : bool
        Whether colors are allowed.
    """

    quiet: bool = False
    json: bool = False
    color: bool = True

    def result(self, text: str) -> None:
        """Write a result."""
        if not self.json:
            _write(sys.stdout, text)

    def document(self, content: Any) -> None:
        """Write the JSON document, if one was asked for; what is no number becomes null."""
        if self.json:
            _write(sys.stdout, json_format.dumps(_plain(content), ensure_ascii=False, allow_nan=False, indent=1))

    def remark(self, text: str) -> None:
        """Write a remark on standard error."""
        if not self.quiet:
            _write(sys.stderr, text)

    def fault(self, text: str) -> None:
        """Write what is wrong on standard error, even when quiet."""
        _write(sys.stderr, text)

    @contextmanager
    def progress(self, doing: str = "simulating") -> Iterator[Report | None]:
        """Show progress while the block runs: a bar on a terminal, else a line for every tenth."""
        if self.quiet:
            yield None
        elif sys.stderr.isatty():
            with self._bar(doing) as report:
                yield report
        else:
            yield _tenths()

    @contextmanager
    def _bar(self, doing: str) -> Iterator[Report]:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as Bar

        console = Console(stderr=True, no_color=not self.color)
        columns = (TextColumn(doing), BarColumn(), TextColumn("{task.fields[text]}"))
        with Bar(*columns, console=console, transient=True) as bar:
            task, pace = bar.add_task("", total=1.0, text=""), Pace()

            def report(progress: Progress) -> None:
                text = described(pace.since(progress))
                bar.update(task, total=progress.total, completed=progress.done, text=text)

            yield report


@contextmanager
def goes_on(store: Path | None) -> Iterator[None]:
    """Say how to go on after an interruption."""
    try:
        yield
    except KeyboardInterrupt:
        if store is None:
            message = "stopped; nothing was written; with --store DIR, runs are kept and the same command goes on"
        else:
            message = f"stopped; the runs that were made are in {store}: the same command goes on from there"
        raise RunError(message) from None


class Pace:
    """How fast it goes, once it goes: compiling and whatever else comes before the first run are left out."""

    def __init__(self) -> None:
        self._first: Progress | None = None

    def since(self, progress: Progress) -> Progress:
        """Return how far it is, as counted from when something first moved."""
        first = self._first
        if first is None or first.what != progress.what or progress.done < first.done:
            first = None if progress.done <= progress.there else progress
            self._first = first
        if first is None:
            return progress
        return progress._replace(elapsed_s=progress.elapsed_s - first.elapsed_s, there=max(first.done, progress.there))


def described(progress: Progress) -> str:
    """Say how far it is, how fast, and how long it will take."""
    parts = [f"{math.floor(progress.done + 1e-9)} of {progress.total} {progress.what}"]
    made, left = progress.done - progress.there, progress.left_s
    if made > 0 and progress.elapsed_s >= SOON_S:
        rate = made / progress.elapsed_s
        parts.append(f"{rate:,.0f} a second".replace(",", " ") if rate >= WHOLE else f"{rate:.2g} a second")
        if left is not None:
            parts.append(f"{left:,.0f} s left".replace(",", " ") if left >= 1.0 or not left else "under 1 s left")
    return ", ".join(parts)


def _tenths() -> Report:
    shown, counted, pace = [0], ["runs"], Pace()

    def report(progress: Progress) -> None:
        since = pace.since(progress)
        if progress.what != counted[0]:
            shown[0], counted[0] = 0, progress.what
            if progress.what != "runs":
                _write(sys.stderr, described(since))
        tenth = int(TENTHS * progress.done / progress.total + 1e-9)
        if tenth > shown[0]:
            shown[0] = tenth
            _write(sys.stderr, f"{TENTHS * tenth} %: {described(since)}")

    return report


def _write(stream: Any, text: str) -> None:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding) + "\n")
    stream.flush()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
