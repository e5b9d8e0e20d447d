"""What an installed wheel holds and finds, away from the repository."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel as a user's pip would, and unpack it where nothing else of the project is."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("cxsim-*.whl")
    site = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    return site


def run_python(site: Path, code: str) -> str:
    env = os.environ | {"PYTHONPATH": str(site), "PYTHONSAFEPATH": "1"}
    process = subprocess.run(
        [sys.executable, "-c", code], cwd=site, env=env, capture_output=True, text=True, check=True
    )
    return process.stdout.strip()


def test_the_wheel_is_typed_and_holds_every_bundled_file(installed: Path) -> None:
    assert (installed / "cxsim" / "py.typed").exists()
    sources = sorted((ROOT / "src" / "cxsim" / "checks" / "bench" / "peers").glob("*.c"))
    assert [path.name for path in sources] == ["hold.c", "limit.c"]
    assert all((installed / path.relative_to(ROOT / "src")).exists() for path in sources)
    bundled = installed / "cxsim" / "bundled" / "scenarios"
    here = {p.relative_to(ROOT / "scenarios") for p in (ROOT / "scenarios").rglob("*") if p.is_file()}
    there = {p.relative_to(bundled) for p in bundled.rglob("*") if p.is_file()}
    assert there == here


def test_the_wheel_holds_no_tests_and_no_results(installed: Path) -> None:
    assert {p.name for p in installed.iterdir() if not p.name.endswith(".dist-info")} == {"cxsim"}


def test_there_are_bundled_scenarios() -> None:
    assert {path.stem for path in SCENARIOS} >= {"bank-phone", "local-shop-vs-chain"}


@pytest.mark.parametrize("name", [path.stem for path in SCENARIOS])
def test_an_installed_package_loads_its_bundled_scenarios(installed: Path, name: str) -> None:
    where = run_python(installed, f"import cxsim; cxsim.load({name!r}); print(cxsim.__file__)")
    assert Path(where).is_relative_to(installed)


def test_the_repository_loads_its_bundled_scenarios() -> None:
    import cxsim

    for path in SCENARIOS:
        assert cxsim.load(path.stem) is not None
