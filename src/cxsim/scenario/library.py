"""The bundled scenarios and studies: found in an installed wheel first, then in the repository."""

from __future__ import annotations

import importlib.resources
from pathlib import Path
from typing import Final

from cxsim.errors import Fault, ScenarioError, UnreadableError, quoted
from cxsim.scenario.reader import LARGEST_FILE, read_file, read_text
from cxsim.units import nearest

ENDING: Final = ".yaml"
STUDIES: Final = "studies/"
STARTER: Final = "starter"


def folders() -> list[Path]:
    """Return the folders that hold bundled scenarios, the wheel's first."""
    package = importlib.resources.files("cxsim")
    candidates = [package / "bundled" / "scenarios", Path(str(package)).parents[1] / "scenarios"]
    return [Path(str(folder)) for folder in candidates if folder.is_dir()]


def names() -> list[str]:
    """Return the names of all bundled scenarios, such as ``bank-phone`` and ``verification/erlang-c``."""
    return [name for name in _files() if not name.startswith((STUDIES, "baselines/"))]


def studies() -> list[str]:
    """Return the names of all bundled studies, such as ``staffing``."""
    return [name.removeprefix(STUDIES) for name in _files() if name.startswith(STUDIES)]


def find(name: str) -> Path | None:
    """Return the file of a bundled scenario, or of a study where no scenario has this name, or None."""
    files, stem = _files(), name.removesuffix(ENDING)
    return files.get(stem) or files.get(f"{STUDIES}{stem}")


def _files() -> dict[str, Path]:
    files: dict[str, Path] = {}
    for folder in folders():
        for path in sorted(folder.rglob(f"*{ENDING}")):
            files.setdefault(path.relative_to(folder).with_suffix("").as_posix(), path)
    return files


def locate(path_or_name: str | Path) -> Path:
    """Return the file of a scenario or a study, given by path or by the name of a bundled one.

    Raises
    ------
    UnreadableError
        If there is no such file.
    """
    text = str(path_or_name)
    path = Path(text)
    try:
        kind = "file" if path.is_file() else "folder" if path.exists() else "none"
    except (OSError, ValueError):
        fault = Fault(quoted(text), None, "", "no name of a file", "a path, or a bundled scenario", "check the name")
        raise UnreadableError([fault]) from None
    if kind == "file":
        return path
    if kind == "folder":
        raise UnreadableError([Fault(text, None, "", "a folder", "a file", "name the file in it")])
    bundled = find(text)
    if bundled is not None:
        return bundled
    hint = nearest(text, [*names(), *studies()]) or "`cxsim scenarios` lists the bundled ones"
    given = "no such file, and no bundled scenario or study of this name"
    raise UnreadableError([Fault(text, None, "", given, "a path, or a bundled scenario", hint)])


def is_study(path_or_name: str | Path) -> bool:
    """Whether a file is a study and no scenario.

    Raises
    ------
    ScenarioError
        If it is no YAML; `UnreadableError` if it cannot be read at all.
    """
    return "study" in read_file(locate(path_or_name))[1]


def question(name: str | Path) -> str:
    """Return what a bundled scenario or study asks; empty where it does not say."""
    tree = read_file(locate(name))[1]
    return " ".join(str(tree.get("study") or tree.get("question") or "").split())


def show(name: str) -> str:
    """Return the text of a bundled scenario or study."""
    return read_text(locate(name), LARGEST_FILE)


def new(name: str, folder: Path, source: str | Path = STARTER) -> Path:
    """Start a file of one's own from another, with its comments, and put the schema beside it that editors read.

    Parameters
    ----------
    name
        Name of the new scenario, without an ending.
    folder
        Where to write it.
    source
        Path or bundled name of the scenario or study to begin with; by default a short one, made to be changed.

    Returns
    -------
    Path
        The new file.

    Raises
    ------
    ScenarioError
        If the name is not allowed, the file exists, or it cannot be written.
    """
    from cxsim.scenario.editor import FOLDER, SCENARIO, STUDY, with_modelines, write_schemas

    stem = name.removesuffix(ENDING)
    if not stem or not all(c.isalnum() or c in "-_" for c in stem) or len(stem) > 80:  # noqa: PLR2004
        allowed = "a name of letters, digits, - and _"
        raise ScenarioError([Fault("new", None, "", quoted(name), allowed, "choose another name")])
    begun = Path(str(starter())) if source == STARTER else locate(source)
    schema = STUDY if is_study(begun) else SCENARIO
    path = folder / f"{stem}{ENDING}"
    text = with_modelines(_told(read_text(begun, LARGEST_FILE), path.name, source), f"{FOLDER}/{schema}")
    existing = ScenarioError([Fault(str(path), None, "", "a file that exists", "a new name", "choose another name")])
    if path.exists():
        raise existing
    write_schemas(folder)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except FileExistsError:
        raise existing from None
    except OSError as error:
        given = error.strerror or "an error"
        fault = Fault(str(path), None, "", given, "a folder to write in", "choose another folder")
        raise ScenarioError([fault]) from None
    return path


def starter() -> Path:
    """Return the file that `new` begins with: short, valid, with comments on what to change first."""
    return Path(str(importlib.resources.files("cxsim") / "scenario" / "starter.yaml"))


def _told(text: str, name: str, source: str | Path) -> str:
    """Put what one does next above the text of a file."""
    then = "sweep" if text.startswith("study:") or "\nstudy:" in text else "compare"
    begun = "" if source == STARTER else f", begun from {Path(source).stem}"
    return (
        f"# {name}{begun}. In an editor every key explains itself, and Ctrl+Space shows what may stand.\n"
        f"# Then: cxsim validate {name}, which lists every mistake, and cxsim {then} {name}, which answers.\n"
        f"{text}"
    )
