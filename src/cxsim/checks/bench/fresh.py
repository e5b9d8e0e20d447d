"""Processes of their own: what is timed beside another thing must not share its memory, caches or imports."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from cxsim.errors import RunError

PEERS: Final = Path(__file__).parent / "peers"
LONGEST_S: Final = 900.0
LINES_SHOWN: Final = 3

Found = dict[str, Any]


def python(module: str, *words: str, env: Mapping[str, str] | None = None) -> Found:
    """Run a module of this package in a new interpreter, and return the JSON that it wrote last."""
    return program([sys.executable, "-m", f"cxsim.checks.bench.{module}", *words], env=env)


def program(command: Sequence[str | Path], *, env: Mapping[str, str] | None = None) -> Found:
    """Run a program and return the JSON on the last line that it wrote.

    Raises
    ------
    RunError
        When it fails, or takes too long; the message holds its last words.
    """
    done = _run(command, env)
    content: Found = json.loads(done.stdout.strip().splitlines()[-1])
    return content


def seconds(command: Sequence[str | Path], folder: Path, env: Mapping[str, str] | None = None) -> tuple[float, str]:
    """Run a program in a folder; return seconds from its start to its end, and what it wrote on standard error."""
    began = time.perf_counter()
    done = _run(command, env, folder)
    return time.perf_counter() - began, done.stderr


def at_once(command: Sequence[str | Path], count: int) -> float:
    """Run a program `count` times side by side; return seconds until the last has ended."""
    began = time.perf_counter()
    running = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(count)]
    codes = [one.wait(LONGEST_S) for one in running]
    if any(codes):
        raise RunError(f"{Path(command[0]).name}: failed; it ran before; run `cxsim bench` again")
    return time.perf_counter() - began


def has(package: str) -> bool:
    """Whether a package can be imported."""
    return importlib.util.find_spec(package) is not None


def c_compiler() -> str | None:
    """Return the machine's C compiler, ``$CC`` or ``cc``; None where there is none."""
    return shutil.which(os.environ.get("CC", "cc"))


def built(name: str, folder: Path, *options: str) -> Path | None:
    """Compile one of our C programs with ``-O2``.

    Parameters
    ----------
    name : str
        Of the source, such as ``limit``.
    folder : Path
        Where the program goes.
    options : str
        For the compiler, such as ``-DKEYED=0``.

    Returns
    -------
    Path or None
        None where there is no compiler, or it cannot compile this.
    """
    compiler = c_compiler()
    if compiler is None:
        return None
    target = folder / "".join([name, *(option.strip("-").replace("=", "") for option in options)])
    command = [compiler, "-O2", *options, str(PEERS / f"{name}.c"), "-o", str(target), "-lm"]
    done = subprocess.run(command, capture_output=True, check=False)
    return target if done.returncode == 0 else None


def _environment() -> dict[str, str]:
    """Return this process's environment, in which a new interpreter finds this very package."""
    here = str(Path(__file__).resolve().parents[3])
    before = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": os.pathsep.join([here, before] if before else [here])}


def _run(
    command: Sequence[str | Path], env: Mapping[str, str] | None, folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    name = " ".join(Path(str(word)).name for word in command[:3])
    # Text is read as UTF-8 whatever the locale says: all that is written here is our own.
    try:
        done = subprocess.run(
            command,
            env={**_environment(), **(env or {})},
            cwd=folder,
            capture_output=True,
            encoding="utf-8",
            timeout=LONGEST_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise RunError(f"{name}: no end after {LONGEST_S:.0f} s; this is a fault of the program; report it") from None
    if done.returncode != 0:
        words = " ".join(" ".join(done.stderr.strip().splitlines()[-LINES_SHOWN:]).split())
        raise RunError(f"{name}: exit code {done.returncode}; {words or 'it said nothing'}")
    return done
