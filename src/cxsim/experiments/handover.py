"""What many tasks have in common goes once to each worker process, not along with every task.

A task names its plan, its rows and its costs: some hundred kilobytes, the same for all replications of a policy. They
are written to a file once; a task then holds their places, and a worker reads each of them at first sight. Threads
need none of this: they are handed the very objects.
"""

from __future__ import annotations

import pickle
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

MOST_KEPT: Final = 64
SMALL: Final = (bool, int, float, str, type(None))


class Place(NamedTuple):
    """Where something lies that tasks have in common."""

    path: str


class Sent:
    """A function on tasks, made to take tasks that are sent.

    Parameters
    ----------
    function : callable
        It takes a task; it is sent along, and has to be importable where it runs.
    """

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function = function

    def __call__(self, task: Any) -> Any:
        """Put what a task has in common with others back into it, and call the function."""
        return self.function(received(task))


@contextmanager
def sent(tasks: Sequence[Any]) -> Iterator[list[Any]]:
    """Lend tasks in the form in which they are sent to other processes of this machine.

    Parameters
    ----------
    tasks : sequence
        Named tuples whose shared attributes are taken out; others are lent as they are.
    """
    shared = Counter(id(value) for task in tasks for value in _large(task))
    with tempfile.TemporaryDirectory(prefix="cxsim-") as folder:
        places: dict[int, Place] = {}

        def placed(value: Any) -> Any:
            if isinstance(value, SMALL) or shared[id(value)] < 2:  # noqa: PLR2004 -- nobody to share it with
                return value
            if id(value) not in places:
                path = Path(folder) / f"{len(places)}.pickle"
                path.write_bytes(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))
                places[id(value)] = Place(str(path))
            return places[id(value)]

        yield [task._make(map(placed, task)) if _is_named(task) else task for task in tasks]


def received(task: Any) -> Any:
    """Return a task as it was before it was sent."""
    if not _is_named(task):
        return task
    return task._make(_read(value.path) if isinstance(value, Place) else value for value in task)


def _is_named(task: Any) -> bool:
    return isinstance(task, tuple) and hasattr(task, "_make")


def _large(task: Any) -> Iterator[Any]:
    if _is_named(task):
        yield from (value for value in task if not isinstance(value, SMALL))


@lru_cache(maxsize=MOST_KEPT)
def _read(path: str) -> Any:
    # The folder is new for every batch, so that a path never stands for two things.
    return pickle.loads(Path(path).read_bytes())
