"""The command line: parse, call, print, exit code."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 the work failed or a check did not hold, 2 bad usage or bad input.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the process by default.
    """
    import sys

    from cxsim.cli.app import app, hoisted

    given = sys.argv[1:] if arguments is None else list(arguments)
    app(args=hoisted(given), prog_name="cxsim")
