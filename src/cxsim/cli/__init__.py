"""The command line: parse, call, print, exit code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

__all__ = ["main"]

OBJECTS_BETWEEN_COLLECTIONS: Final = 200_000


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 the work failed or a check did not hold, 2 bad usage or bad input.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the process by default.
    """
    import gc
    import sys

    # A command makes many objects that live to its end; looking among them for garbage takes a tenth of its time.
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)

    from cxsim.cli.app import app, hoisted

    given = sys.argv[1:] if arguments is None else list(arguments)
    app(args=hoisted(given), prog_name="cxsim")
