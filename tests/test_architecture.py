"""The house rules that no linter knows: sizes, names, what may stand at the top, and what no file may say."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))

MAX_LINES = 400
LONGER_FILES: dict[str, str] = {}

BANNED_MODULES = {"common", "helper", "helpers", "misc", "util", "utils"}

TOP_LEVEL = {
    ".ci",
    ".gitattributes",
    ".gitignore",
    "CHANGELOG.md",
    "CITATION.cff",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "docs",
    "notebooks",
    "pyproject.toml",
    "results",
    "scenarios",
    "src",
    "tests",
}

# Assembled from pieces, so that this file does not hold what it forbids.
FORBIDDEN_TEXTS = {
    "an index address": r"(?i)(--(extra-)?index" + r"-url|--find" + r"-links|file:" + r"//|pypi\." + r"org/simple)",
    "a machine path": r"(?<![\w.])/(work|root|home)" + r"/\w",
    "a workplace": r"\.libr" + r"ary|\.\./sha" + r"red|\bfarm" + r"-[a-z]",
}
TEXT_SUFFIXES = {
    "",
    ".cff",
    ".cfg",
    ".css",
    ".csv",
    ".html",
    ".ipynb",
    ".j2",
    ".json",
    ".md",
    ".py",
    ".toml",
    ".txt",
    ".yaml",
    ".yml",
}


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tracked_files() -> list[str]:
    """Name the files git holds; without git (an unpacked sdist), all files outside hidden and built folders."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listing.returncode == 0 and listing.stdout:
        return sorted(name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file())
    ignored = {".git", ".venv", "__pycache__", "build", "dist"}
    return sorted(relative(p) for p in ROOT.rglob("*") if p.is_file() and not ignored & set(p.relative_to(ROOT).parts))


def module_level_variables(tree: ast.Module) -> list[str]:
    """Name what a module binds to a mutable container without calling it a constant."""
    mutable = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
    factories = {"Counter", "OrderedDict", "bytearray", "defaultdict", "deque", "dict", "list", "set"}
    found = []
    for node in tree.body:
        if isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            targets, value = [node.target], node.value
        else:
            continue
        made = isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in factories
        names = [target.id for target in targets if isinstance(target, ast.Name)]
        constant = re.compile(r"_{0,2}[A-Z][A-Z0-9_]*|__\w+__")
        if isinstance(value, mutable) or made:
            found += [name for name in names if not constant.fullmatch(name)]
    return found


@pytest.mark.parametrize("path", SOURCES + TESTS, ids=relative)
def test_files_stay_short_enough_to_read(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= MAX_LINES or relative(path) in LONGER_FILES, f"{relative(path)} has {lines} lines; split it"


def test_exemptions_from_the_size_rule_are_still_needed() -> None:
    for name in LONGER_FILES:
        path = ROOT / name
        assert path.exists(), f"{name} is gone; remove its exemption"
        assert len(path.read_text(encoding="utf-8").splitlines()) > MAX_LINES, f"{name} is short; remove its exemption"


def test_no_module_is_a_drawer_for_everything() -> None:
    drawers = [relative(path) for path in SOURCES if path.stem in BANNED_MODULES or path.parent.name in BANNED_MODULES]
    assert drawers == []


def test_top_level_holds_only_what_the_project_agreed_on() -> None:
    assert {name.split("/")[0] for name in tracked_files()} - TOP_LEVEL == set()


def test_no_file_names_a_machine_an_index_or_a_workplace() -> None:
    found = []
    for name in tracked_files():
        path = ROOT / name
        if path.suffix not in TEXT_SUFFIXES or "tests/scenarios/invalid/" in name:
            continue
        # A report holds the libraries of its charts, whose words are not ours.
        text = re.sub(r"<script>\n/\*\nVega.*?</script>", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        found += [f"{name}: {what}" for what, pattern in FORBIDDEN_TEXTS.items() if re.search(pattern, text)]
    assert found == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("pip install --extra-index" + "-url x", "an index address"),
        ("open('/" + "root/x')", "a machine path"),
        ("see ../sha" + "red/data", "a workplace"),
    ],
)
def test_forbidden_texts_are_recognized(text: str, what: str) -> None:
    assert re.search(FORBIDDEN_TEXTS[what], text)


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_modules_hold_no_state_and_never_print(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert not [c.lineno for c in calls if isinstance(c.func, ast.Name) and c.func.id == "print"]
    assert module_level_variables(tree) == []


def test_planted_module_state_is_found() -> None:
    planted = "cache = {}\nseen: list[int] = []\nrows = list()\nLIMITS = {}\n_TABLE = []\n__all__ = []\nsize = 3\n"
    assert module_level_variables(ast.parse(planted)) == ["cache", "seen", "rows"]


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_rooms_take_only_the_version_from_the_public_surface(path: Path) -> None:
    taken = [
        alias.name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "cxsim"
        for alias in node.names
    ]
    rooms = {p.name for p in (ROOT / "src" / "cxsim").iterdir()} | {"errors", "units"}
    assert [name for name in taken if name != "__version__" and name not in rooms] == []


def test_imports_go_downward_only() -> None:
    tool = Path(sys.executable).with_name("lint-imports")
    env = os.environ | {"NO_COLOR": "1"}
    report = subprocess.run([tool, "--no-cache"], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert report.returncode == 0, report.stdout + report.stderr
