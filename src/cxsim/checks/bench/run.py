"""All measurements one after another, and the document that they make."""

from __future__ import annotations

import os
import platform
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from cxsim import __version__
from cxsim.checks.bench import parts as other
from cxsim.checks.bench.figures import Row
from cxsim.checks.bench.fresh import c_compiler
from cxsim.checks.bench.sizes import FULL, NETWORKS, PARTS, WORKLOADS, Sizes
from cxsim.checks.bench.targets import targets
from cxsim.checks.bench.workloads import Say, market, network, town
from cxsim.errors import InputError
from cxsim.units import nearest

SCHEMA: Final = 1
LIBRARIES: Final = ("numba", "llvmlite", "numpy", "simpy", "ciw", "salabim")
CPU_FIELDS: Final = ("vendor_id", "cpu family", "model")


def bench(names: Sequence[str] = (), sizes: Sizes = FULL, say: Say = lambda _: None) -> dict[str, Any]:
    """Measure on this machine.

    Parameters
    ----------
    names : sequence of str
        Workloads (`WORKLOADS`) and parts (`PARTS`); all by default.
    sizes : Sizes
        `FULL` or `QUICK`.
    say : callable
        Told what comes next.

    Returns
    -------
    dict
        ``platform``, ``results`` (a `Row` each), a value for each part, and ``targets``.

    Raises
    ------
    InputError
        When a name is neither a workload nor a part.
    RunError
        When a measurement fails.
    """
    chosen = checked(names)
    rows: list[Row] = []
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="cxsim-bench-") as name:
        folder = Path(name)
        for work in (one for one in NETWORKS if one in chosen):
            rows += network(work, sizes, folder, say)
        if "cable-town" in chosen:
            rows += town(sizes, say)
        if "million" in chosen:
            rows += market(sizes, say)
        for part in (one for one in PARTS if one in chosen):
            measure: Callable[[Sizes, Path, Say], Any] = getattr(other, part)
            found[part] = measure(sizes, folder, say)
    return {
        "schema": SCHEMA,
        "platform": machine(),
        "full": sizes is FULL,
        "results": [row._asdict() for row in rows],
        **{part: found.get(part) for part in PARTS},
        "targets": [{**one._asdict(), "holds": one.holds} for one in targets(rows, found)],
    }


def checked(names: Sequence[str]) -> tuple[str, ...]:
    """Return what is to be measured.

    Raises
    ------
    InputError
        When a name is neither a workload nor a part.
    """
    allowed = (*WORKLOADS, *PARTS)
    for name in names:
        if name not in allowed:
            remedy = nearest(name, allowed) or "leave it out for all"
            message = f"WORKLOAD: `{name}`; {', '.join(allowed)} are allowed; {remedy}"
            raise InputError(message)
    return tuple(dict.fromkeys(names)) or allowed


def machine() -> dict[str, Any]:
    """Say what it was measured on, without naming the machine: processor family, cores, versions."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "cxsim": __version__,
        "libraries": {name: _version(name) for name in LIBRARIES},
        "c": _c_version(),
    }


def _processor() -> str:
    """Vendor, family and model as the kernel tells them; a marketing name could be a machine's."""
    path = Path("/proc/cpuinfo")
    if not path.exists():
        return platform.processor() or platform.machine()
    said: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").split("\n\n")[0].splitlines():
        key, _, value = line.partition(":")
        said[key.strip()] = value.strip()
    vendor, family, model = (said.get(field, "?") for field in CPU_FIELDS)
    return f"{vendor}, family {family}, model {model}"


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _c_version() -> str | None:
    compiler = c_compiler()
    if compiler is None:
        return None
    done = subprocess.run([compiler, "-dumpfullversion", "-dumpversion"], capture_output=True, text=True, check=False)
    return f"cc -O2, {done.stdout.strip()}" if done.returncode == 0 else "cc -O2"
